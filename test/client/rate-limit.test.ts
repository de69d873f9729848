// A gate lets in so many, in order, forgets who gave up, and stays shut while the provider asks for a pause.
import { describe, expect, it } from 'vitest';
import { createGate } from '../../src/client/rate-limit.ts';
import { fakeTime } from './double.ts';

const settle = () => new Promise(setImmediate);

function gateWith(atOnce: number) {
  const time = fakeTime();
  return { gate: createGate({ atOnce, ...time }), time };
}

it('lets in so many at once, first come first served', async () => {
  const { gate } = gateWith(2);
  const order: number[] = [];
  const turns = Array.from({ length: 5 }, async (_, index) => {
    const leave = await gate.enter();
    order.push(index);
    return leave;
  });
  await settle();
  expect(order).toEqual([0, 1]);
  (await turns[1])?.();
  await settle();
  expect(order).toEqual([0, 1, 2]);
  (await turns[0])?.();
  (await turns[2])?.();
  await settle();
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

it('gives a turn back once only', async () => {
  const { gate } = gateWith(1);
  const leave = await gate.enter();
  leave();
  leave();
  await gate.enter();
  let second = false;
  void gate.enter().then(() => {
    second = true;
  });
  await settle();
  expect(second).toBe(false);
});

it('forgets who gave up waiting, and lets the next in', async () => {
  const { gate } = gateWith(1);
  const leave = await gate.enter();
  const controller = new AbortController();
  const impatient = gate.enter({ signal: controller.signal });
  const patient = gate.enter();
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  leave();
  expect(await patient).toBeTypeOf('function');
  await expect(gate.enter({ signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
});

it('stays shut until the pause is over, and gives the turn back to the next when given up meanwhile', async () => {
  const { gate, time } = gateWith(1);
  gate.pauseUntil(time.now().getTime() + 5_000);
  gate.pauseUntil(time.now().getTime() + 1_000);
  const aborted = gate.enter({ signal: AbortSignal.abort() });
  await expect(aborted).rejects.toThrow();
  const leave = await gate.enter();
  expect(time.naps).toEqual([5_000]);
  leave();
  await gate.enter();
  expect(time.naps).toEqual([5_000]);
});

it('does not wait for ever on a clock that stands still', async () => {
  const naps: number[] = [];
  const gate = createGate({ atOnce: 1, now: () => new Date(0), sleep: async (ms) => void naps.push(ms) });
  gate.pauseUntil(1_000);
  await gate.enter();
  expect(naps).toEqual([1_000]);
});

/** Fills a gate of one turn, lets all of them wait, and tells in which order they get in. */
async function orderOf(waiting: readonly (readonly [who: string, bulk?: 'bulk'])[]): Promise<string[]> {
  const { gate } = gateWith(1);
  const hold = await gate.enter();
  const order: string[] = [];
  const all = waiting.map(async ([who, bulk], index) => {
    const leave = await gate.enter({ who, bulk: bulk !== undefined });
    order.push(`${who}${index}`);
    leave();
  });
  await settle();
  hold();
  await Promise.all(all);
  return order;
}

it('lets those who wait take turns, however many one of them brings', async () => {
  const order = await orderOf([['a'], ['a'], ['a'], ['b'], ['a'], ['c'], ['b']]);
  expect(order).toEqual(['a0', 'b3', 'c5', 'a1', 'b6', 'a2', 'a4']);
});

it('lets single requests pass bulk, and bulk through after four of them', async () => {
  const bulk = [
    ['mailing', 'bulk'],
    ['mailing', 'bulk'],
  ] as const;
  const singles = [['a'], ['b'], ['c'], ['d'], ['e'], ['f']] as const;
  const order = await orderOf([...bulk, ...singles]);
  expect(order).toEqual(['a2', 'b3', 'c4', 'd5', 'mailing0', 'e6', 'f7', 'mailing1']);
});

it('keeps half of the turns free of bulk', async () => {
  const { gate } = gateWith(4);
  let inside = 0;
  for (let each = 0; each < 4; each += 1) void gate.enter({ bulk: true }).then(() => (inside += 1));
  await settle();
  expect(inside).toBe(2);
  expect(await gate.enter({ who: 'a' })).toBeTypeOf('function');
});

it('lets in half as many after a refusal for too many, and one more each time as many went well', async () => {
  const { gate } = gateWith(4);
  const countIn = async () => {
    const leaves: (() => void)[] = [];
    const stop = new AbortController();
    const all = Array.from({ length: 6 }, () =>
      gate
        .enter({ signal: stop.signal })
        .then((leave) => leaves.push(leave))
        .catch(() => undefined),
    );
    await settle();
    const count = leaves.length;
    stop.abort();
    for (const leave of leaves) leave();
    await Promise.all(all);
    return count;
  };
  expect(await countIn()).toBe(4);
  gate.slowDown();
  expect(await countIn()).toBe(2);
  gate.wentWell();
  expect(await countIn()).toBe(2);
  gate.wentWell();
  expect(await countIn()).toBe(3);
  for (let each = 0; each < 20; each += 1) gate.wentWell();
  expect(await countIn()).toBe(4);
  for (let each = 0; each < 9; each += 1) gate.slowDown();
  expect(await countIn()).toBe(1);
});

describe('passing without a wait', () => {
  it('gives turns until the gate is full, each back once', async () => {
    const { gate } = gateWith(2);
    const [first, second] = [gate.pass(), gate.pass({ who: 'a' })];
    expect(second).toBeTypeOf('function');
    expect(gate.pass()).toBeUndefined();
    first?.();
    first?.();
    expect(gate.pass()).toBeTypeOf('function');
    expect(gate.pass()).toBeUndefined();
  });

  it('is not for bulk beyond its half', () => {
    const { gate } = gateWith(4);
    expect([1, 2, 3].map(() => gate.pass({ bulk: true }) !== undefined)).toEqual([true, true, false]);
    expect(gate.pass()).toBeTypeOf('function');
  });

  it('overtakes nobody who waits', async () => {
    const { gate } = gateWith(2);
    const bulk = gate.pass({ bulk: true });
    const waits = gate.enter({ bulk: true });
    await settle();
    expect(gate.pass()).toBeUndefined();
    bulk?.();
    (await waits)();
    expect(gate.pass()).toBeTypeOf('function');
  });

  it('is not while the provider asks for a pause', async () => {
    const { gate, time } = gateWith(2);
    gate.pauseUntil(time.now().getTime() + 5_000);
    expect(gate.pass()).toBeUndefined();
    (await gate.enter())();
    expect(time.naps).toEqual([5_000]);
    expect(gate.pass()).toBeTypeOf('function');
  });
});

it('lets in more while all goes well, up to the most, and half of that after a refusal', () => {
  const gate = createGate({ atOnce: 2, atMost: 4, ...fakeTime() });
  const room = () => {
    const leaves = Array.from({ length: 9 }, () => gate.pass()).flatMap((leave) => leave ?? []);
    for (const leave of leaves) leave();
    return leaves.length;
  };
  expect(room()).toBe(2);
  for (let each = 0; each < 2; each += 1) gate.wentWell();
  expect(room()).toBe(3);
  for (let each = 0; each < 50; each += 1) gate.wentWell();
  expect(room()).toBe(4);
  gate.slowDown();
  expect(room()).toBe(2);
});
