// `twilio-mcp http` and `twilio-mcp token` as processes of their own: started, called, drained by a signal; tokens made and taken back.
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedEmulator, serveEmulator } from '../src/emulator/server.ts';
import { connectOverHttp } from './support/clients.ts';
import { type Env, emptyEnv, run, startHttp } from './support/process.ts';
import { kinds } from './support/world.ts';

let emulator: ServedEmulator;
let folder: string;
let env: Env;

beforeEach(async () => {
  emulator = await serveEmulator({ now: Date.now, clock: 'auto', port: 0 });
  folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-http-'));
  const { accountSid, authToken } = emulator.emulator;
  env = {
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: emptyEnv,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_MCP_TOKENS_FILE: join(folder, 'tokens.json'),
    TWILIO_MCP_DATABASE_URL: `file:${join(folder, 'store.db')}`,
  };
});

afterEach(() => emulator.close());

describe('twilio-mcp http', () => {
  it('serves both kinds of client with a token of its own making, and ends with 0 when told to', async () => {
    const made = await run(['token', 'create', '--name', 'ops-bot', '--scopes', 'read,send'], env);
    expect(made.code, made.err).toBe(0);
    const token = made.out.trim();
    const server = await startHttp(env);
    for (const kind of kinds) {
      const client = await connectOverHttp(kind, server.url, token);
      expect((await client.call('account_get_balance')).data).toMatchObject({ currency: 'USD' });
      await client.close();
    }
    await expect(connectOverHttp('2.x', server.url)).rejects.toThrow();
    expect(await server.end()).toBe(0);
    expect(server.log()).toContain('draining');
    expect(server.log()).not.toContain(token);
  });

  it('does not start on another address while strangers could call', async () => {
    await expect(startHttp({ ...env, TWILIO_MCP_HTTP_HOST: '0.0.0.0' })).rejects.toThrow(
      /CONFIGURATION_INVALID: The server would be open to everyone[\s\S]*token create/,
    );
  });
});

describe('twilio-mcp token', () => {
  const create = (...args: string[]) => run(['token', 'create', ...args], env);

  it('shows a token once, keeps its hash alone in a file for the owner, and lists and revokes it', async () => {
    const made = await create('--name', 'ops-bot', '--scopes', 'read,send', '--days', '30');
    expect(made.out).toMatch(/^tmcp_[\w-]{43}\n$/);
    const file = env['TWILIO_MCP_TOKENS_FILE'] ?? '';
    expect(readFileSync(file, 'utf8')).not.toContain(made.out.trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const listed = await run(['token', 'list'], env);
    expect(listed.out).toMatch(/^ops-bot +read,send .*until 20/);
    expect((await run(['token', 'revoke', 'ops-bot'], env)).code).toBe(0);
    const none = await run(['token', 'list'], env);
    expect(none.out).toBe('');
    expect(none.err).toBe(`There are no tokens in ${file}.\n`);
  });

  it('refuses a scope that there is not, a name taken, a name unknown, and a file that others may write', async () => {
    expect((await create('--name', 'a', '--scopes', 'read,call')).err).toMatch(
      /INVALID_INPUT: .*must be among/,
    );
    expect((await create('--name', 'A b', '--scopes', 'read')).err).toMatch(/--name must be/);
    await create('--name', 'a', '--scopes', 'read');
    expect((await create('--name', 'a', '--scopes', 'read')).err).toMatch(/CONFLICT: .*called a/);
    expect((await run(['token', 'revoke', 'b'], env)).err).toMatch(/NOT_FOUND/);
    const open = join(folder, 'open.json');
    writeFileSync(open, '{"tokens":[]}', { mode: 0o666, flag: 'w' });
    chmodSync(open, 0o666);
    const listed = await run(['token', 'list'], { ...env, TWILIO_MCP_TOKENS_FILE: open });
    expect(listed.err).toMatch(/others may write it[\s\S]*chmod go-w/);
  });

  it('names the file and its setting where a folder cannot be written', async () => {
    const lost = { ...env, TWILIO_MCP_TOKENS_FILE: '/dev/null/tokens.json' };
    for (const args of [
      ['token', 'list'],
      ['token', 'create', '--name', 'a', '--scopes', 'read'],
    ])
      expect((await run(args, lost)).err).toMatch(
        /^CONFIGURATION_INVALID: The token file \/dev\/null\/tokens\.json .*ENOTDIR.*\nNext: .*TWILIO_MCP_TOKENS_FILE/,
      );
  });
});
