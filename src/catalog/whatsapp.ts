// WhatsApp: free text inside the 24-hour window, templates at any time, the window itself, typing. Templates are made in whatsapp-templates.ts.
import { z } from 'zod';
import { type Defaults, defineOperation, type RequestTemplate, type Trace } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { getMessage, listMessages } from './messaging.ts';

const page = 'twilio-whatsapp';

/** Free text is allowed this long after the person's own last message (docs/whatsapp/key-concepts). */
const WINDOW_MS = 24 * 3_600_000;

const address = (description: string) =>
  fields.field(
    z
      .string()
      .regex(
        /^(?:whatsapp:)?\+[1-9][0-9]{6,14}$/,
        'must be E.164, such as +14155550123; whatsapp: may stand before it',
      ),
    description,
    '+14155550123',
  );

const sendRequest: RequestTemplate = {
  method: 'POST',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Messages.json',
  names: { media_urls: 'MediaUrl' },
  asJson: ['content_variables'],
};

const from = address('WhatsApp sender; default: the configured one').optional();
const service = fields.sid('Messaging Service with a WhatsApp sender', 'MG').optional();

function onWhatsApp(number: string): string {
  return number.startsWith('whatsapp:') ? number : `whatsapp:${number}`;
}

function addressed(
  input: { to: string; from?: string | undefined; messaging_service_sid?: string | undefined },
  defaults: Defaults,
) {
  const to = onWhatsApp(input.to);
  if (input.messaging_service_sid !== undefined) return { to };
  const own = input.from ?? (defaults.from?.startsWith('whatsapp:') ? defaults.from : undefined);
  if (own !== undefined) return { to, from: onWhatsApp(own) };
  if (defaults.messagingServiceSid !== undefined)
    return { to, messaging_service_sid: defaults.messagingServiceSid };
  throw new OperationError(
    'INVALID_INPUT',
    'There is no WhatsApp sender: the call names none and none is configured.',
    {
      next: 'Pass from (whatsapp_list_senders shows yours) or messaging_service_sid, or set TWILIO_FROM to whatsapp:+….',
    },
  );
}

function traceOf(to: string, matches: (row: Record<string, unknown>) => boolean, since: Date): Trace {
  return {
    request: {
      method: 'GET',
      host: 'api',
      path: '/2010-04-01/Accounts/{account}/Messages.json',
      list: { rows: 'messages', maxPage: 1000 },
    },
    input: { to: onWhatsApp(to), limit: 50 },
    lookWith: 'messaging_list_messages',
    matches: (row) =>
      String(row['direction']).startsWith('outbound') &&
      Date.parse(String(row['date_created'])) >= Math.floor(since.getTime() / 1000) * 1000 &&
      matches(row),
  };
}

export const sendMessage = defineOperation({
  name: 'whatsapp_send_message',
  title: 'Send a WhatsApp message',
  about:
    "Send free text or one picture on WhatsApp, within 24 hours of the person's last message (whatsapp_get_window tells). Later use whatsapp_send_template.",
  effect: 'send',
  input: z
    .strictObject({
      to: address('Recipient'),
      body: fields.field(z.string().min(1).max(1600), 'Text', 'Your table is ready.').optional(),
      media_urls: fields
        .field(z.array(fields.url('Media')).min(1).max(1), 'One public URL of media', [
          'https://example.com/menu.pdf',
        ])
        .optional(),
      from,
      messaging_service_sid: service,
    })
    .refine(({ body, media_urls }) => body !== undefined || media_urls !== undefined, {
      error: 'give body or media_urls',
      path: ['body'],
    }),
  output: getMessage.output,
  request: sendRequest,
  prepare: (input, defaults) => ({ ...input, ...addressed(input, defaults) }),
  reaches: ({ to }) => [{ to: onWhatsApp(to), channel: 'whatsapp' }],
  costs: ({ body, media_urls }) => ({
    kind: 'message',
    channel: 'whatsapp',
    body: body ?? '',
    media: media_urls?.length ?? 0,
  }),
  trace: ({ to, body }, since) => traceOf(to, (row) => body === undefined || row['body'] === body, since),
  page,
});

