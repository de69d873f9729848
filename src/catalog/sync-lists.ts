// Sync lists: JSON objects in the order they were added; and streams, which keep nothing.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { data, deleted, held, name, revision, service, serviceSid, ttl } from './sync-fields.ts';

const page = 'twilio-sync';
const lists = `${service}/Lists`;
const items = `${lists}/{list}/Items`;
const streams = `${service}/Streams`;

const index = fields.field(z.int().min(0), 'Index of the item', 0);
const inService = { service_sid: serviceSid.default('default') };

const list = z.object({
  sid: fields.sid('List SID', 'ES'),
  unique_name: fields.field(z.string(), 'Unique name', 'queue').optional(),
  revision: fields.field(z.string(), 'Changes with every update', '1').optional(),
  date_expires: fields.field(z.string(), 'When it deletes itself', '2026-11-23T16:00:00Z').optional(),
});

const item = z.object({
  index,
  data: held,
  revision: fields.field(z.string(), 'Changes with every update', '1').optional(),
  list_sid: fields.sid('List SID', 'ES').optional(),
  date_expires: fields.field(z.string(), 'When it deletes itself', '2026-11-23T16:00:00Z').optional(),
});

/** What is answered to whoever wrote it: their own words. */
const written = item.extend({ data: data.optional() });

export const createList = defineOperation({
  name: 'sync_create_list',
  title: 'Create a Sync list',
  about: 'Create a list for items in order.',
  effect: 'write',
  input: z.strictObject({ ...inService, unique_name: name.optional(), ttl }),
  output: list,
  request: { method: 'POST', host: 'sync', path: lists },
  page,
});

export const getList = defineOperation({
  name: 'sync_get_list',
  title: 'Get a Sync list',
  about: 'Read a list itself; sync_list_list_items reads what it holds.',
  effect: 'read',
  input: z.strictObject({ ...inService, list: name }),
  output: list,
  request: { method: 'GET', host: 'sync', path: `${lists}/{list}` },
  page,
});

export const listLists = defineOperation({
  name: 'sync_list_lists',
  title: 'List Sync lists',
  about: 'List the lists of a service.',
  effect: 'read',
  input: z.strictObject({ ...inService, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({ lists: fields.field(z.array(list), 'The lists', []), next_cursor: fields.nextCursor }),
  request: { method: 'GET', host: 'sync', path: lists, list: { rows: 'lists', maxPage: 100 } },
  page,
});

export const deleteList = defineOperation({
  name: 'sync_delete_list',
  title: 'Delete a Sync list',
  about: 'Delete a list with all its items, for good.',
  effect: 'delete',
  input: z.strictObject({ ...inService, list: name }),
  output: deleted,
  request: { method: 'DELETE', host: 'sync', path: `${lists}/{list}` },
  answer: () => ({ deleted: true }),
  page,
});

export const addListItem = defineOperation({
  name: 'sync_add_list_item',
  title: 'Add a Sync list item',
  about: 'Add a JSON object at the end of a list.',
  effect: 'write',
  input: z.strictObject({ ...inService, list: name, data, ttl }),
  output: written,
  request: { method: 'POST', host: 'sync', path: items, names: { ttl: 'ItemTtl' }, asJson: ['data'] },
  page,
});

export const setListItem = defineOperation({
  name: 'sync_set_list_item',
  title: 'Set a Sync list item',
  about: 'Replace the item at an index. With revision it is changed only if nobody else changed it since.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({ ...inService, list: name, index, data, ttl, revision }),
  output: written,
  request: {
    method: 'POST',
    host: 'sync',
    path: `${items}/{index}`,
    names: { ttl: 'ItemTtl' },
    asJson: ['data'],
    headers: { revision: 'If-Match' },
  },
  page,
});

export const getListItem = defineOperation({
  name: 'sync_get_list_item',
  title: 'Get a Sync list item',
  about: 'Read the item at an index, and its revision.',
  effect: 'read',
  input: z.strictObject({ ...inService, list: name, index }),
  output: item,
  request: { method: 'GET', host: 'sync', path: `${items}/{index}` },
  page,
});

export const listListItems = defineOperation({
  name: 'sync_list_list_items',
  title: 'List Sync list items',
  about: 'List the items of a list in order.',
  effect: 'read',
  input: z.strictObject({
    ...inService,
    list: name,
    order: fields.field(z.enum(['asc', 'desc']), 'By index, rising or falling', 'asc').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({ items: fields.field(z.array(item), 'The items', []), next_cursor: fields.nextCursor }),
  request: { method: 'GET', host: 'sync', path: items, list: { rows: 'items', maxPage: 100 } },
  page,
});

export const removeListItem = defineOperation({
  name: 'sync_remove_list_item',
  title: 'Remove a Sync list item',
  about: 'Remove the item at an index; the others keep theirs.',
  effect: 'delete',
  input: z.strictObject({ ...inService, list: name, index, revision }),
  output: deleted,
  request: { method: 'DELETE', host: 'sync', path: `${items}/{index}`, headers: { revision: 'If-Match' } },
  answer: () => ({ deleted: true }),
  page,
});

export const createStream = defineOperation({
  name: 'sync_create_stream',
  title: 'Create a Sync stream',
  about: 'Create a stream: messages to whoever listens now, kept nowhere.',
  effect: 'write',
  input: z.strictObject({ ...inService, unique_name: name.optional(), ttl }),
  output: z.object({
    sid: fields.sid('Stream SID', 'TO'),
    unique_name: fields.field(z.string(), 'Unique name', 'positions').optional(),
  }),
  request: { method: 'POST', host: 'sync', path: streams },
  page,
});

/** Twilio refuses larger stream messages (docs/sync/limits). */
const MOST_STREAM_BYTES = 4096;

export const publishMessage = defineOperation({
  name: 'sync_publish_message',
  title: 'Publish to a Sync stream',
  about: 'Publish a JSON object to all apps that listen to a stream now. At most 30 a second.',
  effect: 'write',
  input: z.strictObject({
    ...inService,
    stream: name,
    data: fields.field(
      z
        .record(z.string(), z.unknown())
        .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= MOST_STREAM_BYTES, {
          error: 'is over 4 KiB as JSON: publish less, or store it as a document and publish its name',
        }),
      'JSON object, at most 4 KiB',
      { lat: 41.9, lng: 12.5 },
    ),
  }),
  output: z.object({ sid: fields.sid('Message SID', 'TZ') }),
  request: { method: 'POST', host: 'sync', path: `${streams}/{stream}/Messages`, asJson: ['data'] },
  page,
});
