// What Twilio told us, each event once, in the order it was written down; and where asking stopped.
import type { Kysely } from 'kysely';
import type { EventLedger, InboxEvent } from '../operation/ledgers.ts';
import { channels } from '../operation/reach.ts';
import { isRow } from '../operation/row.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';
import { together } from './together.ts';

export function createEvents({ open, alone, hear, tell }: Database): EventLedger {
  const listeners = new Set<() => void>();
  let hearing = false;
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const add = together((given: readonly InboxEvent[]) =>
    alone('events', async (db) => {
      const added = await addAll(db, given);
      if (added.includes(true)) await tell(db);
      return added;
    }),
  );
  const claim = together((given: readonly Tables['marks'][]) =>
    alone('marks', async (db) => {
      const claimed: { readonly earlier: string | undefined }[] = [];
      for (const each of given) claimed.push({ earlier: await claimOne(db, each) });
      return claimed;
    }),
  );
  return {
    add: async (event) => {
      const added = await add(event);
      if (added) changed();
      return added;
    },
    onChange: (listener) => {
      if (!hearing) hear(changed);
      hearing = true;
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    get: async (account, id) => {
      const db = await open();
      const row = await db
        .selectFrom('events')
        .selectAll()
        .where('account', '=', account)
        .where('id', '=', id)
        .executeTakeFirst();
      return row && eventOf(row);
    },
    list: async (
      account,
      { types, contact, sid, after, afterSequence, beforeSequence, newestFirst, limit },
    ) => {
      const db = await open();
      let query = db.selectFrom('events').selectAll().where('account', '=', account);
      if (types !== undefined) query = query.where('type', 'in', [...types]);
      if (contact !== undefined) query = query.where('contact', '=', contact);
      if (sid !== undefined) query = query.where('sid', '=', sid);
      if (after !== undefined) query = query.where('at', '>', after.getTime());
      if (afterSequence !== undefined) query = query.where('sequence', '>', afterSequence);
      if (beforeSequence !== undefined) query = query.where('sequence', '<', beforeSequence);
      const rows = await query
        .orderBy('sequence', newestFirst === true ? 'desc' : 'asc')
        .limit(limit)
        .execute();
      return rows.map(eventOf);
    },
    lastInbound: async (account, contact, channel) => {
      const db = await open();
      const row = await db
        .selectFrom('events')
        .select((build) => build.fn.max('at').as('at'))
        .where('account', '=', account)
        .where('contact', '=', contact)
        .where('channel', '=', channel)
        .where('type', '=', 'message.inbound')
        .executeTakeFirst();
      return row?.at === null || row?.at === undefined ? undefined : new Date(Number(row.at));
    },
    mark: async (account, name) => markOf(await open(), { account, name }),
    setMark: async (account, name, value) => {
      const db = await open();
      await db
        .insertInto('marks')
        .values({ account, name, value })
        .onConflict((conflict) => conflict.columns(['account', 'name']).doUpdateSet({ value }))
        .execute();
    },
    claimMark: async (account, name, value) => (await claim({ account, name, value })).earlier,
  };
}

function rowOf(event: InboxEvent): Omit<Tables['events'], 'sequence'> {
  const { id, account, type, at, contact, channel, sid, heard, data } = event;
  return {
    id,
    account,
    type,
    at: at.getTime(),
    contact: contact ?? null,
    channel: channel ?? null,
    sid: sid ?? null,
    heard,
    data: JSON.stringify(data),
  };
}

function eventOf(row: Tables['events']): InboxEvent & { readonly sequence: number } {
  const data: unknown = JSON.parse(row.data);
  const channel =
    row.channel === null ? undefined : (channels.find((each) => each === row.channel) ?? 'unknown');
  return {
    sequence: Number(row.sequence),
    id: row.id,
    account: row.account,
    type: row.type,
    at: new Date(Number(row.at)),
    ...(row.contact !== null && { contact: row.contact }),
    ...(channel !== undefined && { channel }),
    ...(row.sid !== null && { sid: row.sid }),
    heard: row.heard,
    data: isRow(data) ? data : {},
  };
}

/** True for each that was not there. The order in which they are given is the order of their sequence. */
async function addAll(db: Kysely<Tables>, events: readonly InboxEvent[]): Promise<boolean[]> {
  const last = new Map<string, number>();
  const added: boolean[] = [];
  for (const event of events) {
    const { account } = event;
    const sequence = (last.get(account) ?? (await lastSequence(db, account))) + 1;
    const inserted = await db
      .insertInto('events')
      .values({ ...rowOf(event), sequence })
      .onConflict((conflict) => conflict.columns(['account', 'id']).doNothing())
      .executeTakeFirst();
    const isNew = Number(inserted.numInsertedOrUpdatedRows ?? 0) > 0;
    last.set(account, isNew ? sequence : sequence - 1);
    added.push(isNew);
  }
  return added;
}

async function claimOne(db: Kysely<Tables>, mark: Tables['marks']): Promise<string | undefined> {
  const inserted = await db
    .insertInto('marks')
    .values(mark)
    .onConflict((conflict) => conflict.columns(['account', 'name']).doNothing())
    .executeTakeFirst();
  return Number(inserted.numInsertedOrUpdatedRows ?? 0) > 0 ? undefined : markOf(db, mark);
}

async function markOf(
  db: Kysely<Tables>,
  { account, name }: Pick<Tables['marks'], 'account' | 'name'>,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('marks')
    .select('value')
    .where('account', '=', account)
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value;
}

async function lastSequence(db: Kysely<Tables>, account: string): Promise<number> {
  const row = await db
    .selectFrom('events')
    .select((build) => build.fn.max('sequence').as('sequence'))
    .where('account', '=', account)
    .executeTakeFirst();
  return Number(row?.sequence ?? 0);
}

/** The newest of each account stays: those who follow the events know their place by it. */
export async function forgetEvents(db: Kysely<Tables>, before: number): Promise<void> {
  const newest = await db
    .selectFrom('events')
    .select((build) => ['account', build.fn.max('sequence').as('sequence')])
    .groupBy('account')
    .execute();
  for (const { account, sequence } of newest) {
    await db
      .deleteFrom('events')
      .where('account', '=', account)
      .where('at', '<', before)
      .where('sequence', '<', Number(sequence))
      .execute();
  }
}
