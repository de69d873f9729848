// Calls obey TwiML: what the person hears, types and says, verb by verb, and what the webhooks are told.
import twilio from 'twilio';
import { expect, test } from 'vitest';
import { closedPort, receiver } from './receiver.ts';
import { FROM, TO, voiceWorld } from './voice-world.ts';

const OTHER = '+12015550143';

/** A world with one call, answered and at its first pause. */
async function answered(twiml: string, more: { record?: boolean } = {}) {
  const world = await voiceWorld();
  const { sid } = await world.place(`<Response>${twiml}</Response>`, more);
  await world.advance(2.7);
  return { ...world, sid };
}

test('Say, Play and Pause are heard in order and take their time', async () => {
  const { sid, advance, heard, sdk } = await answered(`
    <Say voice="alice">Hello <emphasis>dear</emphasis> <sub alias="doctor">Dr.</sub>  Ana</Say>
    <Pause length="4"/><Say loop="2">Bye</Say>
    <Play>https://example.com/a.mp3</Play><Play digits="1w2"/>`);
  expect(await heard(sid)).toEqual(['say: Hello dear doctor Ana']);
  await advance(1.6);
  expect(await heard(sid)).toHaveLength(2);
  await advance(30);
  expect(await heard(sid)).toEqual([
    'say: Hello dear doctor Ana',
    'pause: ',
    'say: Bye',
    'say: Bye',
    'play: https://example.com/a.mp3',
    'digits: 1w2',
  ]);
  expect((await sdk.calls(sid).fetch()).duration).toBe('11');
});

test('a menu over two webhooks: digits typed, requests signed, urls relative to their document', async () => {
  const answers: Record<string, string> = {
    '/menu/start':
      '<Gather numDigits="1" action="chosen"><Say>Press 1 for sales</Say></Gather><Say>Too late</Say>',
    '/menu/chosen': '<Gather finishOnKey="*" method="GET" action="/account"/>',
    '/account': '<Say>Thank you</Say><Hangup/><Say>Never</Say>',
  };
  const { url, heard: asked } = await receiver((one) => ({
    body: `<Response>${answers[new URL(one.url).pathname]}</Response>`,
  }));
  const { sdk, advance, press, heard, authToken, told } = await voiceWorld();
  const { sid } = await sdk.calls.create({ to: TO, from: FROM, url: `${url}/menu/start`, method: 'GET' });
  await advance(2.8);
  await press(sid, '1');
  await advance(3);
  await press(sid, '42*');
  expect(await heard(sid)).toEqual([
    'say: Press 1 for sales',
    '> digits: 1',
    '> digits: 42*',
    'say: Thank you',
  ]);
  await advance(5);
  expect((await told(sid)).status).toBe('completed');
  expect(asked.map((one) => [one.method, new URL(one.url).pathname])).toEqual([
    ['GET', '/menu/start'],
    ['POST', '/menu/chosen'],
    ['GET', '/account'],
  ]);
  expect(asked[1]?.params).toMatchObject({ Digits: '1', CallSid: sid, CallStatus: 'in-progress', To: TO });
  expect(new URL(asked[2]?.url ?? '').searchParams.get('Digits')).toBe('42');
  for (const one of asked) {
    const signature = String(one.headers['x-twilio-signature']);
    expect(twilio.validateRequest(authToken, signature, one.url, one.params)).toBe(true);
  }
});

test.each([
  ['nothing typed goes on', '', '', ['say: Too late'], undefined],
  ['nothing typed is told when asked', 'actionOnEmptyResult="true"', '', ['say: Got it'], ''],
  ['a pause between keys ends them', 'timeout="3"', '12', ['> digits: 12', 'say: Got it'], '12'],
  ['# ends them', '', '12#', ['> digits: 12#', 'say: Got it'], '12'],
  [
    'without a finish key # counts',
    'finishOnKey="" numDigits="2"',
    '1#',
    ['> digits: 1#', 'say: Got it'],
    '1#',
  ],
  ['# alone is nothing', '', '#', ['> digits: #', 'say: Too late'], undefined],
  [
    'keys are not heard when words are asked',
    'input="speech"',
    '12',
    ['> digits: 12', 'say: Too late'],
    undefined,
  ],
])('Gather: %s', async (_, attributes, typed, lines, digits) => {
  const { url, heard: asked } = await receiver(() => ({ body: '<Response><Say>Got it</Say></Response>' }));
  const gather = `<Gather action="${url}" ${attributes}/><Say>Too late</Say>`;
  const { sid, press, advance, heard } = await answered(gather);
  if (typed !== '') await press(sid, typed);
  await advance(4);
  await advance(4);
  expect(await heard(sid)).toEqual(lines);
  expect(asked[0]?.params['Digits']).toBe(digits);
});

