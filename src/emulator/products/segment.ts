// Here: Segment's HTTP tracking API: identify, track, group, page, screen, alias, batch, and what of them is dropped unsaid.
// Not here: reading back (segment-profiles.ts), audiences and destinations (segment-public.ts).
import { type Ask, type Product, route } from '../route.ts';
import { defineTable } from '../state.ts';
import { ok, TwilioError } from '../wire.ts';
import { type ExternalId, type Profile, profileOf, tracked } from './segment-profile.ts';
import { trackingRealm } from './segment-realm.ts';

const HOST = 'api.segment.io';
const EVENT_BYTES = 32 * 1024;
const BATCH_BYTES = 500 * 1024;
const BATCH_EVENTS = 2500;
const DAY = 24 * 60 * 60 * 1000;

type Message = Readonly<Record<string, unknown>>;
type Seen = { readonly accountSid: string; readonly sid: string; readonly at: number };

/** Message IDs taken in, for the day in which Segment drops a second one. */
const seen = defineTable<Seen>('segment.message ids');

function recordOf(value: unknown): Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(message: Message, name: string): string | undefined {
  const value = message[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function messageOf(ask: Ask): Message {
  if (ask.json === undefined || typeof ask.json !== 'object' || ask.json === null)
    throw new TwilioError(400, 0, 'malformed JSON');
  return recordOf(ask.json);
}

function requireSize(value: unknown, most: number): void {
  if (Buffer.byteLength(JSON.stringify(value)) > most) throw new TwilioError(400, 0, 'Exceed payload limit');
}

function isRepeated(ask: Ask, id: string): boolean {
  const { world, account } = ask;
  const now = world.clock.now();
  const known = seen(world).get(account.sid, id);
  if (known !== undefined && now - known.at < DAY) return true;
  seen(world).add({ accountSid: account.sid, sid: id, at: now });
  return false;
}

/** What has no person, or no name where one is needed, is dropped behind an answer of success, as Segment does. */
function takeIn(ask: Ask, type: string, message: Message): void {
  const ids = idsOf(type, message);
  if (ids.length === 0 || (type === 'track' && textOf(message, 'event') === undefined)) return;
  const messageId = textOf(message, 'messageId') ?? `api-${ask.world.ids.hex(24)}`;
  if (messageId.length >= 100 || isRepeated(ask, messageId)) return;
  const profile = profileOf(ask.world, ask.account.sid, ids);
  if (type === 'identify') Object.assign(profile.traits, recordOf(message['traits']));
  if (type === 'track' || type === 'page' || type === 'screen')
    keep(ask, type, { ...message, messageId }, profile);
}

function keep(ask: Ask, type: string, message: Message, { sid: profileSid }: Profile): void {
  const { world, account } = ask;
  const at = world.clock.now();
  const name = textOf(message, 'name') ?? '';
  tracked(world).add({
    accountSid: account.sid,
    sid: `evt_${world.ids.hex(24)}`,
    profileSid,
    type,
    event: type === 'track' ? (textOf(message, 'event') ?? '') : name,
    messageId: textOf(message, 'messageId') ?? '',
    properties: recordOf(message['properties']),
    timestamp: textOf(message, 'timestamp') ?? new Date(at).toISOString(),
    at,
  });
}

function idsOf(type: string, message: Message): Omit<ExternalId, 'at'>[] {
  const id = (kind: string, value: string | undefined) =>
    value === undefined ? [] : [{ type: kind, id: value }];
  const traits = type === 'identify' ? recordOf(message['traits']) : {};
  const own = [
    ...id('user_id', textOf(message, 'userId')),
    ...id('anonymous_id', textOf(message, 'anonymousId')),
  ];
  if (own.length === 0) return [];
  // Alias does not merge in Unify; the e-mail of an identify is an ID of its own.
  return [...own, ...id('email', textOf(traits, 'email'))];
}

function single(type: string) {
  return route('POST', HOST, `/v1/${type}`, (ask) => {
    const message = messageOf(ask);
    requireSize(message, EVENT_BYTES);
    takeIn(ask, type, message);
    return ok({ success: true });
  });
}

export const segmentTracking: Product = {
  name: 'segment-tracking',
  realm: trackingRealm,
  routes: [
    ...['identify', 'track', 'group', 'page', 'screen', 'alias'].map(single),
    route('POST', HOST, '/v1/batch', (ask) => {
      const body = messageOf(ask);
      requireSize(body, BATCH_BYTES);
      const messages = Array.isArray(body['batch']) ? body['batch'].map(recordOf) : [];
      for (const message of messages) requireSize(message, EVENT_BYTES);
      // Too many: the answer is success all the same, and nothing is kept.
      if (messages.length <= BATCH_EVENTS)
        for (const message of messages) takeIn(ask, textOf(message, 'type') ?? '', message);
      return ok({ success: true });
    }),
  ],
};
