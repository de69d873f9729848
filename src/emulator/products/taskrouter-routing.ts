// Here: how a task in a queue finds its worker: who fits, offer, acceptance, rejection, time; and how a task ends.
// Not here: which queue it comes to (taskrouter-workflow.ts), what the assignment callback says (taskrouter-callback.ts).
import type { World } from '../state.ts';
import { askCallback } from './taskrouter-callback.ts';
import { compile } from './taskrouter-expression.ts';
import {
  activities,
  happened,
  queues,
  type Reservation,
  type ReservationStatus,
  reservations,
  rowsOf,
  type Task,
  type TaskStatus,
  tasks,
  valuesOf,
  type Worker,
  type Workspace,
  workers,
  workflows,
} from './taskrouter-rows.ts';

type Json = Readonly<Record<string, unknown>>;

/** Seconds; TaskRouter is quick but not instant. */
export const THINKING = 0.5;
/** docs/taskrouter/lifecycle-task-state: five minutes after its end a task is gone. */
const GONE_AFTER = 300;
/** docs/taskrouter/limits */
const LONGEST_ASSIGNED = 86_400;

const BUSY: ReadonlySet<ReservationStatus> = new Set(['pending', 'accepted', 'wrapping']);

export function taskData(world: World, task: Task): Record<string, string> {
  const queue = task.queueSid === null ? undefined : queues(world).get(task.accountSid, task.queueSid);
  return {
    task_sid: task.sid,
    task_attributes: task.attributes,
    task_priority: String(task.priority),
    task_age: String(Math.floor((world.clock.now() - task.createdAt) / 1000)),
    task_assignment_status: task.status,
    workflow_sid: task.workflowSid,
    ...(queue !== undefined && { task_queue_sid: queue.sid, task_queue_name: queue.friendlyName }),
  };
}

export function taskEvent(
  world: World,
  workspace: Workspace,
  task: Task,
  type: string,
  description: string,
): void {
  const data = taskData(world, task);
  happened(world, workspace, { type, description, resourceType: 'task', resourceSid: task.sid, data });
}

export function isAvailable(world: World, { accountSid, activitySid }: Worker): boolean {
  return activities(world).get(accountSid, activitySid)?.available === true;
}

/** Everyone whom the queue's expression fits, whatever they are doing. */
export function eligible(world: World, accountSid: string, workspaceSid: string, queueSid: string): Worker[] {
  const queue = queues(world).get(accountSid, queueSid);
  if (queue === undefined || queue.targetWorkers === '') return [];
  const fits = compile(queue.targetWorkers, 'TargetWorkers');
  return workers(world)
    .list(accountSid, (one) => one.workspaceSid === workspaceSid && fits(workerValues(world, one)))
    .reverse();
}

function workerValues(
  world: World,
  { accountSid, sid, friendlyName, attributes, activitySid }: Worker,
): Json {
  const activity = activities(world).get(accountSid, activitySid)?.friendlyName;
  return {
    ...valuesOf(attributes),
    sid,
    friendly_name: friendlyName,
    activity_sid: activitySid,
    activity_name: activity,
  };
}

/** Offers what waits, the most urgent first, each to who fits and has waited longest for work. */
export function dispatch(world: World, workspace: Workspace): void {
  const waiting = rowsOf(world, tasks, workspace).filter(({ status }) => status === 'pending');
  const order = ({ queueSid, accountSid }: Task): number =>
    queues(world).get(accountSid, queueSid ?? '')?.taskOrder === 'LIFO' ? -1 : 1;
  waiting.sort((a, b) => b.priority - a.priority || order(a) * (a.createdAt - b.createdAt));
  for (const task of waiting) {
    const most = queues(world).get(task.accountSid, task.queueSid ?? '')?.maxReservedWorkers ?? 1;
    for (const worker of candidates(world, task).slice(0, most)) offer(world, workspace, task, worker);
  }
}

