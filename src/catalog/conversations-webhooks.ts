// Where the words of one conversation are sent: its own webhooks, after the fact. Those of a whole service are set in the Console.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { conversationName, deleted, one, page } from './conversations-fields.ts';

const webhooks = `${one}/Webhooks`;

/** Of one conversation only events after the fact are told (docs/conversations-classic/conversations-webhooks). */
const events = [
  'onMessageAdded',
  'onMessageUpdated',
  'onMessageRemoved',
  'onConversationUpdated',
  'onConversationStateUpdated',
  'onConversationRemoved',
  'onParticipantAdded',
  'onParticipantUpdated',
  'onParticipantRemoved',
  'onDeliveryUpdated',
] as const;

const webhook = z.object({
  sid: fields.sid('Webhook SID', 'WH'),
  target: fields.field(z.string(), 'webhook, trigger or studio', 'webhook').optional(),
  configuration: fields
    .field(
      z.object({
        url: fields.field(z.string(), 'Where it goes', 'https://example.com/conversation').optional(),
        method: fields.field(z.string(), 'GET or POST', 'POST').optional(),
        filters: fields.field(z.array(z.string()), 'Events', ['onMessageAdded']).optional(),
        triggers: fields.field(z.array(z.string()), 'Words', ['help']).optional(),
        flow_sid: fields.sid('Studio flow', 'FW').optional(),
      }),
      'What is told, and where',
      { url: 'https://example.com/conversation', filters: ['onMessageAdded'] },
    )
    .optional(),
});

export const addWebhook = defineOperation({
  name: 'conversations_add_webhook',
  title: 'Add a webhook to a conversation',
  about:
    'Send what is said in one conversation to a URL (all events named, or messages with certain words) or to a Studio flow. At most five.',
  effect: 'admin',
  input: z
    .strictObject({
      conversation: conversationName,
      target: fields.field(
        z.enum(['webhook', 'trigger', 'studio']),
        'webhook: events to url; trigger: messages with words to url; studio: messages to a flow',
        'webhook',
      ),
      url: fields.url('Receiver, for webhook and trigger').optional(),
      method: fields.field(z.enum(['GET', 'POST']), 'How url is asked', 'POST').optional(),
      filters: fields
        .field(z.array(z.enum(events)).min(1).max(events.length), 'Events, for webhook', ['onMessageAdded'])
        .optional(),
      triggers: fields
        .field(z.array(z.string().min(1).max(256)).min(1).max(50), 'Words, for trigger', ['help'])
        .optional(),
      flow_sid: fields.sid('Studio flow, for studio', 'FW').optional(),
      replay_after: fields.field(z.int().min(0), 'Also tell messages from this index on', 0).optional(),
    })
    .refine((input) => (input.target === 'studio') === (input.flow_sid !== undefined), {
      error: 'belongs to target studio, which needs it',
      path: ['flow_sid'],
    })
    .refine((input) => (input.target === 'studio') === (input.url === undefined), {
      error: 'is needed for target webhook and trigger, and only there',
      path: ['url'],
    })
    .refine((input) => (input.target === 'webhook') === (input.filters !== undefined), {
      error: 'is needed for target webhook, and only there',
      path: ['filters'],
    })
    .refine((input) => (input.target === 'trigger') === (input.triggers !== undefined), {
      error: 'is needed for target trigger, and only there',
      path: ['triggers'],
    }),
  output: webhook,
  prepare: (input) => ({ ...input, method: input.method?.toLowerCase() }),
  request: {
    method: 'POST',
    host: 'conversations',
    path: webhooks,
    names: {
      url: 'Configuration.Url',
      method: 'Configuration.Method',
      filters: 'Configuration.Filters',
      triggers: 'Configuration.Triggers',
      flow_sid: 'Configuration.FlowSid',
      replay_after: 'Configuration.ReplayAfter',
    },
  },
  page,
});

export const listWebhooks = defineOperation({
  name: 'conversations_list_webhooks',
  title: 'List the webhooks of a conversation',
  about: 'List where the words of one conversation are sent.',
  effect: 'read',
  input: z.strictObject({ conversation: conversationName, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    webhooks: fields.field(z.array(webhook), 'The webhooks', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'conversations',
    path: webhooks,
    list: { rows: 'webhooks', maxPage: 5 },
  },
  page,
});

export const removeWebhook = defineOperation({
  name: 'conversations_remove_webhook',
  title: 'Remove a webhook of a conversation',
  about: 'Stop telling one receiver what is said in a conversation.',
  // Whoever kept consent or moderated by it hears nothing any more.
  effect: 'admin',
  input: z.strictObject({ conversation: conversationName, webhook_sid: fields.sid('Webhook SID', 'WH') }),
  output: deleted,
  request: { method: 'DELETE', host: 'conversations', path: `${webhooks}/{webhook_sid}` },
  answer: () => ({ deleted: true }),
  page,
});
