// Here: a conference room: who joins, is muted or held, leaves or ends it, and what its status callback hears.
// Not here: its routes (voice-conferences.ts, voice-participants.ts).
import { elementsOf, textOf, trimXml } from '../../twiml/document.ts';
import { defineTable, type World } from '../state.ts';
import { readMethod } from '../webhook.ts';
import { defined, rfc2822 } from '../wire.ts';
import { actionOf, urlOf, wordsIn } from './voice-action.ts';
import { type Call, calls, hear, isOver, note, tell } from './voice-call.ts';
import { type Line, lineOf, type Verb } from './voice-line.ts';
import { type Recording, recordings, startRecording, stopRecording } from './voice-recording.ts';
import { wholeNumber } from './voice-say.ts';

type EndReason =
  | 'conference-ended-via-api'
  | 'participant-with-end-conference-on-exit-left'
  | 'participant-with-end-conference-on-exit-kicked'
  | 'last-participant-kicked'
  | 'last-participant-left';

export type Conference = {
  readonly accountSid: string;
  readonly sid: string;
  readonly friendlyName: string;
  status: 'init' | 'in-progress' | 'completed';
  reasonEnded: EndReason | null;
  callSidEnding: string | null;
  callback: ConferenceCallback;
  /** The next status callback's SequenceNumber. */
  told: number;
  readonly createdAt: number;
  updatedAt: number;
};

export type ConferenceCallback = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly events: readonly string[];
};

/** Its SID is that of its call: a call is in one room at a time. */
export type Participant = {
  readonly accountSid: string;
  readonly sid: string;
  readonly conferenceSid: string;
  readonly label: string | null;
  muted: boolean;
  hold: boolean;
  coaching: boolean;
  callSidToCoach: string | null;
  readonly startsOnEnter: boolean;
  endsOnExit: boolean;
  /** False while its phone rings. */
  hasJoined: boolean;
  readonly createdAt: number;
  updatedAt: number;
};

export const conferences = defineTable<Conference>('conferences');
export const participants = defineTable<Participant>('participants');

export const NO_CONFERENCE_CALLBACK: ConferenceCallback = { url: '', method: 'POST', events: [] };

/** The live room of that name; a name is free again once its room is over. */
export function roomOf(
  world: World,
  accountSid: string,
  friendlyName: string,
  callback: ConferenceCallback = NO_CONFERENCE_CALLBACK,
): Conference {
  const [live] = conferences(world).list(
    accountSid,
    (one) => one.friendlyName === friendlyName && one.status !== 'completed',
  );
  if (live !== undefined) {
    if (live.callback.url === '') live.callback = callback;
    return live;
  }
  const now = world.clock.now();
  return conferences(world).add({
    accountSid,
    sid: world.ids.sid('CF'),
    friendlyName,
    status: 'init',
    reasonEnded: null,
    callSidEnding: null,
    callback,
    told: 0,
    createdAt: now,
    updatedAt: now,
  });
}

export type Seat = Partial<Pick<Participant, 'label' | 'muted' | 'startsOnEnter' | 'endsOnExit'>>;

export function seat(world: World, call: Call, conference: Conference, wish: Seat): Participant {
  const now = world.clock.now();
  return participants(world).add({
    label: null,
    muted: false,
    startsOnEnter: true,
    endsOnExit: false,
    ...wish,
    accountSid: call.accountSid,
    sid: call.sid,
    conferenceSid: conference.sid,
    hold: false,
    coaching: false,
    callSidToCoach: null,
    hasJoined: false,
    createdAt: now,
    updatedAt: now,
  });
}

/** Those in the room and those whose phones ring for it, first come first. */
export function participantsOf(world: World, conference: Conference): Participant[] {
  return participants(world)
    .list(conference.accountSid, (one) => one.conferenceSid === conference.sid)
    .filter((one) => {
      const call = calls(world).get(one.accountSid, one.sid);
      return call !== undefined && !isOver(call);
    })
    .reverse();
}

/** Sits in the room until put out of it, its end, or the end of the seconds. */
export async function stayInRoom(
  world: World,
  line: Line,
  conference: Conference,
  one: Participant,
  seconds?: number,
  endsOnStar = false,
): Promise<void> {
  const isIn = (): boolean => participants(world).get(one.accountSid, one.sid) === one;
  // The room may have ended while this phone rang.
  if (!isIn()) return;
  enter(world, line.call, conference, one);
  const endAt = seconds === undefined ? undefined : world.clock.now() + seconds * 1000;
  try {
    while (isIn()) {
      const event = await line.wait(endAt === undefined ? undefined : (endAt - world.clock.now()) / 1000);
      if (event.kind === 'time' || (endsOnStar && event.kind === 'digit' && event.digit === '*')) break;
    }
  } finally {
    if (isIn()) await leave(world, conference, one, 'left');
  }
}

function enter(world: World, call: Call, conference: Conference, one: Participant): void {
  one.hasJoined = true;
  hear(world, call, 'twilio', 'connect', `conference ${conference.friendlyName}`);
  tellRoom(world, conference, 'participant-join', one);
  const present = participantsOf(world, conference).filter(({ hasJoined }) => hasJoined);
  const begins = present.length > 1 && present.some(({ startsOnEnter }) => startsOnEnter);
  if (conference.status !== 'init') return;
  if (!begins) {
    hear(world, call, 'twilio', 'hold', 'waiting for the conference to start');
    return;
  }
  conference.status = 'in-progress';
  conference.updatedAt = world.clock.now();
  tellRoom(world, conference, 'conference-start', one);
}

