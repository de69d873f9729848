// SMS and MMS: send, look, cancel, redact, delete. WhatsApp, services and senders have files of their own.
import { z } from 'zod';
import { defineOperation, type RequestTemplate } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { channelOf } from '../operation/reach.ts';

const messages = '/2010-04-01/Accounts/{account}/Messages';
const page = 'twilio-messaging-sms-mms';

const messageSid = fields.sid('Message SID', 'SM', 'MM');

const message = z.object({
  sid: messageSid,
  status: fields.field(
    z.string(),
    'accepted, scheduled, queued, sending, sent, delivered, undelivered, failed, canceled, received or read. Only delivered means it arrived',
    'queued',
  ),
  direction: fields.field(
    z.string(),
    'inbound, outbound-api, outbound-call or outbound-reply',
    'outbound-api',
  ),
  to: fields.field(z.string(), 'Recipient', '+14155550123'),
  from: fields
    .field(z.string(), 'Sender; absent until a Messaging Service has chosen one', '+14155550100')
    .optional(),
  messaging_service_sid: fields.field(z.string(), 'Messaging Service used', `MG${'0'.repeat(32)}`).optional(),
  body: fields.words('Text of the message', 'Your order has shipped.').optional(),
  num_segments: fields.field(z.coerce.number(), 'Segments billed', 1).optional(),
  num_media: fields.field(z.coerce.number(), 'Media attached', 0).optional(),
  date_created: fields
    .field(z.string(), 'When Twilio took it, RFC 2822', 'Mon, 23 Nov 2026 15:00:00 +0000')
    .optional(),
  date_sent: fields
    .field(z.string(), 'When it went out, RFC 2822', 'Mon, 23 Nov 2026 15:00:01 +0000')
    .optional(),
  price: fields
    .field(z.coerce.number(), 'Charge; negative, and known only after sending', -0.0079)
    .optional(),
  price_unit: fields.field(z.string(), 'Currency of the price', 'USD').optional(),
  error_code: fields
    .field(z.coerce.number(), 'Why it failed; account_explain_error tells more', 30003)
    .optional(),
  error_message: fields
    .field(z.string(), "Twilio's words for the error code", 'Unreachable destination handset')
    .optional(),
});

const listRequest: RequestTemplate = {
  method: 'GET',
  host: 'api',
  path: `${messages}.json`,
  names: { sent_after: 'DateSent>', sent_before: 'DateSent<' },
  list: { rows: 'messages', maxPage: 1000 },
};

const sendInput = z
  .strictObject({
    to: fields.address('Recipient in E.164; ask when the country code is unknown'),
    body: fields.field(z.string().min(1).max(1600), 'Text', 'Your order has shipped.').optional(),
    media_urls: fields
      .field(z.array(fields.url('Media')).min(1).max(10), 'Public URLs of media; makes it an MMS', [
        'https://example.com/map.png',
      ])
      .optional(),
    from: fields.sender('Own number or sender ID; default: the configured sender').optional(),
    messaging_service_sid: fields.sid('Messaging Service that picks the sender', 'MG').optional(),
    content_sid: fields.sid('Content template, instead of body', 'HX').optional(),
    content_variables: fields
      .field(z.record(z.string().max(64), z.string().max(1600)), 'Values for the template', { '1': 'Ana' })
      .optional(),
    send_at: fields.instant('Send later: 15 minutes to 35 days ahead; needs a Messaging Service').optional(),
    validity_period: fields
      .field(z.int().min(1).max(36000), 'Seconds it may wait in the queue before it is given up', 3600)
      .optional(),
    status_callback: fields.url('Where Twilio reports delivery').optional(),
  })
  .refine(
    (input) => input.body !== undefined || input.media_urls !== undefined || input.content_sid !== undefined,
    {
      error: 'give body, media_urls or content_sid',
      path: ['body'],
    },
  )
  .refine(
    (input) =>
      input.content_sid === undefined || (input.body === undefined && input.media_urls === undefined),
    {
      error: 'a template brings its own text: leave body and media_urls out',
      path: ['content_sid'],
    },
  )
  .refine((input) => input.content_variables === undefined || input.content_sid !== undefined, {
    error: 'content_variables belong to a template: give content_sid',
    path: ['content_variables'],
  });

export const sendMessage = defineOperation({
  name: 'messaging_send_message',
  title: 'Send an SMS or MMS',
  about:
    'Send one text or media message to someone who agreed to it. Accepted is not delivered: check with messaging_get_message.',
  effect: 'send',
  input: sendInput,
  output: message,
  request: {
    method: 'POST',
    host: 'api',
    path: `${messages}.json`,
    names: { media_urls: 'MediaUrl' },
    asJson: ['content_variables'],
  },
  prepare(input, defaults) {
    const scheduled = input.send_at === undefined ? {} : { schedule_type: 'fixed' };
    const status_callback = input.status_callback ?? defaults.statusCallback;
    return { ...input, ...scheduled, ...senderOf(input, defaults), status_callback };
  },
  reaches: ({ to }) => [{ to, channel: channelOf(to, 'sms') }],
  costs: ({ to, body, media_urls }) => ({
    kind: 'message',
    channel: channelOf(to, 'sms'),
    body: body ?? '',
    media: media_urls?.length ?? 0,
  }),
  trace: ({ to, body }, since) => ({
    request: listRequest,
    input: { to, limit: 50 },
    lookWith: 'messaging_list_messages',
    matches: (row) =>
      String(row['direction']).startsWith('outbound') &&
      (body === undefined || row['body'] === body) &&
      Date.parse(String(row['date_created'])) >= Math.floor(since.getTime() / 1000) * 1000,
  }),
  page,
});

