// Calls judged by the official SDK: their life on the clock, checks, updates, lists, status callbacks.
import twilio from 'twilio';
import { expect, test } from 'vitest';
import { receiver } from './receiver.ts';
import { sdkClient } from './sdk-client.ts';
import { START } from './served.ts';
import { codeOf, FROM, TO, voiceWorld } from './voice-world.ts';

const SAY = '<Response><Say>Your table is ready for tonight</Say></Response>';
const WAIT = '<Response><Pause length="60"/></Response>';

test('a call walks from queued to completed as the clock moves, and is priced by the minute', async () => {
  const { place, advance, sdk, heard, accountSid } = await voiceWorld();
  const made = await place(SAY);
  expect(made).toMatchObject({
    status: 'queued',
    direction: 'outbound-api',
    to: TO,
    toFormatted: '(201) 555-0142',
    from: FROM,
    duration: null,
    price: null,
    priceUnit: 'USD',
    startTime: null,
    endTime: null,
    answeredBy: null,
    parentCallSid: null,
    accountSid,
  });
  expect(made.dateCreated).toEqual(new Date(START));
  const statusAfter = async (seconds: number) => {
    await advance(seconds);
    return sdk.calls(made.sid).fetch();
  };
  expect((await statusAfter(0.3)).status).toBe('queued');
  expect((await statusAfter(0.5)).status).toBe('ringing');
  expect(await statusAfter(2)).toMatchObject({ status: 'in-progress', duration: null, price: null });
  const done = await statusAfter(10);
  expect(done).toMatchObject({ status: 'completed', duration: '3', price: '-0.01400' });
  expect(done.endTime?.getTime()).toBeGreaterThan(done.startTime?.getTime() ?? 0);
  expect(await heard(made.sid)).toEqual(['say: Your table is ready for tonight']);
  expect((await sdk.balance.fetch()).currency).toBe('USD');
});

test.each([
  ['busy', 'busy', 2],
  ['no', 'no-answer', 70],
] as const)('a phone that answers %s makes it %s', async (answers, status, seconds) => {
  const { place, advance, control, sdk, heard } = await voiceWorld();
  await control('POST', `/phones/${TO}`, { answers });
  const { sid } = await place(SAY);
  await advance(seconds);
  expect(await sdk.calls(sid).fetch()).toMatchObject({ status, duration: null, price: null });
  expect(await heard(sid)).toEqual([]);
});

test('it rings as long as Timeout says, unless the person picks up or declines', async () => {
  const { place, advance, control, sdk } = await voiceWorld();
  await control('POST', `/phones/${TO}`, { answers: 'no' });
  const [one, two, three] = [
    await place(WAIT, { timeout: 20 }),
    await place(WAIT, { timeout: 20 }),
    await place(WAIT, { timeout: 20 }),
  ];
  await advance(20);
  expect((await control('POST', `/calls/${two.sid}/answer`)).body.status).toBe('in-progress');
  expect((await control('POST', `/calls/${three.sid}/decline`)).body.status).toBe('busy');
  await advance(1);
  const statuses = await Promise.all([one, two, three].map(({ sid }) => sdk.calls(sid).fetch()));
  expect(statuses.map(({ status }) => status)).toEqual(['no-answer', 'in-progress', 'busy']);
  expect((await control('POST', `/calls/${one.sid}/answer`)).status).toBe(400);
  expect((await control('POST', `/calls/${one.sid}/digits`, { digits: '1' })).status).toBe(400);
  expect((await control('GET', '/calls/CA0')).status).toBe(404);
});

test.each([
  ['Enable', 'machine', 'machine_start'],
  ['DetectMessageEnd', 'machine', 'machine_end_beep'],
  ['Enable', 'yes', 'human'],
])('machine detection %s on a phone that answers %s says %s', async (machineDetection, answers, by) => {
  const { url, heard } = await receiver(() => ({ body: SAY }));
  const { place, advance, control, sdk } = await voiceWorld();
  await control('POST', `/phones/${TO}`, { answers });
  const { sid } = await sdk.calls.create({ to: TO, from: FROM, url, machineDetection });
  await advance(3);
  expect(heard).toEqual([]);
  await advance(20);
  expect(heard[0]?.params).toMatchObject({ AnsweredBy: by, CallStatus: 'in-progress', CallSid: sid });
  expect((await sdk.calls(sid).fetch()).answeredBy).toBe(by);
  const plain = await place(SAY);
  await advance(20);
  expect((await sdk.calls(plain.sid).fetch()).answeredBy).toBeNull();
});

test('detection in the background does not hold the call up', async () => {
  const { url, heard } = await receiver();
  const { place, advance, told, control } = await voiceWorld();
  await control('POST', `/phones/${TO}`, { answers: 'machine' });
  const { sid } = await place(WAIT, {
    machineDetection: 'Enable',
    asyncAmd: 'true',
    asyncAmdStatusCallback: url,
  });
  await advance(3);
  expect((await told(sid)).transcript).toMatchObject([{ kind: 'pause' }]);
  await advance(5);
  expect(heard[0]?.params).toMatchObject({ AnsweredBy: 'machine_start', MachineDetectionDuration: '4000' });
});

