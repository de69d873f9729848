// Here: what every Sync object has in common: its service, names, revisions, time to live, size, permissions.
// Not here: the routes of documents, lists, maps and streams (sync.ts, sync-items.ts).
import type { Ask } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { invalidParameter, iso, notFound, parseJson, TwilioError } from '../wire.ts';

export type SyncService = {
  readonly accountSid: string;
  readonly sid: string;
  readonly uniqueName: string | null;
  friendlyName: string;
  aclEnabled: boolean;
  webhookUrl: string | null;
  readonly createdAt: number;
  updatedAt: number;
};

export type Kind = 'Documents' | 'Lists' | 'Maps' | 'Streams';

export type SyncObject = {
  readonly accountSid: string;
  readonly sid: string;
  readonly kind: Kind;
  readonly serviceSid: string;
  readonly uniqueName: string | null;
  data: unknown;
  revision: number;
  expiresAt: number | null;
  /** The next list item gets this index; items that were removed leave a gap. */
  nextIndex: number;
  readonly createdAt: number;
  updatedAt: number;
};

export type Permission = {
  readonly accountSid: string;
  readonly sid: string;
  readonly objectSid: string;
  readonly identity: string;
  readonly read: boolean;
  readonly write: boolean;
  readonly manage: boolean;
};

export const HOST = 'sync.twilio.com';
export const SERVICES = '/v1/Services';

export const services = defineTable<SyncService>('sync services');
export const objects = defineTable<SyncObject>('sync objects');
export const permissions = defineTable<Permission>('sync permissions');

/** Prefix of the SIDs, and the code of "no such object" (docs/api/errors/541xx, 5425x). */
export const KINDS: Readonly<
  Record<Kind, { readonly prefix: string; readonly absent: number; readonly rows: string }>
> = {
  Documents: { prefix: 'ET', absent: 54100, rows: 'documents' },
  Lists: { prefix: 'ES', absent: 54150, rows: 'lists' },
  Maps: { prefix: 'MP', absent: 54200, rows: 'maps' },
  Streams: { prefix: 'TO', absent: 54250, rows: 'streams' },
};

const LARGEST = { Documents: 16_384, Lists: 16_384, Maps: 16_384, Streams: 4096 } as const;
const LONGEST_TTL = 31_536_000;

/** The account's first service is there without being created, under the name default. */
export function serviceOf(ask: Ask, name = ask.param('ServiceSid')): SyncService {
  const rows = services(ask.world).list(
    ask.account.sid,
    (one) => one.sid === name || one.uniqueName === name,
  );
  const found =
    rows[0] ??
    (name === 'default' ? addService(ask.world, ask.account.sid, 'Default Service', 'default') : undefined);
  if (found === undefined) throw notFound(ask.path);
  return found;
}

export function addService(
  world: World,
  accountSid: string,
  friendlyName: string,
  uniqueName: string | null,
): SyncService {
  const now = world.clock.now();
  return services(world).add({
    accountSid,
    sid: world.ids.sid('IS'),
    uniqueName,
    friendlyName,
    aclEnabled: false,
    webhookUrl: null,
    createdAt: now,
    updatedAt: now,
  });
}

/** An object by SID or unique name; one whose time has run out is gone. */
export function objectOf(ask: Ask, kind: Kind, name: string): SyncObject {
  const service = serviceOf(ask);
  const found = objectsOf(ask, service, kind).find((one) => one.sid === name || one.uniqueName === name);
  if (found === undefined) throw new TwilioError(404, KINDS[kind].absent, `${kind.slice(0, -1)} not found`);
  return found;
}

export function objectsOf(ask: Ask, service: SyncService, kind: Kind): SyncObject[] {
  const now = ask.world.clock.now();
  return objects(ask.world)
    .list(ask.account.sid, (one) => one.serviceSid === service.sid && one.kind === kind && alive(one, now))
    .reverse();
}

export function alive({ expiresAt }: { readonly expiresAt: number | null }, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}

/** The Data parameter: JSON of an object, no larger than Sync keeps. */
export function readData(ask: Ask, kind: Kind): unknown {
  const text = ask.form.get('Data');
  if (text === undefined) return undefined;
  const data = parseJson(text);
  if (typeof data !== 'object' || data === null) throw new TwilioError(400, 54008, 'Invalid JSON');
  if (new TextEncoder().encode(JSON.stringify(data)).length > LARGEST[kind]) {
    throw new TwilioError(413, 54006, 'Request entity too large');
  }
  return data;
}

/** When it expires, from the first of these parameters that came; undefined leaves it as it was. */
export function readExpiry(ask: Ask, ...names: readonly string[]): number | null | undefined {
  const text = names.map((name) => ask.form.get(name)).find((value) => value !== undefined);
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > LONGEST_TTL)
    throw new TwilioError(400, 54011, 'Invalid TTL');
  return seconds === 0 ? null : ask.world.clock.now() + seconds * 1000;
}

export function readUniqueName(ask: Ask, service: SyncService, kind: Kind): string | null {
  const name = ask.form.get('UniqueName');
  if (name === undefined) return null;
  if (name === '' || name.length > 320 || /^[A-Z]{2}[0-9a-f]{32}$/.test(name)) {
    throw new TwilioError(400, 54302, 'Invalid unique name');
  }
  if (objectsOf(ask, service, kind).some((one) => one.uniqueName === name)) {
    throw new TwilioError(409, 54301, 'Unique name already exists');
  }
  return name;
}

/** `If-Match` holds only for the revision it names; each kind has a code of its own for having changed meanwhile. */
export function requireRevision(ask: Ask, revision: number, code: number): void {
  const wanted = ask.headers.get('if-match');
  if (wanted === null || wanted === '*') return;
  if (wanted.replaceAll('"', '') !== String(revision)) {
    throw new TwilioError(412, code, 'The revision of the object does not match');
  }
}

export function requireData(data: unknown): unknown {
  if (data === undefined) throw invalidParameter('Data');
  return data;
}

export function times(row: {
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number | null;
}) {
  return {
    date_created: iso(row.createdAt),
    date_updated: iso(row.updatedAt),
    date_expires: row.expiresAt === null ? null : iso(row.expiresAt),
  };
}

export function urlOf(object: SyncObject): string {
  return `https://${HOST}${SERVICES}/${object.serviceSid}/${object.kind}/${object.sid}`;
}
