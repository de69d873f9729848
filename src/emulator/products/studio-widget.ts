// Here: what each kind of widget does in a run and by which event it is left; variables in its texts.
// Not here: the walk from widget to widget (studio-run.ts).
import type { World } from '../state.ts';
import { readForm, TwilioError } from '../wire.ts';
import { type Message, messages } from './messaging-message.ts';
import { createMessage } from './messaging-send.ts';
import { isObject, type Json, type State, type Transition, text } from './studio-flow.ts';
import { type Call, calls, isOver } from './voice-call.ts';
import { placeCall } from './voice-place.ts';

/** What a widget sees of the run. */
export type Scene = {
  readonly world: World;
  readonly accountSid: string;
  /** The run's context, which widgets write their results into. */
  readonly context: Context;
  /** Words that say-play widgets behind this one speak on the call it places. */
  readonly speech: readonly string[];
};

export type Context = {
  readonly flow: {
    readonly sid: string;
    readonly flow_sid: string;
    readonly channel: { readonly address: string };
    readonly data: Json;
    readonly variables: Record<string, unknown>;
  };
  readonly contact: { readonly channel: { readonly address: string } };
  readonly trigger: Json;
  readonly widgets: Record<string, Json>;
};

/** An event leaves the widget; `later` asks again in that many seconds; `note` says why nothing more is done. */
export type Doing =
  | { readonly event: string }
  | { readonly later: number; readonly again: () => Doing }
  | { readonly note: string };

type Widget = (scene: Scene, state: State) => Doing;

const WIDGETS: Readonly<Record<string, Widget>> = {
  trigger: () => ({ event: 'incomingRequest' }),
  'send-message': (scene, state) => sendMessage(scene, state, () => ({ event: 'sent' }), 'failed'),
  'send-and-wait-for-reply': (scene, state) =>
    sendMessage(scene, state, (sent) => waitForReply(scene, state, sent), 'deliveryFailure'),
  'make-outgoing-call': callOut,
  'make-outgoing-call-v2': callOut,
  'say-play': (scene) => whenHungUp(scene, 'audioComplete'),
  'split-based-on': split,
  'set-variables': setVariables,
};

export function act(scene: Scene, state: State): Doing {
  const widget = WIDGETS[state.type];
  if (widget === undefined) return { note: `The emulator does not carry out ${state.type} widgets.` };
  return widget(scene, state);
}

/** `{{flow.data.name}}` and its like; filters and tags of Liquid are not known here. */
export function filled({ context }: Scene, given: unknown): string {
  return text(given).replace(/\{\{\s*([\w.-]+)\s*(?:\|[^}]*)?\}\}/g, (_, path: string) =>
    text(path.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), context)),
  );
}

type Parameters = Readonly<Record<string, string>>;

function form(fields: Parameters) {
  return readForm(new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== '')).toString());
}

function sendMessage(scene: Scene, state: State, sent: (message: Message) => Doing, failed: string): Doing {
  const { world, accountSid, context } = scene;
  const { from, to, body, content_template_sid: content, media_url: media } = state.properties;
  try {
    const message = createMessage(
      world,
      accountSid,
      form({
        From: filled(scene, from),
        To: filled(scene, to ?? context.contact.channel.address),
        Body: filled(scene, body),
        ContentSid: filled(scene, content),
        MediaUrl: filled(scene, media),
      }),
    );
    const { sid: Sid, to: To, body: Body } = message;
    context.widgets[state.name] = { outbound: { Sid, To, From: filled(scene, from), Body } };
    return settled(message, sent, failed);
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    context.widgets[state.name] = { error: { code: error.code, message: error.message } };
    return { event: failed };
  }
}

/** Left once the message is on its way, or has failed. */
function settled(message: Message, sent: (message: Message) => Doing, failed: string): Doing {
  if (message.status === 'failed' || message.status === 'undelivered') return { event: failed };
  if (message.status === 'sent' || message.status === 'delivered') return sent(message);
  return { later: 0.5, again: () => settled(message, sent, failed) };
}

/** Seconds that Studio waits where the widget does not say. */
const PATIENCE = 3600;

