// What one attempt amounts to: an answer, an error that ends it, or a failure that may be tried again. Pure.
// The words of errors are failure.ts; whether a failure is tried again is retry.ts.
import { causeCode, isPermanent } from './connection.ts';
import type { Exchange, Headers } from './exchange.ts';
import * as failures from './failure.ts';
import { isRecord, readProblem } from './problem.ts';
import type { Failure } from './retry.ts';

export interface Answer {
  readonly status: number;
  /** Parsed JSON; `{}` for an empty answer; `{ location }` where the answer is the address of a download; a Buffer where a file was asked for. */
  readonly body: unknown;
  /** Names in lower case. */
  readonly headers: Headers;
}

export type Verdict =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'final'; readonly error: unknown }
  /** `error` is what to say if it is not tried again. */
  | { readonly kind: 'failure'; readonly failure: Failure; readonly error: unknown };

export function judge(result: Exchange, about: failures.Circumstances): Verdict {
  if (result.kind === 'silent') return judgeSilence(result, about);
  if (result.status >= 400) return judgeRejection(result, about);
  if (result.kind === 'partial') {
    const error = failures.interrupted(result, about);
    const mayPass = result.why === 'timeout' || result.why === 'connection';
    return mayPass ? { kind: 'failure', failure: { kind: 'lost' }, error } : { kind: 'final', error };
  }
  if (result.status >= 300) return judgeRedirect(result, about);
  return judgeSuccess(result, about);
}

type Complete = Extract<Exchange, { kind: 'complete' }>;
type Silent = Extract<Exchange, { kind: 'silent' }>;

function judgeSilence(result: Silent, about: failures.Circumstances): Verdict {
  // undici refused to build the request: a fault of ours, not of the network.
  if (causeCode(result.cause) === 'UND_ERR_INVALID_ARG') return { kind: 'final', error: result.cause };
  const error = failures.interrupted(result, about);
  if (result.why === 'cancelled') return { kind: 'final', error };
  if (result.left) return { kind: 'failure', failure: { kind: 'lost' }, error };
  return {
    kind: 'failure',
    failure: { kind: 'unreachable', permanent: isPermanent(result.cause) },
    error,
  };
}

function judgeRejection(result: Exclude<Exchange, Silent>, about: failures.Circumstances): Verdict {
  const text = result.kind === 'complete' ? result.text : undefined;
  const retryAfter = result.headers['retry-after'];
  const twilioCode = readProblem(text).code;
  return {
    kind: 'failure',
    failure: { kind: 'status', status: result.status, twilioCode, retryAfter },
    error: failures.rejected(result.status, text, retryAfter, about),
  };
}

/** Some reads answer with the address of a file (Deactivations, bulk exports). It is told, never followed: credentials would go along. */
function judgeRedirect({ status, headers }: Complete, about: failures.Circumstances): Verdict {
  const location = headers['location'];
  if (about.effect !== 'read' || location === undefined || (status !== 307 && status !== 302)) {
    return { kind: 'final', error: failures.redirected(status, about) };
  }
  return { kind: 'answer', answer: { status, body: { location }, headers } };
}

function judgeSuccess({ status, headers, text, bytes }: Complete, about: failures.Circumstances): Verdict {
  if (bytes !== undefined) return { kind: 'answer', answer: { status, body: bytes, headers } };
  if (text.trim() === '') return { kind: 'answer', answer: { status, body: {}, headers } };
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body) || Array.isArray(body)) return { kind: 'answer', answer: { status, body, headers } };
  } catch {
    // Told below, with what did come.
  }
  return { kind: 'final', error: failures.unreadable(status, text, about) };
}
