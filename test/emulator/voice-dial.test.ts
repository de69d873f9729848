// <Dial> to people: child calls with a life of their own, joined with the caller, and what the action URL is told.
import { expect, test } from 'vitest';
import { receiver } from './receiver.ts';
import { FROM, TO, voiceWorld } from './voice-world.ts';

const OTHER = '+12015550143';
const THIRD = '+12015550144';

type Habits = Readonly<Record<string, 'yes' | 'no' | 'busy'>>;

/** One answered call whose TwiML dials; the action URL says "After". */
async function dialing(dial: (url: string) => string, habits: Habits = {}) {
  const hook = await receiver(({ url }) => ({
    body: `<Response><Say>${new URL(url).pathname === '/whisper' ? 'For you alone' : 'After'}</Say></Response>`,
  }));
  const world = await voiceWorld();
  for (const [number, answers] of Object.entries(habits)) {
    await world.control('POST', `/phones/${number}`, { answers });
  }
  const { sid } = await world.place(`<Response>${dial(hook.url)}</Response>`);
  await world.advance(2.8);
  return { ...world, sid, asked: hook.heard, legs: () => world.sdk.calls.list({ parentCallSid: sid }) };
}

test('two people are joined until one hangs up; then the action URL hears how it went', async () => {
  const { sid, advance, legs, heard, control, asked, told } = await dialing(
    (url) => `<Dial action="${url}/after">${OTHER}</Dial><Say>Never</Say>`,
  );
  const [leg] = await legs();
  expect(leg).toMatchObject({ to: OTHER, from: FROM, direction: 'outbound-dial', status: 'queued' });
  await advance(3);
  expect(await heard(sid)).toEqual([`connect: ${OTHER}`]);
  expect(await heard(leg?.sid ?? '')).toEqual([`connect: ${TO}`]);
  await advance(60);
  await control('POST', `/calls/${leg?.sid}/hangup`);
  expect(asked[0]?.params).toMatchObject({
    CallSid: sid,
    DialCallSid: leg?.sid,
    DialCallStatus: 'completed',
    DialCallDuration: '61',
    DialBridged: 'true',
  });
  await advance(3);
  expect(await heard(sid)).toEqual([`connect: ${OTHER}`, 'say: After']);
  expect((await told(sid)).status).toBe('completed');
});

test.each([
  ['no', 'no-answer'],
  ['busy', 'busy'],
] as const)('a dialed phone that answers %s: %s, and the document goes on', async (answers, status) => {
  const { sid, advance, legs, heard, asked } = await dialing(
    (url) =>
      `<Dial timeout="10"><Number statusCallback="${url}/leg" statusCallbackEvent="ringing completed">${OTHER}</Number></Dial><Say>Sorry</Say>`,
    { [OTHER]: answers },
  );
  await advance(15);
  expect(await heard(sid)).toEqual(['say: Sorry']);
  const [leg] = await legs();
  expect(leg).toMatchObject({ status, price: null });
  expect(asked.map(({ params }) => params['CallStatus'])).toEqual(['ringing', status]);
  expect(asked[0]?.params).toMatchObject({ ParentCallSid: sid, Direction: 'outbound-dial' });
});

test('of several that ring at once the first to answer wins and the others stop ringing', async () => {
  const { advance, legs, asked, control } = await dialing(
    (url) =>
      `<Dial action="${url}"><Number>${OTHER}</Number><Client>ana</Client><Number>${THIRD}</Number></Dial>`,
    { [OTHER]: 'no', [THIRD]: 'busy' },
  );
  await advance(5);
  const statuses = (await legs()).map(({ to, status }) => [to, status]).reverse();
  expect(statuses).toEqual([
    [OTHER, 'canceled'],
    ['client:ana', 'in-progress'],
    [THIRD, 'busy'],
  ]);
  const winner = (await legs()).find(({ status }) => status === 'in-progress');
  await control('POST', `/calls/${winner?.sid}/hangup`);
  expect(asked[0]?.params).toMatchObject({ DialCallStatus: 'completed', DialCallSid: winner?.sid });
});

test('in sequence one is rung after the other', async () => {
  const { advance, legs } = await dialing(
    () => `<Dial sequential="true" timeout="5"><Number>${OTHER}</Number><Number>${THIRD}</Number></Dial>`,
    { [OTHER]: 'no' },
  );
  await advance(4);
  expect((await legs()).map(({ to }) => to)).toEqual([OTHER]);
  await advance(6);
  expect((await legs()).map(({ to, status }) => [to, status])).toEqual([
    [THIRD, 'in-progress'],
    [OTHER, 'no-answer'],
  ]);
});

