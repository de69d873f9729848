// A provider that gives every secret away: whatever it is asked, it answers with what it was shown and with what it was taught, in any place of the answer.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type Chance, pick } from './chance.ts';

export interface Parrot {
  readonly url: string;
  readonly asked: () => number;
  readonly close: () => Promise<void>;
}

const statuses = [200, 200, 200, 201, 204, 307, 400, 401, 403, 404, 409, 429, 500, 503] as const;

export async function startParrot(chance: Chance, secrets: readonly [string, ...string[]]): Promise<Parrot> {
  let asked = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked += 1;
      const heard = [...heardIn(request.headers), Buffer.concat(chunks).toString('utf8').slice(0, 500)];
      const say = (): string => spell(chance, chance() < 0.5 ? pick(chance, secrets) : heard.join(' '));
      const isToken =
        request.url?.includes('/oauth2/token') === true || request.url?.includes('/v2/token') === true;
      const status = isToken ? 200 : pick(chance, statuses);
      const body = isToken
        ? { access_token: pick(chance, secrets), token_type: 'bearer', expires_in: 3600 }
        : bodyOf(chance, say);
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-echo': encodeURIComponent(say()),
        ...(status === 307 && { location: `https://media.example/${encodeURIComponent(say())}` }),
      });
      response.end(
        status === 204 ? undefined : chance() < 0.1 ? `<html>${say()}</html>` : JSON.stringify(body),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    asked: () => asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function heardIn({ authorization = '', ...rest }: IncomingHttpHeaders): string[] {
  const [, encoded = ''] = authorization.split(' ');
  return [authorization, Buffer.from(encoded, 'base64').toString('utf8'), String(rest['user-agent'])];
}

/** As text, in a URL, in a form, in JSON within a string, in base64. */
export function spell(chance: Chance, secret: string): string {
  return pick<(text: string) => string>(chance, [
    (text) => text,
    (text) => `the token is ${text}, keep it`,
    (text) => `https://user:${encodeURIComponent(text)}@host.example/?token=${encodeURIComponent(text)}`,
    (text) => new URLSearchParams({ Body: text }).toString(),
    (text) => JSON.stringify({ note: text }),
    (text) => Buffer.from(`AC:${text}`).toString('base64'),
  ])(secret);
}

function bodyOf(chance: Chance, say: () => string) {
  const row = () => ({
    sid: `SM${'0'.repeat(32)}`,
    status: 'queued',
    body: say(),
    friendly_name: say(),
    unique_name: say(),
    error_message: say(),
    url: `https://example.com/${encodeURIComponent(say())}`,
    attributes: JSON.stringify({ deep: say() }),
    data: { [`key_${Math.floor(chance() * 100)}`]: say(), list: [say()] },
    direction: chance() < 0.5 ? 'inbound' : 'outbound-api',
  });
  const lists = [
    'messages',
    'calls',
    'services',
    'items',
    'documents',
    'workers',
    'tasks',
    'flows',
    'result',
    'data',
  ];
  return {
    ...row(),
    code: chance() < 0.5 ? 20003 : say(),
    message: say(),
    more_info: say(),
    errors: [{ message: say(), field: say() }],
    ...Object.fromEntries(lists.map((name) => [name, [row()]])),
    meta: { key: say(), next_page_url: null },
  };
}
