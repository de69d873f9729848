// The database behind the ledgers: SQLite in one file that several processes may share, or PostgreSQL. Opened at its first use.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Dialect, Kysely } from 'kysely';
import { migrations, type Tables } from './tables.ts';

export interface Database {
  readonly open: () => Promise<Kysely<Tables>>;
  /**
   * Carries out the work as one step that nobody else's work of the same name overlaps, in this process or another.
   * Inside, only the given handle may be used.
   */
  readonly alone: <T>(name: string, work: (db: Kysely<Tables>) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** `url`: `:memory:`, the path of a file, or `postgres://…`. */
export function createDatabase(url: string): Database {
  const shared = /^postgres(ql)?:/.test(url);
  let opened: Promise<Kysely<Tables>> | undefined;
  const open = () => {
    opened ??= openAt(url, shared);
    return opened;
  };
  return {
    open,
    alone: async (name, work) => (shared ? aloneInPostgres : aloneInSqlite)(await open(), name, work),
    close: async () => {
      await (await opened)?.destroy();
    },
  };
}

async function openAt(url: string, shared: boolean): Promise<Kysely<Tables>> {
  // Loaded at the first use: most calls remember nothing, and should not wait for it.
  const { Kysely } = await import('kysely');
  const db = new Kysely<Tables>({ dialect: shared ? await postgres(url) : await sqlite(url) });
  if (!shared) await configure(db);
  await migrate(db);
  return db;
}

async function postgres(url: string): Promise<Dialect> {
  const [{ PostgresDialect }, { default: pg }] = await Promise.all([import('kysely'), import('pg')]);
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  // A connection that breaks while idle is replaced at the next use; it is no reason to end the process.
  pool.on('error', () => undefined);
  return new PostgresDialect({ pool });
}

async function sqlite(path: string): Promise<Dialect> {
  // Only the owner may read it: it says who was written to.
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const [{ SqliteDialect }, { default: Libsql }] = await Promise.all([import('kysely'), import('libsql')]);
  return new SqliteDialect({ database: new Libsql(path) });
}

async function configure(db: Kysely<Tables>): Promise<void> {
  const { sql } = await import('kysely');
  await sql`pragma busy_timeout = 5000`.execute(db);
  await sql`pragma journal_mode = wal`.execute(db);
  // With a write-ahead log this loses nothing when a process ends, and waits for the disk far less often.
  await sql`pragma synchronous = normal`.execute(db);
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

/** SQLite has one writer: whoever begins at once holds the pen, and nothing read can be out of date by the time of writing. */
async function aloneInSqlite<T>(
  db: Kysely<Tables>,
  _name: string,
  work: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const { sql } = await import('kysely');
  return db.connection().execute(async (held) => {
    await sql`begin immediate`.execute(held);
    try {
      const result = await work(held);
      await sql`commit`.execute(held);
      return result;
    } catch (error) {
      await sql`rollback`.execute(held);
      throw error;
    }
  });
}

async function aloneInPostgres<T>(
  db: Kysely<Tables>,
  name: string,
  work: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const { sql } = await import('kysely');
  return db.transaction().execute(async (held) => {
    await sql`select pg_advisory_xact_lock(hashtext(${name}))`.execute(held);
    return work(held);
  });
}
