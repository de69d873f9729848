// Studio through the front door: a flow validated, published, run for a person, followed and stopped.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, OWN_NUMBER, PERSON, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

const sender = { from: '{{flow.channel.address}}', to: '{{contact.channel.address}}' };
const trigger = {
  name: 'Trigger',
  type: 'trigger',
  transitions: [{ event: 'incomingRequest', next: 'hello' }],
};
const hello = {
  name: 'hello',
  type: 'send-message',
  properties: { ...sender, body: 'Hi {{flow.data.name}}' },
  transitions: [{ event: 'sent' }, { event: 'failed' }],
};
const definition = { initial_state: 'Trigger', states: [trigger, hello] };
const flow = { friendly_name: 'Hello', status: 'published', definition, commit_message: 'First' };

/** Asks whether they come, and thanks only those who say yes. */
const survey = {
  initial_state: 'Trigger',
  states: [
    { ...trigger, transitions: [{ event: 'incomingRequest', next: 'ask' }] },
    {
      name: 'ask',
      type: 'send-and-wait-for-reply',
      properties: { ...sender, body: 'Will you come, {{flow.data.name}}?', timeout: '600' },
      transitions: [{ event: 'incomingMessage', next: 'split' }, { event: 'timeout' }],
    },
    {
      name: 'split',
      type: 'split-based-on',
      properties: { input: '{{widgets.ask.inbound.Body}}' },
      transitions: [
        { event: 'noMatch' },
        {
          event: 'match',
          next: 'hello',
          conditions: [
            {
              type: 'matches_any_of',
              arguments: ['{{widgets.ask.inbound.Body}}'],
              value: 'yes, sure',
              friendly_name: 'yes',
            },
          ],
        },
      ],
    },
    { ...hello, properties: { ...sender, body: 'Thank you' } },
  ],
};

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

async function texts(): Promise<unknown[]> {
  const { messages } = await world.control('GET', `/phones/${PERSON}/messages`);
  return Array.isArray(messages) ? messages.map(({ body }) => body) : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('validates and publishes a flow, runs it for a person, and follows it', async () => {
    world = await createWorld({ kind });
    const { ok, advance, control } = world;
    expect(await ok('studio_validate_flow', { definition })).toMatchObject({ valid: true });
    const made = await ok('studio_create_flow', flow);
    expect(made).toMatchObject({ status: 'published', revision: 1, commit_message: 'First' });
    const run = await ok('studio_start_execution', {
      flow_sid: made['sid'],
      to: PERSON,
      parameters: { name: 'Ana' },
    });
    expect(run).toMatchObject({ status: 'active', contact_channel_address: PERSON, flow_version: 1 });
    await advance(5);
    expect((await control('GET', `/phones/${PERSON}/messages`))['messages']).toMatchObject([
      { body: 'Hi Ana', from: OWN_NUMBER },
    ]);
    const at = { flow_sid: made['sid'], execution_sid: run['sid'] };
    expect(await ok('studio_get_execution', at)).toMatchObject({ status: 'ended' });
    const { context } = await ok('studio_get_execution_context', at);
    expect(String(context)).toMatch(/"data":\{"name":"Ana"\}/);
    expect(rows(await ok('studio_list_execution_steps', at), 'steps')).toMatchObject([
      { transitioned_from: 'hello', name: 'sent', transitioned_to: 'Ended', type: 'send-message' },
      { transitioned_from: 'Trigger', name: 'incomingRequest', transitioned_to: 'hello' },
    ]);
    const list = { flow_sid: made['sid'], status: 'ended' };
    expect(rows(await ok('studio_list_executions', list), 'executions')).toHaveLength(1);
    const before = await ok('studio_list_executions', { ...list, started_before: '2026-11-01T00:00:00Z' });
    expect(rows(before, 'executions')).toEqual([]);
  });
});

