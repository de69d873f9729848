// The same inbox where no webhook reaches: Twilio is asked what came in since the last look, and from where it stopped.
// How it is asked, and within which rate, is the caller's; what is found counts once with what webhooks tell.
import type { InboxEvent, Ledgers } from '../operation/ledgers.ts';
import type { Row } from '../operation/row.ts';
import { type Found, textIn } from './found.ts';
import { remember } from './remember.ts';
import { readTwilio } from './twilio.ts';

export interface PollParts {
  readonly account: string;
  readonly ledgers: Pick<Ledgers, 'events' | 'consents'>;
  readonly now: () => Date;
  /** Messages sent or received since then, newest first. */
  readonly messagesSince: (since: Date) => Promise<readonly Row[]>;
  /** Several processes may share the store: together they ask no more often than this. */
  readonly pauseMs?: number;
  /** Calls begun since then, newest first. */
  readonly callsSince: (since: Date) => Promise<readonly Row[]>;
}

/** Asks once, or joins the look that is under way. Without need it does not ask again at once. */
export type Poll = () => Promise<readonly InboxEvent[]>;

/** The first look goes back so far: WhatsApp's window, and the replies of a day. */
const firstLook = 24 * 3_600_000;
/** A status may change for a while after the message was sent, so each look begins before the last one ended. */
const overlap = 15 * 60_000;

export function createPoll(parts: PollParts): Poll {
  const { account, ledgers, now, pauseMs = 2000 } = parts;
  const { events } = ledgers;
  let underway: Promise<readonly InboxEvent[]> | undefined;

  return () => {
    underway ??= look().finally(() => {
      underway = undefined;
    });
    return underway;
  };

  async function look(): Promise<readonly InboxEvent[]> {
    const at = now();
    const asked = await markedTime('poll asked');
    if (asked !== undefined && at.getTime() - asked < pauseMs && at.getTime() >= asked) return [];
    await events.setMark(account, 'poll asked', String(at.getTime()));
    const since = new Date(((await markedTime('poll')) ?? at.getTime() - firstLook + overlap) - overlap);
    const [messages, calls] = await Promise.all([parts.messagesSince(since), parts.callsSince(since)]);
    // In the order in which it happened: of two words the later one counts.
    const found = [...messages.flatMap(foundInMessage), ...calls.flatMap(foundInCall)].sort(
      (a, b) => a.at.getTime() - b.at.getTime(),
    );
    const added = await remember(found, { account, at, heard: 'poll' }, ledgers);
    // Only now: what was not remembered is asked for again.
    await events.setMark(account, 'poll', String(at.getTime()));
    return added;
  }

  async function markedTime(name: string): Promise<number | undefined> {
    const value = Number(await events.mark(account, name));
    return Number.isFinite(value) && value > 0 ? value : undefined;
  }
}

type Dated = Found & { readonly at: Date };

/** On its way a status changes within seconds and tells nothing; these stay. */
const told = ['sent', 'delivered', 'undelivered', 'failed', 'read', 'canceled', 'partially_delivered'];

function foundInMessage(row: Row): Dated[] {
  const at = dateIn(row, 'date_sent', 'date_updated', 'date_created');
  const { sid, body, from, to, num_media, error_code, messaging_service_sid } = row;
  const common = { message_sid: sid, from, to, num_media, messaging_service_sid };
  const status = textIn(row, 'status');
  if (at === undefined) return [];
  if (textIn(row, 'direction') === 'inbound')
    return [{ ...readTwilio({ ...common, body, sms_status: 'received' }), at }];
  if (!told.includes(status)) return [];
  const error = error_code === null || error_code === undefined ? {} : { error_code: String(error_code) };
  return [{ ...readTwilio({ ...common, message_status: status, ...error }), at }];
}

const endedCalls = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

function foundInCall(row: Row): Dated[] {
  const begun = dateIn(row, 'start_time', 'date_created');
  const over = dateIn(row, 'end_time', 'date_updated') ?? begun;
  const { sid, from, to, duration } = row;
  const direction = textIn(row, 'direction');
  const status = textIn(row, 'status');
  const common = { call_sid: sid, from, to, direction };
  const inbound: Dated[] =
    direction === 'inbound' && begun !== undefined
      ? [{ ...readTwilio({ ...common, call_status: 'ringing' }), at: begun }]
      : [];
  if (!endedCalls.includes(status) || over === undefined) return inbound;
  return [
    ...inbound,
    { ...readTwilio({ ...common, call_status: status, call_duration: duration }), at: over },
  ];
}

function dateIn(row: Row, ...keys: readonly string[]): Date | undefined {
  for (const key of keys) {
    const time = Date.parse(textIn(row, key));
    if (!Number.isNaN(time)) return new Date(time);
  }
  return undefined;
}
