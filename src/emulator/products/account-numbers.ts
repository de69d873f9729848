// Here: the routes of the numbers an account owns: bought, configured, released.
// Not here: those on offer (account-available.ts), what arrives at them (messaging-inbound.ts, voice).
import { uriPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
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
import { availableRoutes, freeIn, isOffered } from './account-available.ts';
import {
  addNumber,
  capabilities,
  type NumberType,
  numbers,
  type OwnedNumber,
  ownerOf,
} from './account-number.ts';

const API = 'api.twilio.com';
const OWNED = '/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers';

export const numberRoutes: readonly Route[] = [
  route('GET', API, `${OWNED}.json`, (ask) => listOwned(ask)),
  route('GET', API, `${OWNED}/Local.json`, (ask) => listOwned(ask, 'local')),
  route('GET', API, `${OWNED}/Mobile.json`, (ask) => listOwned(ask, 'mobile')),
  route('GET', API, `${OWNED}/TollFree.json`, (ask) => listOwned(ask, 'toll-free')),
  route('POST', API, `${OWNED}.json`, (ask) => {
    const number = addNumber(ask.world, ask.account.sid, ask.world.ids.sid('PN'), wanted(ask));
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
  ...availableRoutes,
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
