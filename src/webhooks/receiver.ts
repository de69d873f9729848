// What Twilio, SendGrid and Segment tell us: verify → parse → remember → opt-out → answer. A fetch handler; where it is mounted
// is another's business. Nothing unsigned is read, and nothing is answered with 2xx before it is remembered.
import type { InboxEvent, Ledgers } from '../operation/ledgers.ts';
import { isRow, type Row } from '../operation/row.ts';
import { type Answers, respond } from './answers.ts';
import { standingOf } from './deliveries.ts';
import { readEmailEvents, readInboundEmail, readSegment } from './email.ts';
import { type Found, tryJson } from './found.ts';
import {
  type Connection,
  fieldsOf,
  type Heard,
  hear,
  type Limits,
  locate,
  type Outcome,
  Refusal,
  type Whereabouts,
} from './heard.ts';
import { remember } from './remember.ts';
import { deliveryOf, demandKeys, demandSignature, type Proofs, type Sender } from './senders.ts';
import { isStream, readStream } from './stream.ts';
import { accountsIn, readTwilio, rowOfFields, rowOfJson } from './twilio.ts';

export interface ReceiverParts extends Whereabouts {
  readonly account: string;
  readonly ledgers: Pick<Ledgers, 'events' | 'consents'>;
  /** Asked at every request, since a token may change while the server runs. */
  readonly proofs: () => Promise<Proofs>;
  readonly answers: Answers;
  readonly now: () => Date;
  /** Counts and logs how each request ended. Never given what it said. */
  readonly note: (outcome: Outcome, facts: Row) => void;
  /** Each event once, after it is remembered. What it returns is said to the sender of a message. */
  readonly onEvent?: (event: InboxEvent) => Promise<string | undefined>;
}

export type Receiver = (request: Request, connection?: Connection) => Promise<Response>;

/** All addresses begin with it. */
export const webhookRoot = '/webhooks';

/** The one address that every product of Twilio is given. */
export const twilioPath = `${webhookRoot}/twilio`;

interface Route extends Limits {
  readonly sender: Sender;
  /** What it tells of this account; throws if it is of another. */
  readonly read: (heard: Heard, account: string) => Promise<readonly Found[]>;
}

const routes: Readonly<Record<string, Route>> = {
  [twilioPath]: {
    sender: 'twilio',
    methods: ['GET', 'POST'],
    contents: ['form', 'json'],
    mostBytes: 4 * 1024 * 1024,
    read: async (heard, account) => readFromTwilio(heard, account),
  },
  [`${webhookRoot}/sendgrid`]: {
    sender: 'sendgrid',
    methods: ['POST'],
    contents: ['json'],
    mostBytes: 4 * 1024 * 1024,
    read: async (heard) => readEmailEvents(jsonOf(heard)),
  },
  [`${webhookRoot}/sendgrid/inbound`]: {
    sender: 'sendgrid',
    methods: ['POST'],
    contents: ['multipart'],
    // An email with its attachments may weigh 30 MB (docs/sendgrid inbound-email).
    mostBytes: 31 * 1024 * 1024,
    read: ({ body, headers }) =>
      readInboundEmail(body, headers.get('content-type') ?? '').catch(() => unreadable()),
  },
  [`${webhookRoot}/segment`]: {
    sender: 'segment',
    methods: ['POST'],
    contents: ['json'],
    mostBytes: 512 * 1024,
    read: async (heard) => readSegment(jsonOf(heard)),
  },
};

export function createReceiver(parts: ReceiverParts): Receiver {
  return async (request, connection = {}) => {
    const { path, url } = locate(request, connection, parts);
    const facts = { path: path.slice(0, 100), from: connection.address };
    try {
      const { outcome, response, events } = await receive(request, path, url);
      parts.note(outcome, { ...facts, events });
      return response;
    } catch (error) {
      if (error instanceof Refusal) {
        parts.note(error.outcome, { ...facts, status: error.status, why: error.message });
        return new Response(`${error.message}\n`, { status: error.status });
      }
      // Without a 2xx the sender tries again; what was not remembered is not lost.
      parts.note('failed', { ...facts, err: error });
      return new Response('This server met a fault of its own.\n', { status: 500 });
    }
  };

  async function receive(request: Request, path: string, url: string) {
    const route = routes[path];
    if (route === undefined) throw new Refusal(404, 'refused', 'Nothing listens at this address.');
    const proofs = await parts.proofs();
    demandKeys(route.sender, proofs);
    const heard = await hear(request, url, route);
    const at = parts.now();
    demandSignature(route.sender, heard, proofs, at);
    const found = await route.read(heard, parts.account);
    const delivery = deliveryOf(route.sender, heard);
    const token = heard.headers.get('i-twilio-idempotency-token') ?? '';
    // Before its events: whoever tries again after a fault is let through, and what is told then counts once all the same.
    const standing = await standingOf({ account: parts.account, delivery, token, at }, parts.ledgers.events);
    if (standing === 'replayed')
      throw new Refusal(403, 'replayed', 'This very request was heard before, and this is a copy.');
    const events = await remember(found, { account: parts.account, at, heard: 'webhook' }, parts.ledgers);
    const replies = await Promise.all(events.map((event) => parts.onEvent?.(event)));
    const outcome: Outcome = events.length > 0 ? 'accepted' : 'known';
    return { outcome, events: events.length, response: respond(found, parts.answers, replies[0]) };
  }
}

function readFromTwilio(heard: Heard, account: string): Found[] {
  const json = heard.content === 'json' ? jsonOf(heard) : undefined;
  if (isStream(json)) {
    // A sink may be given the events of all subaccounts: only ours are heard.
    const found = readStream(json, (row) => isOf(account, row));
    return found.length > 0 ? found : foreign();
  }
  if (json !== undefined && !isRow(json)) return unreadable();
  const row = json === undefined ? rowOfFields(fieldsOf(heard)) : rowOfJson(json);
  return isOf(account, row) ? [readTwilio(row)] : foreign();
}

/** What names no account is believed by its signature alone: each account signs with a token of its own. */
function isOf(account: string, row: Row): boolean {
  const named = accountsIn(row);
  return named.length === 0 || named.includes(account);
}

function foreign(): never {
  throw new Refusal(403, 'foreign', 'The request is signed, but is of another account.');
}

function jsonOf({ body }: Heard): unknown {
  return tryJson(Buffer.from(body).toString('utf8')) ?? unreadable();
}

function unreadable(): never {
  throw new Refusal(400, 'refused', 'The body is not what its content type says.');
}
