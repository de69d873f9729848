// PostgreSQL tells every process that listens when something was written: LISTEN and NOTIFY, on a connection of its own.
// What was written is read from the tables; a notice says only that there is something to read.
import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { Tables } from './tables.ts';

const topic = 'twilio_mcp_events';
const pauseMs = 1000;

/** Goes out when the transaction it stands in is committed, and not otherwise. */
export async function tell(db: Kysely<Tables>): Promise<void> {
  await sql`select pg_notify(${topic}, '')`.execute(db);
}

/** Calls at each notice, and after each break, since then one may have been missed. Returns the end of it. */
export function hear(url: string, onTold: () => void): () => Promise<void> {
  let client: pg.Client | undefined;
  let over = false;
  const listening = listen();
  return async () => {
    over = true;
    await client?.end();
    await listening;
  };

  async function listen(): Promise<void> {
    while (!over) {
      client = new pg.Client({
        connectionString: url,
        keepAlive: true,
        application_name: 'twilio-mcp listening',
      });
      // It ends as well, and the end is what counts.
      client.on('error', () => undefined);
      client.on('notification', onTold);
      const ended = new Promise<void>((resolve) => client?.once('end', resolve));
      try {
        await client.connect();
        await client.query(`listen ${topic}`);
        onTold();
        await ended;
      } catch {
        await client.end().catch(() => undefined);
      }
      if (!over) await delay(pauseMs, undefined, { ref: false });
    }
  }
}
