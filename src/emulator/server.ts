// Here: the emulator on a port of this machine, with broken connections that are really broken.
// Not here: what it answers (emulator.ts).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createEmulator, type Emulator, type EmulatorOptions } from './emulator.ts';
import { ConnectionReset } from './faults.ts';

export type ServedEmulator = {
  /** What TWILIO_API_BASE_URL is set to. */
  readonly url: string;
  readonly emulator: Emulator;
  close(): Promise<void>;
};

export type ServeOptions = EmulatorOptions & {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
};

/** An email with attachments may weigh 30 MB; nothing else comes near. */
const MAX_BODY = 32 * 1024 * 1024;

export async function serveEmulator(options: ServeOptions): Promise<ServedEmulator> {
  const { port = 0, host = '127.0.0.1' } = options;
  const emulator = createEmulator(options);
  const server = createServer((incoming, outgoing) => {
    void answer(emulator, incoming, outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const close = async (): Promise<void> => {
    emulator.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, emulator, close };
}

async function answer(
  emulator: Emulator,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const response = await emulator.fetch(await toRequest(incoming, gone.signal));
    outgoing.writeHead(response.status, [...response.headers].flat());
    for await (const part of response.body ?? []) {
      if (outgoing.destroyed) return;
      outgoing.write(part);
    }
    outgoing.end();
  } catch (error) {
    if (error instanceof ConnectionReset || outgoing.headersSent) {
      incoming.socket.resetAndDestroy();
      return;
    }
    // A fault of the emulator's own: said aloud, since a dropped connection would look like an ordered one.
    const message = `The emulator itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    outgoing.writeHead(500, { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify({ code: 20500, message, more_info: null, status: 500 }));
  }
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > MAX_BODY) throw new Error('The request is larger than the emulator takes.');
    parts.push(bytes);
  }
  const method = incoming.method ?? 'GET';
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(new URL(incoming.url ?? '/', 'http://emulator.invalid'), {
    method,
    headers,
    signal,
    ...(hasBody && { body: Buffer.concat(parts) }),
  });
}
