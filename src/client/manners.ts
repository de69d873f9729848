// What an answer teaches about how fast to ask: for a host, and for the one sender or the calls that a refusal was about.
import type { WireRequest } from './encode.ts';
import type { Exchange } from './exchange.ts';
import { readProblem } from './problem.ts';
import { maxRetryAfterMs } from './retry.ts';

export interface Lesson {
  /** Nothing more to this host until so many milliseconds from now. */
  readonly hostPauseMs?: number;
  /** Too many at once. */
  readonly slowDown?: boolean;
  readonly wentWell?: boolean;
  /** The lane of the request is full: others go on. */
  readonly lanePauseMs?: number;
}

/** A sender's or the account's own queue at Twilio is full (docs/api/errors): it drains within seconds to minutes. */
const fullQueues: ReadonlySet<number> = new Set([10004, 21611, 22005, 63018]);
const lanePauseMs = 10_000;

/** Twilio paces messages by sender and calls by account; a refusal of one says nothing of the others. */
export function laneOf({ method, host, path, body }: WireRequest): string | undefined {
  if (method !== 'POST' || host !== 'api' || body?.type !== 'form') return undefined;
  if (path.endsWith('/Calls.json')) return 'calls';
  if (!path.endsWith('/Messages.json')) return undefined;
  const form = new URLSearchParams(body.text);
  return `messages ${form.get('MessagingServiceSid') ?? form.get('From') ?? ''}`;
}

/** A pause that the host asks for by Retry-After is not here: it belongs to the retry that waits for it (retry.ts). */
export function learn(result: Exchange, now: () => Date): Lesson {
  if (result.kind !== 'complete') return {};
  const { status, headers, text } = result;
  const code = status >= 400 ? readProblem(text).code : undefined;
  if (code !== undefined && fullQueues.has(code)) return { lanePauseMs };
  // Other numbered limits are of one product or person; 20429 and a bare 429 are of the host.
  if (status === 429 && (code === undefined || code === 20429)) return { slowDown: true };
  if (status >= 400) return {};
  const spent = headers['x-ratelimit-remaining'] === '0' ? resetOf(headers['x-ratelimit-reset'], now()) : 0;
  return spent > 0 ? { wentWell: true, hostPauseMs: spent } : { wentWell: true };
}

/** Seconds since 1970, as SendGrid and Segment have it. */
function resetOf(value: string | undefined, now: Date): number {
  const at = /^\d{9,11}$/.test(value ?? '') ? Number(value) * 1000 : 0;
  return Math.max(0, Math.min(at - now.getTime(), maxRetryAfterMs));
}
