// Here: a call placed through the API: its checks with Twilio's codes, then the dialing.
// Not here: its life (voice-life.ts), updates of a live call (voice-update.ts).
import { INLINE_TWIML_MAX_CHARACTERS } from '../../twiml/document.ts';
import type { World } from '../state.ts';
import { readMethod } from '../webhook.ts';
import { type Form, invalidParameter, TwilioError } from '../wire.ts';
import { dialable, isCallerId } from './voice-address.ts';
import { addCall, CALL_EVENTS, type Call, type CallEvent, hear } from './voice-call.ts';
import { type Detection, detect } from './voice-detect.ts';
import { LONGEST, ring } from './voice-life.ts';
import type { Line, Outcome, Source } from './voice-line.ts';
import { type RecordingCallback, startRecording } from './voice-recording.ts';
import { live } from './voice-run.ts';
import { tones } from './voice-say.ts';

/** Twilio's documented test numbers (docs/iam/test-credentials): what each causes as To and as From. */
const MAGIC_TO: Readonly<Record<string, readonly [number, string]>> = {
  '+15005550001': [21217, 'The phone number +15005550001 does not appear to be valid'],
  '+15005550002': [21214, 'The phone number +15005550002 cannot be reached'],
  '+15005550003': [21215, 'Account not authorized to call +15005550003: enable its country for voice calls'],
  '+15005550004': [21216, 'Account not allowed to call +15005550004'],
};
const MAGIC_INVALID_FROM = '+15005550001';

const MOST_RING_SECONDS = 600;
const RING_SECONDS = 60;

function refuse(code: number, message: string): TwilioError {
  return new TwilioError(400, code, message);
}

/** POST Calls.json */
export function placeCall(world: World, accountSid: string, form: Form): Call {
  const to = checkCallee(world, form.get('To'));
  const from = checkCaller(world, accountSid, form.get('From'));
  const source = readSource(form);
  if (source === undefined) throw refuse(21205, 'Url parameter is required.');
  const order = readOrder(form);
  const call = addCall(world, {
    accountSid,
    to,
    from,
    direction: 'outbound-api',
    ...readStatusCallback(form),
  });
  ring(world, call, {
    timeout: order.timeout,
    limit: order.limit,
    onAnswer: (line) => live(world, call, () => pickedUp(world, call, line, order, source)),
  });
  return call;
}

export function checkCallee(world: World, text = ''): string {
  if (text === '') throw refuse(21201, "No 'To' number is specified");
  const to = dialable(text);
  if (to === undefined)
    throw refuse(21211, `The phone number you are attempting to call, ${text}, is not valid.`);
  const magic = MAGIC_TO[to];
  if (magic !== undefined) throw refuse(...magic);
  // Satellite networks, which no account may call until it has asked for it.
  if (/^\+88[123]/.test(to)) {
    throw refuse(21215, `Account not authorized to call ${to}: enable its country for voice calls`);
  }
  if (world.options.isTrial && to.startsWith('+') && !world.phones.get(to).isVerified) {
    throw refuse(
      21219,
      `The number ${to} is unverified. Trial accounts may only make calls to verified numbers.`,
    );
  }
  return to;
}

export function checkCaller(world: World, accountSid: string, text = ''): string {
  if (text === '') throw refuse(21213, "No 'From' number is specified");
  const from = dialable(text);
  if (from === undefined || from === MAGIC_INVALID_FROM) {
    throw refuse(21212, `The source phone number provided, ${text}, is not valid.`);
  }
  if (!isCallerId(world, accountSid, from)) {
    throw refuse(
      21210,
      `The source phone number provided, ${from}, is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio.`,
    );
  }
  return from;
}

/** Where instructions come from; a Url wins over Twiml, as Twilio documents for new calls. */
export function readSource(form: Form): Source | undefined {
  const applicationSid = form.get('ApplicationSid') ?? '';
  if (applicationSid !== '') throw refuse(21218, `ApplicationSid ${applicationSid} is not valid.`);
  const twiml = form.get('Twiml') ?? '';
  if (twiml.length > INLINE_TWIML_MAX_CHARACTERS) {
    throw refuse(
      32018,
      `Twiml holds ${twiml.length} characters; the maximum is ${INLINE_TWIML_MAX_CHARACTERS}.`,
    );
  }
  const url = form.get('Url') ?? '';
  const method = checkMethod(form, 'Method');
  const fallbackUrl = form.get('FallbackUrl') ?? '';
  const fallbackMethod = checkMethod(form, 'FallbackMethod');
  if (fallbackUrl !== '') checkUrl('FallbackUrl', fallbackUrl);
  if (url === '') return twiml === '' ? undefined : { kind: 'inline', twiml };
  checkUrl('Url', url);
  return { kind: 'url', url, method, fallbackUrl, fallbackMethod };
}

