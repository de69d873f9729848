// Conversations: one thread over SMS, WhatsApp and chat. Who takes part, what is said and what is around it have files of their own.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import {
  attributes,
  attributesText,
  conversationName,
  conversations,
  created,
  deleted,
  identity,
  one,
  page,
} from './conversations-fields.ts';

const states = ['active', 'inactive', 'closed'] as const;

/** Twilio refuses shorter ones with 50375 and 50376. */
const timer = (what: string, least: number, example: string) =>
  fields
    .field(
      z.string().refine((value) => secondsOf(value) >= least, {
        error: `must be an ISO 8601 duration of days, hours, minutes and seconds, at least ${example}`,
      }),
      what,
      example,
    )
    .optional();

function secondsOf(duration: string): number {
  const parts = /^P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/.exec(duration);
  if (parts === null) return Number.NaN;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = parts;
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

const conversation = z.object({
  sid: fields.sid('Conversation SID', 'CH'),
  unique_name: fields.field(z.string(), 'Unique name', 'order-1042').optional(),
  friendly_name: fields.field(z.string(), 'Name', 'Order 1042').optional(),
  state: fields.field(z.string(), 'active, inactive, closed or initializing', 'active').optional(),
  timers: fields
    .field(
      z.object({
        date_inactive: fields.field(z.string(), 'Inactive then', '2026-11-23T16:00:00Z').optional(),
        date_closed: fields.field(z.string(), 'Closed then', '2026-11-24T15:00:00Z').optional(),
      }),
      'When silence ends it',
      { date_closed: '2026-11-24T15:00:00Z' },
    )
    .optional(),
  attributes: attributesText,
  messaging_service_sid: fields.sid('Messaging Service', 'MG').optional(),
  chat_service_sid: fields.sid('Conversation Service', 'IS').optional(),
  date_created: created,
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:00Z').optional(),
});

const changeable = {
  friendly_name: fields.field(z.string().min(1).max(256), 'Name', 'Order 1042').optional(),
  messaging_service_sid: fields.sid('Messaging Service of its senders', 'MG').optional(),
  attributes: attributes(16),
  inactive_after: timer('Inactive after this silence, ISO 8601', 60, 'PT1M'),
  closed_after: timer('Closed after this silence, ISO 8601', 600, 'PT10M'),
};

const names = { inactive_after: 'Timers.Inactive', closed_after: 'Timers.Closed' };

export const createConversation = defineOperation({
  name: 'conversations_create_conversation',
  title: 'Open a conversation',
  about: 'Open a thread; then add people with conversations_add_participant. Nobody is written to by this.',
  effect: 'write',
  input: z.strictObject({
    unique_name: fields.field(z.string().min(1).max(256), 'Unique name', 'order-1042').optional(),
    ...changeable,
  }),
  output: conversation,
  request: { method: 'POST', host: 'conversations', path: conversations, names, asJson: ['attributes'] },
  // A new conversation takes timers only together with its state (docs/api/errors/50382).
  prepare: (input) =>
    input.inactive_after === undefined && input.closed_after === undefined
      ? input
      : { ...input, state: 'active' },
  page,
});

export const getConversation = defineOperation({
  name: 'conversations_get_conversation',
  title: 'Get a conversation',
  about: 'Read one conversation: its state and when silence will end it.',
  effect: 'read',
  input: z.strictObject({ conversation: conversationName }),
  output: conversation,
  request: { method: 'GET', host: 'conversations', path: one },
  page,
});

export const listConversations = defineOperation({
  name: 'conversations_list_conversations',
  title: 'List conversations',
  about: 'List conversations. To find those of one person use conversations_find_conversations.',
  effect: 'read',
  input: z.strictObject({
    state: fields.field(z.enum(states), 'Only in this state', 'active').optional(),
    start_date: fields.field(z.iso.date(), 'Begun on or after this day', '2026-11-01').optional(),
    end_date: fields.field(z.iso.date(), 'Begun on or before this day', '2026-11-30').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    conversations: fields.field(z.array(conversation), 'The conversations', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'conversations',
    path: conversations,
    list: { rows: 'conversations', maxPage: 100 },
  },
  page,
});

export const updateConversation = defineOperation({
  name: 'conversations_update_conversation',
  title: 'Change a conversation',
  about:
    'Change name, attributes, timers or state. Closing is for good: a closed conversation takes no more messages and frees its people for another.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    conversation: conversationName,
    state: fields.field(z.enum(states), 'New state', 'closed').optional(),
    ...changeable,
  }),
  output: conversation,
  request: { method: 'POST', host: 'conversations', path: one, names, asJson: ['attributes'] },
  page,
});

export const deleteConversation = defineOperation({
  name: 'conversations_delete_conversation',
  title: 'Delete a conversation',
  about: 'Delete a conversation with its messages and participants, for good.',
  effect: 'delete',
  input: z.strictObject({ conversation: conversationName }),
  output: deleted,
  request: { method: 'DELETE', host: 'conversations', path: one },
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
      identity: identity.optional(),
      limit: fields.limit,
      cursor: fields.cursor,
    })
    .refine((input) => (input.address === undefined) !== (input.identity === undefined), {
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
          participant_messaging_binding: z
            .object({
              proxy_address: fields.field(z.string(), 'Sender they see', '+14155550100').optional(),
            })
            .optional(),
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
    list: { rows: 'conversations', maxPage: 50 },
  },
  page,
});
