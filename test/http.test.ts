// MCP over HTTP on a real port: both kinds of client, who is let in, what is refused, limits, draining.
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { openHttpDoor } from '../src/mcp/http-door.ts';
import { writeTokens } from '../src/mcp/tokens.ts';
import { connectOverHttp } from './support/clients.ts';
import {
  type AuthorizationServer,
  createAuthorizationServer,
  createHttpWorld,
  type HttpWorld,
  type HttpWorldOptions,
  mint,
} from './support/http.ts';
import { kinds, PERSON } from './support/world.ts';

let world: HttpWorld;
let issuer: AuthorizationServer | undefined;

async function begin(options: HttpWorldOptions = {}): Promise<HttpWorld> {
  world = await createHttpWorld(options);
  return world;
}

afterEach(async () => {
  await world.close();
  await issuer?.close();
  issuer = undefined;
});

const publicUrl = 'http://127.0.0.1:9';
const resource = `${publicUrl}/mcp`;
const inAnHour = () => Math.floor(world.app.now().getTime() / 1000) + 3600;

/** A server that takes tokens of an authorization server. */
async function beginWithOAuth(): Promise<AuthorizationServer> {
  issuer = await createAuthorizationServer();
  await begin({ env: { TWILIO_MCP_OAUTH_ISSUER: issuer.issuer, TWILIO_MCP_PUBLIC_URL: publicUrl } });
  return issuer;
}

const balance = { name: 'account_get_balance', arguments: {} };

