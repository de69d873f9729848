// Here: the routes of workspaces, activities and workers.
// Not here: queues and workflows (taskrouter-queues.ts), tasks (taskrouter-tasks.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import type { World } from '../state.ts';
import { created, invalidParameter, iso, missingParameter, noContent, ok, TwilioError } from '../wire.ts';
import { changeActivity, eligible, giveBack, isAvailable, redispatch } from './taskrouter-routing.ts';
import {
  type Activity,
  activities,
  common,
  events,
  HOST,
  happened,
  newRow,
  queues,
  readAttributes,
  readName,
  reservations,
  rowOf,
  rowsOf,
  tasks,
  urlOf,
  WORKSPACE,
  WORKSPACES,
  type Worker,
  type Workspace,
  workers,
  workflows,
  workspaceOf,
  workspaces,
} from './taskrouter-rows.ts';

const ONE = `${WORKSPACES}/{Sid}`;
const ACTIVITIES = `${WORKSPACE}/Activities`;
const WORKERS = `${WORKSPACE}/Workers`;

/** What a workspace without a template begins with. */
const FIRST_ACTIVITIES = [
  ['Offline', false],
  ['Available', true],
  ['Unavailable', false],
] as const;

function createWorkspace(ask: Ask): Workspace {
  const { world, account, form } = ask;
  const friendlyName = form.get('FriendlyName');
  if (friendlyName === undefined || friendlyName === '') throw missingParameter('FriendlyName');
  const taken = workspaces(world).list(account.sid, (one) => one.friendlyName === friendlyName);
  if (taken.length > 0) {
    const message = `Workspace named ${friendlyName} already exists for account ${account.sid}`;
    throw new TwilioError(400, 20_001, message);
  }
  const now = world.clock.now();
  const workspace = workspaces(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('WS'),
    friendlyName,
    defaultActivitySid: '',
    timeoutActivitySid: '',
    eventCallbackUrl: form.get('EventCallbackUrl') ?? '',
    eventsFilter: form.get('EventsFilter') ?? '',
    createdAt: now,
    updatedAt: now,
  });
  const [offline] = FIRST_ACTIVITIES.map(([name, available]) =>
    activities(world).add({ ...newRow(ask, workspace, 'WA'), friendlyName: name, available }),
  );
  workspace.defaultActivitySid = offline?.sid ?? '';
  workspace.timeoutActivitySid = offline?.sid ?? '';
  return workspace;
}

function updateWorkspace(ask: Ask): Workspace {
  const workspace = workspaceOf(ask, 'Sid');
  const { form, world } = ask;
  workspace.friendlyName = form.get('FriendlyName') ?? workspace.friendlyName;
  workspace.eventCallbackUrl = form.get('EventCallbackUrl') ?? workspace.eventCallbackUrl;
  workspace.eventsFilter = form.get('EventsFilter') ?? workspace.eventsFilter;
  workspace.defaultActivitySid = form.get('DefaultActivitySid') ?? workspace.defaultActivitySid;
  workspace.timeoutActivitySid = form.get('TimeoutActivitySid') ?? workspace.timeoutActivitySid;
  workspace.updatedAt = world.clock.now();
  return workspace;
}

function deleteWorkspace({ world }: Ask, workspace: Workspace): void {
  for (const task of rowsOf(world, tasks, workspace)) task.leg += 1;
  for (const table of [activities, workers, queues, workflows, tasks, reservations]) {
    for (const { accountSid, sid } of rowsIn(world, table, workspace)) table(world).remove(accountSid, sid);
  }
  for (const one of events(world).list(workspace.accountSid, (each) => each.workspaceSid === workspace.sid))
    events(world).remove(one.accountSid, one.sid);
  workspaces(world).remove(workspace.accountSid, workspace.sid);
}

type AnyTable = (world: World) => {
  list(
    accountSid: string,
  ): readonly { readonly accountSid: string; readonly sid: string; readonly workspaceSid: string }[];
};

