// Here: the routes of recordings, of an account and of a call, and the bytes of a short silence.
// Not here: when recordings begin and end by themselves (voice-recording.ts, voice-record.ts).
import { uriPage } from '../paging.ts';
import { type Ask, openRoute, type Route, route } from '../route.ts';
import {
  type Answer,
  created,
  invalidParameter,
  noContent,
  notFound,
  ok,
  rfc2822,
  TwilioError,
} from '../wire.ts';
import { isInRange } from './voice-list.ts';
import { readRecordingCallback } from './voice-place.ts';
import {
  isRunning,
  pauseRecording,
  type Recording,
  recordings,
  recordingUrl,
  resumeRecording,
  runningRecordings,
  startRecording,
  stopRecording,
} from './voice-recording.ts';
import { namedCall } from './voice-update.ts';

const API = 'api.twilio.com';
const ALL = '/2010-04-01/Accounts/{AccountSid}/Recordings';
const OF_CALL = '/2010-04-01/Accounts/{AccountSid}/Calls/{CallSid}/Recordings';

export const recordingRoutes: readonly Route[] = [
  route('GET', API, `${ALL}.json`, (ask) => {
    const callSid = ask.query.get('CallSid');
    const conferenceSid = ask.query.get('ConferenceSid');
    const rows = recordings(ask.world).list(
      ask.account.sid,
      (one) =>
        (callSid === undefined || one.callSid === callSid) &&
        (conferenceSid === undefined || one.conferenceSid === conferenceSid) &&
        isInRange(ask.query, 'DateCreated', one.createdAt),
    );
    return uriPage(ask, 'recordings', rows, showRecording);
  }),
  route('GET', API, `${ALL}/{Sid}.json`, (ask) => ok(showRecording(named(ask)))),
  route('DELETE', API, `${ALL}/{Sid}.json`, remove),
  // Open, as Twilio's media URLs are until an account asks for credentials.
  openRoute('GET', API, `${ALL}/{Sid}.mp3`, (ask) => sendMedia(ask, 'audio/mpeg', SILENT_MP3)),
  openRoute('GET', API, `${ALL}/{Sid}.wav`, (ask) => sendMedia(ask, 'audio/x-wav', SILENT_WAV)),
  openRoute('GET', API, `${ALL}/{Sid}`, (ask) => sendMedia(ask, 'audio/x-wav', SILENT_WAV)),
  route('POST', API, `${OF_CALL}.json`, (ask) => {
    const call = namedCall(ask, 'CallSid');
    if (call.status !== 'in-progress') {
      throw new TwilioError(400, 21220, 'Requested resource is not eligible for recording');
    }
    const channels = ask.form.get('RecordingChannels') ?? 'mono';
    if (channels !== 'mono' && channels !== 'dual') throw invalidParameter('RecordingChannels');
    const recording = startRecording(ask.world, call, {
      source: 'StartCallRecordingAPI',
      channels: channels === 'dual' ? 2 : 1,
      track: ask.form.get('RecordingTrack') ?? 'both',
      callback: readRecordingCallback(ask.form),
    });
    return created(showCallRecording(recording));
  }),
  route('GET', API, `${OF_CALL}.json`, (ask) => {
    const { sid } = namedCall(ask, 'CallSid');
    const rows = recordings(ask.world).list(
      ask.account.sid,
      (one) => one.callSid === sid && isInRange(ask.query, 'DateCreated', one.createdAt),
    );
    return uriPage(ask, 'recordings', rows, showCallRecording);
  }),
  route('GET', API, `${OF_CALL}/{Sid}.json`, (ask) => ok(showCallRecording(named(ask)))),
  route('POST', API, `${OF_CALL}/{Sid}.json`, (ask) => ok(showCallRecording(update(ask)))),
  route('DELETE', API, `${OF_CALL}/{Sid}.json`, remove),
];

function named(ask: Ask): Recording {
  const isOfCall = ask.path.includes('/Calls/');
  const recording = recordings(ask.world).get(ask.account.sid, ask.param('Sid'));
  if (recording === undefined || (isOfCall && recording.callSid !== ask.param('CallSid'))) {
    throw notFound(ask.path);
  }
  return recording;
}

