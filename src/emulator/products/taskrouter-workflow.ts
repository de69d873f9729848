// Here: the way of a task through its workflow: which filter fits, which target it is at, when it goes on.
// Not here: who takes it there (taskrouter-routing.ts).
import type { World } from '../state.ts';
import { compile } from './taskrouter-expression.ts';
import { dispatch, eligible, finish, isAvailable, THINKING, taskEvent } from './taskrouter-routing.ts';
import {
  activities,
  isObject,
  type Task,
  type TaskStatus,
  valuesOf,
  type Workspace,
  workflows,
} from './taskrouter-rows.ts';

type Json = Readonly<Record<string, unknown>>;

const OPEN: ReadonlySet<TaskStatus> = new Set(['pending', 'reserved']);

/** A new task enters its workflow, and may live `timeout` seconds without being taken. */
export function begin(world: World, workspace: Workspace, task: Task): void {
  taskEvent(world, workspace, task, 'task.created', `Task ${task.sid} created`);
  enterFilters(world, workspace, task, 0);
  world.clock.after(task.timeout, () => {
    if (OPEN.has(task.status)) finish(world, workspace, task, 'canceled', 'Task TTL Exceeded');
  });
}

function filtersOf(world: World, task: Task): { filters: readonly Json[]; fallback: Json | undefined } {
  const workflow = workflows(world).get(task.accountSid, task.workflowSid);
  const routing = valuesOf(workflow?.configuration ?? '{}')['task_routing'];
  const given = isObject(routing) ? routing['filters'] : undefined;
  const fallback = isObject(routing) ? routing['default_filter'] : undefined;
  return {
    filters: Array.isArray(given) ? given.filter(isObject) : [],
    fallback: isObject(fallback) ? fallback : undefined,
  };
}

/** The first filter that fits from here on; the default filter is for tasks that fitted none at all. */
export function enterFilters(world: World, workspace: Workspace, task: Task, from: number): void {
  const { filters, fallback } = filtersOf(world, task);
  const values = valuesOf(task.attributes);
  const at = filters.findIndex(
    (filter, index) => index >= from && compile(String(filter['expression']), 'Configuration')(values),
  );
  const targets = filters[at]?.['targets'];
  if (Array.isArray(targets)) enterTarget(world, workspace, task, targets.filter(isObject), 0, at);
  else if (from === 0 && fallback !== undefined) enterTarget(world, workspace, task, [fallback], 0, at);
  else {
    taskEvent(world, workspace, task, 'workflow.timeout', `Task ${task.sid} left its workflow`);
    finish(world, workspace, task, 'canceled', 'Workflow timeout');
  }
}

function enterTarget(
  world: World,
  workspace: Workspace,
  task: Task,
  targets: readonly Json[],
  index: number,
  filter: number,
): void {
  const target = targets[index];
  if (target === undefined) {
    enterFilters(world, workspace, task, filter + 1);
    return;
  }
  const { queue, priority, timeout, expression, skip_if: skip } = target;
  task.leg += 1;
  const { leg } = task;
  if (typeof queue === 'string' && queue !== task.queueSid) moveTo(world, workspace, task, queue);
  if (priority !== undefined) task.priority = Number(priority);
  task.targetExpression = typeof expression === 'string' ? expression : '';
  task.knownWorker = String(target['known_worker_sid'] ?? target['known_worker_friendly_name'] ?? '');
  const isHere = (): boolean => task.leg === leg && OPEN.has(task.status);
  const next = (): void => enterTarget(world, workspace, task, targets, index + 1, filter);
  world.clock.after(THINKING, () => {
    if (!isHere()) return;
    dispatch(world, workspace);
    if (
      typeof skip === 'string' &&
      task.status === 'pending' &&
      compile(skip, 'Configuration')(crew(world, task))
    )
      next();
  });
  if (timeout !== undefined) world.clock.after(Number(timeout), () => whenFree(world, task, isHere, next));
}

/** A target that ran out while the task is offered ends with the offer. */
function whenFree(world: World, task: Task, isHere: () => boolean, next: () => void): void {
  if (!isHere()) return;
  if (task.status === 'pending') next();
  else world.clock.after(1, () => whenFree(world, task, isHere, next));
}

function moveTo(world: World, workspace: Workspace, task: Task, queueSid: string): void {
  const isFirst = task.queueSid === null;
  task.queueSid = queueSid;
  task.queueEnteredAt = world.clock.now();
  const [type, verb] = isFirst ? ['task-queue.entered', 'entered'] : ['task-queue.moved', 'moved to'];
  taskEvent(world, workspace, task, type ?? '', `Task ${task.sid} ${verb} queue ${queueSid}`);
}

/** What skip_if may look at (docs/taskrouter/worker-presence). */
function crew(world: World, task: Task): Json {
  const fitting = eligible(world, task.accountSid, task.workspaceSid, task.queueSid ?? '');
  const count = (available: boolean) => fitting.filter((one) => isAvailable(world, one) === available).length;
  const byActivity = Object.fromEntries(
    activities(world)
      .list(task.accountSid, ({ workspaceSid }) => workspaceSid === task.workspaceSid)
      .map(({ sid }) => [sid, fitting.filter(({ activitySid }) => activitySid === sid).length]),
  );
  return { workers: { available: count(true), unavailable: count(false), ...byActivity } };
}
