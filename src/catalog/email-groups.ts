// Unsubscribe groups: the kinds of email a person can say no to, and who did.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { deleted, email, emails, page } from './email-fields.ts';

const groups = '/v3/asm/groups';
const groupId = fields.field(z.int().min(1), 'Group ID', 42);

const group = z.object({
  id: fields.field(z.number(), 'Group ID', 42),
  name: fields.field(z.string(), 'Name', 'Offers').optional(),
  description: fields.field(z.string(), 'What it is for', 'News and offers').optional(),
  is_default: fields.field(z.boolean(), 'Taken when none is named', false).optional(),
  unsubscribes: fields.field(z.number(), 'People in it', 3).optional(),
});

export const listGroups = defineOperation({
  name: 'email_list_groups',
  title: 'List unsubscribe groups',
  about: 'List the groups people can unsubscribe from.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    groups: fields.field(z.array(group), 'The groups', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: groups,
    names: { page_size: 'limit' },
    list: { rows: 'groups', maxPage: 1000 },
  },
  page,
});

export const getGroup = defineOperation({
  name: 'email_get_group',
  title: 'Get an unsubscribe group',
  about: 'Read an unsubscribe group and how many are in it.',
  effect: 'read',
  input: z.strictObject({ group_id: groupId }),
  output: group,
  request: { method: 'GET', host: 'sendgrid', path: `${groups}/{group_id}` },
  page,
});

export const createGroup = defineOperation({
  name: 'email_create_group',
  title: 'Create an unsubscribe group',
  about:
    'Create a group people can unsubscribe from; name it as unsubscribe_group in email_send. Recipients read its name and description.',
  effect: 'write',
  input: z.strictObject({
    name: fields.field(z.string().min(1).max(30), 'Name, not taken yet', 'Offers'),
    description: fields.field(z.string().min(1).max(100), 'What it is for', 'News and offers'),
  }),
  output: group,
  request: { method: 'POST', host: 'sendgrid', path: groups, body: 'json' },
  page,
});

export const listGroupMembers = defineOperation({
  name: 'email_list_group_members',
  title: 'List who left a group',
  about: 'List the addresses that unsubscribed from a group.',
  effect: 'read',
  input: z.strictObject({ group_id: groupId, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    emails: fields.field(z.array(z.string()), 'The addresses', ['ana@example.com']),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: `${groups}/{group_id}/suppressions`,
    names: { page_size: 'limit' },
    list: { rows: 'emails', maxPage: 1000 },
  },
  page,
});

const addMembers = defineOperation({
  name: 'email_add_group_members',
  title: 'Unsubscribe addresses from a group',
  about: 'The request of email_add_group_member.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({ group_id: groupId, emails: emails('Addresses') }),
  output: z.object({ recipient_emails: z.array(z.string()).optional() }),
  request: {
    method: 'POST',
    host: 'sendgrid',
    path: `${groups}/{group_id}/suppressions`,
    names: { emails: 'recipient_emails' },
    body: 'json',
  },
  page,
});

export const addGroupMember = defineOperation({
  name: 'email_add_group_member',
  title: 'Unsubscribe addresses from a group',
  about: 'Put addresses into an unsubscribe group: they get no more email of that kind.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({ group_id: groupId, emails: emails('Addresses') }),
  output: z.object({
    recipient_emails: fields.field(z.array(z.string()), 'Now unsubscribed', ['ana@example.com']).optional(),
  }),
  // Added to a group that does not exist, SendGrid unsubscribes them from everything: so it is looked up first.
  async run(input, { call }) {
    await call(getGroup, { group_id: input.group_id });
    return call(addMembers, input);
  },
  page,
});

export const removeGroupMember = defineOperation({
  name: 'email_remove_group_member',
  title: 'Remove an address from a group',
  about:
    'Take an address out of an unsubscribe group, so that it gets that kind of email again. Only when the person asked for it.',
  effect: 'admin',
  input: z.strictObject({ group_id: groupId, email: email('Address') }),
  output: deleted,
  request: { method: 'DELETE', host: 'sendgrid', path: `${groups}/{group_id}/suppressions/{email}` },
  answer: () => ({ deleted: true }),
  page,
});
