// Tasks and the offers of them to workers. Who works and what goes where is in taskrouter.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-taskrouter';
const one = '/v1/Workspaces/{workspace_sid}';
const tasks = `${one}/Tasks`;

const inWorkspace = { workspace_sid: fields.sid('Workspace SID', 'WS') };
const taskSid = fields.sid('Task SID', 'WT');

/** TaskRouter refuses larger attributes (docs/taskrouter/api/task). */
const MOST_BYTES = 4096;

const attributes = fields.field(
  z
    .record(z.string(), z.unknown())
    .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= MOST_BYTES, {
      error: 'is over 4 KB as JSON: keep the bulk elsewhere and name it here',
    }),
  'What the task is about; routing looks at it',
  { type: 'billing', order: 1042 },
);

const task = z.object({
  sid: taskSid,
  assignment_status: fields
    .field(z.string(), 'pending, reserved, assigned, wrapping, completed or canceled', 'pending')
    .optional(),
  attributes: fields.words('JSON text; may hold what customers wrote', '{"type":"billing"}').optional(),
  priority: fields.field(z.number(), 'Higher goes first', 0).optional(),
  age: fields.field(z.number(), 'Seconds since it began', 12).optional(),
  task_queue_friendly_name: fields.field(z.string(), 'Queue it is in', 'Billing').optional(),
  workflow_sid: fields.sid('Workflow', 'WW').optional(),
  reason: fields.field(z.string(), 'Why it ended', 'solved').optional(),
});

export const createTask = defineOperation({
  name: 'taskrouter_create_task',
  title: 'Create a task',
  about: 'Create work for a person: it is offered to a worker that fits. Follow it with taskrouter_get_task.',
  effect: 'write',
  input: z.strictObject({
    ...inWorkspace,
    attributes: attributes.optional(),
    workflow_sid: fields.sid('Workflow; needed when there are several', 'WW').optional(),
    priority: fields.field(z.int().min(0).max(2_147_483_647), 'Higher goes first', 10).optional(),
    timeout: fields
      .field(z.int().min(1).max(604_800), 'Seconds until it is given up; a day when left out', 3600)
      .optional(),
  }),
  output: task,
  request: { method: 'POST', host: 'taskrouter', path: tasks, asJson: ['attributes'] },
  page,
});

export const getTask = defineOperation({
  name: 'taskrouter_get_task',
  title: 'Get a task',
  about: 'Read one task: who has it, how old it is.',
  effect: 'read',
  input: z.strictObject({ ...inWorkspace, sid: taskSid }),
  output: task,
  request: { method: 'GET', host: 'taskrouter', path: `${tasks}/{sid}` },
  page,
});

export const listTasks = defineOperation({
  name: 'taskrouter_list_tasks',
  title: 'List tasks',
  about: 'List tasks, by state.',
  effect: 'read',
  input: z.strictObject({
    ...inWorkspace,
    assignment_status: fields
      .field(
        z.enum(['pending', 'reserved', 'assigned', 'wrapping', 'completed', 'canceled']),
        'Only in this state',
        'pending',
      )
      .optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({ tasks: fields.field(z.array(task), 'The tasks', []), next_cursor: fields.nextCursor }),
  request: { method: 'GET', host: 'taskrouter', path: tasks, list: { rows: 'tasks', maxPage: 1000 } },
  page,
});

export const updateTask = defineOperation({
  name: 'taskrouter_update_task',
  title: 'Change or end a task',
  about: 'Change a task, complete one that is assigned, or cancel one that is not.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    ...inWorkspace,
    sid: taskSid,
    assignment_status: fields.field(z.enum(['completed', 'canceled']), 'End it', 'completed').optional(),
    reason: fields.field(z.string().min(1).max(4096), 'Why it ended', 'solved').optional(),
    attributes: attributes.optional(),
    priority: fields.field(z.int().min(0), 'Higher goes first', 10).optional(),
  }),
  output: task,
  request: { method: 'POST', host: 'taskrouter', path: `${tasks}/{sid}`, asJson: ['attributes'] },
  page,
});

const reservation = z.object({
  sid: fields.sid('Reservation SID', 'WR'),
  reservation_status: fields
    .field(
      z.string(),
      'pending, accepted, rejected, timeout, canceled, rescinded, wrapping or completed',
      'pending',
    )
    .optional(),
  worker_name: fields.field(z.string(), 'Who it is offered to', 'Ana').optional(),
  worker_sid: fields.sid('Worker', 'WK').optional(),
});

export const listReservations = defineOperation({
  name: 'taskrouter_list_reservations',
  title: 'List reservations of a task',
  about: 'List to whom a task was offered, and what they said.',
  effect: 'read',
  input: z.strictObject({ ...inWorkspace, task_sid: taskSid, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    reservations: fields.field(z.array(reservation), 'The reservations', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: `${tasks}/{task_sid}/Reservations`,
    list: { rows: 'reservations', maxPage: 1000 },
  },
  page,
});

export const updateReservation = defineOperation({
  name: 'taskrouter_update_reservation',
  title: 'Accept or reject a reservation',
  about: 'Answer for a worker: accept or reject a task that is offered to them.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    ...inWorkspace,
    task_sid: taskSid,
    sid: fields.sid('Reservation SID', 'WR'),
    reservation_status: fields.field(z.enum(['accepted', 'rejected']), 'Their answer', 'accepted'),
  }),
  output: reservation,
  request: { method: 'POST', host: 'taskrouter', path: `${tasks}/{task_sid}/Reservations/{sid}` },
  page,
});

export const getStatistics = defineOperation({
  name: 'taskrouter_get_statistics',
  title: 'Get statistics of a workspace',
  about: 'Count tasks by state and workers by activity, as it is now.',
  effect: 'read',
  input: z.strictObject(inWorkspace),
  output: z.object({
    total_tasks: fields.field(z.number(), 'Tasks that are not ended', 3).optional(),
    total_workers: fields.field(z.number(), 'Workers', 2).optional(),
    longest_task_waiting_age: fields.field(z.number(), 'Seconds the oldest waits', 42).optional(),
    tasks_by_status: fields
      .field(z.record(z.string(), z.number()), 'Tasks by state', { pending: 1 })
      .optional(),
  }),
  request: { method: 'GET', host: 'taskrouter', path: `${one}/RealTimeStatistics` },
  page,
});