export const sendTemplate = defineOperation({
  name: 'whatsapp_send_template',
  title: 'Send a WhatsApp template',
  about:
    'Send an approved template on WhatsApp, at any time, to someone who agreed to WhatsApp. whatsapp_list_templates shows them.',
  effect: 'send',
  input: z.strictObject({
    to: address('Recipient'),
    content_sid: fields.sid('Approved template', 'HX'),
    content_variables: fields
      .field(
        z.record(z.string().max(64), z.string().min(1, 'must not be empty').max(1600)),
        'A value for each placeholder',
        { '1': 'Ana' },
      )
      .optional(),
    from,
    messaging_service_sid: service,
  }),
  output: getMessage.output,
  request: sendRequest,
  prepare: (input, defaults) => ({ ...input, ...addressed(input, defaults) }),
  reaches: ({ to }) => [{ to: onWhatsApp(to), channel: 'whatsapp' }],
  costs: () => ({ kind: 'message', channel: 'whatsapp', body: '', media: 0 }),
  trace: ({ to }, since) => traceOf(to, () => true, since),
  page,
});

export const getWindow = defineOperation({
  name: 'whatsapp_get_window',
  title: 'Is the WhatsApp window open?',
  about:
    'Tell whether free text may be sent to a person now: their last message must be less than 24 hours old.',
  effect: 'read',
  input: z.strictObject({
    person: address('The person'),
    sender: address('Your WhatsApp sender').optional(),
  }),
  output: z.object({
    open: fields.field(z.boolean(), 'True: free text may be sent', true),
    last_inbound_at: fields.field(z.string(), 'Their last message', '2026-11-23T15:00:00.000Z').optional(),
    closes_at: fields.field(z.string(), 'When it closes', '2026-11-24T15:00:00.000Z').optional(),
    next_step: fields.field(z.string(), 'What to use', 'Use whatsapp_send_message.'),
  }),
  async run({ person, sender }, { call, now }) {
    const to = sender === undefined ? {} : { to: onWhatsApp(sender) };
    const { messages } = await call(listMessages, { from: onWhatsApp(person), ...to, limit: 20 });
    const times = (Array.isArray(messages) ? messages : [])
      .filter((row) => row.direction === 'inbound')
      .map((row) => Date.parse(row.date_sent ?? row.date_created))
      .filter((time) => Number.isFinite(time));
    if (times.length === 0)
      return { open: false, next_step: 'They have not written yet: use whatsapp_send_template.' };
    const last = Math.max(...times);
    const open = now().getTime() - last < WINDOW_MS;
    return {
      open,
      last_inbound_at: new Date(last).toISOString(),
      closes_at: new Date(last + WINDOW_MS).toISOString(),
      next_step: open ? 'Use whatsapp_send_message.' : 'The window is closed: use whatsapp_send_template.',
    };
  },
  page,
});

export const sendTyping = defineOperation({
  name: 'whatsapp_send_typing',
  title: 'Show that you are typing',
  about: "Mark a person's message as read and show them that an answer is being written. It ends by itself.",
  effect: 'send',
  input: z.strictObject({ message_sid: fields.sid('Their message', 'SM', 'MM') }),
  output: z.object({ success: fields.field(z.boolean(), 'True when it was shown', true) }),
  request: {
    method: 'POST',
    host: 'messaging',
    path: '/v2/Indicators/Typing.json',
    names: { message_sid: 'messageId' },
    fixed: { channel: 'whatsapp' },
  },
  // It answers a message of theirs; only Twilio knows from whom that was.
  reaches: ({ message_sid }) => [{ to: message_sid, channel: 'whatsapp', purpose: 'conversational' }],
  costs: () => ({ kind: 'nothing' }),
  page,
});
