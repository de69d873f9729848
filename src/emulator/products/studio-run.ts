// Here: executions: how one begins, walks from widget to widget on the clock, and ends; its steps and its context.
// Not here: what a widget does (studio-widget.ts), flows (studio-flow.ts).
import type { Ask } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import {
  type Answer,
  created,
  invalidParameter,
  iso,
  missingParameter,
  notFound,
  parseJson,
  TwilioError,
} from '../wire.ts';
import { FLOWS, flowOf, HOST, isObject, published, type State, statesOf, text } from './studio-flow.ts';
import { act, type Context, type Doing, matchOf, type Scene } from './studio-widget.ts';

export type Step = {
  readonly sid: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly context: string;
  readonly at: number;
};
export type Execution = {
  readonly accountSid: string;
  readonly sid: string;
  readonly flowSid: string;
  readonly revision: number;
  readonly states: readonly State[];
  readonly context: Context;
  readonly requestSid: string;
  /** Oldest first. */
  readonly steps: Step[];
  status: 'active' | 'ended';
  readonly createdAt: number;
  updatedAt: number;
};

export const executions = defineTable<Execution>('studio executions');

/** docs/studio/user-guide/studio-faq */
const MOST_STEPS = 1000;
const MOST_REPEATS = 10;
const LONGEST_DAYS = 30;
/** docs/api/errors/81023 */
const MOST_ADDRESS_BYTES = 300;
const STEP_SECONDS = 0.1;

function readParameters(ask: Ask) {
  const given = ask.form.get('Parameters');
  const data = given === undefined ? {} : parseJson(given);
  if (!isObject(data)) throw invalidParameter('Parameters', 'it must be a JSON object');
  return data;
}

function conflict(sid: string): Answer {
  return {
    status: 409,
    body: {
      code: 20_409,
      message: `Execution ${sid} is already active for this contact. End the active Execution before creating a new one`,
      more_info: 'https://www.twilio.com/docs/errors/20409',
      status: 409,
      details: { conflicting_execution_sid: sid },
    },
  };
}

/** One run at a time for the same To and From. */
export function begin(ask: Ask): Answer {
  const { form, world, account } = ask;
  const flow = flowOf(ask, 'FlowSid');
  const live = published(flow);
  if (live === undefined) throw notFound(ask.path);
  const to = form.get('To') ?? '';
  const from = form.get('From') ?? '';
  if (to === '') throw missingParameter('To');
  if (from === '') throw missingParameter('From');
  if (new TextEncoder().encode(to + from).length > MOST_ADDRESS_BYTES)
    throw new TwilioError(400, 81_023, 'To and From could not be processed');
  const data = readParameters(ask);
  const rival = executions(world)
    .list(account.sid, ({ status }) => status === 'active')
    .find(({ context }) => context.contact.channel.address === to && context.flow.channel.address === from);
  if (rival !== undefined) return conflict(rival.sid);
  const sid = world.ids.sid('FN');
  const now = world.clock.now();
  const execution = executions(world).add({
    accountSid: account.sid,
    sid,
    flowSid: flow.sid,
    revision: live.revision,
    states: statesOf(live.definition),
    context: {
      flow: { sid, flow_sid: flow.sid, channel: { address: from }, data, variables: {} },
      contact: { channel: { address: to } },
      trigger: { request: { to, from, parameters: data } },
      widgets: {},
    },
    requestSid: `RQ${world.ids.hex(32)}`,
    steps: [],
    status: 'active',
    createdAt: now,
    updatedAt: now,
  });
  world.clock.after(LONGEST_DAYS * 86_400, () => end(world, execution));
  enter(world, execution, text(live.definition['initial_state']));
  return created(showExecution(execution));
}

export function end(world: World, execution: Execution): void {
  if (execution.status === 'ended') return;
  execution.status = 'ended';
  execution.updatedAt = world.clock.now();
}

