// Here: what was used and what went wrong: usage records and triggers, alerts and events, and registration to look at.
// Not here: anything that is billed; usage is counted from the messages and calls that the emulator has.
import { metaPage, uriPage } from '../paging.ts';
import { type Ask, controlRoute, type Product, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, iso, missingParameter, noContent, notFound, ok, rfc2822, TwilioError } from '../wire.ts';
import { messages } from './messaging-message.ts';
import { services } from './messaging-services.ts';
import { calls } from './voice-call.ts';

type Trigger = {
  readonly accountSid: string;
  readonly sid: string;
  readonly category: string;
  readonly by: string;
  readonly value: string;
  readonly recurring: string | null;
  readonly callbackUrl: string;
  readonly friendlyName: string | null;
  readonly createdAt: number;
};
type Alert = {
  readonly accountSid: string;
  readonly sid: string;
  readonly code: number;
  readonly level: string;
  readonly text: string;
  readonly resourceSid: string | null;
  readonly createdAt: number;
};

const triggers = defineTable<Trigger>('usage triggers');
const alerts = defineTable<Alert>('alerts');

const API = 'api.twilio.com';
const MONITOR = 'monitor.twilio.com';
const MESSAGING = 'messaging.twilio.com';
const USAGE = '/2010-04-01/Accounts/{AccountSid}/Usage';

type Used = {
  readonly category: string;
  readonly description: string;
  readonly unit: string;
  readonly count: number;
  readonly price: number;
};

function usedBy(world: World, accountSid: string): Used[] {
  const written = messages(world).list(accountSid, (one) => one.direction !== 'inbound');
  const heard = messages(world).list(accountSid, (one) => one.direction === 'inbound');
  const placed = calls(world).list(accountSid);
  const sms = {
    category: 'sms-outbound',
    description: 'Outbound SMS',
    unit: 'messages',
    count: written.length,
    price: written.length * 0.0083,
  };
  const inbound = {
    category: 'sms-inbound',
    description: 'Inbound SMS',
    unit: 'messages',
    count: heard.length,
    price: heard.length * 0.0083,
  };
  const voice = {
    category: 'calls',
    description: 'Voice Minutes',
    unit: 'minutes',
    count: placed.length,
    price: placed.length * 0.014,
  };
  const price = sms.price + inbound.price + voice.price;
  return [
    sms,
    inbound,
    voice,
    { category: 'totalprice', description: 'Total Price', unit: 'usd', count: 0, price },
  ];
}

function showUsage(ask: Ask) {
  const today = iso(ask.world.clock.now()).slice(0, 10);
  return ({ category, description, unit, count, price }: Used): unknown => ({
    account_sid: ask.account.sid,
    api_version: '2010-04-01',
    as_of: iso(ask.world.clock.now()),
    category,
    count: String(count),
    count_unit: unit,
    description,
    start_date: ask.query.get('StartDate') ?? today,
    end_date: ask.query.get('EndDate') ?? today,
    price: price.toFixed(4),
    price_unit: 'usd',
    subresource_uris: {},
    uri: `${ask.path}?Category=${category}`,
    usage: String(count),
    usage_unit: unit,
  });
}

function createTrigger(ask: Ask): Trigger {
  const { form, world, account } = ask;
  const [category, value, callbackUrl] = ['UsageCategory', 'TriggerValue', 'CallbackUrl'].map((name) => {
    const given = form.get(name);
    if (given === undefined || given === '') throw missingParameter(name);
    return given;
  });
  return triggers(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('UT'),
    category: category ?? '',
    value: value ?? '',
    callbackUrl: callbackUrl ?? '',
    by: form.get('TriggerBy') ?? 'usage',
    recurring: form.get('Recurring') ?? null,
    friendlyName: form.get('FriendlyName') ?? null,
    createdAt: world.clock.now(),
  });
}