describe('a run', () => {
  it('hears an answer as data and goes where it leads', async () => {
    world = await createWorld();
    const { ok, advance, control } = world;
    const { sid } = await ok('studio_create_flow', { ...flow, definition: survey });
    const run = await ok('studio_start_execution', {
      flow_sid: sid,
      to: PERSON,
      parameters: { name: 'Ana' },
    });
    await advance(5);
    expect(await ok('studio_get_execution', { flow_sid: sid, execution_sid: run['sid'] })).toMatchObject({
      status: 'active',
    });
    await control('POST', `/phones/${PERSON}/messages`, { to: OWN_NUMBER, body: 'Sure' });
    await advance(5);
    expect(await texts()).toEqual(['Will you come, Ana?', 'Thank you']);
    const told = await ok('studio_get_execution_context', { flow_sid: sid, execution_sid: run['sid'] });
    expect(String(told['context']), 'fenced').toMatch(/untrusted[\s\S]*"Body":"Sure"/i);
  });

  it('ends when nobody answers in time', async () => {
    world = await createWorld();
    const { ok, advance } = world;
    const { sid } = await ok('studio_create_flow', { ...flow, definition: survey });
    const run = await ok('studio_start_execution', { flow_sid: sid, to: PERSON });
    await advance(700);
    const at = { flow_sid: sid, execution_sid: run['sid'] };
    expect(await ok('studio_get_execution', at)).toMatchObject({ status: 'ended' });
    expect(rows(await ok('studio_list_execution_steps', at), 'steps')[0]).toMatchObject({ name: 'timeout' });
  });

  it('is stopped before it sends, and is one at a time for a person', async () => {
    world = await createWorld();
    const { ok, no, advance } = world;
    const { sid } = await ok('studio_create_flow', flow);
    const run = await ok('studio_start_execution', { flow_sid: sid, to: PERSON });
    const text = await no('studio_start_execution', { flow_sid: sid, to: PERSON });
    expect(text).toMatch(/^CONFLICT: .*20409/);
    expect(text, 'which one').toContain(String(run['sid']));
    const at = { flow_sid: sid, execution_sid: run['sid'] };
    expect(await ok('studio_stop_execution', at)).toMatchObject({ status: 'ended' });
    await advance(5);
    expect(await texts()).toEqual([]);
    expect(await ok('studio_start_execution', { flow_sid: sid, to: PERSON })).toMatchObject({
      status: 'active',
    });
  });

  it('is not started twice when the answer is lost', async () => {
    world = await createWorld();
    const { ok, control, requests } = world;
    const { sid } = await ok('studio_create_flow', flow);
    await control('POST', '/faults', { kind: 'lost-reply', method: 'POST' });
    expect(await ok('studio_start_execution', { flow_sid: sid, to: PERSON })).toMatchObject({
      contact_channel_address: PERSON,
    });
    expect(requests('POST').filter((each) => each.endsWith('/Executions'))).toHaveLength(1);
  });

  it('needs a person, a sender and a published flow', async () => {
    world = await createWorld({ env: { TWILIO_FROM: '' } });
    const { ok, no } = world;
    const { sid } = await ok('studio_create_flow', { ...flow, status: 'draft' });
    expect(await no('studio_start_execution', { flow_sid: sid, to: '12' })).toMatch(/to must be E\.164/);
    expect(await no('studio_start_execution', { flow_sid: sid, to: PERSON })).toMatch(/There is no from/);
    const start = { flow_sid: sid, to: PERSON, from: OWN_NUMBER };
    expect(await no('studio_start_execution', start)).toMatch(/^NOT_FOUND/);
    await ok('studio_update_flow', { flow_sid: sid, status: 'published' });
    expect(await ok('studio_start_execution', start)).toMatchObject({ flow_version: 2 });
  });
});

describe('a definition', () => {
  const lost = { ...definition, states: [trigger] };
  it.each([
    [
      'a beginning that is no state',
      { ...definition, initial_state: 'Nowhere' },
      /initial_state Nowhere, which is/,
    ],
    ['two states of one name', { ...definition, states: [trigger, hello, hello] }, /two states called hello/],
    ['a way to nowhere', lost, /from Trigger on incomingRequest to hello, which is no state/],
    ['no trigger', { initial_state: 'hello', states: [hello] }, /0 states of type trigger/],
    ['no states', { initial_state: 'a', states: [] }, /definition\.states/],
  ])('is refused with %s, before anything is sent', async (_, wrong, reason) => {
    world = await createWorld();
    for (const [name, more] of [
      ['studio_create_flow', { friendly_name: 'Hello' }],
      ['studio_validate_flow', {}],
      ['studio_update_flow', { flow_sid: `FW${'a'.repeat(32)}`, status: 'draft' }],
    ] as const)
      expect(await world.no(name, { ...more, definition: wrong })).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it('is refused by Twilio where a widget lacks what it needs', async () => {
    world = await createWorld();
    const wrong = { ...definition, states: [trigger, { ...hello, properties: {} }] };
    const told = await world.no('studio_validate_flow', { definition: wrong });
    expect(told).toContain('Twilio error 81022');
    expect(told, 'where the fault is, and which').toMatch(/#\/states\/1\S*: \S/);
    expect(await world.no('studio_create_flow', { ...flow, definition: wrong })).toContain('81022');
    expect(rows(await world.ok('studio_list_flows', {}), 'flows')).toEqual([]);
  });

  it('is read back, and changed as a draft while what was published goes on', async () => {
    world = await createWorld();
    const { ok, no, advance } = world;
    const { sid } = await ok('studio_create_flow', flow);
    expect(await ok('studio_get_flow', { flow_sid: sid })).toMatchObject({
      definition: { initial_state: 'Trigger', states: [{ name: 'Trigger' }, { name: 'hello' }] },
    });
    const quiet = { initial_state: 'Trigger', states: [{ ...trigger, transitions: [] }] };
    expect(
      await ok('studio_update_flow', { flow_sid: sid, status: 'draft', definition: quiet }),
    ).toMatchObject({ status: 'draft', revision: 2 });
    await ok('studio_start_execution', { flow_sid: sid, to: PERSON, parameters: { name: 'Ana' } });
    await advance(5);
    expect(await texts()).toEqual(['Hi Ana']);
    expect(rows(await ok('studio_list_flows', {}), 'flows')).toMatchObject([{ friendly_name: 'Hello' }]);
    expect(await no('studio_get_flow', { flow_sid: `FW${'a'.repeat(32)}` })).toMatch(/^NOT_FOUND/);
  });
});
