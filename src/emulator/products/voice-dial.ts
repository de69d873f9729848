// Here: <Dial> to people: numbers, clients and SIP addresses, all at once or in turn, joined until one hangs up.
// Not here: <Dial> to a room or a queue (voice-conference.ts, voice-queue.ts).
import { elementsOf, type TwimlElement, textOf, trimXml } from '../../twiml/document.ts';
import { readMethod } from '../webhook.ts';
import { actionOf, recordingCallbackOf, urlOf, wordsIn } from './voice-action.ts';
import { dialable, isCallerId } from './voice-address.ts';
import { addCall, CALL_EVENTS, type Call, hear, isOver, note, secondsOf } from './voice-call.ts';
import { connect, hangUp, LONGEST, ring } from './voice-life.ts';
import { type Flow, type Line, lineOf, type Outcome, type Verb } from './voice-line.ts';
import { isRunning, type Recording, recordingUrl, startRecording, stopRecording } from './voice-recording.ts';
import { wholeNumber } from './voice-say.ts';

const RING_SECONDS = 30;
const PARTIES = ['Number', 'Client', 'Sip', 'WhatsApp'];

type Dialing = {
  readonly flow: Flow;
  readonly element: TwimlElement;
  readonly callerId: string;
  /** The called parties that still belong to this <Dial>. */
  readonly legs: Set<Call>;
  /** Those of them who have heard what was meant for them alone. */
  readonly ready: Set<Call>;
};

export const dialPeople: Verb = async (flow, element) => {
  const { world, call } = flow;
  const callerId = element.attributes['callerId'] ?? call.from;
  if (callerId !== call.from && !isCallerId(world, call.accountSid, callerId)) {
    note(world, call, 13214, `Dial: ${callerId} is no caller ID of this account`);
    return actionOf(flow, element, { DialCallStatus: 'failed' });
  }
  const dialing: Dialing = { flow, element, callerId, legs: new Set(), ready: new Set() };
  const parties = partiesOf(element);
  const turns = element.attributes['sequential'] === 'true' ? parties.map((one) => [one]) : [parties];
  let last: Call | undefined;
  try {
    for (const turn of turns) {
      const called = turn.flatMap((party) => dialOne(dialing, party) ?? []);
      last = called.at(-1) ?? last;
      const winner = await untilReady(dialing, called);
      if (winner !== undefined) return await talk(dialing, winner);
    }
  } finally {
    await hangUpAll(dialing, dialing.legs);
  }
  if (last === undefined) return actionOf(flow, element, { DialCallStatus: 'failed' });
  return actionOf(flow, element, {
    DialCallStatus: last.status,
    DialCallSid: last.sid,
    DialBridged: 'false',
  });
};

/** Its own words are a number; else each noun is a party. */
function partiesOf(element: TwimlElement): TwimlElement[] {
  if (trimXml(textOf(element)) !== '') return [{ ...element, name: 'Number', attributes: {} }];
  return elementsOf(element).filter(({ name }) => PARTIES.includes(name));
}

function addressOf(party: TwimlElement): string {
  const inner = elementsOf(party).find(({ name }) => name === 'Identity' || name === 'Uri');
  const text = trimXml(textOf(inner ?? party));
  if (party.name === 'Client') return `client:${text}`;
  return party.name === 'WhatsApp' ? `whatsapp:${text.replace(/^whatsapp:/, '')}` : text;
}

