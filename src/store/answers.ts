// The first answer to each idempotency key.
import type { AnswerLedger } from '../operation/ledgers.ts';
import { isRow } from '../operation/row.ts';
import type { Database } from './database.ts';

export function createAnswers({ open }: Database): AnswerLedger {
  return {
    claim: async (account, key, fingerprint, at) => {
      const db = await open();
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
      if (row === undefined) return undefined;
      const result: unknown = row.result === null ? undefined : JSON.parse(row.result);
      return {
        fingerprint: row.fingerprint,
        at: new Date(Number(row.at)),
        ...(isRow(result) && { result }),
      };
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
