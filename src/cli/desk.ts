// Where the owner works: the store that the server of the same settings uses, and the owner's hand under what only they may write.
// Asking for the passphrase is passphrase.ts.
import { randomBytes } from 'node:crypto';
import { type Config, shownStore } from '../config.ts';
import { openStore } from '../open-store.ts';
import { OperationError } from '../operation/errors.ts';
import type { AuditEntry } from '../operation/ledgers.ts';
import type { Row } from '../operation/row.ts';
import { createOwnerCheck, type OwnerKey, ownerKeyFrom } from '../owner-key.ts';
import type { Store } from '../store/open.ts';
import { type PassphraseSource, readPassphrase } from './passphrase.ts';

export interface Desk {
  readonly store: Store;
  readonly account: string;
  /** The store and the account, for people to read: without user and password. */
  readonly place: string;
  /** Asks for the passphrase. Throws unless it is the owner's. */
  readonly unlock: (source: PassphraseSource) => Promise<OwnerKey>;
  /** Whatever the owner does is written down like what the agent does. */
  readonly record: (operation: string, facts: Row, phase?: AuditEntry['phase']) => Promise<void>;
}

/** Opens the store for one command, says which it is, and closes it after. */
export async function atDesk(config: Config, work: (desk: Desk) => Promise<void>): Promise<void> {
  const account = await accountOf(config);
  // What the owner says must outlast this command, in a rehearsal too.
  const store = openStore(config, () => randomBytes(32), { mustKeep: true });
  const place = placeOf(config, account);
  // On stderr: what is printed may be read by programs.
  process.stderr.write(`${place}\n`);
  const check = createOwnerCheck(store.owner.get, config.settings.TWILIO_MCP_OWNER_KEY);
  try {
    await work({
      store,
      account,
      place,
      unlock: async (source) => {
        const known = await store.owner.get();
        if (known === undefined) throw noOwner();
        const fault = (await check.fault()) ?? (await store.integrity());
        if (fault !== undefined) throw untrusted(fault);
        const key = await ownerKeyFrom(await readPassphrase(source), known.salt);
        if (key.publicKey !== known.publicKey) throw wrongPassphrase();
        return key;
      },
      record: (operation, facts, phase = 'owner') =>
        store.audit.append({ at: new Date(), account, actor: 'owner', phase, operation, facts }),
    });
  } finally {
    await store.close();
  }
}

/** As the server counts it: the configured account, in a rehearsal that of the local Twilio. */
async function accountOf({ account, mode }: Config): Promise<string> {
  if (account !== undefined || mode !== 'emulator') return account ?? 'none';
  return (await import('../emulator/emulator.ts')).DEFAULT_ACCOUNT_SID;
}

/** The settings choose the store, and a shell without the server's settings rehearses: the owner must see which it is. */
function placeOf({ settings, mode }: Config, account: string): string {
  const kind = mode === 'live' ? 'live' : `rehearsal (${mode})`;
  return `${kind} store ${shownStore(settings, mode)}, account ${account}`;
}

/** What to do where something is not found that should be there. */
export const sameSettings =
  'If the server asked for it, give this command the settings of the server, by `.env` or `--env-file`: they choose the store.';

function noOwner(): OperationError {
  return new OperationError('REFUSED', 'No owner has been set for this store.', {
    rule: 'owner.none',
    next: 'Run `twilio-mcp init` once: it sets the passphrase that only the owner knows.',
  });
}

function untrusted(fault: string): OperationError {
  return new OperationError('REFUSED', `Nothing is signed on a store that cannot be trusted: ${fault}.`, {
    rule: 'integrity.store',
    next: 'Look with `twilio-mcp audit verify` and `twilio-mcp doctor`; keep the file as evidence and go on with a new one.',
  });
}

function wrongPassphrase(): OperationError {
  return new OperationError('REFUSED', "This is not the owner's passphrase.", {
    rule: 'owner.passphrase',
    next: 'Try again. There is no way round it: with the passphrase lost, keep the store as it is and begin a new one.',
  });
}

/** For people: strangers' words stand in what is shown, and may not steer the terminal or hide from the eye. */
export function print(...lines: readonly string[]): void {
  const seen = lines.join('\n').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, spelled);
  process.stdout.write(`${seen}\n`);
}

function spelled(letter: string): string {
  return letter === '\n' ? letter : `\\u{${letter.codePointAt(0)?.toString(16)}}`;
}
