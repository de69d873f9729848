// Secrets planted at every place they can come from are in no output: not of doctor, not of a server at its most talkative, not on its command line.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ServedEmulator, serveEmulator } from '../../src/emulator/server.ts';
import { connectOverHttp } from '../support/clients.ts';
import { run, startHttp } from '../support/process.ts';
import { createVault, type TestVault } from '../support/vault.ts';

const secrets = {
  token: 'canary1a2b3c4d5e6f70819a2b3c4d5e',
  key: 'canary+of/the=api&secret%20here2',
  sendgrid: `SG.${'canary3'.padEnd(22, 'x')}.${'y'.repeat(43)}`,
  segment: 'canary4-segment-write-key-000000',
  profile: 'canary5-segment-profile-token-00',
};

let emulator: ServedEmulator;
let vault: TestVault;
let env: Record<string, string>;
let bearer: string;

beforeEach(async () => {
  const sid = `SK${'c'.repeat(32)}`;
  const apiKeys = [{ sid, secret: secrets.key }];
  emulator = await serveEmulator({
    now: Date.now,
    clock: 'auto',
    port: 0,
    authToken: secrets.token,
    apiKeys,
  });
  vault = await createVault();
  vault.put('secret/twilio', { secret: secrets.key });
  const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-canary-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  env = {
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: file('settings.env', `SEGMENT_WRITE_KEY=${secrets.segment}\n`),
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_ACCOUNT_SID: emulator.emulator.accountSid,
    TWILIO_AUTH_TOKEN_FILE: file('token', secrets.token),
    TWILIO_API_KEY: sid,
    TWILIO_API_SECRET: 'vault:secret/twilio#secret',
    VAULT_ADDR: vault.url,
    VAULT_TOKEN: vault.token,
    SENDGRID_API_KEY: 'helper:sendgrid',
    TWILIO_MCP_SECRET_HELPER: JSON.stringify(['cat', file('sendgrid', secrets.sendgrid)]),
    SEGMENT_PROFILE_API_TOKEN: 'env:MY_PROFILE_TOKEN',
    MY_PROFILE_TOKEN: secrets.profile,
    TWILIO_MCP_LOG_LEVEL: 'trace',
    TWILIO_MCP_DATABASE_URL: `file:${join(folder, 'store.db')}`,
    TWILIO_MCP_TOKENS_FILE: join(folder, 'tokens.json'),
  };
  bearer = (await run(['token', 'create', '--name', 'bot', '--scopes', 'read'], env)).out.trim();
});

afterEach(async () => {
  vault.close();
  await emulator.close();
});

/** Each secret in the spellings it could travel in. */
function expectNone(text: string): void {
  for (const secret of [...Object.values(secrets), vault.token, bearer]) {
    expect(secret.length).toBeGreaterThan(20);
    const spellings = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -2),
    ];
    for (const spelling of spellings) expect(text).not.toContain(spelling);
  }
}

it('doctor shows none of them, when all is well and when nothing is', async () => {
  const well = await run(['doctor'], env);
  expect(well.out).toContain('ok   credentials');
  expectNone(well.out + well.err);
  vault.put('secret/twilio', { secret: 'another-secret-altogether-000000' });
  const refused = await run(['doctor'], env);
  expect(refused.out).toContain('WRONG credentials');
  expectNone(refused.out + refused.err);
  vault.seal();
  const sealed = await run(['doctor'], env);
  expect(sealed.out).toMatch(/WRONG settings: .*TWILIO_API_SECRET at vault:secret\/twilio#secret: .*sealed/);
  expectNone(sealed.out + sealed.err);
});

it('a server at its most talkative shows none of them, nor does its command line', async () => {
  const server = await startHttp(env);
  const client = await connectOverHttp('2.x', server.url, bearer);
  const answers = await Promise.all([
    client.call('account_whoami'),
    client.call('account_get_balance'),
    client.call('run_operation', { operation: 'account_list_numbers', input: {} }),
    client.call('messaging_send_message', { to: '+14155550123', body: `${secrets.token} ${secrets.key}` }),
  ]);
  await client.close();
  const cmdline = `/proc/${server.child.pid}/cmdline`;
  expectNone(existsSync(cmdline) ? readFileSync(cmdline, 'utf8') : '');
  expect(await server.end()).toBe(0);
  expect(server.log()).toContain('serving MCP over HTTP');
  expectNone(server.log() + JSON.stringify(answers));
});
