// Queues judged by the official SDK: callers wait in them, hear their place, and are taken out by <Dial> or the API.
import { expect, test } from 'vitest';
import { receiver } from './receiver.ts';
import { codeOf, FROM, TO, voiceWorld } from './voice-world.ts';

const ANA = '+12015550143';
const AGENT = '+12015550144';

const enqueue = (attributes = '') =>
  `<Response><Enqueue ${attributes}>support</Enqueue><Say>After</Say></Response>`;
const dialQueue = (noun = '<Queue>support</Queue>', attributes = '') =>
  `<Response><Dial ${attributes}>${noun}</Dial><Say>Next</Say></Response>`;

test('queues are made, changed, listed, and deleted when they are empty', async () => {
  const { sdk, place, advance } = await voiceWorld();
  const made = await sdk.queues.create({ friendlyName: 'support', maxSize: 2 });
  expect(made).toMatchObject({ friendlyName: 'support', maxSize: 2, currentSize: 0, averageWaitTime: 0 });
  expect(await codeOf(sdk.queues.create({ friendlyName: 'support' }))).toBe(20001);
  expect(await codeOf(sdk.queues.create({ friendlyName: '' }))).toBe(20001);
  expect(await codeOf(sdk.queues.create({ friendlyName: 'x', maxSize: 5001 }))).toBe(20001);
  expect((await sdk.queues(made.sid).update({ maxSize: 3 })).maxSize).toBe(3);
  await place(enqueue());
  await advance(5);
  expect((await sdk.queues(made.sid).fetch()).currentSize).toBe(1);
  expect(await codeOf(sdk.queues(made.sid).remove())).toBe(20001);
  await advance(20_000);
  expect(await sdk.queues(made.sid).remove()).toBe(true);
  expect(await sdk.queues.list()).toEqual([]);
});

test('an agent takes callers in their order and talks until one hangs up', async () => {
  const { url, heard: asked } = await receiver((one) => ({
    body: one.url.endsWith('/about')
      ? '<Response><Say>You are next</Say></Response>'
      : '<Response><Say>Thanks</Say></Response>',
  }));
  const { sdk, place, advance, heard, control } = await voiceWorld();
  const first = await place(enqueue(`action="${url}/left"`));
  await advance(3);
  const second = await place(enqueue(), { to: ANA });
  await advance(8);
  const [queue] = await sdk.queues.list();
  const support = sdk.queues(queue?.sid ?? '');
  const list = await support.members.list();
  expect(list.map(({ callSid, position, waitTime }) => [callSid, position, waitTime])).toEqual([
    [first.sid, 1, 8],
    [second.sid, 2, 5],
  ]);
  expect((await support.members('Front').fetch()).callSid).toBe(first.sid);
  expect((await support.fetch()).averageWaitTime).toBe(7);
  const agent = await place(dialQueue(`<Queue url="${url}/about">support</Queue>`, `action="${url}/done"`), {
    to: AGENT,
  });
  await advance(20);
  expect(await heard(first.sid)).toEqual(['hold: queue support', 'say: You are next', `connect: ${AGENT}`]);
  expect(await heard(agent.sid)).toEqual([`connect: ${TO}`]);
  expect(asked[0]?.params).toMatchObject({ QueueSid: queue?.sid, CallSid: first.sid, QueueTime: '11' });
  await control('POST', `/calls/${agent.sid}/hangup`);
  await advance(3);
  expect(asked.map((one) => [new URL(one.url).pathname, one.params['QueueResult']])).toContainEqual([
    '/left',
    'bridged',
  ]);
  expect(await heard(first.sid)).toContain('say: Thanks');
  expect((await support.members.list()).map(({ callSid }) => callSid)).toEqual([second.sid]);
});

test('when the caller hangs up first the agent goes on', async () => {
  const { url, heard: asked } = await receiver(() => ({
    body: '<Response><Say>Next please</Say></Response>',
  }));
  const { place, advance, heard, control } = await voiceWorld();
  const caller = await place(enqueue());
  await advance(5);
  const agent = await place(dialQueue(undefined, `action="${url}"`), { to: AGENT });
  await advance(10);
  await control('POST', `/calls/${caller.sid}/hangup`);
  expect(asked[0]?.params).toMatchObject({ DialCallStatus: 'completed', DialCallSid: caller.sid });
  expect(await heard(agent.sid)).toEqual([`connect: ${TO}`, 'say: Next please']);
});

