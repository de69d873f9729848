// Where secrets come from: files, Vault, other programs. Each is read, each fault is told without a value, none is needed twice.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig, readConfig } from '../../src/config.ts';
import { type Command, runCommand } from '../../src/secrets/command.ts';
import { keepFresh } from '../../src/secrets/fresh.ts';
import { readSecret } from '../../src/secrets/read.ts';
import { parseReference } from '../../src/secrets/reference.ts';
import { createVault, type TestVault } from '../support/vault.ts';

const accountSid = `AC${'1'.repeat(32)}`;
const secret = 'the-secret-value-0123456789';
const emptyFile = new URL('../support/empty.env', import.meta.url).pathname;
const folder = () => mkdtempSync(join(tmpdir(), 'twilio-mcp-secrets-'));

let vault: TestVault | undefined;

afterEach(() => {
  vault?.close();
  vault = undefined;
});

function read(env: Record<string, string>, run?: (command: Command) => Promise<string>) {
  return readConfig({
    env: { TWILIO_ACCOUNT_SID: accountSid, ...env },
    envFile: emptyFile,
    ...(run && { run }),
  });
}

describe('a setting that says where its secret is', () => {
  it('is read from another variable', async () => {
    const { settings } = await read({ TWILIO_AUTH_TOKEN: 'env:MY_TOKEN', MY_TOKEN: secret });
    expect(settings.TWILIO_AUTH_TOKEN).toBe(secret);
  });

  it.each(['TWILIO_AUTH_TOKEN_FILE', 'TWILIO_AUTH_TOKEN'])('is read from a file, by %s', async (name) => {
    const path = join(folder(), 'token');
    writeFileSync(path, `${secret}\n`);
    const value = name.endsWith('_FILE') ? path : `file:${path}`;
    expect((await read({ [name]: value })).settings.TWILIO_AUTH_TOKEN).toBe(secret);
  });

  it('is read from Vault, whose own token is in a file, in a namespace', async () => {
    vault = await createVault('team-a');
    vault.put('secret/twilio/main', { sid: accountSid, token: secret });
    const path = join(folder(), 'vault-token');
    writeFileSync(path, vault.token);
    const { settings } = await read({
      VAULT_ADDR: vault.url,
      VAULT_TOKEN_FILE: path,
      VAULT_NAMESPACE: 'team-a',
      TWILIO_ACCOUNT_SID: 'vault:secret/twilio/main#sid',
      TWILIO_AUTH_TOKEN: 'vault:secret/twilio/main#token',
    });
    expect(settings).toMatchObject({ TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: secret });
  });

  it.each([
    [
      'op://shop/twilio/token',
      { program: 'op', args: ['read', '--no-newline', '--', 'op://shop/twilio/token'] },
    ],
    ['helper:shop/token', { program: 'pass', args: ['show', 'twilio/shop/token'] }],
    [
      'aws:prod/twilio#token',
      {
        program: 'aws',
        args: [
          'secretsmanager',
          'get-secret-value',
          '--secret-id=prod/twilio',
          '--query=SecretString',
          '--output=text',
        ],
      },
    ],
  ])('is asked of another program: %s', async (reference, expected) => {
    const asked: Command[] = [];
    const { settings } = await read(
      { TWILIO_AUTH_TOKEN: reference, TWILIO_MCP_SECRET_HELPER: '["pass","show","twilio/{}"]' },
      async (command) => {
        asked.push(command);
        return reference.startsWith('aws:') ? JSON.stringify({ token: secret }) : secret;
      },
    );
    expect(asked).toMatchObject([expected]);
    expect(settings.TWILIO_AUTH_TOKEN).toBe(secret);
  });

  it.each([
    ['darwin', { program: 'security', args: ['find-generic-password', '-s', 'twilio', '-a', 'shop', '-w'] }],
    ['linux', { program: 'secret-tool', args: ['lookup', 'service', 'twilio', 'account', 'shop'] }],
  ] as const)('is asked of the keychain of %s', async (platform, expected) => {
    const asked: Command[] = [];
    const reference = parseReference('keychain:twilio/shop');
    const run = async (command: Command) => {
      asked.push(command);
      return secret;
    };
    expect(reference && (await readSecret(reference, { env: {}, platform, run }))).toBe(secret);
    expect(asked).toMatchObject([expected]);
  });
});

