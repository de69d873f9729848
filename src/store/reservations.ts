// Contacts and money: counted and set aside in one step, so that of any number of processes none passes a limit.
import type { Kysely } from 'kysely';
import type { Exceeded, Limit, Reservation, ReservationLedger } from '../operation/ledgers.ts';
import { channels } from '../operation/reach.ts';
import { isRow, type Row } from '../operation/row.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

type Db = Kysely<Tables>;

export function createReservations(database: Database): ReservationLedger {
  return {
    reserve: (reservation, limits) =>
      database.alone('reservations', async (db) => {
        for (const limit of limits) {
          const exceeded = await passed(db, reservation, limit);
          if (exceeded !== undefined) return exceeded;
        }
        await keep(db, reservation);
        return undefined;
      }),
    settle: async (id, { state, microdollars }) => {
      const db = await database.open();
      let query = db.updateTable('reservations').set({ state, input: null }).where('id', '=', id);
      // Whoever looks for a lost send may come late: what was settled as done stays so.
      if (state === 'unknown') query = query.where('state', '=', 'open');
      await query.execute();
      if (microdollars !== undefined) await charge(db, id, microdollars);
    },
    release: (id) =>
      database.alone('reservations', async (db) => {
        await db.deleteFrom('reserved').where('reservation', '=', id).execute();
        await db.deleteFrom('reservations').where('id', '=', id).execute();
      }),
    used: async (account, since) => {
      const db = await database.open();
      const row = await db
        .selectFrom('reserved')
        .select((build) => [
          build.fn.sum('people').as('contacts'),
          build.fn.sum('microdollars').as('microdollars'),
        ])
        .where('account', '=', account)
        .where('at', '>', since.getTime())
        .executeTakeFirst();
      return { contacts: Number(row?.contacts ?? 0), microdollars: Number(row?.microdollars ?? 0) };
    },
    open: async (account, before) => {
      const db = await database.open();
      const rows = await db
        .selectFrom('reservations')
        .selectAll()
        .where('account', '=', account)
        .where('state', '=', 'open')
        .where('at', '<', before.getTime())
        .execute();
      return Promise.all(rows.map((row) => reservationOf(db, row)));
    },
  };
}

/** Everything in the window counts, and everything later: a clock set back makes no room. */
async function passed(db: Db, reservation: Reservation, limit: Limit): Promise<Exceeded | undefined> {
  if (limit.of === 'verifications' && !reservation.verification) return undefined;
  if (limit.of === 'same_content' && reservation.content === undefined) return undefined;
  const contacts = limit.per === 'recipient' ? addressesOf(reservation) : [undefined];
  for (const contact of contacts) {
    const { used, oldest } = await count(db, reservation, limit, contact);
    const more = amountOf(reservation, limit);
    if (used + more <= limit.most) continue;
    const roomAt = new Date((oldest ?? reservation.at.getTime()) + limit.seconds * 1000);
    return { limit, used, roomAt, ...(contact !== undefined && { contact }) };
  }
  return undefined;
}

async function count(
  db: Db,
  { account, actor, at, content }: Reservation,
  limit: Limit,
  contact: string | undefined,
) {
  const column = limit.of === 'microdollars' ? 'microdollars' : 'people';
  let query = db
    .selectFrom('reserved')
    .select((build) => [build.fn.sum(column).as('used'), build.fn.min('at').as('oldest')])
    .where('account', '=', account)
    .where('at', '>', at.getTime() - limit.seconds * 1000);
  if (contact !== undefined) query = query.where('contact', '=', contact);
  if (limit.per === 'actor') query = query.where('actor', '=', actor);
  if (limit.of === 'verifications') query = query.where('verification', '=', 1);
  if (limit.of === 'same_content') query = query.where('content', '=', content ?? '');
  const row = await query.executeTakeFirst();
  return {
    used: Number(row?.used ?? 0),
    oldest: row?.oldest === null || row?.oldest === undefined ? undefined : Number(row.oldest),
  };
}

function amountOf({ recipients, microdollars }: Reservation, { of, per }: Limit): number {
  if (of === 'microdollars')
    return per === 'recipient' ? share(microdollars, recipients.length) : microdollars;
  return per === 'recipient' ? 1 : recipients.length;
}

function share(microdollars: number, people: number): number {
  return Math.ceil(microdollars / Math.max(1, people));
}

/** One person on one channel is one address; nobody is the empty one. */
function addressesOf({ recipients }: Reservation): string[] {
  return [...new Set(recipients.map(({ contact, channel }) => `${channel} ${contact}`))];
}

async function keep(db: Db, reservation: Reservation): Promise<void> {
  const { id, account, actor, operation, at, recipients, verification, content, input } = reservation;
  const when = at.getTime();
  const microdollars = Math.ceil(reservation.microdollars);
  const row = { id, account, actor, operation, at: when, microdollars, state: 'open' };
  await db
    .insertInto('reservations')
    .values({ ...row, input: input === undefined ? null : JSON.stringify(input) })
    .execute();
  const addresses = addressesOf(reservation);
  const each = {
    reservation: id,
    account,
    actor,
    at: when,
    verification: verification ? 1 : 0,
    content: content ?? null,
    microdollars: share(microdollars, recipients.length),
  };
  const rows =
    addresses.length === 0
      ? [{ ...each, contact: '', people: 0 }]
      : addresses.map((contact) => ({ ...each, contact, people: 1 }));
  await db.insertInto('reserved').values(rows).execute();
}

/** The real price in place of the estimate. */
async function charge(db: Db, id: string, microdollars: number): Promise<void> {
  const rows = await db.selectFrom('reserved').select('contact').where('reservation', '=', id).execute();
  await db.updateTable('reservations').set({ microdollars }).where('id', '=', id).execute();
  await db
    .updateTable('reserved')
    .set({ microdollars: share(microdollars, rows.length) })
    .where('reservation', '=', id)
    .execute();
}

async function reservationOf(db: Db, row: Tables['reservations']): Promise<Reservation> {
  const people = await db.selectFrom('reserved').selectAll().where('reservation', '=', row.id).execute();
  const input: unknown = row.input === null ? undefined : JSON.parse(row.input);
  return {
    id: row.id,
    account: row.account,
    actor: row.actor,
    operation: row.operation,
    at: new Date(Number(row.at)),
    recipients: people.filter(({ contact }) => contact !== '').map(({ contact }) => recipientOf(contact)),
    verification: people.some(({ verification }) => verification === 1),
    microdollars: Number(row.microdollars),
    ...inputOf(input),
  };
}

function inputOf(input: unknown): { input?: Row } {
  return isRow(input) ? { input } : {};
}

function recipientOf(address: string): Reservation['recipients'][number] {
  const [channel, ...contact] = address.split(' ');
  return { contact: contact.join(' '), channel: channels.find((each) => each === channel) ?? 'unknown' };
}
