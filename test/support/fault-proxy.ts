// A network that misbehaves, between the client and the emulator: what it does to each request comes from a seed, so every run is the same.
// Whether a request was carried out is never guessed from here: the emulator's own lists tell.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as ask } from 'undici';

export const faults = [
  'none',
  'reset before',
  'reset after',
  'closed after',
  'truncated',
  'drip',
  '429',
  '500 before',
  '503 after',
  '302 after',
  'html after',
  'empty after',
  'other json after',
] as const;

export type Fault = (typeof faults)[number];

export interface FaultProxy {
  readonly url: string;
  /** Where requests are passed on to. */
  readonly aim: (target: string) => void;
  /** How often each fault was done. */
  readonly done: ReadonlyMap<Fault, number>;
  readonly close: () => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** `choose` names the fault of each request, by its number. */
export async function startFaultProxy(choose: (nth: number) => Fault): Promise<FaultProxy> {
  let target = '';
  let nth = 0;
  const done = new Map<Fault, number>();
  const agent = new Agent({ connections: 64 });

  async function pass(incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    const { host: _, connection: __, 'content-length': ___, ...headers } = incoming.headers;
    const answer = await ask(`${target}${incoming.url}`, {
      dispatcher: agent,
      method: incoming.method === 'POST' ? 'POST' : incoming.method === 'DELETE' ? 'DELETE' : 'GET',
      headers,
      ...(body.length > 0 && { body }),
    });
    return { status: answer.statusCode, body: Buffer.from(await answer.body.arrayBuffer()) };
  }

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const fault = choose(nth);
      nth += 1;
      done.set(fault, (done.get(fault) ?? 0) + 1);
      void spoil(fault, outgoing, () => pass(incoming, Buffer.concat(chunks)));
    });
  });
  server.on('connection', (socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    aim: (url) => {
      target = url;
    },
    done,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await agent.close();
    },
  };
}

async function spoil(fault: Fault, out: ServerResponse, pass: () => Promise<Answer>): Promise<void> {
  if (fault === 'reset before') return void out.socket?.resetAndDestroy();
  if (fault === '429') return answer(out, 429, '{"code":20429,"message":"Too many"}', { 'retry-after': '1' });
  if (fault === '500 before') return answer(out, 500, '{"code":20500,"message":"Broken"}');
  const { status, body } = await pass();
  if (fault === 'reset after') return void out.socket?.resetAndDestroy();
  if (fault === 'closed after') return void out.socket?.destroy();
  if (fault === 'truncated') return truncate(out, status, body);
  if (fault === 'drip') return drip(out, status, body);
  if (fault === '503 after') return answer(out, 503, '{"code":20503,"message":"Later"}');
  if (fault === '302 after') return answer(out, 302, '', { location: 'https://portal.example.com/login' });
  if (fault === 'html after')
    return answer(out, status, '<html>maintenance</html>', { 'content-type': 'text/html' });
  if (fault === 'empty after') return answer(out, status, '');
  if (fault === 'other json after') return answer(out, status, '"quite another thing"');
  return answer(out, status, body);
}

function answer(
  out: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  out.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

function truncate(out: ServerResponse, status: number, body: Buffer): void {
  out.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length + 10 });
  out.write(body.subarray(0, body.length / 2), () => out.socket?.destroy());
}

/** A few bytes at a time, each in a turn of its own. */
function drip(out: ServerResponse, status: number, body: Buffer): void {
  out.writeHead(status, { 'content-type': 'application/json' });
  const next = (at: number): void => {
    if (at >= body.length) return void out.end();
    out.write(body.subarray(at, at + 97), () => setImmediate(next, at + 97));
  };
  next(0);
}
