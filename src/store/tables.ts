// The tables and how they came to be. A migration, once released, is never changed; a change is a new one.
import type { Kysely, Migration } from 'kysely';

export interface SendsTable {
  readonly account: string;
  readonly batch: string;
  readonly recipient: string;
  readonly state: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly sid: string | null;
  readonly code: string | null;
}

export interface Tables {
  readonly sends: SendsTable;
}

export const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-24-sends': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('sends')
        .ifNotExists()
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('batch', 'text', (column) => column.notNull())
        .addColumn('recipient', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('since', 'bigint', (column) => column.notNull())
        .addColumn('sid', 'text')
        .addColumn('code', 'text')
        .addPrimaryKeyConstraint('sends_key', ['account', 'batch', 'recipient'])
        .execute();
    },
  },
};
