// Here: a call as the emulator keeps and shows it, the parameters of its webhooks, its status callbacks and its price.
// Not here: how it comes to be (voice-place.ts), lives (voice-life.ts) and obeys TwiML (voice-run.ts).
import { type Account, accountBySid, charge } from '../accounts.ts';
import type { Callback, CallbackParams } from '../callbacks.ts';
import { defineTable, type World } from '../state.ts';
import { defined, rfc2822 } from '../wire.ts';
import { friendly, ownerOf } from './account-number.ts';

export type CallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';
export type FinalStatus = Exclude<CallStatus, 'queued' | 'ringing' | 'in-progress'>;
export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed';
export const CALL_EVENTS: readonly CallEvent[] = ['initiated', 'ringing', 'answered', 'completed'];

/** One line of what went over the wire, for the tester who was not on the phone. */
export type Spoken = {
  readonly at: number;
  /** Whose sound it is: the call's instructions, or the person at the emulated phone. */
  readonly by: 'twilio' | 'person';
  readonly kind: 'say' | 'play' | 'pause' | 'digits' | 'speech' | 'beep' | 'connect' | 'hold' | 'note';
  readonly text: string;
};

/** What Twilio would write into its debugger. */
export type CallNote = { readonly at: number; readonly code: number; readonly message: string };

export type Call = {
  readonly accountSid: string;
  readonly sid: string;
  readonly parentCallSid: string | null;
  readonly from: string;
  readonly to: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  status: CallStatus;
  answeredBy: string | null;
  statusCallback: string;
  statusCallbackMethod: 'GET' | 'POST';
  readonly statusCallbackEvents: readonly CallEvent[];
  /** Status callbacks so far: the next one's SequenceNumber. */
  told: number;
  readonly transcript: Spoken[];
  readonly notes: CallNote[];
  readonly createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  /** When Twilio would end it by itself. */
  limitAt: number | null;
  price: number | null;
};

export const calls = defineTable<Call>('calls');

export type Caller = Pick<Call, 'accountSid' | 'from' | 'to' | 'direction'> &
  Partial<
    Pick<
      Call,
      'parentCallSid' | 'statusCallback' | 'statusCallbackMethod' | 'statusCallbackEvents' | 'status'
    >
  >;

export function addCall(world: World, caller: Caller): Call {
  const now = world.clock.now();
  return calls(world).add({
    parentCallSid: null,
    status: 'queued',
    statusCallback: '',
    statusCallbackMethod: 'POST',
    statusCallbackEvents: ['completed'],
    ...caller,
    sid: world.ids.sid('CA'),
    answeredBy: null,
    told: 0,
    transcript: [],
    notes: [],
    createdAt: now,
    updatedAt: now,
    startedAt: null,
    answeredAt: null,
    endedAt: null,
    limitAt: null,
    price: null,
  });
}

export function isOver({ status }: Call): boolean {
  return status !== 'queued' && status !== 'ringing' && status !== 'in-progress';
}

export function hear(world: World, call: Call, by: Spoken['by'], kind: Spoken['kind'], text: string): void {
  call.transcript.push({ at: world.clock.now(), by, kind, text });
}

export function note(world: World, call: Call, code: number, message: string): void {
  call.notes.push({ at: world.clock.now(), code, message });
}

/** An account is never removed, only closed. */
export function accountOf(world: World, { accountSid }: Pick<Call, 'accountSid'>): Account {
  const account = accountBySid(world, accountSid);
  if (account === undefined) throw new Error(`${accountSid} has a call and is gone.`);
  return account;
}

/** The number of the account at one end of the call. */
export function ownEnd({ direction, from, to }: Call): string {
  return direction === 'inbound' ? to : from;
}

export function secondsOf(call: Call): number {
  if (call.answeredAt === null || call.endedAt === null) return 0;
  return Math.ceil((call.endedAt - call.answeredAt) / 1000);
}

export function minutesOf(call: Call): number {
  return Math.ceil(secondsOf(call) / 60);
}

/** Emulated dollars a minute, begun minutes counted whole. */
const PRICES = { inbound: 0.0085, outbound: 0.014, client: 0.004 } as const;

