// Here: the named things of a TaskRouter workspace (activities, workers, queues, workflows): kept, made and shown.
// Not here: tasks and their reservations (taskrouter.ts).
import type { Ask } from '../route.ts';
import { defineTable } from '../state.ts';
import { iso, missingParameter, notFound, parseJson, TwilioError } from '../wire.ts';

/** Workspaces, activities, workers, queues and workflows: named things with a few fields of their own. */
export type Thing = {
  readonly accountSid: string;
  readonly sid: string;
  readonly kind: Kind;
  readonly workspaceSid: string;
  friendlyName: string;
  readonly fields: Record<string, string>;
  readonly createdAt: number;
};
export type Kind = 'workspaces' | 'activities' | 'workers' | 'task_queues' | 'workflows';
export const things = defineTable<Thing>('taskrouter things');

export const HOST = 'taskrouter.twilio.com';
export const WORKSPACES = '/v1/Workspaces';
export const WORKSPACE = `${WORKSPACES}/{WorkspaceSid}`;
/** A worker has two minutes to answer before the task goes on. */
export const RESERVATION_SECONDS = 120;

export function listOf(ask: Ask, kind: Kind, workspaceSid: string): Thing[] {
  return things(ask.world).list(
    ask.account.sid,
    (one) => one.kind === kind && one.workspaceSid === workspaceSid,
  );
}

export function workspaceOf(ask: Ask): Thing {
  const found = things(ask.world).get(ask.account.sid, ask.param('WorkspaceSid'));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

export function add(
  ask: Ask,
  kind: Kind,
  prefix: string,
  workspaceSid: string,
  fields: Record<string, string>,
  friendlyName = ask.form.get('FriendlyName'),
): Thing {
  if (friendlyName === undefined || friendlyName === '') throw missingParameter('FriendlyName');
  const { world, account } = ask;
  return things(world).add({
    accountSid: account.sid,
    sid: world.ids.sid(prefix),
    kind,
    workspaceSid,
    friendlyName,
    fields,
    createdAt: world.clock.now(),
  });
}

function base({ accountSid, sid, workspaceSid, friendlyName, createdAt }: Thing): Record<string, unknown> {
  return {
    sid,
    account_sid: accountSid,
    workspace_sid: workspaceSid,
    friendly_name: friendlyName,
    date_created: iso(createdAt),
    date_updated: iso(createdAt),
  };
}

export function showWorkspace(one: Thing): unknown {
  const { workspace_sid: _own, ...rest } = base(one);
  return {
    ...rest,
    event_callback_url: null,
    multi_task_enabled: true,
    prioritize_queue_order: 'FIFO',
    url: `https://${HOST}${WORKSPACES}/${one.sid}`,
  };
}

export function showActivity(one: Thing): unknown {
  return { ...base(one), available: one.fields['available'] === 'true' };
}

export function showWorker(ask: Ask) {
  return (one: Thing): unknown => {
    const activity = things(ask.world).get(one.accountSid, one.fields['activity'] ?? '');
    return {
      ...base(one),
      attributes: one.fields['attributes'] ?? '{}',
      activity_sid: activity?.sid ?? null,
      activity_name: activity?.friendlyName ?? null,
      available: activity?.fields['available'] === 'true',
      date_status_changed: iso(one.createdAt),
    };
  };
}

export function showQueue(one: Thing): unknown {
  return {
    ...base(one),
    target_workers: one.fields['target'] ?? '1==1',
    max_reserved_workers: 1,
    task_order: 'FIFO',
  };
}

export function showWorkflow(one: Thing): unknown {
  return {
    ...base(one),
    configuration: one.fields['configuration'],
    task_reservation_timeout: RESERVATION_SECONDS,
    assignment_callback_url: null,
  };
}

export function createWorkspace(ask: Ask): Thing {
  const workspace = add(ask, 'workspaces', 'WS', '', {});
  for (const [name, available] of [
    ['Offline', 'false'],
    ['Available', 'true'],
    ['Unavailable', 'false'],
  ] as const) {
    add(ask, 'activities', 'WA', workspace.sid, { available }, name);
  }
  return workspace;
}

export function createWorkflow(ask: Ask): Thing {
  const workspace = workspaceOf(ask);
  const text = ask.form.get('Configuration') ?? '';
  const routing = Object(Object(parseJson(text)).task_routing);
  const queue = Object(routing.default_filter).queue;
  if (parseJson(text) === undefined) throw new TwilioError(400, 20_001, 'Configuration is not JSON');
  if (typeof queue === 'string' && things(ask.world).get(ask.account.sid, queue) === undefined) {
    throw new TwilioError(400, 20_001, `TaskQueue ${queue} does not exist`);
  }
  return add(ask, 'workflows', 'WW', workspace.sid, { configuration: text, queue: String(queue ?? '') });
}
