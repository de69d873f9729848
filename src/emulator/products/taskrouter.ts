// Here: TaskRouter v1: workspaces, activities, workers, queues, workflows, and tasks offered to workers on the clock.
// Not here: filters of workflows (a task goes to the default queue), events, cumulative statistics.
import { metaPage } from '../paging.ts';
import { type Ask, type Product, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, iso, noContent, notFound, ok, parseJson, TwilioError } from '../wire.ts';
import {
  add,
  createWorkflow,
  createWorkspace,
  HOST,
  listOf,
  RESERVATION_SECONDS,
  showActivity,
  showQueue,
  showWorker,
  showWorkflow,
  showWorkspace,
  type Thing,
  things,
  WORKSPACE,
  WORKSPACES,
  workspaceOf,
} from './taskrouter-things.ts';

type Task = {
  readonly accountSid: string;
  readonly sid: string;
  readonly workspaceSid: string;
  readonly workflowSid: string | null;
  readonly queue: Thing | undefined;
  attributes: string;
  priority: number;
  status: string;
  reason: string | null;
  readonly timeout: number;
  readonly createdAt: number;
  readonly reservations: Reservation[];
};
type Reservation = {
  readonly sid: string;
  readonly worker: Thing;
  status: string;
  readonly createdAt: number;
};

const tasks = defineTable<Task>('taskrouter tasks');
const TASKS = `${WORKSPACE}/Tasks`;

/** Understands what most expressions are: `skills HAS "billing"`, `language == "en"`, and `1==1`. */
function fits(expression: string, attributes: unknown): boolean {
  if (expression.trim() === '1==1') return true;
  const [, name = '', operator = '', value = ''] =
    /^\s*(\w+)\s*(HAS|==)\s*["']?([^"']+)["']?\s*$/i.exec(expression) ?? [];
  const own: unknown = Object(attributes)[name];
  return operator.toUpperCase() === 'HAS' ? Array.isArray(own) && own.includes(value) : String(own) === value;
}

function createTask(ask: Ask): Task {
  const workspace = workspaceOf(ask);
  const { form, world, account } = ask;
  const workflows = listOf(ask, 'workflows', workspace.sid);
  const wanted = form.get('WorkflowSid');
  const workflow =
    workflows.find(({ sid }) => sid === wanted) ?? (workflows.length === 1 ? workflows[0] : undefined);
  if (workflow === undefined)
    throw new TwilioError(400, 20_001, 'WorkflowSid is required: the workspace has none or several');
  const attributes = form.get('Attributes') ?? '{}';
  if (parseJson(attributes) === undefined) throw new TwilioError(400, 20_001, 'Attributes is not JSON');
  const task = tasks(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('WT'),
    workspaceSid: workspace.sid,
    workflowSid: workflow.sid,
    queue: things(world).get(account.sid, workflow.fields['queue'] ?? ''),
    attributes,
    priority: Number(form.get('Priority') ?? 0),
    status: 'pending',
    reason: null,
    timeout: Number(form.get('Timeout') ?? 86_400),
    createdAt: world.clock.now(),
    reservations: [],
  });
  world.clock.after(1, () => offer(world, task));
  world.clock.after(task.timeout, () => {
    if (task.status === 'pending' || task.status === 'reserved')
      Object.assign(task, { status: 'canceled', reason: 'Task TTL Exceeded' });
  });
  return task;
}

/** To the first available worker who fits and was not asked yet; after two minutes to the next. */
function offer(world: World, task: Task): void {
  if (task.status !== 'pending') return;
  const asked = new Set(task.reservations.map(({ worker }) => worker.sid));
  const worker = things(world)
    .list(
      task.accountSid,
      (one) => one.kind === 'workers' && one.workspaceSid === task.workspaceSid && !asked.has(one.sid),
    )
    .reverse()
    .find((one) => {
      const activity = things(world).get(one.accountSid, one.fields['activity'] ?? '');
      return (
        activity?.fields['available'] === 'true' &&
        fits(task.queue?.fields['target'] ?? '1==1', parseJson(one.fields['attributes'] ?? '{}'))
      );
    });
  if (worker === undefined) return;
  const reservation: Reservation = {
    sid: world.ids.sid('WR'),
    worker,
    status: 'pending',
    createdAt: world.clock.now(),
  };
  task.reservations.push(reservation);
  task.status = 'reserved';
  world.clock.after(RESERVATION_SECONDS, () => {
    if (reservation.status !== 'pending') return;
    reservation.status = 'timeout';
    task.status = 'pending';
    offer(world, task);
  });
}

