// Conferences and who is in them: look, call someone in, mute, hold, take out, end.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-voice';
const conferences = '/2010-04-01/Accounts/{account}/Conferences';
const participants = `${conferences}/{conference}/Participants`;

const conferenceSid = fields.sid('Conference SID', 'CF');

/** Every call is limited, a call into a conference too. */
const TIME_LIMIT_SECONDS = 600;

const conference = z.object({
  sid: conferenceSid,
  friendly_name: fields.field(z.string(), 'Name it was opened under', 'support-1042').optional(),
  status: fields.field(z.string(), 'init, in-progress or completed', 'in-progress').optional(),
  reason_conference_ended: fields.field(z.string(), 'Why it ended', 'last-participant-left').optional(),
  date_created: fields
    .field(z.string(), 'When it was opened, RFC 2822', 'Mon, 23 Nov 2026 15:00:00 +0000')
    .optional(),
});

const participant = z.object({
  call_sid: fields.sid('Call of the participant', 'CA'),
  conference_sid: conferenceSid.optional(),
  label: fields.field(z.string(), 'Label given when added', 'customer').optional(),
  status: fields
    .field(z.string(), 'queued, connecting, ringing, connected, complete or failed', 'connected')
    .optional(),
  muted: fields.field(z.boolean(), 'Cannot be heard', false).optional(),
  hold: fields.field(z.boolean(), 'On hold', false).optional(),
});

export const listConferences = defineOperation({
  name: 'voice_list_conferences',
  title: 'List conferences',
  about: 'List conferences, newest first.',
  effect: 'read',
  input: z.strictObject({
    friendly_name: fields.field(z.string().max(256), 'Only of this name', 'support-1042').optional(),
    status: fields
      .field(z.enum(['init', 'in-progress', 'completed']), 'Only in this state', 'in-progress')
      .optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    conferences: fields.field(z.array(conference), 'The conferences', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${conferences}.json`,
    list: { rows: 'conferences', maxPage: 1000 },
  },
  page,
});

export const getConference = defineOperation({
  name: 'voice_get_conference',
  title: 'Get a conference',
  about: 'Read one conference: whether it runs, and why it ended.',
  effect: 'read',
  input: z.strictObject({ sid: conferenceSid }),
  output: conference,
  request: { method: 'GET', host: 'api', path: `${conferences}/{sid}.json` },
  page,
});

export const closeConference = defineOperation({
  name: 'voice_close_conference',
  title: 'End a conference',
  about: 'End a conference: everyone in it is hung up.',
  effect: 'delete',
  input: z.strictObject({ sid: conferenceSid }),
  output: conference,
  request: { method: 'POST', host: 'api', path: `${conferences}/{sid}.json`, fixed: { Status: 'completed' } },
  page,
});

export const listParticipants = defineOperation({
  name: 'voice_list_participants',
  title: 'List participants of a conference',
  about: 'List who is in a running conference.',
  effect: 'read',
  input: z.strictObject({ conference: conferenceSid, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    participants: fields.field(z.array(participant), 'The participants', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${participants}.json`,
    list: { rows: 'participants', maxPage: 1000 },
  },
  page,
});

export const addParticipant = defineOperation({
  name: 'voice_add_participant',
  title: 'Call someone into a conference',
  about:
    'Call a person who agreed to it and put them into a conference, which is opened by its name if it is not running.',
  effect: 'send',
  input: z.strictObject({
    conference: fields.field(
      z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be a conference SID, or a name of letters, digits, - and _'),
      'Conference SID, or the name of one',
      'support-1042',
    ),
    to: fields.phone('Who to call, in E.164'),
    from: fields.phone('Own or verified number; default: the configured one').optional(),
    label: fields
      .field(
        z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be letters, digits, - and _'),
        'Label to find them by',
        'customer',
      )
      .optional(),
    muted: fields.field(z.boolean(), 'Join without being heard', false).optional(),
    end_conference_on_exit: fields.field(z.boolean(), 'End it for all when this one leaves', true).optional(),
    time_limit: fields
      .field(z.int().min(60).max(86_400), 'Seconds after which this call is ended; 600 when left out', 600)
      .optional(),
  }),
  output: participant,
  request: { method: 'POST', host: 'api', path: `${participants}.json` },
  prepare(input, { from, callSeconds = TIME_LIMIT_SECONDS }) {
    const caller = input.from ?? (from?.startsWith('+') ? from : undefined);
    if (caller === undefined) {
      throw new OperationError(
        'INVALID_INPUT',
        'There is no caller ID: the call names none and none is configured.',
        {
          next: 'Pass from (account_list_numbers shows the numbers you own), or set TWILIO_FROM to a number.',
        },
      );
    }
    return {
      ...input,
      from: caller,
      time_limit: input.time_limit ?? Math.min(TIME_LIMIT_SECONDS, callSeconds),
    };
  },
  reaches: ({ to }) => [{ to, channel: 'voice' }],
  costs: ({ time_limit = TIME_LIMIT_SECONDS }) => ({ kind: 'call', legs: 1, minutes: time_limit / 60 }),
  page,
});

const who = {
  conference: conferenceSid,
  participant: fields.field(
    z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be a call SID or a label'),
    'Call SID or label',
    `CA${'0'.repeat(32)}`,
  ),
};

export const updateParticipant = defineOperation({
  name: 'voice_update_participant',
  title: 'Mute or hold a participant',
  about: 'Mute someone in a conference, put them on hold, or undo it.',
  effect: 'write',
  idempotent: true,
  input: z
    .strictObject({
      ...who,
      muted: fields.field(z.boolean(), 'True mutes, false lets them be heard', true).optional(),
      hold: fields.field(z.boolean(), 'True puts on hold, false brings back', true).optional(),
    })
    .refine(({ muted, hold }) => muted !== undefined || hold !== undefined, {
      error: 'give muted or hold',
      path: ['muted'],
    }),
  output: participant,
  request: { method: 'POST', host: 'api', path: `${participants}/{participant}.json` },
  page,
});

export const removeParticipant = defineOperation({
  name: 'voice_remove_participant',
  title: 'Remove a participant',
  about: 'Take someone out of a conference; their call ends.',
  effect: 'delete',
  input: z.strictObject(who),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once they are out', true) }),
  request: { method: 'DELETE', host: 'api', path: `${participants}/{participant}.json` },
  answer: () => ({ deleted: true }),
  page,
});
