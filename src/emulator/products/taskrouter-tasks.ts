// Here: the routes of tasks and reservations, with what TaskRouter refuses.
// Not here: how a task finds its worker (taskrouter-workflow.ts, taskrouter-routing.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { created, invalidParameter, iso, noContent, notFound, ok, TwilioError } from '../wire.ts';
import { answer, finish, offersOf, remove, taskEvent, wrapUp } from './taskrouter-routing.ts';
import {
  common,
  HOST,
  newRow,
  queues,
  type Reservation,
  readAttributes,
  reservations,
  rowOf,
  rowsOf,
  type Task,
  tasks,
  urlOf,
  WORKSPACE,
  WORKSPACES,
  type Workspace,
  workers,
  workflows,
  workspaceOf,
} from './taskrouter-rows.ts';
import { begin } from './taskrouter-workflow.ts';

const TASKS = `${WORKSPACE}/Tasks`;
const RESERVATIONS = `${TASKS}/{TaskSid}/Reservations`;
const OF_WORKER = `${WORKSPACE}/Workers/{WorkerSid}/Reservations`;
const MOST_PRIORITY = 2_147_483_647;
/** docs/taskrouter/limits */
const LONGEST = 1_209_600;

function readNumber({ form }: Ask, name: string, least: number, most: number): number | undefined {
  const given = form.get(name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!Number.isInteger(value) || value < least || value > most) throw invalidParameter(name);
  return value;
}

