// Sync maps: many small JSON objects, each under a key of its own.
import { z } from 'zod';
import { defineOperation, type RequestTemplate } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { data, deleted, held, name, revision, service, serviceSid, ttl } from './sync-fields.ts';

const page = 'twilio-sync';
const maps = `${service}/Maps`;
const items = `${maps}/{map}/Items`;

const key = fields.mayHoldWords(z.string().min(1).max(320), 'Key of the item', 'ana');
const inService = { service_sid: serviceSid.default('default') };

const map = z.object({
  sid: fields.sid('Map SID', 'MP'),
  unique_name: fields.field(z.string(), 'Unique name', 'drivers').optional(),
  revision: fields.field(z.string(), 'Changes with every update', '1').optional(),
  date_expires: fields.field(z.string(), 'When it deletes itself', '2026-11-23T16:00:00Z').optional(),
});

const item = z.object({
  key,
  data: held,
  revision: fields.field(z.string(), 'Changes with every update', '1').optional(),
  map_sid: fields.sid('Map SID', 'MP').optional(),
  date_expires: fields.field(z.string(), 'When it deletes itself', '2026-11-23T16:00:00Z').optional(),
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:00Z').optional(),
});

/** What is answered to whoever wrote it: their own words. */
const written = item.extend({ data: data.optional() });

export const createMap = defineOperation({
  name: 'sync_create_map',
  title: 'Create a Sync map',
  about: 'Create a map for items by key.',
  effect: 'write',
  input: z.strictObject({ ...inService, unique_name: name.optional(), ttl }),
  output: map,
  request: { method: 'POST', host: 'sync', path: maps },
  page,
});

export const getMap = defineOperation({
  name: 'sync_get_map',
  title: 'Get a Sync map',
  about: 'Read a map itself; sync_list_map_items reads what it holds.',
  effect: 'read',
  input: z.strictObject({ ...inService, map: name }),
  output: map,
  request: { method: 'GET', host: 'sync', path: `${maps}/{map}` },
  page,
});

export const listMaps = defineOperation({
  name: 'sync_list_maps',
  title: 'List Sync maps',
  about: 'List the maps of a service.',
  effect: 'read',
  input: z.strictObject({ ...inService, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({ maps: fields.field(z.array(map), 'The maps', []), next_cursor: fields.nextCursor }),
  request: { method: 'GET', host: 'sync', path: maps, list: { rows: 'maps', maxPage: 100 } },
  page,
});

export const deleteMap = defineOperation({
  name: 'sync_delete_map',
  title: 'Delete a Sync map',
  about: 'Delete a map with all its items, for good.',
  effect: 'delete',
  input: z.strictObject({ ...inService, map: name }),
  output: deleted,
  request: { method: 'DELETE', host: 'sync', path: `${maps}/{map}` },
  answer: () => ({ deleted: true }),
  page,
});

const itemTtl = { names: { ttl: 'ItemTtl' }, asJson: ['data'] } satisfies Partial<RequestTemplate>;

const changeItem = defineOperation({
  name: 'sync_update_map_item',
  title: 'Change a Sync map item',
  about: 'Replace what is under a key that exists.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({ ...inService, map: name, key, data, ttl, revision }),
  output: written,
  request: {
    method: 'POST',
    host: 'sync',
    path: `${items}/{key}`,
    ...itemTtl,
    headers: { revision: 'If-Match' },
  },
  page,
});

const addItem = defineOperation({
  name: 'sync_add_map_item',
  title: 'Add a Sync map item',
  about: 'Put an item under a key that is free.',
  effect: 'write',
  input: z.strictObject({ ...inService, map: name, key, data, ttl }),
  output: written,
  request: { method: 'POST', host: 'sync', path: items, ...itemTtl },
  page,
});

export const setMapItem = defineOperation({
  name: 'sync_set_map_item',
  title: 'Set a Sync map item',
  about:
    'Put a JSON object under a key of a map, whether the key is new or not. With revision it is changed only if nobody else changed it since.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({ ...inService, map: name, key, data, ttl, revision }),
  output: written,
  // Twilio has one request to change an item and another to add it, and none that does either.
  async run(input, { call }) {
    try {
      return await call(changeItem, input);
    } catch (error) {
      if (!isAbsentItem(error) || input.revision !== undefined) throw error;
      const { revision: _none, ...fresh } = input;
      return call(addItem, fresh);
    }
  },
  page,
});

function isAbsentItem(error: unknown): boolean {
  return error instanceof OperationError && error.code === 'NOT_FOUND';
}

export const getMapItem = defineOperation({
  name: 'sync_get_map_item',
  title: 'Get a Sync map item',
  about: 'Read what is under a key of a map, and its revision.',
  effect: 'read',
  input: z.strictObject({ ...inService, map: name, key }),
  output: item,
  request: { method: 'GET', host: 'sync', path: `${items}/{key}` },
  page,
});

export const listMapItems = defineOperation({
  name: 'sync_list_map_items',
  title: 'List Sync map items',
  about: 'List the items of a map by key.',
  effect: 'read',
  input: z.strictObject({
    ...inService,
    map: name,
    order: fields.field(z.enum(['asc', 'desc']), 'By key, rising or falling', 'asc').optional(),
    from: fields.field(z.string().max(320), 'First key to give', 'ana').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({ items: fields.field(z.array(item), 'The items', []), next_cursor: fields.nextCursor }),
  request: { method: 'GET', host: 'sync', path: items, list: { rows: 'items', maxPage: 100 } },
  page,
});

export const removeMapItem = defineOperation({
  name: 'sync_remove_map_item',
  title: 'Remove a Sync map item',
  about: 'Remove what is under a key of a map.',
  effect: 'delete',
  input: z.strictObject({ ...inService, map: name, key, revision }),
  output: deleted,
  request: { method: 'DELETE', host: 'sync', path: `${items}/{key}`, headers: { revision: 'If-Match' } },
  answer: () => ({ deleted: true }),
  page,
});
