// Here: a call from dialing to its end: rings, is answered, declined or left ringing, reaches its time limit, ends.
// Not here: what is said once it is answered (voice-run.ts).
import type { World } from '../state.ts';
import { type Call, calls, type FinalStatus, hear, isOver, setCallPrice, tellStatus } from './voice-call.ts';
import { type Line, lineOf } from './voice-line.ts';
import { recordingUrl, runningRecordings, stopRecording } from './voice-recording.ts';

export type Ringing = {
  /** Seconds that it may ring. */
  readonly timeout: number;
  /** Seconds that it may last once answered. */
  readonly limit: number;
  /** What happens on the line from the moment someone answers. */
  readonly onAnswer: (line: Line) => Promise<void>;
};

/** Seconds; an emulated person is quick. */
const DIALING = 0.2;
const FIRST_RING = 0.5;
const PICKING_UP = 2;
const BUSY_TONE = 1;
/** Four hours, what Twilio allows where nobody asks for less. */
export const LONGEST = 14_400;

const ringing = new WeakMap<Call, Ringing>();

/** Dials out. */
export function ring(world: World, call: Call, how: Ringing): void {
  ringing.set(call, how);
  const { clock, phones } = world;
  clock.after(DIALING, () => {
    if (isOver(call)) return;
    call.startedAt = clock.now();
    tellStatus(world, call, 'initiated');
    clock.after(FIRST_RING, () => {
      if (isOver(call)) return;
      call.status = 'ringing';
      call.updatedAt = clock.now();
      phones.receive(call.to, {
        kind: 'call',
        sid: call.sid,
        from: call.from,
        body: '',
        media: [],
        at: clock.now(),
      });
      tellStatus(world, call, 'ringing');
      react(world, call, how);
    });
  });
}

function react(world: World, call: Call, { timeout }: Ringing): void {
  const { clock } = world;
  const stillRinging = (): boolean => call.status === 'ringing';
  clock.after(timeout, () => (stillRinging() ? hangUp(world, call, 'no-answer') : undefined));
  const habit = world.phones.get(call.to).answers;
  if (habit === 'busy')
    clock.after(BUSY_TONE, () => (stillRinging() ? hangUp(world, call, 'busy') : undefined));
  if (habit === 'yes' || habit === 'machine') {
    clock.after(PICKING_UP, () => (stillRinging() ? answer(world, call) : undefined));
  }
}

/** Someone picks up a phone that rings; resolves when the call has come to its first pause. */
export async function answer(world: World, call: Call): Promise<void> {
  const how = ringing.get(call);
  if (how === undefined || call.status !== 'ringing') return;
  connect(world, call, how.limit);
  const line = lineOf(world, call);
  await line.start(() => how.onAnswer(line));
}

/** The call is up: paid for and limited from now on. */
export function connect(world: World, call: Call, limit = LONGEST): void {
  if (call.status === 'in-progress') return;
  call.status = 'in-progress';
  call.answeredAt = world.clock.now();
  call.updatedAt = call.answeredAt;
  limitTo(world, call, limit);
  tellStatus(world, call, 'answered');
}

/** Counted from the moment of answering; a limit that has passed already ends the call now. */
export function limitTo(world: World, call: Call, seconds: number): void {
  const limitAt = (call.answeredAt ?? world.clock.now()) + seconds * 1000;
  call.limitAt = limitAt;
  world.clock.at(limitAt, () => {
    if (isOver(call) || call.limitAt !== limitAt) return;
    hear(world, call, 'twilio', 'note', `The time limit of ${seconds} seconds is reached.`);
    return hangUp(world, call);
  });
}

/** Ends it and lets everyone on its line, or waiting for it, go on. */
export async function hangUp(world: World, call: Call, status?: FinalStatus): Promise<void> {
  end(world, call, status);
  await letGo(world, call);
}

/** Ends it in the books; whoever uses this sees to `letGo`. */
export function end(world: World, call: Call, status?: FinalStatus): void {
  if (isOver(call)) return;
  const wasUp = call.status === 'in-progress';
  call.status = status ?? (wasUp ? 'completed' : 'canceled');
  call.endedAt = world.clock.now();
  call.updatedAt = call.endedAt;
  if (call.answeredAt !== null) setCallPrice(world, call);
  tellStatus(world, call, 'completed', stopRecordings(world, call));
}

/** The whole call's recording is told of with its end. */
function stopRecordings(world: World, call: Call): Record<string, string> {
  const running = runningRecordings(world, call);
  // <Record> stops its own, when it knows how much of it was silence; a room's goes on without this call.
  const mine = running.filter(({ source }) => source !== 'RecordVerb' && source !== 'Conference');
  for (const recording of mine) stopRecording(world, recording);
  const whole = mine.find(({ source }) => source === 'OutboundAPI');
  if (whole === undefined) return {};
  return {
    RecordingSid: whole.sid,
    RecordingUrl: recordingUrl(whole),
    RecordingDuration: String(whole.duration ?? 0),
  };
}

export async function letGo(world: World, call: Call): Promise<void> {
  await lineOf(world, call).wake({ kind: 'change' });
  const parent =
    call.parentCallSid === null ? undefined : calls(world).get(call.accountSid, call.parentCallSid);
  if (parent !== undefined) await lineOf(world, parent).wake({ kind: 'change' });
}
