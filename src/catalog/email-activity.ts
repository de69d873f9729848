// What became of emails: message by message, and in numbers.
import { z } from 'zod';
import { defineOperation, type Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { isRow } from '../operation/row.ts';
import { email, page, rowsOf } from './email-fields.ts';

const statuses = ['processed', 'delivered', 'not_delivered'] as const;
/** Activity's query language has no way to write a quote inside a value. */
const unquoted = /^[^"\\]*$/;
const unquotedAdvice = 'must not contain quotes or backslashes: search by to or message_id instead';

const message = z.object({
  msg_id: fields.field(z.string(), 'Message ID', 'abc123.filter0001'),
  from_email: fields.field(z.string(), 'Sender', 'shop@example.com').optional(),
  to_email: fields.field(z.string(), 'Recipient', 'ana@example.com').optional(),
  subject: fields.field(z.string(), 'Subject', 'Your receipt').optional(),
  status: fields.field(z.string(), 'processed, delivered or not_delivered', 'delivered').optional(),
  opens_count: fields.field(z.number(), 'Opened; programs open too', 1).optional(),
  clicks_count: fields.field(z.number(), 'Links clicked', 0).optional(),
  last_event_time: fields.field(z.string(), 'Last event', '2026-11-23T15:00:00Z').optional(),
});

export const listMessages = defineOperation({
  name: 'email_list_messages',
  title: 'List sent emails',
  about:
    'List sent emails, one row a recipient, and what became of each, a few minutes late. Needs the paid add-on of additional email activity history.',
  effect: 'read',
  input: z.strictObject({
    to: email('Recipient').optional(),
    from: email('Sender', 'shop@example.com').optional(),
    subject: fields
      .field(z.string().min(1).max(998).regex(unquoted, unquotedAdvice), 'Subject', 'Your receipt')
      .optional(),
    status: fields
      .field(z.enum(statuses), 'not_delivered: bounced, blocked or dropped', 'not_delivered')
      .optional(),
    message_id: fields
      .field(
        z.string().regex(/^[\w.-]{1,200}$/, 'must be an X-Message-Id or message ID'),
        'X-Message-Id of the send: all its recipients',
        'abc123',
      )
      .optional(),
    since: fields.instant('Last event not before').optional(),
    until: fields.instant('Last event not after').optional(),
    limit: fields.limit,
  }),
  output: z.object({ messages: fields.field(z.array(message), 'The emails, newest first', []) }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/messages',
    names: { page_size: 'limit' },
    list: { rows: 'messages', maxPage: 1000 },
  },
  prepare: ({ limit, ...filters }) => ({ query: queryOf(filters), limit }),
  page,
});

function queryOf(filters: {
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly subject?: string | undefined;
  readonly status?: string | undefined;
  readonly message_id?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): string | undefined {
  const { to, from, subject, status, message_id, since, until } = filters;
  const equal = Object.entries({ to_email: to, from_email: from, subject, status })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}="${value}"`);
  const time = (text: string) => `TIMESTAMP "${new Date(text).toISOString()}"`;
  const parts = [
    ...equal,
    ...(message_id === undefined ? [] : [`msg_id LIKE '${message_id}%'`]),
    ...(since === undefined ? [] : [`last_event_time >= ${time(since)}`]),
    ...(until === undefined ? [] : [`last_event_time <= ${time(until)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' AND ');
}

const event = z.object({
  event: fields.field(z.string(), 'What happened', 'delivered').optional(),
  at: fields.field(z.string(), 'When', '2026-11-23T15:00:00Z').optional(),
  reason: fields.words('What the other mail server said', '550 no such user').optional(),
  bounce_type: fields.field(z.string(), 'hard or soft', 'hard').optional(),
  mx_server: fields.field(z.string(), 'Mail server', 'mx.example.com').optional(),
});

export const getMessage = defineOperation({
  name: 'email_get_message',
  title: 'Get a sent email',
  about:
    'Read what happened to one email to one recipient: delivered, bounced and why, opened. Same add-on as email_list_messages.',
  effect: 'read',
  input: z.strictObject({
    msg_id: fields.field(z.string().min(1).max(254), 'msg_id of email_list_messages', 'abc123.filter0001'),
  }),
  output: message.omit({ opens_count: true, clicks_count: true, last_event_time: true }).extend({
    template_id: fields.field(z.string(), 'Template', `d-${'0'.repeat(32)}`).optional(),
    categories: fields.field(z.array(z.string()), 'Labels', ['receipts']).optional(),
    events: fields.field(z.array(event), 'What happened, oldest first', []),
  }),
  request: { method: 'GET', host: 'sendgrid', path: '/v3/messages/{msg_id}' },
  answer: (body) => ({
    ...body,
    events: rowsOf(body['events']).map((each) => ({
      ...each,
      event: each['event_name'],
      at: each['processed'],
    })),
  }),
  page,
});

const counted = [
  'requests',
  'processed',
  'delivered',
  'deferred',
  'bounces',
  'blocks',
  'bounce_drops',
  'invalid_emails',
  'spam_report_drops',
  'unsubscribe_drops',
  'opens',
  'unique_opens',
  'clicks',
  'unique_clicks',
  'spam_reports',
  'unsubscribes',
] as const;

const MOST_PERIODS = 400;
const DAY_MS = 86_400_000;

const day = (description: string) =>
  fields.field(z.iso.date('must be a day such as 2026-11-23'), description, '2026-11-23');
const periods = z.strictObject({
  start_date: day('First day'),
  end_date: day('Last day; default: today').optional(),
  aggregated_by: fields.field(z.enum(['day', 'week', 'month']), 'Length of a row', 'day').default('day'),
});
const categories = fields
  .field(z.array(z.string().min(1).max(255)).min(1).max(10), 'Only these, each for itself', ['receipts'])
  .optional();
const counts = fields.field(z.record(z.string(), z.number()), 'What is not 0', { delivered: 41 });

const accountStatistics = defineOperation({
  name: 'email_get_account_statistics',
  title: 'Statistics of the account',
  about: 'The request for all email together.',
  effect: 'read',
  input: periods.extend({ limit: z.int() }),
  output: z.object({ periods: z.array(z.looseObject({})) }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/stats',
    names: { page_size: 'limit' },
    list: { rows: 'periods', maxPage: MOST_PERIODS },
  },
  page,
});

const categoryStatistics = defineOperation({
  name: 'email_get_category_statistics',
  title: 'Statistics of categories',
  about: 'The request for some categories.',
  effect: 'read',
  input: periods.extend({ limit: z.int(), categories }),
  output: z.object({ periods: z.array(z.looseObject({})) }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/categories/stats',
    names: { page_size: 'limit' },
    list: { rows: 'periods', maxPage: MOST_PERIODS },
  },
  page,
});

export const getStatistics = defineOperation({
  name: 'email_get_statistics',
  title: 'Get email statistics',
  about: 'Count what was requested, delivered, bounced, opened and clicked, by day, week or month.',
  effect: 'read',
  input: periods.extend({ categories }),
  output: z.object({
    rows: fields.field(
      z.array(
        z.object({
          date: fields.field(z.string(), 'First day', '2026-11-23'),
          category: fields.field(z.string(), 'Category', 'receipts').optional(),
          counts,
        }),
      ),
      'Periods with any email',
      [],
    ),
    totals: counts,
  }),
  async run(input, { call, now }) {
    const end = input.end_date === undefined ? now().getTime() : Date.parse(input.end_date);
    const days = Math.floor((end - Date.parse(input.start_date)) / DAY_MS) + 1;
    if (days < 1 || days > MOST_PERIODS) {
      const fault = days < 1 ? 'end_date is before start_date' : `the dates span over ${MOST_PERIODS} days`;
      throw new OperationError('INVALID_INPUT', `email_get_statistics was not carried out: ${fault}.`, {
        next: 'Give dates in order, or ask for one year at a time.',
      });
    }
    const operation = input.categories === undefined ? accountStatistics : categoryStatistics;
    const answer = await call(operation, { ...input, limit: days });
    const rows = rowsOf(answer['periods']).flatMap(countsOf);
    return { rows, totals: sum(rows.map((each) => each.counts)) };
  },
  page,
});

type Counts = Readonly<Record<string, number>>;

function countsOf({ date, stats }: Row) {
  return rowsOf(stats)
    .map(({ name, metrics }) => ({
      date: String(date),
      ...(typeof name === 'string' && { category: name }),
      counts: isRow(metrics) ? sum([metrics]) : {},
    }))
    .filter((each) => Object.keys(each.counts).length > 0);
}

function sum(all: readonly Row[]): Counts {
  const totals = counted.map((name): [string, number] => [
    name,
    all.reduce((total, each) => total + (typeof each[name] === 'number' ? each[name] : 0), 0),
  ]);
  return Object.fromEntries(totals.filter(([, count]) => count > 0));
}
