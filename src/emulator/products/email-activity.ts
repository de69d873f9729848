// Here: Email Activity (find sent emails, read what happened to one) and statistics by day, week or month.
// Not here: the events themselves (email-delivery.ts).
import { type Ask, type Route, route } from '../route.ts';
import { iso, ok } from '../wire.ts';
import { type MailEvent, type Message, messages } from './email-delivery.ts';
import { bad, count, EmailError, HOST, type Json, slice } from './email-wire.ts';

const DAY_MS = 86_400_000;

function lastEvent({ events }: Message): number {
  return events.at(-1)?.at ?? 0;
}

function times({ events }: Message, name: MailEvent['name']): number {
  return events.filter((each) => each.name === name).length;
}

function showRow(message: Message): Json {
  const { sid, from, to, subject, status } = message;
  return {
    from_email: from,
    msg_id: sid,
    subject,
    to_email: to,
    status,
    opens_count: times(message, 'opened'),
    clicks_count: times(message, 'clicked'),
    last_event_time: iso(lastEvent(message)),
  };
}

function showWhole({ sid, from, to, subject, status, mail, events }: Message): Json {
  return {
    from_email: from,
    msg_id: sid,
    subject,
    to_email: to,
    status,
    template_id: mail.templateId ?? '',
    asm_group_id: mail.groupId,
    teammate: '',
    api_key_id: 'e'.repeat(22),
    events: events.map(showEvent),
    originating_ip: '192.0.2.1',
    categories: mail.categories,
    unique_args: '{}',
    outbound_ip: '192.0.2.10',
    outbound_ip_type: 'shared',
  };
}

function showEvent({ name, at, reason, bounceType, url }: MailEvent): Json {
  return {
    event_name: name,
    processed: iso(at),
    ...(reason !== undefined && { reason }),
    ...(name === 'deferred' && { attempt_num: 1 }),
    ...(url !== undefined && { url }),
    bounce_type: bounceType ?? null,
    http_user_agent: '',
    mx_server: name === 'processed' || name === 'dropped' ? '' : 'mx.example.com',
  };
}

type Fits = (message: Message) => boolean;

const FIELDS: Readonly<Record<string, (message: Message) => string>> = {
  msg_id: ({ sid }) => sid,
  from_email: ({ from }) => from,
  to_email: ({ to }) => to,
  subject: ({ subject }) => subject,
  status: ({ status }) => status,
  template_id: ({ mail }) => mail.templateId ?? '',
  last_event_time: (message) => iso(lastEvent(message)),
};

