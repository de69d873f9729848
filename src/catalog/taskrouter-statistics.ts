// What TaskRouter counts and remembers: workspace and queue, now and over a time, and its events.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { inWorkspace, listed, page, queueSid, workspace } from './taskrouter-fields.ts';

const queue = `${workspace}/TaskQueues/{task_queue_sid}`;

function count(description: string) {
  return fields.field(z.coerce.number(), description, 3).optional();
}

const now = {
  total_tasks: count('Tasks that have not ended'),
  tasks_by_status: fields
    .field(z.record(z.string(), z.coerce.number()), 'Tasks by state', { pending: 1, assigned: 2 })
    .optional(),
  tasks_by_priority: fields
    .field(z.record(z.string(), z.coerce.number()), 'Tasks by priority', { '0': 3 })
    .optional(),
  longest_task_waiting_age: count('Seconds that the oldest waits'),
  longest_task_waiting_sid: fields.sid('The task that waits longest', 'WT').optional(),
  activity_statistics: fields
    .field(
      z.array(z.object({ friendly_name: z.string().optional(), workers: z.coerce.number().optional() })),
      'Workers by activity',
      [{ friendly_name: 'Available', workers: 2 }],
    )
    .optional(),
};

export const getStatistics = defineOperation({
  name: 'taskrouter_get_statistics',
  title: 'Get statistics of a workspace now',
  about: 'Count tasks by state and workers by activity, as it is now. Ask once a minute at most.',
  effect: 'read',
  input: z.strictObject(inWorkspace),
  output: z.object({ ...now, total_workers: count('Workers') }),
  request: { method: 'GET', host: 'taskrouter', path: `${workspace}/RealTimeStatistics` },
  page,
});

export const getQueueStatistics = defineOperation({
  name: 'taskrouter_get_queue_statistics',
  title: 'Get statistics of a queue now',
  about: 'Count what waits in one queue and who could take it, as it is now.',
  effect: 'read',
  input: z.strictObject({ ...inWorkspace, task_queue_sid: queueSid }),
  output: z.object({
    ...now,
    total_eligible_workers: count('Workers the queue fits'),
    total_available_workers: count('Of these, who gets tasks'),
  }),
  request: { method: 'GET', host: 'taskrouter', path: `${queue}/RealTimeStatistics` },
  page,
});

const period = {
  minutes: fields
    .field(z.int().min(1).max(43_200), 'The last minutes; 15 when nothing is given', 60)
    .optional(),
  start_date: fields.instant('From then; at most 30 days ago').optional(),
  end_date: fields.instant('Until then').optional(),
};

const wait = z.object({
  avg: z.coerce.number().optional(),
  min: z.coerce.number().optional(),
  max: z.coerce.number().optional(),
  total: z.coerce.number().optional(),
});
const seconds = { avg: 20, min: 4, max: 61, total: 200 };

const overTime = {
  start_time: fields.field(z.string(), 'From', '2026-11-23T14:00:00Z').optional(),
  end_time: fields.field(z.string(), 'To', '2026-11-23T15:00:00Z').optional(),
  tasks_completed: count('Completed'),
  tasks_canceled: count('Canceled'),
  tasks_deleted: count('Deleted'),
  tasks_moved: count('Moved to another queue'),
  reservations_created: count('Times a worker was asked'),
  reservations_accepted: count('Accepted'),
  reservations_rejected: count('Rejected'),
  reservations_timed_out: count('Not answered in time'),
  reservations_canceled: count('Given back because the task ended'),
  reservations_rescinded: count('Taken by another worker'),
  avg_task_acceptance_time: count('Seconds until a task was accepted, on average'),
  wait_duration_until_accepted: fields.field(wait, 'Seconds waited by tasks accepted', seconds).optional(),
  wait_duration_until_canceled: fields.field(wait, 'Seconds waited by tasks canceled', seconds).optional(),
};

export const getCumulativeStatistics = defineOperation({
  name: 'taskrouter_get_cumulative_statistics',
  title: 'Get statistics of a workspace over a time',
  about: 'Count what became of tasks and offers in a period, and how long tasks waited.',
  effect: 'read',
  input: z.strictObject({ ...inWorkspace, ...period }),
  output: z.object({
    ...overTime,
    tasks_created: count('Created'),
    tasks_timed_out_in_workflow: count('Canceled because nobody took them in time'),
  }),
  request: { method: 'GET', host: 'taskrouter', path: `${workspace}/CumulativeStatistics` },
  page,
});

export const getQueueCumulativeStatistics = defineOperation({
  name: 'taskrouter_get_queue_cumulative_statistics',
  title: 'Get statistics of a queue over a time',
  about: 'Count what became of the tasks of one queue in a period, and how long they waited.',
  effect: 'read',
  input: z.strictObject({ ...inWorkspace, task_queue_sid: queueSid, ...period }),
  output: z.object({ ...overTime, tasks_entered: count('Came into the queue') }),
  request: { method: 'GET', host: 'taskrouter', path: `${queue}/CumulativeStatistics` },
  page,
});

export const listEvents = defineOperation({
  name: 'taskrouter_list_events',
  title: 'List TaskRouter events',
  about: 'List what happened in a workspace, newest first: to a task, a worker, a queue. Kept for 30 days.',
  effect: 'read',
  input: z.strictObject({
    ...listed,
    ...period,
    event_type: fields
      .field(
        z.string().regex(/^[a-z-]+(?:\.[a-z-]+)+$/, 'must be such as task.created or reservation.timeout'),
        'Only of this type',
        'reservation.timeout',
      )
      .optional(),
    task_sid: fields.sid('Only of this task', 'WT').optional(),
    worker_sid: fields.sid('Only of this worker', 'WK').optional(),
    task_queue_sid: fields.sid('Only of this queue', 'WQ').optional(),
  }),
  output: z.object({
    events: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Event SID', 'EV').optional(),
          event_type: fields.field(z.string(), 'Type', 'reservation.timeout').optional(),
          description: fields.field(z.string(), 'What happened', 'Reservation timed out').optional(),
          resource_type: fields.field(z.string(), 'Of what', 'reservation').optional(),
          resource_sid: fields.field(z.string(), 'Its SID', `WR${'0'.repeat(32)}`).optional(),
          event_date: fields.field(z.string(), 'When', '2026-11-23T15:00:00Z').optional(),
        }),
      ),
      'The events',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'taskrouter',
    path: `${workspace}/Events`,
    list: { rows: 'events', maxPage: 1000 },
  },
  page,
});