function remove(ask: Ask): Answer {
  const recording = named(ask);
  if (isRunning(recording)) {
    throw new TwilioError(409, 20009, 'Cannot delete this resource before it is complete');
  }
  recordings(ask.world).remove(ask.account.sid, recording.sid);
  return noContent();
}

/** Pause, resume or stop; "Twilio.CURRENT" is the one that runs. */
function update(ask: Ask): Recording {
  const { world, form } = ask;
  const call = namedCall(ask, 'CallSid');
  const running = runningRecordings(world, call);
  const isCurrent = ask.param('Sid') === 'Twilio.CURRENT';
  if (isCurrent && running.length > 1) {
    throw new TwilioError(400, 16108, 'More than one recording of this call is active');
  }
  const recording = isCurrent ? running[0] : named(ask);
  if (recording === undefined) throw notFound(ask.path);
  const status = form.get('Status');
  if (status !== 'paused' && status !== 'in-progress' && status !== 'stopped')
    throw invalidParameter('Status');
  if (!isRunning(recording)) {
    throw new TwilioError(400, 21220, 'Requested resource is not eligible for recording');
  }
  if (status === 'stopped') stopRecording(world, recording, 'stopped');
  if (status === 'in-progress') resumeRecording(world, recording);
  if (status === 'paused') pauseRecording(world, recording, form.get('PauseBehavior') === 'skip');
  return recording;
}

function common(recording: Recording) {
  const { accountSid, sid, createdAt, updatedAt, duration, price } = recording;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid: recording.callSid,
    conference_sid: recording.conferenceSid,
    channels: recording.channels,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    start_time: rfc2822(createdAt),
    duration: duration === null ? null : String(duration),
    sid,
    source: recording.source,
    status: recording.status,
    error_code: null,
    encryption_details: null,
    price: price === null ? null : (-price).toFixed(5),
    price_unit: 'USD',
  };
}

export function showConferenceRecording(recording: Recording): unknown {
  const { accountSid, conferenceSid, sid } = recording;
  const uri = `/2010-04-01/Accounts/${accountSid}/Conferences/${conferenceSid}/Recordings/${sid}.json`;
  return { ...common(recording), uri };
}

function showRecording(recording: Recording): unknown {
  const uri = `/2010-04-01/Accounts/${recording.accountSid}/Recordings/${recording.sid}`;
  return {
    ...common(recording),
    uri: `${uri}.json`,
    subresource_uris: {
      add_on_results: `${uri}/AddOnResults.json`,
      transcriptions: `${uri}/Transcriptions.json`,
    },
    media_url: recordingUrl(recording),
  };
}

function showCallRecording(recording: Recording): unknown {
  const { accountSid, callSid, sid, track, price } = recording;
  return {
    ...common(recording),
    price: price === null ? null : -price,
    track,
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${callSid}/Recordings/${sid}.json`,
  };
}

function sendMedia(ask: Ask, contentType: string, content: Uint8Array<ArrayBuffer>): Answer {
  const recording = recordings(ask.world).get(ask.param('AccountSid'), ask.param('Sid'));
  if (recording === undefined || isRunning(recording)) throw notFound(ask.path);
  return { status: 200, raw: { contentType, content } };
}

/** Half a second of 8 kHz, 8 bits: the emulator keeps no sound, only that there was some. */
const SILENT_WAV = ((): Uint8Array<ArrayBuffer> => {
  const samples = 4000;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples, 40);
  return Uint8Array.from([...header, ...Array.from({ length: samples }, () => 0x80)]);
})();

/** Twenty frames of MPEG-1 layer III at 32 kbit/s and 44.1 kHz, 104 bytes each, with nothing in them. */
const SILENT_MP3 = ((): Uint8Array<ArrayBuffer> => {
  const frame = [0xff, 0xfb, 0x10, 0xc4, ...Array.from({ length: 100 }, () => 0)];
  return Uint8Array.from(Array.from({ length: 20 }, () => frame).flat());
})();
