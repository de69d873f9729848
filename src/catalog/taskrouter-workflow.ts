// The configuration of a TaskRouter workflow, held against TaskRouter's rules. No operation lives here.
import { z } from 'zod';
import * as fields from '../operation/fields.ts';
import { expression } from './taskrouter-fields.ts';

/** docs/taskrouter/limits */
const MOST_BYTES = 1_038_576;

const queue = z
  .string()
  .regex(/^WQ[0-9a-fA-F]{32}$/, 'must be the SID of a task queue: WQ and 32 hex digits');
const priority = z.coerce.number().int().min(0).max(2_147_483_647);

/** docs/taskrouter/workflow-configuration; a later target goes on with the queue of the one before it. */
const target = z.strictObject({
  queue: queue.optional(),
  priority: priority.optional(),
  timeout: z.coerce.number().int().min(1).optional(),
  expression: expression('Which workers of the queue', 'task.language IN worker.languages').optional(),
  skip_if: expression('When not to wait here', 'workers.available == 0').optional(),
  order_by: z.string().optional(),
  known_worker_sid: z.string().optional(),
  known_worker_friendly_name: z.string().optional(),
});

const filter = z
  .strictObject({
    filter_friendly_name: z.string().optional(),
    friendly_name: z.string().optional(),
    expression: expression('Which tasks', 'type == "billing"'),
    targets: z.array(target).min(1),
  })
  .superRefine(({ targets }, context) => {
    if (targets[0]?.queue === undefined)
      context.addIssue({
        code: 'custom',
        path: ['targets', 0],
        message: 'must name a queue, being the first',
      });
    for (const [index, { timeout, skip_if }] of targets.slice(0, -1).entries()) {
      if (timeout === undefined && skip_if === undefined)
        context.addIssue({
          code: 'custom',
          path: ['targets', index],
          message: 'needs a timeout or skip_if: without, the targets after it are never reached',
        });
    }
  });

export const configuration = fields.field(
  z
    .strictObject({
      task_routing: z.strictObject({
        filters: z.array(filter).optional(),
        default_filter: target.omit({ timeout: true }).required({ queue: true }).optional(),
      }),
    })
    .refine(
      ({ task_routing: { filters = [], default_filter } }) =>
        filters.length > 0 || default_filter !== undefined,
      'task_routing must have filters or a default_filter',
    )
    .refine(
      (value) => new TextEncoder().encode(JSON.stringify(value)).length <= MOST_BYTES,
      `is over ${MOST_BYTES} bytes as JSON`,
    ),
  'Which tasks go to which queue: the first filter that fits, else default_filter',
  {
    task_routing: {
      filters: [
        {
          filter_friendly_name: 'Billing',
          expression: 'type == "billing"',
          targets: [{ queue: `WQ${'0'.repeat(32)}`, timeout: 300 }, { priority: 10 }],
        },
      ],
      default_filter: { queue: `WQ${'1'.repeat(32)}` },
    },
  },
);
