// Each new event is told once, in order, whoever wrote it, and to whoever watches.
import { expect, it, onTestFinished } from 'vitest';
import { createTail } from '../../src/webhooks/tail.ts';
import { memoryLedgers } from '../support/memory.ts';

function world() {
  const { events } = memoryLedgers();
  const faults: unknown[] = [];
  const tail = createTail({
    account: 'AC1',
    events,
    everyMs: 3_600_000,
    onFault: (error) => faults.push(error),
  });
  onTestFinished(() => tail.close());
  const write = (id: string) =>
    events.add({ id, account: 'AC1', type: 'other', at: new Date(0), heard: 'webhook', data: {} });
  return { events, tail, write, faults };
}

it('tells what comes from now on, more than one look holds, each once', async () => {
  const { tail, write } = world();
  await write('before');
  const told: string[] = [];
  tail.watch(({ id }) => told.push(id));
  await new Promise((resolve) => setImmediate(resolve));
  const ids = Array.from({ length: 250 }, (_, i) => `event ${i}`);
  for (const id of ids) await write(id);
  await expect.poll(() => told.length).toBe(250);
  expect(told).toEqual(ids);
});

it('goes on after a fault, and ends when nobody watches', async () => {
  const { events, tail, write, faults } = world();
  const told: string[] = [];
  const stop = tail.watch(({ id }) => told.push(id));
  await new Promise((resolve) => setImmediate(resolve));
  const { list } = events;
  Object.assign(events, { list: () => Promise.reject(new Error('busy')) });
  await write('one');
  await expect.poll(() => faults.length).toBe(1);
  Object.assign(events, { list });
  await write('two');
  await expect.poll(() => told).toEqual(['one', 'two']);
  stop();
  await write('three');
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(['one', 'two']);
});

it('does not tell of a fault after its end: the store may be closed by then', async () => {
  const { events, tail, faults } = world();
  let fail = (_: Error): void => undefined;
  const list = () =>
    new Promise<never>((_, reject) => {
      fail = reject;
    });
  Object.assign(events, { list });
  tail.watch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  tail.close();
  fail(new Error('closed'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(faults).toEqual([]);
});
