// Studio executions: a person's run through a flow, started, followed and stopped. Flows are in studio.ts.
import { z } from 'zod';
import { type Defaults, defineOperation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-studio';
const executions = '/v2/Flows/{flow_sid}/Executions';
const listRequest = {
  method: 'GET',
  host: 'studio',
  path: executions,
  names: { started_after: 'DateCreatedFrom', started_before: 'DateCreatedTo', status: 'status' },
  list: { rows: 'executions', maxPage: 1000 },
} as const;

const flowSid = fields.sid('Flow SID', 'FW');
const executionSid = fields.sid('Execution SID', 'FN');
const one = { flow_sid: flowSid, execution_sid: executionSid };

const execution = z.object({
  sid: executionSid,
  flow_sid: flowSid.optional(),
  status: fields.field(z.string(), 'active or ended', 'active'),
  contact_channel_address: fields.field(z.string(), 'The person', '+14155550123').optional(),
  flow_version: fields.field(z.number(), 'Revision of the flow it runs', 3).optional(),
  initiated_by: fields.field(z.string(), 'The request, message or call that began it', 'RQ0').optional(),
  date_created: fields.field(z.string(), 'When it began', '2026-11-23T15:00:00Z').optional(),
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:05Z').optional(),
});

const own = /^(?:\+[1-9][0-9]{6,14}|[0-9]{3,8}|MG[0-9a-fA-F]{32}|(?:whatsapp|rcs|messenger):\S{3,100})$/;

/** Studio takes one from; a flow that shall be answered needs the sender that its webhook is set on. */
function senderOf(from: string | undefined, defaults: Defaults): string {
  const sender = from ?? defaults.from ?? defaults.messagingServiceSid;
  if (sender !== undefined) return sender;
  throw new OperationError('INVALID_INPUT', 'There is no from: the call names none and none is configured.', {
    next: 'Pass from (account_list_numbers shows the numbers you own), or set TWILIO_FROM.',
  });
}

export const startExecution = defineOperation({
  name: 'studio_start_execution',
  title: 'Run a flow for a person',
  about:
    'Run a published flow for one person who agreed to it. The flow texts or calls them as drawn: read it first with studio_get_flow. Follow with studio_get_execution.',
  effect: 'send',
  input: z.strictObject({
    flow_sid: flowSid,
    to: fields.address('The person'),
    from: fields
      .field(
        z.string().regex(own, 'must be an own number in E.164, a channel address or a Messaging Service SID'),
        'Own number or Messaging Service; default: the configured one',
        '+14155550100',
      )
      .optional(),
    parameters: fields
      .field(z.record(z.string(), z.unknown()), 'Values the flow reads as flow.data', { name: 'Ana' })
      .optional(),
  }),
  output: execution,
  request: { method: 'POST', host: 'studio', path: executions, asJson: ['parameters'] },
  prepare: (input, defaults) => ({ ...input, from: senderOf(input.from, defaults) }),
  // Only the flow knows whether it texts or calls, and whom else it reaches: the strictest case.
  reaches: ({ to }) => [{ to, channel: 'unknown' }],
  costs: () => ({ kind: 'unknown', why: 'the flow decides how many messages and calls it makes' }),
  trace: ({ flow_sid, to }, since) => {
    const from = new Date(Math.floor(since.getTime() / 1000) * 1000);
    return {
      request: listRequest,
      input: { flow_sid, started_after: from.toISOString(), limit: 50 },
      lookWith: 'studio_list_executions',
      matches: (row) =>
        row['contact_channel_address'] === to && Date.parse(String(row['date_created'])) >= from.getTime(),
    };
  },
  page,
});

export const listExecutions = defineOperation({
  name: 'studio_list_executions',
  title: 'List executions',
  about: 'List the runs of a flow, newest first.',
  effect: 'read',
  input: z.strictObject({
    flow_sid: flowSid,
    status: fields.field(z.enum(['active', 'ended']), 'Only of this status', 'active').optional(),
    started_after: fields.instant('Only started then or later').optional(),
    started_before: fields.instant('Only started before').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    executions: fields.field(z.array(execution), 'The executions', []),
    next_cursor: fields.nextCursor,
  }),
  request: listRequest,
  page,
});

export const getExecution = defineOperation({
  name: 'studio_get_execution',
  title: 'Get an execution',
  about: 'Read one run of a flow: whether it still goes on. What happened: studio_list_execution_steps.',
  effect: 'read',
  input: z.strictObject(one),
  output: execution,
  request: { method: 'GET', host: 'studio', path: `${executions}/{execution_sid}` },
  page,
});

export const getExecutionContext = defineOperation({
  name: 'studio_get_execution_context',
  title: 'Get what an execution knows',
  about:
    'Read the data of a run: its parameters, its variables, what each widget did and what people answered.',
  effect: 'read',
  input: z.strictObject(one),
  output: z.object({
    execution_sid: executionSid.optional(),
    context: fields.words('What the run knows, answers of people included, as JSON', '{"flow":{"data":{}}}'),
  }),
  request: { method: 'GET', host: 'studio', path: `${executions}/{execution_sid}/Context` },
  answer: (body) => ({ ...body, context: JSON.stringify(body['context'] ?? {}) }),
  page,
});

export const listExecutionSteps = defineOperation({
  name: 'studio_list_execution_steps',
  title: 'List the steps of an execution',
  about: 'List the widgets a run went through, newest first: which event led from one to the next.',
  effect: 'read',
  input: z.strictObject({ ...one, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    steps: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Step SID', 'FT').optional(),
          name: fields.field(z.string(), 'The event', 'sent').optional(),
          transitioned_from: fields.field(z.string(), 'Widget', 'hello').optional(),
          transitioned_to: fields.field(z.string(), 'Next widget, or Ended', 'Ended').optional(),
          type: fields.field(z.string(), 'Kind of the widget', 'send-message').optional(),
          date_created: fields.field(z.string(), 'When', '2026-11-23T15:00:01Z').optional(),
        }),
      ),
      'The steps',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'studio',
    path: `${executions}/{execution_sid}/Steps`,
    list: { rows: 'steps', maxPage: 1000 },
  },
  page,
});

export const stopExecution = defineOperation({
  name: 'studio_stop_execution',
  title: 'Stop an execution',
  about: 'End a run of a flow for good: it sends nothing more. What was sent stays sent.',
  effect: 'delete',
  input: z.strictObject(one),
  output: execution,
  request: {
    method: 'POST',
    host: 'studio',
    path: `${executions}/{execution_sid}`,
    fixed: { Status: 'ended' },
  },
  page,
});
