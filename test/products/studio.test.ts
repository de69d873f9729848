// Studio through the front door: a flow validated, published, run for a person, followed and stopped.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, OWN_NUMBER, PERSON, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

const definition = {
  initial_state: 'Trigger',
  states: [
    { name: 'Trigger', type: 'trigger', transitions: [{ event: 'incomingRequest', next: 'hello' }] },
    {
      name: 'hello',
      type: 'send-message',
      properties: { body: 'Hi {{flow.data.name}}' },
      transitions: [{ event: 'sent' }],
    },
  ],
};
const flow = { friendly_name: 'Hello', status: 'published', definition };

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('validates and publishes a flow, runs it for a person, and follows it', async () => {
    world = await createWorld({ kind });
    const { ok, advance, control } = world;
    expect(await ok('studio_validate_flow', flow)).toMatchObject({ valid: true });
    const { sid } = await ok('studio_create_flow', flow);
    const run = await ok('studio_start_execution', {
      flow_sid: sid,
      to: PERSON,
      parameters: { name: 'Ana' },
    });
    expect(run).toMatchObject({ status: 'active', contact_channel_address: PERSON });
    await advance(5);
    expect((await control('GET', `/phones/${PERSON}/messages`))['messages']).toMatchObject([
      { body: 'Hi Ana', from: OWN_NUMBER },
    ]);
    const at = { flow_sid: sid, sid: run['sid'] };
    expect(await ok('studio_get_execution', at)).toMatchObject({ status: 'ended' });
    expect(await ok('studio_get_execution_context', at)).toMatchObject({
      context: { flow: { data: { name: 'Ana' } } },
    });
    expect(rows(await ok('studio_list_execution_steps', at), 'steps')).toMatchObject([
      { transitioned_from: 'hello' },
      { transitioned_from: 'Trigger', transitioned_to: 'hello' },
    ]);
    expect(rows(await ok('studio_list_executions', { flow_sid: sid }), 'executions')).toHaveLength(1);
  });
});

describe('a run', () => {
  it('is stopped before it sends', async () => {
    world = await createWorld();
    const { ok, no, advance, control } = world;
    const { sid } = await ok('studio_create_flow', flow);
    const run = await ok('studio_start_execution', { flow_sid: sid, to: PERSON });
    expect(await ok('studio_cancel_execution', { flow_sid: sid, sid: run['sid'] })).toMatchObject({
      status: 'ended',
    });
    await advance(5);
    expect((await control('GET', `/phones/${PERSON}/messages`))['messages']).toEqual([]);
    expect(await no('studio_start_execution', { flow_sid: sid, to: '12' })).toMatch(/to must be E\.164/);
  });

  it('is not started twice when the answer is lost, nor of a draft', async () => {
    world = await createWorld();
    const { ok, no, control, requests } = world;
    const { sid } = await ok('studio_create_flow', flow);
    await control('POST', '/faults', { kind: 'lost-reply', method: 'POST' });
    expect(await ok('studio_start_execution', { flow_sid: sid, to: PERSON })).toMatchObject({
      contact_channel_address: PERSON,
    });
    expect(requests('POST')).toHaveLength(2);
    expect(
      await ok('studio_update_flow', { sid, status: 'draft', commit_message: 'Back to the desk' }),
    ).toMatchObject({ status: 'draft', revision: 2 });
    expect(await no('studio_start_execution', { flow_sid: sid, to: PERSON })).toMatch(/PROVIDER_REJECTED/);
  });
});

describe('a definition', () => {
  it.each([
    [
      'a beginning that is no state',
      { ...definition, initial_state: 'Nowhere' },
      /initial_state names no state: Nowhere/,
    ],
    [
      'two states of one name',
      { ...definition, states: [...definition.states, ...definition.states] },
      /two states of one name/,
    ],
    [
      'a way to nowhere',
      { initial_state: 'a', states: [{ name: 'a', type: 'trigger', transitions: [{ next: 'b' }] }] },
      /\(a\) goes on to b, which is no state/,
    ],
  ])('is refused with %s, before anything is sent', async (_, wrong, reason) => {
    world = await createWorld();
    expect(await world.no('studio_create_flow', { ...flow, definition: wrong })).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it('is read back', async () => {
    world = await createWorld();
    const { sid } = await world.ok('studio_create_flow', flow);
    expect(await world.ok('studio_get_flow', { sid })).toMatchObject({
      definition: { initial_state: 'Trigger' },
    });
    expect(rows(await world.ok('studio_list_flows', {}), 'flows')).toMatchObject([
      { friendly_name: 'Hello' },
    ]);
    expect(await world.no('studio_get_flow', { sid: `FW${'a'.repeat(32)}` })).toMatch(/^NOT_FOUND/);
  });
});