/** Out of the room, and the room's end where that follows from it. */
export async function leave(
  world: World,
  conference: Conference,
  one: Participant,
  how: 'left' | 'kicked',
): Promise<void> {
  participants(world).remove(one.accountSid, one.sid);
  if (one.hasJoined) tellRoom(world, conference, 'participant-leave', one);
  await wakeCall(world, one);
  if (conference.status === 'completed') return;
  const isLast = participantsOf(world, conference).length === 0;
  if (one.endsOnExit) {
    await endRoom(world, conference, `participant-with-end-conference-on-exit-${how}`, one.sid);
  } else if (isLast) await endRoom(world, conference, `last-participant-${how}`, one.sid);
}

export async function endRoom(
  world: World,
  conference: Conference,
  reason: EndReason,
  callSid: string | null = null,
): Promise<void> {
  conference.status = 'completed';
  conference.reasonEnded = reason;
  conference.callSidEnding = callSid;
  conference.updatedAt = world.clock.now();
  for (const recording of recordingsOf(world, conference)) stopRecording(world, recording);
  for (const one of participantsOf(world, conference)) await leave(world, conference, one, 'left');
  tellRoom(world, conference, 'conference-end');
}

function recordingsOf(world: World, { accountSid, sid }: Conference): Recording[] {
  return recordings(world).list(
    accountSid,
    (one) => one.conferenceSid === sid && (one.status === 'in-progress' || one.status === 'paused'),
  );
}

export function recordRoom(world: World, conference: Conference, call: Call): void {
  if (recordingsOf(world, conference).length > 0) return;
  startRecording(world, call, { source: 'Conference', conferenceSid: conference.sid });
}

async function wakeCall(world: World, { accountSid, sid }: Participant): Promise<void> {
  const call = calls(world).get(accountSid, sid);
  if (call !== undefined) await lineOf(world, call).wake({ kind: 'change' });
}

/** The callback asks for "join" and hears of "participant-join". */
export function tellRoom(world: World, conference: Conference, event: string, one?: Participant): void {
  const { callback, accountSid, sid, friendlyName } = conference;
  const asked = event.replace(/^(conference|participant)-(un)?/, '');
  if (callback.url === '' || !callback.events.includes(asked)) return;
  const isEnd = event === 'conference-end';
  tell(world, conference, {
    kind: 'conference-status',
    url: callback.url,
    method: callback.method,
    params: defined({
      AccountSid: accountSid,
      ConferenceSid: sid,
      FriendlyName: friendlyName,
      StatusCallbackEvent: event,
      SequenceNumber: String(conference.told + 1),
      Timestamp: rfc2822(world.clock.now()),
      CallSid: one?.sid,
      ParticipantLabel: one?.label ?? undefined,
      Muted: one === undefined ? undefined : String(one.muted),
      Hold: one === undefined ? undefined : String(one.hold),
      Coaching: one === undefined ? undefined : String(one.coaching),
      StartConferenceOnEnter: one === undefined ? undefined : String(one.startsOnEnter),
      EndConferenceOnExit: one === undefined ? undefined : String(one.endsOnExit),
      ReasonConferenceEnded: isEnd ? (conference.reasonEnded ?? undefined) : undefined,
      CallSidEndingConference: isEnd ? (conference.callSidEnding ?? undefined) : undefined,
    }),
  });
  conference.told += 1;
}

/** <Dial><Conference> */
export const dialRoom: Verb = async (flow, element) => {
  const { world, call, line } = flow;
  const noun = elementsOf(element).find(({ name }) => name === 'Conference') ?? element;
  const { attributes } = noun;
  const conference = roomOf(world, call.accountSid, trimXml(textOf(noun)), {
    url: urlOf(flow, noun, 'statusCallback'),
    method: readMethod(attributes['statusCallbackMethod']),
    events: wordsIn(attributes['statusCallbackEvent'] ?? 'start end'),
  });
  if (participantsOf(world, conference).length >= (wholeNumber(noun, 'maxParticipants') ?? 250)) {
    note(world, call, 16020, `Conference ${conference.friendlyName} is full`);
    return actionOf(flow, element, { DialCallStatus: 'failed' });
  }
  const one = seat(world, call, conference, {
    label: attributes['participantLabel'] ?? null,
    muted: attributes['muted'] === 'true',
    startsOnEnter: attributes['startConferenceOnEnter'] !== 'false',
    endsOnExit: attributes['endConferenceOnExit'] === 'true',
  });
  if (attributes['record'] === 'record-from-start' || attributes['record'] === 'true') {
    recordRoom(world, conference, call);
  }
  const endsOnStar = element.attributes['hangupOnStar'] === 'true';
  await stayInRoom(world, line, conference, one, wholeNumber(element, 'timeLimit'), endsOnStar);
  return actionOf(flow, element, { DialCallStatus: 'answered' });
};
