// Here: Lookup v2: is it a number, which packages were asked for, and what a tester told of the number.
// Not here: what each package says by itself (lookup-packages.ts), and what the network knows of a phone (phones.ts).
import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';
import { ControlError } from '../control.ts';
import { type Ask, type ControlRoute, controlRoute, type Product, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { invalidParameter, ok } from '../wire.ts';
import { type Facts, PACKAGE_NAMES, sayOf } from './lookup-packages.ts';

const HOST = 'lookups.twilio.com';

/** What a tester told, for all accounts: package → the fields that differ. */
type Told = {
  readonly accountSid: string;
  readonly sid: string;
  readonly packages: ReadonlyMap<string, Facts>;
};

const told = defineTable<Told>('lookup facts');

function toldOf(world: World, number: string): ReadonlyMap<string, Facts> {
  return told(world).get(world.options.accountSid, number)?.packages ?? new Map();
}

function readFields(ask: Ask): readonly string[] {
  const fields = (ask.query.get('Fields') ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const unknown = fields.filter((each) => each !== 'validation' && !PACKAGE_NAMES.includes(each));
  // No document names a code for it: the generic one stands in.
  if (unknown.length > 0) throw invalidParameter('Fields', unknown.join(', '));
  return fields;
}

function readCountry(ask: Ask): CountryCode {
  const country = (ask.query.get('CountryCode') ?? 'US').toUpperCase();
  if (!isSupportedCountry(country)) throw invalidParameter('CountryCode', country);
  return country;
}

/** Twilio's words for it: TOO_SHORT, TOO_LONG, INVALID_BUT_POSSIBLE, INVALID_COUNTRY_CODE, INVALID_LENGTH, NOT_A_NUMBER. */
function errorsOf(given: string, country: CountryCode, parsed: PhoneNumber | undefined): readonly string[] {
  const reason = validatePhoneNumberLength(given, country);
  if (reason !== undefined) return [reason === 'INVALID_COUNTRY' ? 'INVALID_COUNTRY_CODE' : reason];
  if (parsed === undefined) return ['NOT_A_NUMBER'];
  return parsed.isValid() ? [] : ['INVALID_BUT_POSSIBLE'];
}

function lookUp(ask: Ask): unknown {
  const { world, query, account } = ask;
  const fields = readFields(ask);
  const country = readCountry(ask);
  const given = ask.param('PhoneNumber');
  const parsed = parsePhoneNumberFromString(given, country);
  const errors = errorsOf(given, country, parsed);
  const number = errors.length === 0 ? parsed : undefined;
  const written = parsed?.number ?? given;
  const packages = PACKAGE_NAMES.map((name) => {
    if (number === undefined || !fields.includes(name)) return [name, null];
    const facts = sayOf(name, { world, accountSid: account.sid, query, number });
    return [name, { ...facts, ...toldOf(world, number.number).get(name) }];
  });
  return {
    calling_country_code: number?.countryCallingCode ?? null,
    country_code: number?.country ?? null,
    phone_number: written,
    national_format: number?.formatNational() ?? null,
    valid: number !== undefined,
    validation_errors: errors,
    ...Object.fromEntries(packages),
    url: `https://${HOST}/v2/PhoneNumbers/${parsed === undefined ? encodeURIComponent(given) : written}`,
  };
}

const control: readonly ControlRoute[] = [
  controlRoute(
    'POST',
    '/lookup/{number}',
    '{package: {field: value}, …}: what Lookup says of a number from now on, beside what it says by itself',
    ({ world, param, body }) => {
      const packages = new Map(toldOf(world, param('number')));
      for (const [name, value] of Object.entries(body)) packages.set(name, readFacts(name, value));
      told(world).add({ accountSid: world.options.accountSid, sid: param('number'), packages });
      return { number: param('number'), ...Object.fromEntries(packages) };
    },
  ),
  controlRoute('DELETE', '/lookup/{number}', 'forget what was told of a number', ({ world, param }) => ({
    number: param('number'),
    forgotten: told(world).remove(world.options.accountSid, param('number')),
  })),
];

function readFacts(name: string, value: unknown): Facts {
  if (!PACKAGE_NAMES.includes(name))
    throw new ControlError(`${name} is none of ${PACKAGE_NAMES.join(', ')}.`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ControlError(`${name} must be an object of its fields.`);
  }
  return Object.fromEntries(Object.entries(value));
}

export const lookup: Product = {
  name: 'lookup',
  routes: [route('GET', HOST, '/v2/PhoneNumbers/{PhoneNumber}', (ask) => ok(lookUp(ask)))],
  control,
};