function waitForReply({ world, context }: Scene, state: State, sent: Message): Doing {
  const started = world.clock.now();
  const patience = Number(text(state.properties['timeout'])) || PATIENCE;
  const look = (): Doing => {
    const reply = messages(world)
      .list(sent.accountSid, ({ direction, from, createdAt }) => {
        return direction === 'inbound' && from === sent.to && createdAt >= sent.createdAt;
      })
      .at(-1);
    if (reply !== undefined) {
      const { sid, body, from, to } = reply;
      const inbound = { MessageSid: sid, Body: body, From: from, To: to };
      context.widgets[state.name] = { ...context.widgets[state.name], inbound };
      return { event: 'incomingMessage' };
    }
    if (world.clock.now() - started >= patience * 1000) return { event: 'timeout' };
    return { later: 1, again: look };
  };
  return look();
}

function callOut(scene: Scene, state: State): Doing {
  const { world, accountSid, context, speech } = scene;
  const words = speech.length > 0 ? speech : [''];
  const says = words.map((one) => (one === '' ? '<Pause/>' : `<Say>${escaped(filled(scene, one))}</Say>`));
  try {
    const call = placeCall(
      world,
      accountSid,
      form({
        From: filled(scene, state.properties['from'] ?? context.flow.channel.address),
        To: filled(scene, state.properties['to'] ?? context.contact.channel.address),
        Timeout: filled(scene, state.properties['timeout']),
        Twiml: `<Response>${says.join('')}</Response>`,
      }),
    );
    context.widgets[state.name] = { CallSid: call.sid, To: call.to, From: call.from };
    return answered(call);
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    context.widgets[state.name] = { error: { code: error.code, message: error.message } };
    return { event: 'failed' };
  }
}

const EVENTS: Readonly<Partial<Record<Call['status'], string>>> = {
  'in-progress': 'answered',
  completed: 'answered',
  busy: 'busy',
  'no-answer': 'noAnswer',
  failed: 'failed',
  canceled: 'failed',
};

function answered(call: Call): Doing {
  const event = EVENTS[call.status];
  return event === undefined ? { later: 0.5, again: () => answered(call) } : { event };
}

/** What is said was given to the call when it was placed: here it is only waited for. */
function whenHungUp({ world, accountSid, context }: Scene, event: string): Doing {
  const sids = Object.values(context.widgets).map(({ CallSid }) => CallSid);
  const call = sids.flatMap((sid) => calls(world).get(accountSid, text(sid)) ?? []).at(-1);
  if (call === undefined || isOver(call)) return { event };
  return { later: 0.5, again: () => whenHungUp({ world, accountSid, context, speech: [] }, event) };
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function setVariables(scene: Scene, { properties }: State): Doing {
  const pairs = Array.isArray(properties['variables']) ? properties['variables'].filter(isObject) : [];
  for (const { key, value } of pairs) scene.context.flow.variables[text(key)] = filled(scene, value);
  return { event: 'next' };
}

/** The first match whose conditions all hold; which of several `match` events it was, the walk has to know. */
export function matchOf(scene: Scene, state: State): Transition | undefined {
  return state.transitions.find(
    ({ event, conditions }) =>
      event === 'match' && conditions.length > 0 && conditions.every((one) => holds(scene, one)),
  );
}

function split(scene: Scene, state: State): Doing {
  return { event: matchOf(scene, state) === undefined ? 'noMatch' : 'match' };
}

function holds(scene: Scene, { type, value, arguments: given }: Json): boolean {
  const [argument] = Array.isArray(given) ? given : [given];
  const left = filled(scene, argument).trim().toLowerCase();
  const right = filled(scene, value).trim().toLowerCase();
  const among = right.split(',').map((one) => one.trim());
  switch (text(type)) {
    case 'equal_to':
      return left === right;
    case 'not_equal_to':
      return left !== right;
    case 'matches_any_of':
      return among.includes(left);
    case 'does_not_match_any_of':
      return !among.includes(left);
    case 'contains':
      return left.includes(right);
    case 'does_not_contain':
      return !left.includes(right);
    case 'starts_with':
      return left.startsWith(right);
    case 'is_blank':
      return left === '';
    case 'is_not_blank':
      return left !== '';
    case 'greater_than':
      return Number(left) > Number(right);
    case 'less_than':
      return Number(left) < Number(right);
    case 'regex':
      return matches(left, filled(scene, value));
    default:
      return false;
  }
}

/** An expression that is none matches nothing. */
function matches(words: string, expression: string): boolean {
  try {
    return new RegExp(expression, 'i').test(words);
  } catch {
    return false;
  }
}