/** Set once, when an answered call has ended. */
export function setCallPrice(world: World, call: Call): void {
  const other = call.direction === 'inbound' ? call.from : call.to;
  const rate = !other.startsWith('+')
    ? PRICES.client
    : PRICES[call.direction === 'inbound' ? 'inbound' : 'outbound'];
  call.price = rate * minutesOf(call);
  charge(world, call.accountSid, call.price);
}

const SUBRESOURCES: Readonly<Record<string, string>> = {
  notifications: 'Notifications',
  recordings: 'Recordings',
  payments: 'Payments',
  events: 'Events',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
};

export function showCall(world: World, call: Call): Record<string, unknown> {
  const { accountSid, sid, status, startedAt, endedAt } = call;
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${sid}`;
  const wasAnswered = status === 'completed';
  return {
    account_sid: accountSid,
    answered_by: call.answeredBy,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.updatedAt),
    direction: call.direction,
    duration: wasAnswered ? String(secondsOf(call)) : null,
    end_time: endedAt === null ? null : rfc2822(endedAt),
    forwarded_from: null,
    from: call.from,
    from_formatted: friendly(call.from),
    group_sid: null,
    parent_call_sid: call.parentCallSid,
    phone_number_sid: ownerOf(world, ownEnd(call))?.sid ?? null,
    price: call.price === null ? null : (-call.price).toFixed(5),
    price_unit: 'USD',
    queue_time: '0',
    sid,
    start_time: startedAt === null ? null : rfc2822(startedAt),
    status,
    subresource_uris: Object.fromEntries(
      Object.entries(SUBRESOURCES).map(([name, path]) => [name, `${uri}/${path}.json`]),
    ),
    to: call.to,
    to_formatted: friendly(call.to),
    trunk_sid: null,
    uri: `${uri}.json`,
  };
}

/** What every webhook of a call carries (docs/voice/twiml#request-parameters). */
export function callParams(call: Call): Record<string, string> {
  return defined({
    CallSid: call.sid,
    AccountSid: call.accountSid,
    ApiVersion: '2010-04-01',
    CallStatus: call.status,
    Direction: call.direction,
    From: call.from,
    To: call.to,
    Caller: call.from,
    Called: call.to,
    ParentCallSid: call.parentCallSid ?? undefined,
    AnsweredBy: call.answeredBy ?? undefined,
    ...places('From', call.from),
    ...places('Caller', call.from),
    ...places('To', call.to),
    ...places('Called', call.to),
  });
}

/** Twilio always sends these four of a number; the emulator knows no more than the country of some. */
function places(prefix: string, address: string): Record<string, string> {
  if (!address.startsWith('+')) return {};
  const country = address.startsWith('+1') ? 'US' : address.startsWith('+44') ? 'GB' : '';
  return {
    [`${prefix}Country`]: country,
    [`${prefix}State`]: '',
    [`${prefix}City`]: '',
    [`${prefix}Zip`]: '',
  };
}

/** Tells the status callback, if it wants this event; "initiated" is a CallStatus in callbacks alone. */
export function tellStatus(world: World, call: Call, event: CallEvent, more: CallbackParams = {}): void {
  if (call.statusCallback === '' || !call.statusCallbackEvents.includes(event)) return;
  const isEnd = event === 'completed';
  tell(world, call, {
    kind: 'call-status',
    url: call.statusCallback,
    method: call.statusCallbackMethod,
    params: {
      ...callParams(call),
      CallStatus: event === 'initiated' ? event : call.status,
      Timestamp: rfc2822(world.clock.now()),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(call.told),
      ...(isEnd && { CallDuration: String(secondsOf(call)), Duration: String(minutesOf(call)) }),
      ...more,
    },
  });
  call.told += 1;
}

/** A callback whose answer changes nothing: the clock's next step sends it, so that whoever advances it waits for it. */
export function tell(
  world: World,
  owner: Pick<Call, 'accountSid'>,
  callback: Pick<Callback, 'kind' | 'url' | 'method' | 'params'>,
): void {
  const { sid: accountSid, authToken } = accountOf(world, owner);
  world.clock.after(0, async () => {
    await world.callbacks.send({ ...callback, accountSid, authToken });
  });
}