function candidates(world: World, task: Task): Worker[] {
  const known = knownWorker(task);
  const fits = task.targetExpression === '' ? undefined : compile(task.targetExpression, 'Configuration');
  return eligible(world, task.accountSid, task.workspaceSid, task.queueSid ?? '')
    .filter((one) => isAvailable(world, one) && isFree(world, one))
    .filter((one) => known === '' || one.sid === known || one.friendlyName === known)
    .filter((one) => fits?.({ task: valuesOf(task.attributes), worker: workerValues(world, one) }) ?? true)
    .sort((a, b) => a.reservedAt - b.reservedAt);
}

/** `task.agent_sid` names an attribute; anything else is the worker itself. */
function knownWorker({ knownWorker: given, attributes }: Task): string {
  return given.startsWith('task.') ? String(valuesOf(attributes)[given.slice(5)] ?? given) : given;
}

/** One task at a time: the capacity that a channel has where nobody set another. */
function isFree(world: World, worker: Worker): boolean {
  return !reservations(world)
    .list(worker.accountSid, ({ workerSid }) => workerSid === worker.sid)
    .some(({ status }) => BUSY.has(status));
}

function offer(world: World, workspace: Workspace, task: Task, worker: Worker): void {
  const now = world.clock.now();
  const reservation = reservations(world).add({
    accountSid: task.accountSid,
    sid: world.ids.sid('WR'),
    workspaceSid: workspace.sid,
    taskSid: task.sid,
    workerSid: worker.sid,
    workerName: worker.friendlyName,
    status: 'pending',
    createdAt: now,
    updatedAt: now,
  });
  worker.reservedAt = now;
  setStatus(world, task, 'reserved');
  told(world, workspace, task, reservation, 'created');
  const workflow = workflows(world).get(task.accountSid, task.workflowSid);
  world.clock.after(workflow?.reservationTimeout ?? 120, () => {
    if (reservation.status !== 'pending') return;
    changeActivity(world, workspace, worker, workspace.timeoutActivitySid);
    release(world, workspace, task, reservation, 'timeout');
  });
  askCallback(world, workspace, task, reservation, (status, activitySid) => {
    if (reservation.status === 'pending') answer(world, workspace, task, reservation, status, activitySid);
  });
}

/** The worker says yes or no. */
export function answer(
  world: World,
  workspace: Workspace,
  task: Task,
  reservation: Reservation,
  status: 'accepted' | 'rejected',
  activitySid?: string,
): void {
  if (status === 'rejected') {
    const worker = workers(world).get(task.accountSid, reservation.workerSid);
    if (worker !== undefined && activitySid !== undefined)
      changeActivity(world, workspace, worker, activitySid);
    release(world, workspace, task, reservation, 'rejected');
    return;
  }
  settle(world, workspace, task, reservation, 'accepted');
  setStatus(world, task, 'assigned');
  for (const other of offersOf(world, task)) {
    if (other.status === 'pending') settle(world, workspace, task, other, 'rescinded');
  }
  world.clock.after(LONGEST_ASSIGNED, () => {
    if (task.status === 'assigned') remove(world, workspace, task, 'task.system-deleted');
  });
}

/** The task goes back to those who wait, once nobody is being asked. */
function release(
  world: World,
  workspace: Workspace,
  task: Task,
  reservation: Reservation,
  status: 'rejected' | 'timeout',
): void {
  settle(world, workspace, task, reservation, status);
  if (offersOf(world, task).some((one) => one.status === 'pending')) return;
  if (task.status === 'reserved') setStatus(world, task, 'pending');
  redispatch(world, workspace);
}

export function redispatch(world: World, workspace: Workspace): void {
  world.clock.after(THINKING, () => dispatch(world, workspace));
}

export function offersOf(world: World, task: Task): Reservation[] {
  return reservations(world)
    .list(task.accountSid, ({ taskSid }) => taskSid === task.sid)
    .reverse();
}

