// A port for the receiver, where nothing else gives it one. What it does with a request: receiver.ts.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { OperationError } from '../operation/errors.ts';
import type { Receiver } from './receiver.ts';

export interface Listening {
  /** Without a path. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function listen(
  receive: Receiver,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer(
    // Twilio gives up after 15 seconds; whoever is slower is not Twilio.
    { requestTimeout: 30_000, headersTimeout: 15_000 },
    getRequestListener((request, { incoming }) => receive(request, connectionOf(incoming)), {
      overrideGlobalObjects: false,
    }),
  );
  server.listen(port, host);
  await once(server, 'listening').catch((cause: unknown) => {
    throw new OperationError('CONFIGURATION_INVALID', `Port ${port} on ${host} could not be opened.`, {
      next: 'Stop what uses it, or set TWILIO_MCP_WEBHOOK_PORT; 0 takes any free port.',
      cause,
    });
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What a Request does not hold: the request line as it was, and who connected. */
export function connectionOf(
  incoming: Pick<IncomingMessage, 'url'> & {
    readonly socket?: { readonly remoteAddress?: string | undefined };
  },
) {
  return { target: incoming.url, address: incoming.socket?.remoteAddress };
}
