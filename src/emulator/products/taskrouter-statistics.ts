// Here: what TaskRouter counts, now and over a time, for a workspace and a queue; and the list of its events.
// Not here: what leaves events behind (taskrouter-routing.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import type { World } from '../state.ts';
import { invalidParameter, iso, notFound, ok, TwilioError } from '../wire.ts';
import { eligible, isAvailable } from './taskrouter-routing.ts';
import {
  activities,
  type Event,
  events,
  HOST,
  type Queue,
  queues,
  rowOf,
  rowsOf,
  type Task,
  tasks,
  WORKSPACE,
  WORKSPACES,
  type Worker,
  type Workspace,
  workers,
  workspaceOf,
} from './taskrouter-rows.ts';

const QUEUE = `${WORKSPACE}/TaskQueues/{TaskQueueSid}`;
const EVENTS = `${WORKSPACE}/Events`;
const LONGEST_PERIOD = 30 * 86_400_000;

type Period = { readonly from: number; readonly to: number };

function period({ query, world }: Ask): Period {
  const now = world.clock.now();
  const moment = (name: string): number | undefined => {
    const given = query.get(name);
    if (given === undefined) return undefined;
    const time = Date.parse(given);
    if (Number.isNaN(time)) throw invalidParameter(name);
    return time;
  };
  const minutes = Number(query.get('Minutes') ?? 15);
  if (!Number.isInteger(minutes) || minutes < 1) throw invalidParameter('Minutes');
  const from = moment('StartDate') ?? now - minutes * 60_000;
  if (from < now - LONGEST_PERIOD)
    throw new TwilioError(400, 14_241, 'Statistics are available for the last 30 days only');
  return { from, to: moment('EndDate') ?? now };
}

function eventsIn({ world }: Ask, { accountSid, sid }: Workspace, { from, to }: Period): Event[] {
  return events(world).list(
    accountSid,
    ({ workspaceSid, at }) => workspaceSid === sid && at >= from && at <= to,
  );
}

function realTime(world: World, open: readonly Task[], crew: readonly Worker[], workspace: Workspace) {
  const waiting = open.filter(({ status }) => status === 'pending' || status === 'reserved');
  const oldest = waiting.toSorted((a, b) => a.createdAt - b.createdAt)[0];
  const priorities = [...new Set(open.map(({ priority }) => priority))];
  const withStatus = (wanted: string): number => open.filter(({ status }) => status === wanted).length;
  return {
    account_sid: workspace.accountSid,
    workspace_sid: workspace.sid,
    activity_statistics: rowsOf(world, activities, workspace).map(({ sid, friendlyName }) => ({
      sid,
      friendly_name: friendlyName,
      workers: crew.filter(({ activitySid }) => activitySid === sid).length,
    })),
    longest_task_waiting_age:
      oldest === undefined ? 0 : Math.floor((world.clock.now() - oldest.createdAt) / 1000),
    longest_task_waiting_sid: oldest?.sid ?? null,
    tasks_by_priority: Object.fromEntries(
      priorities.map((one) => [String(one), open.filter(({ priority }) => priority === one).length]),
    ),
    tasks_by_status: {
      pending: withStatus('pending'),
      reserved: withStatus('reserved'),
      assigned: withStatus('assigned'),
      wrapping: withStatus('wrapping'),
    },
    total_tasks: open.length,
  };
}

function openTasks(world: World, workspace: Workspace, queue?: Queue): Task[] {
  return rowsOf(world, tasks, workspace).filter(
    ({ status, queueSid }) =>
      status !== 'completed' && status !== 'canceled' && (queue === undefined || queueSid === queue.sid),
  );
}

function waits(of: readonly Event[]) {
  const seconds = of.map(({ data }) => Number(data['task_age'] ?? 0));
  const total = seconds.reduce((sum, one) => sum + one, 0);
  return {
    avg: seconds.length === 0 ? 0 : Math.round(total / seconds.length),
    min: seconds.length === 0 ? 0 : Math.min(...seconds),
    max: seconds.length === 0 ? 0 : Math.max(...seconds),
    total,
  };
}

function cumulative(ask: Ask, workspace: Workspace, happened: readonly Event[], { from, to }: Period) {
  const of = (type: string): Event[] => happened.filter((one) => one.type === type);
  const accepted = waits(of('reservation.accepted'));
  return {
    account_sid: workspace.accountSid,
    workspace_sid: workspace.sid,
    start_time: iso(from),
    end_time: iso(to),
    avg_task_acceptance_time: accepted.avg,
    reservations_created: of('reservation.created').length,
    reservations_accepted: of('reservation.accepted').length,
    reservations_rejected: of('reservation.rejected').length,
    reservations_timed_out: of('reservation.timeout').length,
    reservations_canceled: of('reservation.canceled').length,
    reservations_rescinded: of('reservation.rescinded').length,
    split_by_wait_time: splits(ask, of),
    wait_duration_until_accepted: accepted,
    wait_duration_until_canceled: waits(of('task.canceled')),
    tasks_canceled: of('task.canceled').length,
    tasks_completed: of('task.completed').length,
    tasks_deleted: of('task.deleted').length,
    tasks_moved: of('task-queue.moved').length,
  };
}

