// The receiver in the built program: beside stdio, which stays clean, beside HTTP, and the owner's commands to set it up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveEmulator } from '../../src/emulator/server.ts';
import { signTwilio } from '../../src/signature.ts';
import { type Env, emptyEnv, main, run, startHttp } from '../support/process.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function world() {
  const emulator = await serveEmulator({ now: Date.now, clock: 'auto', port: 0 });
  onTestFinished(() => emulator.close());
  const port = await freePort();
  const { accountSid, authToken } = emulator.emulator;
  const env: Env = {
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: emptyEnv,
    TWILIO_MCP_MODE: 'live',
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_MCP_DATABASE_URL: `file:${join(mkdtempSync(join(tmpdir(), 'twilio-mcp-hear-')), 'store.db')}`,
    TWILIO_MCP_PUBLIC_URL: `http://127.0.0.1:${port}`,
    TWILIO_MCP_WEBHOOK_PORT: String(port),
  };
  return { env, port, authToken, accountSid };
}

function post(url: string, fields: Record<string, string>, token: string) {
  const headers = { 'x-twilio-signature': signTwilio(token, url, Object.entries(fields)) };
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

describe('beside stdio', () => {
  it('hears, says nothing on stdout, and is found by webhooks test and doctor', async () => {
    const { env, port, authToken, accountSid } = await world();
    expect((await run(['webhooks', 'test'], env)).out).toMatch(
      /^WRONG .*no connection\n {6}→ Start the server with --webhooks/,
    );
    const child = spawn(process.execPath, [main, 'serve', '--webhooks'], { env });
    onTestFinished(() => void child.kill('SIGKILL'));
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    await expect.poll(() => err, { timeout: 20_000 }).toContain('hearing webhooks');
    const url = `http://127.0.0.1:${port}/webhooks/twilio`;
    const text = {
      MessageSid: 'SM1',
      AccountSid: accountSid,
      From: '+14155550123',
      To: '+14155550100',
      Body: 'Hello',
    };
    expect((await post(url, text, authToken)).status).toBe(200);
    expect((await post(url, { ...text, MessageSid: 'SM2' }, 'another token')).status).toBe(403);
    const listed = await run(['call', 'inbox_list_events'], { ...env, TWILIO_MCP_WEBHOOKS: 'true' });
    expect(listed.out).toContain('message.inbound:SM1');
    expect(listed.out).not.toContain('SM2');
    expect(await run(['webhooks', 'test'], env)).toMatchObject({
      code: 0,
      out: 'ok    heard, and its signature accepted\n',
    });
    const wrong = await run(['webhooks', 'test'], {
      ...env,
      TWILIO_AUTH_TOKEN: 'another token'.replace(' ', '-'),
    });
    expect(wrong).toMatchObject({ code: 1, out: expect.stringContaining('its signature did not fit') });
    expect((await run(['doctor', '--webhooks'], env)).out).toContain(
      'ok   webhooks: a signed request was heard',
    );
    expect(out).toBe('');
    expect(err).not.toContain('Hello');
    child.stdin.end();
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
  }, 60_000);
});

it('beside HTTP, at the same port; the public address counts', async () => {
  const { env, port, authToken } = await world();
  const tokens = join(mkdtempSync(join(tmpdir(), 'twilio-mcp-tokens-')), 'tokens.json');
  const http = { ...env, TWILIO_MCP_TOKENS_FILE: tokens, TWILIO_MCP_WEBHOOKS: 'true' };
  await run(['token', 'create', '--name', 'a', '--scopes', 'read'], http);
  const server = await startHttp(http);
  onTestFinished(() => void server.end('SIGKILL'));
  const fields = { MessageSid: 'SM1', MessageStatus: 'delivered', Note: "O'Hara" };
  const ask = (signedFor: string) => {
    const headers = { 'x-twilio-signature': signTwilio(authToken, signedFor, Object.entries(fields)) };
    return fetch(`${server.url}/webhooks/twilio?a='b'`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields),
    });
  };
  expect((await ask(`http://127.0.0.1:${port}/webhooks/twilio?a=%27b%27`)).status).toBe(204);
  expect((await ask(`${server.url}/webhooks/twilio?a=%27b%27`)).status).toBe(403);
}, 60_000);

describe('webhooks setup', () => {
  it('shows the change, makes it after a yes, and writes it down', async () => {
    const { env } = await world();
    const on = { ...env, TWILIO_MCP_WEBHOOKS: 'true' };
    const declined = await run(['webhooks', 'setup', '+14155550100'], on);
    expect(declined.out).toMatch(
      /sms_url\n {2}now: {2}\(nothing\)\n {2}then: http:\/\/127\.0\.0\.1:\d+\/webhooks\/twilio/,
    );
    expect(declined.out).toContain('Nothing was changed.');
    expect((await run(['webhooks', 'setup', '+14155550100', '--calls', '--yes'], on)).out).toContain(
      'Changed.',
    );
    const again = await run(['webhooks', 'setup', '+14155550100', '--calls'], on);
    expect(again.out).toMatch(/voice_url\n {2}now: {2}http/);
    expect((await run(['audit', 'list'], on)).out).toContain('inbox_set_number');
  }, 60_000);

  it('needs a public address, and a number of this account', async () => {
    const { env } = await world();
    expect((await run(['webhooks', 'setup', '+14155550100'], env)).err).toContain('TWILIO_MCP_PUBLIC_URL');
    const on = { ...env, TWILIO_MCP_WEBHOOKS: 'true' };
    expect((await run(['webhooks', 'setup', '+14155559999'], on)).err).toContain('owns no number');
  }, 60_000);
});
