// Here: Lookup v2: is it a number, and the data packages about it.
// Not here: what the network knows of a phone (phones.ts).
import {
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';
import { type Ask, type Product, route } from '../route.ts';
import { ok, TwilioError } from '../wire.ts';

type Package = (ask: Ask, number: string) => unknown;

const LINE_TYPES = {
  mobile: 'mobile',
  landline: 'landline',
  voip: 'nonFixedVoip',
  'toll-free': 'tollFree',
} as const;

const CARRIER = {
  carrier_name: 'Emulated Wireless',
  mobile_country_code: '310',
  mobile_network_code: '000',
  error_code: null,
};

/** Deterministic, so that a test can tell them beforehand; shapes as in Twilio's description of each package. */
const PACKAGES: Readonly<Record<string, Package>> = {
  caller_name: () => ({ caller_name: 'ANA EXAMPLE', caller_type: 'CONSUMER', error_code: null }),
  sim_swap: () => ({
    last_sim_swap: { last_sim_swap_date: null, swapped_period: 'PT24H', swapped_in_period: false },
    ...CARRIER,
  }),
  call_forwarding: () => ({ call_forwarding_enabled: false, error_code: null }),
  line_status: () => ({ status: 'active', error_code: null }),
  line_type_intelligence: (ask, number) => ({
    type: LINE_TYPES[ask.world.phones.get(number).line],
    ...CARRIER,
  }),
  identity_match: (ask) => {
    const compared = [
      'FirstName',
      'LastName',
      'City',
      'State',
      'PostalCode',
      'AddressCountryCode',
      'NationalId',
      'DateOfBirth',
    ];
    const snake = (name: string) => name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
    const matches = compared.map((name) => [
      `${snake(name)}_match`,
      ask.query.has(name) ? 'exact_match' : 'no_data_available',
    ]);
    return {
      ...Object.fromEntries(matches),
      address_lines_match: ask.query.has('AddressLine1') ? 'exact_match' : 'no_data_available',
      summary_score: 100,
      error_code: null,
      error_message: null,
    };
  },
  reassigned_number: (ask) => {
    const date = ask.query.get('LastVerifiedDate');
    if (date === undefined)
      return { last_verified_date: null, is_number_reassigned: null, error_code: 60_617 };
    return { last_verified_date: date, is_number_reassigned: 'no', error_code: null };
  },
  sms_pumping_risk: () => ({
    carrier_risk_category: 'low',
    number_blocked: false,
    number_blocked_date: null,
    number_blocked_last_3_months: false,
    sms_pumping_risk_score: 4,
    error_code: null,
  }),
  phone_number_quality_score: () => ({
    carrier_risk_score: 4,
    carrier_risk_category: 'low',
    quality_score: 96,
    quality_category: 'high',
    error_code: null,
  }),
  pre_fill: (ask) =>
    ask.query.has('VerificationSid')
      ? {
          first_name: 'Ana',
          last_name: 'Example',
          address_line: '1 Main Street',
          country_code: 'US',
          state: 'CA',
          postal_code: '94105',
          error_code: null,
        }
      : { error_code: 60_610 },
};

function readFields(ask: Ask): readonly string[] {
  const fields = (ask.query.get('Fields') ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const unknown = fields.filter((each) => each !== 'validation' && !(each in PACKAGES));
  if (unknown.length > 0) throw new TwilioError(400, 60_600, `Invalid Fields: ${unknown.join(', ')}`);
  return fields;
}

/** Where Twilio says why, in its own words: TOO_SHORT, TOO_LONG, INVALID_COUNTRY_CODE, INVALID_LENGTH, NOT_A_NUMBER. */
function errorsOf(number: string): readonly string[] {
  const reason = validatePhoneNumberLength(number);
  if (reason !== undefined) return [reason === 'INVALID_COUNTRY' ? 'INVALID_COUNTRY_CODE' : reason];
  return [];
}

export const lookup: Product = {
  name: 'lookup',
  routes: [
    route('GET', 'lookups.twilio.com', '/v2/PhoneNumbers/{PhoneNumber}', (ask) => {
      const fields = readFields(ask);
      const given = ask.param('PhoneNumber').replace(/[\s().-]/g, '');
      const country = ask.query.get('CountryCode') ?? 'US';
      const number = given.startsWith('+') ? given : `+${callingCodeOf(country)}${given.replace(/^0+/, '')}`;
      if (!/^\+\d{2,20}$/.test(number))
        throw new TwilioError(404, 20_404, `The requested resource ${ask.path} was not found`);
      const parsed = parsePhoneNumberFromString(number);
      const errors = errorsOf(number);
      const valid = parsed !== undefined && errors.length === 0;
      const packages = Object.entries(PACKAGES).map(([name, make]) => [
        name,
        valid && fields.includes(name) ? make(ask, number) : null,
      ]);
      return ok({
        calling_country_code: valid ? parsed.countryCallingCode : null,
        country_code: valid ? (parsed.country ?? null) : null,
        phone_number: number,
        national_format: valid ? parsed.formatNational() : null,
        valid,
        validation_errors: valid ? [] : errors.length > 0 ? errors : ['NOT_A_NUMBER'],
        ...Object.fromEntries(packages),
        url: `https://lookups.twilio.com/v2/PhoneNumbers/${number}`,
      });
    }),
  ],
};

function callingCodeOf(country: string): string {
  const known = getCountries().find((each) => each === country.toUpperCase());
  if (known === undefined) throw new TwilioError(400, 60_600, `Invalid CountryCode: ${country}`);
  return getCountryCallingCode(known);
}