test('an agent waits for the first caller, but not for ever, and not at a queue that is not there', async () => {
  const { sdk, place, advance, heard } = await voiceWorld();
  await sdk.queues.create({ friendlyName: 'support' });
  const patient = await place(dialQueue(), { to: AGENT });
  await advance(10);
  await place(enqueue());
  await advance(3);
  expect(await heard(patient.sid)).toEqual([`connect: ${TO}`]);
  const late = await place(dialQueue(undefined, 'timeout="5"'), { to: '+12015550145' });
  const lost = await place(dialQueue('<Queue>nowhere</Queue>'), { to: '+12015550146' });
  await advance(10);
  expect(await heard(late.sid)).toEqual(['say: Next']);
  expect(await heard(lost.sid)).toEqual(['say: Next']);
});

test('who waits hears a document again and again, with their place, until it lets them leave', async () => {
  let rounds = 0;
  const { url, heard: asked } = await receiver((one) => {
    if (one.url.endsWith('/left')) return { body: '<Response><Say>Sorry</Say></Response>' };
    rounds += 1;
    return {
      body: `<Response>${rounds < 3 ? `<Say>You are number ${one.params['QueuePosition']}</Say>` : '<Leave/>'}</Response>`,
    };
  });
  const { place, advance, heard } = await voiceWorld();
  const { sid } = await place(enqueue(`waitUrl="${url}/wait" action="${url}/left"`));
  await advance(10);
  expect(await heard(sid)).toEqual([
    'hold: queue support',
    'say: You are number 1',
    'say: You are number 1',
    'say: Sorry',
  ]);
  expect(asked[0]?.params).toMatchObject({ QueuePosition: '1', CurrentQueueSize: '1', QueueTime: '0' });
  expect(asked.at(-1)?.params).toMatchObject({ QueueResult: 'leave', QueueTime: '3' });
});

test('the API sends a waiting caller elsewhere; a caller who gives up is told of', async () => {
  const { url, heard: asked } = await receiver(() => ({ body: '<Response><Say>Over here</Say></Response>' }));
  const { sdk, place, advance, heard, control } = await voiceWorld();
  const one = await place(enqueue(`action="${url}/left"`));
  const two = await place(enqueue(`action="${url}/left"`), { to: ANA });
  await advance(5);
  const [queue] = await sdk.queues.list();
  const member = await sdk
    .queues(queue?.sid ?? '')
    .members(one.sid)
    .update({ url: `${url}/here` });
  expect(member).toMatchObject({ callSid: one.sid, position: 1 });
  await advance(1);
  expect(await heard(one.sid)).toEqual(['hold: queue support', 'say: Over here']);
  await control('POST', `/calls/${two.sid}/hangup`);
  await advance(0);
  const results = asked.map(({ params }) => params['QueueResult']).filter((result) => result !== undefined);
  expect(results).toEqual(['redirected', 'hangup']);
  expect((await sdk.queues(queue?.sid ?? '').fetch()).currentSize).toBe(0);
});

test('a full queue takes nobody, and a queue needs a name', async () => {
  const { url, heard: asked } = await receiver(() => ({ body: '<Response><Say>Full</Say></Response>' }));
  const { sdk, place, advance, told } = await voiceWorld();
  await sdk.queues.create({ friendlyName: 'support', maxSize: 1 });
  await place(enqueue());
  await advance(5);
  await place(enqueue(`action="${url}"`), { to: ANA });
  const { sid } = await sdk.calls.create({ to: AGENT, from: FROM, twiml: '<Response><Enqueue/></Response>' });
  await advance(5);
  expect(asked.map(({ params }) => params['QueueResult'])).toEqual(['queue-full']);
  expect((await told(sid)).notes).toContainEqual(expect.objectContaining({ code: 14204 }));
});
