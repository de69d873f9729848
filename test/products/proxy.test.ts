// Proxy through the front door: a pool, a session of two, a message into it, and what Proxy refuses.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

async function withPool(): Promise<{ service_sid: unknown; number_sid: unknown }> {
  const service = await world.ok('proxy_create_service', { unique_name: 'deliveries', default_ttl: 3600 });
  const { incoming_phone_numbers: owned } = await world.ok('account_list_numbers', {});
  const number_sid: unknown = Array.isArray(owned) ? owned[0].sid : undefined;
  await world.ok('proxy_add_number', { service_sid: service['sid'], number_sid });
  return { service_sid: service['sid'], number_sid };
}

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('masks two people, writes to one of them, and closes', async () => {
    world = await createWorld({ kind });
    const { ok, no, advance, control } = world;
    const { service_sid } = await withPool();
    const session = await ok('proxy_create_session', { service_sid, unique_name: 'delivery-1042' });
    const at = { service_sid, session_sid: session['sid'] };
    const driver = await ok('proxy_add_participant', {
      ...at,
      identifier: '+14155550123',
      friendly_name: 'Driver',
    });
    await ok('proxy_add_participant', { ...at, identifier: '+14155550124', friendly_name: 'Customer' });
    expect(driver['proxy_identifier']).toMatch(/^\+/);
    expect(await no('proxy_add_participant', { ...at, identifier: '+14155550125' })).toContain(
      'Twilio error 80609',
    );
    const sent = await ok('proxy_send_message', {
      ...at,
      participant_sid: driver['sid'],
      body: 'Two minutes away.',
    });
    expect(sent).toMatchObject({
      outbound_participant_sid: driver['sid'],
      outbound_resource_status: 'queued',
    });
    await advance(5);
    const phone = await control('GET', '/phones/+14155550123/messages');
    expect(phone['messages']).toMatchObject([
      { body: 'Two minutes away.', from: driver['proxy_identifier'] },
    ]);
    expect(rows(await ok('proxy_list_interactions', at), 'interactions')).toMatchObject([
      { outbound_resource_status: 'delivered' },
    ]);
    expect(rows(await ok('proxy_list_participants', at), 'participants')).toHaveLength(2);
    expect(await ok('proxy_close_session', at)).toMatchObject({ status: 'closed' });
    expect(
      await no('proxy_send_message', { ...at, participant_sid: driver['sid'], body: 'Still there?' }),
    ).toContain('Twilio error 80607');
  });
});

describe('a session', () => {
  it('ends by itself when its time has run out', async () => {
    world = await createWorld();
    const { service_sid } = await withPool();
    const session = await world.ok('proxy_create_session', { service_sid, ttl: 60 });
    await world.advance(61);
    expect(await world.ok('proxy_get_session', { service_sid, session_sid: session['sid'] })).toMatchObject({
      status: 'closed',
      closed_reason: 'expired',
    });
    expect(rows(await world.ok('proxy_list_sessions', { service_sid }), 'sessions')).toHaveLength(1);
  });

  it('takes ttl or a date, and numbers that are numbers', async () => {
    world = await createWorld();
    const { service_sid } = await withPool();
    const both = { service_sid, ttl: 60, date_expiry: '2026-12-01T00:00:00Z' };
    expect(await world.no('proxy_create_session', both)).toMatch(/give ttl or date_expiry/);
    const session = await world.ok('proxy_create_session', { service_sid });
    expect(
      await world.no('proxy_add_participant', {
        service_sid,
        session_sid: session['sid'],
        identifier: '123',
      }),
    ).toMatch(/identifier must be E\.164/);
  });

  it('loses a participant, who is then not written to', async () => {
    world = await createWorld();
    const { service_sid } = await withPool();
    const session = await world.ok('proxy_create_session', { service_sid });
    const at = { service_sid, session_sid: session['sid'] };
    const driver = await world.ok('proxy_add_participant', { ...at, identifier: '+14155550123' });
    expect(
      await world.ok('proxy_remove_participant', { ...at, participant_sid: driver['sid'] }),
    ).toMatchObject({ deleted: true });
    expect(
      await world.no('proxy_send_message', { ...at, participant_sid: driver['sid'], body: 'Hi' }),
    ).toMatch(/^NOT_FOUND/);
  });
});

describe('a service', () => {
  it('keeps a number while a session uses it', async () => {
    world = await createWorld();
    const { ok, no } = world;
    const { service_sid, number_sid } = await withPool();
    const session = await ok('proxy_create_session', { service_sid });
    const at = { service_sid, session_sid: session['sid'] };
    await ok('proxy_add_participant', { ...at, identifier: '+14155550123' });
    expect(rows(await ok('proxy_list_numbers', { service_sid }), 'phone_numbers')).toMatchObject([
      { in_use: 1 },
    ]);
    expect(await no('proxy_remove_number', { service_sid, number_sid })).toContain('Twilio error 80611');
    await ok('proxy_close_session', at);
    expect(await ok('proxy_remove_number', { service_sid, number_sid })).toMatchObject({ deleted: true });
  });

  it('is created once by its name, read, listed and deleted', async () => {
    world = await createWorld();
    const { ok, no } = world;
    const { service_sid } = await withPool();
    expect(await no('proxy_create_service', { unique_name: 'deliveries' })).toContain('Twilio error 80602');
    expect(await ok('proxy_get_service', { service_sid })).toMatchObject({
      unique_name: 'deliveries',
      default_ttl: 3600,
    });
    expect(rows(await ok('proxy_list_services', {}), 'services')).toHaveLength(1);
    expect(await ok('proxy_delete_service', { service_sid })).toMatchObject({ deleted: true });
    expect(await no('proxy_get_service', { service_sid })).toMatch(/^NOT_FOUND/);
  });
});
