// Recordings judged by the official SDK: of a whole call, begun and paused from outside, listed, fetched, deleted.
import { expect, test } from 'vitest';
import { receiver } from './receiver.ts';
import { codeOf, voiceWorld } from './voice-world.ts';

const WAIT = '<Response><Pause length="60"/></Response>';

test('a call placed with Record has a recording from its answer to its end', async () => {
  const { url, heard } = await receiver();
  const { place, advance, sdk } = await voiceWorld();
  const { sid } = await place(WAIT, {
    record: true,
    recordingChannels: 'dual',
    recordingStatusCallback: `${url}/recording`,
    recordingStatusCallbackEvent: ['in-progress', 'completed'],
    statusCallback: `${url}/call`,
  });
  await advance(2.7);
  expect(await sdk.recordings.list()).toMatchObject([{ status: 'in-progress', duration: null, price: null }]);
  await advance(100);
  const [recording] = await sdk.recordings.list({ callSid: sid });
  expect(recording).toMatchObject({
    callSid: sid,
    source: 'OutboundAPI',
    status: 'completed',
    channels: 2,
    duration: '60',
    price: '-0.00250',
  });
  expect(heard.map((one) => one.params['RecordingStatus'] ?? one.params['CallStatus'])).toEqual([
    'in-progress',
    'completed',
    'completed',
  ]);
  const [, end, ready] = heard;
  expect(end?.params).toMatchObject({ RecordingSid: recording?.sid, RecordingDuration: '60' });
  expect(ready?.params).toMatchObject({ RecordingUrl: recording?.mediaUrl, RecordingChannels: '2' });
});

test('a live call is recorded, paused, resumed and stopped from outside', async () => {
  const { place, advance, sdk } = await voiceWorld();
  const { sid } = await place(WAIT);
  expect(await codeOf(sdk.calls(sid).recordings.create())).toBe(21220);
  await advance(5);
  const made = await sdk
    .calls(sid)
    .recordings.create({ recordingChannels: 'dual', recordingTrack: 'inbound' });
  expect(made).toMatchObject({
    status: 'in-progress',
    source: 'StartCallRecordingAPI',
    track: 'inbound',
    channels: 2,
  });
  const current = sdk.calls(sid).recordings('Twilio.CURRENT');
  await advance(4);
  expect((await current.update({ status: 'paused', pauseBehavior: 'skip' })).status).toBe('paused');
  await advance(10);
  expect((await current.update({ status: 'in-progress' })).status).toBe('in-progress');
  await advance(3);
  expect((await current.update({ status: 'stopped' })).status).toBe('stopped');
  expect(await codeOf(current.update({ status: 'paused' }))).toBe(20404);
  expect(await codeOf(sdk.calls(sid).recordings(made.sid).update({ status: 'paused' }))).toBe(21220);
  await advance(2);
  expect(await sdk.calls(sid).recordings(made.sid).fetch()).toMatchObject({
    status: 'completed',
    duration: '7',
  });
  expect(await sdk.calls(sid).recordings.list()).toHaveLength(1);
});

test('"the current one" must be one', async () => {
  const { place, advance, sdk } = await voiceWorld();
  const { sid } = await place(WAIT);
  await advance(5);
  await sdk.calls(sid).recordings.create();
  await sdk.calls(sid).recordings.create();
  expect(await codeOf(sdk.calls(sid).recordings('Twilio.CURRENT').update({ status: 'stopped' }))).toBe(16108);
});

test('recordings are fetched, heard and deleted', async () => {
  const { place, advance, sdk, url, accountSid } = await voiceWorld();
  const { sid } = await place(WAIT, { record: true });
  await advance(10);
  const [one] = await sdk.recordings.list();
  const recordingSid = one?.sid ?? '';
  expect(await codeOf(sdk.recordings(recordingSid).remove())).toBe(20009);
  await advance(100);
  expect((await sdk.recordings(recordingSid).fetch()).uri).toContain(recordingSid);
  const media = async (end: string) => {
    const path = `api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${recordingSid}${end}`;
    const response = await fetch(`${url}/${path}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    return [response.status, response.headers.get('content-type'), bytes.subarray(0, 4).toString('latin1')];
  };
  expect(await media('.wav')).toEqual([200, 'audio/x-wav', 'RIFF']);
  expect(await media('.mp3')).toEqual([200, 'audio/mpeg', '\xff\xfb\x10\xc4']);
  expect(await sdk.recordings.list({ dateCreatedBefore: new Date(0) })).toEqual([]);
  expect(await codeOf(sdk.calls(`CA${'0'.repeat(32)}`).recordings.list())).toBe(20404);
  expect(await sdk.calls(sid).recordings(recordingSid).remove()).toBe(true);
  expect(await codeOf(sdk.recordings(recordingSid).fetch())).toBe(20404);
  expect((await media('.wav'))[0]).toBe(404);
});
