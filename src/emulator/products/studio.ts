// Here: the routes of Studio v2.
// Not here: flows and their validation (studio-flow.ts), executions (studio-run.ts), widgets (studio-widget.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Product, type Route, route } from '../route.ts';
import { created, invalidParameter, noContent, notFound, ok, parseJson } from '../wire.ts';
import {
  checkRevision,
  createFlow,
  FLOWS,
  flowOf,
  flows,
  HOST,
  refuseInvalid,
  revisionOf,
  showFlow,
  showRevision,
  updateFlow,
} from './studio-flow.ts';
import {
  begin,
  type Execution,
  end,
  executionOf,
  executions,
  showExecution,
  showStep,
  urlOf,
} from './studio-run.ts';

const FLOW = `${FLOWS}/{Sid}`;
const EXECUTIONS = `${FLOWS}/{FlowSid}/Executions`;
const EXECUTION = `${EXECUTIONS}/{Sid}`;
const INSIDE = `${EXECUTIONS}/{ExecutionSid}`;

const flowRoutes: readonly Route[] = [
  route('POST', HOST, `${FLOWS}/Validate`, (ask) => {
    const refusal = refuseInvalid(ask);
    if (refusal !== undefined) return refusal;
    checkRevision(ask);
    return ok({ valid: true });
  }),
  route('POST', HOST, FLOWS, (ask) => refuseInvalid(ask) ?? created(showFlow(createFlow(ask)))),
  route('GET', HOST, FLOWS, (ask) =>
    metaPage(ask, 'flows', flows(ask.world).list(ask.account.sid), (one) => showFlow(one, true)),
  ),
  route('GET', HOST, FLOW, (ask) => ok(showFlow(flowOf(ask, 'Sid')))),
  route('POST', HOST, FLOW, (ask) => refuseInvalid(ask) ?? ok(showFlow(updateFlow(ask)))),
  route('DELETE', HOST, FLOW, (ask) => {
    const { accountSid, sid } = flowOf(ask, 'Sid');
    flows(ask.world).remove(accountSid, sid);
    return noContent();
  }),
  route('GET', HOST, `${FLOW}/Revisions`, (ask) => {
    const flow = flowOf(ask, 'Sid');
    return metaPage(ask, 'revisions', flow.revisions.toReversed(), (one) => showRevision(flow, one, true));
  }),
  route('GET', HOST, `${FLOW}/Revisions/{Revision}`, (ask) => {
    const { flow, revision } = revisionOf(ask);
    return ok(showRevision(flow, revision));
  }),
];

function filtered(ask: Ask): Execution[] {
  const { world, account, query } = ask;
  const { sid } = flowOf(ask, 'FlowSid');
  const moment = (name: string): number | undefined => {
    const given = query.get(name);
    if (given === undefined) return undefined;
    const time = Date.parse(given);
    if (Number.isNaN(time)) throw invalidParameter(name);
    return time;
  };
  const status = query.get('status');
  const from = moment('DateCreatedFrom') ?? Number.NEGATIVE_INFINITY;
  const to = moment('DateCreatedTo') ?? Number.POSITIVE_INFINITY;
  return executions(world).list(
    account.sid,
    (one) =>
      one.flowSid === sid &&
      (status === undefined || one.status === status) &&
      one.createdAt >= from &&
      one.createdAt < to,
  );
}

const executionRoutes: readonly Route[] = [
  route('POST', HOST, EXECUTIONS, begin),
  route('GET', HOST, EXECUTIONS, (ask) => metaPage(ask, 'executions', filtered(ask), showExecution)),
  route('GET', HOST, EXECUTION, (ask) => ok(showExecution(executionOf(ask, 'Sid')))),
  route('POST', HOST, EXECUTION, (ask) => {
    const one = executionOf(ask, 'Sid');
    if (ask.form.get('Status') !== 'ended') throw invalidParameter('Status', 'it can only be ended');
    end(ask.world, one);
    return ok(showExecution(one));
  }),
  route('DELETE', HOST, EXECUTION, (ask) => {
    const one = executionOf(ask, 'Sid');
    end(ask.world, one);
    executions(ask.world).remove(one.accountSid, one.sid);
    return noContent();
  }),
  route('GET', HOST, `${INSIDE}/Context`, (ask) => {
    const one = executionOf(ask, 'ExecutionSid');
    return ok({
      account_sid: one.accountSid,
      flow_sid: one.flowSid,
      execution_sid: one.sid,
      context: one.context,
      url: `${urlOf(one)}/Context`,
    });
  }),
  route('GET', HOST, `${INSIDE}/Steps`, (ask) => {
    const one = executionOf(ask, 'ExecutionSid');
    return metaPage(ask, 'steps', one.steps.toReversed(), (step) => showStep(one, step));
  }),
  route('GET', HOST, `${INSIDE}/Steps/{Sid}`, (ask) => {
    const { one, step } = stepOf(ask, 'Sid');
    return ok(showStep(one, step));
  }),
  route('GET', HOST, `${INSIDE}/Steps/{StepSid}/Context`, (ask) => {
    const { one, step } = stepOf(ask, 'StepSid');
    return ok({
      account_sid: one.accountSid,
      flow_sid: one.flowSid,
      execution_sid: one.sid,
      step_sid: step.sid,
      context: parseJson(step.context),
      url: `${urlOf(one)}/Steps/${step.sid}/Context`,
    });
  }),
];

function stepOf(ask: Ask, name: string) {
  const one = executionOf(ask, 'ExecutionSid');
  const step = one.steps.find(({ sid }) => sid === ask.param(name));
  if (step === undefined) throw notFound(ask.path);
  return { one, step };
}

export const studio: Product = { name: 'studio', routes: [...flowRoutes, ...executionRoutes] };