test('the asked events are told in order, signed; without asking only the end', async () => {
  const { url, heard } = await receiver();
  const { place, advance, authToken } = await voiceWorld();
  await place(SAY, {
    statusCallback: `${url}/all`,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
  });
  await place(SAY, { statusCallback: `${url}/end`, statusCallbackMethod: 'GET' });
  await advance(30);
  const all = heard.filter(({ method }) => method === 'POST').map(({ params }) => params);
  expect(all.map((one) => [one['CallStatus'], one['SequenceNumber']])).toEqual([
    ['initiated', '0'],
    ['ringing', '1'],
    ['in-progress', '2'],
    ['completed', '3'],
  ]);
  expect(all[3]).toMatchObject({
    CallDuration: '3',
    Duration: '1',
    CallbackSource: 'call-progress-events',
    Direction: 'outbound-api',
    From: FROM,
    Caller: FROM,
    Called: TO,
    ToCountry: 'US',
    Timestamp: expect.stringMatching(/^Mon, 02 Nov 2026 09:00:\d\d \+0000$/),
  });
  expect(all[0]).not.toHaveProperty('CallDuration');
  for (const one of heard) {
    const signature = String(one.headers['x-twilio-signature']);
    expect(twilio.validateRequest(authToken, signature, one.url, one.params)).toBe(true);
  }
  const ends = heard.filter(({ method }) => method === 'GET').map((one) => new URL(one.url).searchParams);
  expect(ends.map((one) => [one.get('CallStatus'), one.get('SequenceNumber')])).toEqual([['completed', '0']]);
});

test('a call that nobody answers tells its end as well', async () => {
  const { url, heard } = await receiver();
  const { place, advance, control } = await voiceWorld();
  await control('POST', `/phones/${TO}`, { answers: 'busy' });
  await place(SAY, { statusCallback: url });
  await advance(5);
  expect(heard.map(({ params }) => params['CallStatus'])).toEqual(['busy']);
  expect(heard[0]?.params['CallDuration']).toBe('0');
});

test.each([
  [{ to: '' }, 21201],
  [{ from: '' }, 21213],
  [{ twiml: '' }, 21205],
  [{ url: 'example.com/x' }, 21205],
  [{ fallbackUrl: 'nowhere' }, 21205],
  [{ to: '555' }, 21211],
  [{ to: '+123' }, 21211],
  [{ from: '12' }, 21212],
  [{ from: '+15005550001' }, 21212],
  [{ from: '+12015550199' }, 21210],
  [{ to: '+15005550001' }, 21217],
  [{ to: '+15005550002' }, 21214],
  [{ to: '+15005550003' }, 21215],
  [{ to: '+15005550004' }, 21216],
  [{ to: '+881612345678' }, 21215],
  [{ twiml: `<Response><Say>${'x'.repeat(4000)}</Say></Response>` }, 32018],
  [{ sendDigits: '12x' }, 21206],
  [{ sendDigits: '1'.repeat(33) }, 21206],
  [{ timeout: 0 }, 21208],
  [{ method: 'PUT' }, 21209],
  [{ statusCallback: 'nowhere' }, 21609],
  [{ statusCallback: 'http://localhost/', statusCallbackEvent: ['answered', 'sung'] }, 21626],
  [{ applicationSid: `AP${'0'.repeat(32)}` }, 21218],
  [{ machineDetection: 'Maybe' }, 20001],
  [{ timeLimit: -1 }, 20001],
  [{ from: '+15005550006' }, 'accepted'],
  [{ to: '(201) 555-0142' }, 'accepted'],
  [{ to: 'client:ana' }, 'accepted'],
  [{ to: 'sip:ana@example.com' }, 'accepted'],
  [{ sendDigits: `${'1'.repeat(30)}wW` }, 'accepted'],
])('placing with %o: %s', async (more, code) => {
  const { place, sdk } = await voiceWorld();
  expect(await codeOf(place(SAY, more))).toBe(code);
  expect(await sdk.calls.list()).toHaveLength(code === 'accepted' ? 1 : 0);
});

test('a refusal has the body of every Twilio error', async () => {
  const { ask, accountSid } = await voiceWorld();
  const path = `api.twilio.com/2010-04-01/Accounts/${accountSid}/Calls.json`;
  const { status, body } = await ask('POST', path, { To: '555', From: FROM, Twiml: SAY });
  expect(status).toBe(400);
  expect(body).toEqual({
    code: 21211,
    message: 'The phone number you are attempting to call, 555, is not valid.',
    more_info: 'https://www.twilio.com/docs/errors/21211',
    status: 400,
  });
});

