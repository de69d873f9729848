// A server shaped like Vault's KV version 2 engine: reads, check-and-set writes, tokens, namespaces, a seal. Written from Vault's API pages.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

export interface TestVault {
  readonly url: string;
  readonly token: string;
  readonly put: (path: string, data: Readonly<Record<string, unknown>>) => void;
  readonly get: (path: string) => Readonly<Record<string, unknown>> | undefined;
  readonly reads: () => number;
  readonly seal: () => void;
  readonly close: () => void;
}

interface Versioned {
  readonly data: Readonly<Record<string, unknown>>;
  readonly version: number;
}

export async function createVault(namespace?: string): Promise<TestVault> {
  const token = 'hvs.test-token-of-the-vault';
  const secrets = new Map<string, Versioned>();
  let reads = 0;
  let sealed = false;
  const put = (path: string, data: Readonly<Record<string, unknown>>) =>
    secrets.set(path, { data, version: (secrets.get(path)?.version ?? 0) + 1 });

  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (sealed) return answer(503, { errors: ['Vault is sealed'] });
    if (request.headers['x-vault-token'] !== token || request.headers['x-vault-namespace'] !== namespace)
      return answer(403, { errors: ['permission denied'] });
    const path = decodeURIComponent((request.url ?? '').replace('/v1/secret/data/', 'secret/'));
    const found = secrets.get(path);
    if (request.method === 'GET') {
      reads += 1;
      if (found === undefined) return answer(404, { errors: [] });
      return answer(200, { data: { data: found.data, metadata: { version: found.version } } });
    }
    const { options, data } = JSON.parse(await bodyOf(request));
    if (options.cas !== (found?.version ?? 0))
      return answer(400, { errors: ['check-and-set parameter did not match the current version'] });
    put(path, data);
    return answer(200, { data: { version: options.cas + 1 } });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    token,
    put,
    get: (path) => secrets.get(path)?.data,
    reads: () => reads,
    seal: () => {
      sealed = true;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}
