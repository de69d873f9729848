// Here: Segment's Public API as far as reading goes: the audiences of the space and the destinations of the workspace, both seeded.
// Not here: computing who is a member of an audience.
import { type Ask, type Product, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { type Answer, ok, TwilioError } from '../wire.ts';
import { EMULATED_SPACE, publicRealm } from './segment-realm.ts';

const HOST = 'api.segmentapis.com';
const AUDIENCES = '/spaces/{spaceId}/audiences';

type Kept = { readonly accountSid: string; readonly sid: string; readonly body: unknown };

const audiences = defineTable<Kept>('segment.audiences');
const destinations = defineTable<Kept>('segment.destinations');

function seed(world: World): void {
  const { accountSid } = world.options;
  const at = new Date(world.clock.now()).toISOString();
  audiences(world).add({
    accountSid,
    sid: 'aud_emulated',
    body: {
      id: 'aud_emulated',
      spaceId: EMULATED_SPACE,
      name: 'Lapsed buyers',
      description: 'No order in 90 days',
      key: 'lapsed_buyers',
      enabled: true,
      definition: { type: 'users', query: "event('Order Completed').within(90 days).count() = 0" },
      status: 'Live',
      createdBy: 'usr_emulated',
      updatedBy: 'usr_emulated',
      createdAt: at,
      updatedAt: at,
    },
  });
  destinations(world).add({
    accountSid,
    sid: 'dest_emulated',
    body: {
      id: 'dest_emulated',
      name: 'Messages to buyers',
      enabled: true,
      metadata: { id: 'meta_emulated', name: 'Twilio', slug: 'twilio' },
      sourceId: 'src_emulated',
      // Live settings hold keys of other services: here to show that no tool repeats them.
      settings: { apiKey: 'not-for-the-reader' },
    },
  });
}

/** The version travels in Accept; without one of Segment's the API does not know what is asked. */
function requireVersion(ask: Ask, ...versions: readonly string[]): void {
  const accept = ask.headers.get('accept') ?? '';
  if (!versions.some((version) => accept === `application/vnd.segment.${version}+json`))
    throw new TwilioError(406, 0, `Accept names no version that has this route: ${accept}`);
}

function requireSpace(ask: Ask): void {
  if (ask.param('spaceId') !== EMULATED_SPACE) throw new TwilioError(404, 0, 'Space not found');
}

function listed(ask: Ask, key: string, rows: readonly Kept[]): Answer {
  const count = Math.min(200, Math.max(1, Number(ask.query.get('pagination[count]') ?? 200)));
  const cursor = ask.query.get('pagination[cursor]');
  const start = cursor === undefined ? 0 : Number(atob(cursor));
  const end = start + count;
  const pagination = {
    current: btoa(String(start)),
    ...(end < rows.length && { next: btoa(String(end)) }),
    totalEntries: rows.length,
  };
  return ok({ data: { [key]: rows.slice(start, end).map(({ body }) => body), pagination } });
}

function single(key: string, found: Kept | undefined): Answer {
  if (found === undefined) throw new TwilioError(404, 0, `The ${key} was not found`);
  return ok({ data: { [key]: found.body } });
}

export const segmentPublic: Product = {
  name: 'segment-public',
  realm: publicRealm,
  seed,
  routes: [
    route('GET', HOST, AUDIENCES, (ask) => {
      requireVersion(ask, 'v1alpha');
      requireSpace(ask);
      return listed(ask, 'audiences', audiences(ask.world).list(ask.account.sid));
    }),
    route('GET', HOST, `${AUDIENCES}/{id}`, (ask) => {
      requireVersion(ask, 'v1alpha');
      requireSpace(ask);
      return single('audience', audiences(ask.world).get(ask.account.sid, ask.param('id')));
    }),
    route('GET', HOST, '/destinations', (ask) => {
      requireVersion(ask, 'v1', 'v1alpha', 'v1beta');
      return listed(ask, 'destinations', destinations(ask.world).list(ask.account.sid));
    }),
    route('GET', HOST, '/destinations/{destinationId}', (ask) => {
      requireVersion(ask, 'v1', 'v1alpha', 'v1beta');
      return single('destination', destinations(ask.world).get(ask.account.sid, ask.param('destinationId')));
    }),
  ],
};
