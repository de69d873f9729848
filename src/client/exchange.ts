// One request on one socket: sends it, gathers the answer within bounds, and knows whether the request had left when it failed.
// No retries, no credentials, no meaning of statuses.
import type { Dispatcher } from 'undici';
import type { Alarm } from './time-limit.ts';

export interface Outgoing {
  readonly origin: string;
  readonly target: string;
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Record<string, string>;
  readonly body?: string | undefined;
}

export interface Bounds {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly alarm: Alarm;
  /** The answer is a file: what a success holds is kept as it came. */
  readonly raw?: boolean | undefined;
}

export type Headers = Readonly<Record<string, string>>;

export type Interruption = 'timeout' | 'cancelled' | 'too-large' | 'connection';

export type Exchange =
  | {
      readonly kind: 'complete';
      readonly status: number;
      readonly headers: Headers;
      readonly text: string;
      /** In place of the text, where a file was asked for and came. */
      readonly bytes?: Buffer;
    }
  /** A status line came, the rest did not. */
  | {
      readonly kind: 'partial';
      readonly status: number;
      readonly headers: Headers;
      readonly why: Interruption;
    }
  /** Nothing came back. `left`: whether a byte of the request may have reached the other side. */
  | { readonly kind: 'silent'; readonly left: boolean; readonly why: Interruption; readonly cause?: unknown };

class Interrupted extends Error {
  readonly why: Interruption;

  constructor(why: Interruption) {
    super(why);
    this.why = why;
  }
}

/** Never rejects: whatever happens is one of the three kinds. */
export function exchange(dispatcher: Dispatcher, outgoing: Outgoing, bounds: Bounds): Promise<Exchange> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let head: { readonly status: number; readonly headers: Headers } | undefined;
    let settled = false;
    let size = 0;
    const chunks: Buffer[] = [];

    const settle = (outcome: Exchange): void => {
      if (settled) return;
      settled = true;
      stopAlarm();
      bounds.signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    const fail = (why: Interruption, cause?: unknown): void => {
      if (head !== undefined) settle({ kind: 'partial', ...head, why });
      else settle({ kind: 'silent', left: controller !== undefined, why, cause });
    };
    // Settles first: the caller must not wait for a socket that may never say anything again.
    const interrupt = (why: Interruption): void => {
      fail(why);
      controller?.abort(new Interrupted(why));
    };
    const onAbort = (): void => interrupt('cancelled');
    const stopAlarm = bounds.alarm(bounds.timeoutMs, () => interrupt('timeout'));
    if (bounds.signal?.aborted) return settle({ kind: 'silent', left: false, why: 'cancelled' });
    bounds.signal?.addEventListener('abort', onAbort, { once: true });

    const handler: Dispatcher.DispatchHandler = {
      // Called on a connected socket right before the first byte is written: until here nothing has left.
      onRequestStart(started) {
        if (settled) started.abort(new Interrupted('cancelled'));
        else controller = started;
      },
      onResponseStart(_, status, headers) {
        if (status >= 200) head = { status, headers: flatten(headers) };
      },
      onResponseData(_, chunk) {
        size += chunk.length;
        if (size > bounds.maxBytes) interrupt('too-large');
        else chunks.push(chunk);
      },
      onResponseEnd() {
        if (head === undefined) return fail('connection');
        const { status, headers } = head;
        const [first = empty] = chunks;
        const bytes = chunks.length > 1 ? Buffer.concat(chunks) : first;
        const isFile = bounds.raw === true && status < 300 && !/\bjson\b/.test(headers['content-type'] ?? '');
        if (isFile) settle({ kind: 'complete', status, headers, text: '', bytes });
        else settle({ kind: 'complete', status, headers, text: bytes.toString('utf8') });
      },
      onResponseError(_, error) {
        fail('connection', error);
      },
    };
    try {
      dispatcher.dispatch(
        {
          origin: outgoing.origin,
          path: outgoing.target,
          method: outgoing.method,
          headers: outgoing.headers,
          body: outgoing.body ?? null,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    } catch (error) {
      fail('connection', error);
    }
  });
}

const empty = Buffer.alloc(0);

/** undici gives names in lower case. */
function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const flat: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
