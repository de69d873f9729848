// Here: what TaskRouter remembers, how it is found by a request, and the events that everything leaves behind.
// Not here: routes, and how tasks find workers (taskrouter-routing.ts).
import { accountBySid } from '../accounts.ts';
import type { Ask } from '../route.ts';
import { defineTable, type Row, type Table, type World } from '../state.ts';
import { invalidParameter, iso, missingParameter, notFound, parseJson, TwilioError } from '../wire.ts';

type Dated = { readonly createdAt: number; updatedAt: number };
type Placed = Row & Dated & { readonly workspaceSid: string };

export type Workspace = Row &
  Dated & {
    friendlyName: string;
    defaultActivitySid: string;
    timeoutActivitySid: string;
    eventCallbackUrl: string;
    eventsFilter: string;
  };
export type Activity = Placed & { friendlyName: string; readonly available: boolean };
export type Worker = Placed & {
  friendlyName: string;
  attributes: string;
  activitySid: string;
  activityAt: number;
  /** When a task was last offered to them: who waited longest is asked first. */
  reservedAt: number;
};
export type Queue = Placed & {
  friendlyName: string;
  targetWorkers: string;
  maxReservedWorkers: number;
  taskOrder: 'FIFO' | 'LIFO';
};
export type Workflow = Placed & {
  friendlyName: string;
  configuration: string;
  reservationTimeout: number;
  callbackUrl: string;
  fallbackUrl: string;
};
export type TaskStatus = 'pending' | 'reserved' | 'assigned' | 'wrapping' | 'completed' | 'canceled';
export type Task = Placed & {
  readonly workflowSid: string;
  readonly channel: string;
  readonly timeout: number;
  attributes: string;
  status: TaskStatus;
  priority: number;
  reason: string | null;
  queueSid: string | null;
  queueEnteredAt: number;
  /** Which workers of the queue: the expression or the known worker of the target it is at. */
  targetExpression: string;
  knownWorker: string;
  /** Counts the targets it went through: a timer of an earlier one does nothing. */
  leg: number;
};
export type ReservationStatus =
  | 'pending'
  | 'accepted'
  | 'rejected'
  | 'timeout'
  | 'canceled'
  | 'rescinded'
  | 'wrapping'
  | 'completed';
export type Reservation = Placed & {
  readonly taskSid: string;
  readonly workerSid: string;
  readonly workerName: string;
  status: ReservationStatus;
};
export type Event = Row & {
  readonly workspaceSid: string;
  readonly type: string;
  readonly description: string;
  readonly resourceType: string;
  readonly resourceSid: string;
  readonly data: Readonly<Record<string, string>>;
  readonly at: number;
};

export const HOST = 'taskrouter.twilio.com';
export const WORKSPACES = '/v1/Workspaces';
export const WORKSPACE = `${WORKSPACES}/{WorkspaceSid}`;
const MOST_ATTRIBUTES = 4096;

export const workspaces = defineTable<Workspace>('taskrouter workspaces');
export const activities = defineTable<Activity>('taskrouter activities');
export const workers = defineTable<Worker>('taskrouter workers');
export const queues = defineTable<Queue>('taskrouter queues');
export const workflows = defineTable<Workflow>('taskrouter workflows');
export const tasks = defineTable<Task>('taskrouter tasks');
export const reservations = defineTable<Reservation>('taskrouter reservations');
export const events = defineTable<Event>('taskrouter events');

