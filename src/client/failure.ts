// Turns whatever went wrong between us and a provider into one of our errors: what happened, why, what to do next.
// Reading the provider's error body is problem.ts; whether to try again is retry.ts.
import type { Host } from '../operation/define.ts';
import type { Effect } from '../operation/effect.ts';
import { type ErrorCode, OperationError } from '../operation/errors.ts';
import { adviceOf, reasonOf } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { hostNames, isTwilio, proofOf } from './hosts.ts';
import { type Problem, readProblem } from './problem.ts';
import { isRefusal, parseRetryAfter, repeatable } from './retry.ts';

/** What is known about one of Twilio's numbered codes. */
export type Explain = (code: number) => { readonly meaning: string; readonly next: string } | undefined;

/** What the words of an error depend on. */
export interface Circumstances {
  readonly host: Host;
  readonly effect: Effect;
  readonly idempotent: boolean;
  /** The operation that shows whether a lost request was carried out. */
  readonly lookWith?: string | undefined;
  readonly explain: Explain;
  readonly now: Date;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** An earlier attempt may have been carried out. */
  readonly doubtful: boolean;
}

/** Statuses that were answered in full, or whose body was lost: the status alone says that the request was not accepted. */
export function rejected(
  status: number,
  text: string | undefined,
  retryAfter: string | undefined,
  about: Circumstances,
): OperationError {
  const problem = readProblem(text);
  const code = rejectionCode(status, problem, about);
  const known = problem.code === undefined ? undefined : about.explain(problem.code);
  const unknown = code === 'OUTCOME_UNKNOWN';
  const wait = parseRetryAfter(retryAfter, about.now);
  const pause = wait === undefined ? '' : ` It asks to wait ${Math.ceil(wait / 1000)} seconds.`;
  return new OperationError(code, `${rejectionMessage(status, problem.code, unknown, about)}${pause}`, {
    next: unknown ? lookFirst(about) : (known?.next ?? nextFor(status, code, about)),
    httpStatus: status,
    ...(problem.code !== undefined &&
      isTwilio(about.host) && { twilioCode: problem.code, docsUrl: docsUrl(problem.code) }),
    ...(known !== undefined && { meaning: known.meaning }),
    ...(problem.words !== undefined && { quoted: problem.words }),
  });
}

/** No complete answer came, and no further attempt is made. */
export function interrupted(
  result: Exclude<Exchange, { kind: 'complete' }>,
  about: Circumstances,
): OperationError {
  const cause = result.kind === 'silent' ? result.cause : undefined;
  const status = result.kind === 'partial' ? { httpStatus: result.status } : {};
  const left = result.kind === 'partial' || result.left;
  if (left && !repeatable(about.effect, about.idempotent)) {
    const so =
      result.kind === 'partial'
        ? `answered HTTP ${result.status}, but its answer ${brokenOff(result.why)}`
        : silence(result.why, about);
    return new OperationError(
      'OUTCOME_UNKNOWN',
      `The request was sent, and ${hostNames[about.host]} ${so}. It may have been carried out.`,
      {
        next: lookFirst(about),
        ...status,
        cause,
      },
    );
  }
  if (result.why === 'cancelled') return cancelled(about, left);
  if (!left) return unreachable(cause, about);
  if (result.why === 'too-large') return tooLarge(about);
  return new OperationError(
    result.why === 'timeout' ? 'TIMED_OUT' : 'PROVIDER_UNAVAILABLE',
    `${hostNames[about.host]} ${silence(result.why, about)}.`,
    {
      next: tryAgain(about.host),
      ...status,
      cause,
    },
  );
}

/** A success by its status, but the body is no JSON. A portal or proxy may have answered instead of the provider. */
export function unreadable(status: number, text: string, about: Circumstances): OperationError {
  const quoted = readProblem(text).words;
  const details = { httpStatus: status, ...(quoted !== undefined && { quoted }) };
  const said = `${hostNames[about.host]} answered HTTP ${status} with something that is not JSON`;
  if (!repeatable(about.effect, about.idempotent)) {
    return new OperationError('OUTCOME_UNKNOWN', `${said}. The request may have been carried out.`, {
      next: lookFirst(about),
      ...details,
    });
  }
  return new OperationError('ANSWER_UNREADABLE', `${said}.`, {
    next: 'Look for a proxy or portal between this server and the provider, and check TWILIO_API_BASE_URL; then try again.',
    ...details,
  });
}

/** A redirect that is no download: it is never followed, because credentials would go along. */
export function redirected(status: number, about: Circumstances): OperationError {
  const again = repeatable(about.effect, about.idempotent);
  return new OperationError(
    again ? 'ANSWER_UNREADABLE' : 'OUTCOME_UNKNOWN',
    `${hostNames[about.host]} answered with a redirect (HTTP ${status}), which is not followed.`,
    {
      next: `${again ? 'Read the resource again by the identifier it has now.' : lookFirst(about)} Check TWILIO_API_BASE_URL if one is set.`,
      httpStatus: status,
    },
  );
}

export function cancelled(about: Circumstances, left: boolean): OperationError {
  const host = hostNames[about.host];
  if (left && about.effect !== 'read') {
    return new OperationError(
      'OUTCOME_UNKNOWN',
      `The call to ${host} was cancelled after the request had been sent.`,
      {
        next: repeatable(about.effect, about.idempotent) ? 'Repeating it is harmless.' : lookFirst(about),
      },
    );
  }
  return new OperationError(
    'CANCELLED',
    `The call to ${host} was cancelled ${left ? 'while waiting for the answer' : 'before anything was sent'}.`,
    {
      next: 'Nothing needs to be undone. Call again if it is still wanted.',
    },
  );
}

