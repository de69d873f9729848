// Here: how SendGrid's v3 API speaks: its faults by field, JSON bodies, pages that begin at an offset.
// Not here: who may ask (email.ts), and what any route does.
import type { Ask } from '../route.ts';
import { TwilioError } from '../wire.ts';

export const HOST = 'api.sendgrid.com';

export type Json = Readonly<Record<string, unknown>>;

/** A refusal as SendGrid words it: one message, and the field it is about. */
export class EmailError extends TwilioError {
  readonly field: string | null;

  constructor(status: number, field: string | null, message: string) {
    super(status, 0, message);
    this.name = 'EmailError';
    this.field = field;
  }
}

export function bad(field: string | null, message: string): EmailError {
  return new EmailError(400, field, message);
}

export function absent(): EmailError {
  return new EmailError(404, null, 'resource not found');
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function bodyOf(ask: Ask): Json {
  if (!isObject(ask.json)) throw bad(null, 'Bad Request');
  return ask.json;
}

export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function requiredText(body: Json, name: string, most: number): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw bad(name, `${name} is required`);
  if (value.length > most) throw bad(name, `${name} must be at most ${most} characters`);
  return value;
}

export function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^[^\s@<>"]+@[^\s@.<>"]+(?:\.[^\s@.<>"]+)+$/.test(value);
}

/** The list of addresses that suppression requests carry. */
export function recipientsOf(ask: Ask): string[] {
  const { recipient_emails: given } = bodyOf(ask);
  if (!Array.isArray(given) || given.length === 0) throw bad('recipient_emails', 'no emails were given');
  return given.map((each: unknown) => {
    if (!isAddress(each)) throw bad('recipient_emails', `invalid email: ${String(each)}`);
    return each.toLowerCase();
  });
}

/** `limit` and `offset` of the query, applied. */
export function slice<R>(ask: Ask, rows: readonly R[], most = 500): R[] {
  const offset = count(ask, 'offset', 0, 0, Number.MAX_SAFE_INTEGER);
  return rows.slice(offset, offset + count(ask, 'limit', most, 1, most));
}

export function count(ask: Ask, name: string, fallback: number, least: number, most: number): number {
  const text = ask.query.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw bad(name, `${name} is not valid`);
  return value;
}

/** "2026-11-02 09:00:00": how templates tell time. */
export function stamp(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

export function seconds(time: number): number {
  return Math.floor(time / 1000);
}
