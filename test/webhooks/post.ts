// Requests as Twilio, SendGrid and Segment send them, signed by us, for the receiver's tests.
import { generateKeyPairSync } from 'node:crypto';
import type { Row } from '../../src/operation/row.ts';
import { type Fields, signSegment, signSendgrid, signTwilio, urlWithBodyHash } from '../../src/signature.ts';
import { createReceiver, type ReceiverParts } from '../../src/webhooks/receiver.ts';
import type { Proofs } from '../../src/webhooks/senders.ts';
import { memoryLedgers } from '../support/memory.ts';

export const account = `AC${'a'.repeat(32)}`;
export const token = 'the auth token of the account';
export const publicUrl = 'https://hooks.example.com';
export const noon = new Date('2026-11-24T12:00:00Z');
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const privateKey = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
const secret = 'a segment secret';

export function listening({
  proofs,
  ...change
}: Partial<Omit<ReceiverParts, 'proofs'>> & { proofs?: Partial<Proofs> } = {}) {
  const ledgers = memoryLedgers();
  const outcomes: string[] = [];
  const clock = { now: noon };
  const receive = createReceiver({
    account,
    proofs: async () => ({
      twilioTokens: [token],
      sendgridKeys: [publicKey],
      segmentSecrets: [secret],
      ...proofs,
    }),
    publicUrl,
    trustedProxies: [],
    ledgers,
    answers: {
      message: '<Response><Message>Thanks</Message></Response>',
      call: '<Response><Reject/></Response>',
    },
    now: () => clock.now,
    note: (outcome) => outcomes.push(outcome),
    ...change,
  });
  /** What is stored, and how the requests so far ended. */
  const ids = () => ledgers.heard.map(({ id }) => id);
  return { receive, ledgers, outcomes, clock, ids };
}

export interface Wire {
  readonly path?: string;
  readonly fields?: Fields;
  readonly json?: unknown;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs with another token, or for another address. */
  readonly signedWith?: string;
  readonly signedFor?: string;
}

/** A request of Twilio's, as our server gets it behind whatever stands before it. */
export function fromTwilio({
  path = '/webhooks/twilio',
  fields = [],
  json,
  method = 'POST',
  headers,
  signedWith = token,
  signedFor,
}: Wire): Request {
  const pairs = fields.map(([name, value]): [string, string] => [name, value]);
  const query = method === 'GET' ? `?${new URLSearchParams(pairs)}` : '';
  const text = json === undefined ? undefined : JSON.stringify(json);
  const address = `${signedFor ?? publicUrl}${path}${query}`;
  const url = text === undefined ? address : urlWithBodyHash(address, text);
  const signature = signTwilio(signedWith, url, method === 'POST' && text === undefined ? fields : []);
  const inside = `http://127.0.0.1:4020${url.slice(new URL(url).origin.length)}`;
  return new Request(inside, {
    method,
    headers: {
      'x-twilio-signature': signature,
      'i-twilio-idempotency-token': 'first-token',
      ...(method === 'POST' && {
        'content-type': text === undefined ? 'application/x-www-form-urlencoded' : 'application/json',
      }),
      ...headers,
    },
    ...(method === 'POST' && {
      body: text ?? new URLSearchParams(pairs).toString(),
    }),
  });
}

export const message = (body: string, more: Row = {}): Fields =>
  Object.entries({
    MessageSid: `SM${'1'.repeat(32)}`,
    AccountSid: account,
    From: '+14155550123',
    To: '+14155550100',
    Body: body,
    NumMedia: '0',
    SmsStatus: 'received',
    ...more,
  }).map(([name, value]) => [name, String(value)]);

export function fromSendgrid(json: unknown, headers: Readonly<Record<string, string>> = {}): Request {
  const body = Buffer.from(JSON.stringify(json));
  const timestamp = String(noon.getTime() / 1000);
  return new Request(`${publicUrl}/webhooks/sendgrid`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-signature': signSendgrid(privateKey, timestamp, body),
      'x-twilio-email-event-webhook-timestamp': timestamp,
      ...headers,
    },
    body,
  });
}

export async function inboundEmail(parts: Readonly<Record<string, string | File>>): Promise<Request> {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts)) form.append(name, value);
  const made = new Response(form);
  const body = Buffer.from(await made.arrayBuffer());
  const timestamp = String(noon.getTime() / 1000);
  return new Request(`${publicUrl}/webhooks/sendgrid/inbound`, {
    method: 'POST',
    headers: {
      'content-type': made.headers.get('content-type') ?? '',
      'x-twilio-email-event-webhook-signature': signSendgrid(privateKey, timestamp, body),
      'x-twilio-email-event-webhook-timestamp': timestamp,
    },
    body,
  });
}

export function fromSegment(json: unknown, signed: unknown = json): Request {
  return new Request(`${publicUrl}/webhooks/segment`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-signature': signSegment(secret, JSON.stringify(signed)),
    },
    body: JSON.stringify(json),
  });
}
