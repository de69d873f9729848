// Here: the numbers an account owns, and those it could buy.
// Not here: what arrives at them (messaging-inbound.ts, voice).
import { uriPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import {
  created,
  type Form,
  invalidParameter,
  noContent,
  notFound,
  ok,
  rfc2822,
  TwilioError,
} from '../wire.ts';

export type NumberType = 'local' | 'mobile' | 'toll-free';

export type OwnedNumber = {
  readonly accountSid: string;
  readonly sid: string;
  readonly phoneNumber: string;
  readonly type: NumberType;
  friendlyName: string;
  /** Twilio's own field names: sms_url, voice_method, status_callback … */
  readonly settings: Record<string, string | boolean | null>;
  readonly createdAt: number;
  updatedAt: number;
};

/** Every owned number, of any account: inbound traffic finds its account here. */
export const numbers = defineTable<OwnedNumber>('incoming phone numbers');

const API = 'api.twilio.com';
const ACCOUNT = '/2010-04-01/Accounts/{AccountSid}';
const OWNED = `${ACCOUNT}/IncomingPhoneNumbers`;
const AVAILABLE = `${ACCOUNT}/AvailablePhoneNumbers`;

/** Owned from the start: fictional ranges of the US (555-01xx), the UK (Ofcom's 07700 900xxx) and toll-free. */
export const SEEDED_NUMBERS = ['+14155550100', '+12125550101', '+447700900100', '+18005550199'] as const;

export function seedNumbers(world: World): void {
  SEEDED_NUMBERS.forEach((phoneNumber, i) => {
    own(world, world.options.accountSid, `PN${String(i + 1).padStart(32, '0')}`, phoneNumber);
  });
}

export function ownerOf(world: World, phoneNumber: string): OwnedNumber | undefined {
  return numbers(world)
    .all()
    .find((one) => one.phoneNumber === phoneNumber);
}

/** A setting as text; empty where it is unset. */
export function setting(number: OwnedNumber, name: string): string {
  const value = number.settings[name];
  return typeof value === 'string' ? value : '';
}

function own(world: World, accountSid: string, sid: string, phoneNumber: string): OwnedNumber {
  const now = world.clock.now();
  return numbers(world).add({
    accountSid,
    sid,
    phoneNumber,
    type: typeOf(phoneNumber),
    friendlyName: friendly(phoneNumber),
    settings: {},
    createdAt: now,
    updatedAt: now,
  });
}

export const numberRoutes: readonly Route[] = [
  route('GET', API, `${OWNED}.json`, (ask) => listOwned(ask)),
  route('GET', API, `${OWNED}/Local.json`, (ask) => listOwned(ask, 'local')),
  route('GET', API, `${OWNED}/Mobile.json`, (ask) => listOwned(ask, 'mobile')),
  route('GET', API, `${OWNED}/TollFree.json`, (ask) => listOwned(ask, 'toll-free')),
  route('POST', API, `${OWNED}.json`, (ask) => {
    const number = own(ask.world, ask.account.sid, ask.world.ids.sid('PN'), wanted(ask));
    applySettings(number, ask.form);
    return created(show(number));
  }),
  route('GET', API, `${OWNED}/{Sid}.json`, (ask) => ok(show(named(ask)))),
  route('POST', API, `${OWNED}/{Sid}.json`, (ask) => {
    const number = named(ask);
    applySettings(number, ask.form);
    number.updatedAt = ask.world.clock.now();
    return ok(show(number));
  }),
  route('DELETE', API, `${OWNED}/{Sid}.json`, (ask) => {
    numbers(ask.world).remove(ask.account.sid, named(ask).sid);
    return noContent();
  }),
  route('GET', API, `${AVAILABLE}.json`, ({ account, path }) =>
    ok({ countries: Object.keys(COUNTRIES).map((code) => showCountry(account.sid, code)), uri: path }),
  ),
  route('GET', API, `${AVAILABLE}/{CountryCode}.json`, (ask) =>
    ok(showCountry(ask.account.sid, country(ask))),
  ),
  route('GET', API, `${AVAILABLE}/{CountryCode}/Local.json`, (ask) => listAvailable(ask, 'local')),
  route('GET', API, `${AVAILABLE}/{CountryCode}/Mobile.json`, (ask) => listAvailable(ask, 'mobile')),
  route('GET', API, `${AVAILABLE}/{CountryCode}/TollFree.json`, (ask) => listAvailable(ask, 'toll-free')),
];

function listOwned(ask: Ask, type?: NumberType) {
  const phoneNumber = ask.query.get('PhoneNumber')?.replace(/[^\d+]/g, '');
  const friendlyName = ask.query.get('FriendlyName');
  const rows = numbers(ask.world).list(
    ask.account.sid,
    (one) =>
      (type === undefined || one.type === type) &&
      (phoneNumber === undefined || one.phoneNumber.includes(phoneNumber)) &&
      (friendlyName === undefined || one.friendlyName === friendlyName),
  );
  return uriPage(ask, 'incoming_phone_numbers', rows, (number) => {
    const { type: shown, ...rest } = show(number);
    // Only the list of all kinds says which kind each is.
    return type === undefined ? { ...rest, type: shown } : rest;
  });
}

function named(ask: Ask): OwnedNumber {
  const number = numbers(ask.world).get(ask.account.sid, ask.param('Sid'));
  if (number === undefined) throw notFound(ask.path);
  return number;
}

/** The number to buy; Twilio's magic ones for buying are in docs/iam/test-credentials. */
function wanted(ask: Ask): string {
  const phoneNumber = ask.form.get('PhoneNumber');
  const areaCode = ask.form.get('AreaCode');
  if (phoneNumber === undefined && areaCode === undefined) {
    throw new TwilioError(400, 21404, 'PhoneNumber or AreaCode is required');
  }
  if (phoneNumber === undefined) {
    const free =
      /^[2-9]\d\d$/.test(areaCode ?? '') && areaCode !== '533'
        ? freeIn(ask.world, `+1${areaCode}55501`, 2)
        : [];
    if (free[0] === undefined)
      throw new TwilioError(400, 21452, `No phone numbers found in area code ${areaCode}`);
    return free[0];
  }
  if (phoneNumber === '+15005550001' || !/^\+[1-9]\d{6,14}$/.test(phoneNumber)) {
    throw new TwilioError(400, 21421, `${phoneNumber} is not a valid number`);
  }
  if (!isOffered(phoneNumber) || ownerOf(ask.world, phoneNumber) !== undefined) {
    throw new TwilioError(400, 21422, `${phoneNumber} is not available`);
  }
  return phoneNumber;
}

const URLS = ['SmsUrl', 'SmsFallbackUrl', 'VoiceUrl', 'VoiceFallbackUrl', 'StatusCallback'];
const METHODS = [
  'SmsMethod',
  'SmsFallbackMethod',
  'VoiceMethod',
  'VoiceFallbackMethod',
  'StatusCallbackMethod',
];
const SIDS = [
  'SmsApplicationSid',
  'VoiceApplicationSid',
  'TrunkSid',
  'AddressSid',
  'BundleSid',
  'IdentitySid',
];
function applySettings(number: OwnedNumber, form: Form): void {
  for (const name of URLS) {
    const value = form.get(name);
    if (value === undefined) continue;
    if (value !== '' && !/^https?:\/\/[^\s]+$/i.test(value)) {
      throw new TwilioError(400, 21402, `${name} is not a valid URL: ${value}`);
    }
    number.settings[snake(name)] = value;
  }
  for (const name of METHODS) {
    const value = form.get(name);
    if (value === undefined) continue;
    if (value !== 'GET' && value !== 'POST') throw invalidParameter(name);
    number.settings[snake(name)] = value;
  }
  for (const name of SIDS) {
    const value = form.get(name);
    if (value !== undefined) number.settings[snake(name)] = value === '' ? null : value;
  }
  const lookup = form.boolean('VoiceCallerIdLookup');
  if (lookup !== undefined) number.settings['voice_caller_id_lookup'] = lookup;
  number.friendlyName = form.get('FriendlyName') ?? number.friendlyName;
}

function snake(name: string): string {
  return name.replace(/(?<=.)([A-Z])/g, '_$1').toLowerCase();
}

function show(number: OwnedNumber) {
  const { accountSid, sid, phoneNumber, type, friendlyName, settings, createdAt, updatedAt } = number;
  return {
    sid,
    account_sid: accountSid,
    friendly_name: friendlyName,
    phone_number: phoneNumber,
    type,
    status: 'in-use',
    origin: 'twilio',
    api_version: '2010-04-01',
    beta: false,
    capabilities: capabilities(phoneNumber),
    address_requirements: 'none',
    address_sid: null,
    bundle_sid: null,
    identity_sid: null,
    trunk_sid: null,
    emergency_status: 'Inactive',
    emergency_address_sid: null,
    emergency_address_status: 'unregistered',
    sms_application_sid: '',
    sms_url: '',
    sms_method: 'POST',
    sms_fallback_url: '',
    sms_fallback_method: 'POST',
    voice_application_sid: '',
    voice_url: '',
    voice_method: 'POST',
    voice_fallback_url: '',
    voice_fallback_method: 'POST',
    voice_caller_id_lookup: false,
    voice_receive_mode: 'voice',
    status_callback: '',
    status_callback_method: 'POST',
    ...settings,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${sid}.json`,
  };
}

export function capabilities(phoneNumber: string): Record<'voice' | 'sms' | 'mms' | 'fax', boolean> {
  return { voice: true, sms: true, mms: phoneNumber.startsWith('+1'), fax: false };
}

type Offer = Partial<Record<NumberType, { readonly prefix: string; readonly digits: number }>>;

/** What can be bought: only numbers of fictional ranges, so that no emulated number is anyone's. */
const COUNTRIES: Readonly<Record<string, { readonly name: string; readonly offers: Offer }>> = {
  US: {
    name: 'United States',
    offers: { local: { prefix: '+141555501', digits: 2 }, 'toll-free': { prefix: '+188855501', digits: 2 } },
  },
  CA: { name: 'Canada', offers: { local: { prefix: '+161355501', digits: 2 } } },
  GB: {
    name: 'United Kingdom',
    offers: { local: { prefix: '+442079460', digits: 3 }, mobile: { prefix: '+447700900', digits: 3 } },
  },
};

function isOffered(phoneNumber: string): boolean {
  return /^(\+1[2-9]\d{2}55501\d{2}|\+447700900\d{3}|\+442079460\d{3}|\+15005550006)$/.test(phoneNumber);
}

function typeOf(phoneNumber: string): NumberType {
  if (/^\+1(800|833|844|855|866|877|888)/.test(phoneNumber)) return 'toll-free';
  return phoneNumber.startsWith('+447') ? 'mobile' : 'local';
}

function country(ask: Ask): string {
  const code = ask.param('CountryCode').toUpperCase();
  if (COUNTRIES[code] === undefined) throw notFound(ask.path);
  return code;
}

function listAvailable(ask: Ask, type: NumberType) {
  const code = country(ask);
  const offer = COUNTRIES[code]?.offers[type];
  if (offer === undefined) throw notFound(ask.path);
  const areaCode = ask.query.get('AreaCode');
  const inArea =
    areaCode !== undefined && type === 'local' && code !== 'GB' ? `+1${areaCode}55501` : offer.prefix;
  const pattern = contains(ask.query.get('Contains'));
  const size = Math.min(Number(ask.query.get('PageSize') ?? 30), 30);
  const found = freeIn(ask.world, inArea, offer.digits)
    .filter((phoneNumber) => pattern.test(phoneNumber))
    .slice(0, size);
  return ok({ available_phone_numbers: found.map((one) => showAvailable(one, code)), uri: ask.path });
}

/** Twilio's search: a star stands for one digit. */
function contains(text: string | undefined): RegExp {
  const digits = (text ?? '').replace(/[^\d*]/g, '').replaceAll('*', '\\d');
  return new RegExp(digits);
}

function freeIn(world: World, prefix: string, digits: number): string[] {
  const all = Array.from({ length: 10 ** digits }, (_, i) => `${prefix}${String(i).padStart(digits, '0')}`);
  return all.filter((phoneNumber) => isOffered(phoneNumber) && ownerOf(world, phoneNumber) === undefined);
}

function showAvailable(phoneNumber: string, code: string): unknown {
  const { voice, sms, mms } = capabilities(phoneNumber);
  return {
    friendly_name: friendly(phoneNumber),
    phone_number: phoneNumber,
    lata: null,
    locality: null,
    rate_center: null,
    latitude: null,
    longitude: null,
    region: null,
    postal_code: null,
    iso_country: code,
    address_requirements: 'none',
    beta: false,
    capabilities: { voice, sms, mms },
  };
}

const SUBRESOURCE: Readonly<Record<NumberType, readonly [string, string]>> = {
  local: ['local', 'Local'],
  mobile: ['mobile', 'Mobile'],
  'toll-free': ['toll_free', 'TollFree'],
};

function showCountry(accountSid: string, code: string): unknown {
  const uri = `/2010-04-01/Accounts/${accountSid}/AvailablePhoneNumbers/${code}`;
  const { name, offers } = COUNTRIES[code] ?? { name: code, offers: {} };
  const types: readonly NumberType[] = ['local', 'mobile', 'toll-free'];
  const links = types.filter((type) => type in offers).map((type) => SUBRESOURCE[type]);
  return {
    country_code: code,
    country: name,
    uri: `${uri}.json`,
    beta: false,
    subresource_uris: Object.fromEntries(links.map(([key, path]) => [key, `${uri}/${path}.json`])),
  };
}

function friendly(phoneNumber: string): string {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phoneNumber);
  return us === null ? phoneNumber : `(${us[1]}) ${us[2]}-${us[3]}`;
}
