// Here: the text of what a person said into a recording: made some time after it, told, listed and deleted.
// Not here: the recording (voice-recording.ts), and transcription of a running call.
import { charge } from '../accounts.ts';
import { uriPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { noContent, notFound, ok, rfc2822 } from '../wire.ts';
import { tell } from './voice-call.ts';
import { type Recording, recordings, recordingUrl } from './voice-recording.ts';

type Transcription = {
  readonly accountSid: string;
  readonly sid: string;
  readonly recordingSid: string;
  readonly text: string;
  readonly duration: number;
  status: 'in-progress' | 'completed' | 'failed';
  price: number | null;
  readonly createdAt: number;
  updatedAt: number;
};

export type TranscribeCallback = {
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
};

const transcriptions = defineTable<Transcription>('transcriptions');

const API = 'api.twilio.com';
const ALL = '/2010-04-01/Accounts/{AccountSid}/Transcriptions';
const OF_RECORDING = '/2010-04-01/Accounts/{AccountSid}/Recordings/{RecordingSid}/Transcriptions';
/** Only what is longer and shorter than these seconds is transcribed (docs/api/errors/13617). */
const [TOO_SHORT, TOO_LONG] = [2, 120];
/** Dollars for a minute, as in the example of Twilio's OpenAPI. */
const PRICE = 0.05;
const WORKING_SECONDS = 10;

export function transcribe(
  world: World,
  recording: Recording,
  text: string,
  callback: TranscribeCallback,
): void {
  const now = world.clock.now();
  const { accountSid, sid: recordingSid, duration } = recording;
  const one = transcriptions(world).add({
    accountSid,
    sid: world.ids.sid('TR'),
    recordingSid,
    text,
    duration: duration ?? 0,
    status: 'in-progress',
    price: null,
    createdAt: now,
    updatedAt: now,
  });
  world.clock.after(WORKING_SECONDS, () => {
    const fits = one.duration > TOO_SHORT && one.duration < TOO_LONG;
    one.status = fits ? 'completed' : 'failed';
    one.price = fits ? PRICE * Math.ceil(one.duration / 60) : null;
    one.updatedAt = world.clock.now();
    if (one.price !== null) charge(world, accountSid, one.price);
    if (callback.url !== '') tellIt(world, recording, one, callback);
  });
}

function tellIt(world: World, recording: Recording, one: Transcription, { url, params }: TranscribeCallback) {
  tell(world, recording, {
    kind: 'transcription',
    url,
    method: 'POST',
    params: {
      ...params,
      AccountSid: one.accountSid,
      CallSid: recording.callSid,
      RecordingSid: recording.sid,
      RecordingUrl: recordingUrl(recording),
      TranscriptionSid: one.sid,
      TranscriptionText: textOf(one),
      TranscriptionStatus: one.status,
      TranscriptionUrl: `https://${API}${uriOf(one)}`,
      TranscriptionType: 'fast',
    },
  });
}

function textOf({ status, text }: Transcription): string {
  return status === 'completed' ? text : '(blank)';
}

function uriOf({ accountSid, sid }: Transcription): string {
  return `/2010-04-01/Accounts/${accountSid}/Transcriptions/${sid}`;
}

function show(one: Transcription): unknown {
  return {
    account_sid: one.accountSid,
    api_version: '2010-04-01',
    date_created: rfc2822(one.createdAt),
    date_updated: rfc2822(one.updatedAt),
    duration: String(one.duration),
    price: one.price === null ? null : -one.price,
    price_unit: 'USD',
    recording_sid: one.recordingSid,
    sid: one.sid,
    status: one.status,
    transcription_text: one.status === 'in-progress' ? null : textOf(one),
    type: 'fast',
    uri: `${uriOf(one)}.json`,
  };
}

function named(ask: Ask): Transcription {
  const one = transcriptions(ask.world).get(ask.account.sid, ask.param('Sid'));
  const isForeign = ask.path.includes('/Recordings/') && one?.recordingSid !== ask.param('RecordingSid');
  if (one === undefined || isForeign) throw notFound(ask.path);
  return one;
}

function remove(ask: Ask) {
  transcriptions(ask.world).remove(ask.account.sid, named(ask).sid);
  return noContent();
}

export const transcriptionRoutes: readonly Route[] = [
  route('GET', API, `${ALL}.json`, (ask) =>
    uriPage(ask, 'transcriptions', transcriptions(ask.world).list(ask.account.sid), show),
  ),
  route('GET', API, `${OF_RECORDING}.json`, (ask) => {
    const wanted = ask.param('RecordingSid');
    if (recordings(ask.world).get(ask.account.sid, wanted) === undefined) throw notFound(ask.path);
    const rows = transcriptions(ask.world).list(ask.account.sid, (one) => one.recordingSid === wanted);
    return uriPage(ask, 'transcriptions', rows, show);
  }),
  ...[ALL, OF_RECORDING].flatMap((base) => [
    route('GET', API, `${base}/{Sid}.json`, (ask) => ok(show(named(ask)))),
    route('DELETE', API, `${base}/{Sid}.json`, remove),
  ]),
];