function taskOf(ask: Ask, name: string): Task {
  workspaceOf(ask);
  const found = tasks(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function updateTask(ask: Ask): Task {
  const task = taskOf(ask, 'Sid');
  const { form } = ask;
  const status = form.get('AssignmentStatus');
  if (status === 'completed' && task.status !== 'assigned' && task.status !== 'wrapping')
    throw new TwilioError(400, 20_001, 'Cannot complete a task that is not assigned');
  if (status === 'canceled' && task.status !== 'pending' && task.status !== 'reserved')
    throw new TwilioError(400, 20_001, 'Cannot cancel a task that is assigned or ended');
  task.status = status ?? task.status;
  task.reason = form.get('Reason') ?? task.reason;
  task.attributes = form.get('Attributes') ?? task.attributes;
  task.priority = Number(form.get('Priority') ?? task.priority);
  return task;
}

function showTask(ask: Ask) {
  return (one: Task): unknown => ({
    sid: one.sid,
    account_sid: one.accountSid,
    workspace_sid: one.workspaceSid,
    workflow_sid: one.workflowSid,
    task_queue_sid: one.queue?.sid ?? null,
    task_queue_friendly_name: one.queue?.friendlyName ?? null,
    assignment_status: one.status,
    attributes: one.attributes,
    addons: '{}',
    priority: one.priority,
    age: Math.floor((ask.world.clock.now() - one.createdAt) / 1000),
    reason: one.reason,
    timeout: one.timeout,
    date_created: iso(one.createdAt),
    date_updated: iso(one.createdAt),
    url: `https://${HOST}${WORKSPACES}/${one.workspaceSid}/Tasks/${one.sid}`,
  });
}

function showReservation(task: Task) {
  return ({ sid, worker, status, createdAt }: Reservation): unknown => ({
    sid,
    account_sid: task.accountSid,
    workspace_sid: task.workspaceSid,
    task_sid: task.sid,
    worker_sid: worker.sid,
    worker_name: worker.friendlyName,
    reservation_status: status,
    date_created: iso(createdAt),
    date_updated: iso(createdAt),
    links: {},
    url: `https://${HOST}${WORKSPACES}/${task.workspaceSid}/Tasks/${task.sid}/Reservations/${sid}`,
  });
}

function answerReservation(ask: Ask): Reservation {
  const task = taskOf(ask, 'TaskSid');
  const reservation = task.reservations.find(({ sid }) => sid === ask.param('Sid'));
  if (reservation === undefined) throw notFound(ask.path);
  const status = ask.form.get('ReservationStatus');
  if (reservation.status !== 'pending' || (status !== 'accepted' && status !== 'rejected')) {
    throw new TwilioError(400, 20_001, 'The reservation cannot be changed so');
  }
  reservation.status = status;
  task.status = status === 'accepted' ? 'assigned' : 'pending';
  if (status === 'rejected') ask.world.clock.after(1, () => offer(ask.world, task));
  return reservation;
}

function statistics(ask: Ask): unknown {
  const { sid } = workspaceOf(ask);
  const open = tasks(ask.world).list(
    ask.account.sid,
    (one) => one.workspaceSid === sid && !['completed', 'canceled'].includes(one.status),
  );
  const count = (status: string) => open.filter((one) => one.status === status).length;
  const waiting = open.filter(({ status }) => status === 'pending').map(({ createdAt }) => createdAt);
  return {
    account_sid: ask.account.sid,
    workspace_sid: sid,
    activity_statistics: [],
    longest_task_waiting_age:
      waiting.length === 0 ? 0 : Math.floor((ask.world.clock.now() - Math.min(...waiting)) / 1000),
    longest_task_waiting_sid: null,
    tasks_by_priority: {},
    tasks_by_status: {
      pending: count('pending'),
      reserved: count('reserved'),
      assigned: count('assigned'),
      wrapping: count('wrapping'),
    },
    total_tasks: open.length,
    total_workers: listOf(ask, 'workers', sid).length,
    url: `https://${HOST}${WORKSPACES}/${sid}/RealTimeStatistics`,
  };
}

const setup: readonly Route[] = [
  route('POST', HOST, WORKSPACES, (ask) => created(showWorkspace(createWorkspace(ask)))),
  route('GET', HOST, WORKSPACES, (ask) =>
    metaPage(ask, 'workspaces', listOf(ask, 'workspaces', ''), showWorkspace),
  ),
  route('GET', HOST, WORKSPACE, (ask) => ok(showWorkspace(workspaceOf(ask)))),
  route('DELETE', HOST, WORKSPACE, (ask) => {
    const { accountSid, sid } = workspaceOf(ask);
    for (const one of things(ask.world).list(accountSid, (each) => each.workspaceSid === sid))
      things(ask.world).remove(accountSid, one.sid);
    things(ask.world).remove(accountSid, sid);
    return noContent();
  }),
  route('GET', HOST, `${WORKSPACE}/Activities`, (ask) =>
    metaPage(ask, 'activities', listOf(ask, 'activities', workspaceOf(ask).sid).reverse(), showActivity),
  ),
  route('POST', HOST, `${WORKSPACE}/Workers`, (ask) => {
    const { sid } = workspaceOf(ask);
    const offline = listOf(ask, 'activities', sid).find(({ friendlyName }) => friendlyName === 'Offline');
    const activity = ask.form.get('ActivitySid') ?? offline?.sid ?? '';
    return created(
      showWorker(ask)(
        add(ask, 'workers', 'WK', sid, { attributes: ask.form.get('Attributes') ?? '{}', activity }),
      ),
    );
  }),
  route('GET', HOST, `${WORKSPACE}/Workers`, (ask) =>
    metaPage(ask, 'workers', listOf(ask, 'workers', workspaceOf(ask).sid), showWorker(ask)),
  ),
  route('POST', HOST, `${WORKSPACE}/Workers/{Sid}`, (ask) => {
    workspaceOf(ask);
    const worker = things(ask.world).get(ask.account.sid, ask.param('Sid'));
    if (worker === undefined) throw notFound(ask.path);
    worker.fields['activity'] = ask.form.get('ActivitySid') ?? worker.fields['activity'] ?? '';
    worker.fields['attributes'] = ask.form.get('Attributes') ?? worker.fields['attributes'] ?? '{}';
    for (const task of tasks(ask.world).list(ask.account.sid, (one) => one.status === 'pending'))
      ask.world.clock.after(1, () => offer(ask.world, task));
    return ok(showWorker(ask)(worker));
  }),
  route('POST', HOST, `${WORKSPACE}/TaskQueues`, (ask) =>
    created(
      showQueue(
        add(ask, 'task_queues', 'WQ', workspaceOf(ask).sid, {
          target: ask.form.get('TargetWorkers') ?? '1==1',
        }),
      ),
    ),
  ),
  route('GET', HOST, `${WORKSPACE}/TaskQueues`, (ask) =>
    metaPage(ask, 'task_queues', listOf(ask, 'task_queues', workspaceOf(ask).sid), showQueue),
  ),
  route('POST', HOST, `${WORKSPACE}/Workflows`, (ask) => created(showWorkflow(createWorkflow(ask)))),
  route('GET', HOST, `${WORKSPACE}/Workflows`, (ask) =>
    metaPage(ask, 'workflows', listOf(ask, 'workflows', workspaceOf(ask).sid), showWorkflow),
  ),
];

export const taskrouter: Product = {
  name: 'taskrouter',
  routes: [
    ...setup,
    route('POST', HOST, TASKS, (ask) => created(showTask(ask)(createTask(ask)))),
    route('GET', HOST, TASKS, (ask) => {
      const { sid } = workspaceOf(ask);
      const status = ask.query.get('AssignmentStatus');
      const found = tasks(ask.world).list(
        ask.account.sid,
        (one) => one.workspaceSid === sid && (status === undefined || one.status === status),
      );
      return metaPage(ask, 'tasks', found, showTask(ask));
    }),
    route('GET', HOST, `${TASKS}/{Sid}`, (ask) => ok(showTask(ask)(taskOf(ask, 'Sid')))),
    route('POST', HOST, `${TASKS}/{Sid}`, (ask) => ok(showTask(ask)(updateTask(ask)))),
    route('GET', HOST, `${TASKS}/{TaskSid}/Reservations`, (ask) => {
      const task = taskOf(ask, 'TaskSid');
      return metaPage(ask, 'reservations', task.reservations, showReservation(task));
    }),
    route('POST', HOST, `${TASKS}/{TaskSid}/Reservations/{Sid}`, (ask) =>
      ok(showReservation(taskOf(ask, 'TaskSid'))(answerReservation(ask))),
    ),
    route('GET', HOST, `${WORKSPACE}/RealTimeStatistics`, (ask) => ok(statistics(ask))),
  ],
};
