// Tasks, and the offers of them to workers. Who works and what goes where is in taskrouter.ts and taskrouter-queues.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { attributes, inWorkspace, listed, page, taskSid, workspace } from './taskrouter-fields.ts';

const tasks = `${workspace}/Tasks`;
const reservations = `${tasks}/{task_sid}/Reservations`;

const statuses = ['pending', 'reserved', 'assigned', 'wrapping', 'completed', 'canceled'] as const;

const task = z.object({
  sid: taskSid,
  assignment_status: fields
    .field(
      z.string(),
      'pending: nobody yet. reserved: offered. assigned: taken. wrapping, completed, canceled',
      'pending',
    )
    .optional(),
  attributes: fields.words('What it is about, as JSON', '{"type":"billing"}').optional(),
  priority: fields.field(z.number(), 'Higher goes first', 0).optional(),
  age: fields.field(z.number(), 'Seconds since it was created', 12).optional(),
  timeout: fields.field(z.number(), 'Seconds until it is given up', 86_400).optional(),
  task_queue_sid: fields.sid('Queue it waits in', 'WQ').optional(),
  task_queue_friendly_name: fields.field(z.string(), 'Queue it waits in', 'Billing').optional(),
  workflow_sid: fields.sid('Workflow that routes it', 'WW').optional(),
  reason: fields.field(z.string(), 'Why it ended', 'solved').optional(),
});

const subject = attributes('What it is about: workflows choose by it, workers read it', {
  type: 'billing',
  order: 1042,
});
const priority = fields.field(z.int().min(0).max(2_147_483_647), 'Higher goes first', 10).optional();

export const createTask = defineOperation({
  name: 'taskrouter_create_task',
  title: 'Create a task',
  about:
    'Create work for a person: a workflow finds the queue, a worker who fits is asked. Follow with taskrouter_get_task.',
  effect: 'write',
  input: z.strictObject({
    ...inWorkspace,
    attributes: subject.optional(),
    workflow_sid: fields.sid('Workflow; needed where there are several', 'WW').optional(),
    priority,
    timeout: fields
      .field(z.int().min(1).max(1_209_600), 'Seconds until it is given up; a day when left out', 3600)
      .optional(),
    task_channel: fields
      .field(z.string().min(1).max(64), 'Kind of work, such as voice, chat, sms or default', 'default')
      .optional(),
  }),
  output: task,
  request: { method: 'POST', host: 'taskrouter', path: tasks, asJson: ['attributes'] },
  page,
});

export const getTask = defineOperation({
  name: 'taskrouter_get_task',
  title: 'Get a task',
  about:
    'Read one task: where it waits and how far it is. Who has it: taskrouter_list_reservations. Gone five minutes after its end.',
  effect: 'read',
  input: z.strictObject({ ...inWorkspace, task_sid: taskSid }),
  output: task,
  request: { method: 'GET', host: 'taskrouter', path: `${tasks}/{task_sid}` },
  page,
});

export const listTasks = defineOperation({
  name: 'taskrouter_list_tasks',
  title: 'List tasks',
  about: 'List tasks, oldest first, by state, queue or workflow. Their attributes: taskrouter_get_task.',
  effect: 'read',
  input: z.strictObject({
    ...listed,
    assignment_status: fields
      .field(z.array(z.enum(statuses)).min(1), 'Only in these states', ['pending', 'reserved'])
      .optional(),
    task_queue_sid: fields.sid('Only in this queue', 'WQ').optional(),
    workflow_sid: fields.sid('Only of this workflow', 'WW').optional(),
    priority: fields.field(z.int().min(0), 'Only of this priority', 10).optional(),
  }),
  output: z.object({ tasks: fields.field(z.array(task), 'The tasks', []), next_cursor: fields.nextCursor }),
  request: { method: 'GET', host: 'taskrouter', path: tasks, list: { rows: 'tasks', maxPage: 1000 } },
  page,
});

export const updateTask = defineOperation({
  name: 'taskrouter_update_task',
  title: 'Change or end a task',
  about:
    'Change a task, or end it: completed when it was assigned, canceled when nobody took it yet. Attributes are replaced as a whole.',
  effect: 'write',
  idempotent: true,
  input: z
    .strictObject({
      ...inWorkspace,
      task_sid: taskSid,
      assignment_status: fields
        .field(z.enum(['wrapping', 'completed', 'canceled']), 'Where it goes', 'completed')
        .optional(),
      reason: fields.field(z.string().min(1).max(4096), 'Why it ends', 'solved').optional(),
      attributes: subject.optional(),
      priority,
    })
    .refine(
      ({ assignment_status, reason }) =>
        (assignment_status !== 'completed' && assignment_status !== 'canceled') || reason !== undefined,
      { error: 'is needed to complete or cancel a task: say why in a few words', path: ['reason'] },
    ),
  output: task,
  request: { method: 'POST', host: 'taskrouter', path: `${tasks}/{task_sid}`, asJson: ['attributes'] },
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
  worker_name: fields.field(z.string(), 'Who is asked', 'Ana').optional(),
  worker_sid: fields.sid('Who is asked', 'WK').optional(),
  task_sid: taskSid.optional(),
  date_created: fields.field(z.string(), 'When they were asked', '2026-11-23T15:00:00Z').optional(),
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:20Z').optional(),
});

export const listReservations = defineOperation({
  name: 'taskrouter_list_reservations',
  title: 'List reservations of a task',
  about: 'List which workers were asked to take a task, and what they said.',
  effect: 'read',
  input: z.strictObject({ ...listed, task_sid: taskSid }),
  output: z.object({
    reservations: fields.field(z.array(reservation), 'The reservations', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: reservations,
    list: { rows: 'reservations', maxPage: 1000 },
  },
  page,
});

/** Instructions that call people (call, dequeue, conference, redirect) are not offered: they would reach somebody unseen. */
export const updateReservation = defineOperation({
  name: 'taskrouter_update_reservation',
  title: 'Answer a reservation',
  about:
    'Answer for a worker who told you so: accept or reject what is offered, wrap up or complete what they took. Calls nobody.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    ...inWorkspace,
    task_sid: taskSid,
    reservation_sid: fields.sid('Reservation SID', 'WR'),
    reservation_status: fields.field(
      z.enum(['accepted', 'rejected', 'wrapping', 'completed']),
      'The answer',
      'accepted',
    ),
    worker_activity_sid: fields.sid('With rejected: what the worker is doing from now on', 'WA').optional(),
  }),
  output: reservation,
  request: { method: 'POST', host: 'taskrouter', path: `${reservations}/{reservation_sid}` },
  page,
});
