// Calls: place, look, change while they run. Recordings are in voice-recordings.ts; what TwiML may say is twiml/'s business.
import { z } from 'zod';
import { type Defaults, defineOperation, type RequestTemplate, type Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import type { Channel, Recipient } from '../operation/reach.ts';
import { buildTwiml } from '../twiml/build.ts';
import { INLINE_TWIML_MAX_CHARACTERS, parseTwiml } from '../twiml/document.ts';
import { reachedBy, type TwimlVia } from '../twiml/reach.ts';
import { validateTwiml } from '../twiml/validate.ts';
import { effectOfTwiml } from './twiml-effect.ts';

const calls = '/2010-04-01/Accounts/{account}/Calls';
const page = 'twilio-voice';

/** Nobody pays for a forgotten line: every call ends after ten minutes unless the caller says otherwise. */
const TIME_LIMIT_SECONDS = 600;

const callSid = fields.sid('Call SID', 'CA');

/** One end of a call: a number, a SIP address or a client of the Voice SDK. */
function party(description: string, example: string) {
  const pattern = /^(?:\+[1-9][0-9]{6,14}|sips?:[^\s@]+@[^\s@]+|client:[A-Za-z0-9_.@+-]{1,121})$/;
  return fields.field(
    z
      .string()
      .max(255)
      .regex(pattern, 'must be E.164 such as +14155550123, sip:name@example.com or client:name'),
    description,
    example,
  );
}

const call = z.object({
  sid: callSid,
  status: fields.field(
    z.string(),
    'queued, initiated, ringing, in-progress, completed, busy, failed, no-answer or canceled. Only completed was answered',
    'queued',
  ),
  direction: fields.field(z.string(), 'inbound, outbound-api or outbound-dial', 'outbound-api').optional(),
  to: fields.field(z.string(), 'Who is called', '+14155550123').optional(),
  from: fields.field(z.string(), 'Who calls', '+14155550100').optional(),
  parent_call_sid: fields.sid('Call that dialled this one', 'CA').optional(),
  answered_by: fields
    .field(z.string(), 'human or a kind of machine, with machine_detection', 'human')
    .optional(),
  caller_name: fields.words('Name of an inbound caller', 'ANA DIAZ').optional(),
  duration: fields.field(z.coerce.number(), 'Length in seconds, once ended', 42).optional(),
  date_created: fields
    .field(z.string(), 'When Twilio took it, RFC 2822', 'Mon, 23 Nov 2026 15:00:00 +0000')
    .optional(),
  start_time: fields
    .field(z.string(), 'When it was dialled, RFC 2822', 'Mon, 23 Nov 2026 15:00:01 +0000')
    .optional(),
  end_time: fields.field(z.string(), 'When it ended, RFC 2822', 'Mon, 23 Nov 2026 15:00:43 +0000').optional(),
  price: fields.field(z.coerce.number(), 'Charge; negative, known some time after', -0.014).optional(),
  price_unit: fields.field(z.string(), 'Currency of the price', 'USD').optional(),
});

const listRequest: RequestTemplate = {
  method: 'GET',
  host: 'api',
  path: `${calls}.json`,
  names: { started_after: 'StartTime>', started_before: 'StartTime<' },
  list: { rows: 'calls', maxPage: 1000 },
};

/** What the call does: exactly one of say, twiml and url. */
const script = {
  say: fields.field(z.string().min(1).max(3000), 'Plain words to speak', 'Your table is ready.').optional(),
  voice: fields.field(z.string().min(1).max(100), 'Voice for say', 'Polly.Joanna').optional(),
  language: fields.field(z.string().min(2).max(35), 'Language of say', 'en-US').optional(),
  twiml: fields
    .field(
      z.string().min(1).max(INLINE_TWIML_MAX_CHARACTERS).superRefine(refuseBadTwiml),
      'TwiML document; checked first',
      '<Response><Say>Hello.</Say></Response>',
    )
    .optional(),
  url: fields.url('URL that answers with TwiML').optional(),
  method: fields.field(z.enum(['GET', 'POST']), 'Method for url', 'POST').optional(),
};

interface Script {
  readonly say?: string | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
  readonly twiml?: string | undefined;
}

function refuseBadTwiml(xml: string, context: z.core.$RefinementCtx<string>): void {
  const parsed = parseTwiml(xml);
  const problems = parsed.ok ? validateTwiml(parsed.root, 'voice') : parsed.problems;
  for (const { line, reason, severity } of problems) {
    if (severity === 'error') context.addIssue({ code: 'custom', message: `line ${line}: ${reason}` });
  }
}

/** Field → the field without which Twilio would ignore it. */
const useless = { voice: 'say', language: 'say', method: 'url' } as const;

function refuseStray(input: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): void {
  for (const [name, other] of Object.entries(useless)) {
    if (input[name] === undefined || input[other] !== undefined) continue;
    context.addIssue({ code: 'custom', path: [name], message: `goes with ${other}: give it too` });
  }
}

function given(...values: readonly unknown[]): number {
  return values.filter((value) => value !== undefined).length;
}

const tooLong = {
  error: `is too long: the TwiML made of it is over ${INLINE_TWIML_MAX_CHARACTERS} characters`,
  path: ['say'],
};

export const placeCall = defineOperation({
  name: 'voice_place_call',
  title: 'Place a call',
  about:
    'Call someone who agreed to it and speak words, run TwiML or let a URL decide. Queued is not answered: check with voice_get_call.',
  effect: 'send',
  input: z
    .strictObject({
      to: party('Who to call: E.164, sip: or client:', '+14155550123'),
      from: party('Own or verified number; default: the configured one', '+14155550100').optional(),
      ...script,
      time_limit: fields
        .field(z.int().min(60).max(86_400), 'Seconds after which it is ended; 600 when left out', 600)
        .optional(),
      timeout: fields
        .field(z.int().min(1).max(600), 'Seconds to let it ring; 60 when left out', 30)
        .optional(),
      record: fields.field(z.boolean(), 'Record it; tell the person first', true).optional(),
      machine_detection: fields
        .field(
          z.enum(['Enable', 'DetectMessageEnd']),
          'Tell people from machines; DetectMessageEnd waits for the beep',
          'Enable',
        )
        .optional(),
      send_digits: fields
        .field(
          z.string().regex(/^[0-9A-DwW#*]{1,32}$/, 'must be digits, #, * or w for a pause, at most 32'),
          'Keys to press once answered; w waits',
          'ww1234#',
        )
        .optional(),
      status_callback: fields.url('Where Twilio reports progress').optional(),
      status_callback_events: fields
        .field(
          z
            .array(z.enum(['initiated', 'ringing', 'answered', 'completed']))
            .min(1)
            .max(4),
          'What to report; completed when left out',
          ['answered', 'completed'],
        )
        .optional(),
    })
    .superRefine(refuseStray)
    .refine(({ say, twiml, url }) => given(say, twiml, url) === 1, {
      error: 'give exactly one of say, twiml and url',
      path: ['say'],
    })
    .refine(fitsInline, tooLong)
    .refine((input) => input.machine_detection === undefined || input.send_digits === undefined, {
      error: 'leave it out: Twilio ignores it when send_digits are given',
      path: ['machine_detection'],
    }),
  output: call,
  request: {
    method: 'POST',
    host: 'api',
    path: `${calls}.json`,
    names: { status_callback_events: 'StatusCallbackEvent' },
    local: ['say', 'voice', 'language'],
  },
  prepare(input, defaults) {
    const status_callback = input.status_callback ?? defaults.statusCallback;
    const time_limit = input.time_limit ?? secondsFor(defaults);
    return { ...withTwiml(input), from: input.from ?? callerFrom(defaults), status_callback, time_limit };
  },
  raises: ({ twiml }) => effectOfTwiml(twiml),
  // A document behind `url` may dial anyone; whether its host is trusted is the destination guard's question.
  reaches: (input) => [{ to: input.to, channel: 'voice' }, ...reachedInside(input.twiml, input.to)],
  costs: ({ to, twiml, time_limit = TIME_LIMIT_SECONDS }) => ({
    kind: 'call',
    legs: 1 + reachedInside(twiml, to).length,
    minutes: time_limit / 60,
  }),
  trace: ({ to, from }, since) => ({
    request: listRequest,
    // A queued call has no start time yet, so the list cannot be cut by time.
    input: { to, limit: 50 },
    lookWith: 'voice_list_calls',
    matches: (row) =>
      row['direction'] === 'outbound-api' &&
      (from === undefined || row['from'] === from) &&
      Date.parse(String(row['date_created'])) >= Math.floor(since.getTime() / 1000) * 1000,
  }),
  page,
});

export const getCall = defineOperation({
  name: 'voice_get_call',
  title: 'Get a call',
  about: 'Read one call: its status, length, price and whether a machine answered.',
  effect: 'read',
  input: z.strictObject({ sid: callSid }),
  output: call,
  request: { method: 'GET', host: 'api', path: `${calls}/{sid}.json` },
  page,
});

export const listCalls = defineOperation({
  name: 'voice_list_calls',
  title: 'List calls',
  about: 'List calls made and received, newest first. The legs a call dialled have it as parent_call_sid.',
  effect: 'read',
  input: z.strictObject({
    to: party('Only to this party', '+14155550123').optional(),
    from: party('Only from this party', '+14155550100').optional(),
    status: fields
      .field(
        z.enum(['queued', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled']),
        'Only with this status',
        'in-progress',
      )
      .optional(),
    parent_call_sid: fields.sid('Only legs of this call', 'CA').optional(),
    started_after: fields.dayOrInstant('Only started on or after; leaves out queued calls').optional(),
    started_before: fields.dayOrInstant('Only started before').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    calls: fields.field(z.array(call), 'The calls', []),
    next_cursor: fields.nextCursor,
  }),
  request: listRequest,
  page,
});

export const updateCall = defineOperation({
  name: 'voice_update_call',
  title: 'Change a live call',
  about:
    'Hang up a call, or stop what it is doing and let it speak words, run TwiML or follow a URL. Calls that have ended cannot be changed.',
  effect: 'send',
  input: z
    .strictObject({
      sid: callSid,
      status: fields
        .field(
          z.enum(['completed', 'canceled']),
          'completed hangs up; canceled only if nobody answered yet',
          'completed',
        )
        .optional(),
      ...script,
      time_limit: fields
        .field(z.int().min(60).max(86_400), 'Seconds the call may last; 600 when the TwiML dials', 600)
        .optional(),
    })
    .superRefine(refuseStray)
    .refine(({ status, say, twiml, url }) => given(status, say, twiml, url) === 1, {
      error: 'give exactly one of status, say, twiml and url',
      path: ['status'],
    })
    .refine(fitsInline, tooLong),
  output: call,
  request: {
    method: 'POST',
    host: 'api',
    path: `${calls}/{sid}.json`,
    local: ['say', 'voice', 'language'],
  },
  prepare: (input, defaults) => ({
    ...withTwiml(input),
    time_limit: input.time_limit ?? (dials(input.twiml) ? secondsFor(defaults) : undefined),
  }),
  raises: ({ twiml }) => effectOfTwiml(twiml),
  // Who is on the line was reached by the call itself; only those its new TwiML brings in are new.
  reaches: ({ twiml }) => reachedInside(twiml, undefined),
  costs({ twiml, time_limit = TIME_LIMIT_SECONDS }) {
    const legs = reachedInside(twiml, undefined).length;
    return legs === 0 ? { kind: 'nothing' } : { kind: 'call', legs, minutes: time_limit / 60 };
  },
  page,
});

function dials(twiml: string | undefined): boolean {
  return reachedInside(twiml, undefined).length > 0;
}

/** Ten minutes, or less where the owner allows no more. */
function secondsFor({ callSeconds = TIME_LIMIT_SECONDS }: Defaults): number {
  return Math.min(TIME_LIMIT_SECONDS, callSeconds);
}

/** Plain words become TwiML; what else there is stays. */
function withTwiml(input: Script): Row {
  return { ...input, twiml: input.twiml ?? spoken(input) };
}

function spoken({ say, voice, language }: Script): string | undefined {
  if (say === undefined) return undefined;
  const built = buildTwiml([{ say, voice, language }]);
  if (built.ok) return built.xml;
  throw new OperationError(
    'INVALID_INPUT',
    `say cannot be spoken: ${built.problems.map(({ reason }) => reason).join(' ')}`,
    { next: 'Mend say, voice or language, or pass twiml.' },
  );
}

function fitsInline({ say, voice, language }: Script): boolean {
  if (say === undefined) return true;
  const built = buildTwiml([{ say, voice, language }]);
  return !built.ok || built.xml.length <= INLINE_TWIML_MAX_CHARACTERS;
}

/** The configured sender, where it can call: an alphanumeric or channel sender cannot. */
function callerFrom({ from }: Defaults): string {
  if (from?.startsWith('+')) return from;
  const has = from === undefined ? 'none is configured' : 'the configured sender is not a number';
  throw new OperationError('INVALID_INPUT', `There is no caller ID: the call names none and ${has}.`, {
    next: 'Pass from (account_list_numbers shows the numbers you own), or set TWILIO_FROM to a number.',
  });
}

/** A conference or queue is a room of this account, not a person. */
const channelOfVia: Readonly<Record<TwimlVia, Channel | undefined>> = {
  voice: 'voice',
  sip: 'voice',
  client: 'voice',
  sim: 'voice',
  sms: 'sms',
  whatsapp: 'whatsapp',
  conference: undefined,
  queue: undefined,
  unknown: 'unknown',
};

function identity(name: string): string {
  return name.startsWith('client:') ? name : `client:${name}`;
}

/** Whom a document brings in besides the other party of the call, who also gets its messages without a `to`. */
function reachedInside(twiml: string | undefined, other: string | undefined): Recipient[] {
  const parsed = twiml === undefined ? undefined : parseTwiml(twiml);
  if (!parsed?.ok) return [];
  const { recipients, replies } = reachedBy(parsed.root);
  const found = recipients.flatMap(({ to, via }): Recipient[] => {
    const channel = channelOfVia[via];
    // An identity is a free name: only its prefix tells it from a mistyped number.
    return channel === undefined ? [] : [{ to: via === 'client' ? identity(to) : to, channel }];
  });
  if (!replies) return found;
  return [
    ...found,
    other === undefined ? { to: 'unknown', channel: 'unknown' } : { to: other, channel: 'sms' },
  ];
}