function chooseWorkflow(ask: Ask, workspace: Workspace): string {
  const known = rowsOf(ask.world, workflows, workspace);
  const wanted = ask.form.get('WorkflowSid');
  const found = wanted === undefined ? known : known.filter(({ sid }) => sid === wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.sid;
  throw invalidParameter(
    'WorkflowSid',
    wanted === undefined ? `it is required: workspace has ${known.length} workflows` : `${wanted} not found`,
  );
}

function createTask(ask: Ask): Task {
  const { world, form } = ask;
  const workspace = workspaceOf(ask);
  const attributes = readAttributes(ask) ?? '{}';
  const row = newRow(ask, workspace, 'WT');
  const task = tasks(world).add({
    ...row,
    workflowSid: chooseWorkflow(ask, workspace),
    channel: form.get('TaskChannel') ?? 'default',
    timeout: readNumber(ask, 'Timeout', 1, LONGEST) ?? 86_400,
    attributes,
    status: 'pending',
    priority: readNumber(ask, 'Priority', 0, MOST_PRIORITY) ?? 0,
    reason: null,
    queueSid: null,
    queueEnteredAt: row.createdAt,
    targetExpression: '',
    knownWorker: '',
    leg: 0,
  });
  begin(world, workspace, task);
  return task;
}

function updateTask(ask: Ask): Task {
  const { world, form } = ask;
  const workspace = workspaceOf(ask);
  const task = rowOf(ask, tasks);
  const attributes = readAttributes(ask);
  const priority = readNumber(ask, 'Priority', 0, MOST_PRIORITY);
  move(ask, workspace, task, form.get('AssignmentStatus'), form.get('Reason') ?? null);
  task.attributes = attributes ?? task.attributes;
  task.priority = priority ?? task.priority;
  task.updatedAt = world.clock.now();
  if (attributes !== undefined || priority !== undefined)
    taskEvent(world, workspace, task, 'task.updated', `Task ${task.sid} updated`);
  return task;
}

function move(
  { world }: Ask,
  workspace: Workspace,
  task: Task,
  status: string | undefined,
  reason: string | null,
): void {
  const where = `task ${task.sid} in workspace ${workspace.sid} for account ${task.accountSid}`;
  const refuse = (verb: string, why: string): TwilioError =>
    new TwilioError(400, 20_001, `Cannot ${verb} ${where} because it is ${why}.`);
  switch (status) {
    case undefined:
      return;
    case 'canceled':
      if (task.status !== 'pending' && task.status !== 'reserved')
        throw refuse('cancel', 'not pending or reserved');
      finish(world, workspace, task, 'canceled', reason);
      return;
    case 'wrapping':
      if (task.status !== 'assigned') throw refuse('wrap up', 'not currently assigned');
      wrapUp(world, workspace, task, 'wrapping', reason);
      return;
    case 'completed':
      if (task.status !== 'assigned' && task.status !== 'wrapping')
        throw refuse('complete', 'not currently assigned');
      wrapUp(world, workspace, task, 'completed', reason);
      return;
    default:
      throw invalidParameter('AssignmentStatus');
  }
}

/** Only a task that is fetched by itself shows its attributes. */
function showTask({ world }: Ask, listed = false) {
  return (one: Task): unknown => {
    const workspace = `https://${HOST}${WORKSPACES}/${one.workspaceSid}`;
    const queue = one.queueSid === null ? undefined : queues(world).get(one.accountSid, one.queueSid);
    return {
      ...common(one, 'Tasks'),
      age: Math.floor((world.clock.now() - one.createdAt) / 1000),
      assignment_status: one.status,
      attributes: listed ? null : one.attributes,
      addons: '{}',
      priority: one.priority,
      reason: one.reason,
      timeout: one.timeout,
      task_queue_sid: one.queueSid,
      task_queue_friendly_name: queue?.friendlyName ?? null,
      task_queue_entered_date: iso(one.queueEnteredAt),
      task_channel_sid: null,
      task_channel_unique_name: one.channel,
      workflow_sid: one.workflowSid,
      workflow_friendly_name: workflows(world).get(one.accountSid, one.workflowSid)?.friendlyName ?? null,
      virtual_start_time: iso(one.createdAt),
      ignore_capacity: false,
      routing_target: null,
      links: {
        workspace,
        workflow: `${workspace}/Workflows/${one.workflowSid}`,
        task_queue: one.queueSid === null ? null : `${workspace}/TaskQueues/${one.queueSid}`,
        reservations: `${urlOf(one, 'Tasks')}/Reservations`,
      },
    };
  };
}

function filteredTasks(ask: Ask): Task[] {
  const { world, query } = ask;
  const statuses = query.all('AssignmentStatus').flatMap((one) => one.split(','));
  const priority = query.get('Priority');
  return rowsOf(world, tasks, workspaceOf(ask)).filter(
    (one) =>
      (statuses.length === 0 || statuses.includes(one.status)) &&
      (priority === undefined || Number(priority) === one.priority) &&
      (query.get('TaskQueueSid') ?? one.queueSid) === one.queueSid &&
      (query.get('WorkflowSid') ?? one.workflowSid) === one.workflowSid,
  );
}

function showReservation(one: Reservation): unknown {
  const workspace = `https://${HOST}${WORKSPACES}/${one.workspaceSid}`;
  const task = `${workspace}/Tasks/${one.taskSid}`;
  return {
    ...common(one, 'Reservations'),
    task_sid: one.taskSid,
    worker_sid: one.workerSid,
    worker_name: one.workerName,
    reservation_status: one.status,
    url: `${task}/Reservations/${one.sid}`,
    links: { workspace, task, worker: `${workspace}/Workers/${one.workerSid}` },
  };
}

function answerReservation(ask: Ask, reservation: Reservation): Reservation {
  const { world, form } = ask;
  const workspace = workspaceOf(ask);
  const task = tasks(world).get(reservation.accountSid, reservation.taskSid);
  if (task === undefined) throw notFound(ask.path);
  if (form.has('Instruction'))
    throw new TwilioError(
      501,
      501,
      `The emulator does not carry out the instruction ${form.get('Instruction')}`,
    );
  const status = form.get('ReservationStatus');
  const from = reservation.status;
  const refuse = (): TwilioError =>
    new TwilioError(
      400,
      20_001,
      `Cannot change reservation ${reservation.sid} to ${status} because its reservation status is ${from}.`,
    );
  if (status === 'accepted' || status === 'rejected') {
    if (from !== 'pending') throw refuse();
    answer(world, workspace, task, reservation, status, form.get('WorkerActivitySid'));
  } else if (status === 'wrapping' || status === 'completed') {
    if (from !== 'accepted' && (from !== 'wrapping' || status === 'wrapping')) throw refuse();
    wrapUp(world, workspace, task, status, null);
  } else throw invalidParameter('ReservationStatus');
  return reservation;
}

function ofTask(ask: Ask): Reservation {
  const found = offersOf(ask.world, rowOf(ask, tasks, 'TaskSid')).find(({ sid }) => sid === ask.param('Sid'));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function ofWorker(ask: Ask): Reservation[] {
  const { accountSid, sid } = rowOf(ask, workers, 'WorkerSid');
  return reservations(ask.world)
    .list(accountSid, ({ workerSid }) => workerSid === sid)
    .reverse();
}

function page(ask: Ask, found: Reservation[]) {
  const status = ask.query.get('ReservationStatus');
  const kept = found.filter((one) => status === undefined || one.status === status);
  return metaPage(ask, 'reservations', kept, showReservation);
}

export const taskRoutes: readonly Route[] = [
  route('POST', HOST, TASKS, (ask) => created(showTask(ask)(createTask(ask)))),
  route('GET', HOST, TASKS, (ask) => metaPage(ask, 'tasks', filteredTasks(ask), showTask(ask, true))),
  route('GET', HOST, `${TASKS}/{Sid}`, (ask) => ok(showTask(ask)(rowOf(ask, tasks)))),
  route('POST', HOST, `${TASKS}/{Sid}`, (ask) => ok(showTask(ask)(updateTask(ask)))),
  route('DELETE', HOST, `${TASKS}/{Sid}`, (ask) => {
    remove(ask.world, workspaceOf(ask), rowOf(ask, tasks), 'task.deleted');
    return noContent();
  }),
  route('GET', HOST, RESERVATIONS, (ask) => page(ask, offersOf(ask.world, rowOf(ask, tasks, 'TaskSid')))),
  route('GET', HOST, `${RESERVATIONS}/{Sid}`, (ask) => ok(showReservation(ofTask(ask)))),
  route('POST', HOST, `${RESERVATIONS}/{Sid}`, (ask) =>
    ok(showReservation(answerReservation(ask, ofTask(ask)))),
  ),
  route('GET', HOST, OF_WORKER, (ask) => page(ask, ofWorker(ask))),
];
