// Studio flows: what was drawn, validated before it is saved. Running one is in studio-executions.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { definition } from './studio-definition.ts';

const page = 'twilio-studio';
const flows = '/v2/Flows';

const flowSid = fields.sid('Flow SID', 'FW');

const flow = z.object({
  sid: flowSid,
  friendly_name: fields.field(z.string(), 'Name', 'Order status').optional(),
  status: fields.field(z.string(), 'draft or published: of this revision', 'published').optional(),
  revision: fields.field(z.number(), 'Counts up with every change', 3).optional(),
  commit_message: fields.field(z.string(), 'What changed', 'First version').optional(),
  valid: fields.field(z.boolean(), 'Whether it can be published', true).optional(),
  webhook_url: fields
    .field(
      z.string(),
      'Set it as the webhook of your number, so that people can answer',
      'https://webhooks.twilio.com/v1/Accounts/AC0/Flows/FW0',
    )
    .optional(),
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:00Z').optional(),
});

const friendlyName = fields.field(z.string().min(1).max(255), 'Name', 'Order status');
const status = fields.field(
  z.enum(['draft', 'published']),
  'published is what people meet, at once',
  'draft',
);
const commitMessage = fields
  .field(z.string().min(1).max(500), 'What changed and why', 'First version')
  .optional();

export const listFlows = defineOperation({
  name: 'studio_list_flows',
  title: 'List flows',
  about: 'List the Studio flows of the account, without their definitions.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({ flows: fields.field(z.array(flow), 'The flows', []), next_cursor: fields.nextCursor }),
  request: { method: 'GET', host: 'studio', path: flows, list: { rows: 'flows', maxPage: 1000 } },
  page,
});

export const getFlow = defineOperation({
  name: 'studio_get_flow',
  title: 'Get a flow',
  about: 'Read the latest revision of a flow with its definition: whom it texts or calls, and what it says.',
  effect: 'read',
  input: z.strictObject({ flow_sid: flowSid }),
  output: flow.extend({
    definition: fields
      .field(z.record(z.string(), z.unknown()), 'The flow as a JSON object', { initial_state: 'Trigger' })
      .optional(),
  }),
  request: { method: 'GET', host: 'studio', path: `${flows}/{flow_sid}` },
  page,
});

export const validateFlow = defineOperation({
  name: 'studio_validate_flow',
  title: 'Validate a flow',
  about: 'Have Studio check a definition, before studio_create_flow or studio_update_flow. Nothing is saved.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    friendly_name: friendlyName.default('Validation'),
    status: status.default('published'),
    definition,
  }),
  output: z.object({ valid: fields.field(z.boolean(), 'Whether it can be saved and published', true) }),
  request: { method: 'POST', host: 'studio', path: `${flows}/Validate`, asJson: ['definition'] },
  page,
});

export const createFlow = defineOperation({
  name: 'studio_create_flow',
  title: 'Create a flow',
  about: 'Create a Studio flow, as a draft unless published is asked for. No number uses it by this.',
  effect: 'admin',
  input: z.strictObject({
    friendly_name: friendlyName,
    status: status.default('draft'),
    definition,
    commit_message: commitMessage,
  }),
  output: flow,
  request: { method: 'POST', host: 'studio', path: flows, asJson: ['definition'] },
  page,
});

export const updateFlow = defineOperation({
  name: 'studio_update_flow',
  title: 'Change a flow',
  about:
    'Save a new revision of a flow. A draft waits; published decides from now on what people hear and where their words go.',
  effect: 'admin',
  input: z.strictObject({
    flow_sid: flowSid,
    status,
    friendly_name: friendlyName.optional(),
    definition: definition.optional(),
    commit_message: commitMessage,
  }),
  output: flow,
  request: { method: 'POST', host: 'studio', path: `${flows}/{flow_sid}`, asJson: ['definition'] },
  page,
});
