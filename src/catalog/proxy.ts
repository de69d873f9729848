// Proxy: two people who talk through numbers of ours without seeing each other's. Services, their numbers, sessions.
// Who takes part and what is said is in proxy-participants.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-proxy';
const service = '/v1/Services/{service_sid}';
const sessions = `${service}/Sessions`;
const numbers = `${service}/PhoneNumbers`;

const serviceSid = fields.sid('Proxy service SID', 'KS');
const sessionSid = fields.sid('Session SID', 'KC');
const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });

const serviceRow = z.object({
  sid: serviceSid,
  unique_name: fields.field(z.string(), 'Unique name', 'deliveries').optional(),
  default_ttl: fields.field(z.number(), 'Seconds a session lasts; 0 for ever', 3600).optional(),
  geo_match_level: fields.field(z.string(), 'How near the chosen number must be', 'country').optional(),
  number_selection_behavior: fields
    .field(z.string(), 'Whether numbers are used again', 'prefer-sticky')
    .optional(),
  callback_url: fields
    .field(z.string(), 'Where interactions are reported', 'https://example.com/proxy')
    .optional(),
});

export const createService = defineOperation({
  name: 'proxy_create_service',
  title: 'Create a Proxy service',
  about:
    'Create a Proxy service. Twilio has closed Proxy to new customers (80506): without an existing service, mask people with conversations_create_conversation and voice_place_call instead.',
  effect: 'write',
  input: z.strictObject({
    unique_name: fields.field(
      z.string().min(1).max(191),
      'Unique name; nothing personal in it',
      'deliveries',
    ),
    default_ttl: fields
      .field(
        z.int().min(0).max(31_536_000),
        'Seconds a session lasts after its last message; 0 for ever',
        3600,
      )
      .optional(),
    geo_match_level: fields
      .field(
        z.enum(['area-code', 'overlay', 'radius', 'country']),
        'How near the chosen number must be',
        'country',
      )
      .optional(),
    number_selection_behavior: fields
      .field(
        z.enum(['prefer-sticky', 'avoid-sticky']),
        'Use the same number again for the same person, or not',
        'prefer-sticky',
      )
      .optional(),
  }),
  output: serviceRow,
  request: { method: 'POST', host: 'proxy', path: '/v1/Services' },
  page,
});

export const getService = defineOperation({
  name: 'proxy_get_service',
  title: 'Get a Proxy service',
  about: 'Read one Proxy service.',
  effect: 'read',
  input: z.strictObject({ service_sid: serviceSid }),
  output: serviceRow,
  request: { method: 'GET', host: 'proxy', path: service },
  page,
});

export const listServices = defineOperation({
  name: 'proxy_list_services',
  title: 'List Proxy services',
  about: 'List the Proxy services of the account. None means that Proxy is closed to it: use Conversations.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    services: fields.field(z.array(serviceRow), 'The services', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'proxy', path: '/v1/Services', list: { rows: 'services', maxPage: 1000 } },
  page,
});

export const deleteService = defineOperation({
  name: 'proxy_delete_service',
  title: 'Delete a Proxy service',
  about:
    'Delete a Proxy service with its sessions, for good. Once Proxy is closed to the account it cannot be made again.',
  effect: 'delete',
  input: z.strictObject({ service_sid: serviceSid }),
  output: deleted,
  request: { method: 'DELETE', host: 'proxy', path: service },
  answer: () => ({ deleted: true }),
  page,
});

const number = z.object({
  sid: fields.sid('Phone number SID', 'PN'),
  phone_number: fields.field(z.string(), 'The number', '+14155550100').optional(),
  is_reserved: fields.field(z.boolean(), 'True: never chosen by itself', false).optional(),
  in_use: fields.field(z.number(), 'Open sessions that use it', 2).optional(),
});

export const addNumber = defineOperation({
  name: 'proxy_add_number',
  title: 'Add a number to a Proxy pool',
  about: 'Put one of your numbers into the pool of a Proxy service. Its own webhooks then no longer apply.',
  effect: 'admin',
  input: z.strictObject({
    service_sid: serviceSid,
    number_sid: fields.sid('Number you own; account_list_numbers', 'PN'),
    is_reserved: fields.field(z.boolean(), 'Keep it for participants that name it', true).optional(),
  }),
  output: number,
  request: { method: 'POST', host: 'proxy', path: numbers, names: { number_sid: 'Sid' } },
  page,
});

