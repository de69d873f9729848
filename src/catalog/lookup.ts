// Facts about a phone number: the free format check and Twilio's paid data packages.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const packages = [
  'validation',
  'caller_name',
  'sim_swap',
  'call_forwarding',
  'line_status',
  'line_type_intelligence',
  'identity_match',
  'reassigned_number',
  'sms_pumping_risk',
  'phone_number_quality_score',
  'pre_fill',
] as const;

const identityParts = [
  'first_name',
  'last_name',
  'address_line1',
  'address_line2',
  'city',
  'state',
  'postal_code',
  'address_country_code',
  'national_id',
  'date_of_birth',
] as const;

/** Input → the package it belongs to. Without it Twilio would get personal data for nothing. */
const belongsTo = {
  identity: 'identity_match',
  last_verified_date: 'reassigned_number',
  verification_sid: 'pre_fill',
} as const;

const input = z
  .strictObject({
    phone_number: fields.field(
      z
        .string()
        .regex(
          /^(?:\+|\(?[0-9])[0-9 ().-]{2,30}$/,
          'must be a phone number: E.164, or national format with country_code',
        ),
      'Number in E.164, or in national format with country_code',
      '+14155550123',
    ),
    fields: fields
      .field(z.array(z.enum(packages)).min(1).max(packages.length), 'Data packages; each is charged', [
        'line_type_intelligence',
      ])
      .optional(),
    country_code: fields
      .field(
        z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters, such as US'),
        'Country of a number in national format; default US',
        'US',
      )
      .optional(),
    identity: fields
      .field(
        z.partialRecord(z.enum(identityParts), z.string().min(1).max(200)),
        'For identity_match: what the person says; date_of_birth as YYYYMMDD',
        { first_name: 'Ana', last_name: 'Diaz' },
      )
      .optional(),
    last_verified_date: fields
      .field(
        z.string().regex(/^[0-9]{8}$/, 'must be YYYYMMDD'),
        'For reassigned_number: day of consent, YYYYMMDD',
        '20260401',
      )
      .optional(),
    verification_sid: fields.sid('For pre_fill: the approved verification', 'VE').optional(),
  })
  .superRefine((given, context) => {
    for (const [name, wanted] of Object.entries(belongsTo)) {
      if (!(name in given) || given.fields?.includes(wanted)) continue;
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `is for the package ${wanted}: add it to fields`,
      });
    }
  })
  .refine((given) => !given.fields?.includes('reassigned_number') || given.last_verified_date !== undefined, {
    error: 'reassigned_number needs last_verified_date',
    path: ['last_verified_date'],
  });

/** What one package says, under Twilio's own names: they differ by country and grow. */
function details(description: string, example: Record<string, unknown>) {
  return fields.field(z.record(z.string(), z.unknown()), description, example).optional();
}

const errorCode = fields
  .field(z.coerce.number(), 'Why the package has no answer; account_explain_error tells more', 60600)
  .optional();

const output = z.object({
  phone_number: fields.field(z.string(), 'The number, in E.164 when valid', '+14155550123'),
  valid: fields.field(z.boolean(), 'Whether such a number can exist; not whether it is in use', true),
  validation_errors: fields
    .field(z.array(z.string()), 'Why it is not valid, such as TOO_SHORT or INVALID_COUNTRY_CODE', [])
    .optional(),
  country_code: fields.field(z.string(), 'Country, ISO', 'US').optional(),
  calling_country_code: fields.field(z.string(), 'Country calling code', '1').optional(),
  national_format: fields.field(z.string(), 'As people there write it', '(415) 555-0123').optional(),
  // Names and addresses are written by strangers.
  caller_name: fields
    .field(
      z.object({
        caller_name: fields.words('Name on record', 'ANA DIAZ').optional(),
        caller_type: fields.field(z.string(), 'CONSUMER or BUSINESS', 'CONSUMER').optional(),
        error_code: errorCode,
      }),
      'Name on record',
      {},
    )
    .optional(),
  pre_fill: fields
    .field(
      z.object({
        first_name: fields.words('First name', 'Ana').optional(),
        last_name: fields.words('Last name', 'Diaz').optional(),
        address_line: fields.words('Street', '1 Main Street').optional(),
        state: fields.words('State', 'WA').optional(),
        postal_code: fields.words('Postal code', '98101').optional(),
        country_code: fields.field(z.string(), 'Country, ISO', 'US').optional(),
        error_code: errorCode,
      }),
      'Who holds the number',
      {},
    )
    .optional(),
  line_type_intelligence: details('type (mobile, landline, fixedVoip, nonFixedVoip …), carrier_name', {
    type: 'mobile',
  }),
  line_status: details('status: active, inactive, reachable, unreachable …', { status: 'active' }),
  sim_swap: details('last_sim_swap: whether and when the SIM was changed', {
    last_sim_swap: { swapped_in_period: false },
  }),
  call_forwarding: details('call_forwarding_enabled', { call_forwarding_enabled: false }),
  identity_match: details('A match for each part given, and summary_score to 100', { summary_score: 90 }),
  reassigned_number: details('is_number_reassigned: yes, no or no_data_available', {
    is_number_reassigned: 'no',
  }),
  sms_pumping_risk: details('sms_pumping_risk_score to 100, number_blocked', { sms_pumping_risk_score: 12 }),
  phone_number_quality_score: details('quality_score and its parts', { quality_category: 'low' }),
});

export const lookupPhoneNumber = defineOperation({
  name: 'lookup_phone_number',
  title: 'Look up a phone number',
  about:
    'Check that a number is well formed, free of charge, or ask what it is: line type before an SMS, reassigned_number before contacting someone again, sim_swap and sms_pumping_risk against fraud.',
  effect: 'read',
  input,
  output,
  request: {
    method: 'GET',
    host: 'lookups',
    path: '/v2/PhoneNumbers/{phone_number}',
    names: { packages: 'Fields' },
    local: ['fields', 'identity'],
  },
  // Twilio wants one comma-separated Fields, not a repeated one.
  prepare: (given) => ({ ...given, ...given.identity, packages: given.fields?.join(',') }),
  costs: (given) => ({ kind: 'lookup', packages: given.fields ?? [] }),
  page: 'twilio-lookup',
});
