// API keys of least privilege: made, looked at and withdrawn. Their secrets never pass here: see `keeps` in operation/define.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-auth-and-webhooks';
const keys = '/v1/Keys';
const keySid = fields.sid('API key SID', 'SK');

/** Twilio takes a hundred of them for one key (docs/iam/api-keys/restricted-api-keys). */
const permissions = fields.field(
  z
    .array(
      z
        .string()
        .max(200)
        .regex(
          /^\/twilio(?:\/[a-z0-9-]+){2,8}$/,
          'must be a permission such as /twilio/messaging/messages/create; none but Twilio gives the list',
        ),
    )
    .min(1)
    .max(100),
  'What the key may do, and nothing else; names are listed at https://www.twilio.com/docs/iam/api-keys/restricted-api-keys',
  ['/twilio/messaging/messages/create'],
);

const key = {
  sid: keySid,
  friendly_name: fields.field(z.string(), 'Name', 'Reminder job').optional(),
  date_created: fields.field(z.string(), 'When it was made', 'Mon, 23 Nov 2026 15:00:00 +0000').optional(),
};

const policy = fields
  .field(
    z.object({ allow: z.array(z.string()) }),
    'What it may do; absent: everything but accounts and keys',
    {
      allow: ['/twilio/messaging/messages/create'],
    },
  )
  .optional();

export const createKey = defineOperation({
  name: 'account_create_key',
  title: 'Create a restricted API key',
  about:
    'Create an API key that may do only what you list. Its secret is written to a file on the machine of this server, for its owner only; the answer names the file, never the secret.',
  effect: 'admin',
  input: z.strictObject({
    friendly_name: fields.field(z.string().min(1).max(64), 'Name, by which to know it later', 'Reminder job'),
    permissions,
  }),
  output: z.object({
    ...key,
    policy,
    secret_file: fields.field(
      z.string(),
      'File of the secret, for the owner',
      '/var/lib/twilio-mcp/keys/SK.env',
    ),
  }),
  request: {
    method: 'POST',
    host: 'iam',
    path: keys,
    fixed: { AccountSid: '{account}', KeyType: 'restricted' },
    asJson: ['policy'],
  },
  prepare: ({ friendly_name, permissions: allow }) => ({ friendly_name, policy: { allow } }),
  keeps: 'secret',
  // A key whose answer was lost is of no use: its secret is gone. Looking shows what to delete.
  trace: () => ({
    request: { method: 'GET', host: 'iam', path: keys, fixed: { AccountSid: '{account}' }, list },
    input: { limit: 50 },
    lookWith: 'account_list_keys',
    matches: () => false,
  }),
  page,
});

const list = { rows: 'keys', maxPage: 1000 } as const;

export const listKeys = defineOperation({
  name: 'account_list_keys',
  title: 'List API keys',
  about: 'List the API keys of the account. What one may do is told by account_get_key.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    keys: fields.field(z.array(z.object(key)), 'The keys', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'iam', path: keys, fixed: { AccountSid: '{account}' }, list },
  page,
});

export const getKey = defineOperation({
  name: 'account_get_key',
  title: 'Get an API key',
  about: 'Read one API key and what it may do.',
  effect: 'read',
  input: z.strictObject({ sid: keySid }),
  output: z.object({ ...key, policy }),
  request: { method: 'GET', host: 'iam', path: `${keys}/{sid}` },
  page,
});

export const deleteKey = defineOperation({
  name: 'account_delete_key',
  title: 'Withdraw an API key',
  about:
    'Delete an API key: whoever uses it is refused from now on. Be sure who that is, and that it is not the key of this server (account_whoami).',
  effect: 'admin',
  input: z.strictObject({ sid: keySid }),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) }),
  request: { method: 'DELETE', host: 'iam', path: `${keys}/{sid}` },
  answer: () => ({ deleted: true }),
  page,
});