interface SenderInput {
  readonly from?: string | undefined;
  readonly messaging_service_sid?: string | undefined;
  readonly send_at?: string | undefined;
}

/** The caller's sender, else the configured one; scheduling works through a Messaging Service only. */
function senderOf(
  input: SenderInput,
  defaults: { readonly from?: string; readonly messagingServiceSid?: string },
) {
  const { from, messaging_service_sid, send_at } = input;
  if (messaging_service_sid !== undefined) return { from, messaging_service_sid };
  if (send_at !== undefined) {
    if (defaults.messagingServiceSid === undefined) {
      throw new OperationError('INVALID_INPUT', 'send_at works through a Messaging Service only.', {
        next: 'Pass messaging_service_sid, or have TWILIO_MESSAGING_SERVICE_SID configured, or send without send_at.',
      });
    }
    return { from, messaging_service_sid: defaults.messagingServiceSid };
  }
  if (from !== undefined) return { from };
  if (defaults.from !== undefined) return { from: defaults.from };
  if (defaults.messagingServiceSid !== undefined)
    return { messaging_service_sid: defaults.messagingServiceSid };
  throw new OperationError(
    'INVALID_INPUT',
    'There is no sender: the call names none and none is configured.',
    {
      next: 'Pass from (account_list_numbers shows the numbers you own) or messaging_service_sid, or set TWILIO_FROM.',
    },
  );
}

export const getMessage = defineOperation({
  name: 'messaging_get_message',
  title: 'Get a message',
  about: 'Read one message: its status, price and error code. This is how delivery is checked.',
  effect: 'read',
  input: z.strictObject({ sid: messageSid }),
  output: message,
  request: { method: 'GET', host: 'api', path: `${messages}/{sid}.json` },
  page,
});

export const listMessages = defineOperation({
  name: 'messaging_list_messages',
  title: 'List messages',
  about: 'List sent and received messages, newest first.',
  effect: 'read',
  input: z.strictObject({
    to: fields.address('Only to this recipient').optional(),
    from: fields.sender('Only from this sender').optional(),
    sent_after: fields.dayOrInstant('Only sent on or after').optional(),
    sent_before: fields.dayOrInstant('Only sent on or before').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    messages: fields.field(z.array(message), 'The messages', []),
    next_cursor: fields.nextCursor,
  }),
  request: listRequest,
  page,
});

export const cancelMessage = defineOperation({
  name: 'messaging_cancel_message',
  title: 'Cancel a scheduled message',
  about: 'Cancel a message that is scheduled and has not gone out.',
  effect: 'delete',
  input: z.strictObject({ sid: messageSid }),
  output: message,
  request: { method: 'POST', host: 'api', path: `${messages}/{sid}.json`, fixed: { Status: 'canceled' } },
  page,
});

export const redactMessage = defineOperation({
  name: 'messaging_redact_message',
  title: "Redact a message's text",
  about: 'Erase the text of a finished message for good and keep its record. Use it for personal data.',
  effect: 'delete',
  input: z.strictObject({ sid: messageSid }),
  output: message,
  request: { method: 'POST', host: 'api', path: `${messages}/{sid}.json`, fixed: { Body: '' } },
  page,
});

export const deleteMessage = defineOperation({
  name: 'messaging_delete_message',
  title: 'Delete a message',
  about: 'Delete the record of a finished message for good. It does not call the message back.',
  effect: 'delete',
  input: z.strictObject({ sid: messageSid }),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) }),
  request: { method: 'DELETE', host: 'api', path: `${messages}/{sid}.json` },
  answer: () => ({ deleted: true }),
  page,
});

export const listMedia = defineOperation({
  name: 'messaging_list_media',
  title: 'List media of a message',
  about: 'List the pictures and files of one message.',
  effect: 'read',
  input: z.strictObject({ message_sid: messageSid, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    media_list: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Media SID', 'ME'),
          content_type: fields.field(z.string(), 'Media type', 'image/jpeg').optional(),
          date_created: fields
            .field(z.string(), 'When it was stored, RFC 2822', 'Mon, 23 Nov 2026 15:00:00 +0000')
            .optional(),
        }),
      ),
      'The media',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${messages}/{message_sid}/Media.json`,
    list: { rows: 'media_list', maxPage: 1000 },
  },
  page,
});
