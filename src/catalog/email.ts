// Email through SendGrid: send one, or schedule and cancel a batch. Who cannot be written to is in email-suppressions.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-sendgrid';

/** SendGrid refuses more of each (docs/sendgrid/api-reference/mail-send/limitations). */
const MOST_RECIPIENTS = 1000;
const MOST_BYTES = 30_000_000;

const email = (description: string, example: string) =>
  fields.field(z.email('must be an email address such as ana@example.com').max(254), description, example);
const emails = (description: string, example: string) =>
  fields.field(z.array(email('Address', example)).min(1).max(MOST_RECIPIENTS), description, [example]);

const batchId = fields.field(
  z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be a batch ID of email_create_batch'),
  'Batch to send or cancel together',
  'batch1',
);

const attachment = z.strictObject({
  filename: fields.field(
    z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^/\\\p{Cc}]+$/u, 'must be a plain file name'),
    'File name',
    'receipt.pdf',
  ),
  type: fields.field(
    z.string().regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as application/pdf'),
    'Media type',
    'application/pdf',
  ),
  content: fields.field(z.base64('must be base64').min(4), 'The file, as base64', 'SGVsbG8='),
});

const sendInput = z
  .strictObject({
    to: emails('Recipients; each sees the others', 'ana@example.com'),
    cc: emails('Copies', 'ben@example.com').optional(),
    bcc: emails('Hidden copies', 'archive@example.com').optional(),
    from: email('Verified sender', 'shop@example.com'),
    from_name: fields.field(z.string().min(1).max(100), 'Name shown as sender', 'Example Shop').optional(),
    reply_to: email('Where answers go', 'help@example.com').optional(),
    subject: fields
      .field(z.string().min(1).max(998), 'Subject; a template brings its own', 'Your receipt')
      .optional(),
    text: fields
      .field(z.string().min(1).max(1_000_000), 'Plain text', 'Thank you for your order.')
      .optional(),
    html: fields.field(z.string().min(1).max(2_000_000), 'HTML', '<p>Thank you.</p>').optional(),
    template_id: fields
      .field(
        z.string().regex(/^d-[0-9a-f]{32}$/, 'must be d- and 32 hexadecimal digits'),
        'Dynamic template',
        `d-${'0'.repeat(32)}`,
      )
      .optional(),
    template_data: fields
      .field(z.record(z.string(), z.unknown()), 'Values for the template', { name: 'Ana' })
      .optional(),
    attachments: fields
      .field(z.array(attachment).min(1).max(20), 'Files', [
        { filename: 'a.txt', type: 'text/plain', content: 'SGVsbG8=' },
      ])
      .optional(),
    categories: fields
      .field(z.array(z.string().min(1).max(255)).min(1).max(10), 'Labels for statistics', ['receipts'])
      .optional(),
    send_at: fields.instant('Send later, at most 72 hours ahead').optional(),
    batch_id: batchId.optional(),
    unsubscribe_group: fields.field(z.int().min(1), 'Group people can unsubscribe from', 42).optional(),
    sandbox: fields.field(z.boolean(), 'True: SendGrid checks it and sends nothing', true).optional(),
  })
  .refine(
    ({ text, html, template_id }) => text !== undefined || html !== undefined || template_id !== undefined,
    {
      error: 'give text, html or template_id',
      path: ['text'],
    },
  )
  .refine(({ subject, template_id }) => subject !== undefined || template_id !== undefined, {
    error: 'is missing',
    path: ['subject'],
  })
  .refine(({ template_id, template_data }) => template_data === undefined || template_id !== undefined, {
    error: 'belongs to a template: give template_id',
    path: ['template_data'],
  })
  .refine((input) => everyone(input).length <= MOST_RECIPIENTS, {
    error: `has over ${MOST_RECIPIENTS} recipients with cc and bcc: split it`,
    path: ['to'],
  })
  .refine(
    (input) => new Set(everyone(input).map((each) => each.toLowerCase())).size === everyone(input).length,
    {
      error: 'names somebody twice over to, cc and bcc: SendGrid refuses that',
      path: ['to'],
    },
  )
  .refine((input) => JSON.stringify(input).length <= MOST_BYTES, {
    error: 'is over 30 MB with attachments: send a link instead',
    path: ['attachments'],
  });

