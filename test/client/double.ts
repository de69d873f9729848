// A loopback server that answers as a test says and remembers what it received, and a client whose clock and timers the test holds.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Client, type ClientOptions, createClient } from '../../src/client/client.ts';
import type { WireRequest } from '../../src/client/encode.ts';

export interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answerer = (response: ServerResponse, request: Received, nth: number) => void;

export interface Double {
  readonly url: string;
  readonly received: readonly Received[];
  readonly sockets: readonly Socket[];
  /** The next request that is received in full. */
  nextRequest(): Promise<void>;
  close(): Promise<void>;
}

export async function startDouble(answer: Answerer): Promise<Double> {
  const received: Received[] = [];
  const sockets: Socket[] = [];
  const events = new EventEmitter();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      const seen = { method, target, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(seen);
      answer(response, seen, received.length);
      events.emit('request');
    });
  });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    received,
    sockets,
    nextRequest: async () => void (await once(events, 'request')),
    close,
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('the server has no port');
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answerer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Answers in turn; the last one stays. */
export function inTurn(...answers: readonly [Answerer, ...Answerer[]]): Answerer {
  return (response, request, nth) =>
    (answers[nth - 1] ?? answers.at(-1) ?? answers[0])(response, request, nth);
}

export const reset: Answerer = (response) => void response.socket?.resetAndDestroy();

export const silence: Answerer = () => undefined;

/** A clock that moves only by naps, naps that take no time, and alarms that ring when the test says so. */
export function fakeTime() {
  let ms = Date.parse('2026-11-23T15:00:00Z');
  const naps: number[] = [];
  const alarms = new Set<() => void>();
  return {
    naps,
    now: () => new Date(ms),
    random: () => 0.5,
    sleep: async (nap: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      naps.push(nap);
      ms += nap;
    },
    alarm: (_: number, ring: () => void) => {
      alarms.add(ring);
      return () => alarms.delete(ring);
    },
    ringAll: () => {
      for (const ring of [...alarms]) ring();
    },
    alarms,
  };
}

export const account = `AC${'0'.repeat(32)}`;

export function clientFor(baseUrl: string, more: Partial<ClientOptions> = {}) {
  const time = fakeTime();
  const client: Client = createClient({
    credentials: { accountSid: account, authToken: 'secret-of-the-test' },
    userAgent: 'twilio-mcp/test',
    baseUrl,
    ...time,
    ...more,
  });
  onTestFinished(() => client.close());
  return { client, time };
}

export const sendRequest: WireRequest = {
  method: 'POST',
  host: 'api',
  path: `/2010-04-01/Accounts/${account}/Messages.json`,
  query: [],
  headers: {},
  body: { type: 'form', text: 'To=%2B14155550123&Body=Hi' },
};

export const readRequest: WireRequest = {
  method: 'GET',
  host: 'verify',
  path: '/v2/Services',
  query: [],
  headers: {},
};

export const deleteRequest: WireRequest = { ...readRequest, method: 'DELETE', path: '/v2/Services/VA1' };