function splits({ query }: Ask, of: (type: string) => Event[]) {
  const thresholds = (query.get('SplitByWaitTime') ?? '').split(',').filter((one) => one !== '');
  const age = ({ data }: Event): number => Number(data['task_age'] ?? 0);
  const count = (type: string, keep: (seconds: number) => boolean): number =>
    of(type).filter((one) => keep(age(one))).length;
  return Object.fromEntries(
    thresholds.map((threshold) => {
      const side = (keep: (seconds: number) => boolean) => ({
        tasks_canceled: count('task.canceled', keep),
        reservations_accepted: count('reservation.accepted', keep),
      });
      const limit = Number(threshold);
      return [threshold, { above: side((one) => one > limit), below: side((one) => one <= limit) }];
    }),
  );
}

function filteredEvents(ask: Ask): Event[] {
  const { query } = ask;
  const kept = (one: Event): boolean =>
    [
      ['TaskSid', 'task_sid'],
      ['WorkerSid', 'worker_sid'],
      ['TaskQueueSid', 'task_queue_sid'],
      ['WorkflowSid', 'workflow_sid'],
      ['ReservationSid', 'reservation_sid'],
    ].every(([parameter = '', field = '']) => {
      const wanted = query.get(parameter);
      return wanted === undefined || one.data[field] === wanted;
    }) && (query.get('EventType') ?? one.type) === one.type;
  return eventsIn(ask, workspaceOf(ask), period(ask)).filter(kept);
}

function showEvent(one: Event): unknown {
  const workspace = `https://${HOST}${WORKSPACES}/${one.workspaceSid}`;
  const kind = `${one.resourceType.charAt(0).toUpperCase()}${one.resourceType.slice(1)}s`;
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    workspace_sid: one.workspaceSid,
    actor_sid: one.workspaceSid,
    actor_type: 'workspace',
    actor_url: workspace,
    description: one.description,
    event_data: one.data,
    event_date: iso(one.at),
    event_date_ms: one.at,
    event_type: one.type,
    resource_sid: one.resourceSid,
    resource_type: one.resourceType,
    resource_url: `${workspace}/${kind}/${one.resourceSid}`,
    source: 'twilio',
    source_ip_address: null,
    url: `${workspace}/Events/${one.sid}`,
  };
}

function workspaceNow(ask: Ask): unknown {
  const { world } = ask;
  const workspace = workspaceOf(ask);
  const crew = rowsOf(world, workers, workspace);
  return {
    ...realTime(world, openTasks(world, workspace), crew, workspace),
    total_workers: crew.length,
    url: `https://${HOST}${WORKSPACES}/${workspace.sid}/RealTimeStatistics`,
  };
}

function queueNow(ask: Ask): unknown {
  const { world } = ask;
  const workspace = workspaceOf(ask);
  const queue = rowOf(ask, queues, 'TaskQueueSid');
  const crew = eligible(world, queue.accountSid, workspace.sid, queue.sid);
  const now = realTime(world, openTasks(world, workspace, queue), crew, workspace);
  return {
    ...now,
    task_queue_sid: queue.sid,
    longest_relative_task_age_in_queue: now.longest_task_waiting_age,
    longest_relative_task_sid_in_queue: now.longest_task_waiting_sid,
    total_eligible_workers: crew.length,
    total_available_workers: crew.filter((one) => isAvailable(world, one)).length,
    url: `https://${HOST}${WORKSPACES}/${workspace.sid}/TaskQueues/${queue.sid}/RealTimeStatistics`,
  };
}

export const statisticsRoutes: readonly Route[] = [
  route('GET', HOST, `${WORKSPACE}/RealTimeStatistics`, (ask) => ok(workspaceNow(ask))),
  route('GET', HOST, `${QUEUE}/RealTimeStatistics`, (ask) => ok(queueNow(ask))),
  route('GET', HOST, `${WORKSPACE}/CumulativeStatistics`, (ask) => {
    const workspace = workspaceOf(ask);
    const when = period(ask);
    const happened = eventsIn(ask, workspace, when);
    return ok({
      ...cumulative(ask, workspace, happened, when),
      tasks_created: happened.filter(({ type }) => type === 'task.created').length,
      tasks_timed_out_in_workflow: happened.filter(({ type }) => type === 'workflow.timeout').length,
      url: `https://${HOST}${WORKSPACES}/${workspace.sid}/CumulativeStatistics`,
    });
  }),
  route('GET', HOST, `${QUEUE}/CumulativeStatistics`, (ask) => {
    const workspace = workspaceOf(ask);
    const queue = rowOf(ask, queues, 'TaskQueueSid');
    const when = period(ask);
    const happened = eventsIn(ask, workspace, when).filter(
      ({ data }) => data['task_queue_sid'] === queue.sid,
    );
    const figures = cumulative(ask, workspace, happened, when);
    return ok({
      ...figures,
      task_queue_sid: queue.sid,
      tasks_entered: happened.filter(({ type }) => type.startsWith('task-queue.')).length,
      wait_duration_in_queue_until_accepted: figures.wait_duration_until_accepted,
      url: `https://${HOST}${WORKSPACES}/${workspace.sid}/TaskQueues/${queue.sid}/CumulativeStatistics`,
    });
  }),
  route('GET', HOST, EVENTS, (ask) => metaPage(ask, 'events', filteredEvents(ask), showEvent)),
  route('GET', HOST, `${EVENTS}/{Sid}`, (ask) => {
    const found = events(ask.world).get(ask.account.sid, ask.param('Sid'));
    if (found?.workspaceSid !== workspaceOf(ask).sid) throw notFound(ask.path);
    return ok(showEvent(found));
  }),
];
