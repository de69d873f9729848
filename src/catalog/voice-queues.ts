// Queues of waiting calls, and the transcriptions of recordings.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-voice';
const queues = '/2010-04-01/Accounts/{account}/Queues';

const queueSid = fields.sid('Queue SID', 'QU');
const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });

const queue = z.object({
  sid: queueSid,
  friendly_name: fields.field(z.string(), 'Name, as TwiML enqueues into it', 'support').optional(),
  current_size: fields.field(z.number(), 'Calls waiting', 3).optional(),
  max_size: fields.field(z.number(), 'Most calls that may wait', 100).optional(),
  average_wait_time: fields.field(z.number(), 'Seconds they wait on average', 42).optional(),
});

export const createQueue = defineOperation({
  name: 'voice_create_queue',
  title: 'Create a call queue',
  about: 'Create a queue that TwiML can put callers into.',
  effect: 'write',
  input: z.strictObject({
    friendly_name: fields.field(z.string().min(1).max(64), 'Name', 'support'),
    max_size: fields.field(z.int().min(1).max(5000), 'Most calls that may wait', 100).optional(),
  }),
  output: queue,
  request: { method: 'POST', host: 'api', path: `${queues}.json` },
  page,
});

export const listQueues = defineOperation({
  name: 'voice_list_queues',
  title: 'List call queues',
  about: 'List the queues and how many wait in each.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    queues: fields.field(z.array(queue), 'The queues', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'api', path: `${queues}.json`, list: { rows: 'queues', maxPage: 1000 } },
  page,
});

export const getQueue = defineOperation({
  name: 'voice_get_queue',
  title: 'Get a call queue',
  about: 'Read one queue: how many wait, and how long.',
  effect: 'read',
  input: z.strictObject({ sid: queueSid }),
  output: queue,
  request: { method: 'GET', host: 'api', path: `${queues}/{sid}.json` },
  page,
});

export const deleteQueue = defineOperation({
  name: 'voice_delete_queue',
  title: 'Delete a call queue',
  about: 'Delete a queue in which nobody waits.',
  effect: 'delete',
  input: z.strictObject({ sid: queueSid }),
  output: deleted,
  request: { method: 'DELETE', host: 'api', path: `${queues}/{sid}.json` },
  answer: () => ({ deleted: true }),
  page,
});

export const listQueueMembers = defineOperation({
  name: 'voice_list_queue_members',
  title: 'List waiting calls',
  about: 'List the calls that wait in a queue, first come first.',
  effect: 'read',
  input: z.strictObject({ queue_sid: queueSid, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    queue_members: fields.field(
      z.array(
        z.object({
          call_sid: fields.sid('Waiting call', 'CA'),
          position: fields.field(z.number(), 'Place in the queue', 1).optional(),
          wait_time: fields.field(z.number(), 'Seconds waited', 30).optional(),
          date_enqueued: fields
            .field(z.string(), 'Since when, RFC 2822', 'Mon, 23 Nov 2026 15:00:00 +0000')
            .optional(),
        }),
      ),
      'The waiting calls',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${queues}/{queue_sid}/Members.json`,
    list: { rows: 'queue_members', maxPage: 1000 },
  },
  page,
});
