// The store: every ledger over one database.
import type { Ledgers } from '../operation/ledgers.ts';
import { createAnswers } from './answers.ts';
import { createApprovals } from './approvals.ts';
import { createAudit } from './audit.ts';
import { createChain } from './chain.ts';
import { type Consents, createConsents } from './consents.ts';
import { createDatabase } from './database.ts';
import { createEvents } from './events.ts';
import { keyBeside } from './key.ts';
import { createOwner, type Owner } from './owner.ts';
import { createReservations } from './reservations.ts';
import { createSendLedger } from './sends.ts';
import { createTaints } from './taints.ts';

export interface Store extends Ledgers {
  readonly consents: Consents;
  readonly owner: Owner;
  /** What is wrong with the chains, in words; undefined where nothing is. Looked at once, then remembered. */
  readonly integrity: () => Promise<string | undefined>;
  /** Forgets events, taints, answers, approvals and settled reservations from before then. Never consents, never the audit. */
  readonly prune: (before: Date) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface StoreOptions {
  /** `:memory:` keeps nothing after the process; else the path of a file, or `postgres://…`. */
  readonly url: string;
  /** Binds the chains; left out, it is kept beside the file. */
  readonly key?: Uint8Array | undefined;
  readonly random: () => Uint8Array;
}

export function createStore({ url, key, random }: StoreOptions): Store {
  const database = createDatabase(url);
  const secret = key ?? (url === ':memory:' ? random() : keyBeside(url, random));
  const consents = createConsents(database, createChain('consents', secret));
  const audit = createAudit(database, createChain('audit', secret));
  let looked: Promise<string | undefined> | undefined;
  return {
    sends: createSendLedger(database.open),
    consents,
    audit,
    reservations: createReservations(database),
    answers: createAnswers(database),
    approvals: createApprovals(database),
    taints: createTaints(database),
    events: createEvents(database),
    owner: createOwner(database),
    integrity: () => {
      looked ??= faultOf([
        ['consent', () => consents.verify(false)],
        ['audit', () => audit.verify(false)],
      ]);
      return looked;
    },
    prune: async (before) => {
      const db = await database.open();
      const at = before.getTime();
      await db.deleteFrom('events').where('at', '<', at).execute();
      await db.deleteFrom('taints').where('at', '<', at).execute();
      await db.deleteFrom('answers').where('at', '<', at).execute();
      await db.deleteFrom('approvals').where('expires', '<', at).execute();
      await db.deleteFrom('reserved').where('at', '<', at).execute();
      await db.deleteFrom('reservations').where('at', '<', at).where('state', '!=', 'open').execute();
    },
    close: () => database.close(),
  };
}

async function faultOf(
  chains: readonly (readonly [string, () => Promise<{ readonly brokenAt?: number }>])[],
): Promise<string | undefined> {
  for (const [name, verify] of chains) {
    const { brokenAt } = await verify();
    if (brokenAt !== undefined)
      return `entry ${brokenAt} of the ${name} ledger is not as this server wrote it`;
  }
  return undefined;
}
