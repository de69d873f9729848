// Webhook signatures: Twilio's, SendGrid's and Segment's, sign and verify side by side, each compared in constant time.
// What a signed request means, and whether it was heard before, is webhooks/.
import crypto from 'node:crypto';
import { parse as parseLegacy, stringify as stringifyLegacy } from 'node:querystring';

/** The fields of a form, as they came: a name may come more than once. */
export type Fields = readonly (readonly [name: string, value: string])[];

/* ── Twilio: HMAC-SHA1 over the URL and the form's fields ── */

/** The X-Twilio-Signature. Fields are those of a form body; a GET has its own in the URL. */
export function signTwilio(token: string, url: string, fields: Fields = []): string {
  return crypto
    .createHmac('sha1', token)
    .update(url + joined(fields))
    .digest('base64');
}

/** A body that is no form is signed by its hash, which stands in the URL. */
export function urlWithBodyHash(url: string, body: string | Uint8Array): string {
  return `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${sha256(body)}`;
}

export interface TwilioRequest {
  /** As Twilio was given it: public scheme, host and port, with path and query letter for letter. */
  readonly url: string;
  readonly signature: string;
  readonly fields?: Fields;
  /** The raw body, where it is anything but a form; its hash must then be in the URL. */
  readonly body?: Uint8Array;
}

/** True if one of the tokens signed it. Several are accepted so that a token can be changed without losing a request. */
export function isSignedByTwilio(
  { url, signature, fields = [], body }: TwilioRequest,
  tokens: readonly string[],
): boolean {
  if (!URL.canParse(url)) return false;
  if (body !== undefined && !hasHashOf(body, url)) return false;
  const data = joined(fields);
  for (const spelling of spellings(url)) {
    const signs = (token: string) =>
      isSame(
        signature,
        crypto
          .createHmac('sha1', token)
          .update(spelling + data)
          .digest('base64'),
      );
    if (tokens.some(signs)) return true;
  }
  return false;
}

/** Names in order, each with its values, sorted, none twice; nothing between names and values. */
function joined(fields: Fields): string {
  const byName = new Map<string, Set<string>>();
  for (const [name, value] of fields) byName.set(name, (byName.get(name) ?? new Set()).add(value));
  return [...byName.keys()]
    .sort()
    .flatMap((name) => [...(byName.get(name) ?? [])].sort().map((value) => name + value))
    .join('');
}

function hasHashOf(body: Uint8Array, url: string): boolean {
  return isSame(new URL(url).searchParams.get('bodySHA256') ?? '', sha256(body));
}

/**
 * Twilio signs with or without the port, and some of its products sign an escaped form. The URL as received comes first:
 * `new URL()` would change characters such as ' (twilio-node issue 1183).
 */
function* spellings(url: string): Generator<string> {
  yield withoutPort(url);
  yield withPort(url);
  const { href } = new URL(url);
  for (const tidy of [withoutPort(href), withPort(href)]) {
    yield tidy;
    yield withLegacyQuery(tidy);
  }
}

const authority = /^([a-z][a-z0-9+.-]*:\/\/)((?:[^/?#]*@)?)(\[[^\]]*\][^/?#:]*|[^/?#:]*)(:[^/?#]*)?/i;

function withoutPort(url: string): string {
  return url.replace(authority, '$1$2$3');
}

function withPort(url: string): string {
  return url.replace(authority, (all, scheme: string, user: string, host: string, port?: string) =>
    port ? all : `${scheme}${user}${host}${scheme.toLowerCase() === 'https://' ? ':443' : ':80'}`,
  );
}

/** As Node's older query module writes it, which some senders signed. */
function withLegacyQuery(url: string): string {
  const start = url.indexOf('?');
  if (start === -1 || start === url.length - 1) return url;
  return `${url.slice(0, start)}?${stringifyLegacy(parseLegacy(url.slice(start + 1)))}`;
}

/* ── SendGrid: ECDSA P-256 over timestamp and raw body ── */

export interface SendgridRequest {
  readonly body: Uint8Array;
  readonly signature: string;
  /** Seconds since 1970, as the header gives them. */
  readonly timestamp: string;
}

/** How far off a timestamp may be, either way, in seconds. SendGrid documents none. */
export const sendgridTolerance = 300;

/** `privateKey` is PKCS #8, DER, base64. */
export function signSendgrid(privateKey: string, timestamp: string, body: Uint8Array): string {
  const key = crypto.createPrivateKey({
    key: Buffer.from(privateKey, 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  return crypto.sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), key).toString('base64');
}

/** `publicKeys` as SendGrid shows them: SPKI, DER, base64. */
export function isSignedBySendgrid(
  { body, signature, timestamp }: SendgridRequest,
  publicKeys: readonly string[],
  now: Date,
): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > sendgridTolerance) return false;
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  const proof = Buffer.from(signature, 'base64');
  return publicKeys.some((text) => {
    const key = publicKeyOf(text);
    return key !== undefined && crypto.verify('sha256', signed, key, proof);
  });
}

/** A key that is not on the curve in use would make any check a false promise. */
function publicKeyOf(text: string) {
  try {
    const key = crypto.createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a key can be used at all: a wrong one is told at the start and not by every request's refusal. */
export function isSendgridKey(text: string): boolean {
  return publicKeyOf(text) !== undefined;
}

/* ── Segment: HMAC-SHA1 over the body ── */

/** The X-Signature, in hexadecimal. */
export function signSegment(secret: string, body: string | Uint8Array): string {
  return crypto.createHmac('sha1', secret).update(body).digest('hex');
}

/** True if one of the secrets signed the whole body. A batch of which only the first event is signed is not signed. */
export function isSignedBySegment(
  { body, signature }: { readonly body: Uint8Array; readonly signature: string },
  secrets: readonly string[],
): boolean {
  return secrets.some((secret) => isSame(signature, signSegment(secret, body)));
}

/* ── shared ── */

function sha256(body: string | Uint8Array): string {
  return crypto.createHash('sha256').update(body).digest('hex');
}

/** The length of what is expected is known to all; only its content is a secret. */
function isSame(given: string, expected: string): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(expected);
  return one.length === other.length && crypto.timingSafeEqual(one, other);
}
