// What goes wrong around a call: a closed network, an answer that is none, half a configuration. Each is told; nothing hangs.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';
import { findOperation } from '../src/catalog/index.ts';
import { loadConfig } from '../src/config.ts';
import { OperationError } from '../src/operation/errors.ts';

const account = `AC${'a'.repeat(32)}`;
const empty = new URL('support/empty.env', import.meta.url).pathname;
const credentials = {
  TWILIO_ACCOUNT_SID: account,
  TWILIO_AUTH_TOKEN: 'a-token-of-this-test',
  TWILIO_FROM: '+14155550100',
};

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

function listen(
  answer: (write: (chunk: string | Buffer) => boolean, end: () => void) => void,
  status = 200,
): Promise<string> {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' });
    answer(
      (chunk) => response.write(chunk),
      () => response.end(),
    );
  });
  return new Promise((resolve) => {
    server?.listen(0, '127.0.0.1', () => resolve(urlOf(server)));
  });
}

function urlOf(listening: Server | undefined): string {
  const address = listening?.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen');
  return `http://127.0.0.1:${address.port}`;
}

async function perform(name: string, input: unknown, baseUrl: string) {
  const app = await createApp(
    loadConfig({
      env: {
        ...credentials,
        TWILIO_MCP_OWNER_NUMBERS: send.to,
        TWILIO_MCP_DATABASE_URL: `file:${join(mkdtempSync(join(tmpdir(), 'twilio-mcp-state-')), 'store.db')}`,
        TWILIO_MCP_MODE: 'live',
        TWILIO_API_BASE_URL: baseUrl,
      },
      envFile: empty,
    }),
    { writeLog: () => undefined },
  );
  const operation = findOperation(name);
  if (operation === undefined) throw new Error(`no ${name}`);
  try {
    return await app.perform({ operation, input, actor: { name: 'test' } });
  } finally {
    await app.close();
  }
}

const send = { to: '+14155550123', body: 'Hi' };

describe('the network and the provider', () => {
  it('says that no connection could be made and nothing was sent', async () => {
    const url = await listen((_, end) => end());
    await new Promise((resolve) => server?.close(resolve));
    const result = await perform('messaging_send_message', send, url);
    expect(result).toMatchObject({ ok: false, error: { code: 'NETWORK_UNREACHABLE' } });
  });

  it('says that an answer is no JSON', async () => {
    const url = await listen((write, end) => {
      write('<html>maintenance</html>');
      end();
    });
    expect(await perform('account_get_balance', {}, url)).toMatchObject({
      ok: false,
      error: { code: 'ANSWER_UNREADABLE' },
    });
    expect(await perform('messaging_send_message', send, url)).toMatchObject({
      ok: false,
      error: { code: 'OUTCOME_UNKNOWN' },
    });
  });

  it('stops reading an answer of 50 MB', async () => {
    const chunk = Buffer.alloc(1_000_000, 'x');
    let written = 0;
    const url = await listen((write, end) => {
      write('{"balance":"');
      const more = () => {
        for (let n = 0; n < 5 && written < 50; n += 1, written += 1) write(chunk);
        if (written < 50) setImmediate(more);
        else end();
      };
      more();
    });
    expect(await perform('account_get_balance', {}, url)).toMatchObject({
      ok: false,
      error: { code: 'ANSWER_TOO_LARGE' },
    });
  });
});

