// A port for the HTTP door, and the way it is given up: no new callers, those under way end, then the rest is cut.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { OperationError } from '../operation/errors.ts';
import type { HttpDoor } from './http.ts';

export interface ServedHttp {
  /** Without a path; MCP is at `/mcp` below it. */
  readonly url: string;
  /** Resolves when every call under way has ended, or the time was over first and they were cut. */
  readonly drain: (timeIsOver: Promise<unknown>) => Promise<void>;
}

export interface HttpPlace {
  readonly host: string;
  readonly port: number;
}

export async function serveHttp(door: HttpDoor, { host, port }: HttpPlace): Promise<ServedHttp> {
  const server = createServer(
    // A caller that sends its request byte by byte holds a socket for so long and no longer.
    { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 30_000 },
    getRequestListener(door.fetch, { overrideGlobalObjects: false }),
  );
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new OperationError('CONFIGURATION_INVALID', `Port ${port} on ${host} could not be opened.`, {
      next: 'Stop what uses it, or set TWILIO_MCP_HTTP_PORT; 0 takes any free port.',
      cause,
    });
  }
  door.begin();
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async drain(timeIsOver) {
      door.retire();
      const closed = once(server, 'close');
      server.close();
      await Promise.race([door.idle(), timeIsOver]);
      await door.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
