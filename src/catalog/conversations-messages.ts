// What is said in a conversation, and whether it arrived. Who hears it is in conversations-participants.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { channelOf, type Recipient } from '../operation/reach.ts';
import { isRow, type Row } from '../operation/row.ts';
import { conversationName, created, deleted, one, page, participantSid } from './conversations-fields.ts';

const messages = `${one}/Messages`;
const messageSid = fields.sid('Message SID', 'IM');

const share = (what: string) => fields.field(z.string(), `${what}: none, some or all`, 'all').optional();

const message = z.object({
  sid: messageSid,
  index: fields.field(z.number(), 'Place in the conversation', 0).optional(),
  author: fields.words('Who wrote it', 'system').optional(),
  body: fields.words('Text', 'Your driver is outside.').optional(),
  participant_sid: participantSid.optional(),
  media: fields
    .field(
      z.array(
        z.object({
          sid: fields.sid('Media SID', 'ME'),
          content_type: fields.field(z.string(), 'Media type', 'image/jpeg').optional(),
          filename: fields.words('File name', 'door.jpg').optional(),
          size: fields.field(z.number(), 'Bytes', 42056).optional(),
        }),
      ),
      'Pictures and files',
      [],
    )
    .optional(),
  content_sid: fields.sid('Template', 'HX').optional(),
  delivery: fields
    .field(
      z.object({
        total: fields.field(z.number(), 'People by SMS or WhatsApp', 2).optional(),
        sent: share('Sent'),
        delivered: share('Delivered'),
        read: share('Read'),
        failed: share('Failed'),
        undelivered: share('Not delivered'),
      }),
      'Whom it reached; conversations_list_receipts tells why not',
      { total: 2, delivered: 'some' },
    )
    .optional(),
  date_created: created,
});

export const sendMessage = defineOperation({
  name: 'conversations_send_message',
  title: 'Write into a conversation',
  about:
    "Write a message that goes to everyone in the conversation, over each one's own channel. conversations_list_participants tells who that is. On WhatsApp outside the 24-hour window only content_sid arrives.",
  effect: 'send',
  input: z
    .strictObject({
      conversation: conversationName,
      body: fields.field(z.string().min(1).max(1600), 'Text', 'Your driver is outside.').optional(),
      media_sid: fields.sid('Media uploaded to Twilio before', 'ME').optional(),
      content_sid: fields.sid('Template, instead of body and media', 'HX').optional(),
      content_variables: fields
        .field(z.record(z.string().max(64), z.string().min(1).max(1600)), 'Values for the template', {
          '1': 'Ana',
        })
        .optional(),
      author: fields
        .field(
          z.string().min(1).max(256),
          'Shown as writer. The address or identity of a participant makes it theirs, and they do not get it',
          'Example Shop',
        )
        .optional(),
    })
    .refine(
      (input) => input.body !== undefined || input.media_sid !== undefined || input.content_sid !== undefined,
      { error: 'give body, media_sid or content_sid', path: ['body'] },
    )
    .refine(
      (input) =>
        input.content_sid === undefined || (input.body === undefined && input.media_sid === undefined),
      {
        error: 'a template brings its own text: leave body and media_sid out',
        path: ['content_sid'],
      },
    )
    .refine((input) => input.content_variables === undefined || input.content_sid !== undefined, {
      error: 'content_variables belong to a template: give content_sid',
      path: ['content_variables'],
    }),
  output: message,
  request: { method: 'POST', host: 'conversations', path: messages, asJson: ['content_variables'] },
  // Only Twilio knows who is in it: it is asked, and where it does not tell, this counts as the strictest case.
  reaches: (input) => [{ to: input.conversation, channel: 'unknown' }],
  audience: ({ conversation }) => ({
    request: {
      method: 'GET',
      host: 'conversations',
      path: `${one}/Participants`,
      list: { rows: 'participants', maxPage: 100 },
    },
    input: { conversation, limit: 1000 },
    recipient: reachedAs,
  }),
  costs: ({ body, media_sid }) => ({
    kind: 'message',
    channel: 'sms',
    body: body ?? '',
    media: media_sid === undefined ? 0 : 1,
  }),
  trace: (input, since) => ({
    request: {
      method: 'GET',
      host: 'conversations',
      path: messages,
      fixed: { Order: 'desc' },
      list: { rows: 'messages', maxPage: 100 },
    },
    input: { conversation: input.conversation, limit: 50 },
    lookWith: 'conversations_list_messages',
    matches: (row) =>
      row['author'] === (input.author ?? 'system') &&
      (input.body === undefined || row['body'] === input.body) &&
      (input.content_sid === undefined || row['content_sid'] === input.content_sid) &&
      (input.media_sid === undefined || holds(row['media'], input.media_sid)) &&
      Date.parse(String(row['date_created'])) >= Math.floor(since.getTime() / 1000) * 1000,
  }),
  page,
});