test('Gather hears words, and its own document again without an action', async () => {
  let rounds = 0;
  const { url, heard: asked } = await receiver(() => {
    rounds += 1;
    return {
      body: `<Response><Gather input="dtmf speech"><Say loop="0">Round ${rounds}</Say></Gather></Response>`,
    };
  });
  const { sdk, advance, speak, heard } = await voiceWorld();
  const { sid } = await sdk.calls.create({ to: TO, from: FROM, url });
  await advance(60);
  await speak(sid, 'I want sales');
  expect(asked[1]?.params).toMatchObject({ SpeechResult: 'I want sales', Confidence: '0.9' });
  expect(asked[1]?.params).not.toHaveProperty('Digits');
  expect(await heard(sid)).toEqual(['say: Round 1', '> speech: I want sales', 'say: Round 2']);
});

test('Record keeps what was said after the beep, without the silence, and tells both callbacks', async () => {
  const { url, heard: asked } = await receiver(() => ({ body: '<Response><Say>Saved</Say></Response>' }));
  const { sid, speak, advance, heard, sdk } = await answered(
    `<Record action="${url}/done" recordingStatusCallback="${url}/ready" timeout="4"/>`,
  );
  await advance(2);
  await speak(sid, 'please call me back tomorrow');
  await advance(10);
  const [recording] = await sdk.recordings.list({ callSid: sid });
  expect(recording).toMatchObject({ source: 'RecordVerb', status: 'completed', duration: '4', channels: 1 });
  expect(asked.map((one) => new URL(one.url).pathname)).toEqual(['/done', '/ready']);
  const facts = {
    RecordingSid: recording?.sid,
    RecordingDuration: '4',
    RecordingUrl: recording?.mediaUrl,
  };
  expect(asked[0]?.params).toMatchObject({ ...facts, Digits: '', CallSid: sid });
  expect(asked[1]?.params).toMatchObject({
    ...facts,
    RecordingStatus: 'completed',
    RecordingSource: 'RecordVerb',
  });
  expect(await heard(sid)).toEqual(['beep: ', '> speech: please call me back tomorrow', 'say: Saved']);
});

test('Record with transcribe tells what was said, unless it is too short for that', async () => {
  const { url, heard: asked } = await receiver(() => ({ status: 204 }));
  const record = `<Record transcribe="true" transcribeCallback="${url}/text" timeout="4"/>`;
  const { sid, speak, advance, sdk } = await answered(record);
  const text = 'please call me back tomorrow morning about the order';
  await speak(sid, text);
  await advance(30);
  const [one] = await sdk.transcriptions.list();
  expect(one).toMatchObject({ status: 'completed', transcriptionText: text, price: -0.05 });
  expect(asked.map(({ params }) => params)).toMatchObject([
    { TranscriptionSid: one?.sid, TranscriptionStatus: 'completed', TranscriptionText: text, To: TO },
  ]);
  const recording = sdk.recordings(one?.recordingSid ?? '');
  expect(await recording.transcriptions.list()).toHaveLength(1);
  expect(await recording.transcriptions(one?.sid ?? '').fetch()).toMatchObject({ type: 'fast' });
  await sdk.transcriptions(one?.sid ?? '').remove();
  expect(await recording.transcriptions.list()).toEqual([]);
  const short = await answered('<Record transcribe="true" timeout="4"/>');
  await short.speak(short.sid, 'yes');
  await short.advance(30);
  expect(await short.sdk.transcriptions.list()).toMatchObject([{ status: 'failed', price: null }]);
});

test.each([
  ['silence is thrown away', '', undefined, undefined],
  ['a key ends it', 'word', '5', '5'],
  ['hanging up ends it and is told', 'word', 'hangup', 'hangup'],
])('Record: %s', async (_, said, ending, digits) => {
  const { url, heard: asked } = await receiver(() => ({ body: '<Response><Say>Saved</Say></Response>' }));
  const { sid, speak, press, control, advance, sdk } = await answered(`<Record action="${url}"/>`);
  if (said !== '') await speak(sid, said);
  await advance(1);
  if (ending === 'hangup') await control('POST', `/calls/${sid}/hangup`);
  else if (ending !== undefined) await press(sid, ending);
  await advance(30);
  expect(asked.map(({ params }) => params['Digits'])).toEqual(digits === undefined ? [] : [digits]);
  expect(await sdk.recordings.list()).toHaveLength(digits === undefined ? 0 : 1);
  expect((await sdk.calls(sid).fetch()).status).toBe('completed');
});

