// Here: Messaging Services and the senders in their pools, on messaging.twilio.com v1.
// Not here: how a service chooses among its senders (messaging-sender.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import {
  created,
  invalidParameter,
  iso,
  missingParameter,
  noContent,
  notFound,
  ok,
  TwilioError,
} from '../wire.ts';
import { capabilities, numbers } from './account-number.ts';

export type MessagingService = {
  readonly accountSid: string;
  readonly sid: string;
  friendlyName: string;
  /** Twilio's own field names, with the values they are shown with. */
  readonly settings: Record<string, string | number | boolean | null>;
  readonly createdAt: number;
  updatedAt: number;
};

/** A phone number or alphanumeric sender in a pool. */
export type PoolSender = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  readonly kind: 'phone' | 'alpha';
  readonly sender: string;
  readonly createdAt: number;
};

export const services = defineTable<MessagingService>('messaging services');
const pool = defineTable<PoolSender>('messaging service senders');

const HOST = 'messaging.twilio.com';
const SERVICES = '/v1/Services';
const PHONES = `${SERVICES}/{ServiceSid}/PhoneNumbers`;
const ALPHAS = `${SERVICES}/{ServiceSid}/AlphaSenders`;

/** In the order in which they joined; a number that was released has left. */
export function poolOf(world: World, service: MessagingService): PoolSender[] {
  const { accountSid } = service;
  return pool(world)
    .list(accountSid, (one) => one.serviceSid === service.sid && isOwned(world, one))
    .reverse();
}

export function serviceOfNumber(
  world: World,
  accountSid: string,
  phone: string,
): MessagingService | undefined {
  const [member] = pool(world).list(accountSid, (one) => one.sender === phone && isOwned(world, one));
  return member === undefined ? undefined : services(world).get(accountSid, member.serviceSid);
}

function isOwned(world: World, { accountSid, sid, kind }: PoolSender): boolean {
  return kind === 'alpha' || numbers(world).get(accountSid, sid) !== undefined;
}

/** A setting as text; empty where it is unset. */
export function serviceText(service: MessagingService, name: string): string {
  const value = service.settings[name];
  return typeof value === 'string' ? value : '';
}

export const serviceRoutes: readonly Route[] = [
  route('POST', HOST, SERVICES, (ask) => {
    const { ids, clock } = ask.world;
    const friendlyName = ask.form.get('FriendlyName');
    if (friendlyName === undefined || friendlyName === '') throw missingParameter('FriendlyName');
    const now = clock.now();
    const service: MessagingService = {
      accountSid: ask.account.sid,
      sid: ids.sid('MG'),
      friendlyName,
      settings: {},
      createdAt: now,
      updatedAt: now,
    };
    applySettings(ask, service);
    return created(showService(services(ask.world).add(service)));
  }),
  route('GET', HOST, SERVICES, (ask) =>
    metaPage(ask, 'services', services(ask.world).list(ask.account.sid), showService),
  ),
  route('GET', HOST, `${SERVICES}/{Sid}`, (ask) => ok(showService(named(ask, 'Sid')))),
  route('POST', HOST, `${SERVICES}/{Sid}`, (ask) => {
    const service = named(ask, 'Sid');
    applySettings(ask, service);
    service.friendlyName = ask.form.get('FriendlyName') ?? service.friendlyName;
    service.updatedAt = ask.world.clock.now();
    return ok(showService(service));
  }),
  route('DELETE', HOST, `${SERVICES}/{Sid}`, (ask) => {
    const service = named(ask, 'Sid');
    for (const { sid } of poolOf(ask.world, service)) pool(ask.world).remove(service.accountSid, sid);
    services(ask.world).remove(service.accountSid, service.sid);
    return noContent();
  }),
  route('POST', HOST, PHONES, (ask) => {
    const service = named(ask, 'ServiceSid');
    const sid = ask.form.get('PhoneNumberSid');
    if (sid === undefined) throw missingParameter('PhoneNumberSid');
    const number = numbers(ask.world).get(ask.account.sid, sid);
    if (number === undefined) throw new TwilioError(400, 21421, `Phone Number SID ${sid} is invalid`);
    const taken = serviceOfNumber(ask.world, ask.account.sid, number.phoneNumber);
    if (taken?.sid === service.sid) {
      throw new TwilioError(409, 21710, 'The phone number is already in this Messaging Service');
    }
    if (taken !== undefined) {
      throw new TwilioError(409, 21712, 'The phone number is associated with another Messaging Service');
    }
    return created(showPhone(join(ask, service, { sid, kind: 'phone', sender: number.phoneNumber })));
  }),
  route('GET', HOST, PHONES, (ask) => metaPage(ask, 'phone_numbers', members(ask, 'phone'), showPhone)),
  route('GET', HOST, `${PHONES}/{Sid}`, (ask) => ok(showPhone(member(ask, 'phone')))),
  route('DELETE', HOST, `${PHONES}/{Sid}`, (ask) => leave(ask, 'phone')),
  route('POST', HOST, ALPHAS, (ask) => {
    const service = named(ask, 'ServiceSid');
    const sender = ask.form.get('AlphaSender');
    if (sender === undefined) throw missingParameter('AlphaSender');
    if (!/^(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11}$/.test(sender)) {
      throw new TwilioError(400, 21709, 'Invalid Alpha Sender');
    }
    return created(showAlpha(join(ask, service, { sid: ask.world.ids.sid('AI'), kind: 'alpha', sender })));
  }),
  route('GET', HOST, ALPHAS, (ask) => metaPage(ask, 'alpha_senders', members(ask, 'alpha'), showAlpha)),
  route('GET', HOST, `${ALPHAS}/{Sid}`, (ask) => ok(showAlpha(member(ask, 'alpha')))),
  route('DELETE', HOST, `${ALPHAS}/{Sid}`, (ask) => leave(ask, 'alpha')),
];

