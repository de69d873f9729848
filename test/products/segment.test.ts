// Segment through the front door: what is told, and what is known of a person afterwards.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

const profile = 'user_id:user-42';

describe.each(kinds)('with a %s client', (kind) => {
  it('tells who somebody is and what they did, and reads it back', async () => {
    world = await createWorld({ kind });
    const { ok } = world;
    expect(await ok('segment_identify', { user_id: 'user-42', traits: { plan: 'pro' } })).toMatchObject({
      accepted: true,
    });
    const paid = {
      user_id: 'user-42',
      event: 'Order Completed',
      properties: { total: 42 },
      message_id: 'order-1042-paid',
    };
    await ok('segment_track', paid);
    await ok('segment_track', paid);
    await ok('segment_page', { user_id: 'user-42', name: 'Pricing' });
    await ok('segment_screen', { user_id: 'user-42', name: 'Home' });
    await ok('segment_group', { user_id: 'user-42', group_id: 'company-9' });
    await ok('segment_alias', { user_id: 'user-42', previous_id: 'visitor-7' });
    await ok('segment_batch', {
      batch: [
        { type: 'track', user_id: 'user-42', event: 'Order Shipped' },
        { type: 'identify', user_id: 'user-42', traits: { city: 'Rome' } },
      ],
    });
    expect(await ok('segment_get_traits', { profile })).toMatchObject({
      traits: { plan: 'pro', city: 'Rome' },
    });
    const events = await ok('segment_list_events', { profile, limit: 50 });
    const types = Array.isArray(events['data']) ? events['data'].map((each) => each.type) : [];
    expect(types, 'one of each message_id').toEqual(['track', 'alias', 'group', 'screen', 'page', 'track']);
    expect(await ok('segment_list_external_ids', { profile })).toMatchObject({
      data: [{ id: 'user-42', type: 'user_id' }],
    });
  });
});

describe('before anything is sent', () => {
  it.each([
    ['segment_track', { event: 'Order Completed' }, /give user_id or anonymous_id/],
    ['segment_track', { user_id: 'a', event: 'x', properties: { text: 'x'.repeat(33_000) } }, /over 32 KB/],
    ['segment_identify', { user_id: 'a', message_id: 'x'.repeat(100) }, /message_id/],
    ['segment_batch', { batch: [{ type: 'track', user_id: 'a' }] }, /batch\.0\.event is needed for track/],
    ['segment_get_traits', { profile: 'user-42' }, /must be a kind of ID and the ID/],
  ])('%s refuses %j', async (name, input, reason) => {
    world = await createWorld();
    expect(await world.no(name, input)).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it('asks for a space, and for a key', async () => {
    world = await createWorld({ env: { SEGMENT_SPACE_ID: '', SEGMENT_WRITE_KEY: '' } });
    expect(await world.no('segment_get_traits', { profile })).toMatch(/no space[\s\S]*SEGMENT_SPACE_ID/);
    expect(await world.no('segment_track', { user_id: 'a', event: 'x' })).toMatch(
      /^CREDENTIALS_MISSING[\s\S]*SEGMENT_WRITE_KEY/,
    );
  });
});

describe('a profile', () => {
  it('that is not there is told as such', async () => {
    world = await createWorld();
    expect(await world.no('segment_get_traits', { profile: 'user_id:nobody' })).toMatch(/^NOT_FOUND/);
  });
});