export const listNumbers = defineOperation({
  name: 'proxy_list_numbers',
  title: 'List the numbers of a Proxy pool',
  about: 'List the numbers a Proxy service may use, and how many sessions use each.',
  effect: 'read',
  input: z.strictObject({ service_sid: serviceSid, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    phone_numbers: fields.field(z.array(number), 'The numbers', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'proxy', path: numbers, list: { rows: 'phone_numbers', maxPage: 1000 } },
  page,
});

export const removeNumber = defineOperation({
  name: 'proxy_remove_number',
  title: 'Remove a number from a Proxy pool',
  about: 'Take a number out of the pool. Refused while open sessions use it (80611). You keep the number.',
  effect: 'admin',
  input: z.strictObject({ service_sid: serviceSid, number_sid: fields.sid('Number in the pool', 'PN') }),
  output: deleted,
  request: { method: 'DELETE', host: 'proxy', path: `${numbers}/{number_sid}` },
  answer: () => ({ deleted: true }),
  page,
});

const session = z.object({
  sid: sessionSid,
  unique_name: fields.field(z.string(), 'Unique name', 'delivery-1042').optional(),
  status: fields.field(z.string(), 'open, in-progress, closed, failed or unknown', 'open').optional(),
  mode: fields.field(z.string(), 'What may pass', 'voice-and-message').optional(),
  ttl: fields.field(z.number(), 'Seconds it lasts after the last message', 3600).optional(),
  date_expiry: fields.field(z.string(), 'When it ends at the latest', '2026-11-23T18:00:00Z').optional(),
  date_last_interaction: fields.field(z.string(), 'Last message or call', '2026-11-23T15:00:00Z').optional(),
  closed_reason: fields.field(z.string(), 'Why it ended', 'expired').optional(),
});

export const createSession = defineOperation({
  name: 'proxy_create_session',
  title: 'Open a Proxy session',
  about:
    'Open a session for two people; then add both with proxy_add_participant. Nobody is contacted by this.',
  effect: 'write',
  input: z
    .strictObject({
      service_sid: serviceSid,
      unique_name: fields
        .field(z.string().min(1).max(191), 'Unique name; nothing personal in it', 'delivery-1042')
        .optional(),
      mode: fields
        .field(
          z.enum(['voice-and-message', 'message-only', 'voice-only']),
          'What may pass',
          'voice-and-message',
        )
        .optional(),
      ttl: fields
        .field(z.int().min(0).max(31_536_000), 'Seconds it lasts after the last message; 0 for ever', 3600)
        .optional(),
      date_expiry: fields.instant('When it ends at the latest; in place of ttl').optional(),
    })
    .refine(({ ttl, date_expiry }) => ttl === undefined || date_expiry === undefined, {
      error: 'give ttl or date_expiry, not both: the date would win',
      path: ['ttl'],
    }),
  output: session,
  request: { method: 'POST', host: 'proxy', path: sessions },
  page,
});

export const getSession = defineOperation({
  name: 'proxy_get_session',
  title: 'Get a Proxy session',
  about: 'Read one session: whether it is open and until when.',
  effect: 'read',
  input: z.strictObject({ service_sid: serviceSid, session_sid: sessionSid }),
  output: session,
  request: { method: 'GET', host: 'proxy', path: `${sessions}/{session_sid}` },
  page,
});

export const listSessions = defineOperation({
  name: 'proxy_list_sessions',
  title: 'List Proxy sessions',
  about: 'List the sessions of a Proxy service.',
  effect: 'read',
  input: z.strictObject({ service_sid: serviceSid, limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    sessions: fields.field(z.array(session), 'The sessions', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'proxy', path: sessions, list: { rows: 'sessions', maxPage: 1000 } },
  page,
});

export const closeSession = defineOperation({
  name: 'proxy_close_session',
  title: 'Close a Proxy session',
  about: 'Close a session: the two can no longer reach each other, and what was said stays on record.',
  effect: 'delete',
  input: z.strictObject({ service_sid: serviceSid, session_sid: sessionSid }),
  output: session,
  request: { method: 'POST', host: 'proxy', path: `${sessions}/{session_sid}`, fixed: { Status: 'closed' } },
  page,
});