export function workspaceOf(ask: Ask, name = 'WorkspaceSid'): Workspace {
  const found = workspaces(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

/** One of the rows of the workspace in the path. */
export function rowOf<R extends Placed>(ask: Ask, table: (world: World) => Table<R>, name = 'Sid'): R {
  const { sid } = workspaceOf(ask);
  const found = table(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined || found.workspaceSid !== sid) throw notFound(ask.path);
  return found;
}

/** Oldest first, which is how the rows of a workspace are looked through. */
export function rowsOf<R extends Placed>(
  world: World,
  table: (world: World) => Table<R>,
  { accountSid, sid }: Workspace,
): R[] {
  return table(world)
    .list(accountSid, ({ workspaceSid }) => workspaceSid === sid)
    .reverse();
}

/** What every new row of a workspace begins with; names are taken once. */
export function newRow(ask: Ask, workspace: Workspace, prefix: string) {
  const now = ask.world.clock.now();
  return {
    accountSid: workspace.accountSid,
    sid: ask.world.ids.sid(prefix),
    workspaceSid: workspace.sid,
    createdAt: now,
    updatedAt: now,
  };
}

export function readName<R extends Placed & { friendlyName: string }>(
  ask: Ask,
  kind: string,
  table: (world: World) => Table<R>,
  workspace: Workspace,
): string {
  const name = ask.form.get('FriendlyName');
  if (name === undefined || name === '') throw missingParameter('FriendlyName');
  if (name.length > 64) throw invalidParameter('FriendlyName', 'it may have 64 characters');
  if (rowsOf(ask.world, table, workspace).some(({ friendlyName }) => friendlyName === name)) {
    const where = `workspace ${workspace.sid} for account ${workspace.accountSid}`;
    throw new TwilioError(400, 20_001, `${kind} named ${name} already exists for ${where}`);
  }
  return name;
}

export function readAttributes(ask: Ask): string | undefined {
  const given = ask.form.get('Attributes');
  if (given === undefined) return undefined;
  if (given.length > MOST_ATTRIBUTES)
    throw invalidParameter('Attributes', `it may have ${MOST_ATTRIBUTES} characters`);
  if (!isObject(parseJson(given))) throw invalidParameter('Attributes', 'it must be a JSON object');
  return given;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valuesOf(attributes: string): Readonly<Record<string, unknown>> {
  const values = parseJson(attributes);
  return isObject(values) ? values : {};
}

export function urlOf(row: { readonly workspaceSid: string; readonly sid: string }, kind: string): string {
  return `https://${HOST}${WORKSPACES}/${row.workspaceSid}/${kind}/${row.sid}`;
}

export function common({ accountSid, sid, workspaceSid, createdAt, updatedAt }: Placed, kind: string) {
  return {
    sid,
    account_sid: accountSid,
    workspace_sid: workspaceSid,
    date_created: iso(createdAt),
    date_updated: iso(updatedAt),
    url: urlOf({ workspaceSid, sid }, kind),
  };
}

type Happening = {
  readonly type: string;
  readonly description: string;
  readonly resourceType: string;
  readonly resourceSid: string;
  /** Under the names of event data: task_sid, worker_sid, task_queue_sid … */
  readonly data?: Readonly<Record<string, string>>;
};

/** Remembers it, and tells the workspace's event callback (docs/taskrouter/api/event/reference). */
export function happened(world: World, workspace: Workspace, what: Happening): void {
  const { accountSid, sid, friendlyName } = workspace;
  const data = { workspace_sid: sid, workspace_name: friendlyName, ...what.data };
  const at = world.clock.now();
  events(world).add({ accountSid, workspaceSid: sid, ...what, data, at, sid: world.ids.sid('EV') });
  const wanted = workspace.eventsFilter.split(/[\s,]+/).filter((one) => one !== '');
  if (workspace.eventCallbackUrl === '' || (wanted.length > 0 && !wanted.includes(what.type))) return;
  const pascal = Object.entries(data).map(([name, value]): [string, string] => [
    name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  void world.callbacks.send({
    kind: 'taskrouter-event',
    accountSid,
    authToken: accountBySid(world, accountSid)?.authToken ?? '',
    url: workspace.eventCallbackUrl,
    params: {
      ...Object.fromEntries(pascal),
      EventType: what.type,
      EventDescription: what.description,
      ResourceType: what.resourceType,
      ResourceSid: what.resourceSid,
      AccountSid: accountSid,
      Timestamp: String(Math.floor(at / 1000)),
    },
  });
}
