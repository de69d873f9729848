// PostgreSQL: one database for many machines. A database that is away is told as such, with the next step; when it is back, so are we.
import type { Dialect, Kysely } from 'kysely';
import { shownAddress } from '../database-url.ts';
import { OperationError } from '../operation/errors.ts';
import { around, type Step } from './around.ts';
import type { Tables } from './tables.ts';

export async function postgres(url: string): Promise<Dialect> {
  const [{ PostgresDialect }, { default: pg }] = await Promise.all([import('kysely'), import('pg')]);
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'twilio-mcp',
  });
  // A connection that breaks is replaced at the next use, and whoever waits on it is told; it is no reason to end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const dialect = new PostgresDialect({ pool });
  return {
    createDriver: () => around(dialect.createDriver(), tellingWhy(shownAddress(url))),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  };
}

function tellingWhy(address: string): Step {
  return async (work) => {
    try {
      return await work();
    } catch (cause) {
      const reason = reasonOf(cause);
      if (reason === undefined) throw cause;
      throw new OperationError('STORE_UNAVAILABLE', `The store at ${address} does not answer: ${reason}.`, {
        next: 'Nothing is sent while it cannot be asked. Check that the PostgreSQL runs and that host, user, password and database in TWILIO_MCP_DATABASE_URL are right; `twilio-mcp doctor` tells when it answers again.',
        cause,
      });
    }
  };
}

/** Why the database cannot be reached or used; undefined where it answered, and the fault is another. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return error.errors.map((each) => reasonOf(each)).find(Boolean);
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  const unreachable =
    /^E[A-Z_]+$/.test(code) ||
    /connection (terminated|timeout)|timeout (exceeded|expired)|not queryable/i.test(error.message);
  return unreachable || outOfUse.test(code) ? error.message : undefined;
}

/** Classes of PostgreSQL's own codes: connection, authorization, no such database, out of resources, shut down or starting. */
const outOfUse = /^(08|28|3D|53|57P)/;

/** One at a time over all processes; whoever waited sees what was committed meanwhile, whatever the database's own default. */
export async function aloneInPostgres<T>(
  db: Kysely<Tables>,
  name: string,
  work: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const { sql } = await import('kysely');
  const transaction = db.transaction().setIsolationLevel('read committed');
  return transaction.execute(async (held) => {
    // A process that hangs, or whose machine is gone, does not keep the others waiting.
    await sql`set local idle_in_transaction_session_timeout = ${sql.lit(longestTurnMs)}`.execute(held);
    await sql`select pg_advisory_xact_lock(hashtext(${`twilio-mcp ${name}`}))`.execute(held);
    return work(held);
  });
}

const longestTurnMs = 30_000;
