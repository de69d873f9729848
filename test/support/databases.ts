// Databases for tests of the store: each test has one of its own, a file or one in the PostgreSQL of this run; and the hand of
// somebody who writes in it behind the server's back.
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import pg from 'pg';
import { inject } from 'vitest';
import { createStore, type Store } from '../../src/store/open.ts';

/** PostgreSQL is left out where there is no program for this platform; the run has said so. */
export const databaseKinds =
  inject('noPostgres') === '' ? (['SQLite', 'PostgreSQL'] as const) : (['SQLite'] as const);
export type DatabaseKind = 'SQLite' | 'PostgreSQL';

export const storeKey = randomBytes(32).toString('hex');

export interface TestDatabase {
  /** As the store takes it. */
  readonly url: string;
  /** As TWILIO_MCP_DATABASE_URL names it. */
  readonly setting: string;
  /** A store of its own on it, as another process would have. */
  readonly store: (key?: string) => Store;
  /** Carries out a statement as nobody should; gives its rows. */
  readonly meddle: (statement: string) => Promise<readonly Record<string, unknown>[]>;
  readonly close: () => Promise<void>;
}

export async function freshDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const url = kind === 'SQLite' ? freshFile() : await freshSchema();
  const stores: Store[] = [];
  return {
    url,
    setting: kind === 'SQLite' ? `file:${url}` : url,
    store: (key = storeKey) => {
      const store = createStore({ url, key: Buffer.from(key, 'hex'), random: () => randomBytes(32) });
      stores.push(store);
      return store;
    },
    meddle: (statement) => (kind === 'SQLite' ? inFile(url, statement) : inPostgres(url, statement)),
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

function freshFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'twilio-mcp-store-')), 'deep', 'store.db');
}

async function freshSchema(): Promise<string> {
  const answer = Object(await (await fetch(inject('postgresDoor'))).json());
  const { url, none }: { url?: string; none?: string } = answer;
  if (url === undefined) throw new Error(`The PostgreSQL of this run did not start: ${none}`);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await inPostgres(url, `create database ${name} template template0 strategy file_copy`);
  const own = new URL(url);
  own.pathname = name;
  return own.href;
}

async function inPostgres(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function inFile(path: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const db = new Libsql(path);
  try {
    const prepared = db.prepare(statement);
    if (prepared.reader) return prepared.all().map((row) => ({ ...Object(row) }));
    prepared.run();
    return [];
  } finally {
    db.close();
  }
}
