// Sync: services, documents and who may touch an object. Lists, maps and streams have files of their own.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { data, deleted, held, name, revision, service, serviceSid, ttl } from './sync-fields.ts';

const page = 'twilio-sync';

const document = z.object({
  sid: fields.sid('Document SID', 'ET'),
  unique_name: fields.field(z.string(), 'Unique name', 'order-1042').optional(),
  revision: fields.field(z.string(), 'Changes with every update', '1').optional(),
  data: held,
  date_expires: fields.field(z.string(), 'When it deletes itself', '2026-11-23T16:00:00Z').optional(),
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:00Z').optional(),
});

/** What is answered to whoever wrote it: their own words. */
const written = document.extend({ data: data.optional() });

const serviceRow = z.object({
  sid: fields.sid('Service SID', 'IS'),
  friendly_name: fields.field(z.string(), 'Name', 'Orders').optional(),
  unique_name: fields.field(z.string(), 'Unique name; default for the first', 'default').optional(),
  acl_enabled: fields.field(z.boolean(), 'True: permissions are asked for', true).optional(),
  webhook_url: fields.field(z.string(), 'Where changes are reported', 'https://example.com/sync').optional(),
});

export const createService = defineOperation({
  name: 'sync_create_service',
  title: 'Create a Sync service',
  about: 'Create a Sync service: a space of its own for documents, lists, maps and streams.',
  effect: 'write',
  input: z.strictObject({
    friendly_name: fields.field(z.string().min(1).max(256), 'Name', 'Orders'),
    acl_enabled: fields
      .field(z.boolean(), 'Ask for permissions; advisable when apps connect to it', true)
      .optional(),
  }),
  output: serviceRow,
  request: { method: 'POST', host: 'sync', path: '/v1/Services' },
  page,
});

export const listServices = defineOperation({
  name: 'sync_list_services',
  title: 'List Sync services',
  about: 'List the Sync services of the account.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    services: fields.field(z.array(serviceRow), 'The services', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'sync', path: '/v1/Services', list: { rows: 'services', maxPage: 100 } },
  page,
});

export const deleteService = defineOperation({
  name: 'sync_delete_service',
  title: 'Delete a Sync service',
  about: 'Delete a Sync service with everything in it, for good.',
  effect: 'delete',
  input: z.strictObject({ service_sid: fields.sid('Sync service SID', 'IS') }),
  output: deleted,
  request: { method: 'DELETE', host: 'sync', path: service },
  answer: () => ({ deleted: true }),
  page,
});

export const createDocument = defineOperation({
  name: 'sync_create_document',
  title: 'Create a Sync document',
  about:
    'Create a document: one JSON object, by unique name. A name that is taken is refused; then update it.',
  effect: 'write',
  input: z.strictObject({
    service_sid: serviceSid.default('default'),
    unique_name: name.optional(),
    data: data.optional(),
    ttl,
  }),
  output: written,
  request: { method: 'POST', host: 'sync', path: `${service}/Documents`, asJson: ['data'] },
  page,
});

export const getDocument = defineOperation({
  name: 'sync_get_document',
  title: 'Get a Sync document',
  about: 'Read a document and its revision.',
  effect: 'read',
  input: z.strictObject({ service_sid: serviceSid.default('default'), document: name }),
  output: document,
  request: { method: 'GET', host: 'sync', path: `${service}/Documents/{document}` },
  page,
});

export const listDocuments = defineOperation({
  name: 'sync_list_documents',
  title: 'List Sync documents',
  about: 'List the documents of a service.',
  effect: 'read',
  input: z.strictObject({
    service_sid: serviceSid.default('default'),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    documents: fields.field(z.array(document), 'The documents', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sync',
    path: `${service}/Documents`,
    list: { rows: 'documents', maxPage: 100 },
  },
  page,
});

export const updateDocument = defineOperation({
  name: 'sync_update_document',
  title: 'Update a Sync document',
  about:
    'Replace what a document holds. With revision it is changed only if nobody else changed it since (else 54103: read it again).',
  effect: 'write',
  input: z.strictObject({
    service_sid: serviceSid.default('default'),
    document: name,
    data,
    ttl,
    revision,
  }),
  output: written,
  request: {
    method: 'POST',
    host: 'sync',
    path: `${service}/Documents/{document}`,
    asJson: ['data'],
    headers: { revision: 'If-Match' },
  },
  page,
});

export const deleteDocument = defineOperation({
  name: 'sync_delete_document',
  title: 'Delete a Sync document',
  about: 'Delete a document for good.',
  effect: 'delete',
  input: z.strictObject({ service_sid: serviceSid.default('default'), document: name, revision }),
  output: deleted,
  request: {
    method: 'DELETE',
    host: 'sync',
    path: `${service}/Documents/{document}`,
    headers: { revision: 'If-Match' },
  },
  answer: () => ({ deleted: true }),
  page,
});

const kind = fields.field(z.enum(['Documents', 'Lists', 'Maps']), 'What kind of object it is', 'Maps');
const identity = fields.field(
  z.string().min(1).max(256),
  'Identity in the access token of the app user',
  'ana',
);
const flag = (can: string) => fields.field(z.boolean(), can, true);

const permission = z.object({
  identity: identity.optional(),
  read: flag('May read it').optional(),
  write: flag('May change it').optional(),
  manage: flag('May delete it').optional(),
});

export const setPermission = defineOperation({
  name: 'sync_set_permission',
  title: 'Set a Sync permission',
  about:
    'Say what one app user may do with one document, list or map. Asked for only where the service has acl_enabled.',
  effect: 'admin',
  idempotent: true,
  input: z.strictObject({
    service_sid: serviceSid.default('default'),
    kind,
    object: name,
    identity,
    read: flag('May read it'),
    write: flag('May change it'),
    manage: flag('May delete it'),
  }),
  output: permission,
  request: { method: 'POST', host: 'sync', path: `${service}/{kind}/{object}/Permissions/{identity}` },
  page,
});

export const listPermissions = defineOperation({
  name: 'sync_list_permissions',
  title: 'List Sync permissions',
  about: 'List who may do what with one document, list or map.',
  effect: 'read',
  input: z.strictObject({
    service_sid: serviceSid.default('default'),
    kind,
    object: name,
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    permissions: fields.field(z.array(permission), 'The permissions', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sync',
    path: `${service}/{kind}/{object}/Permissions`,
    list: { rows: 'permissions', maxPage: 100 },
  },
  page,
});
