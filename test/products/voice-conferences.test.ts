// Conferences, queues and TwiML through the front door.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, PERSON, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('calls two people into a conference, mutes one, takes one out and ends it', async () => {
    world = await createWorld({ kind });
    const { ok, no, advance } = world;
    const first = await ok('voice_add_participant', {
      conference: 'support-1042',
      to: PERSON,
      label: 'customer',
    });
    await ok('voice_add_participant', { conference: 'support-1042', to: '+14155550124' });
    await advance(20);
    const [conference] = rows(await ok('voice_list_conferences', { status: 'in-progress' }), 'conferences');
    expect(conference).toMatchObject({ friendly_name: 'support-1042' });
    const at = { conference: conference?.['sid'] };
    expect(rows(await ok('voice_list_participants', at), 'participants')).toHaveLength(2);
    expect(
      await ok('voice_update_participant', { ...at, participant: 'customer', muted: true }),
    ).toMatchObject({ muted: true });
    expect(
      await ok('voice_update_participant', { ...at, participant: first['call_sid'], hold: true }),
    ).toMatchObject({ hold: true });
    expect(await no('voice_update_participant', { ...at, participant: 'customer' })).toMatch(
      /give muted or hold/,
    );
    expect(await ok('voice_remove_participant', { ...at, participant: 'customer' })).toMatchObject({
      deleted: true,
    });
    await advance(1);
    expect(rows(await ok('voice_list_participants', at), 'participants')).toHaveLength(1);
    expect(await ok('voice_close_conference', { sid: at.conference })).toHaveProperty('sid');
    await advance(5);
    expect(await ok('voice_get_conference', { sid: at.conference })).toMatchObject({ status: 'completed' });
  });

  it('keeps callers waiting in a queue', async () => {
    world = await createWorld({ kind });
    const { ok, no, advance } = world;
    const queue = await ok('voice_create_queue', { friendly_name: 'support', max_size: 5 });
    await ok('voice_place_call', { to: PERSON, twiml: '<Response><Enqueue>support</Enqueue></Response>' });
    await advance(20);
    expect(await ok('voice_get_queue', { sid: queue['sid'] })).toMatchObject({
      current_size: 1,
      max_size: 5,
    });
    expect(
      rows(await ok('voice_list_queue_members', { queue_sid: queue['sid'] }), 'queue_members'),
    ).toMatchObject([{ position: 1 }]);
    expect(rows(await ok('voice_list_queues', {}), 'queues')).toHaveLength(1);
    expect(await no('voice_delete_queue', { sid: queue['sid'] })).toMatch(/PROVIDER_REJECTED|CONFLICT/);
  });
});

describe('an empty queue', () => {
  it('is deleted', async () => {
    world = await createWorld();
    const queue = await world.ok('voice_create_queue', { friendly_name: 'short-lived' });
    expect(await world.ok('voice_delete_queue', { sid: queue['sid'] })).toMatchObject({ deleted: true });
    expect(await world.no('voice_get_queue', { sid: queue['sid'] })).toMatch(/^NOT_FOUND/);
  });
});

describe('TwiML', () => {
  it('is built from steps, escaped, and is what a call accepts', async () => {
    world = await createWorld();
    const built = await world.ok('voice_build_twiml', {
      steps: [{ say: 'Tom & Ana <3' }, { dial: { number: '+14155550124' } }],
    });
    expect(built['twiml']).toContain('Tom &amp; Ana &lt;3');
    expect(await world.ok('voice_validate_twiml', { twiml: built['twiml'] })).toMatchObject({
      valid: true,
      reaches: ['+14155550124'],
    });
    expect(await world.ok('voice_place_call', { to: PERSON, twiml: built['twiml'] })).toMatchObject({
      status: 'queued',
    });
    expect(
      await world.no('voice_build_twiml', { steps: [{ say: 'Hi', play: 'https://example.com/a.mp3' }] }),
    ).toMatch(/^INVALID_INPUT: .*step 0/s);
  });

  it('is checked line by line, without a call', async () => {
    world = await createWorld();
    const checked = await world.ok('voice_validate_twiml', {
      twiml: '<Response>\n<Speak>Hi</Speak>\n</Response>',
    });
    expect(checked).toMatchObject({ valid: false });
    expect(rows(checked, 'problems')).toMatchObject([{ line: 2, severity: 'error' }]);
    expect(
      await world.ok('voice_validate_twiml', {
        twiml: '<Response><Message>Hi</Message></Response>',
        kind: 'messaging',
      }),
    ).toMatchObject({ valid: true });
    expect(world.requests()).toEqual([]);
  });
});
