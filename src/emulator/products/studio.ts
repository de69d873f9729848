// Here: Studio v2: flows with revisions, validation, and executions that walk a flow on the clock.
// Not here: most widgets; a run sends the texts of send-message widgets, notes the others and goes on.
import { metaPage } from '../paging.ts';
import { type Ask, type Product, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, iso, noContent, notFound, ok, parseJson, TwilioError } from '../wire.ts';

type State = {
  readonly name: string;
  readonly type: string;
  readonly transitions: readonly { readonly next?: string }[];
  readonly properties: Record<string, unknown>;
};
type Flow = {
  readonly accountSid: string;
  readonly sid: string;
  friendlyName: string;
  status: string;
  revision: number;
  definition: Record<string, unknown>;
  commitMessage: string | null;
  readonly createdAt: number;
  updatedAt: number;
};
type Execution = {
  readonly accountSid: string;
  readonly sid: string;
  readonly flowSid: string;
  readonly to: string;
  readonly from: string;
  readonly data: unknown;
  readonly steps: { readonly from: string; readonly to: string; readonly at: number; readonly sid: string }[];
  status: 'active' | 'ended';
  readonly createdAt: number;
  updatedAt: number;
};

const flows = defineTable<Flow>('studio flows');
const executions = defineTable<Execution>('studio executions');

const HOST = 'studio.twilio.com';
const FLOWS = '/v2/Flows';
const FLOW = `${FLOWS}/{Sid}`;
const EXECUTIONS = `${FLOWS}/{FlowSid}/Executions`;
const EXECUTION = `${EXECUTIONS}/{Sid}`;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function statesOf(definition: Record<string, unknown>): State[] {
  const states = definition['states'];
  return (Array.isArray(states) ? states : []).filter(isObject).map((each) => ({
    name: String(each['name']),
    type: String(each['type']),
    transitions: (Array.isArray(each['transitions']) ? each['transitions'] : [])
      .filter(isObject)
      .map(({ next }) => (typeof next === 'string' ? { next } : {})),
    properties: isObject(each['properties']) ? each['properties'] : {},
  }));
}

function readDefinition(ask: Ask): Record<string, unknown> {
  const definition = parseJson(ask.form.get('Definition') ?? '');
  if (!isObject(definition)) throw new TwilioError(400, 20_001, 'Flow definition is not JSON');
  const states = statesOf(definition);
  const known = new Set(states.map(({ name }) => name));
  const lost = states
    .flatMap(({ transitions }) => transitions)
    .find(({ next }) => next !== undefined && !known.has(next));
  if (!known.has(String(definition['initial_state'])) || lost !== undefined)
    throw new TwilioError(400, 20_001, 'Flow definition is invalid');
  return definition;
}

function flowOf(ask: Ask, name: string): Flow {
  const found = flows(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function showFlow(one: Flow): unknown {
  const url = `https://${HOST}${FLOWS}/${one.sid}`;
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    friendly_name: one.friendlyName,
    definition: one.definition,
    status: one.status,
    revision: one.revision,
    commit_message: one.commitMessage,
    valid: true,
    errors: [],
    warnings: [],
    date_created: iso(one.createdAt),
    date_updated: iso(one.updatedAt),
    webhook_url: `https://webhooks.twilio.com/v1/Accounts/${one.accountSid}/Flows/${one.sid}`,
    url,
    links: { executions: `${url}/Executions` },
  };
}

function createFlow(ask: Ask): Flow {
  const { form, world, account } = ask;
  const now = world.clock.now();
  return flows(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('FW'),
    friendlyName: form.get('FriendlyName') ?? '',
    status: form.get('Status') ?? 'draft',
    revision: 1,
    definition: readDefinition(ask),
    commitMessage: form.get('CommitMessage') ?? null,
    createdAt: now,
    updatedAt: now,
  });
}

function updateFlow(ask: Ask): Flow {
  const one = flowOf(ask, 'Sid');
  const { form, world } = ask;
  if (form.has('Definition')) one.definition = readDefinition(ask);
  one.friendlyName = form.get('FriendlyName') ?? one.friendlyName;
  one.status = form.get('Status') ?? one.status;
  one.commitMessage = form.get('CommitMessage') ?? null;
  one.revision += 1;
  one.updatedAt = world.clock.now();
  return one;
}

function start(ask: Ask): Execution {
  const { form, world, account } = ask;
  const flow = flowOf(ask, 'FlowSid');
  if (flow.status !== 'published') throw new TwilioError(400, 20_404, 'The flow has no published revision');
  const to = form.get('To') ?? '';
  if (!/^\+[1-9]\d{6,14}$/.test(to)) throw new TwilioError(400, 20_001, 'Invalid To');
  const now = world.clock.now();
  const execution = executions(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('FN'),
    flowSid: flow.sid,
    to,
    from: form.get('From') ?? '',
    data: parseJson(form.get('Parameters') ?? '{}'),
    steps: [],
    status: 'active',
    createdAt: now,
    updatedAt: now,
  });
  walk(world, flow, execution, String(flow.definition['initial_state']));
  return execution;
}