function holds(media: unknown, sid: string): boolean {
  return Array.isArray(media) && media.some((each) => isRow(each) && each['sid'] === sid);
}

export const listMessages = defineOperation({
  name: 'conversations_list_messages',
  title: 'List messages of a conversation',
  about: 'Read what was written in a conversation, and whom it reached.',
  effect: 'read',
  input: z.strictObject({
    conversation: conversationName,
    order: fields
      .field(z.enum(['asc', 'desc']), 'Oldest or newest first; asc unless given', 'desc')
      .optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    messages: fields.field(z.array(message), 'The messages', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'conversations',
    path: messages,
    list: { rows: 'messages', maxPage: 100 },
  },
  page,
});

export const getMessage = defineOperation({
  name: 'conversations_get_message',
  title: 'Get a message of a conversation',
  about: 'Read one message and how far its delivery has come.',
  effect: 'read',
  input: z.strictObject({ conversation: conversationName, message_sid: messageSid }),
  output: message,
  request: { method: 'GET', host: 'conversations', path: `${messages}/{message_sid}` },
  page,
});

export const deleteMessage = defineOperation({
  name: 'conversations_delete_message',
  title: 'Delete a message of a conversation',
  about: 'Delete one message and its media. What was delivered stays on the phones.',
  effect: 'delete',
  input: z.strictObject({ conversation: conversationName, message_sid: messageSid }),
  output: deleted,
  request: { method: 'DELETE', host: 'conversations', path: `${messages}/{message_sid}` },
  answer: () => ({ deleted: true }),
  page,
});

export const listReceipts = defineOperation({
  name: 'conversations_list_receipts',
  title: 'List delivery receipts of a message',
  about: 'Tell for each person by SMS or WhatsApp whether a message arrived, and if not why.',
  effect: 'read',
  input: z.strictObject({
    conversation: conversationName,
    message_sid: messageSid,
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    delivery_receipts: fields.field(
      z.array(
        z.object({
          participant_sid: participantSid.optional(),
          status: fields
            .field(
              z.string(),
              'sent, delivered, read, undelivered or failed; absent: still with Twilio',
              'delivered',
            )
            .optional(),
          error_code: fields
            .field(z.coerce.number(), 'Why not; account_explain_error tells more', 30003)
            .optional(),
          channel_message_sid: fields
            .field(z.string(), 'The SMS or WhatsApp message', `SM${'0'.repeat(32)}`)
            .optional(),
          date_updated: fields.field(z.string(), 'Last news', '2026-11-23T15:00:02Z').optional(),
        }),
      ),
      'One for each person',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'conversations',
    path: `${messages}/{message_sid}/Receipts`,
    list: { rows: 'delivery_receipts', maxPage: 50 },
  },
  page,
});

/** How a participant is reached: over their address, or in the owner's own app by their identity. */
function reachedAs({ messaging_binding: binding, identity }: Row): Recipient {
  if (isRow(binding) && typeof binding['address'] === 'string') {
    const to = binding['address'];
    return { to, channel: channelOf(to, binding['type'] === 'whatsapp' ? 'whatsapp' : 'sms') };
  }
  return typeof identity === 'string' && identity !== ''
    ? { to: identity, channel: 'chat' }
    : { to: 'unknown', channel: 'unknown' };
}