/** The time allowed ran out in the queue, or while a pause the provider asked for was kept. */
export function neverGotATurn(about: Circumstances): OperationError {
  return new OperationError(
    'RATE_LIMITED',
    `Too many requests to ${hostNames[about.host]} are under way; this one was not sent.`,
    { next: 'Wait a minute, and make fewer calls at once.' },
  );
}

/** The time allowed ran out before there were credentials to send with. */
export function neverGotProof(about: Circumstances): OperationError {
  return new OperationError(
    'TIMED_OUT',
    `The credentials for ${hostNames[about.host]} did not come in time; nothing was sent.`,
    {
      next: 'Try again in a minute; `twilio-mcp doctor` tests the credentials.',
    },
  );
}

function rejectionCode(status: number, problem: Problem, about: Circumstances): ErrorCode {
  if (!isRefusal(status))
    return repeatable(about.effect, about.idempotent) ? 'PROVIDER_UNAVAILABLE' : 'OUTCOME_UNKNOWN';
  if (status === 401) return 'AUTHENTICATION_FAILED';
  // Verify and others answer 403 for a blocked destination too; those carry a code of their own.
  if (status === 403)
    return problem.code === undefined || accessCodes.has(problem.code)
      ? 'AUTHENTICATION_FAILED'
      : 'PROVIDER_REJECTED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 409 || status === 412) return 'CONFLICT';
  return status === 429 ? 'RATE_LIMITED' : 'PROVIDER_REJECTED';
}

/** Codes by which Twilio says: not with these credentials. */
const accessCodes: ReadonlySet<number> = new Set([20003, 20005, 20006, 20008, 20104, 20403, 70051, 70054]);

function rejectionMessage(
  status: number,
  code: number | undefined,
  unknown: boolean,
  about: Circumstances,
): string {
  const said = code === undefined ? `HTTP ${status}` : `HTTP ${status}, code ${code}`;
  const host = hostNames[about.host];
  if (unknown)
    return `${host} failed (${said}) after it had received the request. It may have been carried out.`;
  return isRefusal(status) ? `${host} refused the request (${said}).` : `${host} failed (${said}).`;
}

function nextFor(status: number, code: ErrorCode, about: Circumstances): string {
  switch (code) {
    case 'AUTHENTICATION_FAILED':
      return credentialAdvice(about.host);
    case 'NOT_FOUND':
      return 'Check the identifier and that it belongs to this account and region; list the resources instead of guessing.';
    case 'CONFLICT':
      return 'Read the resource again, then decide with its present state.';
    case 'RATE_LIMITED':
      return 'Wait a minute, then try again with fewer calls at once.';
    case 'PROVIDER_UNAVAILABLE':
      return tryAgain(about.host);
    default:
      if (status === 413) return 'Send less at once.';
      if (status === 501)
        return 'Nobody answers this at that address. The local Twilio answers what references/emulator.md lists; dry-run mode shows the request.';
      return 'Read what the provider says, correct the input, and call again; the same request would be refused again.';
  }
}

function credentialAdvice(host: Host): string {
  switch (proofOf(host)) {
    case 'sendgrid':
      return 'Check SENDGRID_API_KEY and that the key has the scope for this call.';
    case 'segment-write':
      return 'Check SEGMENT_WRITE_KEY: it belongs to one source.';
    case 'segment-profile':
    case 'segment-public':
      return 'Check the Segment token configured for this API.';
    default:
      return 'Ask the owner to check the account SID, the token or API key, the permissions of the key, and that all belong to this region; `twilio-mcp doctor` tests them.';
  }
}

function tryAgain(host: Host): string {
  const page = isTwilio(host) ? 'https://status.twilio.com' : "the provider's status page";
  return `The request is safe to repeat: try again in a minute, and check ${page} if it goes on.`;
}

function lookFirst({ lookWith }: Circumstances): string {
  const look =
    lookWith === undefined ? 'Look for what it would have created or changed' : `Look with ${lookWith}`;
  return `Do not send it again by itself. ${look} first; only if it is not there after a minute is it safe to repeat.`;
}

function brokenOff(why: string): string {
  if (why === 'too-large') return 'is larger than this server accepts';
  return why === 'cancelled' ? 'was not awaited because the call was cancelled' : 'broke off';
}

function silence(why: string, { timeoutMs }: Circumstances): string {
  if (why === 'timeout') return `gave no answer within ${timeoutMs / 1000} seconds`;
  return why === 'cancelled'
    ? 'was no longer waited for, because the call was cancelled'
    : 'closed the connection before answering';
}

function tooLarge({ host, maxBytes }: Circumstances): OperationError {
  return new OperationError(
    'ANSWER_TOO_LARGE',
    `The answer of ${hostNames[host]} is larger than ${Math.floor(maxBytes / 1_000_000)} MB.`,
    {
      next: 'Ask for less: a smaller limit, or narrower filters.',
    },
  );
}

function unreachable(cause: unknown, { host, timeoutMs, doubtful }: Circumstances): OperationError {
  const sent = doubtful
    ? 'An earlier attempt may have arrived; repeating it is harmless.'
    : 'Nothing was sent.';
  return new OperationError(
    'NETWORK_UNREACHABLE',
    `No connection to ${hostNames[host]}: ${reasonOf(cause, timeoutMs)}. ${sent}`,
    {
      next: adviceOf(cause),
      cause,
    },
  );
}

function docsUrl(code: number): string {
  return `https://www.twilio.com/docs/api/errors/${code}`;
}
