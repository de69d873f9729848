// Here: what the emulator remembers: the world and its typed tables.
// Not here: the rows themselves; each product defines its own table beside its routes.
import type { Callbacks } from './callbacks.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Ids } from './ids.ts';
import type { Phones } from './phones.ts';

export type Row = { readonly accountSid: string; readonly sid: string };

export type Table<R extends Row> = {
  add(row: R): R;
  get(accountSid: string, sid: string): R | undefined;
  /** Newest first, as Twilio lists. */
  list(accountSid: string, keep?: (row: R) => boolean): R[];
  /** Across accounts, newest first: for inbound traffic that only knows a number. */
  all(): R[];
  remove(accountSid: string, sid: string): boolean;
};

/** One running Twilio. Products keep nothing outside it, so that two emulators never share a row. */
export type World = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly phones: Phones;
  readonly callbacks: Callbacks;
  readonly faults: Faults;
  readonly options: WorldOptions;
  readonly tables: Map<string, { rows(): readonly Row[] }>;
  /** Failures of the emulator itself behind a timer, where no caller waits for an answer. */
  readonly mishaps: string[];
};

export type WorldOptions = {
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKeys: readonly { readonly sid: string; readonly secret: string }[];
  /** A trial account reaches verified phones only (21608). */
  readonly isTrial: boolean;
  readonly oauthClients: readonly { readonly id: string; readonly secret: string }[];
};

/**
 * Names a table; the answer reaches it in any world:
 * `const services = defineTable<Service>('verify.services'); services(world).add({…})`
 */
export function defineTable<R extends Row>(name: string): (world: World) => Table<R> {
  const perWorld = new WeakMap<World['tables'], Table<R>>();
  return (world) => {
    const known = perWorld.get(world.tables);
    if (known !== undefined && world.tables.has(name)) return known;
    const { table, rows } = createTable<R>();
    perWorld.set(world.tables, table);
    world.tables.set(name, { rows });
    return table;
  };
}

function createTable<R extends Row>(): { table: Table<R>; rows: () => readonly R[] } {
  const byKey = new Map<string, R>();
  const key = (accountSid: string, sid: string): string => `${accountSid} ${sid}`;
  const newestFirst = (): R[] => [...byKey.values()].reverse();
  const table: Table<R> = {
    add: (row) => {
      byKey.set(key(row.accountSid, row.sid), row);
      return row;
    },
    get: (accountSid, sid) => byKey.get(key(accountSid, sid)),
    list: (accountSid, keep = () => true) =>
      newestFirst().filter((row) => row.accountSid === accountSid && keep(row)),
    all: newestFirst,
    remove: (accountSid, sid) => byKey.delete(key(accountSid, sid)),
  };
  return { table, rows: newestFirst };
}
