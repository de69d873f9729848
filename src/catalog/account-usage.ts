// What was used and what went wrong: usage records, usage triggers, alerts. Read mostly; a trigger only warns, it stops nothing.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-api-overview';
const usage = '/2010-04-01/Accounts/{account}/Usage';

const category = fields.field(
  z.string().regex(/^[a-z0-9-]{2,80}$/, 'must be a usage category such as sms-outbound or totalprice'),
  'Usage category',
  'totalprice',
);
const day = (what: string) =>
  fields
    .field(z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2026-11-23'), what, '2026-11-23')
    .optional();

export const listUsage = defineOperation({
  name: 'account_list_usage',
  title: 'List usage',
  about: 'List what was used and what it cost, by category, over a time. totalprice is the sum.',
  effect: 'read',
  input: z.strictObject({
    category: category.optional(),
    start_date: day('First day'),
    end_date: day('Last day'),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    usage_records: fields.field(
      z.array(
        z.object({
          category: fields.field(z.string(), 'Category', 'sms-outbound'),
          description: fields.field(z.string(), 'Category in words', 'Outbound SMS').optional(),
          count: fields.field(z.coerce.number(), 'How often', 12).optional(),
          usage: fields.field(z.coerce.number(), 'How much', 12).optional(),
          usage_unit: fields.field(z.string(), 'Of what', 'messages').optional(),
          price: fields.field(z.coerce.number(), 'Cost', 0.0996).optional(),
          price_unit: fields.field(z.string(), 'Currency', 'usd').optional(),
          start_date: fields.field(z.string(), 'First day', '2026-11-01').optional(),
          end_date: fields.field(z.string(), 'Last day', '2026-11-23').optional(),
        }),
      ),
      'The records',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${usage}/Records.json`,
    list: { rows: 'usage_records', maxPage: 1000 },
  },
  page,
});

const trigger = z.object({
  sid: fields.sid('Trigger SID', 'UT'),
  friendly_name: fields.field(z.string(), 'Name', 'Daily 10 USD').optional(),
  usage_category: fields.field(z.string(), 'What it watches', 'totalprice').optional(),
  trigger_by: fields.field(z.string(), 'count, usage or price', 'price').optional(),
  trigger_value: fields.field(z.string(), 'Fires at this value', '10').optional(),
  current_value: fields.field(z.string(), 'Value now', '3.2').optional(),
  recurring: fields.field(z.string(), 'Starts anew daily, monthly or yearly', 'daily').optional(),
  callback_url: fields.field(z.string(), 'Where it reports', 'https://example.com/usage').optional(),
});

export const listTriggers = defineOperation({
  name: 'account_list_triggers',
  title: 'List usage triggers',
  about: 'List the usage triggers: warnings at a value, not limits.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    usage_triggers: fields.field(z.array(trigger), 'The triggers', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${usage}/Triggers.json`,
    list: { rows: 'usage_triggers', maxPage: 1000 },
  },
  page,
});

export const createTrigger = defineOperation({
  name: 'account_create_trigger',
  title: 'Create a usage trigger',
  about: 'Have Twilio call a URL when usage passes a value. It warns; it stops nothing.',
  effect: 'admin',
  input: z.strictObject({
    usage_category: category,
    trigger_value: fields.field(
      z.string().regex(/^\+?\d+(?:\.\d+)?$/, 'must be a number, or + and a number'),
      'Fires at this value; + counts from now',
      '10',
    ),
    trigger_by: fields.field(z.enum(['count', 'usage', 'price']), 'What is compared', 'price').optional(),
    recurring: fields.field(z.enum(['daily', 'monthly', 'yearly']), 'Start anew each', 'daily').optional(),
    callback_url: fields.url('Where it reports'),
    friendly_name: fields.field(z.string().min(1).max(64), 'Name', 'Daily 10 USD').optional(),
  }),
  output: trigger,
  request: { method: 'POST', host: 'api', path: `${usage}/Triggers.json` },
  page,
});

export const deleteTrigger = defineOperation({
  name: 'account_delete_trigger',
  title: 'Delete a usage trigger',
  about: 'Delete a usage trigger: nobody is warned by it any more.',
  effect: 'admin',
  input: z.strictObject({ sid: fields.sid('Trigger SID', 'UT') }),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) }),
  request: { method: 'DELETE', host: 'api', path: `${usage}/Triggers/{sid}.json` },
  answer: () => ({ deleted: true }),
  page,
});

const alert = z.object({
  sid: fields.sid('Alert SID', 'NO'),
  error_code: fields.field(z.coerce.number(), 'account_explain_error tells more', 11200).optional(),
  log_level: fields.field(z.string(), 'error, warning, notice or debug', 'error').optional(),
  alert_text: fields.words('What Twilio noted; may hold words of strangers', 'Msg=…').optional(),
  resource_sid: fields.field(z.string(), 'What it is about', `CA${'0'.repeat(32)}`).optional(),
  request_url: fields.field(z.string(), 'URL that was asked', 'https://example.com/voice').optional(),
  date_created: fields.field(z.string(), 'When', '2026-11-23T15:00:00Z').optional(),
});

export const listAlerts = defineOperation({
  name: 'account_list_alerts',
  title: 'List alerts',
  about: 'List what Twilio noted as going wrong: webhooks that failed, TwiML with faults.',
  effect: 'read',
  input: z.strictObject({
    log_level: fields
      .field(z.enum(['error', 'warning', 'notice', 'debug']), 'Only of this level', 'error')
      .optional(),
    start_date: fields.dayOrInstant('From').optional(),
    end_date: fields.dayOrInstant('To').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    alerts: fields.field(z.array(alert), 'The alerts', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'monitor', path: '/v1/Alerts', list: { rows: 'alerts', maxPage: 1000 } },
  page,
});

export const getAlert = defineOperation({
  name: 'account_get_alert',
  title: 'Get an alert',
  about: 'Read one alert in full.',
  effect: 'read',
  input: z.strictObject({ sid: fields.sid('Alert SID', 'NO') }),
  output: alert,
  request: { method: 'GET', host: 'monitor', path: '/v1/Alerts/{sid}' },
  page,
});

export const listEvents = defineOperation({
  name: 'account_list_events',
  title: 'List account events',
  about: 'List who changed what in the account: an audit trail kept by Twilio.',
  effect: 'read',
  input: z.strictObject({
    event_type: fields.field(z.string().max(100), 'Only of this type', 'account.created').optional(),
    resource_sid: fields
      .field(
        z.string().regex(/^[A-Za-z]{2}[0-9a-fA-F]{32}$/, 'must be a SID'),
        'Only about this resource',
        `PN${'0'.repeat(32)}`,
      )
      .optional(),
    start_date: fields.dayOrInstant('From').optional(),
    end_date: fields.dayOrInstant('To').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    events: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Event SID', 'AE'),
          event_type: fields.field(z.string(), 'What happened', 'phone-number.created').optional(),
          actor_type: fields.field(z.string(), 'Who: account, user, carrier', 'account').optional(),
          resource_sid: fields.field(z.string(), 'To what', `PN${'0'.repeat(32)}`).optional(),
          source: fields.field(z.string(), 'By api, web or twilio', 'api').optional(),
          event_date: fields.field(z.string(), 'When', '2026-11-23T15:00:00Z').optional(),
        }),
      ),
      'The events',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'monitor', path: '/v1/Events', list: { rows: 'events', maxPage: 1000 } },
  page,
});
