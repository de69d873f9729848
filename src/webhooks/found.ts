// What a request tells, before it is known whose and when: the readers find it, the receiver makes events of it.
import { createHash } from 'node:crypto';
import { type Channel, channelOf, contactOf } from '../operation/reach.ts';
import { isRow, type Row } from '../operation/row.ts';

export interface Found {
  /** Of what happened and not of the telling: the same thing told twice, or found by asking, has the same one. */
  readonly id: string;
  readonly type: string;
  readonly contact?: string;
  readonly channel?: Channel;
  readonly sid?: string;
  readonly data: Row;
}

/** Twilio's names as ours: `MediaUrl0` is `media_url0`, `interactionSid` is `interaction_sid`. */
export function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** A person's address with its channel: `whatsapp:+1…` is theirs on WhatsApp, a bare number is of `bare`. */
export function personAt(address: string, bare: Channel): { contact: string; channel: Channel } | object {
  if (address === '') return {};
  const channel = channelOf(address, bare);
  return { contact: contactOf({ to: address, channel }), channel };
}

/** For what has no natural identity: the same content is the same event. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

export function textIn(row: Row, ...keys: readonly string[]): string {
  for (const key of keys) {
    const value = row[key];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return '';
}

/** A JSON text as what it says; anything else as it is. */
export function parsedIn(row: Row, ...keys: readonly string[]): Row {
  const changed = keys.flatMap((key): [string, unknown][] => {
    const value = row[key];
    if (typeof value !== 'string') return [];
    const inner = tryJson(value);
    return inner === undefined ? [] : [[key, inner]];
  });
  return { ...row, ...Object.fromEntries(changed) };
}

export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function rowsIn(value: unknown): Row[] {
  return (Array.isArray(value) ? value : [value]).filter(isRow);
}
