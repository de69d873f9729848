// Rows bound to the row before by a keyed hash, and an end that is sealed: a row that is changed, removed or cut off shows.
// What the rows say is the ledgers' business (consents.ts, audit.ts).
import { createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

type Db = Kysely<Tables>;

type ChainName = 'consents' | 'audit';

export interface Link {
  readonly sequence: number;
  readonly hash: string;
}

/** Where a chain ends, and whether that is as this store wrote it. */
export interface End extends Link {
  readonly sealed: boolean;
}

/** Before the first row. */
const start: Link = { sequence: 0, hash: '' };

export interface Chain {
  readonly name: ChainName;
  /** The place and the hash of the next row. `content` is all that the row says, in a fixed order. */
  readonly next: (last: Link, content: readonly unknown[]) => Link;
  /** For whoever appends, alone: rows go on after what is there, even where the end was tampered with. */
  readonly end: (db: Db) => Promise<End>;
  /** An end that was tampered with is never sealed again: appending heals nothing. */
  readonly setEnd: (db: Db, end: End) => Promise<void>;
  /** Undefined where somebody took it away, or wrote it without the key. */
  readonly sealedEnd: (db: Db) => Promise<Link | undefined>;
  /** The row before the first that is kept: older ones were forgotten on purpose. */
  readonly begin: (db: Db) => Promise<Link>;
  readonly setBegin: (db: Db, begin: Link) => Promise<void>;
}

export function createChain(name: ChainName, key: Uint8Array): Chain {
  const mac = (...parts: readonly unknown[]) =>
    createHmac('sha256', key)
      .update(JSON.stringify([name, ...parts]))
      .digest('hex');
  const sealOf = (what: 'begin' | 'end', { sequence, hash }: Link) => mac(what, sequence, hash);
  const keptAs = { begin: `${name} from`, end: name } as const;

  async function sealed(db: Db, what: 'begin' | 'end'): Promise<Link | undefined> {
    const row = await db.selectFrom('heads').selectAll().where('chain', '=', keptAs[what]).executeTakeFirst();
    if (row === undefined) return undefined;
    const link = { sequence: Number(row.sequence), hash: row.hash };
    return row.seal === sealOf(what, link) ? link : undefined;
  }

  async function keep(db: Db, what: 'begin' | 'end', { sequence, hash }: Link, seal: string): Promise<void> {
    const row = { sequence, hash, seal };
    await db
      .insertInto('heads')
      .values({ chain: keptAs[what], ...row })
      .onConflict((conflict) => conflict.column('chain').doUpdateSet(row))
      .execute();
  }

  const sealedEnd = (db: Db) => sealed(db, 'end');

  return {
    name,
    next: (last, content) => ({
      sequence: last.sequence + 1,
      hash: mac('row', last.hash, last.sequence + 1, ...content),
    }),
    end: async (db) => {
      const [known, last] = [await sealedEnd(db), await lastRow(db, name)];
      const whole = known?.sequence === last.sequence && known.hash === last.hash;
      const further = known !== undefined && known.sequence > last.sequence ? known : last;
      return { ...further, sealed: whole };
    },
    setEnd: (db, { sealed: isSealed, ...end }) =>
      keep(db, 'end', end, isSealed ? sealOf('end', end) : 'broken'),
    sealedEnd,
    begin: async (db) => (await sealed(db, 'begin')) ?? start,
    setBegin: (db, begin) => keep(db, 'begin', begin, sealOf('begin', begin)),
  };
}

async function lastRow(db: Db, name: ChainName): Promise<Link> {
  const row = await db
    .selectFrom(name)
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? start : { sequence: Number(row.sequence), hash: row.hash };
}

/** The database with the ends of all its chains laid before anything is written: one that is missing later was taken away. */
export function withEnds(database: Database, chains: readonly Chain[]): Database {
  let laid = false;
  const lay = async () => {
    if (laid) return;
    if (await isNew(await database.open(), chains)) {
      await database.alone('ends', async (db) => {
        if (!(await isNew(db, chains))) return;
        for (const chain of chains) await chain.setEnd(db, { ...start, sealed: true });
      });
    }
    laid = true;
  };
  return {
    ...database,
    open: async () => {
      await lay();
      return database.open();
    },
    alone: async (name, work) => {
      await lay();
      return database.alone(name, work);
    },
  };
}

async function isNew(db: Db, chains: readonly Chain[]): Promise<boolean> {
  if ((await db.selectFrom('heads').select('chain').limit(1).executeTakeFirst()) !== undefined) return false;
  for (const { name } of chains) if ((await lastRow(db, name)).sequence > 0) return false;
  return true;
}

/** One page of rows after a place, in order. */
export type ReadRows = (
  after: number,
  limit: number,
) => Promise<
  readonly { readonly sequence: number; readonly hash: string; readonly content: readonly unknown[] }[]
>;

export interface Verified {
  readonly entries: number;
  /** The first entry that is not as this store wrote it. */
  readonly brokenAt?: number;
}

/** Checks the chain: `whole` from the first row, else from where this process came to before. */
export function createVerify(
  open: Database['open'],
  chain: Chain,
  read: ReadRows,
): (whole: boolean) => Promise<Verified> {
  let reached = start;
  return async function verify(whole): Promise<Verified> {
    const db = await open();
    const begin = await chain.begin(db);
    const from = whole || reached.sequence < begin.sequence ? begin : reached;
    // First the end, then the rows: what is appended in between is only more.
    const end = await chain.sealedEnd(db);
    const { last, follows } = await follow(chain, from, read);
    const ends = end !== undefined && end.sequence >= from.sequence && last.sequence >= end.sequence;
    if (!follows || !ends) {
      // Another process may have forgotten old rows meanwhile.
      if ((await chain.begin(db)).sequence !== begin.sequence) return verify(whole);
      return { entries: last.sequence, brokenAt: last.sequence + 1 };
    }
    reached = last;
    return { entries: last.sequence };
  };
}

const pageSize = 5000;

/** The last row that follows from the one before, and whether it is the last of all. */
async function follow(chain: Chain, from: Link, read: ReadRows): Promise<{ last: Link; follows: boolean }> {
  let last = from;
  for (;;) {
    const rows = await read(last.sequence, pageSize);
    for (const row of rows) {
      const expected = chain.next(last, row.content);
      if (row.sequence !== expected.sequence || row.hash !== expected.hash) return { last, follows: false };
      last = expected;
    }
    if (rows.length < pageSize) return { last, follows: true };
  }
}
