// Addresses SendGrid delivers nothing to, and why. Unsubscribes from one kind of email are email-groups.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import {
  cursor,
  deleted,
  email,
  emails,
  following,
  fromCursor,
  limit,
  momentOf,
  nextCursor,
  page,
  rowsOf,
} from './email-fields.ts';

const kinds = ['bounces', 'blocks', 'spam_reports', 'invalid_emails', 'unsubscribes'] as const;
const kind = fields.field(
  z.enum(kinds),
  'Why; unsubscribes are from everything. Blocks are not suppressed, only told',
  'bounces',
);

export const listSuppressions = defineOperation({
  name: 'email_list_suppressions',
  title: 'List suppressed addresses',
  about: 'List addresses SendGrid could not or will not deliver to, and why.',
  effect: 'read',
  input: z.strictObject({
    kind,
    email: fields
      .field(z.string().min(1).max(254), 'Address, or how it begins', 'ana@example.com')
      .optional(),
    since: fields.instant('Only those since then').optional(),
    limit,
    cursor,
  }),
  output: z.object({
    suppressions: fields.field(
      z.array(
        z.object({
          email: fields.field(z.string(), 'Address', 'ana@example.com'),
          reason: fields.words('What the other mail server said', '550 no such user').optional(),
          status: fields.field(z.string(), 'SMTP status', '5.1.1').optional(),
          created: fields.field(z.string(), 'Since when', '2026-11-23T15:00:00.000Z').optional(),
        }),
      ),
      'The addresses',
      [],
    ),
    next_cursor: nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/suppression/{kind}',
    names: { since: 'start_time', page_size: 'limit' },
    list: { rows: 'suppressions', maxPage: 500 },
  },
  prepare({ since, ...input }) {
    return {
      ...fromCursor(input),
      since: since === undefined ? undefined : Math.floor(Date.parse(since) / 1000),
    };
  },
  answer(body, input) {
    const rows = rowsOf(body['suppressions']);
    const suppressions = rows.map((row) => ({ ...row, created: momentOf(row['created']) }));
    return { suppressions, ...following(input, rows) };
  },
  page,
});

export const addSuppression = defineOperation({
  name: 'email_add_suppression',
  title: 'Unsubscribe addresses from everything',
  about:
    'Put addresses on the list of unsubscribes: they get no email at all from this account. For one kind of email use email_add_group_member.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({ emails: emails('Addresses') }),
  output: z.object({
    recipient_emails: fields.field(z.array(z.string()), 'Now suppressed', ['ana@example.com']).optional(),
  }),
  request: {
    method: 'POST',
    host: 'sendgrid',
    path: '/v3/asm/suppressions/global',
    names: { emails: 'recipient_emails' },
    body: 'json',
  },
  page,
});

const removeListed = defineOperation({
  name: 'email_remove_listed',
  title: 'Remove an address from one list',
  about: 'The request for every list but the unsubscribes.',
  effect: 'admin',
  input: z.strictObject({ kind: kind.exclude(['unsubscribes']), email: email('Address') }),
  output: z.object({}),
  request: { method: 'DELETE', host: 'sendgrid', path: '/v3/suppression/{kind}/{email}' },
  page,
});

const removeUnsubscribe = defineOperation({
  name: 'email_remove_unsubscribe',
  title: 'Remove an unsubscribe from everything',
  about: 'The request for the unsubscribes, which are listed in one place and removed in another.',
  effect: 'admin',
  input: z.strictObject({ email: email('Address') }),
  output: z.object({}),
  request: { method: 'DELETE', host: 'sendgrid', path: '/v3/asm/suppressions/global/{email}' },
  page,
});

export const removeSuppression = defineOperation({
  name: 'email_remove_suppression',
  title: 'Remove a suppressed address',
  about: 'Take an address off a list, so that it is delivered to again. Only when the person asked for it.',
  effect: 'admin',
  input: z.strictObject({ kind, email: email('Address') }),
  output: deleted,
  async run(input, { call }) {
    if (input.kind === 'unsubscribes') await call(removeUnsubscribe, { email: input.email });
    else await call(removeListed, input);
    return { deleted: true };
  },
  page,
});
