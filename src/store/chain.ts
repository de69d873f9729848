// Rows bound to the row before by a keyed hash, and an end that is sealed: a row that is changed, removed or cut off shows.
// What the rows say is the ledgers' business (consents.ts, audit.ts).
import { createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export type ChainName = 'consents' | 'audit';

export interface Link {
  readonly sequence: number;
  readonly hash: string;
}

/** Before the first row. */
const start: Link = { sequence: 0, hash: '' };

export interface Chain {
  /** The place and the hash of the next row. `content` is all that the row says, in a fixed order. */
  readonly next: (last: Link, content: readonly unknown[]) => Link;
  readonly end: (db: Kysely<Tables>) => Promise<Link>;
  readonly setEnd: (db: Kysely<Tables>, end: Link) => Promise<void>;
  /** Throws where the sealed end is not what this store wrote. */
  readonly sealedEnd: (db: Kysely<Tables>) => Promise<Link>;
  /** How far an earlier check came; the start where there was none, or where its seal is wrong. */
  readonly checked: (db: Kysely<Tables>) => Promise<Link>;
  readonly setChecked: (db: Kysely<Tables>, link: Link) => Promise<void>;
}

export class Broken extends Error {}

export function createChain(chain: ChainName, key: Uint8Array): Chain {
  const mac = (...parts: readonly unknown[]) =>
    createHmac('sha256', key)
      .update(JSON.stringify([chain, ...parts]))
      .digest('hex');
  const sealOf = (what: string, { sequence, hash }: Link) => mac(what, sequence, hash);

  async function read(db: Kysely<Tables>) {
    return db.selectFrom('heads').selectAll().where('chain', '=', chain).executeTakeFirst();
  }

  return {
    next: (last, content) => ({
      sequence: last.sequence + 1,
      hash: mac('row', last.hash, last.sequence + 1, ...content),
    }),
    end: async (db) => {
      const row = await read(db);
      return row === undefined ? start : { sequence: Number(row.sequence), hash: row.hash };
    },
    setEnd: async (db, end) => {
      const seal = sealOf('end', end);
      await db
        .insertInto('heads')
        .values({ chain, ...end, seal, checked: null })
        .onConflict((conflict) => conflict.column('chain').doUpdateSet({ ...end, seal }))
        .execute();
    },
    sealedEnd: async (db) => {
      const row = await read(db);
      if (row === undefined) return start;
      const end = { sequence: Number(row.sequence), hash: row.hash };
      if (row.seal !== sealOf('end', end)) throw new Broken(`the end of ${chain} carries a wrong seal`);
      return end;
    },
    checked: async (db) => {
      const [sequence, hash, seal] = (await read(db))?.checked?.split(' ') ?? [];
      const link = { sequence: Number(sequence), hash: hash ?? '' };
      return seal !== undefined && seal === sealOf('checked', link) ? link : start;
    },
    setChecked: async (db, link) => {
      const checked = `${link.sequence} ${link.hash} ${sealOf('checked', link)}`;
      await db.updateTable('heads').set({ checked }).where('chain', '=', chain).execute();
    },
  };
}

/** One page of rows after a place, in order. */
export type ReadRows = (
  after: number,
  limit: number,
) => Promise<
  readonly { readonly sequence: number; readonly hash: string; readonly content: readonly unknown[] }[]
>;

const pageSize = 5000;

/** Follows the rows to the sealed end. Gives the first place where they do not follow, or undefined. */
export async function follow(
  db: Kysely<Tables>,
  chain: Chain,
  from: Link,
  read: ReadRows,
): Promise<{ readonly entries: number; readonly brokenAt?: number }> {
  let last = from;
  try {
    const end = await chain.sealedEnd(db);
    for (;;) {
      const rows = await read(last.sequence, pageSize);
      for (const row of rows) {
        const expected = chain.next(last, row.content);
        if (row.sequence !== expected.sequence || row.hash !== expected.hash)
          return { entries: last.sequence, brokenAt: expected.sequence };
        last = expected;
      }
      if (rows.length < pageSize) break;
    }
    // Rows without a sealed end: somebody took the seal away.
    const ends = last.sequence >= end.sequence && (end.sequence > 0 || last.sequence === 0);
    if (ends && last.sequence > 0) await chain.setChecked(db, last);
    return ends ? { entries: last.sequence } : { entries: last.sequence, brokenAt: last.sequence + 1 };
  } catch (error) {
    if (error instanceof Broken) return { entries: last.sequence, brokenAt: last.sequence };
    throw error;
  }
}
