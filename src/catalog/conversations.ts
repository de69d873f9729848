// Conversations: one thread over SMS, WhatsApp and chat. Who takes part and what is said is in conversations-messages.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-conversations';
const all = '/v1/Conversations';

const conversationName = fields.field(
  z.string().min(1).max(256),
  'Conversation SID or unique name',
  'order-1042',
);
const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });
const states = ['active', 'inactive', 'closed'] as const;

const timer = (what: string) =>
  fields
    .field(
      z
        .string()
        .regex(
          /^(?:P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)?$/,
          'must be an ISO 8601 duration such as PT10M, or empty',
        ),
      what,
      'PT10M',
    )
    .optional();

const conversation = z.object({
  sid: fields.sid('Conversation SID', 'CH'),
  unique_name: fields.field(z.string(), 'Unique name', 'order-1042').optional(),
  friendly_name: fields.field(z.string(), 'Name', 'Order 1042').optional(),
  state: fields.field(z.string(), 'active, inactive or closed', 'active').optional(),
  attributes: fields.field(z.string(), 'JSON of yours', '{}').optional(),
  messaging_service_sid: fields.sid('Messaging Service', 'MG').optional(),
  date_created: fields.field(z.string(), 'When it began', '2026-11-23T15:00:00Z').optional(),
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:00Z').optional(),
});

const changeable = {
  friendly_name: fields.field(z.string().min(1).max(256), 'Name', 'Order 1042').optional(),
  attributes: fields.field(z.record(z.string(), z.unknown()), 'JSON of yours', { order: 1042 }).optional(),
  inactive_after: timer('Becomes inactive after this silence; at least PT1M'),
  closed_after: timer('Closes after this silence; at least PT10M'),
};

const names = { inactive_after: 'Timers.Inactive', closed_after: 'Timers.Closed' };

export const createConversation = defineOperation({
  name: 'conversations_create_conversation',
  title: 'Open a conversation',
  about: 'Open a thread; then add people with conversations_add_participant. Nobody is written to by this.',
  effect: 'write',
  input: z.strictObject({
    unique_name: fields.field(z.string().min(1).max(256), 'Unique name', 'order-1042').optional(),
    messaging_service_sid: fields.sid('Messaging Service of its senders', 'MG').optional(),
    ...changeable,
  }),
  output: conversation,
  request: { method: 'POST', host: 'conversations', path: all, names, asJson: ['attributes'] },
  page,
});

export const getConversation = defineOperation({
  name: 'conversations_get_conversation',
  title: 'Get a conversation',
  about: 'Read one conversation: its state and timers.',
  effect: 'read',
  input: z.strictObject({ conversation: conversationName }),
  output: conversation,
  request: { method: 'GET', host: 'conversations', path: `${all}/{conversation}` },
  page,
});

export const listConversations = defineOperation({
  name: 'conversations_list_conversations',
  title: 'List conversations',
  about: 'List conversations, by state. To find those of one person use conversations_find_conversations.',
  effect: 'read',
  input: z.strictObject({
    state: fields.field(z.enum(states), 'Only in this state', 'active').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    conversations: fields.field(z.array(conversation), 'The conversations', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'conversations', path: all, list: { rows: 'conversations', maxPage: 100 } },
  page,
});

export const updateConversation = defineOperation({
  name: 'conversations_update_conversation',
  title: 'Change a conversation',
  about:
    'Change name, attributes, timers or state. A closed conversation takes no more messages and cannot be opened again.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    conversation: conversationName,
    state: fields.field(z.enum(states), 'New state', 'closed').optional(),
    ...changeable,
  }),
  output: conversation,
  request: {
    method: 'POST',
    host: 'conversations',
    path: `${all}/{conversation}`,
    names,
    asJson: ['attributes'],
  },
  page,
});

export const deleteConversation = defineOperation({
  name: 'conversations_delete_conversation',
  title: 'Delete a conversation',
  about: 'Delete a conversation with its messages, for good.',
  effect: 'delete',
  input: z.strictObject({ conversation: conversationName }),
  output: deleted,
  request: { method: 'DELETE', host: 'conversations', path: `${all}/{conversation}` },
  answer: () => ({ deleted: true }),
  page,
});

export const findConversations = defineOperation({
  name: 'conversations_find_conversations',
  title: 'Find the conversations of a person',
  about:
    'Find conversations by an address such as +14155550123 or whatsapp:+14155550123, or by a chat identity.',
  effect: 'read',
  input: z
    .strictObject({
      address: fields.address('Number or WhatsApp address').optional(),
      identity: fields.field(z.string().min(1).max(256), 'Chat identity', 'ana').optional(),
      limit: fields.limit,
      cursor: fields.cursor,
    })
    .refine(({ address, identity }) => (address === undefined) !== (identity === undefined), {
      error: 'give address or identity',
      path: ['address'],
    }),
  output: z.object({
    conversations: fields.field(
      z.array(
        z.object({
          conversation_sid: fields.sid('Conversation SID', 'CH'),
          conversation_unique_name: fields.field(z.string(), 'Unique name', 'order-1042').optional(),
          conversation_state: fields.field(z.string(), 'State', 'active').optional(),
          participant_sid: fields.sid('The person in it', 'MB').optional(),
        }),
      ),
      'The conversations',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'conversations',
    path: '/v1/ParticipantConversations',
    list: { rows: 'conversations', maxPage: 100 },
  },
  page,
});
