// Who takes part in a conversation and what is said in it. The conversations themselves are in conversations.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { channelOf } from '../operation/reach.ts';

const page = 'twilio-conversations';
const one = '/v1/Conversations/{conversation}';

const inConversation = {
  conversation: fields.field(z.string().min(1).max(256), 'Conversation SID or unique name', 'order-1042'),
};
const participantSid = fields.sid('Participant SID', 'MB');
const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });

const participant = z.object({
  sid: participantSid,
  identity: fields.field(z.string(), 'Chat identity', 'ana').optional(),
  messaging_binding: fields
    .field(
      z.object({
        type: fields.field(z.string(), 'sms or whatsapp', 'sms').optional(),
        address: fields.field(z.string(), 'Their address', '+14155550123').optional(),
        proxy_address: fields.field(z.string(), 'The sender they see', '+14155550100').optional(),
      }),
      'How they are reached',
      { type: 'sms', address: '+14155550123' },
    )
    .optional(),
});

export const addParticipant = defineOperation({
  name: 'conversations_add_participant',
  title: 'Add a participant',
  about:
    'Add a person by SMS or WhatsApp (address and your sender) or by chat identity. From then on they get what is written, so they must have agreed.',
  effect: 'write',
  input: z
    .strictObject({
      ...inConversation,
      address: fields.address('Their number, or whatsapp: and number').optional(),
      proxy_address: fields.address('Your sender, of the same channel').optional(),
      identity: fields.field(z.string().min(1).max(256), 'Chat identity', 'ana').optional(),
    })
    .refine(({ address, identity }) => (address === undefined) !== (identity === undefined), {
      error: 'give address or identity',
      path: ['address'],
    })
    .refine(({ address, proxy_address }) => (address === undefined) === (proxy_address === undefined), {
      error: 'goes with address: give both',
      path: ['proxy_address'],
    })
    .refine(
      ({ address = '', proxy_address = '' }) =>
        address.startsWith('whatsapp:') === proxy_address.startsWith('whatsapp:'),
      {
        error: 'must be of the same channel as address',
        path: ['proxy_address'],
      },
    ),
  output: participant,
  request: {
    method: 'POST',
    host: 'conversations',
    path: `${one}/Participants`,
    names: { address: 'MessagingBinding.Address', proxy_address: 'MessagingBinding.ProxyAddress' },
  },
  // Nobody is written to now, but every later message goes to this address.
  reaches: ({ address }) =>
    address === undefined ? [] : [{ to: address, channel: channelOf(address, 'sms') }],
  page,
});

export const listParticipants = defineOperation({
  name: 'conversations_list_participants',
  title: 'List participants',
  about: 'List who takes part in a conversation.',
  effect: 'read',
  input: z.strictObject({ ...inConversation, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    participants: fields.field(z.array(participant), 'The participants', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'conversations',
    path: `${one}/Participants`,
    list: { rows: 'participants', maxPage: 100 },
  },
  page,
});

export const removeParticipant = defineOperation({
  name: 'conversations_remove_participant',
  title: 'Remove a participant',
  about: 'Take a person out of a conversation: they get nothing of it any more.',
  effect: 'delete',
  input: z.strictObject({ ...inConversation, participant_sid: participantSid }),
  output: deleted,
  request: { method: 'DELETE', host: 'conversations', path: `${one}/Participants/{participant_sid}` },
  answer: () => ({ deleted: true }),
  page,
});

const message = z.object({
  sid: fields.sid('Message SID', 'IM'),
  index: fields.field(z.number(), 'Place in the conversation', 0).optional(),
  author: fields.words('Who wrote it', 'system').optional(),
  body: fields.words('Text', 'Your driver is outside.').optional(),
  participant_sid: fields.sid('Participant who wrote it', 'MB').optional(),
  date_created: fields.field(z.string(), 'When', '2026-11-23T15:00:00Z').optional(),
});

export const sendMessage = defineOperation({
  name: 'conversations_send_message',
  title: 'Write into a conversation',
  about: "Write a message that goes to everyone in the conversation, over each one's own channel.",
  effect: 'send',
  input: z.strictObject({
    ...inConversation,
    body: fields.field(z.string().min(1).max(1600), 'Text', 'Your driver is outside.'),
    author: fields.field(z.string().min(1).max(256), 'Name shown as author', 'Example Shop').optional(),
  }),
  output: message,
  request: { method: 'POST', host: 'conversations', path: `${one}/Messages` },
  // Only Twilio knows who is in it, so it counts as unknown: the strictest case.
  reaches: ({ conversation }) => [{ to: conversation, channel: 'unknown' }],
  costs: () => ({ kind: 'unknown', why: 'one message for each participant, whom only Twilio knows' }),
  trace: ({ conversation, body }, since) => ({
    request: {
      method: 'GET',
      host: 'conversations',
      path: `${one}/Messages`,
      fixed: { Order: 'desc' },
      list: { rows: 'messages', maxPage: 100 },
    },
    input: { conversation, limit: 50 },
    lookWith: 'conversations_list_messages',
    matches: (row) =>
      row['body'] === body &&
      Date.parse(String(row['date_created'])) >= Math.floor(since.getTime() / 1000) * 1000,
  }),
  page,
});

export const listMessages = defineOperation({
  name: 'conversations_list_messages',
  title: 'List messages of a conversation',
  about: 'Read what was written in a conversation.',
  effect: 'read',
  input: z.strictObject({
    ...inConversation,
    order: fields.field(z.enum(['asc', 'desc']), 'Oldest or newest first', 'desc').optional(),
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
    path: `${one}/Messages`,
    list: { rows: 'messages', maxPage: 100 },
  },
  page,
});

export const deleteMessage = defineOperation({
  name: 'conversations_delete_message',
  title: 'Delete a message of a conversation',
  about: 'Delete one message from the conversation. What was delivered stays on the phones.',
  effect: 'delete',
  input: z.strictObject({ ...inConversation, message_sid: fields.sid('Message SID', 'IM') }),
  output: deleted,
  request: { method: 'DELETE', host: 'conversations', path: `${one}/Messages/{message_sid}` },
  answer: () => ({ deleted: true }),
  page,
});
