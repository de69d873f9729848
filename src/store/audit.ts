// The audit: what was done, by whom, in the order it was written down, each entry bound to the one before.
import type { AuditEntry, AuditLedger, AuditRow } from '../operation/ledgers.ts';
import { auditPhases } from '../operation/ledgers.ts';
import { isRow } from '../operation/row.ts';
import { type Chain, createVerify, type ReadRows } from './chain.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';
import { storable } from './text.ts';

type Stored = Tables['audit'];

export function createAudit(database: Database, chain: Chain): AuditLedger {
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
    verify: createVerify(database.open, chain, read),
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
