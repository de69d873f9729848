// Every error this server can answer with: one base, one code each. Twilio's own numbered codes live in catalog/error-codes.

/** Code → when it is answered. `references/errors.md` is generated from this table. */
export const errorCodes = {
  INVALID_INPUT: 'The input does not fit the operation. Nothing was sent.',
  UNKNOWN_OPERATION: 'No operation has this name.',
  NOT_ENABLED: 'The operation exists but this server was started without it (read-only, toolsets, tools).',
  REFUSED:
    'A guard said no. Nothing was sent; the message names the rule and the step that would make it yes.',
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
  ANSWER_UNREADABLE: 'The provider answered with something that is not what its documents promise.',
  ANSWER_TOO_LARGE: 'The answer exceeded the size this server accepts.',
  INTERNAL: 'A fault in this server.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

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
