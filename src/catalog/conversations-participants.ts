// Who takes part in a conversation, by which address, and with which sender. What is said is in conversations-messages.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { channelOf } from '../operation/reach.ts';
import {
  attributes,
  attributesText,
  conversationName,
  deleted,
  identity,
  one,
  page,
  participantName,
  participantSid,
  roleSid,
} from './conversations-fields.ts';

const participants = `${one}/Participants`;

const participant = z.object({
  sid: participantSid,
  identity: identity.optional(),
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
  attributes: attributesText,
  role_sid: fields.sid('Role', 'RL').optional(),
  last_read_message_index: fields.field(z.number(), 'Last message they read', 3).optional(),
});

/** SMS and WhatsApp; Conversations has no other channel with addresses (docs/conversations-classic/overview). */
const address = (description: string) =>
  fields.field(
    z
      .string()
      .regex(
        /^(?:whatsapp:)?\+[1-9][0-9]{6,14}$/,
        'must be E.164, such as +14155550123, or whatsapp: and that. Never guess a country code; ask',
      ),
    description,
    '+14155550123',
  );

export const addParticipant = defineOperation({
  name: 'conversations_add_participant',
  title: 'Add a participant',
  about:
    'Add a person by SMS or WhatsApp (address, and your sender as proxy_address) or by chat identity. They are not written to now, but get all that is written from now on: they must have agreed.',
  effect: 'send',
  input: z
    .strictObject({
      conversation: conversationName,
      address: address('Their number, or whatsapp: and number').optional(),
      proxy_address: address('Your sender, of the same channel').optional(),
      identity: identity.optional(),
      attributes: attributes(4),
      role_sid: roleSid,
    })
    .refine((input) => (input.address === undefined) !== (input.identity === undefined), {
      error: 'give address or identity',
      path: ['address'],
    })
    .refine((input) => (input.address === undefined) === (input.proxy_address === undefined), {
      error: 'goes with address: give both',
      path: ['proxy_address'],
    })
    .refine(
      (input) =>
        input.address === undefined ||
        input.proxy_address === undefined ||
        channelOf(input.address, 'sms') === channelOf(input.proxy_address, 'sms'),
      { error: 'must be of the same channel as address', path: ['proxy_address'] },
    )
    .refine((input) => input.address === undefined || input.address !== input.proxy_address, {
      error: 'must be your own sender, not the address of the person',
      path: ['proxy_address'],
    }),
  output: participant,
  request: {
    method: 'POST',
    host: 'conversations',
    path: participants,
    names: { address: 'MessagingBinding.Address', proxy_address: 'MessagingBinding.ProxyAddress' },
    asJson: ['attributes'],
  },
  // Nobody is written to now, but every later message of anybody in it goes there.
  reaches: (input) => {
    if (input.address !== undefined)
      return [{ to: input.address, channel: channelOf(input.address, 'sms'), purpose: 'conversational' }];
    return input.identity === undefined
      ? []
      : [{ to: input.identity, channel: 'chat', purpose: 'conversational' }];
  },
  costs: () => ({ kind: 'nothing' }),
  page,
});

export const listParticipants = defineOperation({
  name: 'conversations_list_participants',
  title: 'List participants',
  about: 'List who takes part in a conversation: whom a message into it would reach.',
  effect: 'read',
  input: z.strictObject({ conversation: conversationName, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    participants: fields.field(z.array(participant), 'The participants', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'conversations',
    path: participants,
    list: { rows: 'participants', maxPage: 100 },
  },
  page,
});

export const getParticipant = defineOperation({
  name: 'conversations_get_participant',
  title: 'Get a participant',
  about: 'Read one participant: address or identity, sender, and how far they have read.',
  effect: 'read',
  input: z.strictObject({ conversation: conversationName, participant: participantName }),
  output: participant,
  request: { method: 'GET', host: 'conversations', path: `${participants}/{participant}` },
  page,
});

export const updateParticipant = defineOperation({
  name: 'conversations_update_participant',
  title: 'Change a participant',
  about:
    'Change attributes, role, or how far somebody has read. An address cannot change: remove and add them.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    conversation: conversationName,
    participant: participantName,
    attributes: attributes(4),
    role_sid: roleSid,
    last_read_message_index: fields
      .field(z.int().min(0), 'Index of the last message they read', 3)
      .optional(),
  }),
  output: participant,
  request: {
    method: 'POST',
    host: 'conversations',
    path: `${participants}/{participant}`,
    asJson: ['attributes'],
  },
  page,
});

export const removeParticipant = defineOperation({
  name: 'conversations_remove_participant',
  title: 'Remove a participant',
  about: 'Take a person out of a conversation: they get nothing of it any more.',
  effect: 'delete',
  input: z.strictObject({ conversation: conversationName, participant: participantName }),
  output: deleted,
  request: { method: 'DELETE', host: 'conversations', path: `${participants}/{participant}` },
  answer: () => ({ deleted: true }),
  page,
});
