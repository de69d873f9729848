// The database behind the ledgers: SQLite in one file that several processes may share, or PostgreSQL. Opened at its first use.
import type { Kysely } from 'kysely';
import { isShared } from '../database-url.ts';
import { aloneInPostgres, postgres } from './postgres.ts';
import { aloneInSqlite, configure, sqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';

export interface Database {
  readonly open: () => Promise<Kysely<Tables>>;
  /**
   * Carries out the work as one step that nobody else's work of the same name overlaps, in this process or another.
   * Inside, only the given handle may be used.
   */
  readonly alone: <T>(name: string, work: (db: Kysely<Tables>) => Promise<T>) => Promise<T>;
  /** Calls whenever a process that shares the database has told of something new; never where there is no telling. */
  readonly hear: (onTold: () => void) => void;
  /** Tells all of them, once the work it is part of is done. */
  readonly tell: (db: Kysely<Tables>) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `url`: `:memory:`, the path of a file, or `postgres://…`. */
export function createDatabase(url: string): Database {
  const shared = isShared(url);
  const alone = shared ? aloneInPostgres : aloneInSqlite;
  let opened: Promise<Kysely<Tables>> | undefined;
  const ends: Promise<() => Promise<void>>[] = [];
  const open = () => {
    // A database that is away comes back: the next call tries again.
    opened ??= openAt().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    open,
    alone: async (name, work) => alone(await open(), name, work),
    hear: (onTold) => {
      if (shared) ends.push(import('./notices.ts').then(({ hear }) => hear(url, onTold)));
    },
    tell: async (db) => {
      if (shared) await (await import('./notices.ts')).tell(db);
    },
    close: async () => {
      for (const end of ends.splice(0)) await (await end)();
      await (await opened?.catch(() => undefined))?.destroy();
    },
  };

  async function openAt(): Promise<Kysely<Tables>> {
    // Loaded at the first use: most calls remember nothing, and should not wait for it.
    const { Kysely } = await import('kysely');
    const db = new Kysely<Tables>({ dialect: await (shared ? postgres : sqlite)(url) });
    try {
      if (!shared) await configure(db);
      // One process at a time; whoever waited finds the work done. In PostgreSQL the steps are a transaction of their own.
      await alone(db, 'migrations', (held) => migrate(shared ? db : held));
      return db;
    } catch (error) {
      await db.destroy();
      throw error;
    }
  }
}

async function migrate(db: Kysely<Tables>): Promise<void> {
  const [{ Migrator }, { migrations }] = await Promise.all([import('kysely'), import('./tables.ts')]);
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  }).migrateToLatest();
  if (error !== undefined) throw error;
}
