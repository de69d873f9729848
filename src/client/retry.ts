// Whether a failed request may be sent again, and when: a pure decision. Waiting and sending happen in client.ts.
import { type Effect, traits } from '../operation/effect.ts';

/** What came of one attempt that was no success. */
export type Failure =
  /** No connection: not a byte of the request left. `permanent` when trying again cannot help (certificate). */
  | { readonly kind: 'unreachable'; readonly permanent: boolean }
  /** The request left, and no complete answer came. */
  | { readonly kind: 'lost' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly twilioCode?: number | undefined;
      readonly retryAfter?: string | undefined;
    };

export interface Question {
  /** 1 for the first. */
  readonly attempt: number;
  readonly effect: Effect;
  readonly idempotent: boolean;
  readonly failure: Failure;
  readonly elapsedMs: number;
  readonly deadlineMs: number;
  readonly now: Date;
  /** In [0, 1). */
  readonly random: () => number;
}

export type Decision =
  | { readonly retry: true; readonly afterMs: number }
  | { readonly retry: false; readonly why: string };

const maxAttempts = 4;
const firstDelayMs = 250;
const maxDelayMs = 8_000;
/** A provider that asks for a longer pause is not waited for: the caller is told how long it asked. */
export const maxRetryAfterMs = 30_000;

/** 429s that are limits of a product or a person, not of the moment: repeating at once only makes them worse. */
const lastingLimits: ReadonlySet<number> = new Set([
  10004, 14107, 21611, 22005, 30001, 30022, 30023, 30027, 60202, 60203, 60212, 60410, 63018, 63038,
]);

export function decide(question: Question): Decision {
  const { attempt, failure, elapsedMs, deadlineMs, now, random } = question;
  const objection = objectionTo(question);
  if (objection !== undefined) return { retry: false, why: objection };
  if (attempt >= maxAttempts) return { retry: false, why: `${attempt} attempts failed` };
  const asked = failure.kind === 'status' ? parseRetryAfter(failure.retryAfter, now) : undefined;
  if (asked !== undefined && asked > maxRetryAfterMs) {
    return { retry: false, why: `it asks to wait ${Math.ceil(asked / 1000)} seconds` };
  }
  // Full jitter, on top of what was asked for: many clients told the same second must not come back in it together.
  const spread = Math.floor(random() * Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)));
  const afterMs = (asked ?? 0) + spread;
  if (elapsedMs + afterMs >= deadlineMs) return { retry: false, why: 'no time is left' };
  return { retry: true, afterMs };
}

/** Whether sending the same request twice is harmless. */
export function repeatable(effect: Effect, idempotent: boolean): boolean {
  const after = traits[effect].afterUnknown;
  return after === 'retry' || (after === 'retry-if-idempotent' && idempotent);
}

/** `Retry-After`, in milliseconds from now: seconds or an HTTP date. Undefined when absent or unreadable. */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // Date.parse also takes bare numbers and other wild forms; an HTTP date begins with a weekday.
  const at = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

/** The status alone says that nothing was done: every one below 500, and 501, "I have no such route". */
export function isRefusal(status: number): boolean {
  return status < 500 || status === 501;
}

function objectionTo({ failure, effect, idempotent }: Question): string | undefined {
  if (failure.kind === 'unreachable') return failure.permanent ? 'trying again cannot help' : undefined;
  if (failure.kind === 'status') {
    // 429 is answered before the request is processed (errors/20429), so it is safe for sends too.
    if (failure.status === 429) {
      const lasting = failure.twilioCode !== undefined && lastingLimits.has(failure.twilioCode);
      return lasting ? 'this limit does not pass by trying again' : undefined;
    }
    if (isRefusal(failure.status)) return 'the request was refused';
  }
  return repeatable(effect, idempotent) ? undefined : 'it may have been carried out';
}
