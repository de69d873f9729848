// Work that is carried out in one step: what one of it does to the others. The ledgers over real databases are contract.test.ts.
import { afterEach, expect, it } from 'vitest';
import { OperationError } from '../../src/operation/errors.ts';
import { together } from '../../src/store/together.ts';
import { databaseKinds, freshDatabase, type TestDatabase } from '../support/databases.ts';

let database: TestDatabase | undefined;

afterEach(() => database?.close());

function counted(fault: (given: readonly number[]) => Error | undefined) {
  const steps: (readonly number[])[] = [];
  const add = together(async (given: readonly number[]) => {
    steps.push(given);
    const error = fault(given);
    if (error !== undefined) throw error;
    return given.map((each) => each * 10);
  });
  const outcomes = async (given: readonly number[]) =>
    (await Promise.allSettled(given.map(add))).map((each) =>
      each.status === 'fulfilled' ? each.value : String(each.reason),
    );
  return { steps, outcomes };
}

it('is one step where nothing fails', async () => {
  const { steps, outcomes } = counted(() => undefined);
  expect(await outcomes([1, 2, 3])).toEqual([10, 20, 30]);
  expect(steps).toEqual([[1, 2, 3]]);
});

it('one that is refused fails alone; the others are carried out once each, in their order', async () => {
  const { steps, outcomes } = counted((given) => (given.includes(2) ? new Error('refused') : undefined));
  expect(await outcomes([1, 2, 3])).toEqual([10, 'Error: refused', 30]);
  expect(steps).toEqual([[1, 2, 3], [1], [2], [3]]);
});

it.each([
  ['away', new OperationError('STORE_UNAVAILABLE', 'The store does not answer.', { next: 'Wait.' })],
  ['locked', Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })],
])('a database that is %s is not asked again for each', async (_, error) => {
  const { steps, outcomes } = counted(() => error);
  expect(await outcomes([1, 2, 3])).toEqual([String(error), String(error), String(error)]);
  expect(steps).toHaveLength(1);
});

it.each(databaseKinds)('an event that %s refuses takes no other with it', async (kind) => {
  database = await freshDatabase(kind);
  const { events } = database.store();
  const event = (id: string, at = new Date('2026-11-24T09:00:00Z')) => ({
    id,
    account: `AC${'a'.repeat(32)}`,
    type: 'message.inbound',
    at,
    heard: 'webhook' as const,
    data: {},
  });
  const added = await Promise.allSettled([
    events.add(event('E1')),
    events.add(event('E2', new Date(Number.NaN))),
    events.add(event('E3')),
  ]);
  expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const kept = await events.list(`AC${'a'.repeat(32)}`, { limit: 10 });
  expect(kept.map(({ id, sequence }) => [id, sequence])).toEqual([
    ['E1', 1],
    ['E3', 2],
  ]);
});