function checkUrl(name: string, url: string): void {
  if (!/^https?:\/\/[^\s/]/i.test(url) || !URL.canParse(url)) {
    throw refuse(21205, `${name} is not a valid URL: ${url}`);
  }
}

function checkMethod(form: Form, name: string): 'GET' | 'POST' {
  const text = form.get(name) ?? 'POST';
  if (!/^(GET|POST)$/i.test(text))
    throw refuse(21209, `${name} ${text} is not valid. It must be GET or POST.`);
  return readMethod(text);
}

export function readStatusCallback(form: Form) {
  const statusCallback = form.get('StatusCallback') ?? '';
  if (statusCallback !== '' && !/^https?:\/\/[^\s/]/i.test(statusCallback)) {
    throw refuse(21609, `The StatusCallback URL ${statusCallback} is not a valid URL`);
  }
  const statusCallbackMethod = checkMethod(form, 'StatusCallbackMethod');
  const wanted = form
    .all('StatusCallbackEvent')
    .flatMap((one) => one.split(/\s+/))
    .filter((one) => one !== '');
  const known = CALL_EVENTS.filter((one) => wanted.includes(one));
  if (known.length < new Set(wanted).size)
    throw refuse(21626, `Invalid 'StatusCallbackEvent': ${wanted.join(' ')}`);
  const statusCallbackEvents: readonly CallEvent[] = wanted.length === 0 ? ['completed'] : known;
  return { statusCallback, statusCallbackMethod, statusCallbackEvents };
}

type Order = {
  readonly timeout: number;
  readonly limit: number;
  readonly sendDigits: string;
  readonly detection: Detection | undefined;
  readonly record: { readonly channels: number; readonly track: string } | undefined;
  readonly recordingCallback: RecordingCallback;
};

export function readTimeout(form: Form): number {
  const timeout = form.get('Timeout') ?? String(RING_SECONDS);
  if (!/^[1-9]\d{0,8}$/.test(timeout))
    throw refuse(21208, `Timeout ${timeout} is not a positive whole number.`);
  return Math.min(Number(timeout), MOST_RING_SECONDS);
}

function readOrder(form: Form): Order {
  const timeout = readTimeout(form);
  const sendDigits = form.get('SendDigits') ?? '';
  if (!/^[0-9A-D*#wW]{0,32}$/.test(sendDigits)) throw refuse(21206, `SendDigits ${sendDigits} is not valid.`);
  const channels = form.get('RecordingChannels') ?? 'mono';
  if (channels !== 'mono' && channels !== 'dual') throw invalidParameter('RecordingChannels');
  const track = form.get('RecordingTrack') ?? 'both';
  return {
    timeout,
    limit: readLimit(form) ?? LONGEST,
    sendDigits,
    // Documented: with digits to send, nobody listens for a machine.
    detection: sendDigits === '' ? readDetection(form) : undefined,
    record: form.boolean('Record') === true ? { channels: channels === 'dual' ? 2 : 1, track } : undefined,
    recordingCallback: readRecordingCallback(form),
  };
}

export function readLimit(form: Form): number | undefined {
  const text = form.get('TimeLimit');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalidParameter('TimeLimit');
  return Number(text);
}

function readDetection(form: Form): Detection | undefined {
  const mode = form.get('MachineDetection') ?? '';
  if (mode === '') return undefined;
  if (mode !== 'Enable' && mode !== 'DetectMessageEnd') throw invalidParameter('MachineDetection');
  return {
    waitsForBeep: mode === 'DetectMessageEnd',
    isAsync: form.boolean('AsyncAmd') === true,
    callback: form.get('AsyncAmdStatusCallback') ?? '',
    callbackMethod: readMethod(form.get('AsyncAmdStatusCallbackMethod')),
  };
}

export function readRecordingCallback(form: Form): RecordingCallback {
  const events = form.all('RecordingStatusCallbackEvent').flatMap((one) => one.split(/\s+/));
  return {
    url: form.get('RecordingStatusCallback') ?? '',
    method: readMethod(form.get('RecordingStatusCallbackMethod')),
    events: events.length === 0 ? ['completed'] : events,
  };
}

/** Between the answer and the first verb. */
async function pickedUp(
  world: World,
  call: Call,
  line: Line,
  order: Order,
  source: Source,
): Promise<Outcome> {
  const { record, recordingCallback, detection, sendDigits } = order;
  if (record !== undefined) {
    startRecording(world, call, { source: 'OutboundAPI', ...record, callback: recordingCallback });
  }
  if (detection !== undefined) await detect(world, call, line, detection);
  if (sendDigits !== '') {
    hear(world, call, 'twilio', 'digits', sendDigits);
    await line.pass(tones(sendDigits).seconds);
  }
  return source;
}
