// Who takes part in a Proxy session, and what passed between them. Services and sessions are in proxy.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-proxy';
const session = '/v1/Services/{service_sid}/Sessions/{session_sid}';
const participants = `${session}/Participants`;

const inSession = {
  service_sid: fields.sid('Proxy service SID', 'KS'),
  session_sid: fields.sid('Session SID', 'KC'),
};
const participantSid = fields.sid('Participant SID', 'KP');

const participant = z.object({
  sid: participantSid,
  identifier: fields.field(z.string(), "The person's own number", '+14155550123').optional(),
  proxy_identifier: fields
    .field(z.string(), 'The number this person sees and writes to', '+14155550100')
    .optional(),
  friendly_name: fields.words('Name', 'Driver').optional(),
});

export const addParticipant = defineOperation({
  name: 'proxy_add_participant',
  title: 'Add a participant to a Proxy session',
  about:
    'Add one of the two people to a session. Proxy picks the number this person will see unless one is named.',
  effect: 'send',
  input: z.strictObject({
    ...inSession,
    identifier: fields.phone("The person's number"),
    friendly_name: fields
      .field(z.string().min(1).max(255), 'Role; nothing personal in it', 'Driver')
      .optional(),
    proxy_identifier: fields.phone('Number of the pool this person shall see').optional(),
  }),
  output: participant,
  request: { method: 'POST', host: 'proxy', path: participants },
  // Nobody is written to now, but from now on what the other writes goes to this number.
  reaches: ({ identifier }) => [{ to: identifier, channel: 'sms' }],
  costs: () => ({ kind: 'nothing' }),
  page,
});

export const listParticipants = defineOperation({
  name: 'proxy_list_participants',
  title: 'List participants of a Proxy session',
  about: 'List who takes part in a session, and which number each of them sees.',
  effect: 'read',
  input: z.strictObject({ ...inSession, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    participants: fields.field(z.array(participant), 'The participants', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'proxy',
    path: participants,
    list: { rows: 'participants', maxPage: 1000 },
  },
  page,
});

export const removeParticipant = defineOperation({
  name: 'proxy_remove_participant',
  title: 'Remove a participant from a Proxy session',
  about: 'Take a person out of a session: nothing reaches them any more.',
  effect: 'delete',
  input: z.strictObject({ ...inSession, participant_sid: participantSid }),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) }),
  request: { method: 'DELETE', host: 'proxy', path: `${participants}/{participant_sid}` },
  answer: () => ({ deleted: true }),
  page,
});

const interaction = z.object({
  sid: fields.sid('Interaction SID', 'KI'),
  type: fields.field(z.string(), 'message, voice or unknown', 'message').optional(),
  data: fields.words('What was said, as Proxy keeps it', '{"body":"I am outside"}').optional(),
  inbound_participant_sid: fields.sid('Who said it', 'KP').optional(),
  inbound_resource_status: fields.field(z.string(), 'State on its way in', 'received').optional(),
  outbound_participant_sid: fields.sid('Whom it went to', 'KP').optional(),
  outbound_resource_sid: fields
    .field(z.string(), 'Message or call that went out', `SM${'0'.repeat(32)}`)
    .optional(),
  outbound_resource_status: fields.field(z.string(), 'State on its way out', 'delivered').optional(),
  date_created: fields.field(z.string(), 'When', '2026-11-23T15:00:00Z').optional(),
});

export const listInteractions = defineOperation({
  name: 'proxy_list_interactions',
  title: 'List what passed through a Proxy session',
  about: 'List messages and calls that passed through a session, newest first.',
  effect: 'read',
  input: z.strictObject({ ...inSession, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    interactions: fields.field(z.array(interaction), 'The interactions', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'proxy',
    path: `${session}/Interactions`,
    list: { rows: 'interactions', maxPage: 1000 },
  },
  page,
});

export const sendMessage = defineOperation({
  name: 'proxy_send_message',
  title: 'Send a message into a Proxy session',
  about:
    'Send a text to one participant from the number that participant sees, as the service, not as the other person.',
  effect: 'send',
  input: z.strictObject({
    ...inSession,
    participant_sid: participantSid,
    body: fields.field(z.string().min(1).max(1600), 'Text', 'Your driver is two minutes away.'),
  }),
  output: interaction,
  request: { method: 'POST', host: 'proxy', path: `${participants}/{participant_sid}/MessageInteractions` },
  // Only Twilio knows the number behind the SID: it is asked, and where it does not tell, this counts as the strictest case.
  reaches: ({ participant_sid }) => [{ to: participant_sid, channel: 'unknown' }],
  audience: ({ service_sid, session_sid, participant_sid }) => ({
    request: {
      method: 'GET',
      host: 'proxy',
      path: participants,
      list: { rows: 'participants', maxPage: 1000 },
    },
    input: { service_sid, session_sid, limit: 100 },
    recipient: ({ sid, identifier }) =>
      sid === participant_sid && typeof identifier === 'string'
        ? { to: identifier, channel: 'sms' }
        : undefined,
  }),
  costs: ({ body }) => ({ kind: 'message', channel: 'sms', body, media: 0 }),
  page,
});
