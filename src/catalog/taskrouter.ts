// TaskRouter: workspaces and who works in them. Queues and workflows, tasks, statistics have files of their own.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import {
  activitySid,
  attributes,
  inWorkspace,
  listed,
  name,
  page,
  workerSid,
  workspace,
  workspaceSid,
} from './taskrouter-fields.ts';

const workspaces = '/v1/Workspaces';
const activities = `${workspace}/Activities`;
const workers = `${workspace}/Workers`;

const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });

const place = z.object({
  sid: workspaceSid,
  friendly_name: fields.field(z.string(), 'Name', 'Support').optional(),
  default_activity_name: fields.field(z.string(), 'What new workers are doing', 'Offline').optional(),
  timeout_activity_name: fields
    .field(z.string(), 'What workers are doing after they let a task pass', 'Offline')
    .optional(),
  event_callback_url: fields.field(z.string(), 'Where events are sent', 'https://example.com/e').optional(),
});

export const createWorkspace = defineOperation({
  name: 'taskrouter_create_workspace',
  title: 'Create a workspace',
  about:
    'Create a workspace: a place of its own for workers, queues and tasks. It begins with three activities.',
  effect: 'write',
  input: z.strictObject({ friendly_name: fields.field(z.string().min(1).max(64), 'Name', 'Support') }),
  output: place,
  request: { method: 'POST', host: 'taskrouter', path: workspaces },
  page,
});

export const getWorkspace = defineOperation({
  name: 'taskrouter_get_workspace',
  title: 'Get a workspace',
  about: 'Read one workspace. What is in it: the taskrouter_list_ tools.',
  effect: 'read',
  input: z.strictObject(inWorkspace),
  output: place,
  request: { method: 'GET', host: 'taskrouter', path: workspace },
  page,
});

export const listWorkspaces = defineOperation({
  name: 'taskrouter_list_workspaces',
  title: 'List workspaces',
  about: 'List the workspaces of the account.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    workspaces: fields.field(z.array(place), 'The workspaces', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: workspaces,
    list: { rows: 'workspaces', maxPage: 1000 },
  },
  page,
});

export const deleteWorkspace = defineOperation({
  name: 'taskrouter_delete_workspace',
  title: 'Delete a workspace',
  about: 'Delete a workspace with its workers, queues, workflows and tasks, for good.',
  effect: 'delete',
  input: z.strictObject(inWorkspace),
  output: deleted,
  request: { method: 'DELETE', host: 'taskrouter', path: workspace },
  answer: () => ({ deleted: true }),
  page,
});

const activity = z.object({
  sid: activitySid,
  friendly_name: fields.field(z.string(), 'Name', 'Available').optional(),
  available: fields.field(z.boolean(), 'Whether workers get tasks meanwhile', true).optional(),
});

export const createActivity = defineOperation({
  name: 'taskrouter_create_activity',
  title: 'Create an activity',
  about: 'Add something workers may be doing, such as Lunch, and say whether they get tasks meanwhile.',
  effect: 'write',
  input: z.strictObject({
    ...inWorkspace,
    friendly_name: name('Lunch'),
    available: fields.field(z.boolean(), 'Whether workers get tasks; cannot be changed later', false),
  }),
  output: activity,
  request: { method: 'POST', host: 'taskrouter', path: activities },
  page,
});

export const listActivities = defineOperation({
  name: 'taskrouter_list_activities',
  title: 'List activities',
  about: 'List what workers may be doing, and whether they get tasks meanwhile.',
  effect: 'read',
  input: z.strictObject(listed),
  output: z.object({
    activities: fields.field(z.array(activity), 'The activities', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: activities,
    list: { rows: 'activities', maxPage: 1000 },
  },
  page,
});

const worker = z.object({
  sid: workerSid,
  friendly_name: fields.field(z.string(), 'Name', 'Ana').optional(),
  attributes: fields.field(z.string(), 'JSON text', '{"skills":["billing"]}').optional(),
  activity_sid: activitySid.optional(),
  activity_name: fields.field(z.string(), 'What they are doing', 'Available').optional(),
  available: fields.field(z.boolean(), 'Whether they get tasks', true).optional(),
  date_status_changed: fields.field(z.string(), 'Since when', '2026-11-23T15:00:00Z').optional(),
});

const skills = attributes('What queues choose by; names without hyphens', {
  skills: ['billing'],
  languages: ['en'],
  level: 2,
});

export const createWorker = defineOperation({
  name: 'taskrouter_create_worker',
  title: 'Create a worker',
  about: 'Add somebody who does tasks, with the attributes that queues choose by. They begin Offline.',
  effect: 'write',
  input: z.strictObject({
    ...inWorkspace,
    friendly_name: name('Ana'),
    attributes: skills.optional(),
    activity_sid: fields.sid('What they are doing from now on', 'WA').optional(),
  }),
  output: worker,
  request: { method: 'POST', host: 'taskrouter', path: workers, asJson: ['attributes'] },
  page,
});

export const getWorker = defineOperation({
  name: 'taskrouter_get_worker',
  title: 'Get a worker',
  about: 'Read one worker: attributes, and what they are doing.',
  effect: 'read',
  input: z.strictObject({ ...inWorkspace, worker_sid: workerSid }),
  output: worker,
  request: { method: 'GET', host: 'taskrouter', path: `${workers}/{worker_sid}` },
  page,
});

export const listWorkers = defineOperation({
  name: 'taskrouter_list_workers',
  title: 'List workers',
  about: 'List workers and what they are doing; by queue: who could get its tasks.',
  effect: 'read',
  input: z.strictObject({
    ...listed,
    task_queue_sid: fields.sid('Only whom this queue fits', 'WQ').optional(),
    activity_sid: fields.sid('Only who is doing this', 'WA').optional(),
    available: fields.field(z.boolean(), 'Only who gets tasks, or who does not', true).optional(),
  }),
  output: z.object({
    workers: fields.field(z.array(worker), 'The workers', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'taskrouter', path: workers, list: { rows: 'workers', maxPage: 1000 } },
  page,
});

export const updateWorker = defineOperation({
  name: 'taskrouter_update_worker',
  title: 'Change a worker',
  about:
    'Change what a worker is doing, or their attributes: these are replaced as a whole, so read them first.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    ...inWorkspace,
    worker_sid: workerSid,
    activity_sid: fields.sid('What they are doing from now on', 'WA').optional(),
    attributes: skills.optional(),
    friendly_name: name('Ana').optional(),
    reject_pending_reservations: fields
      .field(z.boolean(), 'Give back what is offered to them; with an activity without tasks', true)
      .optional(),
  }),
  output: worker,
  request: { method: 'POST', host: 'taskrouter', path: `${workers}/{worker_sid}`, asJson: ['attributes'] },
  page,
});

export const deleteWorker = defineOperation({
  name: 'taskrouter_delete_worker',
  title: 'Delete a worker',
  about: 'Remove a worker for good. For a pause, change their activity.',
  effect: 'delete',
  input: z.strictObject({ ...inWorkspace, worker_sid: workerSid }),
  output: deleted,
  request: { method: 'DELETE', host: 'taskrouter', path: `${workers}/{worker_sid}` },
  answer: () => ({ deleted: true }),
  page,
});
