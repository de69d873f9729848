// The owner at the command line, as processes: one store for them and for the server, and nothing signed without the passphrase.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ServedEmulator, serveEmulator } from '../../src/emulator/server.ts';
import { emptyEnv, type Ran, run as runCommand } from '../support/process.ts';

// Each test is a dozen processes, and each passphrase costs what a guess would.
vi.setConfig({ testTimeout: 120_000 });

const PERSON = '+14155550123';
const passphrase = 'correct horse battery staple';

let folder: string;
let emulator: ServedEmulator;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-owner-'));
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
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
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

function secretFile(name: string, text: string, mode = 0o600): string {
  writeFileSync(file(name), `${text}\n`, { mode });
  chmodSync(file(name), mode);
  return file(name);
}

/** The option that names the passphrase. */
function withPassphrase(text = passphrase): readonly string[] {
  return ['--passphrase-file', secretFile('passphrase', text)];
}

const init = () => ok(['init', ...withPassphrase()]);

const granting = ['--channel', 'sms', '--purpose', 'transactional', '--evidence', 'checkout form'];
const sending = ['call', 'messaging_send_message', '--to', PERSON, '--body', 'Your order has shipped.'];

function store(): InstanceType<typeof Libsql> {
  return new Libsql(file('store.db'));
}

