// The desk where the owner works: which store a command acts on is told, and nothing is said to be kept that is not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ServedEmulator, serveEmulator } from '../../src/emulator/server.ts';
import { emptyEnv, type Ran, run as runCommand } from '../support/process.ts';

// Each test is several processes, and each passphrase costs what a guess would.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let emulator: ServedEmulator;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-desk-'));
  emulator = await serveEmulator({ now: Date.now, clock: 'manual', port: 0 });
});

afterEach(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});

const file = (name: string) => join(folder, name);

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const { accountSid, authToken } = emulator.emulator;
  return runCommand(args, {
    PATH: process.env['PATH'] ?? '',
    XDG_STATE_HOME: folder,
    TWILIO_MCP_ENV_FILE: emptyEnv,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_API_BASE_URL: emulator.url,
    // Stands for Twilio itself here.
    TWILIO_MCP_MODE: 'live',
    TWILIO_FROM: '+14155550100',
    TWILIO_MCP_DATABASE_URL: `file:${file('store.db')}`,
    TWILIO_MCP_LOG_LEVEL: 'silent',
    ...env,
  });
}

/** Must exit with 0; gives what it printed. */
async function ok(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const ran = await run(args, env);
  expect(ran.code, ran.err + ran.out).toBe(0);
  return ran.out;
}

/** The option that names the passphrase. */
function withPassphrase(): readonly string[] {
  writeFileSync(file('passphrase'), 'correct horse battery staple\n', { mode: 0o600 });
  return ['--passphrase-file', file('passphrase')];
}

describe('a pinned key and a store without an owner', () => {
  it('is mended by init, which says for which store the key is', async () => {
    const pinned = { TWILIO_MCP_OWNER_KEY: `SHA256:${'A'.repeat(43)}` };
    const lost = await run(['doctor'], pinned);
    expect(lost.out).toMatch(
      /WRONG store: .*the store holds none\n +→ .*Run `twilio-mcp init` with these settings, then set TWILIO_MCP_OWNER_KEY/,
    );
    expect(lost.out).not.toMatch(/go on with a new one/);
    const told = await ok(['init', ...withPassphrase()], pinned);
    expect(told).toContain(`The passphrase is set for the live store ${file('store.db')}, account AC`);
    const pin = /SHA256:[\w-]{43}/.exec(told)?.[0] ?? '';
    expect(await ok(['doctor'], { TWILIO_MCP_OWNER_KEY: pin })).toMatch(/ok +owner: .*, pinned/);
  });
});

describe('twilio-mcp consent revoke', () => {
  it('holds on every channel of the address when none is named, and points to its own help', async () => {
    const told = await ok(['consent', 'revoke', '+14155550123', '--evidence', 'by phone']);
    for (const channel of ['sms', 'whatsapp', 'voice'])
      expect(told).toMatch(new RegExp(`^Recorded: .*\\+14155550123  ${channel}  any  revoked`, 'm'));
    expect(await ok(['consent', 'revoke', 'Ann@example.com'])).toMatch(
      /^Recorded: .*ann@example\.com {2}email {2}any {2}revoked.*\n$/,
    );
    const slip = await run(['consent', 'revoke', '4155550123']);
    expect(slip.err).toMatch(/INVALID_INPUT: Nothing was recorded.*E\.164.*\nNext: .*consent revoke --help/);
    expect(await ok(['consent', 'show', '4155550123'])).toMatch(/Nothing is on record/);
  });
});

describe('a rehearsal whose folder cannot be written', () => {
  it('takes no word of the owner, and doctor says that nothing is kept', async () => {
    const env = {
      TWILIO_MCP_MODE: 'emulator',
      TWILIO_MCP_DATABASE_URL: '',
      TWILIO_API_BASE_URL: '',
      XDG_STATE_HOME: '/dev/null',
    };
    const lost = await run(['init', ...withPassphrase()], env);
    expect(lost).toMatchObject({ code: 1, out: '' });
    expect(lost.err).toMatch(
      /CONFIGURATION_INVALID: .*cannot be kept in \/dev\/null\/.*\nNext: Make the folder writable/,
    );
    expect((await run(['doctor'], env)).out).toMatch(
      /WRONG store: in memory: nothing is kept, since \/dev\/null\/.*\n +→ Make the folder/,
    );
  });
});

describe('the store that a command acts on', () => {
  it('is told on stderr with its mode and account, and where nothing is found', async () => {
    const { accountSid } = emulator.emulator;
    const live = `live store ${file('store.db')}, account ${accountSid}`;
    const listed = await run(['approvals']);
    expect(listed.err).toBe(`${live}\n`);
    expect(listed.out).toContain(`Nothing waits for your yes in the ${live}.`);
    expect(listed.out).toMatch(/--env-file/);
    const bare = {
      TWILIO_MCP_MODE: '',
      TWILIO_ACCOUNT_SID: '',
      TWILIO_AUTH_TOKEN: '',
      TWILIO_MCP_DATABASE_URL: '',
    };
    const rehearsal = /^rehearsal \(emulator\) store \S+rehearsal\.db, account AC\w{32}$/m;
    for (const args of [
      ['init', ...withPassphrase()],
      ['consent', 'show'],
      ['audit', 'list'],
    ])
      expect((await run(args, bare)).err).toMatch(rehearsal);
    const denied = await run(['deny', 'a1'], bare);
    expect(denied.err).toMatch(/Nothing waits under a1 in the rehearsal \(emulator\) store .*rehearsal\.db/);
    expect(denied.err).toMatch(/Next: .*--env-file/);
  });
});