/** wrapping and completed: of the task and of the reservation by which it was taken. */
export function wrapUp(
  world: World,
  workspace: Workspace,
  task: Task,
  status: 'wrapping' | 'completed',
  reason: string | null,
): void {
  for (const one of offersOf(world, task)) {
    if (one.status === 'accepted' || one.status === 'wrapping') settle(world, workspace, task, one, status);
  }
  if (status === 'completed') finish(world, workspace, task, 'completed', reason);
  else {
    setStatus(world, task, 'wrapping');
    taskEvent(world, workspace, task, 'task.wrapup', `Task ${task.sid} is being wrapped up`);
  }
}

export function finish(
  world: World,
  workspace: Workspace,
  task: Task,
  status: 'completed' | 'canceled',
  reason: string | null,
): void {
  task.reason = reason;
  setStatus(world, task, status);
  for (const one of offersOf(world, task)) {
    if (one.status === 'pending') settle(world, workspace, task, one, 'canceled');
  }
  taskEvent(world, workspace, task, `task.${status}`, `Task ${task.sid} ${status}: ${reason ?? ''}`);
  redispatch(world, workspace);
  world.clock.after(GONE_AFTER, () => remove(world, workspace, task, 'task.deleted'));
}

export function remove(world: World, workspace: Workspace, task: Task, type: string): void {
  if (!tasks(world).remove(task.accountSid, task.sid)) return;
  for (const one of offersOf(world, task)) reservations(world).remove(one.accountSid, one.sid);
  task.leg += 1;
  taskEvent(world, workspace, task, type, `Task ${task.sid} deleted`);
  redispatch(world, workspace);
}

function setStatus(world: World, task: Task, status: TaskStatus): void {
  task.status = status;
  task.updatedAt = world.clock.now();
}

function settle(
  world: World,
  workspace: Workspace,
  task: Task,
  reservation: Reservation,
  status: Exclude<ReservationStatus, 'pending'>,
): void {
  reservation.status = status;
  reservation.updatedAt = world.clock.now();
  told(world, workspace, task, reservation, status === 'wrapping' ? 'wrapup' : status);
}

function told(world: World, workspace: Workspace, task: Task, reservation: Reservation, verb: string): void {
  const { sid, workerSid, workerName } = reservation;
  happened(world, workspace, {
    type: `reservation.${verb}`,
    description: `Reservation ${sid} ${verb} for worker ${workerName}`,
    resourceType: 'reservation',
    resourceSid: sid,
    data: { ...taskData(world, task), reservation_sid: sid, worker_sid: workerSid, worker_name: workerName },
  });
}

export function changeActivity(
  world: World,
  workspace: Workspace,
  worker: Worker,
  activitySid: string,
): void {
  const activity = activities(world).get(worker.accountSid, activitySid);
  if (activity === undefined || worker.activitySid === activitySid) return;
  const now = world.clock.now();
  const before = Math.floor((now - worker.activityAt) / 1000);
  worker.activitySid = activitySid;
  worker.activityAt = now;
  worker.updatedAt = now;
  happened(world, workspace, {
    type: 'worker.activity.update',
    description: `Worker ${worker.friendlyName} updated to ${activity.friendlyName} Activity`,
    resourceType: 'worker',
    resourceSid: worker.sid,
    data: {
      worker_sid: worker.sid,
      worker_name: worker.friendlyName,
      worker_attributes: worker.attributes,
      worker_activity_sid: activitySid,
      worker_activity_name: activity.friendlyName,
      worker_time_in_previous_activity: String(before),
    },
  });
  redispatch(world, workspace);
}

/** What is offered to a worker who is going away. */
export function giveBack(world: World, workspace: Workspace, worker: Worker): void {
  const pending = reservations(world).list(
    worker.accountSid,
    (one) => one.workerSid === worker.sid && one.status === 'pending',
  );
  for (const one of pending) {
    const task = tasks(world).get(one.accountSid, one.taskSid);
    if (task !== undefined) release(world, workspace, task, one, 'rejected');
  }
}