describe('twilio-mcp init', () => {
  it('sets a passphrase once, tells the key to pin, and keeps neither passphrase nor private key', async () => {
    const told = await init();
    expect(told).toMatch(/TWILIO_MCP_OWNER_KEY=SHA256:[\w-]{43}$/m);
    const again = await run(['init', ...withPassphrase('another good passphrase')]);
    expect(again).toMatchObject({ code: 1 });
    expect(again.err).toMatch(/no terminal/);
    const db = store();
    const row = JSON.stringify(db.prepare('select * from owner').all());
    db.close();
    expect(row).not.toContain(passphrase);
    expect(row).toMatch(/scrypt:17:/);
  });

  it('is changed only with the old passphrase, and what was signed stays signed', async () => {
    await init();
    await ok(['consent', 'grant', PERSON, ...granting, ...withPassphrase()]);
    const fresh = ['--passphrase-file', secretFile('new', 'a wholly different phrase')];
    const wrong = await run([
      'init',
      ...fresh,
      '--old-passphrase-file',
      secretFile('guess', 'my first guess at it'),
    ]);
    expect(wrong.err).toMatch(/not the owner's passphrase/);
    const told = await ok(['init', ...fresh, '--old-passphrase-file', secretFile('old', passphrase)]);
    expect(told).toMatch(/1 consents were signed again/);
    expect(await ok(['consent', 'show', PERSON])).toMatch(/granted[^\n]*checkout form"\)\n/);
    expect((await run(['consent', 'grant', '+14155550124', ...granting, ...withPassphrase()])).code).toBe(1);
    await ok(['consent', 'grant', '+14155550124', ...granting, ...fresh]);
    await ok(sending);
  });

  it('is known by the key that is pinned: a store with another is refused', async () => {
    const pin = /SHA256:[\w-]{43}/.exec(await init())?.[0] ?? '';
    const pinned = { TWILIO_MCP_OWNER_KEY: pin };
    await ok(['consent', 'grant', PERSON, ...granting, ...withPassphrase()], pinned);
    await ok(sending, pinned);
    const foreign = { TWILIO_MCP_OWNER_KEY: `SHA256:${'A'.repeat(43)}` };
    const sent = await run([...sending, '--idempotency-key', 'once-more'], foreign);
    expect(sent.err).toMatch(/integrity\.store|not the pinned one/);
    const granted = await run(
      ['consent', 'grant', '+14155550124', ...granting, ...withPassphrase()],
      foreign,
    );
    expect(granted.err).toMatch(/not the pinned one/);
    expect((await run(['doctor'], foreign)).out).toMatch(
      /WRONG store: SQLite, .*: the owner key in the store .* is not the pinned one/,
    );
  });
});

describe('twilio-mcp consent', () => {
  it('lets the server write to whom the owner says has agreed, until they are revoked', async () => {
    await init();
    const before = await run(sending);
    expect(before.err).toMatch(/consent\.missing/);
    await ok(['consent', 'grant', PERSON, ...granting, ...withPassphrase()]);
    expect(JSON.parse(await ok(sending))).toMatchObject({ to: PERSON });
    await ok(['consent', 'revoke', PERSON, '--channel', 'sms', '--evidence', 'told us by phone']);
    const after = await run([...sending.slice(0, -1), 'Another text']);
    expect(after.err).toMatch(/consent\.revoked/);
    expect(await ok(['audit', 'list'])).toMatch(
      /owner {2}consent grant {2}.*"sms:•••0123"[\s\S]*consent revoke/,
    );
  });

  it('grants nothing without the passphrase, with a wrong one, before init, or by writing into the store', async () => {
    const grant = ['consent', 'grant', PERSON, ...granting];
    expect((await run([...grant, ...withPassphrase()])).err).toMatch(/No owner has been set[\s\S]*init/);
    await init();
    expect((await run(grant)).err).toMatch(/no terminal/);
    expect((await run([...grant, ...withPassphrase('correct horse battery stapled')])).err).toMatch(
      /not the owner's/,
    );
    await ok([...grant, ...withPassphrase()]);
    const db = store();
    db.exec(`update consents set purpose = 'marketing'`);
    db.close();
    const shown = await ok(['consent', 'show']);
    expect(shown).toMatch(/marketing.*NOT COUNTED/);
    const verified = await run(['audit', 'verify']);
    expect(verified).toMatchObject({ code: 1 });
    expect(verified.out).toMatch(/ok +audit[\s\S]*WRONG consents: entry 1/);
    const refused = await run([...grant, ...withPassphrase()]);
    expect(refused.err).toMatch(/cannot be trusted[\s\S]*audit verify/);
    expect((await run(sending)).code).toBe(1);
  });

  it('imports CSV with a word on every row, keeps the good ones, and exports what it can import again', async () => {
    await init();
    const rows = [
      '\ufeffcontact,channel,purpose,state,source,evidence,at,expires',
      `${PERSON},sms,transactional,,web_form,"checkout, form",2026-01-02,`,
      '415,sms,transactional,,web_form,form,,',
      'Ann@Example.com,email,marketing,,paper,"a card, signed ""Ann""",2026-01-02T10:00:00Z,2030-01-01',
      '+14155550125,sms,any,revoked,stop_word,"=HYPERLINK(""http://evil"")",2026-01-03,',
      '+14155550126,sms,transactional',
      '+14155550127,sms,conversational,,inbound_message,wrote to us,2026-01-02,',
      '',
    ];
    writeFileSync(file('in.csv'), rows.join('\r\n'));
    const dry = await run(['consent', 'import', file('in.csv'), '--dry-run']);
    expect(dry).toMatchObject({ code: 1, err: expect.stringMatching(/^live store .*\n$/) });
    expect(dry.out).toMatch(/line 3: REFUSED contact: must be E\.164[\s\S]*line 6: REFUSED has 3 fields/);
    expect(dry.out).toMatch(/4 would be recorded, 0 known already, 2 refused/);
    expect(await ok(['consent', 'show'])).toMatch(/Nothing is on record/);

    const real = await run(['consent', 'import', file('in.csv'), ...withPassphrase()]);
    expect(real.out).toMatch(/4 recorded, 0 known already, 2 refused/);
    const again = await run(['consent', 'import', file('in.csv')]);
    expect(again.out).toMatch(/^0 recorded, 4 known already, 2 refused/m);
    const first = await ok(['consent', 'export']);
    expect(first).toContain(`"'=HYPERLINK(""http://evil"")"`);
    expect(first).toMatch(/\+14155550127,sms,conversational,granted,import,was inbound_message: wrote to us/);
    expect(first).toMatch(/ann@example\.com,email,marketing,granted,paper,"a card, signed ""Ann""",/);

    await ok(['consent', 'export', '--output', file('out.csv')]);
    expect(readFileSync(file('out.csv'), 'utf8')).toBe(first);
    const elsewhere = { TWILIO_MCP_DATABASE_URL: `file:${file('second.db')}` };
    await ok(['init', ...withPassphrase()], elsewhere);
    const moved = await ok(['consent', 'import', file('out.csv'), ...withPassphrase()], elsewhere);
    expect(moved).toMatch(/4 recorded, 0 known already, 0 refused/);
    expect(await ok(['consent', 'export'], elsewhere)).toBe(first);
    await ok(sending, elsewhere);
  });
});

describe('twilio-mcp consent import --from-twilio', () => {
  async function says(from: string, body: string): Promise<void> {
    await fetch(`${emulator.url}/_emulator/phones/${encodeURIComponent(from)}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to: '+14155550100', body }),
    });
    await emulator.emulator.world.clock.advance(60);
  }

  it('records who has written in and who has said STOP, once', async () => {
    await init();
    await says(PERSON, 'Is my order on its way?');
    await says('+14155550124', 'Hello');
    await says('+14155550124', 'STOP');
    const command = ['consent', 'import', '--from-twilio'];
    const dry = await ok([...command, '--dry-run']);
    expect(dry).toMatch(
      /\+14155550123 {2}sms {2}conversational {2}granted[\s\S]*\+14155550124 {2}sms {2}any {2}revoked/,
    );
    expect((await run(command)).err).toMatch(/no terminal/);
    expect(await ok([...command, ...withPassphrase()])).toMatch(/ recorded, 0 known already/);
    expect(await ok([...command, ...withPassphrase()])).toMatch(/^0 recorded, \d known already/m);
    const to = (contact: string) =>
      run(['call', 'messaging_send_message', '--to', contact, '--body', 'On its way']);
    expect((await to('+14155550124')).err).toMatch(/consent\.revoked/);
    expect(await to(PERSON)).toMatchObject({ code: 0 });
    expect((await run(['consent', 'import'])).err).toMatch(/either a CSV file or --from-twilio/);
  });
});

describe('twilio-mcp approve', () => {
  /** A call that asks: what waits is told in the error. */
  async function asked(text = 'Hello'): Promise<string> {
    const ran = await run([...sending.slice(0, -1), text]);
    return /twilio-mcp approve ([\w-]+)/.exec(ran.err)?.[1] ?? `nothing was asked: ${ran.err}`;
  }

  it('shows what waits in full, and lets exactly that go on, once', async () => {
    await init();
    const id = await asked();
    const waiting = await ok(['approvals']);
    expect(waiting).toContain(id);
    expect(waiting).toMatch(/To: "\+14155550123"[\s\S]*body: "Hello"/);
    const bare = await run(['approve', id, ...withPassphrase()]);
    expect(bare.err).toMatch(/--evidence/);
    const approve = ['approve', id, '--evidence', 'asked me in the shop'];
    expect((await run(approve)).err).toMatch(/no terminal/);
    expect((await run([...approve, ...withPassphrase('not the right phrase')])).err).toMatch(
      /not the owner's/,
    );
    await ok([...approve, ...withPassphrase()]);
    expect(await ok(['approvals'])).toMatch(/Nothing waits/);
    await ok([...sending.slice(0, -1), 'Hello']);
    expect((await run([...approve, ...withPassphrase()])).err).toMatch(/That question is used/);
    expect(await ok(['audit', 'list'])).toMatch(/approved {2}owner {2}messaging_send_message/);
  });

  it('says no without a passphrase, and the call is then refused', async () => {
    await init();
    const id = await asked();
    await ok(['deny', id]);
    expect((await run([...sending.slice(0, -1), 'Hello'])).err).toMatch(/said no/);
    expect((await run(['deny', 'nothing'])).err).toMatch(/Nothing waits under nothing/);
  });

  it('counts no yes that somebody wrote into the store in the owner’s name', async () => {
    await init();
    const id = await asked();
    const forged = { yes: true, by: 'owner', at: new Date().toISOString(), evidence: 'trust me' };
    const db = store();
    db.prepare(`update approvals set state = 'approved', decision = ? where id = ?`).run(
      JSON.stringify(forged),
      id,
    );
    db.close();
    const ran = await run([...sending.slice(0, -1), 'Hello']);
    expect(ran.err).toMatch(/CONFIRMATION_NEEDED/);
    expect(emulator.emulator.requests().filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

describe('twilio-mcp policy', () => {
  it('shows the rules, and what each guard says of a call', async () => {
    writeFileSync(file('policy.yaml'), 'limits:\n  contacts_per_hour: 7\n');
    const env = { TWILIO_MCP_POLICY_FILE: file('policy.yaml') };
    expect(await ok(['policy', 'show'], env)).toMatch(/limits\.contacts_per_hour: 7 {3}\(default: 60\)/);
    const told = await ok(
      ['policy', 'explain', 'messaging_send_message', '--json', `{"to":"${PERSON}","body":"Hi"}`],
      env,
    );
    expect(told).toMatch(/effect send; reaches \+14155550123 \(sms\); costs \$0\.\d+/);
    expect(told).toMatch(/^access +allowed\n[\s\S]*^consent +ask +consent\.missing/m);
    expect(told).toMatch(/contacts_per_hour: at most 7 contacts in 60 minutes/);
    expect(emulator.emulator.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await run(['policy', 'explain', 'send_sms'], env)).err).toMatch(/UNKNOWN_OPERATION/);
  });

  it('counts, once there is an owner, only as the owner accepted it', async () => {
    writeFileSync(file('policy.yaml'), 'spend:\n  per_day: 50\n');
    const env = { TWILIO_MCP_POLICY_FILE: file('policy.yaml') };
    await ok(['tools'], env);
    await init();
    expect((await run(['tools'], env)).err).toMatch(/not as its owner accepted it[\s\S]*policy accept/);
    expect((await run(['policy', 'accept'], env)).err).toMatch(/no terminal/);
    expect(await ok(['policy', 'accept', ...withPassphrase()], env)).toMatch(/spend\.per_day: 50/);
    await ok(['tools'], env);
    writeFileSync(file('policy.yaml'), 'spend:\n  per_day: 5000\n');
    expect((await run(['tools'], env)).err).toMatch(/not as its owner accepted it/);
    expect((await run(['doctor'], env)).out).toMatch(/WRONG settings: The policy file/);
  });
});

describe('twilio-mcp prices', () => {
  it('asks Twilio for the countries of the account, and counts with the answer', async () => {
    expect(await ok(['prices', 'show'])).toMatch(
      /^In US dollars, as of 20(?!.*src\/)[^\n]*\nBuilt in\.[\s\S]*^US {2}sms 0\.0133/m,
    );
    expect(await ok(['prices', 'refresh'])).toMatch(/Prices of US/);
    await ok(['prices', 'refresh', '--countries', 'gb,FR']);
    expect(await ok(['prices', 'show'])).toMatch(/From .*prices\.json[\s\S]*GB {2}sms 0\.0524/);
    expect((await run(['prices', 'refresh', '--countries', 'GBR'])).err).toMatch(
      /No country has the code GBR/,
    );
    writeFileSync(file('prices.json'), '{"countries":{}}');
    expect((await run(['tools'])).err).toMatch(/CONFIGURATION_INVALID: The price table/);
  });
});

describe('twilio-mcp doctor', () => {
  it('tells the rules in force, the owner and the state of the store', async () => {
    const told = await ok(['doctor']);
    expect(told).toMatch(
      /ok +policy: no file: the defaults hold[\s\S]*ok +owner: none yet[\s\S]*ok +store: .*whole/,
    );
    expect(told).toMatch(/^ {2}confirmation\.spend: ask$/m);
  });
});

describe('a rehearsal', () => {
  it('has a store of its own: what is agreed to there counts nowhere else', async () => {
    const rehearsing = { TWILIO_MCP_MODE: 'emulator', TWILIO_MCP_DATABASE_URL: '' };
    await ok(['init', ...withPassphrase()], rehearsing);
    await ok(['consent', 'grant', PERSON, ...granting, ...withPassphrase()], rehearsing);
    expect(await ok(['consent', 'show'], rehearsing)).toContain(PERSON);
    expect(await ok(['consent', 'show'], { TWILIO_MCP_DATABASE_URL: '' })).toMatch(/Nothing is on record/);
  });
});
