// Rotation: at every step some good credential is in place, a crash at any of them is made good by the next run, no secret stays in the state.
import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedEmulator, serveEmulator } from '../../src/emulator/server.ts';
import {
  type NewKey,
  type RotationParts,
  rotateKey,
  rotateToken,
  type Tokens,
} from '../../src/secrets/rotate.ts';
import { signTwilio } from '../../src/signature.ts';
import { connectOverHttp } from '../support/clients.ts';
import { emptyEnv, run, startHttp } from '../support/process.ts';
import { createVault } from '../support/vault.ts';

let folder: string;
let emulator: ServedEmulator;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-rotate-'));
  emulator = await serveEmulator({ now: Date.now, clock: 'manual', port: 0 });
});

afterEach(() => emulator.close());

const balancePath = () => `/api.twilio.com/2010-04-01/Accounts/${accountSid()}/Balance.json`;
const accountSid = () => emulator.emulator.accountSid;

function environment(more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_STATE_HOME: folder,
    TWILIO_MCP_ENV_FILE: emptyEnv,
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_ACCOUNT_SID: accountSid(),
    TWILIO_AUTH_TOKEN: emulator.emulator.authToken,
    ...more,
  };
}

function envFile(text: string): string {
  const path = join(folder, 'settings.env');
  writeFileSync(path, text);
  return path;
}

