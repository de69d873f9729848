// The store: every ledger over one database.
import { hkdfSync } from 'node:crypto';
import { isShared } from '../database-url.ts';
import type { Ledgers } from '../operation/ledgers.ts';
import { createAnswers } from './answers.ts';
import { createApprovals } from './approvals.ts';
import { createAudit } from './audit.ts';
import { createChain, type Verified, withEnds } from './chain.ts';
import { type Consents, createConsents } from './consents.ts';
import { createDatabase } from './database.ts';
import { createEvents, forgetEvents } from './events.ts';
import { keyBeside } from './key.ts';
import { createOwner, type Owner } from './owner.ts';
import { createReservations } from './reservations.ts';
import { createSendLedger } from './sends.ts';
import { createTaints } from './taints.ts';

export interface Store extends Ledgers {
  readonly consents: Consents;
  readonly owner: Owner;
  /** False where it is in memory: nothing outlives this process. */
  readonly keeps: boolean;
  /**
   * What is wrong with the chains, in words; undefined where nothing is. The first look is at every row, later ones at what
   * was added since. A fault once found stays.
   */
  readonly integrity: () => Promise<string | undefined>;
  /** Throws STORE_UNAVAILABLE where it cannot be asked. */
  readonly ask: () => Promise<void>;
  /**
   * Forgets what is older: events, and with them words read, answers, approvals and settled reservations; and the audit.
   * Never consents, and never that somebody was written to in a mailing.
   */
  readonly forget: (before: Before) => Promise<void>;
  /** A key for one purpose, the same for every process that shares the store and its key. */
  readonly keyFor: (purpose: string) => Uint8Array;
  readonly close: () => Promise<void>;
}

/** Left out: kept for ever. */
export interface Before {
  readonly events?: Date | undefined;
  readonly audit?: Date | undefined;
}

export interface StoreOptions {
  /** `:memory:` keeps nothing after the process; else the path of a file, or `postgres://…`. */
  readonly url: string;
  /** Binds the chains; left out, it is kept beside the file. Who shares a PostgreSQL must give it. */
  readonly key?: Uint8Array | undefined;
  readonly random: () => Uint8Array;
}

export function createStore({ url, key, random }: StoreOptions): Store {
  const secret = key ?? ownKey(url, random);
  const database = createDatabase(url);
  const chains = { consents: createChain('consents', secret), audit: createChain('audit', secret) };
  const bound = withEnds(database, Object.values(chains));
  const consents = createConsents(bound, chains.consents);
  const audit = createAudit(bound, chains.audit);
  return {
    sends: createSendLedger(database.open),
    consents,
    audit,
    reservations: createReservations(database),
    answers: createAnswers(database),
    approvals: createApprovals(database, secret),
    taints: createTaints(database),
    events: createEvents(database),
    owner: createOwner(database),
    keeps: url !== ':memory:',
    integrity: createLook([
      ['consent', consents.verify],
      ['audit', audit.verify],
    ]),
    keyFor: (purpose) => Buffer.from(hkdfSync('sha256', secret, '', `twilio-mcp ${purpose}`, 32)),
    ask: async () => {
      const { sql } = await import('kysely');
      await sql`select 1`.execute(await database.open());
    },
    forget: async ({ events, audit: audited }) => {
      if (audited !== undefined) await audit.forget(audited);
      if (events === undefined) return;
      const at = events.getTime();
      const db = await database.open();
      await forgetEvents(db, at);
      await db.deleteFrom('taints').where('at', '<', at).execute();
      await db.deleteFrom('answers').where('at', '<', at).execute();
      await db.deleteFrom('approvals').where('expires', '<', at).execute();
      await db.deleteFrom('reserved').where('at', '<', at).execute();
      await db.deleteFrom('reservations').where('at', '<', at).where('state', '!=', 'open').execute();
    },
    close: () => database.close(),
  };
}

function ownKey(url: string, random: () => Uint8Array): Uint8Array {
  if (url === ':memory:') return random();
  if (isShared(url)) throw new Error('who shares a PostgreSQL must share a key: give it');
  return keyBeside(url, random);
}

type Verify = (whole: boolean) => Promise<Verified>;

function createLook(chains: readonly (readonly [string, Verify])[]): () => Promise<string | undefined> {
  let fault: string | undefined;
  let whole = true;
  return async () => {
    for (const [name, verify] of chains) {
      const { brokenAt } = await verify(whole);
      if (brokenAt !== undefined)
        fault ??= `entry ${brokenAt} of the ${name} ledger is not as this server wrote it`;
    }
    whole = false;
    return fault;
  };
}