test('a trial account calls verified phones only; a verified phone is a caller ID', async () => {
  const { place, control } = await voiceWorld({ isTrial: true });
  expect(await codeOf(place(SAY))).toBe(21219);
  await control('POST', `/phones/${TO}`, { verified: true });
  expect(await codeOf(place(SAY))).toBe('accepted');
  expect(await codeOf(place(SAY, { from: TO }))).toBe('accepted');
});

test('a live call gets other instructions, hangs up, and is deleted only then', async () => {
  const { place, advance, sdk, heard } = await voiceWorld();
  const { sid } = await place(WAIT);
  expect(await codeOf(sdk.calls(sid).update({ twiml: SAY }))).toBe(21220);
  await advance(5);
  await sdk
    .calls(sid)
    .update({ twiml: '<Response><Say>One more thing</Say><Pause length="30"/></Response>' });
  await advance(10);
  expect(await codeOf(sdk.calls(sid).remove())).toBe(20009);
  expect((await sdk.calls(sid).update({ status: 'canceled' })).status).toBe('in-progress');
  const ended = await sdk.calls(sid).update({ status: 'completed' });
  expect(ended).toMatchObject({ status: 'completed', duration: '13' });
  await advance(100);
  expect(await heard(sid)).toEqual(['pause: ', 'say: One more thing', 'pause: ']);
  for (const change of [{ status: 'completed' }, { twiml: SAY }, { timeLimit: 5 }] as const) {
    expect(await codeOf(sdk.calls(sid).update(change))).toBe(21220);
  }
  expect(await sdk.calls(sid).remove()).toBe(true);
  expect(await codeOf(sdk.calls(sid).fetch())).toBe(20404);
});

test('a call that rings is canceled', async () => {
  const { url, heard } = await receiver();
  const { place, advance, sdk } = await voiceWorld();
  const { sid } = await place(SAY, { statusCallback: url });
  await advance(1);
  expect((await sdk.calls(sid).update({ status: 'canceled' })).status).toBe('canceled');
  await advance(60);
  expect((await sdk.calls(sid).fetch()).status).toBe('canceled');
  expect(heard.map(({ params }) => params['CallStatus'])).toEqual(['canceled']);
});

test('the time limit ends it, also one that is set later', async () => {
  const { place, advance, sdk } = await voiceWorld();
  const long = '<Response><Say loop="0">On and on</Say></Response>';
  const one = await place(long, { timeLimit: 20 });
  const two = await place(long);
  await advance(10);
  await sdk.calls(two.sid).update({ timeLimit: 30 });
  await advance(200);
  const durations = await Promise.all([one, two].map(({ sid }) => sdk.calls(sid).fetch()));
  expect(durations.map(({ status, duration }) => [status, duration])).toEqual([
    ['completed', '20'],
    ['completed', '30'],
  ]);
});

test('lists filter by both ends, status and time, page, and keep to their account', async () => {
  const { place, advance, sdk, url } = await voiceWorld();
  const first = await place(SAY);
  await place(SAY, { to: '+12015550143' });
  await advance(30);
  await place(SAY, { from: '+12125550101' });
  const sids = async (filter: Parameters<typeof sdk.calls.list>[0]) =>
    (await sdk.calls.list(filter)).map(({ sid }) => sid);
  expect(await sids({})).toHaveLength(3);
  expect(await sids({ to: TO, from: FROM })).toEqual([first.sid]);
  expect(await sids({ status: 'queued' })).toHaveLength(1);
  expect(await sids({ status: 'completed' })).toHaveLength(2);
  expect(await sids({ startTimeAfter: new Date(START) })).toHaveLength(2);
  expect(await sids({ startTimeBefore: new Date(START - 1000) })).toEqual([]);
  expect(await sids({ endTime: new Date(START) })).toHaveLength(2);
  expect(await sids({ parentCallSid: first.sid })).toEqual([]);
  expect((await sdk.calls.page({ pageSize: 2 })).instances).toHaveLength(2);
  const account = await sdk.api.v2010.accounts.create({ friendlyName: 'Sub' });
  const sub = sdkClient(url, account.sid, account.authToken);
  expect(await sub.calls.list()).toEqual([]);
  expect(await codeOf(sub.calls(first.sid).fetch())).toBe(20404);
});

test('with a clock of its own a call goes on by itself, and may be pushed ahead', async () => {
  const { place, advance, sdk, heard } = await voiceWorld({ clock: 'auto' });
  const { sid } = await place('<Response><Say>Hi</Say><Pause length="3000"/><Say>Bye</Say></Response>');
  await advance(2000);
  expect((await sdk.calls(sid).fetch()).status).toBe('in-progress');
  await advance(2000);
  expect((await sdk.calls(sid).fetch()).status).toBe('completed');
  expect(await heard(sid)).toEqual(['say: Hi', 'pause: ', 'say: Bye']);
});

test('nothing of a call is left after a reset', async () => {
  const { place, advance, control, sdk } = await voiceWorld();
  await place(WAIT);
  await advance(5);
  await control('POST', '/reset');
  await advance(100);
  expect(await sdk.calls.list()).toEqual([]);
});
