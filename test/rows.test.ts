// The owner's limit of rows: a list is asked for no more, goes on from its cursor, and says why it is short, on both shelves.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findOperation } from '../src/catalog/index.ts';
import { policySchema } from '../src/guards/policy.ts';
import { withinRows } from '../src/guards/rows.ts';
import { isRow } from '../src/operation/row.ts';
import { agree, createWorld, lenient, PERSON, type World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({
    guards: { ...lenient, limits: { ...lenient.limits, rows_per_answer: 2 } },
    env: { TWILIO_MCP_TOOLSETS: 'default' },
  });
  await agree(world.app, [PERSON]);
  for (const body of ['one', 'two', 'three']) await world.ok('messaging_send_message', { to: PERSON, body });
});
afterEach(() => world.close());

function bodies(data: unknown): unknown[] {
  const rows = isRow(data) ? data['messages'] : undefined;
  return Array.isArray(rows) ? rows.map((row) => (isRow(row) ? row['body'] : undefined)) : [];
}

it('asks for no more rows than the owner allows, says so, and goes on from the cursor', async () => {
  const first = await world.client.call('messaging_list_messages', { limit: 50 });
  expect(bodies(first.data)).toHaveLength(2);
  expect(first.text).toContain('limits.rows_per_answer');
  const rest = await world.ok('messaging_list_messages', { limit: 50, cursor: first.data['next_cursor'] });
  expect(new Set([...bodies(first.data), ...bodies(rest)])).toEqual(new Set(['one', 'two', 'three']));
});

it('says nothing where fewer were asked for', async () => {
  const { text } = await world.client.call('messaging_list_messages', { limit: 2 });
  expect(text).not.toContain('rows_per_answer');
});

it('holds on the full shelf, for the operation by name and for a page size', async () => {
  const asked = { operation: 'api_v2010.ListMessage', input: {}, limit: 1000 };
  const { data, text } = await world.client.call('read_operation', asked);
  expect(bodies(data)).toHaveLength(2);
  expect(text).toContain('limits.rows_per_answer');
  const sized = { operation: 'api_v2010.ListMessage', input: { PageSize: 500 }, limit: 500 };
  expect(bodies(await world.ok('read_operation', sized))).toHaveLength(2);
});

it('cuts what cannot be asked for in parts, and says how much', () => {
  const policy = policySchema.parse({ limits: { rows_per_answer: 2 } });
  const operation = found('messaging_list_messages');
  const cut = withinRows(operation, { asked: {}, data: { items: [1, 2, 3, 4, 5], total: 5 } }, policy);
  expect(cut.data).toEqual({ items: [1, 2], total: 5 });
  expect(cut.notes.join()).toContain('3 more items were left out');
  const whole = withinRows(operation, { asked: {}, data: { items: [1, 2] } }, policy);
  expect(whole).toEqual({ data: { items: [1, 2] }, notes: [] });
});

function found(name: string) {
  const operation = findOperation(name);
  if (operation === undefined) throw new Error(`no ${name}`);
  return operation;
}
