// What an address is: a number with its country and kind, an email, somebody of the owner's own app, or nothing that can be told.
import { createRequire } from 'node:module';
import type { Person } from './call.ts';

const require = createRequire(import.meta.url);

export type Addressee =
  | NumberAddressee
  | { readonly kind: 'email'; readonly domain: string }
  | { readonly kind: 'sip'; readonly host: string }
  /** Somebody who is signed in to the owner's own app, or who wrote to the owner's page. */
  | { readonly kind: 'identity' | 'page' }
  /** An answer to one message of theirs: Twilio alone knows whose that was. */
  | { readonly kind: 'reply' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed'; readonly why: string };

export interface NumberAddressee {
  readonly kind: 'number';
  readonly e164: string;
  readonly country: string | undefined;
  readonly callingCode: string;
  readonly type: string | undefined;
  readonly assigned: boolean;
}

const e164 = /^\+[1-9][0-9]{6,14}$/;
const sid = /^[A-Z]{2}[0-9a-f]{32}$/;

export function addresseeOf({ to, contact, channel, purpose }: Person): Addressee {
  if (to.startsWith('client:')) return { kind: 'identity' };
  // The name of a conversation or a room: it may be written in any letters, but not begin as a number does.
  if (channel === 'unknown' && !/^[+＋\p{Nd}]|@/u.test(to)) return { kind: 'unknown' };
  const odd = [...to].find((letter) => letter < '!' || letter > '~');
  if (odd !== undefined) {
    const point = odd.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    return { kind: 'malformed', why: `holds the character U+${point}, which belongs into no address` };
  }
  if (sid.test(to) || to === 'unknown') {
    return { kind: sid.test(to) && purpose === 'conversational' ? 'reply' : 'unknown' };
  }
  if (channel === 'email' || (channel === 'unknown' && to.includes('@'))) return emailOf(contact);
  if (/^sips?:/i.test(to)) return sipOf(to);
  if (channel === 'chat' || channel === 'push') return { kind: 'identity' };
  if (/^messenger:[0-9]{5,30}$/.test(to)) return { kind: 'page' };
  return e164.test(contact) ? numberOf(contact) : stranger(channel, to);
}

function stranger(channel: Person['channel'], to: string): Addressee {
  if (channel === 'unknown') return { kind: 'unknown' };
  const short = /^[0-9]{3,8}$/.test(to);
  const why = short
    ? 'is a short code, not a person'
    : 'is not E.164: + and country code and number, digits only';
  return { kind: 'malformed', why };
}

function numberOf(contact: string): Addressee {
  const found = phones().parsePhoneNumberFromString(contact);
  if (!found?.isPossible()) return { kind: 'malformed', why: 'is too long, too short or of no country' };
  return {
    kind: 'number',
    e164: contact,
    country: found.country,
    callingCode: found.countryCallingCode,
    type: found.getType(),
    assigned: found.isValid(),
  };
}

function emailOf(contact: string): Addressee {
  const [, domain] =
    /^[^@"<>(),:;[\]\\]+@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]+)$/.exec(contact) ?? [];
  return domain === undefined
    ? { kind: 'malformed', why: 'is not one email address at a domain' }
    : { kind: 'email', domain };
}

/** RFC 3261: `sip:user@host:port;parameters?headers`. Parameters could name further hosts, so they are not taken. */
function sipOf(to: string): Addressee {
  const [, host] =
    /^sips?:(?:[^@;?]+@)?([a-z0-9.-]+(?::[0-9]{1,5})?)(?:;transport=(?:tcp|udp|tls))?$/i.exec(to) ?? [];
  return host === undefined
    ? { kind: 'malformed', why: 'is not a plain sip:user@host' }
    : { kind: 'sip', host: host.toLowerCase() };
}

/** The country a number belongs to, ISO 3166-1 alpha-2. */
export function countryOf(number: string): string | undefined {
  return e164.test(number) ? phones().parsePhoneNumberFromString(number)?.country : undefined;
}

type Phones = typeof import('libphonenumber-js/max');
let loaded: Phones | undefined;

/** Loaded with the first number: the tables of all countries are much of a start that only lists its tools. */
function phones(): Phones {
  const phones: Phones = loaded ?? require('libphonenumber-js/max');
  loaded = phones;
  return phones;
}
