// The ledger of consent: append-only, each entry bound to the one before. What an entry is worth is the guards' business.
import type { ConsentEntry, ConsentLedger } from '../operation/ledgers.ts';
import { consentSources, consentStates } from '../operation/ledgers.ts';
import { channels, purposes } from '../operation/reach.ts';
import { type Chain, createVerify, type ReadRows, type Verified } from './chain.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';
import { storable } from './text.ts';

type ConsentRow = Tables['consents'];

export interface Consents extends ConsentLedger {
  /** `whole` checks every row, not only those since this process checked last. */
  readonly verify: (whole: boolean) => Promise<Verified>;
}

export function createConsents(database: Database, chain: Chain): Consents {
  const read: ReadRows = async (after, limit) => {
    const db = await database.open();
    const rows = await db
      .selectFrom('consents')
      .selectAll()
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ sequence: Number(row.sequence), hash: row.hash, content: contentOf(row) }));
  };
  return {
    append: (entries) =>
      entries.length === 0
        ? Promise.resolve()
        : database.alone('consents', async (db) => {
            let last = await chain.end(db);
            for (const piece of pieces(entries)) {
              const rows = piece.map((entry) => {
                const row = rowOf(entry);
                const link = chain.next(last, contentOf(row));
                last = { ...last, ...link };
                return { ...row, ...link };
              });
              await db.insertInto('consents').values(rows).execute();
            }
            await chain.setEnd(db, last);
          }),
    current: async (account, contact, channel) => {
      const db = await database.open();
      const rows = await db
        .selectFrom('consents')
        .selectAll()
        .where('account', '=', account)
        .where('contact', '=', contact)
        .where('channel', '=', channel)
        .orderBy('sequence', 'desc')
        .execute();
      // A yes does not hide an older no: which of them counts is for the guard to say.
      return [...new Map([...rows].reverse().map((row) => [`${row.purpose} ${row.state}`, row])).values()]
        .sort((a, b) => Number(a.sequence) - Number(b.sequence))
        .map(entryOf);
    },
    list: async (account, { contact, limit, offset = 0 }) => {
      const db = await database.open();
      let query = db.selectFrom('consents').selectAll().where('account', '=', account);
      if (contact !== undefined) query = query.where('contact', '=', contact);
      const rows = await query.orderBy('sequence', 'desc').limit(limit).offset(offset).execute();
      return rows.map(entryOf);
    },
    verify: createVerify(database.open, chain, read),
  };
}

/** SQLite binds a limited number of values in one statement. */
function* pieces<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += 500) yield all.slice(from, from + 500);
}

function rowOf(entry: ConsentEntry): Omit<ConsentRow, 'sequence' | 'hash'> {
  const { account, contact, channel, purpose, state, source, by } = entry;
  return {
    account,
    contact: storable(contact),
    channel,
    purpose,
    state,
    source,
    by: storable(by),
    at: entry.at.getTime(),
    evidence: entry.evidence === undefined ? null : storable(entry.evidence),
    expires: entry.expires?.getTime() ?? null,
    signature: entry.signature ?? null,
  };
}

function contentOf(row: Omit<ConsentRow, 'sequence' | 'hash'>): unknown[] {
  const { account, contact, channel, purpose, state, source, by, at, evidence, expires, signature } = row;
  const when = [Number(at), expires === null ? null : Number(expires)];
  return [account, contact, channel, purpose, state, source, by, ...when, evidence, signature];
}

/** What a later version wrote and this one does not know counts as the strictest case. */
function entryOf(row: ConsentRow): ConsentEntry {
  return {
    account: row.account,
    contact: row.contact,
    channel: channels.find((each) => each === row.channel) ?? 'unknown',
    purpose: purposes.find((each) => each === row.purpose) ?? 'any',
    state: consentStates.find((each) => each === row.state) ?? 'revoked',
    source: consentSources.find((each) => each === row.source) ?? 'import',
    by: row.by,
    at: new Date(Number(row.at)),
    ...(row.evidence !== null && { evidence: row.evidence }),
    ...(row.expires !== null && { expires: new Date(Number(row.expires)) }),
    ...(row.signature !== null && { signature: row.signature }),
  };
}