const BETWEEN = /(\w+)\s+BETWEEN\s+TIMESTAMP\s+"([^"]*)"\s+AND\s+TIMESTAMP\s+"([^"]*)"/iy;
const COMPARISON = /(\w+)\s*(=|!=|>=|<=|>|<|LIKE)\s*(?:TIMESTAMP\s+)?(?:"([^"]*)"|'([^']*)')/iy;
const AND = /\s+AND\s+/iy;

/** The part of the query language that is comparisons joined by AND (docs: getting-started-email-activity-api). */
function readQuery(text: string): Fits {
  const all: Fits[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (;;) {
    const between = take(BETWEEN);
    if (between !== null) {
      const [, field = '', from = '', to = ''] = between;
      all.push(compare(field, '>=', from), compare(field, '<=', to));
    } else {
      const [, field = '', operator = '', double, single = ''] = take(COMPARISON) ?? [];
      if (field === '') throw new EmailError(400, null, `invalid syntax: '${text.slice(at, at + 40)}'`);
      all.push(compare(field, operator.toUpperCase(), double ?? single));
    }
    if (at >= text.length) return (message) => all.every((fits) => fits(message));
    if (take(AND) === null) throw new EmailError(400, null, `invalid syntax: '${text.slice(at, at + 40)}'`);
  }
}

function compare(field: string, operator: string, value: string): Fits {
  const read = FIELDS[field];
  if (read === undefined) throw new EmailError(400, null, `invalid syntax: '${field}' is not a known field`);
  const wanted = field === 'last_event_time' ? Date.parse(value) : value;
  if (Number.isNaN(wanted)) throw new EmailError(400, null, `invalid syntax: '${value}' is not a timestamp`);
  const own = (message: Message) => (field === 'last_event_time' ? Date.parse(read(message)) : read(message));
  if (operator === 'LIKE') return (message) => read(message).startsWith(value.replace(/%$/, ''));
  if (operator === '=') return (message) => own(message) === wanted;
  if (operator === '!=') return (message) => own(message) !== wanted;
  if (operator === '>=') return (message) => own(message) >= wanted;
  if (operator === '<=') return (message) => own(message) <= wanted;
  return operator === '>' ? (message) => own(message) > wanted : (message) => own(message) < wanted;
}

const METRICS: Readonly<Record<string, (event: MailEvent) => boolean>> = {
  blocks: ({ name, bounceType }) => name === 'bounced' && bounceType === 'soft',
  bounce_drops: ({ reason }) => reason === 'Bounced Address',
  bounces: ({ name, bounceType }) => name === 'bounced' && bounceType === 'hard',
  clicks: ({ name }) => name === 'clicked',
  deferred: ({ name }) => name === 'deferred',
  delivered: ({ name }) => name === 'delivered',
  invalid_emails: ({ name, reason }) => name === 'dropped' && reason === 'Invalid',
  opens: ({ name }) => name === 'opened',
  processed: ({ name }) => name === 'processed',
  requests: ({ name }) => name === 'processed' || name === 'dropped',
  spam_report_drops: ({ reason }) => reason === 'Spam Reporting Address',
  spam_reports: ({ name }) => name === 'spam_report',
  unsubscribe_drops: ({ reason }) => reason === 'Unsubscribed Address',
  unsubscribes: ({ name }) => name === 'unsubscribe' || name === 'group_unsubscribe',
};

type Period = { readonly start: number; readonly end: number };

function measure(sent: readonly Message[], { start, end }: Period): Json {
  const within = sent.map(({ events }) => events.filter(({ at }) => at >= start && at < end));
  const counts = Object.entries(METRICS).map(([name, fits]): [string, number] => [
    name,
    within.reduce((total, events) => total + events.filter(fits).length, 0),
  ]);
  const people = (name: MailEvent['name']): number =>
    within.filter((events) => events.some((each) => each.name === name)).length;
  return {
    ...Object.fromEntries(counts),
    unique_clicks: people('clicked'),
    unique_opens: people('opened'),
  };
}

function periodsOf(ask: Ask): Period[] {
  const day = (name: string, fallback?: number): number => {
    const text = ask.query.get(name);
    const time = text === undefined ? fallback : Date.parse(`${text}T00:00:00Z`);
    if (time === undefined || Number.isNaN(time)) throw bad(name, `${name} must be YYYY-MM-DD`);
    return time;
  };
  const by = ask.query.get('aggregated_by') ?? 'day';
  if (!['day', 'week', 'month'].includes(by)) throw bad('aggregated_by', 'must be day, week or month');
  const start = day('start_date');
  const end = day('end_date', Math.floor(ask.world.clock.now() / DAY_MS) * DAY_MS) + DAY_MS;
  const periods: Period[] = [];
  for (let at = start; at < end; ) {
    const date = new Date(at);
    const next =
      by === 'month'
        ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
        : at + (by === 'week' ? 7 : 1) * DAY_MS;
    periods.push({ start: at, end: Math.min(next, end) });
    at = next;
  }
  return periods;
}

function statistics(ask: Ask, statsOf: (sent: readonly Message[], period: Period) => Json[]) {
  const sent = messages(ask.world).list(ask.account.sid);
  const shown = slice(ask, periodsOf(ask)).map((period) => ({
    date: new Date(period.start).toISOString().slice(0, 10),
    stats: statsOf(sent, period),
  }));
  return ok(shown);
}

export const activityRoutes: readonly Route[] = [
  route('GET', HOST, '/v3/messages', (ask) => {
    const text = ask.query.get('query') ?? '';
    const fits = text === '' ? () => true : readQuery(text);
    const found = messages(ask.world).list(ask.account.sid, fits);
    found.sort((a, b) => lastEvent(b) - lastEvent(a));
    return ok({ messages: found.slice(0, count(ask, 'limit', 10, 1, 1000)).map(showRow) });
  }),
  route('GET', HOST, '/v3/messages/{msg_id}', (ask) => {
    const found = messages(ask.world).get(ask.account.sid, ask.param('msg_id'));
    if (found === undefined) throw new EmailError(404, 'message_id', 'not found');
    return ok(showWhole(found));
  }),
  route('GET', HOST, '/v3/stats', (ask) =>
    statistics(ask, (sent, period) => [{ metrics: measure(sent, period) }]),
  ),
  route('GET', HOST, '/v3/categories/stats', (ask) => {
    const names = ask.query.all('categories');
    if (names.length === 0 || names.length > 10) throw bad('categories', 'give 1 to 10 categories');
    return statistics(ask, (sent, period) =>
      names.map((name) => {
        const own = sent.filter(({ mail }) => mail.categories.includes(name));
        return { type: 'category', name, metrics: measure(own, period) };
      }),
    );
  }),
];
