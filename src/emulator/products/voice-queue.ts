// Here: a queue of callers: <Enqueue> waits in it, <Dial><Queue> takes the first out of it.
// Not here: its routes (voice-queues.ts).
import { elementsOf, type TwimlElement, textOf, trimXml } from '../../twiml/document.ts';
import { defineTable, type World } from '../state.ts';
import { readMethod } from '../webhook.ts';
import { actionOf, urlOf } from './voice-action.ts';
import { type Call, callParams, calls, hear, isOver, note, secondsOf, tell } from './voice-call.ts';
import {
  type Flow,
  type Line,
  lineOf,
  type Outcome,
  PulledAway,
  type Source,
  type Verb,
} from './voice-line.ts';
import { wholeNumber } from './voice-say.ts';

export type Queue = {
  readonly accountSid: string;
  readonly sid: string;
  friendlyName: string;
  maxSize: number;
  readonly createdAt: number;
  updatedAt: number;
};

/** Its SID is that of its call. */
export type Member = {
  readonly accountSid: string;
  readonly sid: string;
  readonly queueSid: string;
  readonly enqueuedAt: number;
};

export const queues = defineTable<Queue>('queues');
export const members = defineTable<Member>('queue members');

const MAX_SIZE = 1000;
const DIAL_SECONDS = 30;

export function addQueue(world: World, accountSid: string, friendlyName: string, maxSize = MAX_SIZE): Queue {
  const now = world.clock.now();
  return queues(world).add({
    accountSid,
    sid: world.ids.sid('QU'),
    friendlyName,
    maxSize,
    createdAt: now,
    updatedAt: now,
  });
}

export function queueNamed(world: World, accountSid: string, friendlyName: string): Queue | undefined {
  return queues(world).list(accountSid, (one) => one.friendlyName === friendlyName)[0];
}

/** First come first. */
export function membersOf(world: World, { accountSid, sid }: Queue): Member[] {
  return members(world)
    .list(accountSid, ({ queueSid }) => queueSid === sid)
    .reverse();
}

export function waitedSeconds(world: World, { enqueuedAt }: Member): number {
  return Math.floor((world.clock.now() - enqueuedAt) / 1000);
}

export function averageWait(world: World, queue: Queue): number {
  const waits = membersOf(world, queue).map((one) => waitedSeconds(world, one));
  return waits.length === 0 ? 0 : Math.round(waits.reduce((sum, one) => sum + one, 0) / waits.length);
}

/** Two lines joined over a queue; it is up as long as both know it. */
type Bridge = { readonly dialer: Call; readonly whisper: Source | undefined };

const bridges = new WeakMap<Call, Bridge>();
const dialers = new WeakMap<Queue, Set<Line>>();

export const enqueue: Verb = async (flow, element) => {
  const { world, call } = flow;
  const name = trimXml(textOf(element));
  if (name === '' || name.length > 64) {
    note(world, call, name === '' ? 14204 : 14205, 'Enqueue: a queue name has 1 to 64 characters');
    return actionOf(flow, element, { QueueResult: 'error' });
  }
  const queue = queueNamed(world, call.accountSid, name) ?? addQueue(world, call.accountSid, name);
  const limit = wholeNumber(element, 'maxQueueSize') ?? queue.maxSize;
  if (membersOf(world, queue).length >= limit) return actionOf(flow, element, { QueueResult: 'queue-full' });
  const member = members(world).add({
    accountSid: call.accountSid,
    sid: call.sid,
    queueSid: queue.sid,
    enqueuedAt: world.clock.now(),
  });
  const result = (QueueResult: string): Record<string, string> => ({
    QueueResult,
    QueueSid: queue.sid,
    QueueTime: String(waited),
  });
  let waited = 0;
  try {
    await wakeDialer(queue);
    const outcome = await waitInQueue(flow, element, queue, member);
    waited = waitedSeconds(world, member);
    return outcome === 'hangup' ? 'hangup' : actionOf(flow, element, result('leave'));
  } catch (error) {
    if (!(error instanceof PulledAway)) throw error;
    waited = waitedSeconds(world, member);
    members(world).remove(member.accountSid, member.sid);
    if (error.to === 'dequeued') {
      await talkToDialer(flow);
      return actionOf(flow, element, result('bridged'));
    }
    // Told as well, though the answer leads nowhere: the call is over or on its way elsewhere.
    tellLost(flow, element, result(error.to === undefined ? 'hangup' : 'redirected'));
    throw error;
  } finally {
    members(world).remove(member.accountSid, member.sid);
  }
};

