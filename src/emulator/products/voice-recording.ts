// Here: a recording as the emulator keeps it: begun, paused, stopped, processed, and told to its callback.
// Not here: its routes and its bytes (voice-recordings.ts).
import { charge } from '../accounts.ts';
import { defineTable, type World } from '../state.ts';
import { rfc2822 } from '../wire.ts';
import { type Call, tell } from './voice-call.ts';

export type RecordingSource =
  | 'DialVerb'
  | 'OutboundAPI'
  | 'RecordVerb'
  | 'StartCallRecordingAPI'
  | 'Conference';
export type RecordingEvent = 'in-progress' | 'completed' | 'absent';

export type Recording = {
  readonly accountSid: string;
  readonly sid: string;
  readonly callSid: string;
  readonly conferenceSid: string | null;
  readonly source: RecordingSource;
  readonly channels: number;
  readonly track: string;
  readonly callback: RecordingCallback;
  status: 'in-progress' | 'paused' | 'stopped' | 'processing' | 'completed' | 'absent';
  duration: number | null;
  price: number | null;
  pausedAt: number | null;
  /** Milliseconds left out, by pauses that skip. */
  skipped: number;
  skips: boolean;
  readonly createdAt: number;
  updatedAt: number;
};

export type RecordingCallback = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly events: readonly string[];
};

export const NO_CALLBACK: RecordingCallback = { url: '', method: 'POST', events: [] };

export const recordings = defineTable<Recording>('recordings');

/** Dollars for a recorded minute. */
const PRICE = 0.0025;
/** Until the file is there. */
const PROCESSING_SECONDS = 1;

export type Begin = Pick<Recording, 'source'> &
  Partial<Pick<Recording, 'channels' | 'track' | 'callback' | 'conferenceSid'>>;

export function startRecording(world: World, call: Call, begin: Begin): Recording {
  const now = world.clock.now();
  const recording = recordings(world).add({
    channels: 1,
    track: 'both',
    callback: NO_CALLBACK,
    conferenceSid: null,
    ...begin,
    accountSid: call.accountSid,
    sid: world.ids.sid('RE'),
    callSid: call.sid,
    status: 'in-progress',
    duration: null,
    price: null,
    pausedAt: null,
    skipped: 0,
    skips: false,
    createdAt: now,
    updatedAt: now,
  });
  tellRecording(world, recording, 'in-progress');
  return recording;
}

export function isRunning({ status }: Recording): boolean {
  return status === 'in-progress' || status === 'paused';
}

export function runningRecordings(world: World, call: Pick<Call, 'accountSid' | 'sid'>): Recording[] {
  return recordings(world).list(call.accountSid, (one) => one.callSid === call.sid && isRunning(one));
}

export function pauseRecording(world: World, recording: Recording, skips: boolean): void {
  recording.status = 'paused';
  recording.skips = skips;
  recording.pausedAt = world.clock.now();
  recording.updatedAt = world.clock.now();
}

export function resumeRecording(world: World, recording: Recording): void {
  if (recording.pausedAt !== null && recording.skips) {
    recording.skipped += world.clock.now() - recording.pausedAt;
  }
  recording.pausedAt = null;
  recording.status = 'in-progress';
  recording.updatedAt = world.clock.now();
}

/** Ends it, `silence` seconds of which were nothing but silence; its file comes a moment later. */
export function stopRecording(
  world: World,
  recording: Recording,
  status: 'stopped' | 'processing' = 'processing',
  silence = 0,
): void {
  if (recording.pausedAt !== null) resumeRecording(world, recording);
  const now = world.clock.now();
  const length = (now - recording.createdAt - recording.skipped) / 1000 - silence;
  recording.status = status;
  recording.duration = Math.max(0, Math.ceil(length));
  recording.updatedAt = now;
  world.clock.after(PROCESSING_SECONDS, () => {
    recording.status = 'completed';
    recording.price = PRICE * Math.ceil((recording.duration ?? 0) / 60);
    recording.updatedAt = world.clock.now();
    charge(world, recording.accountSid, recording.price);
    tellRecording(world, recording, 'completed');
  });
}

export function recordingUrl({ accountSid, sid }: Recording): string {
  return `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;
}

function tellRecording(world: World, recording: Recording, event: RecordingEvent): void {
  const { callback, accountSid } = recording;
  if (callback.url === '' || !callback.events.includes(event)) return;
  const isDone = event === 'completed';
  tell(world, recording, {
    kind: 'recording-status',
    url: callback.url,
    method: callback.method,
    params: {
      AccountSid: accountSid,
      CallSid: recording.callSid,
      ...(recording.conferenceSid !== null && { ConferenceSid: recording.conferenceSid }),
      RecordingSid: recording.sid,
      RecordingUrl: recordingUrl(recording),
      RecordingStatus: event,
      ...(isDone && { RecordingDuration: String(recording.duration ?? 0) }),
      RecordingChannels: String(recording.channels),
      RecordingStartTime: rfc2822(recording.createdAt),
      RecordingSource: recording.source,
      RecordingTrack: recording.track,
      ErrorCode: '0',
    },
  });
}
