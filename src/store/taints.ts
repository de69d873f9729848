// Whose words each actor has read, and when last.
import type { TaintLedger } from '../operation/ledgers.ts';
import type { Database } from './database.ts';

export function createTaints({ open }: Database): TaintLedger {
  return {
    add: async (actor, from, at) => {
      const db = await open();
      const when = at.getTime();
      for (const source of new Set(from)) {
        await db
          .insertInto('taints')
          .values({ actor, source, at: when })
          .onConflict((conflict) => conflict.columns(['actor', 'source']).doUpdateSet({ at: when }))
          .execute();
      }
    },
    since: async (actor, at) => {
      const db = await open();
      const rows = await db
        .selectFrom('taints')
        .select('source')
        .where('actor', '=', actor)
        .where('at', '>', at.getTime())
        .orderBy('source')
        .execute();
      return rows.map(({ source }) => source);
    },
  };
}