function rowsIn(world: World, table: AnyTable, { accountSid, sid }: Workspace) {
  return table(world)
    .list(accountSid)
    .filter(({ workspaceSid }) => workspaceSid === sid);
}

function showWorkspace({ world }: Ask) {
  return (one: Workspace): unknown => {
    const url = `https://${HOST}${WORKSPACES}/${one.sid}`;
    const activityName = (sid: string) => activities(world).get(one.accountSid, sid)?.friendlyName ?? null;
    return {
      sid: one.sid,
      account_sid: one.accountSid,
      friendly_name: one.friendlyName,
      default_activity_name: activityName(one.defaultActivitySid),
      default_activity_sid: one.defaultActivitySid,
      timeout_activity_name: activityName(one.timeoutActivitySid),
      timeout_activity_sid: one.timeoutActivitySid,
      event_callback_url: one.eventCallbackUrl,
      events_filter: one.eventsFilter === '' ? null : one.eventsFilter,
      multi_task_enabled: true,
      prioritize_queue_order: 'FIFO',
      date_created: iso(one.createdAt),
      date_updated: iso(one.updatedAt),
      url,
      links: Object.fromEntries(
        [
          'Activities',
          'Statistics',
          'RealTimeStatistics',
          'CumulativeStatistics',
          'TaskQueues',
          'Tasks',
          'Workers',
          'Workflows',
          'TaskChannels',
          'Events',
        ].map((kind) => [kind.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase(), `${url}/${kind}`]),
      ),
    };
  };
}

function showActivity(one: Activity): unknown {
  return {
    ...common(one, 'Activities'),
    friendly_name: one.friendlyName,
    available: one.available,
    links: { workspace: `https://${HOST}${WORKSPACES}/${one.workspaceSid}` },
  };
}

function showWorker({ world }: Ask) {
  return (one: Worker): unknown => {
    const activity = activities(world).get(one.accountSid, one.activitySid);
    const url = urlOf(one, 'Workers');
    return {
      ...common(one, 'Workers'),
      friendly_name: one.friendlyName,
      attributes: one.attributes,
      activity_sid: one.activitySid,
      activity_name: activity?.friendlyName ?? null,
      available: activity?.available ?? false,
      date_status_changed: iso(one.activityAt),
      links: {
        channels: `${url}/Channels`,
        reservations: `${url}/Reservations`,
        statistics: `${url}/Statistics`,
        activity: `https://${HOST}${WORKSPACES}/${one.workspaceSid}/Activities/${one.activitySid}`,
        workspace: `https://${HOST}${WORKSPACES}/${one.workspaceSid}`,
      },
    };
  };
}

function readActivity(ask: Ask, workspace: Workspace): string | undefined {
  const sid = ask.form.get('ActivitySid');
  if (sid === undefined) return undefined;
  const found = activities(ask.world).get(workspace.accountSid, sid);
  if (found?.workspaceSid !== workspace.sid)
    throw invalidParameter('ActivitySid', `no activity ${sid} in workspace ${workspace.sid}`);
  return sid;
}

function createWorker(ask: Ask): Worker {
  const { world } = ask;
  const workspace = workspaceOf(ask);
  const friendlyName = readName(ask, 'Worker', workers, workspace);
  const worker = workers(world).add({
    ...newRow(ask, workspace, 'WK'),
    friendlyName,
    attributes: readAttributes(ask) ?? '{}',
    activitySid: readActivity(ask, workspace) ?? workspace.defaultActivitySid,
    activityAt: world.clock.now(),
    reservedAt: 0,
  });
  happened(world, workspace, {
    type: 'worker.created',
    description: `Worker ${friendlyName} created`,
    resourceType: 'worker',
    resourceSid: worker.sid,
    data: { worker_sid: worker.sid, worker_name: friendlyName, worker_attributes: worker.attributes },
  });
  redispatch(world, workspace);
  return worker;
}

