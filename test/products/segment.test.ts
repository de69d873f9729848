// Segment through the front door: what is tracked is found in the profile, repeats count once, and what Segment refuses.
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { findOperation } from '../../src/catalog/index.ts';
import { loadConfig } from '../../src/config.ts';
import { emulatedSegment } from '../../src/emulator/products/segment-realm.ts';
import { createWorld, kinds, type Row, type World } from '../support/world.ts';

const { credentials, spaceId } = emulatedSegment;
const env = {
  SEGMENT_WRITE_KEY: credentials.segmentWriteKey,
  SEGMENT_PROFILE_API_TOKEN: credentials.segmentProfileToken,
  SEGMENT_PUBLIC_API_TOKEN: credentials.segmentPublicToken,
  SEGMENT_SPACE_ID: spaceId,
};
const profile = 'user_id:u1042';
const order = {
  user_id: 'u1042',
  event: 'Order Completed',
  properties: { revenue: 49.9 },
  message_id: 'order-1042-completed',
};

let world: World;

afterEach(() => world.close());

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('tells who someone is and what they did, and reads it back', async () => {
    world = await createWorld({ kind, env });
    const { ok, no } = world;
    await ok('segment_track', { anonymous_id: 'a-7f3c', event: 'Signed Up' });
    const traits = { plan: 'pro', email: 'ana@example.com', sms_opt_in: true };
    expect(await ok('segment_identify', { user_id: 'u1042', anonymous_id: 'a-7f3c', traits })).toMatchObject({
      success: true,
    });
    expect(await ok('segment_track', order)).toMatchObject({
      success: true,
      message_id: 'order-1042-completed',
    });
    await ok('segment_page', { user_id: 'u1042', name: 'Pricing' });
    await ok('segment_screen', { user_id: 'u1042', name: 'Home' });
    await ok('segment_group', { user_id: 'u1042', group_id: 'g7', traits: { employees: 5 } });
    await ok('segment_alias', { previous_id: 'a-7f3c', user_id: 'u1042' });
    expect(await ok('segment_get_traits', { profile })).toMatchObject({ traits });
    const events = rows(await ok('segment_list_events', { profile }), 'events');
    expect(events.map(({ type }) => type)).toEqual(['screen', 'page', 'track', 'track']);
    expect(events[2]).toMatchObject({ message_id: 'order-1042-completed', properties: { revenue: 49.9 } });
    expect(events[3]?.['event']).toContain('Signed Up');
    const ids = rows(
      await ok('segment_list_external_ids', { profile: 'email:ana@example.com' }),
      'external_ids',
    );
    expect(ids.map(({ type }) => type)).toEqual(['anonymous_id', 'user_id', 'email']);
    expect(await no('segment_get_traits', { profile: 'user_id:nobody' })).toMatch(/^NOT_FOUND/);
  });

  it('reads audiences and destinations, without the keys in their settings', async () => {
    world = await createWorld({ kind, env });
    const { ok, no } = world;
    const [audience] = rows(await ok('segment_list_audiences', { limit: 5 }), 'audiences');
    expect(audience).toMatchObject({ name: 'Lapsed buyers', key: 'lapsed_buyers' });
    expect(await ok('segment_get_audience', { audience_id: audience?.['id'] })).toMatchObject({
      status: 'Live',
    });
    const listed = await ok('segment_list_destinations', {});
    expect(listed).toMatchObject({ total: 1 });
    const [destination] = rows(listed, 'destinations');
    const found = await ok('segment_get_destination', { destination_id: destination?.['id'] });
    expect(found).toMatchObject({ kind: 'Twilio', enabled: true });
    expect(JSON.stringify([listed, found])).not.toContain('not-for-the-reader');
    expect(await no('segment_get_destination', { destination_id: 'dest_none' })).toMatch(/^NOT_FOUND/);
    expect(await no('segment_list_audiences', { space_id: 'spa_other' })).toMatch(/^NOT_FOUND/);
  });
});