test('the called party hears its own document before the two are joined', async () => {
  const { sid, advance, legs, heard, asked } = await dialing(
    (url) => `<Dial><Number url="${url}/whisper" method="GET">${OTHER}</Number></Dial>`,
  );
  await advance(2.8);
  const [leg] = await legs();
  expect(new URL(asked[0]?.url ?? '').searchParams.get('CallSid')).toBe(leg?.sid);
  expect(await heard(sid)).toEqual([]);
  await advance(3);
  expect(await heard(leg?.sid ?? '')).toEqual(['say: For you alone', `connect: ${TO}`]);
  expect(await heard(sid)).toEqual([`connect: ${OTHER}`]);
});

test('when the caller hangs up, everyone does; ringing phones stop', async () => {
  const { sid, advance, legs, control } = await dialing(() => `<Dial>${OTHER}</Dial>`);
  await advance(30);
  await control('POST', `/calls/${sid}/hangup`);
  expect((await legs()).map(({ status }) => status)).toEqual(['completed']);
  const other = await dialing(() => `<Dial>${OTHER}</Dial>`, { [OTHER]: 'no' });
  await other.advance(2);
  await other.sdk.calls(other.sid).update({ status: 'completed' });
  await other.advance(1);
  expect((await other.legs()).map(({ status }) => status)).toEqual(['canceled']);
});

test('a star ends it where that is wanted, a time limit where that is', async () => {
  const star = await dialing(() => `<Dial hangupOnStar="true">${OTHER}</Dial><Say>Back</Say>`);
  await star.advance(5);
  await star.press(star.sid, '1*');
  expect(await star.heard(star.sid)).toContain('say: Back');
  expect((await star.legs())[0]?.status).toBe('completed');
  const limited = await dialing(() => `<Dial timeLimit="30">${OTHER}</Dial><Say>Back</Say>`);
  await limited.advance(60);
  expect(await limited.heard(limited.sid)).toContain('say: Back');
  expect((await limited.legs())[0]).toMatchObject({ status: 'completed', duration: '30' });
});

test('a joined call is recorded from the answer, and told of with the action', async () => {
  const { sid, advance, legs, control, asked, sdk } = await dialing(
    (url) => `<Dial record="record-from-answer-dual" action="${url}">${OTHER}</Dial>`,
  );
  await advance(12.7);
  const [leg] = await legs();
  await control('POST', `/calls/${leg?.sid}/hangup`);
  await advance(5);
  const [recording] = await sdk.recordings.list({ callSid: sid });
  expect(recording).toMatchObject({ source: 'DialVerb', channels: 2, duration: '11', status: 'completed' });
  expect(asked[0]?.params).toMatchObject({ RecordingSid: recording?.sid, RecordingDuration: '11' });
});

test('a leg that is sent elsewhere leaves its caller', async () => {
  const { sid, advance, legs, heard, sdk } = await dialing(() => `<Dial>${OTHER}</Dial><Say>Alone</Say>`);
  await advance(10);
  const [leg] = await legs();
  await sdk
    .calls(leg?.sid ?? '')
    .update({ twiml: '<Response><Say>Elsewhere</Say><Pause length="9"/></Response>' });
  await advance(1);
  expect(await heard(sid)).toEqual([`connect: ${OTHER}`, 'say: Alone']);
  expect(await heard(leg?.sid ?? '')).toContain('say: Elsewhere');
  expect((await legs())[0]?.status).toBe('in-progress');
});

test.each([
  ['a caller ID of someone else', '<Dial callerId="+12015550199">+12015550143</Dial>', 13214],
  ['a number that is none', '<Dial>12</Dial>', 13224],
])('%s is a failed dial', async (_, dial, code) => {
  const { asked, told, sid, legs } = await dialing((url) => dial.replace('<Dial', `<Dial action="${url}"`));
  expect(asked[0]?.params['DialCallStatus']).toBe('failed');
  expect((await told(sid)).notes).toContainEqual(expect.objectContaining({ code }));
  expect(await legs()).toEqual([]);
});

test('an inbound call goes on ringing until the other side answers, where that is asked', async () => {
  const { url } = await receiver(() => ({
    body: `<Response><Dial answerOnBridge="true">${OTHER}</Dial></Response>`,
  }));
  const { sdk, control, advance, told } = await voiceWorld();
  const [number] = await sdk.incomingPhoneNumbers.list({ phoneNumber: FROM });
  await sdk.incomingPhoneNumbers(number?.sid ?? '').update({ voiceUrl: url });
  const { body } = await control('POST', `/phones/${TO}/calls`, { to: FROM });
  expect(body.status).toBe('ringing');
  await advance(3);
  expect((await told(body.sid)).status).toBe('in-progress');
  const [leg] = await sdk.calls.list({ parentCallSid: body.sid });
  expect(leg).toMatchObject({ from: TO, to: OTHER });
});
