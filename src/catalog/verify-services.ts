// Verify services: the settings (name, code length, warnings) that verifications are sent with. Verifications are in verify.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const services = '/v2/Services';
const page = 'twilio-verify';

const serviceSid = fields.sid('Verify service SID', 'VA');
const name = fields.field(z.string().min(1).max(32), 'Brand named in the message', 'Example Shop');

const settings = {
  code_length: fields
    .field(z.int().min(4).max(10), 'Digits of a code, 4 to 10; 6 when left out', 6)
    .optional(),
  custom_code_enabled: fields
    .field(z.boolean(), 'Allow verifications to bring their own code', false)
    .optional(),
  do_not_share_warning_enabled: fields
    .field(z.boolean(), 'Add a line to SMS that the code is not to be shared', true)
    .optional(),
  lookup_enabled: fields.field(z.boolean(), 'Look each number up (paid)', false).optional(),
  skip_sms_to_landlines: fields
    .field(z.boolean(), 'Send no SMS to landlines; needs lookup_enabled', false)
    .optional(),
  dtmf_input_required: fields.field(z.boolean(), 'In calls, ask for a key before the code', true).optional(),
  default_template_sid: fields.sid('Template for SMS that name none', 'HJ').optional(),
};

// An answer tells what Twilio holds, so it is not held to the bounds of our inputs.
const service = z.object({
  ...settings,
  sid: serviceSid,
  friendly_name: fields.field(z.string(), 'Brand named in the message', 'Example Shop'),
  code_length: fields.field(z.coerce.number(), 'Digits of a code', 6).optional(),
  date_created: fields.field(z.string(), 'When it was made, ISO 8601', '2026-11-23T15:00:00Z').optional(),
});

export const createService = defineOperation({
  name: 'verify_create_service',
  title: 'Create a Verify service',
  about: 'Create the service that verifications are sent through. One for each brand is enough; list first.',
  effect: 'write',
  input: z.strictObject({ friendly_name: name, ...settings }),
  output: service,
  request: { method: 'POST', host: 'verify', path: services },
  page,
});

export const getService = defineOperation({
  name: 'verify_get_service',
  title: 'Get a Verify service',
  about: 'Read the settings of one Verify service, such as its code length.',
  effect: 'read',
  input: z.strictObject({ sid: serviceSid }),
  output: service,
  request: { method: 'GET', host: 'verify', path: `${services}/{sid}` },
  page,
});

export const listServices = defineOperation({
  name: 'verify_list_services',
  title: 'List Verify services',
  about: 'List the Verify services of the account. Their sid is what verify_start_verification takes.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    services: fields.field(z.array(service), 'The services', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'verify', path: services, list: { rows: 'services', maxPage: 1000 } },
  page,
});

export const updateService = defineOperation({
  name: 'verify_update_service',
  title: 'Update a Verify service',
  about: 'Change settings of a Verify service, such as its code length, for every verification from now on.',
  effect: 'write',
  idempotent: true,
  input: z
    .strictObject({ sid: serviceSid, friendly_name: name.optional(), ...settings })
    .refine((input) => Object.keys(input).length > 1, { error: 'give at least one setting to change' }),
  output: service,
  request: { method: 'POST', host: 'verify', path: `${services}/{sid}` },
  page,
});