function enter(world: World, execution: Execution, name: string): void {
  const state = execution.states.find((one) => one.name === name);
  if (state === undefined) {
    end(world, execution);
    return;
  }
  const { accountSid, context } = execution;
  const scene: Scene = { world, accountSid, context, speech: speechAfter(execution, state) };
  world.clock.after(STEP_SECONDS, () => {
    if (execution.status === 'active') proceed(execution, scene, state, act(scene, state));
  });
}

function proceed(execution: Execution, scene: Scene, state: State, doing: Doing): void {
  const { world } = scene;
  if (execution.status === 'ended') return;
  if ('later' in doing) {
    world.clock.after(doing.later, () => proceed(execution, scene, state, doing.again()));
    return;
  }
  if ('note' in doing) {
    execution.context.widgets[state.name] = { emulator_note: doing.note };
    leave(execution, scene, state, 'notEmulated', undefined);
    return;
  }
  const transition =
    doing.event === 'match'
      ? matchOf(scene, state)
      : state.transitions.find(({ event }) => event === doing.event);
  leave(execution, scene, state, doing.event, transition?.next);
}

function leave(
  execution: Execution,
  { world, context }: Scene,
  state: State,
  event: string,
  next: string | undefined,
): void {
  const { steps } = execution;
  steps.push({
    sid: world.ids.sid('FT'),
    event,
    from: state.name,
    to: next ?? 'Ended',
    type: state.type,
    context: JSON.stringify(context),
    at: world.clock.now(),
  });
  execution.updatedAt = world.clock.now();
  const repeats = steps.slice(-MOST_REPEATS).filter(({ from }) => from === state.name).length;
  if (next === undefined || steps.length >= MOST_STEPS || repeats >= MOST_REPEATS) end(world, execution);
  else enter(world, execution, next);
}

/** The words of the say-play widgets that directly follow an answered call. */
function speechAfter({ states }: Execution, state: State): string[] {
  const words: string[] = [];
  let next = state.transitions.find(({ event }) => event === 'answered')?.next;
  for (let n = 0; n < 20; n += 1) {
    const said = states.find(({ name, type }) => name === next && type === 'say-play');
    if (said === undefined) break;
    words.push(text(said.properties['say']));
    next = said.transitions.find(({ event }) => event === 'audioComplete')?.next;
  }
  return words;
}

export function executionOf(ask: Ask, name: string): Execution {
  const flow = flowOf(ask, 'FlowSid');
  const found = executions(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined || found.flowSid !== flow.sid) throw notFound(ask.path);
  return found;
}

export function urlOf({ flowSid, sid }: Execution): string {
  return `https://${HOST}${FLOWS}/${flowSid}/Executions/${sid}`;
}

export function showExecution(one: Execution): unknown {
  const url = urlOf(one);
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    flow_sid: one.flowSid,
    contact_channel_address: one.context.contact.channel.address,
    // A placeholder since contacts were given up (docs/studio/rest-api/execution).
    contact_sid: `FC${'0'.repeat(32)}`,
    flow_version: one.revision,
    context: one.context,
    status: one.status,
    date_created: iso(one.createdAt),
    date_updated: iso(one.updatedAt),
    initiated_by: one.requestSid,
    url,
    links: { steps: `${url}/Steps`, execution_context: `${url}/Context` },
  };
}

export function showStep(one: Execution, step: Step): unknown {
  const url = `${urlOf(one)}/Steps/${step.sid}`;
  const at = one.steps.indexOf(step);
  return {
    sid: step.sid,
    account_sid: one.accountSid,
    flow_sid: one.flowSid,
    execution_sid: one.sid,
    parent_step_sid: one.steps[at - 1]?.sid ?? null,
    name: step.event,
    context: {},
    transitioned_from: step.from,
    transitioned_to: step.to,
    type: step.type,
    date_created: iso(step.at),
    date_updated: null,
    url,
    links: { step_context: `${url}/Context` },
  };
}
