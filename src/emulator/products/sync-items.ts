// Here: the items of Sync lists (by index) and maps (by key).
// Not here: lists and maps themselves (sync.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { defineTable } from '../state.ts';
import { created, noContent, ok, TwilioError } from '../wire.ts';
import {
  alive,
  HOST,
  objectOf,
  readData,
  readExpiry,
  requireData,
  requireRevision,
  SERVICES,
  type SyncObject,
  times,
  urlOf,
} from './sync-object.ts';

type Item = {
  readonly accountSid: string;
  readonly sid: string;
  readonly objectSid: string;
  /** A list item's index or a map item's key. */
  readonly place: string;
  data: unknown;
  revision: number;
  expiresAt: number | null;
  readonly createdAt: number;
  updatedAt: number;
};

type ItemKind = {
  readonly kind: 'Lists' | 'Maps';
  readonly parent: string;
  readonly place: 'Index' | 'Key';
  /** Codes of "no such item" and of "changed meanwhile" (docs/api/errors). */
  readonly absent: number;
  readonly changed: number;
};

const items = defineTable<Item>('sync items');

const LISTS: ItemKind = { kind: 'Lists', parent: 'ListSid', place: 'Index', absent: 54151, changed: 54155 };
const MAPS: ItemKind = { kind: 'Maps', parent: 'MapSid', place: 'Key', absent: 54201, changed: 54205 };

function routesOf(about: ItemKind): readonly Route[] {
  const all = `${SERVICES}/{ServiceSid}/${about.kind}/{${about.parent}}/Items`;
  const one = `${all}/{${about.place}}`;
  const parentOf = (ask: Ask) => objectOf(ask, about.kind, ask.param(about.parent));
  const itemOf = (ask: Ask, parent: SyncObject) => {
    const found = itemsOf(ask, parent, about).find((item) => item.place === ask.param(about.place));
    if (found === undefined) throw new TwilioError(404, about.absent, 'Item not found');
    return found;
  };
  return [
    route('POST', HOST, all, (ask) => {
      const parent = parentOf(ask);
      const data = requireData(readData(ask, about.kind));
      const place = about.place === 'Key' ? freeKey(ask, parent) : String(parent.nextIndex);
      parent.nextIndex += 1;
      const now = ask.world.clock.now();
      touch(ask, parent);
      const item: Item = {
        accountSid: ask.account.sid,
        sid: `${parent.sid} ${place}`,
        objectSid: parent.sid,
        place,
        data,
        revision: 0,
        expiresAt: readExpiry(ask, 'ItemTtl', 'Ttl') ?? null,
        createdAt: now,
        updatedAt: now,
      };
      return created(show(items(ask.world).add(item), parent, about));
    }),
    route('GET', HOST, all, (ask) => {
      const parent = parentOf(ask);
      return metaPage(ask, 'items', listed(ask, parent, about), (item) => show(item, parent, about));
    }),
    route('GET', HOST, one, (ask) => {
      const parent = parentOf(ask);
      return ok(show(itemOf(ask, parent), parent, about));
    }),
    route('POST', HOST, one, (ask) => {
      const parent = parentOf(ask);
      const item = itemOf(ask, parent);
      requireRevision(ask, item.revision, about.changed);
      item.data = readData(ask, about.kind) ?? item.data;
      item.revision += 1;
      const expiresAt = readExpiry(ask, 'ItemTtl', 'Ttl');
      if (expiresAt !== undefined) item.expiresAt = expiresAt;
      item.updatedAt = ask.world.clock.now();
      touch(ask, parent);
      return ok(show(item, parent, about));
    }),
    route('DELETE', HOST, one, (ask) => {
      const parent = parentOf(ask);
      const item = itemOf(ask, parent);
      requireRevision(ask, item.revision, about.changed);
      items(ask.world).remove(item.accountSid, item.sid);
      touch(ask, parent);
      return noContent();
    }),
  ];
}

/** Every change of an item is a change of what holds it, and may set its time to live anew. */
function touch(ask: Ask, parent: SyncObject): void {
  parent.revision += 1;
  parent.updatedAt = ask.world.clock.now();
  const expiresAt = readExpiry(ask, 'CollectionTtl');
  if (expiresAt !== undefined) parent.expiresAt = expiresAt;
}

function freeKey(ask: Ask, parent: SyncObject): string {
  const key = ask.form.get('Key');
  if (key === undefined || key === '' || key.length > 320)
    throw new TwilioError(400, 54209, 'Invalid map item key');
  if (itemsOf(ask, parent, MAPS).some((item) => item.place === key)) {
    throw new TwilioError(409, 54208, 'An item with this key already exists in the map');
  }
  return key;
}

function itemsOf(ask: Ask, parent: SyncObject, { place }: ItemKind): Item[] {
  const now = ask.world.clock.now();
  const found = items(ask.world).list(
    ask.account.sid,
    (item) => item.objectSid === parent.sid && alive(item, now),
  );
  return found.sort((a, b) =>
    place === 'Index' ? Number(a.place) - Number(b.place) : a.place < b.place ? -1 : 1,
  );
}

function listed(ask: Ask, parent: SyncObject, about: ItemKind): Item[] {
  const rising = itemsOf(ask, parent, about);
  const order = ask.query.get('Order') ?? 'asc';
  if (order !== 'asc' && order !== 'desc') throw new TwilioError(400, 54451, 'Invalid order');
  const ordered = order === 'desc' ? rising.reverse() : rising;
  const from = ask.query.get('From');
  if (from === undefined) return ordered;
  const start = ordered.findIndex((item) => item.place === from);
  return start === -1 ? [] : ordered.slice(ask.query.get('Bounds') === 'exclusive' ? start + 1 : start);
}

function show(item: Item, parent: SyncObject, { place }: ItemKind): unknown {
  return {
    ...(place === 'Index'
      ? { index: Number(item.place), list_sid: parent.sid }
      : { key: item.place, map_sid: parent.sid }),
    account_sid: item.accountSid,
    service_sid: parent.serviceSid,
    url: `${urlOf(parent)}/Items/${encodeURIComponent(item.place)}`,
    revision: String(item.revision),
    data: item.data,
    ...times(item),
    created_by: 'system',
  };
}

export const itemRoutes: readonly Route[] = [...routesOf(LISTS), ...routesOf(MAPS)];
