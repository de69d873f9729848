// Messaging Services and the senders in their pools; US and toll-free registration, to look at.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-messaging-sms-mms';
const services = '/v1/Services';

const serviceSid = fields.sid('Messaging Service SID', 'MG');
const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });

const service = z.object({
  sid: serviceSid,
  friendly_name: fields.field(z.string(), 'Name', 'Reminders').optional(),
  usecase: fields.field(z.string(), 'What it is for', 'notifications').optional(),
  inbound_request_url: fields
    .field(z.string(), 'Asked for TwiML on a message', 'https://example.com/sms')
    .optional(),
  status_callback: fields.field(z.string(), 'Told of delivery', 'https://example.com/status').optional(),
  sticky_sender: fields.field(z.boolean(), 'Same person, same sender', true).optional(),
  validity_period: fields.field(z.number(), 'Seconds a message may wait', 36000).optional(),
});

export const createService = defineOperation({
  name: 'messaging_create_service',
  title: 'Create a Messaging Service',
  about: 'Create a Messaging Service: a pool of senders, needed for scheduling. Then add senders to it.',
  effect: 'write',
  input: z.strictObject({
    friendly_name: fields.field(z.string().min(1).max(64), 'Name', 'Reminders'),
    usecase: fields
      .field(
        z.enum(['notifications', 'marketing', 'verification', 'discussion', 'poll', 'undeclared']),
        'What it is for',
        'notifications',
      )
      .optional(),
    sticky_sender: fields.field(z.boolean(), 'Write to one person from one sender', true).optional(),
    validity_period: fields
      .field(z.int().min(1).max(36_000), 'Seconds a message may wait', 14_400)
      .optional(),
  }),
  output: service,
  request: { method: 'POST', host: 'messaging', path: services },
  page,
});

export const getService = defineOperation({
  name: 'messaging_get_service',
  title: 'Get a Messaging Service',
  about: 'Read one Messaging Service.',
  effect: 'read',
  input: z.strictObject({ sid: serviceSid }),
  output: service,
  request: { method: 'GET', host: 'messaging', path: `${services}/{sid}` },
  page,
});

export const listServices = defineOperation({
  name: 'messaging_list_services',
  title: 'List Messaging Services',
  about: 'List the Messaging Services of the account.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    services: fields.field(z.array(service), 'The services', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'messaging', path: services, list: { rows: 'services', maxPage: 1000 } },
  page,
});

export const deleteService = defineOperation({
  name: 'messaging_delete_service',
  title: 'Delete a Messaging Service',
  about: 'Delete a Messaging Service. Its senders stay yours; scheduled messages of it are lost.',
  effect: 'delete',
  input: z.strictObject({ sid: serviceSid }),
  output: deleted,
  request: { method: 'DELETE', host: 'messaging', path: `${services}/{sid}` },
  answer: () => ({ deleted: true }),
  page,
});

const sender = z.object({
  sid: fields.sid('Number in the pool', 'PN'),
  phone_number: fields.field(z.string(), 'The number', '+14155550100').optional(),
  country_code: fields.field(z.string(), 'Country', 'US').optional(),
  capabilities: fields.field(z.array(z.string()), 'What it can do', ['SMS']).optional(),
});

export const addSender = defineOperation({
  name: 'messaging_add_sender',
  title: 'Add a sender to a Messaging Service',
  about:
    'Put one of your numbers into the pool of a Messaging Service; its messages are then answered as the service says.',
  effect: 'write',
  input: z.strictObject({
    service_sid: serviceSid,
    number_sid: fields.sid('Number you own; account_list_numbers', 'PN'),
  }),
  output: sender,
  request: {
    method: 'POST',
    host: 'messaging',
    path: `${services}/{service_sid}/PhoneNumbers`,
    names: { number_sid: 'PhoneNumberSid' },
  },
  page,
});

