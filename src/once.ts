// One request, one deed: the same idempotency key gives the first answer again, whatever process asks.
import { fingerprint } from './fingerprint.ts';
import type { Operation, Row } from './operation/define.ts';
import { OperationError } from './operation/errors.ts';
import type { AnswerLedger } from './operation/ledgers.ts';

export interface OnceParts {
  readonly account: string;
  readonly answers: AnswerLedger;
  readonly now: () => Date;
  readonly look: (operation: Operation, input: Row, since: Date) => Promise<Row | undefined>;
}

interface Keyed {
  readonly operation: Operation;
  readonly input: Row;
  readonly frame: { readonly idempotency_key?: string | undefined };
}

/** What was shown then, or what a look has found since. */
export type Earlier = { readonly shown: Row } | { readonly found: Row };

/** For a call without a key there is nothing to wait for. */
export interface Once {
  /** `undefined` for the first to ask. */
  readonly first: (call: Keyed) => Promise<Earlier | undefined> | undefined;
  readonly keep: (call: Keyed, shown: Row) => Promise<void> | undefined;
  /** Nothing was done: the next try may. */
  readonly release: (call: Keyed) => Promise<void> | undefined;
}

export function createOnce({ account, answers, now, look }: OnceParts): Once {
  async function claim({ operation, input }: Keyed, key: string): Promise<Earlier | undefined> {
    const print = fingerprint({ operation: operation.name, input });
    const known = await answers.claim(account, key, print, now());
    if (known === undefined) return undefined;
    if (known.fingerprint !== print) throw reused();
    if (known.result !== undefined) return { shown: known.result };
    const found = await look(operation, input, known.at);
    if (found === undefined) throw unended();
    return { found };
  }

  return {
    first: (call) => {
      const key = keyOf(call);
      return key === undefined ? undefined : claim(call, key);
    },
    keep: (call, shown) => {
      const key = keyOf(call);
      return key === undefined ? undefined : answers.keep(account, key, shown);
    },
    release: (call) => {
      const key = keyOf(call);
      return key === undefined ? undefined : answers.release(account, key);
    },
  };
}

function keyOf({ operation, frame }: Keyed): string | undefined {
  return frame.idempotency_key && `${operation.name}:${frame.idempotency_key}`;
}

function reused(): OperationError {
  return new OperationError('INVALID_INPUT', 'This idempotency_key was used for another request.', {
    next: 'Use a new key for a new request, or exactly the same input for the same one.',
  });
}

function unended(): OperationError {
  return new OperationError(
    'OUTCOME_UNKNOWN',
    'The first call with this key has not ended, or its answer was lost.',
    {
      next: 'Do not send it under another key. Look whether it was carried out, or ask again in a minute.',
    },
  );
}
