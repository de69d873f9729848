// Profiles: which account a call is made for is decided by who calls; what a file of profiles may and may not say.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, readConfig } from '../../src/config.ts';
import { type ServedEmulator, serveEmulator } from '../../src/emulator/server.ts';
import { profileOf } from '../../src/profiles.ts';
import { connectOverHttp } from '../support/clients.ts';
import { emptyEnv, type Running, run, startHttp } from '../support/process.ts';

const shopSid = `AC${'5'.repeat(32)}`;
const clinicSid = `AC${'7'.repeat(32)}`;
const shopToken = 'shop-auth-token-0123456789abcdef';
const clinicToken = 'clinic-auth-token-0123456789abcde';

let folder: string;
let file: string;
let shop: ServedEmulator;
let clinic: ServedEmulator;
let server: Running | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-profiles-'));
  file = join(folder, 'profiles.yaml');
  const options = { now: Date.now, clock: 'auto' as const, port: 0 };
  shop = await serveEmulator({ ...options, accountSid: shopSid, authToken: shopToken });
  clinic = await serveEmulator({ ...options, accountSid: clinicSid, authToken: clinicToken });
});

afterEach(async () => {
  await server?.end('SIGKILL');
  server = undefined;
  await Promise.all([shop.close(), clinic.close()]);
});

function write(text: string): void {
  writeFileSync(file, text);
}

function twoProfiles(): void {
  write(`
profiles:
  shop:
    settings:
      TWILIO_ACCOUNT_SID: ${shopSid}
      TWILIO_AUTH_TOKEN: env:SHOP_TOKEN
      TWILIO_MCP_MODE: live
      TWILIO_API_BASE_URL: ${shop.url}
  clinic:
    callers: [token:nurse]
    settings:
      TWILIO_ACCOUNT_SID: ${clinicSid}
      TWILIO_AUTH_TOKEN: env:CLINIC_TOKEN
      TWILIO_MCP_MODE: live
      TWILIO_API_BASE_URL: ${clinic.url}
      TWILIO_MCP_READ_ONLY: true
`);
}

function environment(): Record<string, string> {
  return {
    TWILIO_MCP_OWNER_NUMBERS: '+14155550123',
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: emptyEnv,
    TWILIO_MCP_PROFILES_FILE: file,
    TWILIO_MCP_TOKENS_FILE: join(folder, 'tokens.json'),
    TWILIO_MCP_DATABASE_URL: `file:${join(folder, 'store.db')}`,
    SHOP_TOKEN: shopToken,
    CLINIC_TOKEN: clinicToken,
    // Of another account altogether: it must reach neither profile.
    SENDGRID_API_KEY: 'sendgrid-key-of-nobody-in-particular',
  };
}

describe('over HTTP', () => {
  it('decides the account by who calls: the token, the profile that names the caller, or none', async () => {
    twoProfiles();
    const env = environment();
    const make = async (...args: string[]) =>
      (await run(['token', 'create', '--scopes', 'read,send', '--name', ...args], env)).out.trim();
    const clerk = await make('clerk', '--profile', 'shop');
    const nurse = await make('nurse');
    const stranger = await make('stranger');
    server = await startHttp(env);
    const accountOf = async (token: string) => {
      const client = await connectOverHttp('2.x', server?.url ?? '', token);
      const { data } = await client.call('account_whoami');
      const sent = await client
        .call('messaging_send_message', { to: '+14155550123', from: '+14155550100', body: 'Hi' })
        .then(({ isError, text }) => (isError ? text : 'sent'), String);
      await client.close();
      return { sid: data['account_sid'], sent };
    };
    expect(await accountOf(clerk)).toEqual({ sid: shopSid, sent: 'sent' });
    expect(await accountOf(nurse)).toMatchObject({
      sid: clinicSid,
      sent: expect.stringContaining('read-only'),
    });
    await expect(accountOf(stranger)).rejects.toThrow(/denied access \(HTTP 403\)/);
    expect(server.log()).toContain('No profile names token:stranger');
    expect(shop.emulator.requests().length).toBeGreaterThan(0);
    expect(clinic.emulator.requests().every(({ method }) => method === 'GET')).toBe(true);
  });
});

describe('a profiles file', () => {
  const read = (profile: string) => readConfig({ env: environment(), envFile: emptyEnv, profile });

  it('gives an account its settings, and nothing of any other', async () => {
    twoProfiles();
    const { settings } = await read('shop');
    expect(settings.TWILIO_ACCOUNT_SID).toBe(shopSid);
    expect(settings.TWILIO_AUTH_TOKEN).toBe(shopToken);
    expect(settings.SENDGRID_API_KEY).toBeUndefined();
    expect((await read('clinic')).settings.TWILIO_MCP_READ_ONLY).toBe(true);
  });

  it.each([
    ['profiles: {shop: {settings: {TWILIO_AUTH_TOKEN: plain-secret-text}}}', /must only say where it is/],
    ['profiles: {shop: {settings: {TWILIO_TOKEN: env:X}}}', /sets TWILIO_TOKEN, which is no setting/],
    ['profiles: {other: {settings: {}}}', /there is no profile shop .* there is other/],
    ['profiles: {}', /names no profile/],
    [
      'profiles: {shop: {callers: [a], settings: {}}, b: {callers: [a], settings: {}}}',
      /a is a caller of two/,
    ],
    ['profiles: {shop: [', /cannot be read as YAML/],
    ['{"profiles":{"shop":{"setting":{}}}}', /not usable/],
  ])('is refused when it says %s', async (text, reason) => {
    write(text);
    const error: unknown = await read('shop').catch((each: unknown) => each);
    expect(String(error)).toMatch(reason);
    expect(String(error)).not.toContain('plain-secret-text');
  });

  it('must be there when a profile is chosen', () => {
    const env = { TWILIO_MCP_PROFILE: 'shop' };
    expect(() => loadConfig({ env, envFile: emptyEnv })).toThrow(/TWILIO_MCP_PROFILES_FILE is not set/);
  });

  it('is not overruled by a token that names a profile it does not have', () => {
    const profiles = { shop: { callers: ['token:a'], settings: {} } };
    expect(profileOf({ name: 'token:a', profile: 'gone' }, profiles, 'shop')).toBeUndefined();
    expect(profileOf({ name: 'token:b' }, profiles, 'shop')).toBe('shop');
    expect(profileOf({ name: 'token:b' }, profiles, undefined)).toBeUndefined();
    expect(profileOf({ name: 'token:b', profile: 'constructor' }, profiles, undefined)).toBeUndefined();
  });
});
