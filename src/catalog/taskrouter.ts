// TaskRouter: where work waits and who does it: workspaces, workers, queues, workflows. Tasks are in taskrouter-tasks.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-taskrouter';
const workspaces = '/v1/Workspaces';
const one = `${workspaces}/{workspace_sid}`;

const workspaceSid = fields.sid('Workspace SID', 'WS');
const inWorkspace = { workspace_sid: workspaceSid };
const name = (example: string) => fields.field(z.string().min(1).max(64), 'Name', example);
const attributes = fields.field(z.record(z.string(), z.unknown()), 'JSON that routing looks at', {
  skills: ['billing'],
});
const shownAttributes = fields.field(z.string(), 'JSON text', '{"skills":["billing"]}').optional();
const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });
const listed = { ...inWorkspace, limit: fields.limit, cursor: fields.cursor };

const workspace = z.object({
  sid: workspaceSid,
  friendly_name: fields.field(z.string(), 'Name', 'Support').optional(),
});

export const createWorkspace = defineOperation({
  name: 'taskrouter_create_workspace',
  title: 'Create a workspace',
  about: 'Create a workspace: a place of its own for workers, queues and tasks.',
  effect: 'write',
  input: z.strictObject({ friendly_name: name('Support') }),
  output: workspace,
  request: { method: 'POST', host: 'taskrouter', path: workspaces },
  page,
});

export const listWorkspaces = defineOperation({
  name: 'taskrouter_list_workspaces',
  title: 'List workspaces',
  about: 'List the workspaces of the account.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    workspaces: fields.field(z.array(workspace), 'The workspaces', []),
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
  about: 'Delete a workspace with everything in it, for good.',
  effect: 'delete',
  input: z.strictObject(inWorkspace),
  output: deleted,
  request: { method: 'DELETE', host: 'taskrouter', path: one },
  answer: () => ({ deleted: true }),
  page,
});

export const listActivities = defineOperation({
  name: 'taskrouter_list_activities',
  title: 'List activities',
  about: 'List what workers may be doing, such as Available, and whether they get tasks meanwhile.',
  effect: 'read',
  input: z.strictObject(listed),
  output: z.object({
    activities: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Activity SID', 'WA'),
          friendly_name: fields.field(z.string(), 'Name', 'Available').optional(),
          available: fields.field(z.boolean(), 'Gets tasks', true).optional(),
        }),
      ),
      'The activities',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: `${one}/Activities`,
    list: { rows: 'activities', maxPage: 1000 },
  },
  page,
});

const worker = z.object({
  sid: fields.sid('Worker SID', 'WK'),
  friendly_name: fields.field(z.string(), 'Name', 'Ana').optional(),
  attributes: shownAttributes,
  activity_name: fields.field(z.string(), 'What they are doing', 'Available').optional(),
  available: fields.field(z.boolean(), 'Gets tasks', true).optional(),
});

export const createWorker = defineOperation({
  name: 'taskrouter_create_worker',
  title: 'Create a worker',
  about: 'Add somebody who does tasks, with the skills that routing looks at.',
  effect: 'write',
  input: z.strictObject({
    ...inWorkspace,
    friendly_name: name('Ana'),
    attributes: attributes.optional(),
    activity_sid: fields.sid('First activity', 'WA').optional(),
  }),
  output: worker,
  request: { method: 'POST', host: 'taskrouter', path: `${one}/Workers`, asJson: ['attributes'] },
  page,
});

export const listWorkers = defineOperation({
  name: 'taskrouter_list_workers',
  title: 'List workers',
  about: 'List the workers and what they are doing.',
  effect: 'read',
  input: z.strictObject(listed),
  output: z.object({
    workers: fields.field(z.array(worker), 'The workers', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: `${one}/Workers`,
    list: { rows: 'workers', maxPage: 1000 },
  },
  page,
});

export const updateWorker = defineOperation({
  name: 'taskrouter_update_worker',
  title: 'Change a worker',
  about: 'Change what a worker is doing, or their skills.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    ...inWorkspace,
    worker_sid: fields.sid('Worker SID', 'WK'),
    activity_sid: fields.sid('New activity', 'WA').optional(),
    attributes: attributes.optional(),
  }),
  output: worker,
  request: {
    method: 'POST',
    host: 'taskrouter',
    path: `${one}/Workers/{worker_sid}`,
    asJson: ['attributes'],
  },
  page,
});

const expression = fields.field(
  z.string().min(1).max(1000),
  'Which workers, by attributes',
  'skills HAS "billing"',
);

const queue = z.object({
  sid: fields.sid('Queue SID', 'WQ'),
  friendly_name: fields.field(z.string(), 'Name', 'Billing').optional(),
  target_workers: fields.field(z.string(), 'Which workers', 'skills HAS "billing"').optional(),
});

export const createQueue = defineOperation({
  name: 'taskrouter_create_queue',
  title: 'Create a task queue',
  about: 'Create a queue of tasks for the workers an expression fits.',
  effect: 'write',
  input: z.strictObject({
    ...inWorkspace,
    friendly_name: name('Billing'),
    target_workers: expression.default('1==1'),
  }),
  output: queue,
  request: { method: 'POST', host: 'taskrouter', path: `${one}/TaskQueues` },
  page,
});

export const listQueues = defineOperation({
  name: 'taskrouter_list_queues',
  title: 'List task queues',
  about: 'List the queues of a workspace.',
  effect: 'read',
  input: z.strictObject(listed),
  output: z.object({
    task_queues: fields.field(z.array(queue), 'The queues', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: `${one}/TaskQueues`,
    list: { rows: 'task_queues', maxPage: 1000 },
  },
  page,
});

const target = z.looseObject({ queue: z.string().regex(/^WQ[0-9a-fA-F]{32}$/, 'must be a queue SID') });

/** What TaskRouter would refuse, told before anything is sent: docs/taskrouter/workflow-configuration */
const configuration = fields.field(
  z.strictObject({
    task_routing: z.looseObject({
      filters: z
        .array(z.looseObject({ expression: z.string().min(1), targets: z.array(target).min(1) }))
        .optional(),
      default_filter: target.optional(),
    }),
  }),
  'task_routing with filters and a default_filter, each naming a queue',
  { task_routing: { default_filter: { queue: `WQ${'0'.repeat(32)}` } } },
);

const workflow = z.object({
  sid: fields.sid('Workflow SID', 'WW'),
  friendly_name: fields.field(z.string(), 'Name', 'Everything').optional(),
  configuration: fields.field(z.string(), 'JSON text', '{"task_routing":{}}').optional(),
});

export const createWorkflow = defineOperation({
  name: 'taskrouter_create_workflow',
  title: 'Create a workflow',
  about: "Say which tasks go to which queue. It decides where people's matters go.",
  effect: 'admin',
  input: z.strictObject({ ...inWorkspace, friendly_name: name('Everything'), configuration }),
  output: workflow,
  request: { method: 'POST', host: 'taskrouter', path: `${one}/Workflows`, asJson: ['configuration'] },
  page,
});

export const listWorkflows = defineOperation({
  name: 'taskrouter_list_workflows',
  title: 'List workflows',
  about: 'List the workflows of a workspace.',
  effect: 'read',
  input: z.strictObject(listed),
  output: z.object({
    workflows: fields.field(z.array(workflow), 'The workflows', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: `${one}/Workflows`,
    list: { rows: 'workflows', maxPage: 1000 },
  },
  page,
});
