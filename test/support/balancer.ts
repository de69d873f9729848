// One address before several servers: each request goes to the next one that takes it. A server that is gone is passed over.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface Balancer {
  readonly url: string;
  readonly close: () => void;
}

export async function balance(servers: readonly string[]): Promise<Balancer> {
  let turn = 0;
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(Buffer.from(part));
    turn += 1;
    const inTurn = servers.map((_, index) => servers[(turn + index) % servers.length] ?? '');
    pass(incoming, Buffer.concat(parts), inTurn, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function pass(
  incoming: IncomingMessage,
  body: Buffer,
  [target, ...others]: readonly string[],
  outgoing: ServerResponse,
): void {
  if (target === undefined) {
    outgoing.writeHead(503).end();
    return;
  }
  const { method, headers, url = '/' } = incoming;
  const asked = request(new URL(url, target), { method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    // A server that dies in the middle of an answer cuts it off; who asked has to ask again.
    answer.on('error', () => outgoing.destroy());
  });
  asked.on('error', (error) => {
    const never = 'code' in error && error.code === 'ECONNREFUSED';
    if (never) pass(incoming, body, others, outgoing);
    else if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  asked.end(body);
}
