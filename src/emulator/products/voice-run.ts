// Here: a call obeys TwiML: it fetches documents, runs their verbs in turn, and ends when none is left.
// Not here: the verbs with a life of their own (voice-gather.ts, voice-dial.ts, voice-record.ts …).
import { elementsOf, parseTwiml, type TwimlElement, textOf, trimXml } from '../../twiml/document.ts';
import { validateTwiml } from '../../twiml/validate.ts';
import type { World } from '../state.ts';
import { askForTwiml, type Instructions, readMethod, resolveUrl } from '../webhook.ts';
import { accountOf, type Call, callParams, hear, note } from './voice-call.ts';
import { dialRoom } from './voice-conference.ts';
import { dialPeople } from './voice-dial.ts';
import { gather } from './voice-gather.ts';
import { connect, end, hangUp, letGo } from './voice-life.ts';
import {
  type Act,
  type Flow,
  lineOf,
  type Outcome,
  PulledAway,
  type Source,
  type Verb,
} from './voice-line.ts';
import { message } from './voice-message.ts';
import { dialQueue, enqueue } from './voice-queue.ts';
import { record, start, stop } from './voice-record.ts';
import { sound } from './voice-say.ts';

/** Documents that follow each other without a moment in between: more is a circle. */
const MOST_HOPS = 50;

/** Lives through acts and documents until none is left or the call is over. */
export async function live(world: World, call: Call, first: Act): Promise<void> {
  let act: Act | undefined = first;
  while (act !== undefined) {
    const outcome = await unlessPulled(act);
    act = typeof outcome === 'object' ? () => perform(world, call, outcome) : undefined;
  }
  end(world, call, 'completed');
  await letGo(world, call);
}

async function unlessPulled(act: Act): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof PulledAway)) throw error;
    return typeof error.to === 'object' ? error.to : 'hangup';
  }
}

/** Runs a document and all that it leads to. */
export async function perform(world: World, call: Call, source: Source): Promise<Outcome> {
  let outcome: Outcome = source;
  let since = world.clock.now();
  for (let hops = 0; typeof outcome === 'object'; hops += 1) {
    if (since !== world.clock.now()) hops = 0;
    since = world.clock.now();
    outcome = hops > MOST_HOPS ? fail(world, call, 11215, 'circle') : await performOne(world, call, outcome);
  }
  return outcome;
}

async function performOne(world: World, call: Call, source: Source): Promise<Outcome> {
  const instructions = await load(world, call, source);
  lineOf(world, call).check();
  const where = source.kind === 'url' ? source.url : 'the Twiml parameter';
  if (instructions.outcome === 'error') return fail(world, call, instructions.code, where);
  // Nothing to do is no document, to a call.
  if (instructions.outcome === 'nothing') return fail(world, call, 12100, where);
  const verbs =
    instructions.outcome === 'twiml'
      ? instructions.verbs
      : [{ name: 'Say', attributes: {}, children: [instructions.text], line: 1, column: 1 }];
  for (const { line, reason } of problemsOf(verbs))
    note(world, call, 12200, `${where}, line ${line}: ${reason}`);
  const base = instructions.outcome === 'twiml' ? instructions.url : '';
  return runVerbs(flowOf(world, call, base), verbs);
}

async function load(world: World, call: Call, source: Source): Promise<Instructions> {
  if (source.kind === 'url') {
    const { params, ...webhook } = source;
    const all = { ...callParams(call), ...params };
    return askForTwiml(world, accountOf(world, call), { ...webhook, kind: 'call-url' }, all);
  }
  const parsed = parseTwiml(source.twiml);
  if (!parsed.ok || parsed.root.name !== 'Response') return { outcome: 'error', code: 12100 };
  return { outcome: 'twiml', verbs: elementsOf(parsed.root), url: '' };
}

function problemsOf(children: readonly TwimlElement[]) {
  const root = { name: 'Response', attributes: {}, children, line: 1, column: 1 };
  return validateTwiml(root, 'voice').filter(({ severity }) => severity === 'error');
}

const REASONS: Readonly<Record<number, string>> = {
  11200: 'HTTP retrieval failure (the emulator asks this machine and allowed hosts only)',
  11215: 'Too many documents led to each other without a pause',
  12100: 'Document parse failure',
  12300: 'Invalid Content-Type',
};

/** What everyone knows who has ever published broken TwiML. */
function fail(world: World, call: Call, code: number, where: string): Outcome {
  note(world, call, code, `${REASONS[code] ?? 'Error'}: ${where}`);
  connect(world, call);
  hear(world, call, 'twilio', 'say', 'We are sorry, an application error has occurred. Goodbye.');
  return 'hangup';
}

function flowOf(world: World, call: Call, base: string): Flow {
  return {
    world,
    account: accountOf(world, call),
    call,
    line: lineOf(world, call),
    base,
    perform: (source, on = call) => perform(world, on, source),
    live: (on, act) => live(world, on, act),
  };
}

async function runVerbs(flow: Flow, verbs: readonly TwimlElement[]): Promise<Outcome> {
  for (const element of verbs) {
    flow.line.check();
    if (picksUp(element)) connect(flow.world, flow.call);
    const outcome = await VERBS[element.name]?.(flow, element);
    if (outcome !== undefined && outcome !== 'next') return outcome;
  }
  return 'next';
}

/** A caller hears it ring while the first of these runs. */
function picksUp({ name, attributes }: TwimlElement): boolean {
  if (name === 'Dial') return attributes['answerOnBridge'] !== 'true';
  return name !== 'Reject' && name !== 'Redirect' && name !== 'Pause';
}

const redirect: Verb = ({ base }, element) => {
  const url = resolveUrl(trimXml(textOf(element)), base);
  return { kind: 'url', url, method: readMethod(element.attributes['method']) };
};

/** Refuses a call that has not been answered; later it does nothing. */
const reject: Verb = async ({ world, call }, element) => {
  if (call.status !== 'ringing' || call.direction !== 'inbound') return 'next';
  await hangUp(world, call, element.attributes['reason'] === 'busy' ? 'busy' : 'no-answer');
  return 'hangup';
};

/** Twilio would carry sound or card numbers elsewhere; here that it was asked for is written down. */
const noted: Verb = ({ world, call }, element) => {
  const inside = elementsOf(element).map(({ name }) => `<${name}>`);
  hear(world, call, 'twilio', 'note', `<${element.name}>${inside.join('')} is done; nothing leaves here.`);
  return 'next';
};

const dial: Verb = (flow, element) => {
  const nouns = elementsOf(element).map(({ name }) => name);
  if (nouns.includes('Conference')) return dialRoom(flow, element);
  return nouns.includes('Queue') ? dialQueue(flow, element) : dialPeople(flow, element);
};

const VERBS: Readonly<Record<string, Verb>> = {
  Say: sound,
  Play: sound,
  Pause: sound,
  Gather: gather,
  Record: record,
  Start: start,
  Stop: stop,
  Dial: dial,
  Enqueue: enqueue,
  Redirect: redirect,
  Hangup: () => 'hangup',
  Leave: () => 'leave',
  Reject: reject,
  Message: message,
  Sms: message,
  Connect: noted,
  Refer: noted,
  Pay: noted,
  Echo: noted,
  Annotate: noted,
};