test('Redirect goes on elsewhere; a circle of them ends', async () => {
  const { url, heard: asked } = await receiver((one) => ({
    body: one.url.endsWith('/there')
      ? '<Response><Say>There</Say></Response>'
      : '<Response><Redirect method="GET">./round</Redirect></Response>',
  }));
  const one = await answered(`<Say>Here</Say><Redirect>${url}/there</Redirect><Say>Never</Say>`);
  await one.advance(10);
  expect(await one.heard(one.sid)).toEqual(['say: Here', 'say: There']);
  const two = await answered(`<Redirect>${url}/round</Redirect>`);
  await two.advance(10);
  expect(asked.length).toBeLessThan(100);
  expect((await two.told(two.sid)).notes).toMatchObject([{ code: 11215 }]);
});

const SORRY = 'say: We are sorry, an application error has occurred. Goodbye.';

test.each([
  ['broken XML', { body: '<Response><Say>' }, 12100],
  ['another root', { body: '<Answer/>' }, 12100],
  ['nothing at all', { body: '' }, 12100],
  ['a server error', { status: 500 }, 11200],
  ['another kind', { type: 'image/png', body: 'x' }, 12300],
])('%s: the person hears of an application error and the call ends', async (_, reply, code) => {
  const { url } = await receiver(() => reply);
  const { sdk, advance, heard, told } = await voiceWorld();
  const { sid } = await sdk.calls.create({ to: TO, from: FROM, url });
  await advance(3);
  expect(await heard(sid)).toEqual([SORRY]);
  expect(await told(sid)).toMatchObject({ status: 'completed', notes: [{ code }] });
});

test('inline TwiML that is broken, a host that may not be reached and a closed port fail alike', async () => {
  const closed = await closedPort();
  const { sdk, place, advance, heard, told } = await voiceWorld();
  const broken = await place('<Response><Say>');
  const far = await sdk.calls.create({ to: TO, from: FROM, url: 'https://example.com/voice' });
  const nobody = await sdk.calls.create({ to: TO, from: FROM, url: closed });
  await advance(3);
  for (const { sid } of [broken, far, nobody]) expect(await heard(sid)).toEqual([SORRY]);
  expect((await told(broken.sid)).notes).toMatchObject([{ code: 12100 }]);
  expect((await told(far.sid)).notes).toMatchObject([{ code: 11200 }]);
});

test('the fallback answers where the first document could not', async () => {
  const main = await receiver(() => ({ status: 503 }));
  const spare = await receiver(() => ({ body: '<Response><Say>Spare</Say></Response>' }));
  const { sdk, advance, heard } = await voiceWorld();
  const { sid } = await sdk.calls.create({
    to: TO,
    from: FROM,
    url: main.url,
    fallbackUrl: spare.url,
    fallbackMethod: 'GET',
  });
  await advance(3);
  expect(await heard(sid)).toEqual(['say: Spare']);
  expect(new URL(spare.heard[0]?.url ?? '').searchParams.get('ErrorCode')).toBe('11200');
});

test('a verb that does not exist is warned of and skipped; plain text is read aloud', async () => {
  const { sid, advance, heard, told } = await answered('<Speak>Hi</Speak><Say>Hello</Say>');
  await advance(3);
  expect(await heard(sid)).toEqual(['say: Hello']);
  expect((await told(sid)).notes).toMatchObject([{ code: 12200, message: expect.stringMatching(/Speak/) }]);
  const { url } = await receiver(() => ({ type: 'text/plain', body: 'Read me' }));
  const other = await answered(`<Redirect>${url}</Redirect>`);
  expect(await other.heard(other.sid)).toEqual(['say: Read me']);
});

test('Message sends a text from the number of the call to the person on the line', async () => {
  const { sid, advance, sdk, control, told } = await answered(
    '<Message>See you</Message><Sms to="12">No</Sms>',
  );
  await advance(5);
  const [message] = await sdk.messages.list({ to: TO });
  expect(message).toMatchObject({
    from: FROM,
    body: 'See you',
    status: 'delivered',
    direction: 'outbound-call',
  });
  expect((await control('GET', `/phones/${TO}/messages`)).body.messages).toHaveLength(1);
  expect((await told(sid)).notes.map(({ code }: { code: number }) => code)).toContain(21211);
});

