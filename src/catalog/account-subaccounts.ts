// Subaccounts: made, looked at, suspended and closed. Their auth tokens, which Twilio's answers hold, are in no output here.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-api-overview';
const accounts = '/2010-04-01/Accounts';
const statuses = ['active', 'suspended', 'closed'] as const;

const account = z.object({
  sid: fields.sid('Account SID', 'AC'),
  friendly_name: fields.field(z.string(), 'Name', 'Branch in Rome').optional(),
  status: fields.field(z.string(), 'active, suspended or closed', 'active').optional(),
  type: fields.field(z.string(), 'Trial or Full', 'Full').optional(),
  owner_account_sid: fields.sid('Parent; its own SID for the main account', 'AC').optional(),
  date_created: fields.field(z.string(), 'When it was made', 'Mon, 23 Nov 2026 15:00:00 +0000').optional(),
});

const friendlyName = fields.field(z.string().min(1).max(64), 'Name', 'Branch in Rome');
const subaccountSid = fields.sid('Subaccount', 'AC');

export const createSubaccount = defineOperation({
  name: 'account_create_subaccount',
  title: 'Create a subaccount',
  about:
    'Create a subaccount: numbers, messages and keys apart, paid by the main account. To act on it, the owner sets TWILIO_MCP_SUBACCOUNT_SID.',
  effect: 'admin',
  input: z.strictObject({ friendly_name: friendlyName }),
  output: account,
  request: { method: 'POST', host: 'api', path: `${accounts}.json` },
  trace: ({ friendly_name }, since) => ({
    request: {
      method: 'GET',
      host: 'api',
      path: `${accounts}.json`,
      list: { rows: 'accounts', maxPage: 1000 },
    },
    input: { friendly_name, limit: 50 },
    lookWith: 'account_list_subaccounts',
    matches: (row) => Date.parse(String(row['date_created'])) >= Math.floor(since.getTime() / 1000) * 1000,
  }),
  page,
});

export const listSubaccounts = defineOperation({
  name: 'account_list_subaccounts',
  title: 'List subaccounts',
  about: 'List the subaccounts, and the main account among them.',
  effect: 'read',
  input: z.strictObject({
    friendly_name: friendlyName.optional(),
    status: fields.field(z.enum(statuses), 'Only these', 'active').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    accounts: fields.field(z.array(account), 'The accounts', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${accounts}.json`,
    list: { rows: 'accounts', maxPage: 1000 },
  },
  page,
});

export const getSubaccount = defineOperation({
  name: 'account_get_subaccount',
  title: 'Get a subaccount',
  about: 'Read one subaccount: its name and whether it is active.',
  effect: 'read',
  input: z.strictObject({ subaccount_sid: subaccountSid }),
  output: account,
  request: { method: 'GET', host: 'api', path: `${accounts}/{subaccount_sid}.json` },
  page,
});

export const updateSubaccount = defineOperation({
  name: 'account_update_subaccount',
  title: 'Suspend, close or rename a subaccount',
  about:
    'Suspend a subaccount (nothing goes in or out), wake it, rename it, or close it. Closing is for good: it cannot be opened again, and its numbers are given back.',
  effect: 'admin',
  idempotent: true,
  input: z
    .strictObject({
      subaccount_sid: subaccountSid,
      status: fields.field(z.enum(statuses), 'New status', 'suspended').optional(),
      friendly_name: friendlyName.optional(),
    })
    .refine((input) => input.status !== undefined || input.friendly_name !== undefined, {
      error: 'is missing: give status or friendly_name',
      path: ['status'],
    }),
  output: account,
  request: { method: 'POST', host: 'api', path: `${accounts}/{subaccount_sid}.json` },
  page,
});
