// Every error this server can answer with: one base, one code each. Twilio's own numbered codes live in catalog/error-codes.

/** Code → when it is answered. `references/errors.md` is generated from this table. */
export const errorCodes = {
  INVALID_INPUT: 'The input does not fit the operation. Nothing was sent.',
  UNKNOWN_OPERATION: 'No operation has this name.',
  NOT_ENABLED: 'The operation exists but this server was started without it (read-only, toolsets, tools).',
  REFUSED:
    'A guard said no. Nothing was sent; the message names the rule and the step that would make it yes.',
  CONFIRMATION_NEEDED:
    'A human has to say yes first. Nothing was sent; the same call goes on once the owner has approved it.',
  CREDENTIALS_MISSING: 'The operation needs credentials that are not configured.',
  CONFIGURATION_INVALID: 'A setting is missing or wrong; the server did not start.',
  AUTHENTICATION_FAILED: 'The provider did not accept the credentials, or the key lacks the permission.',
  NOT_FOUND: 'The provider knows no such resource in this account and region.',
  CONFLICT: 'The resource is in another state than the request assumes, or changed meanwhile.',
  PROVIDER_REJECTED: 'The provider understood the request and refused it.',
  RATE_LIMITED: 'Too many requests; the request was never processed.',
  PROVIDER_UNAVAILABLE: 'The provider failed (5xx) and the request could safely be counted as not done.',
  NETWORK_UNREACHABLE: 'No connection could be made; nothing was sent.',
  TIMED_OUT: 'No answer within the time allowed, for a request that is safe to repeat.',
  OUTCOME_UNKNOWN:
    'The request left, and no answer says whether it was carried out. It is never repeated by itself.',
  CANCELLED: 'The caller cancelled before the request left.',
  STORE_UNAVAILABLE:
    'What this server remembers cannot be asked (the PostgreSQL is away); nothing is sent meanwhile.',
  ANSWER_UNREADABLE: 'The provider answered with something that is not what its documents promise.',
  ANSWER_TOO_LARGE: 'The answer exceeded the size this server accepts.',
  INTERNAL: 'A fault in this server.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** After any other code nobody can say that the request was not carried out. */
const notCarriedOut: readonly ErrorCode[] = [
  'INVALID_INPUT',
  'UNKNOWN_OPERATION',
  'NOT_ENABLED',
  'REFUSED',
  'CONFIRMATION_NEEDED',
  'CREDENTIALS_MISSING',
  'AUTHENTICATION_FAILED',
  'NOT_FOUND',
  'CONFLICT',
  'PROVIDER_REJECTED',
  'RATE_LIMITED',
  'PROVIDER_UNAVAILABLE',
  'NETWORK_UNREACHABLE',
  'CANCELLED',
];

/** Whether it is certain that nothing was done: what was set aside for the request is then free again. */
export function nothingDone(error: unknown): boolean {
  return error instanceof OperationError && notCarriedOut.includes(error.code);
}

export interface ApprovalAsked {
  readonly id: string;
  /** Exactly what would happen, for the human. */
  readonly summary: string;
  readonly expires: Date;
  /** The human is also asked how these people agreed to be contacted. */
  readonly asksConsent: boolean;
}

export interface ErrorDetails {
  /** What to do next, as one sentence. */
  readonly next: string;
  /** Twilio's own numbered code, when it gave one. */
  readonly twilioCode?: number;
  readonly httpStatus?: number;
  /** What the numbered code means. */
  readonly meaning?: string;
  readonly docsUrl?: string;
  /** The reference page that helps, as a resource URI. */
  readonly reference?: string;
  /** The provider's own words: quoted as data, never as advice. */
  readonly quoted?: string;
  /** The guard's rule, for REFUSED and NOT_ENABLED. */
  readonly rule?: string;
  /** What waits for a human's yes, for CONFIRMATION_NEEDED. */
  readonly approval?: ApprovalAsked;
  readonly cause?: unknown;
}

/** An expected failure, told so that the reader knows what happened, why, and what to do next. */
export class OperationError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'OperationError';
    this.code = code;
    this.details = details;
  }
}