function updateWorker(ask: Ask): Worker {
  const { world, form } = ask;
  const workspace = workspaceOf(ask);
  const worker = rowOf(ask, workers);
  const activitySid = readActivity(ask, workspace);
  const attributes = readAttributes(ask);
  const name = form.get('FriendlyName');
  if (name !== undefined && name !== worker.friendlyName)
    worker.friendlyName = readName(ask, 'Worker', workers, workspace);
  worker.attributes = attributes ?? worker.attributes;
  worker.updatedAt = world.clock.now();
  if (activitySid !== undefined) changeActivity(world, workspace, worker, activitySid);
  if (form.boolean('RejectPendingReservations') === true && !isAvailable(world, worker))
    giveBack(world, workspace, worker);
  redispatch(world, workspace);
  return worker;
}

function filteredWorkers(ask: Ask): Worker[] {
  const { world, query } = ask;
  const workspace = workspaceOf(ask);
  const queueSid = query.get('TaskQueueSid');
  const fitting =
    queueSid === undefined
      ? rowsOf(world, workers, workspace)
      : eligible(world, workspace.accountSid, workspace.sid, queueSid);
  const available = query.get('Available');
  return fitting.filter(
    (one) =>
      (query.get('ActivitySid') ?? one.activitySid) === one.activitySid &&
      (query.get('FriendlyName') ?? one.friendlyName) === one.friendlyName &&
      (available === undefined || /^(true|1|yes)$/i.test(available) === isAvailable(world, one)),
  );
}

export const setupRoutes: readonly Route[] = [
  route('POST', HOST, WORKSPACES, (ask) => created(showWorkspace(ask)(createWorkspace(ask)))),
  route('GET', HOST, WORKSPACES, (ask) => {
    const name = ask.query.get('FriendlyName');
    const found = workspaces(ask.world).list(
      ask.account.sid,
      (one) => name === undefined || one.friendlyName === name,
    );
    return metaPage(ask, 'workspaces', found.reverse(), showWorkspace(ask));
  }),
  route('GET', HOST, ONE, (ask) => ok(showWorkspace(ask)(workspaceOf(ask, 'Sid')))),
  route('POST', HOST, ONE, (ask) => ok(showWorkspace(ask)(updateWorkspace(ask)))),
  route('DELETE', HOST, ONE, (ask) => {
    deleteWorkspace(ask, workspaceOf(ask, 'Sid'));
    return noContent();
  }),
  route('POST', HOST, ACTIVITIES, (ask) => {
    const workspace = workspaceOf(ask);
    const friendlyName = readName(ask, 'Activity', activities, workspace);
    const available = /^(true|1|yes)$/i.test(ask.form.get('Available') ?? '');
    const row = { ...newRow(ask, workspace, 'WA'), friendlyName, available };
    return created(showActivity(activities(ask.world).add(row)));
  }),
  route('GET', HOST, ACTIVITIES, (ask) =>
    metaPage(ask, 'activities', rowsOf(ask.world, activities, workspaceOf(ask)), showActivity),
  ),
  route('GET', HOST, `${ACTIVITIES}/{Sid}`, (ask) => ok(showActivity(rowOf(ask, activities)))),
  route('POST', HOST, WORKERS, (ask) => created(showWorker(ask)(createWorker(ask)))),
  route('GET', HOST, WORKERS, (ask) => metaPage(ask, 'workers', filteredWorkers(ask), showWorker(ask))),
  route('GET', HOST, `${WORKERS}/{Sid}`, (ask) => ok(showWorker(ask)(rowOf(ask, workers)))),
  route('POST', HOST, `${WORKERS}/{Sid}`, (ask) => ok(showWorker(ask)(updateWorker(ask)))),
  route('DELETE', HOST, `${WORKERS}/{Sid}`, (ask) => {
    const worker = rowOf(ask, workers);
    giveBack(ask.world, workspaceOf(ask), worker);
    workers(ask.world).remove(worker.accountSid, worker.sid);
    return noContent();
  }),
];
