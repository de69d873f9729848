// Here: the routes of task queues and workflows, and what makes a configuration valid.
// Not here: how a task walks through one (taskrouter-workflow.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { created, invalidParameter, missingParameter, noContent, ok, parseJson } from '../wire.ts';
import { compile } from './taskrouter-expression.ts';
import { eligible, redispatch } from './taskrouter-routing.ts';
import {
  common,
  HOST,
  isObject,
  newRow,
  type Queue,
  queues,
  readName,
  rowOf,
  rowsOf,
  tasks,
  urlOf,
  WORKSPACE,
  WORKSPACES,
  type Workflow,
  type Workspace,
  workflows,
  workspaceOf,
} from './taskrouter-rows.ts';
import { enterFilters } from './taskrouter-workflow.ts';

const QUEUES = `${WORKSPACE}/TaskQueues`;
const WORKFLOWS = `${WORKSPACE}/Workflows`;
/** docs/taskrouter/limits */
const MOST_CONFIGURATION = 1_038_576;

function readTargetWorkers({ form }: Ask): string | undefined {
  const given = form.get('TargetWorkers');
  if (given !== undefined && given !== '') compile(given, 'TargetWorkers');
  return given;
}

function readOrder({ form }: Ask): 'FIFO' | 'LIFO' | undefined {
  const given = form.get('TaskOrder');
  if (given === undefined || given === 'FIFO' || given === 'LIFO') return given;
  throw invalidParameter('TaskOrder');
}

function readCount({ form }: Ask, name: string, most: number): number | undefined {
  const given = form.get(name);
  if (given === undefined) return undefined;
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw invalidParameter(name, `it must be between 1 and ${most}`);
  return count;
}

function createQueue(ask: Ask): Queue {
  const workspace = workspaceOf(ask);
  return queues(ask.world).add({
    ...newRow(ask, workspace, 'WQ'),
    friendlyName: readName(ask, 'Queue', queues, workspace),
    targetWorkers: readTargetWorkers(ask) ?? '1==1',
    maxReservedWorkers: readCount(ask, 'MaxReservedWorkers', 50) ?? 1,
    taskOrder: readOrder(ask) ?? 'FIFO',
  });
}

function updateQueue(ask: Ask): Queue {
  const workspace = workspaceOf(ask);
  const queue = rowOf(ask, queues);
  const name = ask.form.get('FriendlyName');
  if (name !== undefined && name !== queue.friendlyName)
    queue.friendlyName = readName(ask, 'Queue', queues, workspace);
  queue.targetWorkers = readTargetWorkers(ask) ?? queue.targetWorkers;
  queue.maxReservedWorkers = readCount(ask, 'MaxReservedWorkers', 50) ?? queue.maxReservedWorkers;
  queue.taskOrder = readOrder(ask) ?? queue.taskOrder;
  queue.updatedAt = ask.world.clock.now();
  redispatch(ask.world, workspace);
  return queue;
}

function showQueue(one: Queue): unknown {
  const url = urlOf(one, 'TaskQueues');
  return {
    ...common(one, 'TaskQueues'),
    friendly_name: one.friendlyName,
    target_workers: one.targetWorkers,
    max_reserved_workers: one.maxReservedWorkers,
    task_order: one.taskOrder,
    assignment_activity_sid: null,
    assignment_activity_name: null,
    reservation_activity_sid: null,
    reservation_activity_name: null,
    links: {
      statistics: `${url}/Statistics`,
      real_time_statistics: `${url}/RealTimeStatistics`,
      cumulative_statistics: `${url}/CumulativeStatistics`,
      workspace: `https://${HOST}${WORKSPACES}/${one.workspaceSid}`,
    },
  };
}

/** JSON whose expressions can be read and whose queues are there. */
function readConfiguration(ask: Ask, workspace: Workspace): string | undefined {
  const given = ask.form.get('Configuration');
  if (given === undefined) return undefined;
  if (new TextEncoder().encode(given).length > MOST_CONFIGURATION)
    throw invalidParameter('Configuration', 'it is too large');
  const document = parseJson(given);
  const routing = isObject(document) ? document['task_routing'] : undefined;
  if (!isObject(routing)) throw invalidParameter('Configuration', 'task_routing is missing');
  const known = new Set(rowsOf(ask.world, queues, workspace).map(({ sid }) => sid));
  const checkTarget = (target: unknown): void => {
    if (!isObject(target)) throw invalidParameter('Configuration', 'a target must be an object');
    const { queue, expression, skip_if: skip } = target;
    if (queue !== undefined && !known.has(String(queue)))
      throw invalidParameter('Configuration', `TaskQueue ${String(queue)} not found in ${workspace.sid}`);
    for (const one of [expression, skip]) if (one !== undefined) compile(String(one), 'Configuration');
  };
  const filters = Array.isArray(routing['filters']) ? routing['filters'] : [];
  for (const filter of filters) {
    if (!isObject(filter) || !Array.isArray(filter['targets']) || filter['targets'].length === 0)
      throw invalidParameter('Configuration', 'a filter must have targets');
    compile(String(filter['expression'] ?? ''), 'Configuration');
    filter['targets'].forEach(checkTarget);
  }
  if (routing['default_filter'] !== undefined) checkTarget(routing['default_filter']);
  return given;
}

