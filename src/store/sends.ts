// The ledger of sends: who was sent to in which batch, so that a crash or a second call sends to nobody twice.
import type { Kysely } from 'kysely';
import type { SendEntry, SendKey, SendLedger, SendState } from '../operation/ledgers.ts';
import type { Tables } from './tables.ts';

const states: readonly SendState[] = ['claimed', 'done', 'failed', 'unknown'];

export function createSendLedger(open: () => Promise<Kysely<Tables>>): SendLedger {
  return {
    async claim(key, at) {
      const db = await open();
      for (;;) {
        // One statement decides: of any number of processes exactly one inserts the row.
        const inserted = await db
          .insertInto('sends')
          .values({ ...key, state: 'claimed', since: at.getTime(), sid: null, code: null })
          .onConflict((conflict) => conflict.columns(['account', 'batch', 'recipient']).doNothing())
          .executeTakeFirst();
        if (Number(inserted.numInsertedOrUpdatedRows ?? 0) > 0) return undefined;
        // Nothing to read: it was given back in between, and whoever inserts next has it.
        const known = await read(db, key);
        if (known !== undefined) return known;
      }
    },
    async settle(key, { state, sid, code }) {
      const db = await open();
      await where(
        db.updateTable('sends').set({ state, sid: sid ?? null, code: code ?? null }),
        key,
      ).execute();
    },
    async release(key) {
      const db = await open();
      await where(db.deleteFrom('sends'), key).where('state', '=', 'claimed').execute();
    },
  };
}

async function read(db: Kysely<Tables>, key: SendKey): Promise<SendEntry | undefined> {
  const row = await where(db.selectFrom('sends').selectAll(), key).executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    // An entry of a later version is of a state we cannot judge, so nothing may be concluded from it.
    state: states.find((state) => state === row.state) ?? 'unknown',
    since: new Date(Number(row.since)),
    ...(row.sid !== null && { sid: row.sid }),
    ...(row.code !== null && { code: row.code }),
  };
}

interface Filtered<Query> {
  where(column: 'account' | 'batch' | 'recipient' | 'state', operator: '=', value: string): Query;
}

function where<Query extends Filtered<Query>>(query: Query, { account, batch, recipient }: SendKey): Query {
  return query.where('account', '=', account).where('batch', '=', batch).where('recipient', '=', recipient);
}
