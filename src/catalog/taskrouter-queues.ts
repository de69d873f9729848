// TaskRouter's queues (whom tasks wait for) and workflows (which tasks go to which queue).
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import {
  expression,
  inWorkspace,
  listed,
  name,
  page,
  queueSid,
  workflowSid,
  workspace,
} from './taskrouter-fields.ts';
import { configuration } from './taskrouter-workflow.ts';

const queues = `${workspace}/TaskQueues`;
const workflows = `${workspace}/Workflows`;

const queue = z.object({
  sid: queueSid,
  friendly_name: fields.field(z.string(), 'Name', 'Billing').optional(),
  target_workers: fields.field(z.string(), 'Which workers', 'skills HAS "billing"').optional(),
  task_order: fields.field(z.string(), 'FIFO or LIFO', 'FIFO').optional(),
  max_reserved_workers: fields.field(z.number(), 'How many are asked at once', 1).optional(),
});

export const createQueue = defineOperation({
  name: 'taskrouter_create_queue',
  title: 'Create a task queue',
  about: 'Create a queue for the workers whose attributes an expression fits.',
  effect: 'write',
  input: z.strictObject({
    ...inWorkspace,
    friendly_name: name('Billing'),
    target_workers: expression(
      'Which workers; 1==1 is everyone',
      'skills HAS "billing" AND level >= 2',
    ).default('1==1'),
    task_order: fields.field(z.enum(['FIFO', 'LIFO']), 'Oldest or newest first', 'FIFO').optional(),
    max_reserved_workers: fields
      .field(z.int().min(1).max(50), 'How many are asked at once; the first takes it', 1)
      .optional(),
  }),
  output: queue,
  request: { method: 'POST', host: 'taskrouter', path: queues },
  page,
});

export const listQueues = defineOperation({
  name: 'taskrouter_list_queues',
  title: 'List task queues',
  about: 'List the queues of a workspace; with a worker: those whose tasks they could get.',
  effect: 'read',
  input: z.strictObject({ ...listed, worker_sid: fields.sid('Only queues of this worker', 'WK').optional() }),
  output: z.object({
    task_queues: fields.field(z.array(queue), 'The queues', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'taskrouter', path: queues, list: { rows: 'task_queues', maxPage: 1000 } },
  page,
});

const workflow = z.object({
  sid: workflowSid,
  friendly_name: fields.field(z.string(), 'Name', 'Everything').optional(),
  configuration: fields.field(z.string(), 'JSON text', '{"task_routing":{}}').optional(),
  task_reservation_timeout: fields.field(z.number(), 'Seconds a worker has to accept a task', 120).optional(),
  assignment_callback_url: fields
    .field(z.string(), 'Asked what to do when a worker is reserved', 'https://example.com/assign')
    .optional(),
});

const callback = fields
  .url('Asked what to do when a worker is reserved; it sees the attributes of the task')
  .optional();
const reservationTimeout = fields
  .field(z.int().min(1).max(86_400), 'Seconds a worker has to accept; 120 when left out', 120)
  .optional();

export const createWorkflow = defineOperation({
  name: 'taskrouter_create_workflow',
  title: 'Create a workflow',
  about:
    'Say which tasks go to which queue, with what priority and for how long. Queues and workers come first.',
  effect: 'admin',
  input: z.strictObject({
    ...inWorkspace,
    friendly_name: name('Everything'),
    configuration,
    task_reservation_timeout: reservationTimeout,
    assignment_callback_url: callback,
  }),
  output: workflow,
  request: { method: 'POST', host: 'taskrouter', path: workflows, asJson: ['configuration'] },
  page,
});

export const getWorkflow = defineOperation({
  name: 'taskrouter_get_workflow',
  title: 'Get a workflow',
  about: 'Read one workflow with its configuration.',
  effect: 'read',
  input: z.strictObject({ ...inWorkspace, workflow_sid: workflowSid }),
  output: workflow,
  request: { method: 'GET', host: 'taskrouter', path: `${workflows}/{workflow_sid}` },
  page,
});

export const listWorkflows = defineOperation({
  name: 'taskrouter_list_workflows',
  title: 'List workflows',
  about: 'List the workflows of a workspace.',
  effect: 'read',
  input: z.strictObject(listed),
  output: z.object({
    workflows: fields.field(z.array(workflow.omit({ configuration: true })), 'The workflows', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'taskrouter', path: workflows, list: { rows: 'workflows', maxPage: 1000 } },
  page,
});

export const updateWorkflow = defineOperation({
  name: 'taskrouter_update_workflow',
  title: 'Change a workflow',
  about: 'Replace the configuration of a workflow as a whole, or change its timeout or callback.',
  effect: 'admin',
  input: z.strictObject({
    ...inWorkspace,
    workflow_sid: workflowSid,
    configuration: configuration.optional(),
    friendly_name: name('Everything').optional(),
    task_reservation_timeout: reservationTimeout,
    assignment_callback_url: callback,
    re_evaluate_tasks: fields.field(z.boolean(), 'Route waiting tasks anew', true).optional(),
  }),
  output: workflow,
  request: {
    method: 'POST',
    host: 'taskrouter',
    path: `${workflows}/{workflow_sid}`,
    asJson: ['configuration'],
  },
  page,
});
