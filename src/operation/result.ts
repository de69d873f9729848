// What every door gets back from the corridor. How a door shows it is the door's business.
import type { Row } from './define.ts';
import { type ApprovalAsked, type ErrorCode, OperationError } from './errors.ts';
import type { Attached } from './files.ts';

export type Result = Success | Failure;

export interface Success {
  readonly ok: true;
  readonly operation: string;
  /** The operation's output; in dry-run mode the request that would have been sent. */
  readonly data: Row;
  /** True in emulator and dry-run mode: nothing reached Twilio. */
  readonly simulated: boolean;
  /** What the reader should know beside the data. */
  readonly notes: readonly string[];
  /** Pictures, sounds and documents, shown as such where the door can. */
  readonly files?: readonly Attached[];
}

export interface Failure {
  readonly ok: false;
  readonly operation: string;
  readonly error: FailureDetails;
  readonly simulated: boolean;
}

export interface FailureDetails {
  readonly code: ErrorCode;
  /** What happened. */
  readonly message: string;
  /** What to do next. */
  readonly next: string;
  readonly rule?: string;
  readonly twilio_code?: number;
  readonly http_status?: number;
  readonly meaning?: string;
  readonly docs_url?: string;
  readonly reference?: string;
  /** The provider's own words, as data. */
  readonly quoted?: string;
  readonly approval?: ApprovalAsked;
}

/** Any thrown thing as a failure. What is not one of ours is a fault in this server, told without its stack. */
export function failureFrom(operation: string, error: unknown, simulated: boolean): Failure {
  if (!(error instanceof OperationError)) {
    const cancelled = error instanceof Error && error.name === 'AbortError';
    const told: FailureDetails = cancelled
      ? { code: 'CANCELLED', message: 'The call was cancelled.', next: 'Call again if it is still wanted.' }
      : {
          code: 'INTERNAL',
          message: 'This server met a fault of its own.',
          next: 'If the operation changes something, look whether it was carried out before calling again; the log has the details.',
        };
    return { ok: false, operation, error: told, simulated };
  }
  const { next, rule, twilioCode, httpStatus, meaning, docsUrl, reference, quoted, approval } = error.details;
  const details: FailureDetails = {
    code: error.code,
    message: error.message,
    next,
    ...(rule !== undefined && { rule }),
    ...(twilioCode !== undefined && { twilio_code: twilioCode }),
    ...(httpStatus !== undefined && { http_status: httpStatus }),
    ...(meaning !== undefined && { meaning }),
    ...(docsUrl !== undefined && { docs_url: docsUrl }),
    ...(reference !== undefined && { reference }),
    ...(quoted !== undefined && { quoted }),
    ...(approval !== undefined && { approval }),
  };
  return { ok: false, operation, error: details, simulated };
}

/** The way back, for an operation that calls others: the inner failure becomes its own. */
export function errorOf({ error }: Failure): OperationError {
  const {
    code,
    message,
    next,
    rule,
    twilio_code,
    http_status,
    meaning,
    docs_url,
    reference,
    quoted,
    approval,
  } = error;
  return new OperationError(code, message, {
    next,
    ...(rule !== undefined && { rule }),
    ...(twilio_code !== undefined && { twilioCode: twilio_code }),
    ...(http_status !== undefined && { httpStatus: http_status }),
    ...(meaning !== undefined && { meaning }),
    ...(docs_url !== undefined && { docsUrl: docs_url }),
    ...(reference !== undefined && { reference }),
    ...(quoted !== undefined && { quoted }),
    ...(approval !== undefined && { approval }),
  });
}
