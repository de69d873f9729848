// Who the account may send as, and whether an address is worth sending to.
import { z } from 'zod';
import { defineOperation, type Row } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { isRow } from '../operation/row.ts';
import { cursor, email, following, fromCursor, limit, nextCursor, page, rowsOf } from './email-fields.ts';

export const listSenders = defineOperation({
  name: 'email_list_senders',
  title: 'List verified senders',
  about:
    'List single addresses the account has asked to send from; verified ones may be used. Whole domains: email_list_domains.',
  effect: 'read',
  input: z.strictObject({ limit, cursor }),
  output: z.object({
    senders: fields.field(
      z.array(
        z.object({
          id: fields.field(z.number(), 'Sender ID', 1),
          from_email: fields.field(z.string(), 'Address', 'shop@example.com').optional(),
          from_name: fields.field(z.string(), 'Name', 'Example Shop').optional(),
          reply_to: fields.field(z.string(), 'Where answers go', 'help@example.com').optional(),
          verified: fields.field(z.boolean(), 'May be used', true).optional(),
        }),
      ),
      'The senders',
      [],
    ),
    next_cursor: nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/verified_senders',
    names: { cursor: 'lastSeenID' },
  },
  answer({ results }, input) {
    const senders = rowsOf(results);
    const last = senders.at(-1)?.['id'];
    const more = senders.length === input.limit && last !== undefined;
    return { senders, ...(more && { next_cursor: String(last) }) };
  },
  page,
});

const record = z.object({
  type: fields.field(z.string(), 'Kind of record', 'cname').optional(),
  host: fields.field(z.string(), 'Name of the record', 'mail.example.com').optional(),
  data: fields.field(z.string(), 'Value of the record', 'u7.wl.sendgrid.net').optional(),
});

export const listDomains = defineOperation({
  name: 'email_list_domains',
  title: 'List authenticated domains',
  about:
    'List domains set up for sending. With valid: true any address of the domain may be a sender; else missing_records are the DNS records the owner has to set.',
  effect: 'read',
  input: z.strictObject({
    domain: fields.field(z.string().min(1).max(253), 'Search for a domain', 'example.com').optional(),
    limit,
    cursor,
  }),
  output: z.object({
    domains: fields.field(
      z.array(
        z.object({
          id: fields.field(z.number(), 'Domain ID', 1),
          domain: fields.field(z.string(), 'Domain', 'example.com').optional(),
          subdomain: fields.field(z.string(), 'Where bounces come back to', 'mail').optional(),
          valid: fields.field(z.boolean(), 'May be used', true).optional(),
          default: fields.field(z.boolean(), 'Taken where no domain fits the sender', true).optional(),
          missing_records: fields.field(z.array(record), 'DNS records not found', []),
        }),
      ),
      'The domains',
      [],
    ),
    next_cursor: nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: '/v3/whitelabel/domains',
    names: { page_size: 'limit' },
    list: { rows: 'domains', maxPage: 500 },
  },
  prepare: fromCursor,
  answer(body, input) {
    const rows = rowsOf(body['domains']);
    const domains = rows.map((row) => ({ ...row, missing_records: missingOf(row['dns']) }));
    return { domains, ...following(input, rows) };
  },
  page,
});

function missingOf(dns: unknown): Row[] {
  return isRow(dns) ? rowsOf(Object.values(dns)).filter((each) => each['valid'] === false) : [];
}

const check = (description: string) => fields.field(z.boolean(), description, false).optional();

export const validateAddress = defineOperation({
  name: 'email_validate_address',
  title: 'Validate an email address',
  about:
    'Ask SendGrid whether an address is likely to take email. Uses up one validation of the plan (Pro and above), and needs a key made for validation.',
  effect: 'write',
  // It changes nothing; asked again after a lost answer it costs one validation more.
  idempotent: true,
  input: z.strictObject({ email: email('Address') }),
  output: z.object({
    email: fields.field(z.string(), 'Address', 'ana@example.com').optional(),
    verdict: fields.field(z.string(), 'Valid, Risky or Invalid', 'Valid').optional(),
    score: fields.field(z.number(), '0 to 1; higher is better', 0.85).optional(),
    suggestion: fields.field(z.string(), 'Domain it may have meant', 'gmail.com').optional(),
    has_mail_server: check('The domain takes email'),
    is_disposable: check('From a throw-away service'),
    is_role: check('A role such as admin, not a person'),
    has_bounced: check('Bounced for this account before'),
    may_bounce: check('SendGrid expects a bounce'),
  }),
  request: { method: 'POST', host: 'sendgrid', path: '/v3/validations/email', body: 'json' },
  answer({ result }) {
    const found = validation.safeParse(result);
    if (!found.success) return {};
    const { checks, ...rest } = found.data;
    return {
      ...rest,
      has_mail_server: checks?.domain?.has_mx_or_a_record,
      is_disposable: checks?.domain?.is_suspected_disposable_address,
      is_role: checks?.local_part?.is_suspected_role_address,
      has_bounced: checks?.additional?.has_known_bounces,
      may_bounce: checks?.additional?.has_suspected_bounces,
    };
  },
  page,
});

const flag = z.boolean().optional();

const validation = z.looseObject({
  checks: z
    .object({
      domain: z.object({ has_mx_or_a_record: flag, is_suspected_disposable_address: flag }).optional(),
      local_part: z.object({ is_suspected_role_address: flag }).optional(),
      additional: z.object({ has_known_bounces: flag, has_suspected_bounces: flag }).optional(),
    })
    .optional(),
});
