// Here: Segment's Profile API of one space: traits, events and IDs of a profile, with Segment's cursors.
// Not here: how profiles come to be (segment.ts, segment-profile.ts).
import { type Ask, type Product, route } from '../route.ts';
import { ok, TwilioError } from '../wire.ts';
import { findProfile, type Profile, tracked } from './segment-profile.ts';
import { EMULATED_SPACE, profileRealm } from './segment-realm.ts';

const HOST = 'profiles.segment.com';
const PROFILE = '/v1/spaces/{space_id}/collections/users/profiles/{external_id}';

function profileOf(ask: Ask): Profile {
  const [, type = '', id = ''] = /^([^:]+):(.+)$/.exec(ask.param('external_id')) ?? [];
  if (type === '') throw new TwilioError(400, 0, 'The external id must be <type>:<id>.');
  const found =
    ask.param('space_id') === EMULATED_SPACE ? findProfile(ask.world, ask.account.sid, type, id) : undefined;
  if (found === undefined) throw new TwilioError(404, 0, 'The resource was not found.');
  return found;
}

/** One page of rows and the cursor after it; Segment's next is opaque, here it is a position. */
function paged<Row>(ask: Ask, rows: readonly Row[]): { rows: readonly Row[]; cursor: unknown } {
  const limit = Math.min(100, Math.max(1, Number(ask.query.get('limit') ?? 10)));
  const start = Number(ask.query.get('next') ?? 0);
  const end = start + limit;
  const has_more = end < rows.length;
  const next = has_more ? String(end) : '';
  const url = has_more ? `${ask.path}?limit=${limit}&next=${next}` : '';
  return { rows: rows.slice(start, end), cursor: { url, has_more, next, limit } };
}

function wanted(ask: Ask): (name: string) => boolean {
  const include = ask.query.get('include');
  if (include === undefined || include === '') return () => true;
  const names = new Set(include.split(','));
  return (name) => names.has(name);
}

function showTraits(ask: Ask): unknown {
  const keep = wanted(ask);
  const all = Object.entries(profileOf(ask).traits).filter(([name]) => keep(name));
  const { rows, cursor } = paged(ask, all);
  return { traits: Object.fromEntries(rows), cursor };
}

function showEvents(ask: Ask): unknown {
  const profile = profileOf(ask);
  const keep = wanted(ask);
  const all = tracked(ask.world).list(
    ask.account.sid,
    (one) => one.profileSid === profile.sid && keep(one.event),
  );
  const { rows, cursor } = paged(ask, all);
  const data = rows.map((one) => ({
    external_ids: showIds(profile),
    context: {},
    type: one.type,
    source_id: 'src_emulated',
    message_id: one.messageId,
    timestamp: one.timestamp,
    properties: one.properties,
    event: one.event,
  }));
  return { cursor, data };
}

function showIds(profile: Profile) {
  return profile.ids.map(({ type, id, at }) => ({
    id,
    type,
    source_id: 'src_emulated',
    collection: 'users',
    created_at: new Date(at).toISOString(),
    encoding: 'none',
  }));
}

export const segmentProfiles: Product = {
  name: 'segment-profiles',
  realm: profileRealm,
  routes: [
    route('GET', HOST, `${PROFILE}/traits`, (ask) => ok(showTraits(ask))),
    route('GET', HOST, `${PROFILE}/events`, (ask) => ok(showEvents(ask))),
    route('GET', HOST, `${PROFILE}/external_ids`, (ask) => {
      const { rows, cursor } = paged(ask, showIds(profileOf(ask)));
      return ok({ data: rows, cursor });
    }),
  ],
};