async function asked(
  user: string,
  password: string,
  path = balancePath(),
  method = 'GET',
  form?: Record<string, string>,
) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    headers: { authorization },
    ...(form && { body: new URLSearchParams(form) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

const asOwner = (path: string, method = 'GET', form?: Record<string, string>) =>
  asked(accountSid(), emulator.emulator.authToken, path, method, form);

interface ShownKey {
  readonly sid: string;
  readonly policy?: { readonly allow: readonly string[] };
}

async function keys(): Promise<ShownKey[]> {
  const { body } = await asOwner(`/iam.twilio.com/v1/Keys?AccountSid=${accountSid()}`);
  const rows: ShownKey[] = body.keys;
  return Promise.all(rows.map(async ({ sid }) => (await asOwner(`/iam.twilio.com/v1/Keys/${sid}`)).body));
}

async function makeKey(form: Record<string, string> = {}): Promise<NewKey> {
  const made = await asOwner('/iam.twilio.com/v1/Keys', 'POST', { AccountSid: accountSid(), ...form });
  return { sid: made.body.sid, secret: made.body.secret };
}

describe('twilio-mcp rotate', () => {
  it('changes a key kept in .env: least privilege, proven, in place, the old one retired', async () => {
    const old = await makeKey();
    const file = envFile(
      `# mine\nTWILIO_API_KEY=${old.sid}\nexport TWILIO_API_SECRET=${old.secret}\nTWILIO_FROM=+14155550100\n`,
    );
    const ran = await run(['rotate'], environment({ TWILIO_MCP_ENV_FILE: file }));
    expect(ran.code, ran.err).toBe(0);
    const text = readFileSync(file, 'utf8');
    const [, sid = '', secret = ''] =
      /^# mine\nTWILIO_API_KEY=(SK\w{32})\nexport TWILIO_API_SECRET=(\w{32})\nTWILIO_FROM=\+14155550100\n$/.exec(
        text,
      ) ?? [];
    expect((await asked(sid, secret)).status).toBe(200);
    expect((await asked(old.sid, old.secret)).status).toBe(401);
    const [kept, ...others] = await keys();
    expect(others).toEqual([]);
    expect(kept?.policy?.allow).toContain('/twilio/messaging/messages/*');
    expect(ran.out).toBe('');
    expect(ran.err).not.toContain(secret);
    expect(existsSync(join(folder, 'twilio-mcp', `rotation-${accountSid()}.json`))).toBe(false);
  });

  it('changes a key kept in Vault in one step, with the permissions that it had', async () => {
    const vault = await createVault();
    const policy = JSON.stringify({ allow: ['/twilio/messaging/messages/create'] });
    const old = await makeKey({ KeyType: 'restricted', Policy: policy });
    vault.put('secret/twilio', { sid: old.sid, secret: old.secret, note: 'kept' });
    const env = environment({
      VAULT_ADDR: vault.url,
      VAULT_TOKEN: vault.token,
      TWILIO_API_KEY: 'vault:secret/twilio#sid',
      TWILIO_API_SECRET: 'vault:secret/twilio#secret',
    });
    const ran = await run(['rotate'], env);
    expect(ran.code, ran.err).toBe(0);
    const kept = vault.get('secret/twilio') ?? {};
    expect(kept['note']).toBe('kept');
    expect((await asked(String(kept['sid']), String(kept['secret']))).status).toBe(200);
    expect((await keys()).map(({ policy: each }) => each)).toEqual([
      { allow: ['/twilio/messaging/messages/create'] },
    ]);
    vault.close();
  });

  it('is taken up by a server that runs, at the first request that Twilio refuses', async () => {
    const old = await makeKey();
    const file = join(folder, 'server.env');
    writeFileSync(file, `TWILIO_API_KEY=${old.sid}\nTWILIO_API_SECRET=${old.secret}\n`);
    const env = environment({ TWILIO_MCP_ENV_FILE: file, TWILIO_MCP_TOKENS_FILE: join(folder, 'none') });
    const server = await startHttp(env);
    const client = await connectOverHttp('2.x', server.url);
    expect((await client.call('account_get_balance')).isError).toBe(false);
    expect((await run(['rotate'], env)).code).toBe(0);
    expect((await client.call('account_get_balance')).data).toMatchObject({ currency: 'USD' });
    await client.close();
    expect(await server.end()).toBe(0);
    const secret = /SECRET=(\w+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    expect(server.log()).not.toContain(secret);
  });

  it('shows a key once where only the owner can keep it, and retires the old one when it is kept', async () => {
    const old = await makeKey();
    const env = environment({ TWILIO_API_KEY: old.sid, TWILIO_API_SECRET: old.secret });
    const first = await run(['rotate'], env);
    expect(first.code, first.err).toBe(0);
    const [, sid = '', secret = ''] =
      /^TWILIO_API_KEY=(SK\w+)\nTWILIO_API_SECRET=(\w+)\n$/.exec(first.out) ?? [];
    expect((await asked(old.sid, old.secret)).status).toBe(200);
    const second = await run(['rotate'], { ...env, TWILIO_API_KEY: sid, TWILIO_API_SECRET: secret });
    expect(second.err).toContain(`Retired ${old.sid}`);
    expect((await keys()).map((key) => key.sid)).toEqual([sid]);
  });

  it('changes the Auth Token in files, with the old one beside it for webhooks', async () => {
    const token = join(folder, 'token');
    const other = join(folder, 'other');
    const old = emulator.emulator.authToken;
    writeFileSync(token, `${old}\n`);
    writeFileSync(other, 'none-so-far\n');
    const env = environment({ TWILIO_AUTH_TOKEN_FILE: token, TWILIO_SECONDARY_AUTH_TOKEN_FILE: other });
    delete env['TWILIO_AUTH_TOKEN'];
    const ran = await run(['rotate', '--auth-token', '--wait', '0'], env);
    expect(ran.code, ran.err).toBe(0);
    const now = readFileSync(token, 'utf8').trim();
    expect(readFileSync(other, 'utf8').trim()).toBe(old);
    expect((await asked(accountSid(), now)).status).toBe(200);
    expect((await asked(accountSid(), old)).status).toBe(401);
    expect(ran.out + ran.err).not.toContain(now);
  });

  it('has webhooks believed that are signed with the token before or after, while tokens are changed', async () => {
    const old = emulator.emulator.authToken;
    const file = join(folder, 'hearing.env');
    writeFileSync(file, `TWILIO_AUTH_TOKEN=${old}\n`);
    const { TWILIO_AUTH_TOKEN: _, ...env } = environment({
      TWILIO_MCP_ENV_FILE: file,
      TWILIO_MCP_MODE: 'live',
      TWILIO_MCP_WEBHOOKS: 'true',
      TWILIO_MCP_PUBLIC_URL: 'https://hooks.example.com',
      TWILIO_MCP_TOKENS_FILE: join(folder, 'tokens.json'),
      TWILIO_MCP_DATABASE_URL: `file:${join(folder, 'store.db')}`,
    });
    expect((await run(['rotate', '--auth-token', '--wait', '0'], env)).code).toBe(0);
    expect((await run(['token', 'create', '--name', 'a', '--scopes', 'read'], env)).code).toBe(0);
    const now = /TWILIO_AUTH_TOKEN=(\w+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    expect(now).not.toBe(old);
    const server = await startHttp(env);
    const statusOf = async (token: string, sid: string) => {
      const fields = {
        MessageSid: sid,
        AccountSid: accountSid(),
        From: '+14155550123',
        To: '+14155550100',
        Body: 'Hi',
      };
      const path = '/webhooks/twilio';
      const signature = signTwilio(token, `https://hooks.example.com${path}`, Object.entries(fields));
      const headers = { 'x-twilio-signature': signature };
      const body = new URLSearchParams(fields);
      return (await fetch(`${server.url}${path}`, { method: 'POST', headers, body })).status;
    };
    expect(await statusOf(now, 'SM1')).toBe(200);
    expect(await statusOf(old, 'SM2')).toBe(200);
    expect(await statusOf('neither of the two tokens', 'SM3')).toBe(403);
    expect(await server.end()).toBe(0);
  });

  it.each([
    [['--auth-token', '--wait', 'abc'], /INVALID_INPUT: --wait abc is no number.*Nothing was changed/],
    [['--auth-token', '--wait=-1'], /--wait -1 is no number/],
    [['--policy', '/nope'], /INVALID_INPUT: The permissions in \/nope cannot be used: ENOENT.*\nNext: /],
    [['--policy', emptyEnv], /The permissions in .*empty\.env cannot be used/],
  ])('looks at %j before anything is changed at Twilio', async (args, reason) => {
    const ran = await run(['rotate', ...args], environment());
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(reason);
    expect(emulator.emulator.requests()).toEqual([]);
    expect(existsSync(join(folder, 'twilio-mcp', `rotation-${accountSid()}.json`))).toBe(false);
  });

  it('closes an env file that everybody may read when it writes a secret there, and says so', async () => {
    const old = await makeKey();
    const file = envFile(`TWILIO_API_KEY=${old.sid}\nTWILIO_API_SECRET=${old.secret}\n`);
    chmodSync(file, 0o644);
    const ran = await run(['rotate'], environment({ TWILIO_MCP_ENV_FILE: file }));
    expect(ran.code, ran.err).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(ran.err).toContain(`${file} could be read by everybody`);
  });

  it('changes nothing without the Auth Token, or when Twilio says no', async () => {
    const old = await makeKey();
    const env = environment({ TWILIO_API_KEY: old.sid, TWILIO_API_SECRET: old.secret });
    const { TWILIO_AUTH_TOKEN: _, ...without } = env;
    expect((await run(['rotate'], without)).err).toMatch(/CREDENTIALS_MISSING: .*Auth Token/);
    const wrong = await run(['rotate'], { ...env, TWILIO_AUTH_TOKEN: 'wrong-token-altogether' });
    expect(wrong.err).toMatch(/AUTHENTICATION_FAILED/);
    expect((await keys()).map((key) => key.sid)).toEqual([old.sid]);
  });
});

class Crash extends Error {}

/** Runs the work with a crash after the n-th step, for every n until it goes through; then once more, undisturbed. */
async function atEveryStep(
  work: (step: () => void) => Promise<void>,
  again: () => Promise<void>,
): Promise<number> {
  for (let crashAt = 1; ; crashAt += 1) {
    let steps = 0;
    const step = () => {
      steps += 1;
      if (steps === crashAt) throw new Crash();
    };
    const crashed = await work(step).then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof Crash)) throw error;
        return true;
      },
    );
    await again();
    if (!crashed) return crashAt - 1;
  }
}

