// API keys and subaccounts through the front door. What must never come out of it: a secret, a token.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

const wanted = { friendly_name: 'Reminder job', permissions: ['/twilio/messaging/messages/create'] };

describe.each(kinds)('with a %s client', (kind) => {
  it('makes a key of least privilege, and gives its secret to a file and to nobody else', async () => {
    world = await createWorld({ kind });
    const { client, log } = world;
    const answer = await client.call('account_create_key', wanted);
    expect(answer.isError, answer.text).toBe(false);
    const { sid, secret_file: file } = answer.data;
    expect(answer.data).toMatchObject({ policy: { allow: wanted.permissions } });
    const kept = readFileSync(String(file), 'utf8');
    const secret = /^TWILIO_API_SECRET=(\w{32})$/m.exec(kept)?.[1] ?? '';
    expect(kept).toContain(`TWILIO_API_KEY=${String(sid)}\n`);
    expect(secret).toHaveLength(32);
    expect(statSync(String(file)).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(answer) + log.join('\n')).not.toContain(secret);
  });
});

describe('a key', () => {
  it('is listed, read and withdrawn', async () => {
    world = await createWorld();
    const { ok, no } = world;
    const { sid } = await ok('account_create_key', wanted);
    expect(rows(await ok('account_list_keys'), 'keys')).toMatchObject([
      { sid, friendly_name: 'Reminder job' },
    ]);
    expect(await ok('account_get_key', { sid })).toMatchObject({ policy: { allow: wanted.permissions } });
    expect(await ok('account_delete_key', { sid })).toMatchObject({ deleted: true });
    expect(await no('account_get_key', { sid })).toMatch(/^NOT_FOUND/);
    expect(await no('account_delete_key', { sid })).toMatch(/^NOT_FOUND/);
  });

  it.each([
    ['no permission', { ...wanted, permissions: [] }],
    ['what is no permission', { ...wanted, permissions: ['everything'] }],
    ['no name', { permissions: wanted.permissions }],
  ])('is not made with %s', async (_, input) => {
    world = await createWorld();
    expect(await world.no('account_create_key', input)).toMatch(/^INVALID_INPUT/);
    expect(world.requests()).toEqual([]);
  });

  it('is not made where its secret could not be kept', async () => {
    const taken = join(process.env['TMPDIR'] ?? '/tmp', `twilio-mcp-no-folder-${process.pid}`);
    writeFileSync(taken, '');
    world = await createWorld({ env: { TWILIO_MCP_KEYS_FOLDER: taken } });
    const told = await world.no('account_create_key', wanted);
    expect(told).toMatch(/^CONFIGURATION_INVALID.*\n?[\s\S]*TWILIO_MCP_KEYS_FOLDER/);
    expect(world.requests()).toEqual([]);
  });

  it('is shown, not made, in a dry run', async () => {
    world = await createWorld({ env: { TWILIO_MCP_MODE: 'dry-run' } });
    const shown = JSON.stringify(await world.ok('account_create_key', wanted));
    expect(shown).toContain('KeyType=restricted');
    expect(shown).toContain(`AccountSid=${world.emulator.emulator.accountSid}`);
    expect(world.requests()).toEqual([]);
  });

  it('whose answer was lost is told as unknown, with where to look', async () => {
    world = await createWorld();
    await world.control('POST', '/faults', { kind: 'lost-reply', method: 'POST' });
    const told = await world.no('account_create_key', wanted);
    expect(told).toMatch(/^OUTCOME_UNKNOWN[\s\S]*account_list_keys/);
    expect(readdirSync(world.keysFolder)).toEqual([]);
  });

  it('may not be made with a key', async () => {
    const sid = `SK${'1'.repeat(32)}`;
    world = await createWorld({
      env: { TWILIO_AUTH_TOKEN: '', TWILIO_API_KEY: sid, TWILIO_API_SECRET: 'a-secret-of-nobody' },
    });
    expect(await world.no('account_create_key', wanted)).toMatch(/^AUTHENTICATION_FAILED/);
  });
});

describe('a subaccount', () => {
  it('is made, suspended, woken, and closed for good, and never shows its token', async () => {
    world = await createWorld();
    const { ok, no, client } = world;
    const made = await client.call('account_create_subaccount', { friendly_name: 'Branch in Rome' });
    const at = { subaccount_sid: made.data['sid'] };
    expect(made.data).toMatchObject({ friendly_name: 'Branch in Rome', status: 'active' });
    for (const status of ['suspended', 'active'])
      expect(await ok('account_update_subaccount', { ...at, status })).toMatchObject({ status });
    expect(rows(await ok('account_list_subaccounts', { status: 'active' }), 'accounts')).toHaveLength(2);
    await ok('account_update_subaccount', { ...at, status: 'closed' });
    expect(await no('account_update_subaccount', { ...at, status: 'active' })).toMatch(/^PROVIDER_REJECTED/);
    const read = await client.call('account_get_subaccount', at);
    expect(read.data).toMatchObject({ status: 'closed' });
    expect(JSON.stringify([made, read])).not.toMatch(/auth_token/);
  });

  it('is changed only by what is named, and known only to its parent', async () => {
    world = await createWorld();
    const at = { subaccount_sid: `AC${'1'.repeat(32)}` };
    expect(await world.no('account_update_subaccount', at)).toContain('give status or friendly_name');
    expect(world.requests()).toEqual([]);
    expect(await world.no('account_get_subaccount', at)).toMatch(/^NOT_FOUND/);
  });

  it('made while the answer was lost is found again, and not made twice', async () => {
    world = await createWorld();
    await world.control('POST', '/faults', { kind: 'lost-reply', method: 'POST' });
    const made = await world.ok('account_create_subaccount', { friendly_name: 'Branch in Rome' });
    expect(made).toMatchObject({ friendly_name: 'Branch in Rome' });
    expect(world.requests('POST')).toHaveLength(1);
  });
});
