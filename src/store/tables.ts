// The tables and how they came to be. A migration, once released, is never changed; a change is a new one. Times are milliseconds
// since 1970. PostgreSQL gives big integers as text: whoever reads one makes it a number.
import {
  type ColumnDefinitionBuilder,
  type CreateTableBuilder,
  type Kysely,
  type Migration,
  sql,
} from 'kysely';

export interface Tables {
  readonly sends: {
    readonly account: string;
    readonly batch: string;
    readonly recipient: string;
    readonly state: string;
    readonly since: number;
    readonly sid: string | null;
    readonly code: string | null;
  };
  readonly consents: {
    readonly sequence: number;
    readonly account: string;
    readonly contact: string;
    readonly channel: string;
    readonly purpose: string;
    readonly state: string;
    readonly source: string;
    readonly by: string;
    readonly at: number;
    readonly evidence: string | null;
    readonly expires: number | null;
    readonly signature: string | null;
    readonly hash: string;
  };
  readonly reservations: {
    readonly id: string;
    readonly account: string;
    readonly actor: string;
    readonly operation: string;
    readonly at: number;
    readonly microdollars: number;
    readonly state: string;
    readonly input: string | null;
  };
  /** One row for each person of a reservation; a reservation of nobody has one row without a contact. */
  readonly reserved: {
    readonly reservation: string;
    readonly account: string;
    readonly actor: string;
    readonly contact: string;
    readonly at: number;
    readonly people: number;
    readonly verification: number;
    readonly content: string | null;
    readonly microdollars: number;
  };
  readonly answers: {
    readonly account: string;
    readonly key: string;
    readonly fingerprint: string;
    readonly at: number;
    readonly result: string | null;
  };
  readonly approvals: {
    readonly id: string;
    readonly account: string;
    readonly actor: string;
    readonly operation: string;
    readonly fingerprint: string;
    readonly rules: string;
    readonly summary: string;
    readonly at: number;
    readonly expires: number;
    readonly state: string;
    readonly decision: string | null;
  };
  readonly taints: { readonly actor: string; readonly source: string; readonly at: number };
  readonly events: {
    readonly sequence: number;
    readonly id: string;
    readonly account: string;
    readonly type: string;
    readonly at: number;
    readonly contact: string | null;
    readonly channel: string | null;
    readonly sid: string | null;
    readonly heard: string;
    readonly data: string;
  };
  readonly marks: { readonly account: string; readonly name: string; readonly value: string };
  readonly audit: {
    readonly sequence: number;
    readonly at: number;
    readonly account: string;
    readonly actor: string;
    readonly phase: string;
    readonly operation: string;
    readonly facts: string;
    readonly hash: string;
  };
  /** Where each chain ends, sealed with the store's key. */
  readonly heads: {
    readonly chain: string;
    readonly sequence: number;
    readonly hash: string;
    readonly seal: string;
  };
  readonly owner: {
    readonly id: number;
    readonly salt: string;
    readonly public_key: string;
    readonly at: number;
  };
}

type Type = 'text' | 'bigint' | 'integer';

const required = (column: ColumnDefinitionBuilder) => column.notNull();

/** Column names, those that may be empty with a question mark, and their type where it is not text. */
async function table(
  db: Kysely<unknown>,
  name: string,
  columns: Readonly<Record<string, Type>>,
  key: readonly string[],
): Promise<void> {
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(name).ifNotExists();
  for (const [column, type] of Object.entries(columns)) {
    builder = column.endsWith('?')
      ? builder.addColumn(column.slice(0, -1), type)
      : builder.addColumn(column, type, required);
  }
  await builder.addPrimaryKeyConstraint(`${name}_key`, [...key]).execute();
}

async function index(db: Kysely<unknown>, on: string, columns: readonly string[]): Promise<void> {
  const name = `${on}_by_${columns.join('_')}`;
  await db.schema
    .createIndex(name)
    .ifNotExists()
    .on(on)
    .columns([...columns])
    .execute();
}