async function waitInQueue(
  flow: Flow,
  element: TwimlElement,
  queue: Queue,
  member: Member,
): Promise<Outcome> {
  const { world, call, line } = flow;
  const url = urlOf(flow, element, 'waitUrl');
  hear(world, call, 'twilio', 'hold', `queue ${queue.friendlyName}`);
  if (url === '') await line.pass();
  for (;;) {
    const since = world.clock.now();
    const list = membersOf(world, queue);
    const outcome = await flow.perform({
      kind: 'url',
      url,
      method: readMethod(element.attributes['waitUrlMethod']),
      params: {
        QueueSid: queue.sid,
        QueueTime: String(waitedSeconds(world, member)),
        QueuePosition: String(list.findIndex(({ sid }) => sid === call.sid) + 1),
        CurrentQueueSize: String(list.length),
        AvgQueueTime: String(averageWait(world, queue)),
      },
    });
    if (outcome === 'leave' || outcome === 'hangup') return outcome;
    // Asked again when it is through, but never twice in one moment.
    if (since === world.clock.now()) await line.pass(1);
  }
}

async function talkToDialer({ world, call, line, perform }: Flow): Promise<void> {
  const bridge = bridges.get(call);
  if (bridge === undefined) return;
  try {
    if (bridge.whisper !== undefined) await perform(bridge.whisper);
    hear(world, call, 'twilio', 'connect', otherEnd(bridge.dialer));
    while (bridges.get(call) === bridge && !isOver(bridge.dialer)) await line.wait();
  } finally {
    bridges.delete(call);
    await lineOf(world, bridge.dialer).wake({ kind: 'change' });
  }
}

function otherEnd({ direction, from, to }: Call): string {
  return direction === 'inbound' ? from : to;
}

function tellLost(flow: Flow, element: TwimlElement, params: Record<string, string>): void {
  const url = urlOf(flow, element, 'action');
  if (url === '') return;
  tell(flow.world, flow.call, {
    kind: 'queue-action',
    url,
    method: readMethod(element.attributes['method']),
    params: { ...callParams(flow.call), ...params },
  });
}

async function wakeDialer(queue: Queue): Promise<void> {
  const [first] = dialers.get(queue) ?? [];
  await first?.wake({ kind: 'change' });
}

/** <Dial><Queue>: waits for a caller if there is none, as long as <Dial> would ring. */
export const dialQueue: Verb = async (flow, element) => {
  const { world, call } = flow;
  const noun = elementsOf(element).find(({ name }) => name === 'Queue') ?? element;
  const queue = queueNamed(world, call.accountSid, trimXml(textOf(noun)));
  if (queue === undefined) return actionOf(flow, element, { DialCallStatus: 'failed' });
  const member = await firstOf(flow, queue, wholeNumber(element, 'timeout') ?? DIAL_SECONDS);
  if (member === undefined) return actionOf(flow, element, { DialCallStatus: 'no-answer' });
  const url = urlOf(flow, noun, 'url');
  const params = {
    QueueSid: queue.sid,
    QueueTime: String(waitedSeconds(world, member)),
    DequeingCallSid: call.sid,
  };
  const method = readMethod(noun.attributes['method']);
  const caller = await talkToMember(
    flow,
    member,
    url === '' ? undefined : { kind: 'url', url, method, params },
  );
  return actionOf(flow, element, {
    DialCallStatus: 'completed',
    ...(caller !== undefined && { DialCallSid: caller.sid, DialCallDuration: String(secondsOf(caller)) }),
  });
};

async function firstOf({ world, line }: Flow, queue: Queue, seconds: number): Promise<Member | undefined> {
  const waiting = dialers.get(queue) ?? new Set<Line>();
  dialers.set(queue, waiting);
  waiting.add(line);
  try {
    const [first] = membersOf(world, queue);
    if (first !== undefined) return first;
    await line.within(seconds, () => membersOf(world, queue).length > 0);
    return membersOf(world, queue)[0];
  } finally {
    waiting.delete(line);
  }
}

async function talkToMember(
  { world, call, line }: Flow,
  member: Member,
  whisper: Source | undefined,
): Promise<Call | undefined> {
  const caller = calls(world).get(member.accountSid, member.sid);
  members(world).remove(member.accountSid, member.sid);
  if (caller === undefined) return undefined;
  const bridge: Bridge = { dialer: call, whisper };
  bridges.set(caller, bridge);
  hear(world, call, 'twilio', 'connect', otherEnd(caller));
  try {
    await lineOf(world, caller).pull('dequeued');
    while (bridges.get(caller) === bridge && !isOver(caller)) await line.wait();
  } finally {
    if (bridges.get(caller) === bridge) bridges.delete(caller);
    await lineOf(world, caller).wake({ kind: 'change' });
  }
  return caller;
}