describe('what cannot be read is told by name, and never by value', () => {
  const told = (env: Record<string, string>) => expect(read(env)).rejects;

  it('a variable, a file, a scheme, a helper', async () => {
    await told({ TWILIO_AUTH_TOKEN: 'env:NOWHERE' }).toThrow(
      /TWILIO_AUTH_TOKEN at env:NOWHERE: there is noth/,
    );
    await told({ TWILIO_AUTH_TOKEN_FILE: '/nonexistent/token' }).toThrow(/cannot be read \(ENOENT\)/);
    await told({ TWILIO_AUTH_TOKEN: 'vault:secret/twilio#token' }).toThrow(/VAULT_ADDR and VAULT_TOKEN/);
    await told({ TWILIO_AUTH_TOKEN: 'helper:x' }).toThrow(/TWILIO_MCP_SECRET_HELPER is not set/);
    await told({ TWILIO_AUTH_TOKEN: 'helper:x', TWILIO_MCP_SECRET_HELPER: 'pass show' }).toThrow(
      /not a list of words/,
    );
    await told({ TWILIO_AUTH_TOKEN: secret, TWILIO_AUTH_TOKEN_FILE: '/x' }).toThrow(/are both set/);
  });

  it('Vault: a wrong token, no secret, no field, sealed, not there', async () => {
    vault = await createVault();
    vault.put('secret/twilio', { other: secret });
    const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
    const at = (path: string) => ({ ...env, TWILIO_AUTH_TOKEN: `vault:${path}` });
    await told({ ...at('secret/twilio#other'), VAULT_TOKEN: 'wrong-token' }).toThrow(/answered 403/);
    await told(at('secret/none#token')).toThrow(/answered 404: there is no such secret/);
    await told(at('secret/twilio#token')).toThrow(/no field token/);
    await told(at('secret/twilio')).toThrow(/the field is missing/);
    vault.seal();
    await told(at('secret/twilio#other')).toThrow(/answered 503: it is sealed/);
    vault.close();
    await told(at('secret/twilio#other')).toThrow(/does not answer/);
    const error: unknown = await read(at('secret/twilio#other')).catch((each: unknown) => each);
    expect(String(error)).not.toContain(secret);
  });

  it('a program: absent, failing, too slow, too long; what it wrote is nowhere', async () => {
    const ask = (script: string, timeoutMs?: number) =>
      runCommand({
        program: process.execPath,
        args: ['-e', script],
        env: {},
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
    await expect(ask("console.log('abc $HOME `id`')")).resolves.toBe('abc $HOME `id`');
    await expect(runCommand({ program: 'no-such-program', args: [], env: {} })).rejects.toThrow(/no program/);
    const failed: unknown = await ask(`console.error('${secret}'); process.exit(3)`).catch((each) => each);
    expect(String(failed)).toMatch(/exit code 3/);
    expect(String(failed)).not.toContain(secret);
    await expect(ask('setInterval(() => {}, 1000)', 50)).rejects.toThrow(/did not end within/);
    await expect(ask("process.stdout.write('x'.repeat(100000))")).rejects.toThrow(/more than 65536 bytes/);
  });

  it('is said by the synchronous loader, which looks nothing up', () => {
    const env = { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: 'env:X', X: secret };
    expect(() => loadConfig({ env, envFile: emptyFile })).toThrow(/TWILIO_AUTH_TOKEN must be looked up/);
  });
});

describe('a value kept fresh', () => {
  it('is read again when old, at once when refused but not too often, and stays when it cannot be read', async () => {
    let clock = 0;
    let value: string | Error = 'one';
    let readings = 0;
    const faults: unknown[] = [];
    const fresh = keepFresh({
      first: 'first',
      read: async () => {
        readings += 1;
        if (value instanceof Error) throw value;
        return value;
      },
      now: () => new Date(clock),
      everyMs: 300_000,
      onFault: (error) => faults.push(error),
    });
    expect(await fresh()).toBe('first');
    clock = 299_999;
    expect(await fresh()).toBe('first');
    clock = 300_000;
    expect(await Promise.all([fresh(), fresh()])).toEqual(['one', 'one']);
    expect(readings).toBe(1);
    value = 'two';
    expect(await fresh(true)).toBe('two');
    value = 'three';
    clock += 9_999;
    expect(await fresh(true)).toBe('two');
    clock += 1;
    expect(await fresh(true)).toBe('three');
    value = new Error('sealed');
    clock += 300_000;
    expect(await fresh()).toBe('three');
    expect(faults).toEqual([value]);
  });
});
