// Here: failures on order: which request the next one hits and in what way.
// Not here: how a broken connection looks on a socket (server.ts).
import type { Answer } from './wire.ts';

export type FaultKind =
  | 'status'
  | 'rate-limit'
  | 'reset'
  | 'silence'
  | 'slow'
  | 'truncated'
  | 'not-json'
  | 'lost-reply';

export const FAULT_KINDS: readonly FaultKind[] = [
  'status',
  'rate-limit',
  'reset',
  'silence',
  'slow',
  'truncated',
  'not-json',
  'lost-reply',
];

export type Fault = {
  readonly kind: FaultKind;
  /** Unset fields match everything. `path` matches when it is part of the request's path. */
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  /** How many requests it hits before it is spent. */
  times: number;
  readonly status?: number;
  readonly code?: number;
  readonly message?: string;
  readonly retryAfter?: number;
  /** Milliseconds between the pieces of a slow answer. */
  readonly pause?: number;
};

export type Faults = {
  add(fault: Fault): void;
  list(): readonly Fault[];
  /** The first fault that fits, used up by one. */
  take(request: { method: string; host: string; path: string }): Fault | undefined;
  clear(): void;
};

/** Thrown by `emulator.fetch` where a server would drop the connection. */
export class ConnectionReset extends Error {
  constructor() {
    super('The emulator reset this connection, as a fault ordered.');
    this.name = 'ConnectionReset';
  }
}

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: (fault) => {
      faults.push(fault);
    },
    list: () => faults,
    take: ({ method, host, path }) => {
      const fault = faults.find(
        (one) =>
          (one.method === undefined || one.method.toUpperCase() === method) &&
          (one.host === undefined || one.host === host) &&
          (one.path === undefined || path.includes(one.path)),
      );
      if (fault === undefined) return undefined;
      fault.times -= 1;
      if (fault.times <= 0) faults = faults.filter((one) => one !== fault);
      return fault;
    },
    clear: () => {
      faults = [];
    },
  };
}

/** Answers in place of the work: nothing was done. `undefined` means that the work goes ahead. */
export function insteadOfWork(fault: Fault): Answer | undefined {
  if (fault.kind === 'rate-limit') {
    const headers = { 'retry-after': String(fault.retryAfter ?? 1) };
    return refusal(429, fault.code ?? 20429, fault.message ?? 'Too Many Requests', headers);
  }
  if (fault.kind !== 'status') return undefined;
  const status = fault.status ?? 500;
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  const code = fault.code ?? (status === 503 ? 20503 : 20500);
  return refusal(status, code, fault.message ?? 'An internal server error has occurred', headers);
}

function refusal(status: number, code: number, message: string, headers: Record<string, string>): Answer {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return { status, headers, body: { code, message, more_info, status } };
}

/** Spoils the answer to work that was done. */
export function spoil(fault: Fault | undefined, response: Response): Response {
  if (fault?.kind === 'not-json') {
    const headers = { 'content-type': 'text/html' };
    return new Response('<html><body>Service temporarily unavailable</body></html>', {
      status: 200,
      headers,
    });
  }
  if (fault?.kind === 'truncated') return reshape(response, halfThenBreak);
  if (fault?.kind === 'slow') return reshape(response, (bytes) => drip(bytes, fault.pause ?? 100));
  return response;
}

function reshape(response: Response, shape: (bytes: Uint8Array) => ReadableStream<Uint8Array>): Response {
  const body = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      const reader = shape(new Uint8Array(await response.arrayBuffer())).getReader();
      try {
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          controller.enqueue(part.value);
        }
        controller.close();
      } catch (error) {
        controller.error(error);
      }
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

function halfThenBreak(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull: (controller) => {
      if (sent) return controller.error(new ConnectionReset());
      sent = true;
      controller.enqueue(bytes.slice(0, Math.max(1, Math.floor(bytes.length / 2))));
    },
  });
}

function drip(bytes: Uint8Array, pause: number): ReadableStream<Uint8Array> {
  const size = Math.max(1, Math.ceil(bytes.length / 10));
  let at = 0;
  return new ReadableStream({
    pull: async (controller) => {
      if (at >= bytes.length) return controller.close();
      await new Promise((resume) => setTimeout(resume, pause));
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}
