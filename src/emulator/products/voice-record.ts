// Here: <Record>, a person's words after the beep, and the recordings that <Start> and <Stop> run beside the call.
// Not here: the recording itself (voice-recording.ts).
import { elementsOf, type TwimlElement } from '../../twiml/document.ts';
import { actionOf, recordingCallbackOf, urlOf } from './voice-action.ts';
import { callParams, hear } from './voice-call.ts';
import { type Flow, PulledAway, type Verb } from './voice-line.ts';
import {
  type Recording,
  recordings,
  recordingUrl,
  runningRecordings,
  startRecording,
  stopRecording,
} from './voice-recording.ts';
import { secondsToSpeak, wholeNumber } from './voice-say.ts';
import { transcribe } from './voice-transcription.ts';

const SILENCE_SECONDS = 5;
const LONGEST_SECONDS = 3600;

/** Ended by silence, a key, the length or the end of the call; one without a word is thrown away. */
export const record: Verb = async (flow, element) => {
  const { world, call } = flow;
  if (element.attributes['playBeep'] !== 'false') hear(world, call, 'twilio', 'beep', '');
  const callback = recordingCallbackOf(flow, element);
  const recording = startRecording(world, call, { source: 'RecordVerb', callback });
  const taken: Taken = { lastSound: undefined, words: [] };
  try {
    const key = await take(flow, element, taken);
    return settle(flow, element, recording, taken, key);
  } catch (error) {
    // Twilio tells the action URL that the person has hung up; its answer leads nowhere any more.
    if (!(error instanceof PulledAway)) throw error;
    const outcome = settle(flow, element, recording, taken, 'hangup');
    if (error.to === undefined && typeof outcome === 'object') await flow.perform(outcome);
    throw error;
  }
};

type Taken = { lastSound: number | undefined; readonly words: string[] };

/** The key that ended it, or nothing. */
async function take({ world, line }: Flow, element: TwimlElement, taken: Taken): Promise<string> {
  const silence = wholeNumber(element, 'timeout') ?? SILENCE_SECONDS;
  const keys = element.attributes['finishOnKey'] ?? '1234567890*#';
  const now = (): number => world.clock.now();
  const endAt = now() + (wholeNumber(element, 'maxLength') ?? LONGEST_SECONDS) * 1000;
  let quietAt = now() + silence * 1000;
  while (now() < Math.min(endAt, quietAt)) {
    const event = await line.within(
      (Math.min(endAt, quietAt) - now()) / 1000,
      ({ kind }) => kind !== 'change',
    );
    if (event.kind === 'digit' && keys.includes(event.digit)) return event.digit;
    if (event.kind !== 'speech') continue;
    taken.words.push(event.text);
    taken.lastSound = Math.min(endAt, now() + secondsToSpeak(event.text) * 1000);
    quietAt = taken.lastSound + silence * 1000;
  }
  return '';
}

function settle(
  flow: Flow,
  element: TwimlElement,
  recording: Recording,
  { lastSound, words }: Taken,
  key: string,
) {
  const { world, call } = flow;
  if (lastSound === undefined) {
    recordings(world).remove(call.accountSid, recording.sid);
    return 'next';
  }
  const trims = element.attributes['trim'] !== 'do-not-trim';
  const silence = trims ? Math.max(0, world.clock.now() - lastSound) / 1000 : 0;
  stopRecording(world, recording, 'processing', silence);
  if (element.attributes['transcribe'] === 'true') {
    const url = urlOf(flow, element, 'transcribeCallback');
    transcribe(world, recording, words.join(' '), { url, params: callParams(call) });
  }
  const params = {
    RecordingUrl: recordingUrl(recording),
    RecordingSid: recording.sid,
    RecordingDuration: String(recording.duration ?? 0),
    Digits: key,
  };
  return actionOf(flow, element, params, flow.base);
}

/** <Start>: recordings run; everything else that would carry sound elsewhere is only noted. */
export const start: Verb = (flow, element) => {
  for (const noun of elementsOf(element)) {
    if (noun.name === 'Recording') {
      startRecording(flow.world, flow.call, {
        source: 'StartCallRecordingAPI',
        channels: noun.attributes['channels'] === 'mono' ? 1 : 2,
        track: noun.attributes['track'] ?? 'both',
        callback: recordingCallbackOf(flow, noun),
      });
    } else {
      hear(flow.world, flow.call, 'twilio', 'note', `<Start><${noun.name}> is begun; no sound leaves here.`);
    }
  }
  return 'next';
};

export const stop: Verb = ({ world, call }, element) => {
  for (const noun of elementsOf(element)) {
    if (noun.name !== 'Recording') {
      hear(world, call, 'twilio', 'note', `<Stop><${noun.name}> is done.`);
      continue;
    }
    const running = runningRecordings(world, call).filter(({ source }) => source === 'StartCallRecordingAPI');
    for (const one of running) stopRecording(world, one);
  }
  return 'next';
};
