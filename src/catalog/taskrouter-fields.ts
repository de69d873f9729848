// Fields that TaskRouter's operations share. No operation lives here.
import { z } from 'zod';
import * as fields from '../operation/fields.ts';
import { faultIn } from './taskrouter-expression.ts';

export const page = 'twilio-taskrouter';
export const workspace = '/v1/Workspaces/{workspace_sid}';

export const workspaceSid = fields.sid('Workspace SID', 'WS');
export const workerSid = fields.sid('Worker SID', 'WK');
export const taskSid = fields.sid('Task SID', 'WT');
export const queueSid = fields.sid('Task queue SID', 'WQ');
export const workflowSid = fields.sid('Workflow SID', 'WW');
export const activitySid = fields.sid('Activity SID', 'WA');

export const inWorkspace = { workspace_sid: workspaceSid };
export const listed = { ...inWorkspace, limit: fields.limit, cursor: fields.cursor };

export function name(example: string) {
  return fields.field(z.string().min(1).max(64), 'Name, unique in the workspace', example);
}

/** docs/taskrouter/limits: of workers and of tasks. */
const MOST_CHARACTERS = 4096;

export function attributes(description: string, example: Record<string, unknown>) {
  return fields.field(
    z
      .record(z.string(), z.unknown())
      .refine(
        (value) => JSON.stringify(value).length <= MOST_CHARACTERS,
        `is over ${MOST_CHARACTERS} characters as JSON: keep the bulk elsewhere and put its address here`,
      ),
    description,
    example,
  );
}

export function expression(description: string, example: string) {
  const schema = z
    .string()
    .min(1)
    .superRefine((value, context) => {
      const fault = faultIn(value);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    });
  return fields.field(schema, description, example);
}
