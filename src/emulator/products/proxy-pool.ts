// Here: Proxy services and the numbers in their pools.
// Not here: sessions and what passes through them (proxy.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { created, iso, missingParameter, noContent, notFound, ok, TwilioError } from '../wire.ts';
import { numbers as ownedNumbers } from './account-number.ts';
import {
  HOST,
  inUse,
  type Pooled,
  pool,
  SERVICE,
  SERVICES,
  type Service,
  serviceOf,
  services,
} from './proxy-rows.ts';

function createService(ask: Ask): Service {
  const uniqueName = ask.form.get('UniqueName');
  if (uniqueName === undefined || uniqueName === '') throw missingParameter('UniqueName');
  if (services(ask.world).list(ask.account.sid, (one) => one.uniqueName === uniqueName).length > 0) {
    throw new TwilioError(409, 80_602, 'A service with this unique name exists');
  }
  return services(ask.world).add({
    accountSid: ask.account.sid,
    sid: ask.world.ids.sid('KS'),
    uniqueName,
    settings: {
      default_ttl: Number(ask.form.get('DefaultTtl') ?? 0),
      callback_url: ask.form.get('CallbackUrl') ?? null,
      geo_match_level: ask.form.get('GeoMatchLevel') ?? 'country',
      number_selection_behavior: ask.form.get('NumberSelectionBehavior') ?? 'prefer-sticky',
      intercept_callback_url: ask.form.get('InterceptCallbackUrl') ?? null,
      out_of_session_callback_url: ask.form.get('OutOfSessionCallbackUrl') ?? null,
      chat_instance_sid: null,
    },
    createdAt: ask.world.clock.now(),
  });
}

function showService(service: Service): unknown {
  const url = `https://${HOST}${SERVICES}/${service.sid}`;
  return {
    sid: service.sid,
    account_sid: service.accountSid,
    unique_name: service.uniqueName,
    ...service.settings,
    date_created: iso(service.createdAt),
    date_updated: iso(service.createdAt),
    url,
    links: { sessions: `${url}/Sessions`, phone_numbers: `${url}/PhoneNumbers` },
  };
}

function addNumber(ask: Ask): Pooled {
  const service = serviceOf(ask);
  const { form, world, account } = ask;
  const wanted = form.get('Sid') ?? form.get('PhoneNumber');
  const [owned] = ownedNumbers(world).list(
    account.sid,
    (one) => one.sid === wanted || one.phoneNumber === wanted,
  );
  if (owned === undefined) throw new TwilioError(404, 80_301, 'Phone number not found in this account');
  const [taken] = pool(world).list(account.sid, (one) => one.sid === owned.sid);
  if (taken !== undefined) {
    const same = taken.serviceSid === service.sid;
    throw new TwilioError(400, same ? 80_104 : 80_101, 'Phone number is already in a Proxy service');
  }
  return pool(world).add({
    accountSid: account.sid,
    sid: owned.sid,
    serviceSid: service.sid,
    phone: owned.phoneNumber,
    isReserved: form.boolean('IsReserved') ?? false,
    createdAt: world.clock.now(),
  });
}

function showNumber(ask: Ask) {
  return (number: Pooled): unknown => ({
    sid: number.sid,
    account_sid: number.accountSid,
    service_sid: number.serviceSid,
    phone_number: number.phone,
    friendly_name: number.phone,
    iso_country: number.phone.startsWith('+44') ? 'GB' : 'US',
    capabilities: { sms_outbound: true, voice_inbound: true },
    is_reserved: number.isReserved,
    in_use: inUse(ask, number),
    date_created: iso(number.createdAt),
    date_updated: iso(number.createdAt),
    url: `https://${HOST}${SERVICES}/${number.serviceSid}/PhoneNumbers/${number.sid}`,
  });
}

export const poolRoutes: readonly Route[] = [
  route('POST', HOST, SERVICES, (ask) => created(showService(createService(ask)))),
  route('GET', HOST, SERVICES, (ask) =>
    metaPage(ask, 'services', services(ask.world).list(ask.account.sid), showService),
  ),
  route('GET', HOST, SERVICE, (ask) => ok(showService(serviceOf(ask)))),
  route('DELETE', HOST, SERVICE, (ask) => {
    const { accountSid, sid } = serviceOf(ask);
    for (const one of pool(ask.world).list(accountSid, (each) => each.serviceSid === sid))
      pool(ask.world).remove(accountSid, one.sid);
    services(ask.world).remove(accountSid, sid);
    return noContent();
  }),
  route('POST', HOST, `${SERVICE}/PhoneNumbers`, (ask) => created(showNumber(ask)(addNumber(ask)))),
  route('GET', HOST, `${SERVICE}/PhoneNumbers`, (ask) => {
    const { sid } = serviceOf(ask);
    return metaPage(
      ask,
      'phone_numbers',
      pool(ask.world).list(ask.account.sid, (one) => one.serviceSid === sid),
      showNumber(ask),
    );
  }),
  route('DELETE', HOST, `${SERVICE}/PhoneNumbers/{Sid}`, (ask) => {
    const found = pool(ask.world).get(ask.account.sid, ask.param('Sid'));
    if (found === undefined || found.serviceSid !== serviceOf(ask).sid) throw notFound(ask.path);
    if (inUse(ask, found) > 0) throw new TwilioError(400, 80_611, 'Phone number is in use by open sessions');
    pool(ask.world).remove(found.accountSid, found.sid);
    return noContent();
  }),
];