function post(params: object, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${world.url}/mcp`, {
    method: 'POST',
    ...(signal && { signal }),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
}

/** What is answered to these very bytes: the status, and the code of the error if it is one of JSON-RPC. */
async function postRaw(body: string | ReadableStream) {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const answer = await fetch(`${world.url}/mcp`, { method: 'POST', headers, body, duplex: 'half' });
  const code = /"error":\{"code":(-\d+)/.exec(await answer.text())?.[1];
  return { status: answer.status, code: code && Number(code) };
}

/** A body in two pieces, whose length nobody states beforehand. */
function piecesOf(text: string): ReadableStream {
  const bytes = new TextEncoder().encode(text);
  return ReadableStream.from([bytes.slice(0, 5), bytes.slice(5)]);
}

/** `fetch` does not let a caller choose its Host header; a browser that was rebound sends just that. */
function statusWithHost(host: string, method = 'POST', path = '/mcp'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.url);
    request({ hostname, port, path, method, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe.each(kinds)('a %s client over HTTP', (kind) => {
  it('lists, calls, reads and gets progress, as over stdio', async () => {
    const { url } = await begin();
    const client = await connectOverHttp(kind, url);
    const { tools } = await client.raw.listTools();
    expect(tools.length).toBe(world.app.surface.listed.length);
    const heard: number[] = [];
    const sent = await client.call(
      'messaging_send_message',
      { to: PERSON, body: 'Hi' },
      { onprogress: ({ progress }) => heard.push(progress) },
    );
    expect(sent.data).toMatchObject({ status: 'queued', to: PERSON });
    expect(heard).toEqual([0, 1]);
    const { contents } = await client.raw.readResource({ uri: 'twilio://skill' });
    expect(JSON.stringify(contents)).toContain('name: twilio');
    await client.close();
  });

  it('is known by its token: allowed what its scopes say, named in the audit', async () => {
    const reader = mint('reader', ['read']);
    const sender = mint('sender', ['read', 'send']);
    await begin({ tokens: [reader.row, sender.row] });
    const looks = await connectOverHttp(kind, world.url, reader.token);
    expect((await looks.call('account_get_balance')).data).toMatchObject({ currency: 'USD' });
    const refused = await looks.call('messaging_send_message', { to: PERSON, body: 'Hi' });
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(/REFUSED: .*needs the scope send.*rule access\.scope/s);
    expect(world.requests('POST')).toEqual([]);
    const sends = await connectOverHttp(kind, world.url, sender.token);
    expect((await sends.call('messaging_send_message', { to: PERSON, body: 'Hi' })).isError).toBe(false);
    expect(world.log.join('\n')).toContain('"actor":"token:sender"');
    expect(world.log.join('\n')).not.toContain(sender.token);
    await Promise.all([looks.close(), sends.close()]);
  });

  it('reads neither audit nor policy without the scope to read', async () => {
    const writer = mint('writer', ['send']);
    const reader = mint('reader', ['read']);
    await begin({ tokens: [writer.row, reader.row] });
    const [blind, looks] = await Promise.all(
      [writer, reader].map(({ token }) => connectOverHttp(kind, world.url, token)),
    );
    for (const uri of ['twilio://audit', 'twilio://policy']) {
      await expect(blind?.raw.readResource({ uri })).rejects.toThrow(/needs the scope read/);
      expect(await looks?.raw.readResource({ uri })).toMatchObject({ contents: [{ uri }] });
    }
    await Promise.all([blind?.close(), looks?.close()]);
  });

  it('is not let in without a token, or with one that was revoked', async () => {
    const { token, row } = mint('gone', ['read']);
    const other = mint('other', ['read']);
    await begin({ tokens: [row, other.row] });
    await expect(connectOverHttp(kind, world.url)).rejects.toThrow();
    const client = await connectOverHttp(kind, world.url, token);
    writeTokens(world.tokensFile, [other.row]);
    await expect(client.raw.callTool(balance)).rejects.toThrow();
    await client.close();
  });

  it('is let in by an access token of the issuer', async () => {
    const server = await beginWithOAuth();
    const token = await server.sign({ aud: resource, scope: 'read', exp: inAnHour() });
    const client = await connectOverHttp(kind, world.url, token);
    expect((await client.call('account_get_balance')).data).toMatchObject({ currency: 'USD' });
    await client.close();
  });
});

describe('tokens of an authorization server', () => {
  it('tells where to get one', async () => {
    const { issuer: name } = await beginWithOAuth();
    const refused = await post(balance);
    expect(refused.status).toBe(401);
    const metadataUrl = `${publicUrl}/.well-known/oauth-protected-resource/mcp`;
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${metadataUrl}"`);
    const document = await fetch(`${world.url}${new URL(metadataUrl).pathname}`);
    expect(await document.json()).toMatchObject({ resource, authorization_servers: [name] });
  });

  it.each([
    ['made out to another server', { aud: 'https://other.example.com/mcp' }, /not made out to this server/],
    ['that has expired', { exp: 1_000_000_000 }, /expired/],
    ['of another issuer', { iss: 'https://evil.example.com' }, /another issuer/],
    ['not good yet', { nbf: 4_000_000_000 }, /claim nbf/],
    ['without a subject', { sub: '' }, /claim sub/],
  ])('refuses one %s', async (_, claims, reason) => {
    const server = await beginWithOAuth();
    const all = { aud: resource, scope: 'read', exp: inAnHour(), ...claims };
    const refused = await post(balance, { authorization: `Bearer ${await server.sign(all)}` });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it('refuses one without an end', async () => {
    const server = await beginWithOAuth();
    const token = await server.sign({ aud: resource, scope: 'read' });
    const refused = await post(balance, { authorization: `Bearer ${token}` });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/claim exp/);
  });

  it('refuses one that is signed by a stranger, by nobody, or with our own name as secret', async () => {
    const server = await beginWithOAuth();
    const claims = { aud: resource, scope: 'read send', exp: inAnHour() };
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const unsigned = `${encode({ alg: 'none' })}.${encode({ iss: server.issuer, sub: 'alice', ...claims })}.`;
    for (const token of [await server.forge(claims), unsigned, 'abc'])
      expect((await post(balance, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect((await post(balance, { authorization: 'Basic YTpi' })).status).toBe(401);
    expect(world.requests()).toEqual([]);
  });

  it.each([
    ['a listed tool', { name: 'messaging_send_message', arguments: { to: PERSON, body: 'Hi' } }],
    [
      'a tool named through discovery',
      {
        name: 'run_operation',
        arguments: { operation: 'messaging_send_message', input: { to: PERSON, body: 'Hi' } },
      },
    ],
  ])('asks for the scope that is missing, so that the host can get it: %s', async (_, params) => {
    const server = await beginWithOAuth();
    const token = await server.sign({ aud: resource, scope: 'read', exp: inAnHour() });
    const refused = await post(params, { authorization: `Bearer ${token}` });
    expect(refused.status).toBe(403);
    const challenge = refused.headers.get('www-authenticate');
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="send read"');
    expect(challenge).toContain('resource_metadata=');
    expect(world.requests()).toEqual([]);
  });

  it('answers 503 while the keys cannot be read, and lets nobody in', async () => {
    const server = await beginWithOAuth();
    const token = await server.sign({ aud: resource, scope: 'read', exp: inAnHour() });
    await server.close();
    const refused = await post(balance, { authorization: `Bearer ${token}` });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
  });
});

describe('tokens of the owner', () => {
  it('end when they say', async () => {
    const { token, row } = mint('brief', ['read'], { expires: '2026-11-23T16:00:00.000Z' });
    await begin({ tokens: [row] });
    const headers = { authorization: `Bearer ${token}` };
    expect((await post(balance, headers)).status).toBe(200);
    await world.advance(3600);
    expect((await post(balance, headers)).status).toBe(401);
  });
});

describe('a door on this machine', () => {
  it('is open while no token was ever made, and says so once', async () => {
    await begin();
    expect((await post(balance)).status).toBe(200);
    expect((await post(balance)).status).toBe(200);
    expect(world.log.filter((line) => line.includes('served without a token'))).toHaveLength(1);
  });

  it('stays shut when the last token is revoked', async () => {
    const { token, row } = mint('last', ['read']);
    await begin({ tokens: [row] });
    writeTokens(world.tokensFile, []);
    expect((await post(balance)).status).toBe(401);
    expect((await post(balance, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect(world.requests()).toEqual([]);
    expect(world.log.join('\n')).not.toContain('served without a token');
  });
});

describe('the door', () => {
  it('is shut to other names and to pages from elsewhere (DNS rebinding)', async () => {
    await begin();
    expect(await statusWithHost('evil.example.com')).toBe(403);
    expect(await statusWithHost('127.0.0.1.evil.example.com')).toBe(403);
    expect((await post(balance, { origin: 'https://evil.example.com' })).status).toBe(403);
    expect((await post(balance, { origin: 'null' })).status).toBe(403);
    expect(world.requests()).toEqual([]);
    expect((await post(balance, { origin: 'http://localhost:6274' })).status).toBe(200);
    expect(await statusWithHost('10.0.0.7:3000', 'GET', '/healthz')).toBe(200);
  });

  it('answers probes by any name, and a page on an allowed origin', async () => {
    await begin({ env: { TWILIO_MCP_ALLOWED_ORIGINS: 'inspector.example.com' } });
    expect((await fetch(`${world.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${world.url}/readyz`)).status).toBe(200);
    const preflight = await fetch(`${world.url}/mcp`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://inspector.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://inspector.example.com');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  });

  it('refuses what is not JSON, what is too large, and what is elsewhere', async () => {
    await begin({ env: { TWILIO_MCP_HTTP_BODY_BYTES: '500' } });
    const large = await post({ name: 'account_get_balance', arguments: { x: 'x'.repeat(600) } });
    expect(large.status).toBe(413);
    expect((await post(balance, { 'content-type': 'text/plain' })).status).toBe(415);
    expect(await postRaw('{"jsonrpc":')).toEqual({ status: 400, code: -32_700 });
    expect(await postRaw('null')).toMatchObject({ status: 400 });
    expect((await fetch(`${world.url}/`)).status).toBe(404);
    expect((await fetch(`${world.url}/mcp`)).status).toBe(405);
  });

  it('takes a body whose length nobody stated, and bounds it all the same', async () => {
    await begin({ env: { TWILIO_MCP_HTTP_BODY_BYTES: '500' } });
    const call = (x: string) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { x } });
    expect(await postRaw(piecesOf(call('x')))).toEqual({ status: 200, code: undefined });
    expect(await postRaw(piecesOf(call('x'.repeat(600))))).toMatchObject({ status: 413 });
    expect(await postRaw(piecesOf('{"jsonrpc":'))).toEqual({ status: 400, code: -32_700 });
  });

  it('gives back the place of a caller that goes away in the middle of its request', async () => {
    await begin({ env: { TWILIO_MCP_HTTP_AT_ONCE: '1' } });
    const { hostname, port } = new URL(world.url);
    const headers = { 'content-type': 'application/json', 'content-length': '500' };
    const half = request({ hostname, port, path: '/mcp', method: 'POST', headers });
    half.on('error', () => undefined);
    half.write('{"jsonrpc":');
    await expect.poll(async () => (await post(balance)).status).toBe(429);
    half.destroy();
    await expect.poll(async () => (await post(balance)).status).toBe(200);
  });

  it('lets each caller ask so much a minute, and the others besides', async () => {
    const greedy = mint('greedy', ['read']);
    const modest = mint('modest', ['read']);
    await begin({ tokens: [greedy.row, modest.row], env: { TWILIO_MCP_HTTP_PER_MINUTE: '2' } });
    const ask = (token: string) => post(balance, { authorization: `Bearer ${token}` });
    const statuses = [await ask(greedy.token), await ask(greedy.token), await ask(greedy.token)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(statuses[2]?.headers.get('retry-after')).toBe('30');
    expect((await ask(modest.token)).status).toBe(200);
    await world.advance(30);
    expect((await ask(greedy.token)).status).toBe(200);
  });

  it('gives up the work of a caller that goes away, and its place', async () => {
    await begin({ env: { TWILIO_MCP_HTTP_AT_ONCE: '1' } });
    await world.control('POST', '/faults', { kind: 'silence' });
    const gone = new AbortController();
    const left = post(balance, {}, gone.signal).then((answer) => answer.text());
    await expect.poll(() => world.requests().length).toBe(1);
    expect((await post(balance)).status).toBe(429);
    gone.abort();
    await expect(left).rejects.toThrow();
    await expect.poll(async () => (await post(balance)).status).toBe(200);
  });

  it.each(kinds)('ends a call whose %s client has left, and never sends it again', async (kind) => {
    await begin();
    const client = await connectOverHttp(kind, world.url);
    await world.control('POST', '/faults', { kind: 'silence', method: 'POST' });
    const gone = new AbortController();
    const left = client.call('messaging_send_message', { to: PERSON, body: 'Hi' }, { signal: gone.signal });
    await expect.poll(() => world.requests('POST').length).toBe(1);
    gone.abort();
    await expect(left).rejects.toThrow();
    await client.close();
    await expect.poll(() => world.log.join('\n')).toMatch(/"audit":"unknown".*OUTCOME_UNKNOWN/);
    expect(world.requests('POST')).toHaveLength(1);
  });

  it('carries other doors, which prove their callers themselves', async () => {
    const { row } = mint('any', ['read']);
    await begin({
      tokens: [row],
      mounts: [{ path: '/webhooks/*', handle: async (at) => new Response(new URL(at.url).pathname) }],
    });
    const answer = await fetch(`${world.url}/webhooks/sms`, { method: 'POST', body: 'From=1' });
    expect(await answer.text()).toBe('/webhooks/sms');
  });
});

describe('draining', () => {
  it('lets a call under way end, takes no new one, and then closes', async () => {
    const { url, served } = await begin();
    await world.control('POST', '/faults', { kind: 'slow', pause_ms: 30 });
    const slow = post(balance);
    await expect.poll(() => world.requests().length).toBe(1);
    const drained = served.drain(new Promise(() => undefined));
    await expect(fetch(`${url}/readyz`)).rejects.toThrow();
    expect((await slow).status).toBe(200);
    await drained;
    await expect(fetch(`${url}/mcp`)).rejects.toThrow();
  });
});

describe('starting', () => {
  const env = { TWILIO_MCP_TOKENS_FILE: '/nonexistent/tokens.json' };
  const open = async (more: Record<string, string>) => {
    await begin();
    const { app } = world;
    const config = loadConfig({ env: { ...env, ...more }, envFile: 'test/support/empty.env' });
    return openHttpDoor(config, {
      log: app.log,
      now: app.now,
      factories: new Map([[undefined, await app.createServerFactory()]]),
    });
  };

  it.each([
    [{ TWILIO_MCP_HTTP_HOST: '0.0.0.0' }, /open to everyone who can reach 0\.0\.0\.0/],
    [{ TWILIO_MCP_HTTP_HOST: '127.0.0.1.evil.example.com' }, /open to everyone/],
    [{ TWILIO_MCP_PUBLIC_URL: 'https://mcp.example.com' }, /open to everyone who can reach https:/],
    [{ TWILIO_MCP_OAUTH_ISSUER: 'https://login.example.com' }, /not the name of this server/],
  ])('is refused where strangers could call: %j', async (more, reason) => {
    await expect(open(more)).rejects.toThrow(reason);
  });

  it.each([
    [{}],
    [{ TWILIO_MCP_HTTP_HOST: '::1' }],
    [
      {
        TWILIO_MCP_HTTP_HOST: '0.0.0.0',
        TWILIO_MCP_OAUTH_ISSUER: 'https://login.example.com',
        TWILIO_MCP_PUBLIC_URL: 'https://mcp.example.com',
      },
    ],
  ])('goes on with %j', async (more) => {
    await expect(open(more)).resolves.toBeDefined();
  });

  it('takes no issuer over plain http from another machine', async () => {
    await expect(open({ TWILIO_MCP_OAUTH_ISSUER: 'http://login.example.com' })).rejects.toThrow(
      /TWILIO_MCP_OAUTH_ISSUER must be https/,
    );
  });
});
