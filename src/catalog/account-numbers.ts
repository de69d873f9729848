// The account's own phone numbers: list, look, and where their calls and messages go. Buying numbers is not here.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const numbers = '/2010-04-01/Accounts/{account}/IncomingPhoneNumbers';
const page = 'twilio-api-overview';

const numberSid = fields.sid('Number SID', 'PN');

function shownUrl(description: string) {
  return fields.field(z.string(), description, 'https://example.com/twilio/events').optional();
}

/** A webhook to set; the empty text takes it away. */
function webhook(description: string) {
  return fields
    .field(
      z
        .string()
        .max(2048)
        .regex(
          /^(?:https?:\/\/[^\s/]+\S*)?$/,
          'must be an absolute http or https URL, or empty to remove it',
        ),
      description,
      'https://example.com/twilio/events',
    )
    .optional();
}

function method(description: string) {
  return fields.field(z.enum(['GET', 'POST']), description, 'POST').optional();
}

const number = z.object({
  sid: numberSid,
  phone_number: fields.field(z.string(), 'The number', '+14155550100'),
  friendly_name: fields.field(z.string(), 'Its name in the account', '(415) 555-0100').optional(),
  capabilities: fields
    .field(z.record(z.string(), z.boolean()), 'What it can do: voice, sms, mms, fax', {
      voice: true,
      sms: true,
    })
    .optional(),
  status: fields.field(z.string(), 'in-use when ready', 'in-use').optional(),
  voice_url: shownUrl('Asked for TwiML on a call'),
  voice_method: fields.field(z.string(), 'Method for voice_url', 'POST').optional(),
  voice_fallback_url: shownUrl('Asked when voice_url fails'),
  voice_application_sid: fields.sid('TwiML app that goes before the voice URLs', 'AP').optional(),
  trunk_sid: fields.sid('SIP trunk that goes before the voice URLs', 'TK').optional(),
  sms_url: shownUrl('Asked for TwiML on a message'),
  sms_method: fields.field(z.string(), 'Method for sms_url', 'POST').optional(),
  sms_fallback_url: shownUrl('Asked when sms_url fails'),
  sms_application_sid: fields.sid('TwiML app that goes before the sms URLs', 'AP').optional(),
  status_callback: shownUrl('Told when a call ends'),
});

export const listNumbers = defineOperation({
  name: 'account_list_numbers',
  title: 'List own phone numbers',
  about: 'List the numbers this account owns: the senders and caller IDs that can be used.',
  effect: 'read',
  input: z.strictObject({
    phone_number: fields
      .field(
        z.string().regex(/^\+?[0-9*]{1,20}$/, 'must be digits, with * for any digit'),
        'Only numbers with these digits; * is any digit',
        '+1415*',
      )
      .optional(),
    friendly_name: fields.field(z.string().min(1).max(64), 'Only with this name', 'Support').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    incoming_phone_numbers: fields.field(z.array(number), 'The numbers', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${numbers}.json`,
    list: { rows: 'incoming_phone_numbers', maxPage: 1000 },
  },
  page,
});

export const getNumber = defineOperation({
  name: 'account_get_number',
  title: 'Get an own phone number',
  about: 'Read one owned number: what it can do and where its calls and messages go.',
  effect: 'read',
  input: z.strictObject({ sid: numberSid }),
  output: number,
  request: { method: 'GET', host: 'api', path: `${numbers}/{sid}.json` },
  page,
});

export const updateNumber = defineOperation({
  name: 'account_update_number',
  title: "Change a number's webhooks",
  about:
    'Change where calls and messages to an owned number go. An application or trunk on the number goes before its URLs. An empty URL removes it.',
  effect: 'admin',
  idempotent: true,
  input: z
    .strictObject({
      sid: numberSid,
      voice_url: webhook('Asked for TwiML on a call'),
      voice_method: method('Method for voice_url'),
      voice_fallback_url: webhook('Asked when voice_url fails'),
      sms_url: webhook('Asked for TwiML on a message'),
      sms_method: method('Method for sms_url'),
      sms_fallback_url: webhook('Asked when sms_url fails'),
      status_callback: webhook('Told when a call ends'),
      status_callback_method: method('Method for status_callback'),
      friendly_name: fields.field(z.string().min(1).max(64), 'Its name in the account', 'Support').optional(),
    })
    .refine((input) => Object.keys(input).length > 1, { error: 'give at least one thing to change' }),
  output: number,
  request: { method: 'POST', host: 'api', path: `${numbers}/{sid}.json` },
  page,
});
