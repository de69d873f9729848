// Numbers to have: search what can be bought, buy it, give it back. The numbers one has are in account-numbers.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-api-overview';
const account = '/2010-04-01/Accounts/{account}';

const country = fields.field(
  z.string().regex(/^[A-Z]{2}$/, 'must be an ISO country code such as US'),
  'Country, ISO 3166',
  'US',
);

export const searchNumbers = defineOperation({
  name: 'account_search_numbers',
  title: 'Search numbers to buy',
  about: 'Search phone numbers that can be bought. Nothing is bought by this.',
  effect: 'read',
  input: z.strictObject({
    country: country.default('US'),
    type: fields.field(z.enum(['Local', 'Mobile', 'TollFree']), 'Kind of number', 'Local').default('Local'),
    area_code: fields.field(z.int().min(200).max(999), 'Area code, US and Canada', 415).optional(),
    contains: fields
      .field(
        z.string().regex(/^[0-9A-Za-z*]{2,16}$/, 'must be 2 to 16 digits, letters or *'),
        'Digits or letters it shall hold; * is any',
        '555*',
      )
      .optional(),
    sms_enabled: fields.field(z.boolean(), 'Must take texts', true).optional(),
    voice_enabled: fields.field(z.boolean(), 'Must take calls', true).optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    available_phone_numbers: fields.field(
      z.array(
        z.object({
          phone_number: fields.field(z.string(), 'The number', '+14155550177'),
          locality: fields.field(z.string(), 'Place', 'San Francisco').optional(),
          region: fields.field(z.string(), 'State or region', 'CA').optional(),
          capabilities: fields
            .field(z.record(z.string(), z.boolean()), 'What it can do', { voice: true })
            .optional(),
          address_requirements: fields.field(z.string(), 'none, any, local or foreign', 'none').optional(),
        }),
      ),
      'The numbers',
      [],
    ),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${account}/AvailablePhoneNumbers/{country}/{type}.json`,
    list: { rows: 'available_phone_numbers', maxPage: 1000 },
  },
  page,
});

export const buyNumber = defineOperation({
  name: 'account_create_number',
  title: 'Buy a phone number',
  about:
    'Buy one number found by account_search_numbers. It costs money each month until account_delete_number. Ask first.',
  effect: 'spend',
  input: z.strictObject({
    phone_number: fields.phone('The number to buy'),
    friendly_name: fields.field(z.string().min(1).max(64), 'Name for it', 'Support line').optional(),
    address_sid: fields.sid('Address, where the country asks for one', 'AD').optional(),
    bundle_sid: fields.sid('Regulatory bundle, where the country asks for one', 'BU').optional(),
  }),
  output: z.object({
    sid: fields.sid('Number SID', 'PN'),
    phone_number: fields.field(z.string(), 'The number, now yours', '+14155550177'),
    friendly_name: fields.field(z.string(), 'Its name', 'Support line').optional(),
  }),
  request: { method: 'POST', host: 'api', path: `${account}/IncomingPhoneNumbers.json` },
  costs: ({ phone_number }) => ({
    kind: 'number',
    country: phone_number.startsWith('+1') ? 'US' : 'unknown',
    type: 'local',
  }),
  trace: ({ phone_number }) => ({
    request: {
      method: 'GET',
      host: 'api',
      path: `${account}/IncomingPhoneNumbers.json`,
      list: { rows: 'incoming_phone_numbers', maxPage: 1000 },
    },
    input: { phone_number, limit: 10 },
    matches: (row) => row['phone_number'] === phone_number,
    lookWith: 'account_list_numbers',
  }),
  page,
});

export const releaseNumber = defineOperation({
  name: 'account_delete_number',
  title: 'Give a phone number back',
  about: 'Release a number for good: it stops working at once and may go to somebody else. Ask first.',
  effect: 'delete',
  input: z.strictObject({ sid: fields.sid('Number SID', 'PN') }),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) }),
  request: { method: 'DELETE', host: 'api', path: `${account}/IncomingPhoneNumbers/{sid}.json` },
  answer: () => ({ deleted: true }),
  page,
});