describe('events', () => {
  it('count once by message_id within a day, also in a batch', async () => {
    world = await createWorld({ env });
    const { ok } = world;
    await ok('segment_track', order);
    await ok('segment_track', order);
    expect(
      await ok('segment_batch', {
        messages: [
          { type: 'track', ...order },
          { type: 'identify', user_id: 'u1042', traits: { plan: 'basic' } },
        ],
      }),
    ).toMatchObject({ success: true });
    expect(rows(await ok('segment_list_events', { profile }), 'events')).toHaveLength(1);
    expect(await ok('segment_get_traits', { profile })).toMatchObject({ traits: { plan: 'basic' } });
  });

  it('are read page by page, and by name', async () => {
    world = await createWorld({ env });
    const { ok } = world;
    const messages = ['A', 'B', 'C'].map((event) => ({ type: 'track', user_id: 'u1042', event }));
    await ok('segment_batch', { messages });
    const first = await ok('segment_list_events', { profile, limit: 2 });
    expect(rows(first, 'events')).toHaveLength(2);
    const second = await ok('segment_list_events', { profile, limit: 2, cursor: first['next_cursor'] });
    expect(rows(second, 'events')).toHaveLength(1);
    expect(second).not.toHaveProperty('next_cursor');
    expect(rows(await ok('segment_list_events', { profile, include: ['B'] }), 'events')).toHaveLength(1);
  });

  it.each<[string, string, Row, RegExp]>([
    ['without a person', 'segment_track', { event: 'A' }, /needs user_id or anonymous_id/],
    [
      'over 32 KB',
      'segment_track',
      { ...order, properties: { note: 'x'.repeat(33_000) } },
      /must stay within 32 KB/,
    ],
    [
      'with a long message_id',
      'segment_track',
      { ...order, message_id: 'm'.repeat(100) },
      /shorter than 100/,
    ],
    [
      'over 500 KB together',
      'segment_batch',
      {
        messages: Array.from({ length: 20 }, () => ({
          type: 'track',
          ...order,
          properties: { note: 'x'.repeat(30_000) },
        })),
      },
      /must stay within 500 KB/,
    ],
    [
      'of a track without event',
      'segment_batch',
      { messages: [{ type: 'track', user_id: 'u1' }] },
      /messages\.0\.event is needed by track/,
    ],
    ['of a profile that is none', 'segment_get_traits', { profile: 'u1042' }, /user_id:u1042/],
  ])('%s are refused before sending', async (_, name, input, reason) => {
    world = await createWorld({ env });
    expect(await world.no(name, input)).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });
});

describe('settings', () => {
  it('that are missing or wrong are named', async () => {
    world = await createWorld({ env: { SEGMENT_WRITE_KEY: 'not-the-write-key' } });
    expect(await world.no('segment_get_traits', { profile })).toMatch(/SEGMENT_SPACE_ID/);
    expect(await world.no('segment_get_traits', { profile, space_id: spaceId })).toMatch(
      /SEGMENT_PROFILE_API_TOKEN/,
    );
    expect(await world.no('segment_list_destinations')).toMatch(/SEGMENT_PUBLIC_API_TOKEN/);
    expect(await world.no('segment_track', order)).toMatch(/^AUTHENTICATION_FAILED|^CREDENTIALS/);
  });

  it('are not needed in emulator mode', async () => {
    world = await createWorld();
    const empty = new URL('../support/empty.env', import.meta.url).pathname;
    const app = await createApp(loadConfig({ env: {}, envFile: empty }), { writeLog: () => undefined });
    const call = (name: string, input: Row) => {
      const operation = findOperation(name);
      if (operation === undefined) throw new Error(`no ${name}`);
      return app.perform({ operation, input, actor: { name: 'test' } });
    };
    try {
      expect(await call('segment_identify', { user_id: 'u1042', traits: { plan: 'pro' } })).toMatchObject({
        ok: true,
      });
      expect(await call('segment_get_traits', { profile })).toMatchObject({
        data: { traits: { plan: 'pro' } },
      });
      expect(await call('segment_list_audiences', {})).toMatchObject({ ok: true });
    } finally {
      await app.close();
    }
  });
});