describe('the configuration', () => {
  const load = (env: Record<string, string>, envFile = empty) => {
    try {
      return loadConfig({ env, envFile });
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      return `${error.message} Next: ${error.details.next}`;
    }
  };

  it('runs against the emulator without credentials, live with them', () => {
    expect(load({})).toMatchObject({ mode: 'emulator' });
    expect(load(credentials)).toMatchObject({ mode: 'live' });
    expect(
      load({
        TWILIO_ACCOUNT_SID: account,
        TWILIO_API_KEY: `SK${'0'.repeat(32)}`,
        TWILIO_API_SECRET: 'a-secret-of-this-test',
      }),
    ).toMatchObject({ mode: 'live' });
  });

  it.each([
    ['http://127.0.0.1:4010', 'emulator'],
    ['http://localhost:4010', 'emulator'],
    ['http://[::1]:4010', 'emulator'],
    ['https://twilio.example.com', 'live'],
    ['http://127.0.0.1.example.com', 'live'],
  ])('with credentials and the base URL %s is %s, unless the mode is said', (url, mode) => {
    const env = { ...credentials, TWILIO_API_BASE_URL: url };
    expect(load(env)).toMatchObject({ mode });
    expect(load({ ...env, TWILIO_MCP_MODE: 'live' })).toMatchObject({ mode: 'live' });
  });

  it.each([
    [{ TWILIO_ACCOUNT_SID: account }, /TWILIO_AUTH_TOKEN is missing/],
    [{ TWILIO_AUTH_TOKEN: 'a-token-of-this-test' }, /TWILIO_ACCOUNT_SID is missing/],
    [{ TWILIO_ACCOUNT_SID: account, TWILIO_API_KEY: `SK${'0'.repeat(32)}` }, /TWILIO_API_SECRET is missing/],
    [{ ...credentials, TWILIO_REGION: 'ie1' }, /TWILIO_EDGE is missing/],
    [
      { TWILIO_ACCOUNT_SID: 'AC123', TWILIO_AUTH_TOKEN: 'a-token-of-this-test' },
      /TWILIO_ACCOUNT_SID must be AC followed by 32/,
    ],
    [{ TWILIO_MCP_MODE: 'live' }, /no credentials are set/],
    [{ TWILIO_MCP_MODE: 'production' }, /TWILIO_MCP_MODE must be one of live, emulator, dry-run/],
    [
      { TWILIO_MCP_PUBLIC_URL: 'https://mcp.example.com/mcp/' },
      /TWILIO_MCP_PUBLIC_URL must end before \/mcp: https:\/\/mcp\.example\.com\./,
    ],
    [{ TWILIO_MCP_READ_ONLY: 'perhaps' }, /TWILIO_MCP_READ_ONLY must be true or false/],
    [{ TWILIO_MCP_OWNER_NUMBERS: '+14155550123,555' }, /TWILIO_MCP_OWNER_NUMBERS must be E\.164/],
    [
      { TWILIO_MCP_DATABASE_URL: 'mysql://localhost/x' },
      /TWILIO_MCP_DATABASE_URL must be file: .* or the address of a PostgreSQL/,
    ],
    [
      { TWILIO_MCP_DATABASE_URL: 'postgres://me:a-token-of-this-test@localhost/x' },
      /TWILIO_MCP_STORE_KEY is missing: .*openssl rand -hex 32/,
    ],
    [
      { TWILIO_MCP_DATABASE_URL: 'file:x.db', TWILIO_MCP_STORE_KEY: 'a-token-of-this-test' },
      /TWILIO_MCP_STORE_KEY must be 64 hexadecimal digits/,
    ],
    [{ TWILIO_MCP_TIMEOUT: 'soon' }, /TWILIO_MCP_TIMEOUT must be a number/],
  ])('names what is missing or wrong: %j', (env, reason) => {
    const told = load(env);
    expect(told).toMatch(reason);
    expect(told).toContain('Next: ');
    expect(told).not.toContain('a-token-of-this-test');
  });

  it('lets a flag win over the environment, and the environment over .env', () => {
    const file = written('TWILIO_MCP_LOG_LEVEL=error\nTWILIO_MCP_TIMEOUT=7\nTWILIO_FROM="+14155550101"\n');
    const config = loadConfig({
      env: { TWILIO_MCP_TIMEOUT: '8' },
      flags: { TWILIO_MCP_LOG_LEVEL: 'debug' },
      envFile: file,
    });
    expect(config.settings).toMatchObject({
      TWILIO_MCP_LOG_LEVEL: 'debug',
      TWILIO_MCP_TIMEOUT: 8,
      TWILIO_FROM: '+14155550101',
    });
  });

  it.each([
    ['a line without a name', 'TWILIO_FROM=+14155550101\n=secret-of-this-test\n', 2],
    ['a line without a value', 'TWILIO_AUTH_TOKEN secret-of-this-test\n', 1],
    [
      'a quote that does not end',
      'TWILIO_FROM=+1\nTWILIO_AUTH_TOKEN="secret-of-this-test\nTWILIO_REGION=ie1\n',
      2,
    ],
  ])('tells the line of a broken .env, never its words: %s', (_, text, line) => {
    const told = load({}, written(text));
    expect(told).toMatch(new RegExp(`^Line ${line} of .* is not NAME=value`));
    expect(told).not.toContain('secret-of-this-test');
  });

  it('says when the named settings file cannot be read', () => {
    expect(load({}, '/nowhere/at/all.env')).toMatch(/cannot be read/);
  });
});

function written(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'twilio-mcp-')), 'test.env');
  writeFileSync(path, text);
  return path;
}