function createWorkflow(ask: Ask): Workflow {
  const { world, form } = ask;
  const workspace = workspaceOf(ask);
  const friendlyName = readName(ask, 'Workflow', workflows, workspace);
  const configuration = readConfiguration(ask, workspace);
  if (configuration === undefined) throw missingParameter('Configuration');
  return workflows(world).add({
    ...newRow(ask, workspace, 'WW'),
    friendlyName,
    configuration,
    reservationTimeout: readCount(ask, 'TaskReservationTimeout', 86_400) ?? 120,
    callbackUrl: form.get('AssignmentCallbackUrl') ?? '',
    fallbackUrl: form.get('FallbackAssignmentCallbackUrl') ?? '',
  });
}

function updateWorkflow(ask: Ask): Workflow {
  const { world, form } = ask;
  const workspace = workspaceOf(ask);
  const workflow = rowOf(ask, workflows);
  const configuration = readConfiguration(ask, workspace);
  const name = form.get('FriendlyName');
  if (name !== undefined && name !== workflow.friendlyName)
    workflow.friendlyName = readName(ask, 'Workflow', workflows, workspace);
  workflow.configuration = configuration ?? workflow.configuration;
  workflow.reservationTimeout =
    readCount(ask, 'TaskReservationTimeout', 86_400) ?? workflow.reservationTimeout;
  workflow.callbackUrl = form.get('AssignmentCallbackUrl') ?? workflow.callbackUrl;
  workflow.fallbackUrl = form.get('FallbackAssignmentCallbackUrl') ?? workflow.fallbackUrl;
  workflow.updatedAt = world.clock.now();
  if (form.boolean('ReEvaluateTasks') === true) {
    for (const task of rowsOf(world, tasks, workspace))
      if (task.workflowSid === workflow.sid && task.status === 'pending')
        enterFilters(world, workspace, task, 0);
  }
  return workflow;
}

function showWorkflow(one: Workflow): unknown {
  const url = urlOf(one, 'Workflows');
  return {
    ...common(one, 'Workflows'),
    friendly_name: one.friendlyName,
    configuration: one.configuration,
    document_content_type: 'application/json',
    task_reservation_timeout: one.reservationTimeout,
    assignment_callback_url: one.callbackUrl === '' ? null : one.callbackUrl,
    fallback_assignment_callback_url: one.fallbackUrl === '' ? null : one.fallbackUrl,
    links: {
      statistics: `${url}/Statistics`,
      real_time_statistics: `${url}/RealTimeStatistics`,
      cumulative_statistics: `${url}/CumulativeStatistics`,
    },
  };
}

function filteredQueues(ask: Ask): Queue[] {
  const { world, query } = ask;
  const workspace = workspaceOf(ask);
  const workerSid = query.get('WorkerSid');
  const fits = ({ sid }: Queue): boolean =>
    workerSid === undefined ||
    eligible(world, workspace.accountSid, workspace.sid, sid).some((worker) => worker.sid === workerSid);
  return rowsOf(world, queues, workspace).filter(
    (one) => (query.get('FriendlyName') ?? one.friendlyName) === one.friendlyName && fits(one),
  );
}

export const queueRoutes: readonly Route[] = [
  route('POST', HOST, QUEUES, (ask) => created(showQueue(createQueue(ask)))),
  route('GET', HOST, QUEUES, (ask) => metaPage(ask, 'task_queues', filteredQueues(ask), showQueue)),
  route('GET', HOST, `${QUEUES}/{Sid}`, (ask) => ok(showQueue(rowOf(ask, queues)))),
  route('POST', HOST, `${QUEUES}/{Sid}`, (ask) => ok(showQueue(updateQueue(ask)))),
  route('DELETE', HOST, `${QUEUES}/{Sid}`, (ask) => {
    const { accountSid, sid } = rowOf(ask, queues);
    queues(ask.world).remove(accountSid, sid);
    return noContent();
  }),
  route('POST', HOST, WORKFLOWS, (ask) => created(showWorkflow(createWorkflow(ask)))),
  route('GET', HOST, WORKFLOWS, (ask) =>
    metaPage(ask, 'workflows', rowsOf(ask.world, workflows, workspaceOf(ask)), showWorkflow),
  ),
  route('GET', HOST, `${WORKFLOWS}/{Sid}`, (ask) => ok(showWorkflow(rowOf(ask, workflows)))),
  route('POST', HOST, `${WORKFLOWS}/{Sid}`, (ask) => ok(showWorkflow(updateWorkflow(ask)))),
  route('DELETE', HOST, `${WORKFLOWS}/{Sid}`, (ask) => {
    const { accountSid, sid } = rowOf(ask, workflows);
    workflows(ask.world).remove(accountSid, sid);
    return noContent();
  }),
];
