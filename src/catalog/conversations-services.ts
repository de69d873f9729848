// What stands around conversations: services, chat users and their roles. Webhooks are in conversations-webhooks.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import {
  attributes,
  attributesText,
  created,
  deleted,
  identity,
  page,
  roleSid,
} from './conversations-fields.ts';

const services = '/v1/Services';
const users = '/v1/Users';

const service = z.object({
  sid: fields.sid('Service SID', 'IS'),
  friendly_name: fields.field(z.string(), 'Name', 'Example Shop').optional(),
  date_created: created,
});

const serviceSid = fields.sid('Service SID', 'IS');

export const createService = defineOperation({
  name: 'conversations_create_service',
  title: 'Create a Conversation Service',
  about:
    'Create a service: users, roles and conversations apart from all others. The other conversations_ tools work in the default service, which every account has.',
  effect: 'write',
  input: z.strictObject({
    friendly_name: fields.field(z.string().min(1).max(256), 'Name', 'Example Shop'),
  }),
  output: service,
  request: { method: 'POST', host: 'conversations', path: services },
  page,
});

export const listServices = defineOperation({
  name: 'conversations_list_services',
  title: 'List Conversation Services',
  about: 'List the Conversation Services, the default one among them.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    services: fields.field(z.array(service), 'The services', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'conversations',
    path: services,
    list: { rows: 'services', maxPage: 100 },
  },
  page,
});

export const getService = defineOperation({
  name: 'conversations_get_service',
  title: 'Get a Conversation Service',
  about: 'Read one Conversation Service.',
  effect: 'read',
  input: z.strictObject({ service_sid: serviceSid }),
  output: service,
  request: { method: 'GET', host: 'conversations', path: `${services}/{service_sid}` },
  page,
});

export const deleteService = defineOperation({
  name: 'conversations_delete_service',
  title: 'Delete a Conversation Service',
  about: 'Delete a service with all its conversations, messages and users, for good.',
  effect: 'delete',
  input: z.strictObject({ service_sid: serviceSid }),
  output: deleted,
  request: { method: 'DELETE', host: 'conversations', path: `${services}/{service_sid}` },
  answer: () => ({ deleted: true }),
  page,
});

const user = z.object({
  sid: fields.sid('User SID', 'US'),
  identity: identity.optional(),
  // Chat users may rename themselves.
  friendly_name: fields.words('Name shown', 'Ana').optional(),
  attributes: attributesText,
  role_sid: fields.sid('Role', 'RL').optional(),
  is_online: fields
    .field(z.boolean(), 'True while connected; absent where Twilio does not track it', true)
    .optional(),
  date_created: created,
});

const userName = fields.field(z.string().min(1).max(256), 'User SID or identity', 'ana');

const changeable = {
  friendly_name: fields.field(z.string().min(1).max(256), 'Name shown', 'Ana').optional(),
  attributes: attributes(16),
  role_sid: roleSid,
};

export const createUser = defineOperation({
  name: 'conversations_create_user',
  title: 'Create a chat user',
  about:
    'Create a user of your chat app before it takes part. conversations_add_participant with a new identity creates it too.',
  effect: 'write',
  input: z.strictObject({ identity, ...changeable }),
  output: user,
  request: { method: 'POST', host: 'conversations', path: users, asJson: ['attributes'] },
  page,
});

export const getUser = defineOperation({
  name: 'conversations_get_user',
  title: 'Get a chat user',
  about: 'Read one chat user by SID or identity.',
  effect: 'read',
  input: z.strictObject({ user: userName }),
  output: user,
  request: { method: 'GET', host: 'conversations', path: `${users}/{user}` },
  page,
});

export const listUsers = defineOperation({
  name: 'conversations_list_users',
  title: 'List chat users',
  about: 'List the chat users of the default service.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    users: fields.field(z.array(user), 'The users', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'conversations', path: users, list: { rows: 'users', maxPage: 50 } },
  page,
});

export const updateUser = defineOperation({
  name: 'conversations_update_user',
  title: 'Change a chat user',
  about: 'Change the name, attributes or role of a chat user.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({ user: userName, ...changeable }),
  output: user,
  request: { method: 'POST', host: 'conversations', path: `${users}/{user}`, asJson: ['attributes'] },
  page,
});

export const listRoles = defineOperation({
  name: 'conversations_list_roles',
  title: 'List chat roles',
  about: 'List the roles, and what each lets a chat user do in a conversation or a service.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    roles: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Role SID', 'RL'),
          friendly_name: fields.field(z.string(), 'Name', 'channel user').optional(),
          type: fields.field(z.string(), 'conversation or service', 'conversation').optional(),
          permissions: fields.field(z.array(z.string()), 'What it allows', ['sendMessage']).optional(),
        }),
      ),
      'The roles',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'conversations', path: '/v1/Roles', list: { rows: 'roles', maxPage: 50 } },
  page,
});