describe('a crash at any step', () => {
  const parts = { newName: () => `name ${Math.random()}`, say: () => undefined };

  it('of a key rotation leaves a good key in place, and the next run leaves that one alone', async () => {
    const statePath = join(folder, 'state.json');
    const known = new Map<string, NewKey & { name: string }>();
    let kept: NewKey | undefined;
    const make = (name: string) => {
      const key = { sid: `SK${known.size}${Math.random()}`, secret: `secret-${Math.random()}`, name };
      known.set(key.sid, key);
      return key;
    };
    const good = () => kept !== undefined && known.get(kept.sid)?.secret === kept.secret;
    const rotation = async (step: () => void): Promise<void> => {
      const past = <T>(value: T): T => {
        expect(good(), 'a good key is in place').toBe(true);
        step();
        return value;
      };
      const keeping: RotationParts<NewKey>['keeping'] = {
        current: async () => kept,
        put: async (key) => {
          step();
          kept = key;
          return past(true);
        },
      };
      await rotateKey(
        {
          create: async (name) => past(make(name)),
          named: async (name) =>
            past([...known.values()].filter((key) => key.name === name).map(({ sid }) => sid)),
          proves: async (key) => past(known.get(key.sid)?.secret === key.secret),
          remove: async (sid) => {
            known.delete(sid);
            past(undefined);
          },
        },
        { ...parts, statePath, keeping },
      );
    };
    kept = make('first');
    const crashes = await atEveryStep(rotation, async () => {
      const state = existsSync(statePath) ? readFileSync(statePath, 'utf8') : '';
      for (const { secret } of known.values()) expect(state).not.toContain(secret);
      await rotation(() => undefined);
      expect([...known.keys()]).toEqual([kept?.sid]);
      expect(existsSync(statePath)).toBe(false);
    });
    expect(crashes).toBeGreaterThanOrEqual(6);
  });

  it('of a token rotation leaves a token that Twilio accepts, and the next run leaves no secondary one', async () => {
    const statePath = join(folder, 'state.json');
    const twilio: { primary: string; secondary: string | undefined } = {
      primary: 'token-0',
      secondary: undefined,
    };
    let kept: Tokens = { primary: 'token-0', secondary: undefined };
    let made = 0;
    const accepts = (token: string) => token === twilio.primary || token === twilio.secondary;
    const rotation = async (step: () => void): Promise<void> => {
      const past = <T>(value: T): T => {
        expect(accepts(kept.primary), 'the token in place is accepted').toBe(true);
        const signs = twilio.primary;
        expect([kept.primary, kept.secondary], 'webhooks are accepted').toContain(signs);
        step();
        return value;
      };
      await rotateToken(
        {
          create: async () => {
            made += 1;
            twilio.secondary = `token-${made}`;
            return past(twilio.secondary);
          },
          discard: async () => {
            twilio.secondary = undefined;
            past(undefined);
          },
          proves: async (token) => past(accepts(token)),
          promote: async (token) => {
            if (twilio.secondary === token) {
              twilio.primary = token;
              twilio.secondary = undefined;
            }
            past(undefined);
          },
        },
        {
          ...parts,
          statePath,
          untilRead: async () => past(undefined),
          keeping: {
            current: async () => kept,
            put: async (tokens) => {
              step();
              kept = tokens;
              return past(true);
            },
          },
        },
      );
    };
    const crashes = await atEveryStep(rotation, async () => {
      await rotation(() => undefined);
      expect(twilio).toEqual({ primary: kept.primary, secondary: undefined });
      expect(existsSync(statePath)).toBe(false);
    });
    expect(crashes).toBeGreaterThanOrEqual(5);
  });
});
