// Scheduled emails stopped before they go out, by the batch they were sent with.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { page } from './email-fields.ts';

const batchId = fields.field(
  z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be a batch ID of email_create_batch'),
  'Batch ID',
  'batch1',
);
const status = fields.field(
  z.enum(['cancel', 'pause']),
  'cancel: never sent. pause: kept for 72 hours after its time',
  'cancel',
);
const stopped = z.object({ batch_id: batchId, status: status.optional() });

export const createBatch = defineOperation({
  name: 'email_create_batch',
  title: 'Create a batch of emails',
  about:
    'Get a batch ID; emails sent with it and send_at can be cancelled together. A scheduled email without one cannot be stopped.',
  effect: 'write',
  input: z.strictObject({}),
  output: z.object({ batch_id: batchId }),
  request: { method: 'POST', host: 'sendgrid', path: '/v3/mail/batch', body: 'json' },
  page,
});

const stopBatch = defineOperation({
  name: 'email_stop_batch',
  title: 'Cancel or pause a batch',
  about: 'The first status of a batch.',
  effect: 'delete',
  input: z.strictObject({ batch_id: batchId, status }),
  output: stopped,
  request: { method: 'POST', host: 'sendgrid', path: '/v3/user/scheduled_sends', body: 'json' },
  page,
});

const restopBatch = defineOperation({
  name: 'email_restop_batch',
  title: 'Change the status of a stopped batch',
  about: 'Another status for a batch that has one.',
  effect: 'delete',
  input: z.strictObject({ batch_id: batchId, status }),
  output: z.object({}),
  request: { method: 'PATCH', host: 'sendgrid', path: '/v3/user/scheduled_sends/{batch_id}', body: 'json' },
  page,
});

export const cancelBatch = defineOperation({
  name: 'email_cancel_batch',
  title: 'Cancel a batch of emails',
  about:
    'Cancel or pause the scheduled emails of a batch. Safe only until ten minutes before they go out; at most 10 batches at a time.',
  effect: 'delete',
  input: z.strictObject({ batch_id: batchId, status: status.default('cancel') }),
  output: stopped,
  // SendGrid answers 400 to the request that sets a status where there is one, and has another to change it.
  async run(input, { call }) {
    try {
      return await call(stopBatch, input);
    } catch (error) {
      if (!(error instanceof OperationError) || error.details.httpStatus !== 400) throw error;
      await call(restopBatch, input).catch((other: unknown) => {
        throw other instanceof OperationError && other.code === 'NOT_FOUND' ? error : other;
      });
      return input;
    }
  },
  page,
});

export const listScheduled = defineOperation({
  name: 'email_list_scheduled',
  title: 'List stopped batches',
  about: 'List batches of scheduled emails that were cancelled or paused. SendGrid lists no others.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    batches: fields.field(z.array(stopped), 'The batches', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/user/scheduled_sends',
    names: { page_size: 'limit' },
    list: { rows: 'batches', maxPage: 1000 },
  },
  page,
});
