// The audit: what was done, by whom, in the order it was written down, each entry bound to the one before.
import type { AuditEntry, AuditLedger, AuditRow } from '../operation/ledgers.ts';
import { auditPhases } from '../operation/ledgers.ts';
import { isRow } from '../operation/row.ts';
import { type Chain, createVerify, type ReadRows } from './chain.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';
import { storable } from './text.ts';

type Stored = Tables['audit'];

export interface Audit extends AuditLedger {
  /** Forgets what is older; the chain begins after it from then on. Nothing where the chain is not whole. */
  readonly forget: (before: Date) => Promise<void>;
}

export function createAudit(database: Database, chain: Chain): Audit {
  const read: ReadRows = async (after, limit) => {
    const db = await database.open();
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ sequence: Number(row.sequence), hash: row.hash, content: contentOf(row) }));
  };
  const verify = createVerify(database.open, chain, read);
  return {
    append: (entry) =>
      database.alone('audit', async (db) => {
        const row = rowOf(entry);
        const last = await chain.end(db);
        const link = chain.next(last, contentOf(row));
        await db
          .insertInto('audit')
          .values({ ...row, ...link })
          .execute();
        await chain.setEnd(db, { ...last, ...link });
      }),
    list: async (account, limit, before) => {
      const db = await database.open();
      let query = db.selectFrom('audit').selectAll().where('account', '=', account);
      if (before !== undefined) query = query.where('sequence', '<', before);
      const rows = await query.orderBy('sequence', 'desc').limit(limit).execute();
      return rows.map(entryOf);
    },
    verify,
    forget: async (before) => {
      // Forgetting must not hide that something was changed.
      if ((await verify(true)).brokenAt !== undefined) return;
      await database.alone('audit', async (db) => {
        const end = await chain.end(db);
        const next = await db
          .selectFrom('audit')
          .select((build) => build.fn.min('sequence').as('sequence'))
          .where('at', '>=', before.getTime())
          .executeTakeFirst();
        // The newest row stays, however old it is: the next one follows from it.
        const last = Math.min(Number(next?.sequence ?? end.sequence), end.sequence) - 1;
        const row = await db
          .selectFrom('audit')
          .select('hash')
          .where('sequence', '=', last)
          .executeTakeFirst();
        if (row === undefined) return;
        await db.deleteFrom('audit').where('sequence', '<=', last).execute();
        await chain.setBegin(db, { sequence: last, hash: row.hash });
      });
    },
  };
}

function rowOf({
  at,
  account,
  actor,
  phase,
  operation,
  facts,
}: AuditEntry): Omit<Stored, 'sequence' | 'hash'> {
  return {
    at: at.getTime(),
    account,
    actor: storable(actor),
    phase,
    operation,
    facts: JSON.stringify(facts),
  };
}

function contentOf({
  at,
  account,
  actor,
  phase,
  operation,
  facts,
}: Omit<Stored, 'sequence' | 'hash'>): unknown[] {
  return [Number(at), account, actor, phase, operation, facts];
}

function entryOf(row: Stored): AuditRow {
  const facts: unknown = JSON.parse(row.facts);
  return {
    sequence: Number(row.sequence),
    hash: row.hash,
    at: new Date(Number(row.at)),
    account: row.account,
    actor: row.actor,
    phase: auditPhases.find((each) => each === row.phase) ?? 'unknown',
    operation: row.operation,
    facts: isRow(facts) ? facts : {},
  };
}
