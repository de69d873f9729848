// SQLite: one file that several processes may share. Whoever finds it locked waits without keeping its own process waiting.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Dialect, Kysely, SqliteDatabase } from 'kysely';
import { around, type Step } from './around.ts';
import type { Tables } from './tables.ts';

export async function sqlite(path: string): Promise<Dialect> {
  // Only the owner may read it: it says who was written to. SQLite gives the log beside it the same rights.
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  }
  const [{ SqliteDialect }, { default: Libsql }] = await Promise.all([import('kysely'), import('libsql')]);
  const dialect = new SqliteDialect({ database: preparingOnce(new Libsql(path)) });
  return {
    createDriver: () => around(dialect.createDriver(), patiently),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  };
}

/**
 * SQLite's own way of waiting stops the whole process, and with it the holder of the lock where that is another store in the
 * same process (one for each profile). So it gives up at once and is asked again.
 */
const patiently: Step = async (work) => {
  for (let waited = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error) || waited >= longestWaitMs) throw error;
      const ms = Math.min(1 + waited, 20);
      waited += ms;
      await delay(ms);
    }
  }
};

const longestWaitMs = 15_000;

/**
 * Statements are prepared once and kept: there are few, asked often. It also mends what libsql leaves half done where it finds
 * the file locked: until the same statement has been carried out nothing can be committed ("SQL statements in progress"), and
 * whoever asks again is given the same one.
 */
function preparingOnce(database: SqliteDatabase): SqliteDatabase {
  const known = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  return {
    close: () => database.close(),
    prepare: (text) => {
      const kept = known.get(text);
      if (kept !== undefined) return kept;
      // Of rows that are written many at once there are many forms.
      if (known.size >= mostKept) known.clear();
      const statement = database.prepare(text);
      known.set(text, statement);
      return statement;
    },
  };
}

const mostKept = 300;

export function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

export async function configure(db: Kysely<Tables>): Promise<void> {
  const { sql } = await import('kysely');
  await sql`pragma busy_timeout = 0`.execute(db);
  await sql`pragma journal_mode = wal`.execute(db);
  // With a write-ahead log this loses nothing when a process ends, and waits for the disk far less often.
  await sql`pragma synchronous = normal`.execute(db);
}

/** SQLite has one writer: whoever begins at once holds the pen, and nothing read can be out of date by the time of writing. */
export async function aloneInSqlite<T>(
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
      // Where SQLite has rolled back by itself there is nothing left to do; the reason is the first error.
      await sql`rollback`.execute(held).catch(() => undefined);
      throw error;
    }
  });
}