export const listSenders = defineOperation({
  name: 'messaging_list_senders',
  title: 'List senders of a Messaging Service',
  about: 'List the numbers in the pool of a Messaging Service.',
  effect: 'read',
  input: z.strictObject({ service_sid: serviceSid, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    phone_numbers: fields.field(z.array(sender), 'The numbers', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'messaging',
    path: `${services}/{service_sid}/PhoneNumbers`,
    list: { rows: 'phone_numbers', maxPage: 1000 },
  },
  page,
});

export const removeSender = defineOperation({
  name: 'messaging_remove_sender',
  title: 'Remove a sender from a Messaging Service',
  about: 'Take a number out of the pool. You keep the number.',
  effect: 'delete',
  input: z.strictObject({ service_sid: serviceSid, number_sid: fields.sid('Number in the pool', 'PN') }),
  output: deleted,
  request: {
    method: 'DELETE',
    host: 'messaging',
    path: `${services}/{service_sid}/PhoneNumbers/{number_sid}`,
  },
  answer: () => ({ deleted: true }),
  page,
});

const registered = {
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:00Z').optional(),
};

export const listBrands = defineOperation({
  name: 'messaging_list_brands',
  title: 'List A2P brands',
  about: 'List the brands registered for US texting (A2P 10DLC) and whether they are approved. Read only.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    data: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Brand SID', 'BN'),
          status: fields
            .field(z.string(), 'PENDING, APPROVED, FAILED, IN_REVIEW or DELETED', 'APPROVED')
            .optional(),
          brand_type: fields.field(z.string(), 'Kind of brand', 'STANDARD').optional(),
          failure_reason: fields.field(z.string(), 'Why it failed', 'Tax ID does not match').optional(),
          ...registered,
        }),
      ),
      'The brands',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'messaging',
    path: '/v1/a2p/BrandRegistrations',
    list: { rows: 'data', maxPage: 1000 },
  },
  page,
});

export const listCampaigns = defineOperation({
  name: 'messaging_list_campaigns',
  title: 'List A2P campaigns',
  about:
    'List the US campaigns of a Messaging Service and whether they may send (30034 means: none may). Read only.',
  effect: 'read',
  input: z.strictObject({ service_sid: serviceSid, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    compliance: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Campaign SID', 'QE'),
          campaign_status: fields
            .field(z.string(), 'PENDING, VERIFIED, FAILED or IN_PROGRESS', 'VERIFIED')
            .optional(),
          us_app_to_person_usecase: fields.field(z.string(), 'Use case', 'CUSTOMER_CARE').optional(),
          ...registered,
        }),
      ),
      'The campaigns',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'messaging',
    path: `${services}/{service_sid}/Compliance/Usa2p`,
    list: { rows: 'compliance', maxPage: 1000 },
  },
  page,
});

export const listTollfree = defineOperation({
  name: 'messaging_list_tollfree_verifications',
  title: 'List toll-free verifications',
  about: 'List the verifications of toll-free numbers (30032 means: not verified). Read only.',
  effect: 'read',
  input: z.strictObject({
    status: fields
      .field(
        z.enum(['PENDING_REVIEW', 'IN_REVIEW', 'TWILIO_APPROVED', 'TWILIO_REJECTED']),
        'Only in this state',
        'TWILIO_APPROVED',
      )
      .optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    verifications: fields.field(
      z.array(
        z.object({
          sid: fields.sid('Verification SID', 'HH'),
          tollfree_phone_number_sid: fields.sid('The number', 'PN').optional(),
          status: fields.field(z.string(), 'State', 'TWILIO_APPROVED').optional(),
          rejection_reason: fields.field(z.string(), 'Why it was rejected', 'Opt-in is not shown').optional(),
          ...registered,
        }),
      ),
      'The verifications',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'messaging',
    path: '/v1/Tollfree/Verifications',
    list: { rows: 'verifications', maxPage: 1000 },
  },
  page,
});
