// Opens the store at its first use: SQLite in one file that several server processes may share, or in memory for rehearsals.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Kysely } from 'kysely';
import type { Ledgers } from '../operation/ledgers.ts';
import { createSendLedger } from './sends.ts';
import { migrations, type Tables } from './tables.ts';

export interface Store extends Ledgers {
  readonly close: () => Promise<void>;
}

/** `:memory:` keeps nothing after the process. */
export function createStore(path: string): Store {
  let opened: Promise<Kysely<Tables>> | undefined;
  const open = () => {
    opened ??= openAt(path);
    return opened;
  };
  return {
    sends: createSendLedger(open),
    close: async () => {
      await (await opened)?.destroy();
    },
  };
}

async function openAt(path: string): Promise<Kysely<Tables>> {
  // Only the owner may read it: it says who was written to.
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Loaded at the first use: most calls remember nothing, and should not wait for it.
  const [{ Kysely, SqliteDialect, sql }, { default: Database }] = await Promise.all([
    import('kysely'),
    import('libsql'),
  ]);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Database(path) }) });
  await sql`pragma busy_timeout = 5000`.execute(db);
  await sql`pragma journal_mode = wal`.execute(db);
  await migrate(db);
  return db;
}

/** Of two processes that migrate at once one may find the work done under its hands: it then looks again. */
async function migrate(db: Kysely<Tables>): Promise<void> {
  const { Migrator } = await import('kysely');
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  for (let attempt = 1; ; attempt += 1) {
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) return;
    if (attempt === 5) throw error;
  }
}
