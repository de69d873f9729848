// One-time passcodes: start a verification, check the code, look, cancel. Services are in verify-services.ts.
import { z } from 'zod';
import { type Defaults, defineOperation, type Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import type { Channel } from '../operation/reach.ts';

const verifications = '/v2/Services/{service_sid}/Verifications';
const page = 'twilio-verify';

const verificationSid = fields.sid('Verification SID', 'VE');
const serviceSid = fields.sid('Verify service; default: the configured one', 'VA').optional();

const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const phoneOrEmail = fields.field(
  z
    .string()
    .max(320)
    .regex(
      /^(?:\+[1-9][0-9]{6,14}|[^\s@]+@[^\s@]+\.[^\s@]+)$/,
      'must be an E.164 number such as +14155550123, or an email address for channel email',
    ),
  'Number in E.164, or email address',
  '+14155550123',
);

const channels = {
  sms: 'sms',
  call: 'voice',
  whatsapp: 'whatsapp',
  email: 'email',
} as const satisfies Record<string, Channel>;

// No field of it ever holds the code: who reads it here could check it without the person.
const verification = z.object({
  sid: verificationSid,
  service_sid: fields.sid('Service it runs in', 'VA'),
  status: fields.field(
    z.string(),
    'pending, approved, canceled, max_attempts_reached, deleted, failed or expired. Only approved proves anything',
    'pending',
  ),
  to: fields.field(z.string(), 'Number or address being verified', '+14155550123').optional(),
  channel: fields.field(z.string(), 'How the code was sent', 'sms').optional(),
  send_code_attempts: fields.field(z.number(), 'Codes sent so far; Twilio allows 5', 1).optional(),
  date_created: fields.field(z.string(), 'When it began, ISO 8601', '2026-11-23T15:00:00Z').optional(),
});

export const startVerification = defineOperation({
  name: 'verify_start_verification',
  title: 'Start a verification',
  about:
    'Send someone a one-time code that is good for 10 minutes. Ask them for it and pass it to verify_check_verification. Code length is a setting of the service: verify_update_service.',
  effect: 'send',
  input: z
    .strictObject({
      to: phoneOrEmail,
      channel: fields
        .field(z.enum(['sms', 'call', 'whatsapp', 'email']), 'How to send it', 'sms')
        .default('sms'),
      service_sid: serviceSid,
      locale: fields
        .field(
          z
            .string()
            .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,4})?$/, 'must be a language tag such as es or pt-BR'),
          'Language; default: from the country code',
          'es',
        )
        .optional(),
      template_sid: fields.sid('Message template, for sms and call', 'HJ').optional(),
      custom_friendly_name: fields
        .field(z.string().min(1).max(32), "Brand in the message, instead of the service's", 'Example Shop')
        .optional(),
      custom_message: fields
        .field(z.string().min(1).max(1600), 'Own text; only accounts Twilio has allowed it', 'Your code:')
        .optional(),
      custom_code: fields
        .field(
          z.string().regex(/^[A-Za-z0-9]{4,10}$/, 'must be 4 to 10 letters or digits'),
          'Own code, 4 to 10 characters; the service must allow it',
          '424242',
        )
        .optional(),
      send_digits: fields
        .field(
          z.string().regex(/^[0-9A-DwW#*]{1,32}$/, 'must be digits, #, * or w for a pause, at most 32'),
          'Keys to press once a call is answered, such as an extension',
          'ww1234#',
        )
        .optional(),
    })
    .refine(({ to, channel }) => email.test(to) === (channel === 'email'), {
      error: 'channel email goes to an email address, every other channel to an E.164 number',
      path: ['to'],
    })
    .refine(({ send_digits, channel }) => send_digits === undefined || channel === 'call', {
      error: 'are for channel call',
      path: ['send_digits'],
    }),
  output: verification,
  request: { method: 'POST', host: 'verify', path: verifications },
  prepare: withService,
  answer: countAttempts,
  reaches: ({ to, channel }) => [{ to, channel: channels[channel], purpose: 'verification' }],
  costs: ({ channel }) => ({ kind: 'verification', channel: channels[channel] }),
  page,
});

export const checkVerification = defineOperation({
  name: 'verify_check_verification',
  title: 'Check a verification code',
  about:
    'Check the code a person gives. Only status approved counts; pending means a wrong code, and 5 tries are allowed. Not found (20404): already approved, expired or canceled; start again.',
  effect: 'write',
  input: z
    .strictObject({
      code: fields.field(
        z.string().regex(/^[A-Za-z0-9]{4,10}$/, 'must be 4 to 10 letters or digits'),
        'The code, as the person gave it; never guess',
        '424242',
      ),
      to: phoneOrEmail.optional(),
      verification_sid: verificationSid.optional(),
      service_sid: serviceSid,
    })
    .refine(({ to, verification_sid }) => (to === undefined) !== (verification_sid === undefined), {
      error: 'give either to or verification_sid',
      path: ['to'],
    }),
  output: z.object({
    sid: verificationSid,
    status: fields.field(z.string(), 'approved, or pending while the code was wrong', 'approved'),
    valid: fields.field(z.boolean(), 'True when approved', true).optional(),
    to: fields.field(z.string(), 'Number or address being verified', '+14155550123').optional(),
    channel: fields.field(z.string(), 'How the code was sent', 'sms').optional(),
  }),
  request: { method: 'POST', host: 'verify', path: '/v2/Services/{service_sid}/VerificationCheck' },
  prepare: withService,
  page,
});

export const getVerification = defineOperation({
  name: 'verify_get_verification',
  title: 'Get a verification',
  about:
    'Read the status of a pending verification. Once it is approved, expired or canceled, Twilio answers not found (20404).',
  effect: 'read',
  input: z.strictObject({ sid: verificationSid, service_sid: serviceSid }),
  output: verification,
  request: { method: 'GET', host: 'verify', path: `${verifications}/{sid}` },
  prepare: withService,
  answer: countAttempts,
  page,
});

export const cancelVerification = defineOperation({
  name: 'verify_cancel_verification',
  title: 'Cancel a verification',
  about:
    'Make a pending code worthless, for instance before starting again after too many tries. Not found (20404) means it had ended already.',
  effect: 'delete',
  input: z.strictObject({ sid: verificationSid, service_sid: serviceSid }),
  output: verification,
  // Twilio would also take Status=approved here, which approves without a code: never offered.
  request: { method: 'POST', host: 'verify', path: `${verifications}/{sid}`, fixed: { Status: 'canceled' } },
  prepare: withService,
  answer: countAttempts,
  page,
});

function withService(input: { readonly service_sid?: string | undefined }, defaults: Defaults): Row {
  const service_sid = input.service_sid ?? defaults.verifyServiceSid;
  if (service_sid !== undefined) return { ...input, service_sid };
  throw new OperationError(
    'INVALID_INPUT',
    'There is no Verify service: the call names none and none is configured.',
    {
      next: 'Pass service_sid (verify_list_services shows them, verify_create_service makes one), or set TWILIO_VERIFY_SERVICE_SID.',
    },
  );
}

function countAttempts(body: Row): Row {
  const attempts = body['send_code_attempts'];
  return Array.isArray(attempts) ? { ...body, send_code_attempts: attempts.length } : body;
}
