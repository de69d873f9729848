// Here: the Event Webhook: where SendGrid tells what becomes of emails, and the telling, signed (docs/sendgrid event-webhook).
// Not here: what becomes of them (email-delivery.ts). SendGrid gathers events for up to half a minute; here each is told at once.
import { type Ask, type Route, route } from '../route.ts';
import { provenBySendgrid, sendgridPublicKey } from '../sendgrid-key.ts';
import { defineTable, type World } from '../state.ts';
import { created, noContent, ok } from '../wire.ts';
import { absent, bodyOf, HOST, type Json, requiredText } from './email-wire.ts';

/** What a setting is called, and the event it turns on. */
const kinds = {
  processed: 'processed',
  dropped: 'dropped',
  deferred: 'deferred',
  delivered: 'delivered',
  bounce: 'bounce',
  open: 'open',
  click: 'click',
  spam_report: 'spamreport',
  unsubscribe: 'unsubscribe',
  group_unsubscribe: 'group_unsubscribe',
} as const;

export type EventKind = keyof typeof kinds;

interface EventWebhook {
  readonly accountSid: string;
  readonly sid: string;
  url: string;
  enabled: boolean;
  signed: boolean;
  readonly wanted: Set<string>;
}

const webhooks = defineTable<EventWebhook>('email webhooks');
const PATH = '/v3/user/webhooks/event/settings';

export function tellOfEmail(world: World, kind: EventKind, about: Json): void {
  const { accountSid, authToken } = world.options;
  for (const { url, signed } of webhooks(world).list(
    accountSid,
    ({ enabled, wanted }) => enabled && wanted.has(kind),
  )) {
    const event = {
      ...about,
      event: kinds[kind],
      timestamp: Math.floor(world.clock.now() / 1000),
      sg_event_id: world.ids.sid('EV'),
    };
    void world.callbacks.send({
      kind: 'email-event',
      accountSid,
      authToken,
      url,
      params: {},
      json: [event],
      prove: (text) => (signed ? provenBySendgrid(world, text) : {}),
    });
  }
}

function change(webhook: EventWebhook, body: Json): void {
  if (typeof body['url'] === 'string') webhook.url = body['url'];
  if (typeof body['enabled'] === 'boolean') webhook.enabled = body['enabled'];
  for (const kind of Object.keys(kinds)) {
    if (body[kind] === true) webhook.wanted.add(kind);
    if (body[kind] === false) webhook.wanted.delete(kind);
  }
}

function create(ask: Ask): EventWebhook {
  const body = bodyOf(ask);
  const url = requiredText(body, 'url', 2048);
  const { accountSid } = ask.world.options;
  const webhook = webhooks(ask.world).add({
    accountSid,
    sid: ask.world.ids.sid('EW'),
    url,
    enabled: false,
    signed: false,
    wanted: new Set(),
  });
  change(webhook, body);
  return webhook;
}

function named(ask: Ask): EventWebhook {
  const found = webhooks(ask.world).get(ask.world.options.accountSid, ask.param('id'));
  if (found === undefined) throw absent();
  return found;
}

function show({ sid, url, enabled, wanted }: EventWebhook): Json {
  const flags = Object.keys(kinds).map((kind) => [kind, wanted.has(kind)]);
  return { id: sid, url, enabled, friendly_name: null, ...Object.fromEntries(flags) };
}

export const webhookRoutes: readonly Route[] = [
  route('POST', HOST, PATH, (ask) => created(show(create(ask)))),
  route('GET', HOST, `${PATH}/all`, ({ world }) => {
    const all = webhooks(world).list(world.options.accountSid);
    return ok({ max_allowed: 5, webhooks: all.map(show) });
  }),
  route('PATCH', HOST, `${PATH}/signed/{id}`, (ask) => {
    const webhook = named(ask);
    webhook.signed = bodyOf(ask)['enabled'] === true;
    return ok({ id: webhook.sid, public_key: webhook.signed ? sendgridPublicKey : '' });
  }),
  route('GET', HOST, `${PATH}/{id}`, (ask) => ok(show(named(ask)))),
  route('PATCH', HOST, `${PATH}/{id}`, (ask) => {
    const webhook = named(ask);
    change(webhook, bodyOf(ask));
    return ok(show(webhook));
  }),
  route('DELETE', HOST, `${PATH}/{id}`, (ask) => {
    webhooks(ask.world).remove(ask.world.options.accountSid, named(ask).sid);
    return noContent();
  }),
];
