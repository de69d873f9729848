// Discovery: what is not listed is found by plain words and called under the same guards.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, PERSON, type Row, type World, type WorldOptions } from './support/world.ts';

let world: World;

async function begin(options: WorldOptions = {}): Promise<World> {
  world = await createWorld({ ...options, env: { TWILIO_MCP_TOOLSETS: 'discovery', ...options.env } });
  return world;
}

afterEach(() => world.close());

function names(answer: Row): unknown[] {
  const found = answer['operations'];
  return Array.isArray(found) ? found.map((each: Row) => each['operation']) : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('lists three tools, finds an operation by plain words and runs it', async () => {
    const { client, ok } = await begin({ kind });
    const { tools } = await client.raw.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['search_operations', 'read_operation', 'run_operation']);
    const found = await ok('search_operations', { query: 'put an item under a key of a shared map' });
    expect(names(found).slice(0, 3)).toContain('sync_set_map_item');
    await ok('run_operation', { operation: 'sync_create_map', input: { unique_name: 'drivers' } });
    const set = await ok('run_operation', {
      operation: 'sync_set_map_item',
      input: { map: 'drivers', key: 'ana', data: { at: 'depot' } },
    });
    expect(set).toMatchObject({ key: 'ana', data: { at: 'depot' } });
    expect(
      await ok('read_operation', { operation: 'sync_get_map_item', input: { map: 'drivers', key: 'ana' } }),
    ).toMatchObject({ key: 'ana' });
  });

  it('reads with the reader only, and names what is near a wrong name', async () => {
    const { no, requests } = await begin({ kind });
    const send = { operation: 'messaging_send_message', input: { to: PERSON, body: 'Hi' } };
    expect(await no('read_operation', send)).toMatch(/^REFUSED: .*effect: send.*discovery\.read_only/);
    expect(await no('run_operation', { operation: 'messaging_send_sms' })).toMatch(
      /UNKNOWN_OPERATION: .*\n.*messaging_send_message/,
    );
    expect(
      await no('run_operation', { operation: 'messaging_send_message', input: { to: '12', body: 'Hi' } }),
    ).toMatch(/^INVALID_INPUT: .*to must be E\.164/);
    expect(await no('search_operations', { quary: 'x' })).toMatch(/"quary" is not a field/);
    expect(requests()).toEqual([]);
  });
});

describe('guards', () => {
  it('hold for what is called by name: read-only has no runner, and the reader refuses', async () => {
    const { client, no } = await begin({ env: { TWILIO_MCP_READ_ONLY: 'true' } });
    const { tools } = await client.raw.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['search_operations', 'read_operation']);
    await expect(client.call('run_operation', { operation: 'account_get_balance' })).rejects.toThrow(
      /no tool/,
    );
    expect(await no('read_operation', { operation: 'messaging_delete_message', input: {} })).toMatch(
      /^REFUSED/,
    );
  });
});

describe('search', () => {
  it.each([
    ['text somebody', 'messaging_send_message'],
    ['send the same sms to a hundred customers', 'messaging_send_many'],
    ['was my message delivered', 'messaging_wait_for_delivery'],
    ['ring a customer and say something', 'voice_place_call'],
    ['hang up a running call', 'voice_update_call'],
    ['mute someone in a conference', 'voice_update_participant'],
    ['2fa code', 'verify_start_verification'],
    ['is the passcode right', 'verify_check_verification'],
    ['what kind of phone number is this', 'lookup_phone_number'],
    ['buy a number', 'account_create_number'],
    ['how much money is left', 'account_get_balance'],
    ['what does error 30003 mean', 'account_explain_error'],
    ['hide the numbers of driver and customer', 'proxy_create_session'],
    ['publish to a stream', 'sync_publish_message'],
    ['check this TwiML', 'voice_validate_twiml'],
    ['sync_list_maps', 'sync_list_maps'],
    ['schedul a mesage', 'messaging_send_message'],
  ])('%s → %s', async (query, wanted) => {
    const { ok } = await begin();
    expect(names(await ok('search_operations', { query, limit: 5 }))).toContain(wanted);
  });

  it('gives the whole input schema when asked', async () => {
    const { ok } = await begin();
    const found = await ok('search_operations', { query: 'voice_place_call', limit: 1, schema: true });
    expect(JSON.stringify(found)).toContain('"status_callback_events"');
    expect(found['more']).toBeGreaterThan(0);
  });
});