export const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-24-sends': {
    async up(db: Kysely<unknown>): Promise<void> {
      const columns = {
        account: 'text',
        batch: 'text',
        recipient: 'text',
        state: 'text',
        since: 'bigint',
      } as const;
      await table(db, 'sends', { ...columns, 'sid?': 'text', 'code?': 'text' }, [
        'account',
        'batch',
        'recipient',
      ]);
    },
  },
  '2026-11-24-guards': {
    async up(db: Kysely<unknown>): Promise<void> {
      await consents(db);
      await reservations(db);
      await approvals(db);
      await events(db);
      await chains(db);
    },
  },
};

async function consents(db: Kysely<unknown>): Promise<void> {
  const who = {
    sequence: 'bigint',
    account: 'text',
    contact: 'text',
    channel: 'text',
    purpose: 'text',
  } as const;
  const what = { state: 'text', source: 'text', by: 'text', at: 'bigint', 'evidence?': 'text' } as const;
  const rest = { 'expires?': 'bigint', 'signature?': 'text', hash: 'text' } as const;
  await table(db, 'consents', { ...who, ...what, ...rest }, ['sequence']);
  await index(db, 'consents', ['account', 'contact', 'channel', 'sequence']);
}

async function reservations(db: Kysely<unknown>): Promise<void> {
  const head = { id: 'text', account: 'text', actor: 'text', operation: 'text', at: 'bigint' } as const;
  await table(db, 'reservations', { ...head, microdollars: 'bigint', state: 'text', 'input?': 'text' }, [
    'id',
  ]);
  await index(db, 'reservations', ['account', 'state', 'at']);
  const each = {
    reservation: 'text',
    account: 'text',
    actor: 'text',
    contact: 'text',
    at: 'bigint',
  } as const;
  const counted = {
    people: 'integer',
    verification: 'integer',
    'content?': 'text',
    microdollars: 'bigint',
  } as const;
  await table(db, 'reserved', { ...each, ...counted }, ['reservation', 'contact']);
  for (const columns of [['at'], ['actor', 'at'], ['contact', 'at']])
    await index(db, 'reserved', ['account', ...columns]);
}

async function approvals(db: Kysely<unknown>): Promise<void> {
  const answer = {
    account: 'text',
    key: 'text',
    fingerprint: 'text',
    at: 'bigint',
    'result?': 'text',
  } as const;
  await table(db, 'answers', answer, ['account', 'key']);
  const who = { id: 'text', account: 'text', actor: 'text', operation: 'text', fingerprint: 'text' } as const;
  const what = { rules: 'text', summary: 'text', at: 'bigint', expires: 'bigint', state: 'text' } as const;
  await table(db, 'approvals', { ...who, ...what, 'decision?': 'text' }, ['id']);
  await index(db, 'approvals', ['account', 'fingerprint', 'at']);
  await table(db, 'taints', { actor: 'text', source: 'text', at: 'bigint' }, ['actor', 'source']);
}

async function events(db: Kysely<unknown>): Promise<void> {
  const id = { sequence: 'bigint', id: 'text', account: 'text', type: 'text', at: 'bigint' } as const;
  const about = {
    'contact?': 'text',
    'channel?': 'text',
    'sid?': 'text',
    heard: 'text',
    data: 'text',
  } as const;
  await table(db, 'events', { ...id, ...about }, ['account', 'id']);
  for (const columns of [['sequence'], ['contact', 'sequence'], ['sid', 'sequence'], ['at']])
    await index(db, 'events', ['account', ...columns]);
  await table(db, 'marks', { account: 'text', name: 'text', value: 'text' }, ['account', 'name']);
}

async function chains(db: Kysely<unknown>): Promise<void> {
  const when = { sequence: 'bigint', at: 'bigint', account: 'text', actor: 'text', phase: 'text' } as const;
  await table(db, 'audit', { ...when, operation: 'text', facts: 'text', hash: 'text' }, ['sequence']);
  await index(db, 'audit', ['account', 'sequence']);
  const head = { chain: 'text', sequence: 'bigint', hash: 'text', seal: 'text' } as const;
  await table(db, 'heads', head, ['chain']);
  await table(db, 'owner', { id: 'integer', salt: 'text', public_key: 'text', at: 'bigint' }, ['id']);
  // One owner: a second row has nowhere to go.
  await sql`create unique index if not exists owner_once on owner (id)`.execute(db);
}