/** One widget a second; a widget without a way on ends the run. */
function walk(world: World, flow: Flow, execution: Execution, name: string): void {
  world.clock.after(1, () => {
    if (execution.status === 'ended') return;
    const state = statesOf(flow.definition).find((each) => each.name === name);
    execution.updatedAt = world.clock.now();
    if (state?.type === 'send-message') text(world, execution, String(state.properties['body'] ?? ''));
    const next = state?.transitions.find((each) => each.next !== undefined)?.next;
    execution.steps.push({
      from: name,
      to: next ?? 'Ended',
      at: world.clock.now(),
      sid: world.ids.sid('FT'),
    });
    if (next === undefined) execution.status = 'ended';
    else walk(world, flow, execution, next);
  });
}

function text(world: World, { to, from, data }: Execution, body: string): void {
  const values = isObject(data) ? data : {};
  const filled = body.replace(/\{\{\s*flow\.data\.(\w+)\s*\}\}/g, (_, name: string) =>
    String(values[name] ?? ''),
  );
  world.phones.receive(to, {
    kind: 'sms',
    sid: world.ids.sid('SM'),
    from,
    body: filled,
    media: [],
    at: world.clock.now(),
  });
}

function executionOf(ask: Ask): Execution {
  const found = executions(ask.world).get(ask.account.sid, ask.param('Sid'));
  if (found === undefined || found.flowSid !== ask.param('FlowSid')) throw notFound(ask.path);
  return found;
}

function showExecution(one: Execution): unknown {
  const url = `https://${HOST}${FLOWS}/${one.flowSid}/Executions/${one.sid}`;
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    flow_sid: one.flowSid,
    contact_channel_address: one.to,
    context: { flow: { data: one.data } },
    status: one.status,
    date_created: iso(one.createdAt),
    date_updated: iso(one.updatedAt),
    url,
    links: { steps: `${url}/Steps`, execution_context: `${url}/Context` },
  };
}

export const studio: Product = {
  name: 'studio',
  routes: [
    route('POST', HOST, `${FLOWS}/Validate`, (ask) => {
      readDefinition(ask);
      return ok({ valid: true });
    }),
    route('POST', HOST, FLOWS, (ask) => created(showFlow(createFlow(ask)))),
    route('GET', HOST, FLOWS, (ask) =>
      metaPage(ask, 'flows', flows(ask.world).list(ask.account.sid), showFlow),
    ),
    route('GET', HOST, FLOW, (ask) => ok(showFlow(flowOf(ask, 'Sid')))),
    route('POST', HOST, FLOW, (ask) => ok(showFlow(updateFlow(ask)))),
    route('DELETE', HOST, FLOW, (ask) => {
      const { accountSid, sid } = flowOf(ask, 'Sid');
      flows(ask.world).remove(accountSid, sid);
      return noContent();
    }),
    route('POST', HOST, EXECUTIONS, (ask) => created(showExecution(start(ask)))),
    route('GET', HOST, EXECUTIONS, (ask) => {
      const { sid } = flowOf(ask, 'FlowSid');
      return metaPage(
        ask,
        'executions',
        executions(ask.world).list(ask.account.sid, (one) => one.flowSid === sid),
        showExecution,
      );
    }),
    route('GET', HOST, EXECUTION, (ask) => ok(showExecution(executionOf(ask)))),
    route('POST', HOST, EXECUTION, (ask) => {
      const one = executionOf(ask);
      if (ask.form.get('Status') !== 'ended') throw new TwilioError(400, 20_001, 'Status must be ended');
      one.status = 'ended';
      return ok(showExecution(one));
    }),
    route('GET', HOST, `${EXECUTION}/Context`, (ask) => {
      const one = executionOf(ask);
      const url = `https://${HOST}${FLOWS}/${one.flowSid}/Executions/${one.sid}/Context`;
      return ok({
        account_sid: one.accountSid,
        flow_sid: one.flowSid,
        execution_sid: one.sid,
        context: { flow: { data: one.data } },
        url,
      });
    }),
    route('GET', HOST, `${EXECUTION}/Steps`, (ask) => {
      const one = executionOf(ask);
      return metaPage(ask, 'steps', [...one.steps].reverse(), ({ sid, from, to, at }) => ({
        sid,
        account_sid: one.accountSid,
        flow_sid: one.flowSid,
        execution_sid: one.sid,
        name: 'success',
        context: {},
        transitioned_from: from,
        transitioned_to: to,
        date_created: iso(at),
        date_updated: iso(at),
      }));
    }),
  ],
};