function named(ask: Ask, param: string): MessagingService {
  const service = services(ask.world).get(ask.account.sid, ask.param(param));
  if (service === undefined) throw notFound(ask.path);
  return service;
}

function join(
  ask: Ask,
  service: MessagingService,
  one: Pick<PoolSender, 'sid' | 'kind' | 'sender'>,
): PoolSender {
  const createdAt = ask.world.clock.now();
  return pool(ask.world).add({ ...one, accountSid: ask.account.sid, serviceSid: service.sid, createdAt });
}

function members(ask: Ask, kind: PoolSender['kind']): PoolSender[] {
  return poolOf(ask.world, named(ask, 'ServiceSid')).filter((one) => one.kind === kind);
}

function member(ask: Ask, kind: PoolSender['kind']): PoolSender {
  const found = members(ask, kind).find((one) => one.sid === ask.param('Sid'));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function leave(ask: Ask, kind: PoolSender['kind']) {
  pool(ask.world).remove(ask.account.sid, member(ask, kind).sid);
  return noContent();
}

const URLS: Readonly<Record<string, string>> = {
  InboundRequestUrl: 'inbound_request_url',
  FallbackUrl: 'fallback_url',
  StatusCallback: 'status_callback',
};
const METHODS: Readonly<Record<string, string>> = {
  InboundMethod: 'inbound_method',
  FallbackMethod: 'fallback_method',
};
const SWITCHES: Readonly<Record<string, string>> = {
  StickySender: 'sticky_sender',
  MmsConverter: 'mms_converter',
  SmartEncoding: 'smart_encoding',
  FallbackToLongCode: 'fallback_to_long_code',
  AreaCodeGeomatch: 'area_code_geomatch',
  SynchronousValidation: 'synchronous_validation',
  UseInboundWebhookOnNumber: 'use_inbound_webhook_on_number',
};

function applySettings({ form }: Ask, { settings }: MessagingService): void {
  for (const [name, key] of Object.entries(URLS)) {
    const value = form.get(name);
    if (value === undefined) continue;
    if (value !== '' && !/^https?:\/\/\S+$/i.test(value)) throw invalidParameter(name);
    settings[key] = value === '' ? null : value;
  }
  for (const [name, key] of Object.entries(METHODS)) {
    const value = form.get(name);
    if (value === undefined) continue;
    if (value !== 'GET' && value !== 'POST') throw invalidParameter(name);
    settings[key] = value;
  }
  for (const [name, key] of Object.entries(SWITCHES)) {
    const value = form.boolean(name);
    if (value !== undefined) settings[key] = value;
  }
  const validity = form.get('ValidityPeriod');
  if (validity !== undefined) {
    const seconds = Number(validity);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 36_000)
      throw invalidParameter('ValidityPeriod');
    settings['validity_period'] = seconds;
  }
  const usecase = form.get('Usecase');
  if (usecase !== undefined) settings['usecase'] = usecase;
}

function showService({
  accountSid,
  sid,
  friendlyName,
  settings,
  createdAt,
  updatedAt,
}: MessagingService): unknown {
  const url = `https://${HOST}${SERVICES}/${sid}`;
  return {
    account_sid: accountSid,
    sid,
    friendly_name: friendlyName,
    inbound_request_url: null,
    inbound_method: 'POST',
    fallback_url: null,
    fallback_method: 'POST',
    status_callback: null,
    sticky_sender: true,
    mms_converter: true,
    smart_encoding: true,
    fallback_to_long_code: true,
    scan_message_content: 'inherit',
    area_code_geomatch: true,
    validity_period: 36_000,
    synchronous_validation: false,
    usecase: 'undeclared',
    us_app_to_person_registered: false,
    use_inbound_webhook_on_number: false,
    ...settings,
    date_created: iso(createdAt),
    date_updated: iso(updatedAt),
    url,
    links: {
      phone_numbers: `${url}/PhoneNumbers`,
      alpha_senders: `${url}/AlphaSenders`,
    },
  };
}

function showPhone(one: PoolSender): unknown {
  const { sms, mms, voice } = capabilities(one.sender);
  return {
    ...showMember(one, 'PhoneNumbers'),
    phone_number: one.sender,
    country_code: one.sender.startsWith('+1') ? 'US' : 'GB',
    capabilities: [sms ? 'SMS' : '', mms ? 'MMS' : '', voice ? 'Voice' : ''].filter((name) => name !== ''),
  };
}

function showAlpha(one: PoolSender): unknown {
  return { ...showMember(one, 'AlphaSenders'), alpha_sender: one.sender, capabilities: ['SMS'] };
}

function showMember({ accountSid, sid, serviceSid, createdAt }: PoolSender, list: string) {
  return {
    sid,
    account_sid: accountSid,
    service_sid: serviceSid,
    date_created: iso(createdAt),
    date_updated: iso(createdAt),
    url: `https://${HOST}${SERVICES}/${serviceSid}/${list}/${sid}`,
  };
}