test('what would leave this machine is only written down', async () => {
  const { sid, heard } = await answered(
    '<Connect><Stream url="wss://example.com/s"/></Connect><Say>On</Say>',
  );
  expect(await heard(sid)).toEqual(['note: <Connect><Stream> is done; nothing leaves here.', 'say: On']);
});

test('SendDigits are typed before the first word', async () => {
  const { place, advance, heard } = await voiceWorld();
  const { sid } = await place('<Response><Say>Hi</Say></Response>', { sendDigits: 'W12#' });
  await advance(2.8);
  expect(await heard(sid)).toEqual(['digits: W12#']);
  await advance(2);
  expect(await heard(sid)).toEqual(['digits: W12#', 'say: Hi']);
});

test('a live call takes new instructions from a URL in the middle of a word', async () => {
  const { url, heard: asked } = await receiver(() => ({ body: '<Response><Say>New</Say></Response>' }));
  const { sid, sdk, advance, heard, control } = await answered('<Gather><Say loop="0">Old</Say></Gather>');
  await sdk.calls(sid).update({ url, method: 'GET' });
  await advance(1);
  expect(await heard(sid)).toEqual(['say: Old', 'say: New']);
  expect(asked[0]?.method).toBe('GET');
  expect((await control('POST', `/calls/${sid}/digits`, { digits: '1' })).status).toBe(400);
});

test('a webhook may change the very call that waits for its answer', async () => {
  const world = await voiceWorld();
  const { url } = await receiver(async ({ params }) => {
    await world.sdk
      .calls(params['CallSid'] ?? '')
      .update({ twiml: '<Response><Say>Changed</Say></Response>' });
    return { body: '<Response><Say>Answer</Say></Response>' };
  });
  const { sid } = await world.sdk.calls.create({ to: TO, from: FROM, url });
  await world.advance(10);
  expect(await world.heard(sid)).toContain('say: Changed');
  expect((await world.told(sid)).status).toBe('completed');
});

test('a person hangs up in the middle', async () => {
  const { sid, control, advance, heard, sdk } = await answered('<Say loop="0">On and on</Say>');
  await advance(20);
  await control('POST', `/calls/${sid}/hangup`);
  expect(await heard(sid)).toEqual(['say: On and on', '> note: The person hung up.']);
  expect(await sdk.calls(sid).fetch()).toMatchObject({ status: 'completed', duration: '20' });
  expect((await control('POST', `/calls/${sid}/hangup`)).status).toBe(400);
});

async function withVoiceUrl(body: string, more = {}) {
  const hook = await receiver(() => ({ body: `<Response>${body}</Response>` }));
  const world = await voiceWorld();
  const [number] = await world.sdk.incomingPhoneNumbers.list({ phoneNumber: FROM });
  const update = { voiceUrl: `${hook.url}/voice`, ...more };
  await world.sdk.incomingPhoneNumbers(number?.sid ?? '').update(update);
  const phoneIn = async () => (await world.control('POST', `/phones/${TO}/calls`, { to: FROM })).body;
  return { ...world, asked: hook.heard, phoneIn, numberSid: number?.sid };
}

test('a phone calls a number: its webhook says what happens', async () => {
  const { asked, phoneIn, numberSid, advance, control, heard, sdk } =
    await withVoiceUrl('<Say>Welcome</Say>');
  const call = await phoneIn();
  expect(call).toMatchObject({
    direction: 'inbound',
    status: 'in-progress',
    from: TO,
    to: FROM,
    phone_number_sid: numberSid,
  });
  expect(asked[0]?.params).toMatchObject({ CallStatus: 'ringing', Direction: 'inbound', From: TO, To: FROM });
  await advance(5);
  expect(await heard(call.sid)).toEqual(['say: Welcome']);
  expect(await sdk.calls(call.sid).fetch()).toMatchObject({ status: 'completed', price: '-0.00850' });
  const { body } = await control('GET', `/phones/${TO}/calls`);
  expect(body.calls).toMatchObject([{ sid: call.sid, transcript: [{ text: 'Welcome' }] }]);
  expect((await control('POST', `/phones/${TO}/calls`, { to: OTHER })).status).toBe(404);
});

test.each([
  ['<Reject/>', 'no-answer'],
  ['<Reject reason="busy"/>', 'busy'],
])('%s refuses an inbound call as %s, unpaid', async (twiml, status) => {
  const end = await receiver();
  const { phoneIn, advance } = await withVoiceUrl(`${twiml}<Say>Never</Say>`, { statusCallback: end.url });
  expect(await phoneIn()).toMatchObject({ status, price: null, transcript: [] });
  await advance(0);
  expect(end.heard.map(({ params }) => params['CallStatus'])).toEqual([status]);
});