function everyone({
  to,
  cc = [],
  bcc = [],
}: {
  to: string[];
  cc?: string[] | undefined;
  bcc?: string[] | undefined;
}): string[] {
  return [...to, ...cc, ...bcc];
}

export const send = defineOperation({
  name: 'email_send',
  title: 'Send an email',
  about:
    'Send an email through SendGrid to people who expect it. Accepted means queued, not delivered; look at email_list_suppressions for bounces.',
  effect: 'send',
  input: sendInput,
  output: z.object({ accepted: fields.field(z.boolean(), 'SendGrid took it', true) }),
  request: { method: 'POST', host: 'sendgrid', path: '/v3/mail/send', body: 'json' },
  prepare(input) {
    const list = (each: readonly string[] | undefined) => each?.map((address) => ({ email: address }));
    const content = [
      ...(input.text === undefined ? [] : [{ type: 'text/plain', value: input.text }]),
      ...(input.html === undefined ? [] : [{ type: 'text/html', value: input.html }]),
    ];
    return {
      personalizations: [
        {
          to: list(input.to),
          cc: list(input.cc),
          bcc: list(input.bcc),
          dynamic_template_data: input.template_data,
        },
      ],
      from: { email: input.from, name: input.from_name },
      reply_to: input.reply_to === undefined ? undefined : { email: input.reply_to },
      subject: input.subject,
      content: content.length > 0 ? content : undefined,
      template_id: input.template_id,
      attachments: input.attachments,
      categories: input.categories,
      send_at: input.send_at === undefined ? undefined : Math.floor(Date.parse(input.send_at) / 1000),
      batch_id: input.batch_id,
      asm: input.unsubscribe_group === undefined ? undefined : { group_id: input.unsubscribe_group },
      mail_settings: input.sandbox === undefined ? undefined : { sandbox_mode: { enable: input.sandbox } },
    };
  },
  reaches: (input) => recipientsOf(input).map((to) => ({ to, channel: 'email' })),
  costs: (input) => ({ kind: 'email', recipients: recipientsOf(input).length }),
  answer: () => ({ accepted: true }),
  page,
});

/** From what goes on the wire: the guards judge the prepared request, not what was asked for. */
function recipientsOf(prepared: object): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) walk(each);
    else if (typeof value === 'object' && value !== null) {
      if ('email' in value && typeof value.email === 'string') found.push(value.email);
      else
        for (const key of ['to', 'cc', 'bcc', 'personalizations'])
          if (key in value) walk(Reflect.get(value, key));
    } else if (typeof value === 'string' && value.includes('@')) found.push(value);
  };
  walk(prepared);
  return found;
}

export const createBatch = defineOperation({
  name: 'email_create_batch',
  title: 'Create a batch of emails',
  about: 'Get a batch ID; emails scheduled with it can be cancelled together.',
  effect: 'write',
  input: z.strictObject({}),
  output: z.object({ batch_id: batchId }),
  request: { method: 'POST', host: 'sendgrid', path: '/v3/mail/batch', body: 'json' },
  page,
});

const scheduled = z.object({
  batch_id: batchId,
  status: fields.field(z.string(), 'cancel or pause', 'cancel').optional(),
});

export const cancelBatch = defineOperation({
  name: 'email_cancel_batch',
  title: 'Cancel a batch of emails',
  about: 'Cancel or pause scheduled emails of a batch, at least ten minutes before they go out.',
  effect: 'delete',
  input: z.strictObject({
    batch_id: batchId,
    status: fields.field(z.enum(['cancel', 'pause']), 'Cancel is for good', 'cancel').default('cancel'),
  }),
  output: scheduled,
  request: { method: 'POST', host: 'sendgrid', path: '/v3/user/scheduled_sends', body: 'json' },
  page,
});

export const listScheduled = defineOperation({
  name: 'email_list_scheduled',
  title: 'List cancelled batches',
  about: 'List batches of scheduled emails that were cancelled or paused.',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object({ batches: fields.field(z.array(scheduled), 'The batches', []) }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/user/scheduled_sends',
    list: { rows: 'batches', maxPage: 500 },
  },
  page,
});