function showTrigger(ask: Ask) {
  return (one: Trigger): unknown => {
    const used = usedBy(ask.world, ask.account.sid).find(({ category }) => category === one.category);
    return {
      account_sid: one.accountSid,
      api_version: '2010-04-01',
      callback_method: 'POST',
      callback_url: one.callbackUrl,
      current_value: String((one.by === 'price' ? used?.price : used?.count) ?? 0),
      date_created: rfc2822(one.createdAt),
      date_fired: null,
      date_updated: rfc2822(one.createdAt),
      friendly_name: one.friendlyName,
      recurring: one.recurring,
      sid: one.sid,
      trigger_by: one.by,
      trigger_value: one.value,
      uri: `/2010-04-01/Accounts/${one.accountSid}/Usage/Triggers/${one.sid}.json`,
      usage_category: one.category,
      usage_record_uri: `/2010-04-01/Accounts/${one.accountSid}/Usage/Records.json?Category=${one.category}`,
    };
  };
}

function showAlert(one: Alert): unknown {
  return {
    account_sid: one.accountSid,
    alert_text: one.text,
    api_version: '2010-04-01',
    date_created: iso(one.createdAt),
    date_generated: iso(one.createdAt),
    date_updated: iso(one.createdAt),
    error_code: String(one.code),
    log_level: one.level,
    more_info: `https://www.twilio.com/docs/errors/${one.code}`,
    request_method: 'POST',
    request_url: null,
    resource_sid: one.resourceSid,
    service_sid: null,
    sid: one.sid,
    url: `https://${MONITOR}/v1/Alerts/${one.sid}`,
  };
}

export const usage: Product = {
  name: 'usage',
  routes: [
    route('GET', API, `${USAGE}/Records.json`, (ask) => {
      const wanted = ask.query.get('Category');
      const used = usedBy(ask.world, ask.account.sid).filter(
        ({ category }) => wanted === undefined || category === wanted,
      );
      return uriPage(ask, 'usage_records', used, showUsage(ask));
    }),
    route('POST', API, `${USAGE}/Triggers.json`, (ask) => created(showTrigger(ask)(createTrigger(ask)))),
    route('GET', API, `${USAGE}/Triggers.json`, (ask) =>
      uriPage(ask, 'usage_triggers', triggers(ask.world).list(ask.account.sid), showTrigger(ask)),
    ),
    route('DELETE', API, `${USAGE}/Triggers/{Sid}.json`, (ask) => {
      if (!triggers(ask.world).remove(ask.account.sid, ask.param('Sid'))) throw notFound(ask.path);
      return noContent();
    }),
    route('GET', MONITOR, '/v1/Alerts', (ask) => {
      const level = ask.query.get('LogLevel');
      return metaPage(
        ask,
        'alerts',
        alerts(ask.world).list(ask.account.sid, (one) => level === undefined || one.level === level),
        showAlert,
      );
    }),
    route('GET', MONITOR, '/v1/Alerts/{Sid}', (ask) => {
      const found = alerts(ask.world).get(ask.account.sid, ask.param('Sid'));
      if (found === undefined) throw notFound(ask.path);
      return ok(showAlert(found));
    }),
    route('GET', MONITOR, '/v1/Events', (ask) => metaPage(ask, 'events', [], () => undefined)),
    // Nothing is registered in the emulator: it delivers without, and an empty list says so honestly.
    route('GET', MESSAGING, '/v1/a2p/BrandRegistrations', (ask) =>
      metaPage(ask, 'data', [], () => undefined),
    ),
    route('GET', MESSAGING, '/v1/Tollfree/Verifications', (ask) =>
      metaPage(ask, 'verifications', [], () => undefined),
    ),
    route('GET', MESSAGING, '/v1/Services/{MessagingServiceSid}/Compliance/Usa2p', (ask) => {
      if (services(ask.world).get(ask.account.sid, ask.param('MessagingServiceSid')) === undefined) {
        throw new TwilioError(404, 20_404, `The requested resource ${ask.path} was not found`);
      }
      return metaPage(ask, 'compliance', [], () => undefined);
    }),
  ],
  control: [
    controlRoute(
      'POST',
      '/alerts',
      '{code, level?, text?, resource_sid?}: have Twilio note that something went wrong',
      ({ world, body }) => {
        const { code, level, text, resource_sid: resource } = body;
        return alerts(world).add({
          accountSid: world.options.accountSid,
          sid: world.ids.sid('NO'),
          code: typeof code === 'number' ? code : 11_200,
          level: typeof level === 'string' ? level : 'error',
          text: typeof text === 'string' ? text : '',
          resourceSid: typeof resource === 'string' ? resource : null,
          createdAt: world.clock.now(),
        });
      },
    ),
  ],
};
