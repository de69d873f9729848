// Who may speak to us, and how each proves it. A request without proof is refused before anything of it is read.
import { createHash } from 'node:crypto';
import { isSignedBySegment, isSignedBySendgrid, isSignedByTwilio } from '../signature.ts';
import { fieldsOf, type Heard, Refusal } from './heard.ts';

export type Sender = 'twilio' | 'sendgrid' | 'segment';

/** What each sender signs with. More than one of each, so that it can be changed without losing a request. */
export interface Proofs {
  readonly twilioTokens: readonly string[];
  readonly sendgridKeys: readonly string[];
  readonly segmentSecrets: readonly string[];
}

const settings: Readonly<Record<Sender, string>> = {
  twilio: 'TWILIO_AUTH_TOKEN or TWILIO_MCP_WEBHOOK_TOKENS',
  sendgrid: 'TWILIO_MCP_SENDGRID_WEBHOOK_KEYS',
  segment: 'TWILIO_MCP_SEGMENT_WEBHOOK_SECRETS',
};

/** Without a key nothing can be believed, so nothing is taken, nor even read. */
export function demandKeys(sender: Sender, proofs: Proofs): void {
  if (keysOf(sender, proofs).length > 0) return;
  const message = `No signature of ${sender} can be checked: set ${settings[sender]}.`;
  throw new Refusal(503, 'unverifiable', message);
}

/** Throws unless the sender signed it. */
export function demandSignature(sender: Sender, heard: Heard, proofs: Proofs, now: Date): void {
  if (!isSigned(sender, heard, keysOf(sender, proofs), now))
    throw new Refusal(403, 'unsigned', 'The request is not signed, or was altered on its way.');
}

function keysOf(sender: Sender, { twilioTokens, sendgridKeys, segmentSecrets }: Proofs): readonly string[] {
  return { twilio: twilioTokens, sendgrid: sendgridKeys, segment: segmentSecrets }[sender];
}

function isSigned(sender: Sender, heard: Heard, keys: readonly string[], now: Date): boolean {
  const { headers, body, url, method, content } = heard;
  const signature = headers.get(signatureHeaders[sender]);
  if (signature === null || signature === '') return false;
  if (sender === 'sendgrid') {
    const timestamp = headers.get('x-twilio-email-event-webhook-timestamp') ?? '';
    return isSignedBySendgrid({ body, signature, timestamp }, keys, now);
  }
  if (sender === 'segment') return isSignedBySegment({ body, signature }, keys);
  if (content === 'form') return isSignedByTwilio({ url, signature, fields: fieldsOf(heard) }, keys);
  const hasBody = method !== 'GET' || body.length > 0;
  return isSignedByTwilio({ url, signature, ...(hasBody && { body }) }, keys);
}

const signatureHeaders: Readonly<Record<Sender, string>> = {
  twilio: 'x-twilio-signature',
  sendgrid: 'x-twilio-email-event-webhook-signature',
  segment: 'x-signature',
};

/** The same for every copy of one delivery: it is made of nothing but what was signed. */
export function deliveryOf(sender: Sender, { headers, body }: Heard): string {
  const material =
    sender === 'sendgrid'
      ? // The same words have more than one valid ECDSA signature, so the words themselves are taken.
        [headers.get('x-twilio-email-event-webhook-timestamp') ?? '', body]
      : [headers.get(signatureHeaders[sender]) ?? ''];
  const hash = createHash('sha256').update(sender);
  for (const each of material) hash.update(each);
  return hash.digest('hex');
}
