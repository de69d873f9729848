// Who cannot or will not be written to by email, and the templates and senders of the account.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-sendgrid';

const kind = fields.field(
  z.enum(['bounces', 'blocks', 'spam_reports', 'invalid_emails', 'unsubscribes']),
  'Why they are not written to',
  'bounces',
);
const email = fields.field(z.email('must be an email address').max(254), 'Address', 'ana@example.com');
const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });

export const listSuppressions = defineOperation({
  name: 'email_list_suppressions',
  title: 'List suppressed addresses',
  about:
    'List addresses SendGrid does not deliver to: bounced, blocked, reported as spam, invalid, or unsubscribed.',
  effect: 'read',
  input: z.strictObject({ kind, limit: fields.limit }),
  output: z.object({
    suppressions: fields.field(
      z.array(
        z.object({
          email,
          reason: fields.words('What the other server said', '550 no such user').optional(),
          status: fields.field(z.string(), 'SMTP status', '5.1.1').optional(),
          created: fields.field(z.number(), 'Since when, seconds since 1970', 1_795_449_600).optional(),
        }),
      ),
      'The addresses',
      [],
    ),
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/suppression/{kind}',
    names: { page_size: 'limit' },
    list: { rows: 'suppressions', maxPage: 500 },
  },
  page,
});

export const removeSuppression = defineOperation({
  name: 'email_remove_suppression',
  title: 'Remove a suppressed address',
  about:
    'Take an address off a suppression list, so that it is delivered to again. Only when the person asked for it.',
  effect: 'admin',
  input: z.strictObject({ kind, email }),
  output: deleted,
  request: { method: 'DELETE', host: 'sendgrid', path: '/v3/suppression/{kind}/{email}' },
  answer: () => ({ deleted: true }),
  page,
});

const group = z.object({
  id: fields.field(z.number(), 'Group ID', 42),
  name: fields.field(z.string(), 'Name', 'Offers').optional(),
  description: fields.field(z.string(), 'What it is for', 'News and offers').optional(),
  unsubscribes: fields.field(z.number(), 'People in it', 3).optional(),
});

export const listGroups = defineOperation({
  name: 'email_list_groups',
  title: 'List unsubscribe groups',
  about: 'List the groups people can unsubscribe from.',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object({ groups: fields.field(z.array(group), 'The groups', []) }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/asm/groups',
    list: { rows: 'groups', maxPage: 500 },
  },
  page,
});

export const createGroup = defineOperation({
  name: 'email_create_group',
  title: 'Create an unsubscribe group',
  about: 'Create a group people can unsubscribe from; name it in email_send.',
  effect: 'write',
  input: z.strictObject({
    name: fields.field(z.string().min(1).max(30), 'Name', 'Offers'),
    description: fields.field(z.string().min(1).max(100), 'What it is for', 'News and offers'),
  }),
  output: group,
  request: { method: 'POST', host: 'sendgrid', path: '/v3/asm/groups', body: 'json' },
  page,
});

export const addGroupMember = defineOperation({
  name: 'email_add_group_member',
  title: 'Unsubscribe someone from a group',
  about: 'Put addresses into an unsubscribe group: they get no more of it.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    group: fields.field(z.int().min(1), 'Group ID', 42),
    recipient_emails: fields.field(z.array(email).min(1).max(1000), 'Addresses', ['ana@example.com']),
  }),
  output: z.object({
    recipient_emails: fields.field(z.array(z.string()), 'Now unsubscribed', ['ana@example.com']).optional(),
  }),
  request: { method: 'POST', host: 'sendgrid', path: '/v3/asm/groups/{group}/suppressions', body: 'json' },
  page,
});

export const listTemplates = defineOperation({
  name: 'email_list_templates',
  title: 'List email templates',
  about: 'List the dynamic templates of the account.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit }),
  output: z.object({
    result: fields.field(
      z.array(
        z.object({
          id: fields.field(z.string(), 'Template ID', `d-${'0'.repeat(32)}`),
          name: fields.field(z.string(), 'Name', 'Receipt').optional(),
          updated_at: fields.field(z.string(), 'Last change', '2026-11-23 15:00:00').optional(),
        }),
      ),
      'The templates',
      [],
    ),
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/templates',
    names: { page_size: 'page_size' },
    fixed: { generations: 'dynamic' },
    list: { rows: 'result', maxPage: 200 },
  },
  page,
});

export const listSenders = defineOperation({
  name: 'email_list_senders',
  title: 'List verified senders',
  about: 'List the addresses this account may send from.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit }),
  output: z.object({
    results: fields.field(
      z.array(
        z.object({
          id: fields.field(z.number(), 'Sender ID', 1),
          from_email: fields.field(z.string(), 'Address', 'shop@example.com').optional(),
          from_name: fields.field(z.string(), 'Name', 'Example Shop').optional(),
          verified: fields.field(z.boolean(), 'May be used', true).optional(),
        }),
      ),
      'The senders',
      [],
    ),
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/verified_senders',
    names: { page_size: 'limit' },
    list: { rows: 'results', maxPage: 500 },
  },
  page,
});
