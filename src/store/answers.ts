// The first answer to each idempotency key.
import type { AnswerLedger, KeptAnswer } from '../operation/ledgers.ts';
import { isRow } from '../operation/row.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

export function createAnswers({ open }: Database): AnswerLedger {
  return {
    claim: async (account, key, fingerprint, at) => {
      const db = await open();
      for (;;) {
        const inserted = await db
          .insertInto('answers')
          .values({ account, key, fingerprint, at: at.getTime(), result: null })
          .onConflict((conflict) => conflict.columns(['account', 'key']).doNothing())
          .executeTakeFirst();
        if (Number(inserted.numInsertedOrUpdatedRows ?? 0) > 0) return undefined;
        const row = await db
          .selectFrom('answers')
          .selectAll()
          .where('account', '=', account)
          .where('key', '=', key)
          .executeTakeFirst();
        // Given back in between: whoever inserts next has it.
        if (row !== undefined) return keptOf(row);
      }
    },
    keep: async (account, key, result) => {
      const db = await open();
      await db
        .updateTable('answers')
        .set({ result: JSON.stringify(result) })
        .where('account', '=', account)
        .where('key', '=', key)
        .execute();
    },
    release: async (account, key) => {
      const db = await open();
      await db
        .deleteFrom('answers')
        .where('account', '=', account)
        .where('key', '=', key)
        .where('result', 'is', null)
        .execute();
    },
  };
}

function keptOf({ fingerprint, at, result }: Tables['answers']): KeptAnswer {
  const kept: unknown = result === null ? undefined : JSON.parse(result);
  return { fingerprint, at: new Date(Number(at)), ...(isRow(kept) && { result: kept }) };
}
