// Here: the numbers on offer: only of fictional ranges, so that no emulated number is anyone's.
// Not here: buying one (account-numbers.ts).
import { type Ask, type Route, route } from '../route.ts';
import type { World } from '../state.ts';
import { notFound, ok } from '../wire.ts';
import { capabilities, friendly, type NumberType, ownerOf } from './account-number.ts';

const API = 'api.twilio.com';
const AVAILABLE = '/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers';

export const availableRoutes: readonly Route[] = [
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

export function isOffered(phoneNumber: string): boolean {
  return /^(\+1[2-9]\d{2}55501\d{2}|\+447700900\d{3}|\+442079460\d{3}|\+15005550006)$/.test(phoneNumber);
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

export function freeIn(world: World, prefix: string, digits: number): string[] {
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
