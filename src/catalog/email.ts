// Email through SendGrid: one send, its limits told before it goes. Scheduled batches are email-batches.ts.
import { z } from 'zod';
import { defineOperation, type Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { attachment, MOST_BYTES, takeIn, wireAttachment } from './email-attachments.ts';
import { email, emails, oneLine, oneLineAdvice, page } from './email-fields.ts';

/** SendGrid refuses more of each (docs/sendgrid/api-reference/mail-send/limitations). */
const MOST_RECIPIENTS = 1000;
const MOST_AHEAD_MS = 72 * 3_600_000;

const sendInput = z
  .strictObject({
    to: emails('Recipients; each sees the others unless separately is true'),
    cc: emails('Copies', 'ben@example.com').optional(),
    bcc: emails('Hidden copies', 'archive@example.com').optional(),
    separately: fields
      .field(z.boolean(), 'True: everyone in to gets an email of their own and sees nobody else', true)
      .optional(),
    from: email('Verified sender', 'shop@example.com'),
    from_name: fields
      .field(z.string().min(1).max(100).regex(oneLine, oneLineAdvice), 'Name shown as sender', 'Example Shop')
      .optional(),
    reply_to: email('Where answers go', 'help@example.com').optional(),
    subject: fields
      .field(
        z.string().min(1).max(998).regex(oneLine, oneLineAdvice),
        'Subject; a template brings its own',
        'Your receipt',
      )
      .optional(),
    text: fields
      .field(z.string().min(1).max(1_000_000), 'Plain text', 'Thank you for your order.')
      .optional(),
    html: fields.field(z.string().min(1).max(1_000_000), 'HTML', '<p>Thank you.</p>').optional(),
    template_id: fields
      .field(
        z.string().regex(/^d-[0-9a-f]{32}$/, 'must be d- and 32 hexadecimal digits'),
        'Dynamic template, in place of text and HTML',
        `d-${'0'.repeat(32)}`,
      )
      .optional(),
    template_data: fields
      .field(z.record(z.string(), z.unknown()), 'Values for the template', { name: 'Ana' })
      .optional(),
    attachments: fields
      .field(z.array(attachment).min(1).max(20), 'Files, each as content, path or url', [
        { filename: 'a.txt', type: 'text/plain', content: 'SGVsbG8=' },
      ])
      .optional(),
    categories: fields
      .field(z.array(z.string().min(1).max(255)).min(1).max(10), 'Labels for statistics', ['receipts'])
      .optional(),
    send_at: fields.instant('Send later, at most 72 hours ahead').optional(),
    batch_id: fields
      .field(z.string().min(1).max(100), 'Batch to cancel it with; from email_create_batch', 'batch1')
      .optional(),
    unsubscribe_group: fields
      .field(z.int().min(1), 'Group people can unsubscribe from; needed for offers', 42)
      .optional(),
    sandbox: fields.field(z.boolean(), 'True: SendGrid checks it and sends nothing', true).optional(),
  })
  .refine(
    ({ text, html, template_id }) => text !== undefined || html !== undefined || template_id !== undefined,
    { error: 'is missing: give text, html or template_id', path: ['text'] },
  )
  .refine(({ subject, template_id }) => subject !== undefined || template_id !== undefined, {
    error: 'is missing',
    path: ['subject'],
  })
  .refine(({ template_id, template_data }) => template_data === undefined || template_id !== undefined, {
    error: 'belongs to a template: give template_id',
    path: ['template_data'],
  })
  .refine(({ separately, cc, bcc }) => !separately || (cc ?? bcc) === undefined, {
    error: 'and cc or bcc do not go together: the copy would go out once for each recipient',
    path: ['separately'],
  })
  .refine((input) => everyone(input).length <= MOST_RECIPIENTS, {
    error: `has over ${MOST_RECIPIENTS} recipients with cc and bcc: split it`,
    path: ['to'],
  })
  .refine(
    (input) => new Set(everyone(input).map((each) => each.toLowerCase())).size === everyone(input).length,
    { error: 'names somebody twice over to, cc and bcc: SendGrid refuses that', path: ['to'] },
  )
  .refine((input) => bytesOf(input) <= MOST_BYTES, {
    error: 'make it over 30 MB, counted as base64: send a link instead',
    path: ['attachments'],
  });

type SendInput = z.output<typeof sendInput>;

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

function everyone({ to, cc = [], bcc = [] }: Addressed): string[] {
  return [...to, ...cc, ...bcc];
}

interface Addressed {
  readonly to: readonly string[];
  readonly cc?: readonly string[] | undefined;
  readonly bcc?: readonly string[] | undefined;
}

const person = z.strictObject({ email: z.string(), name: z.string().optional() });
const people = z.array(person);

const messageId = fields
  .field(z.string(), 'ID of the whole request; email_list_messages finds its recipients by it', 'abc123')
  .optional();

/** The request as SendGrid takes it: what the guards see of an email is this and nothing before it. */
const sendMail = defineOperation({
  name: 'email_send_mail',
  title: 'Send an email',
  about: 'The request of email_send.',
  effect: 'send',
  input: z.strictObject({
    personalizations: z.array(
      z.strictObject({
        to: people,
        cc: people.optional(),
        bcc: people.optional(),
        dynamic_template_data: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
    from: person,
    reply_to: person.optional(),
    subject: z.string().optional(),
    content: z.array(z.strictObject({ type: z.string(), value: z.string() })).optional(),
    template_id: z.string().optional(),
    attachments: z.array(wireAttachment).optional(),
    categories: z.array(z.string()).optional(),
    send_at: z.int().optional(),
    batch_id: z.string().optional(),
    asm: z.strictObject({ group_id: z.int() }).optional(),
    mail_settings: z.strictObject({ sandbox_mode: z.strictObject({ enable: z.literal(true) }) }).optional(),
  }),
  output: z.object({ message_id: messageId }),
  request: {
    method: 'POST',
    host: 'sendgrid',
    path: '/v3/mail/send',
    body: 'json',
    answerHeaders: { message_id: 'x-message-id' },
  },
  reaches: ({ personalizations }) =>
    personalizations
      .flatMap(({ to, cc = [], bcc = [] }) => [...to, ...cc, ...bcc])
      .map((each) => ({ to: each.email, channel: 'email' })),
  costs: ({ personalizations }) => ({
    kind: 'email',
    recipients: personalizations.flatMap(({ to, cc = [], bcc = [] }) => [...to, ...cc, ...bcc]).length,
  }),
  // Activity comes minutes late and names no request, so it can never prove that this very email went out: it is
  // for the agent to look, not for us to decide.
  trace: ({ personalizations }) => ({
    request: {
      method: 'GET',
      host: 'sendgrid',
      path: '/v3/messages',
      list: { rows: 'messages', maxPage: 1 },
    },
    input: { query: `to_email="${personalizations[0]?.to[0]?.email ?? ''}"`, limit: 1 },
    lookWith: 'email_list_messages',
    matches: () => false,
  }),
  page,
});

export const send = defineOperation({
  name: 'email_send',
  title: 'Send an email',
  about:
    'Send an email through SendGrid to people who expect it. Accepted is not delivered: check with email_list_messages or email_list_suppressions.',
  effect: 'send',
  input: sendInput,
  output: z.object({
    accepted: fields.field(z.boolean(), 'SendGrid took it', true),
    outcome: fields.field(
      z.enum(['queued', 'scheduled', 'checked']),
      'checked: sandbox mode, nothing goes out',
      'queued',
    ),
    message_id: messageId,
  }),
  reaches: (input) => everyone(input).map((to) => ({ to, channel: 'email' })),
  costs: (input) => ({ kind: 'email', recipients: everyone(input).length }),
  async run({ attachments = [], ...input }, { call, now, files, signal }) {
    const send_at = input.send_at === undefined ? undefined : secondsOf(input.send_at, now());
    const wire = wireOf(input, send_at);
    const taken = await takeIn(attachments, bytesOf(wire), files, signal);
    const { message_id } = await call(sendMail, { ...wire, ...(taken.length > 0 && { attachments: taken }) });
    if (input.sandbox) return { accepted: true, outcome: 'checked' };
    return { accepted: true, outcome: send_at === undefined ? 'queued' : 'scheduled', message_id };
  },
  page,
});

/** Out of SendGrid's 72 hours it would be refused; in the past it would go out at once. */
function secondsOf(send_at: string, now: Date): number {
  const ahead = Date.parse(send_at) - now.getTime();
  if (ahead > 0 && ahead <= MOST_AHEAD_MS) return Math.floor(Date.parse(send_at) / 1000);
  throw new OperationError(
    'INVALID_INPUT',
    `email_send was not carried out: send_at is ${ahead > 0 ? 'over 72 hours ahead' : 'in the past'}.`,
    { next: 'Give a time within the next 72 hours, or leave send_at out to send now.' },
  );
}

function wireOf(input: Omit<SendInput, 'attachments'>, send_at: number | undefined): Row {
  const { text, html, unsubscribe_group, sandbox } = input;
  const list = (addresses: readonly string[]) => addresses.map((each) => ({ email: each }));
  const data = input.template_data === undefined ? {} : { dynamic_template_data: input.template_data };
  const together = {
    to: list(input.to),
    ...(input.cc && { cc: list(input.cc) }),
    ...(input.bcc && { bcc: list(input.bcc) }),
    ...data,
  };
  const content = [
    // Plain text first: SendGrid refuses the other order.
    ...(text === undefined ? [] : [{ type: 'text/plain', value: text }]),
    ...(html === undefined ? [] : [{ type: 'text/html', value: html }]),
  ];
  return {
    personalizations: input.separately ? input.to.map((each) => ({ to: list([each]), ...data })) : [together],
    from: { email: input.from, ...(input.from_name !== undefined && { name: input.from_name }) },
    reply_to: input.reply_to === undefined ? undefined : { email: input.reply_to },
    subject: input.subject,
    content: content.length > 0 ? content : undefined,
    template_id: input.template_id,
    categories: input.categories,
    send_at,
    batch_id: input.batch_id,
    asm: unsubscribe_group === undefined ? undefined : { group_id: unsubscribe_group },
    mail_settings: sandbox ? { sandbox_mode: { enable: true } } : undefined,
  };
}
