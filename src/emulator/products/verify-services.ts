// Here: Verify services on verify.twilio.com v2: created, listed, read, changed, removed.
// Not here: what they can be told (verify-settings.ts), and verifications (verify-verification.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { defineTable } from '../state.ts';
import { created, iso, noContent, notFound, ok } from '../wire.ts';
import { invalid, readSettings, type Settings, showSettings, UNTOLD } from './verify-settings.ts';

export type VerifyService = {
  readonly accountSid: string;
  readonly sid: string;
  settings: Settings;
  readonly createdAt: number;
  updatedAt: number;
};

export const HOST = 'verify.twilio.com';
export const SERVICES = '/v2/Services';
const ONE = `${SERVICES}/{Sid}`;

const services = defineTable<VerifyService>('verify services');

export function serviceOf(ask: Ask, name: string): VerifyService {
  const found = services(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function show({ sid, accountSid, settings, createdAt, updatedAt }: VerifyService): unknown {
  const url = `https://${HOST}${SERVICES}/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    ...showSettings(settings),
    date_created: iso(createdAt),
    date_updated: iso(updatedAt),
    url,
    links: {
      verifications: `${url}/Verifications`,
      verification_checks: `${url}/VerificationCheck`,
      rate_limits: `${url}/RateLimits`,
      messaging_configurations: `${url}/MessagingConfigurations`,
      entities: `${url}/Entities`,
      webhooks: `${url}/Webhooks`,
      access_tokens: `${url}/AccessTokens`,
    },
  };
}

export const serviceRoutes: readonly Route[] = [
  route('POST', HOST, SERVICES, ({ world, form, account }) => {
    if (!form.has('FriendlyName')) throw invalid('Missing required parameter FriendlyName in the post body');
    const settings = readSettings(form, UNTOLD);
    const now = world.clock.now();
    const sid = world.ids.sid('VA');
    const service = { accountSid: account.sid, sid, settings, createdAt: now, updatedAt: now };
    return created(show(services(world).add(service)));
  }),
  route('GET', HOST, SERVICES, (ask) =>
    metaPage(ask, 'services', services(ask.world).list(ask.account.sid), show),
  ),
  route('GET', HOST, ONE, (ask) => ok(show(serviceOf(ask, 'Sid')))),
  route('POST', HOST, ONE, (ask) => {
    const service = serviceOf(ask, 'Sid');
    service.settings = readSettings(ask.form, service.settings);
    service.updatedAt = ask.world.clock.now();
    return ok(show(service));
  }),
  route('DELETE', HOST, ONE, (ask) => {
    const service = serviceOf(ask, 'Sid');
    services(ask.world).remove(service.accountSid, service.sid);
    return noContent();
  }),
];