function dialOne(dialing: Dialing, party: TwimlElement): Call | undefined {
  const { flow, element, callerId, legs } = dialing;
  const { world, call } = flow;
  const to = dialable(addressOf(party));
  if (to === undefined) {
    note(world, call, 13224, `Dial: ${addressOf(party)} is no number that can be called`);
    return undefined;
  }
  const events = wordsIn(party.attributes['statusCallbackEvent']);
  const leg = addCall(world, {
    accountSid: call.accountSid,
    parentCallSid: call.sid,
    from: callerId,
    to,
    direction: 'outbound-dial',
    statusCallback: urlOf(flow, party, 'statusCallback'),
    statusCallbackMethod: readMethod(party.attributes['statusCallbackMethod']),
    statusCallbackEvents: CALL_EVENTS.filter((one) =>
      events.length === 0 ? one === 'completed' : events.includes(one),
    ),
  });
  legs.add(leg);
  ring(world, leg, {
    timeout: wholeNumber(element, 'timeout') ?? RING_SECONDS,
    limit: wholeNumber(element, 'timeLimit') ?? LONGEST,
    onAnswer: (line) => flow.live(leg, () => stayOn(dialing, party, leg, line)),
  });
  return leg;
}

/** A called party: hears its own instructions first, then is on the line until someone leaves. */
async function stayOn(dialing: Dialing, party: TwimlElement, leg: Call, line: Line): Promise<Outcome> {
  const { flow, legs, ready } = dialing;
  const parent = lineOf(flow.world, flow.call);
  try {
    const url = urlOf(flow, party, 'url');
    const method = readMethod(party.attributes['method']);
    if (url !== '' && (await flow.perform({ kind: 'url', url, method }, leg)) === 'hangup') return 'hangup';
    ready.add(leg);
    await parent.wake({ kind: 'change' });
    await line.pass();
    return 'hangup';
  } finally {
    // It may go on elsewhere, as an updated call: this <Dial> is over for it all the same.
    legs.delete(leg);
    ready.delete(leg);
    await parent.wake({ kind: 'change' });
  }
}

async function untilReady(dialing: Dialing, called: readonly Call[]): Promise<Call | undefined> {
  const { flow, legs, ready } = dialing;
  while (called.some((leg) => legs.has(leg) && !isOver(leg))) {
    const winner = called.find((leg) => ready.has(leg));
    if (winner !== undefined) return winner;
    await flow.line.wait();
  }
  return undefined;
}

async function talk(dialing: Dialing, winner: Call): Promise<Outcome> {
  const { flow, element, ready, legs } = dialing;
  const { world, call, line } = flow;
  await hangUpAll(
    dialing,
    [...legs].filter((leg) => leg !== winner),
  );
  connect(world, call);
  hear(world, call, 'twilio', 'connect', winner.to);
  hear(world, winner, 'twilio', 'connect', call.direction === 'inbound' ? call.from : call.to);
  const recording = recordIfAsked(dialing);
  const since = world.clock.now();
  try {
    while (ready.has(winner) && !isOver(winner)) {
      const event = await line.wait();
      const isStar = event.kind === 'digit' && event.digit === '*';
      if (isStar && element.attributes['hangupOnStar'] === 'true') break;
    }
    await hangUpAll(dialing, ready);
  } finally {
    if (recording !== undefined && isRunning(recording)) stopRecording(world, recording);
  }
  const talked = isOver(winner) ? secondsOf(winner) : Math.ceil((world.clock.now() - since) / 1000);
  return actionOf(flow, element, {
    DialCallStatus: 'completed',
    DialCallSid: winner.sid,
    DialCallDuration: String(talked),
    DialBridged: 'true',
    ...(recording !== undefined && {
      RecordingUrl: recordingUrl(recording),
      RecordingSid: recording.sid,
      RecordingDuration: String(recording.duration ?? 0),
    }),
  });
}

function recordIfAsked({ flow, element }: Dialing): Recording | undefined {
  const wish = element.attributes['record'] ?? 'do-not-record';
  if (wish === 'do-not-record' || wish === 'false') return undefined;
  return startRecording(flow.world, flow.call, {
    source: 'DialVerb',
    channels: wish.endsWith('-dual') ? 2 : 1,
    track: element.attributes['recordingTrack'] ?? 'both',
    callback: recordingCallbackOf(flow, element),
  });
}

async function hangUpAll({ flow }: Dialing, some: Iterable<Call>): Promise<void> {
  for (const leg of [...some]) await hangUp(flow.world, leg);
}
