// Conferences judged by the official SDK: rooms that TwiML makes and the API enters, and what their callback hears.
import { expect, test } from 'vitest';
import { receiver } from './receiver.ts';
import { codeOf, FROM, TO, voiceWorld } from './voice-world.ts';

const ANA = '+12015550143';

const room = (attributes = '', after = '<Say>After</Say>') =>
  `<Response><Dial><Conference ${attributes}>Team</Conference></Dial>${after}</Response>`;

test('two calls meet in a room; the last to leave ends it', async () => {
  const { url, heard: asked } = await receiver();
  const { place, advance, sdk, control, heard, told } = await voiceWorld();
  const events = 'start end join leave';
  const first = await place(room(`statusCallback="${url}" statusCallbackEvent="${events}"`));
  await advance(3);
  const [conference] = await sdk.conferences.list({ friendlyName: 'Team' });
  expect(conference).toMatchObject({ status: 'init', region: 'us1', reasonConferenceEnded: null });
  const second = await place(room('participantLabel="guest"'), { to: ANA });
  await advance(3);
  const team = sdk.conferences(conference?.sid ?? '');
  expect((await team.fetch()).status).toBe('in-progress');
  const sids = (await team.participants.list()).map(({ callSid }) => callSid);
  expect(sids).toEqual([second.sid, first.sid]);
  expect(await heard(second.sid)).toEqual(['connect: conference Team']);
  await control('POST', `/calls/${first.sid}/hangup`);
  expect(await team.participants.list()).toHaveLength(1);
  await control('POST', `/calls/${second.sid}/hangup`);
  await advance(1);
  expect(await team.fetch()).toMatchObject({
    status: 'completed',
    reasonConferenceEnded: 'last-participant-left',
    callSidEndingConference: second.sid,
  });
  expect(asked.map(({ params }) => [params['StatusCallbackEvent'], params['SequenceNumber']])).toEqual([
    ['participant-join', '1'],
    ['participant-join', '2'],
    ['conference-start', '3'],
    ['participant-leave', '4'],
    ['participant-leave', '5'],
    ['conference-end', '6'],
  ]);
  expect(asked[1]?.params).toMatchObject({
    CallSid: second.sid,
    ParticipantLabel: 'guest',
    FriendlyName: 'Team',
  });
  expect((await told(second.sid)).status).toBe('completed');
  await place(room());
  await advance(3);
  expect(await sdk.conferences.list({ friendlyName: 'Team' })).toHaveLength(2);
  expect(await sdk.conferences.list({ status: 'completed' })).toHaveLength(1);
});

test('whoever may end the room by leaving, ends it for all; they go on with their documents', async () => {
  const { place, advance, sdk, control, heard } = await voiceWorld();
  const host = await place(room('endConferenceOnExit="true"'));
  const guest = await place(room('startConferenceOnEnter="false"'), { to: ANA });
  await advance(5);
  await control('POST', `/calls/${host.sid}/hangup`);
  expect(await heard(guest.sid)).toContain('say: After');
  expect((await sdk.conferences.list())[0]).toMatchObject({
    reasonConferenceEnded: 'participant-with-end-conference-on-exit-left',
  });
});

test('the API calls someone in, mutes, holds, and puts them out', async () => {
  const { url, heard: asked } = await receiver();
  const { place, advance, sdk, heard } = await voiceWorld();
  await place(room(`statusCallback="${url}" statusCallbackEvent="mute hold"`));
  await advance(3);
  const [conference] = await sdk.conferences.list();
  const team = sdk.conferences(conference?.sid ?? '');
  const ana = { from: FROM, to: ANA, label: 'ana' };
  const made = await team.participants.create({ ...ana, muted: true });
  expect(made).toMatchObject({ status: 'queued', label: 'ana', muted: true, hold: false });
  expect(await codeOf(team.participants.create(ana))).toBe(16026);
  expect(await codeOf(team.participants.create({ ...ana, label: 'a/b' }))).toBe(16024);
  expect(await codeOf(team.participants.create({ ...ana, to: '555' }))).toBe(21211);
  await advance(3);
  expect((await team.participants('ana').fetch()).status).toBe('connected');
  expect((await team.participants('ana').update({ muted: false })).muted).toBe(false);
  expect((await team.participants(made.callSid).update({ hold: true })).hold).toBe(true);
  expect(await team.participants.list({ hold: true })).toHaveLength(1);
  await team.participants('ana').update({ announceUrl: 'https://example.com/hear.mp3' });
  expect(await heard(made.callSid)).toEqual([
    'connect: conference Team',
    'hold: on hold',
    'play: https://example.com/hear.mp3',
  ]);
  expect(await team.participants('ana').remove()).toBe(true);
  await advance(1);
  expect(asked.map(({ params }) => params['StatusCallbackEvent'])).toEqual([
    'participant-unmute',
    'participant-hold',
  ]);
  expect(await codeOf(team.participants('ana').fetch())).toBe(20404);
  expect((await sdk.calls(made.callSid).fetch()).status).toBe('completed');
  expect((await team.fetch()).status).toBe('in-progress');
});

test('the API makes a room by its name, records it, and ends it', async () => {
  const { advance, sdk, control } = await voiceWorld();
  await control('POST', `/phones/${ANA}`, { answers: 'busy' });
  const made = await sdk
    .conferences('Desk')
    .participants.create({ from: FROM, to: TO, conferenceRecord: 'true' });
  await sdk.conferences('Desk').participants.create({ from: FROM, to: ANA });
  await advance(5);
  const desk = sdk.conferences(made.conferenceSid);
  expect((await desk.participants.list()).map(({ callSid }) => callSid)).toEqual([made.callSid]);
  await advance(10);
  expect((await desk.update({ status: 'completed' })).status).toBe('completed');
  await advance(2);
  expect((await desk.fetch()).reasonConferenceEnded).toBe('conference-ended-via-api');
  expect(await desk.participants.list()).toEqual([]);
  expect(await desk.recordings.list()).toMatchObject([{ source: 'Conference', status: 'completed' }]);
  expect((await sdk.calls(made.callSid).fetch()).status).toBe('completed');
  expect(await codeOf(sdk.conferences(made.conferenceSid).participants.create({ from: FROM, to: TO }))).toBe(
    20001,
  );
});

test('a phone that rings while the room ends comes to nothing', async () => {
  const { url, heard: asked } = await receiver();
  const { advance, sdk, control, place } = await voiceWorld();
  await control('POST', `/phones/${ANA}`, { answers: 'no' });
  await place(room(`statusCallback="${url}" statusCallbackEvent="join leave"`));
  await advance(3);
  const [conference] = await sdk.conferences.list();
  const team = sdk.conferences(conference?.sid ?? '');
  const made = await team.participants.create({ from: FROM, to: ANA });
  await advance(2);
  await team.update({ status: 'completed' });
  await advance(2);
  expect((await control('POST', `/calls/${made.callSid}/answer`)).body.status).toBe('completed');
  expect(asked.map(({ params }) => params['StatusCallbackEvent'])).toEqual([
    'participant-join',
    'participant-leave',
  ]);
});

test('a full room takes nobody else', async () => {
  const { place, advance, heard, told } = await voiceWorld();
  const two = room('maxParticipants="2"');
  for (const to of [TO, ANA]) await place(two, { to });
  await advance(5);
  const { sid } = await place(two, { to: '+12015550144' });
  await advance(4);
  expect(await heard(sid)).toEqual(['say: After']);
  expect((await told(sid)).notes).toMatchObject([{ code: 16020 }]);
});
