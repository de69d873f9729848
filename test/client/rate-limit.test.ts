// A gate lets in so many, in order, forgets who gave up, and stays shut while the provider asks for a pause.
import { expect, it } from 'vitest';
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
  const impatient = gate.enter(controller.signal);
  const patient = gate.enter();
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  leave();
  expect(await patient).toBeTypeOf('function');
  await expect(gate.enter(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
});

it('stays shut until the pause is over, and gives the turn back to the next when given up meanwhile', async () => {
  const { gate, time } = gateWith(1);
  gate.pauseUntil(time.now().getTime() + 5_000);
  gate.pauseUntil(time.now().getTime() + 1_000);
  const aborted = gate.enter(AbortSignal.abort());
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
