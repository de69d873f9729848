// What a process was about to do when it ended. Each such send is looked for by another one, and never made again.
import type { Operation } from './operation/define.ts';
import type { Ledgers } from './operation/ledgers.ts';
import type { Corridor } from './perform.ts';

export interface RecoverParts {
  readonly account: string;
  readonly ledgers: Ledgers;
  readonly look: Corridor['look'];
  readonly find: (name: string) => Promise<Operation | undefined>;
  readonly now: () => Date;
  /** No request lives longer: what is older has no process any more. */
  readonly deadlineMs: number;
}

export interface Recovered {
  readonly found: number;
  readonly unknown: number;
}

/** Settles what was left open; gives how many were found and how many stay unknown. */
export async function recover(parts: RecoverParts): Promise<Recovered> {
  const { account, ledgers, look, find, now } = parts;
  const counts = { found: 0, unknown: 0 };
  const before = new Date(now().getTime() - parts.deadlineMs);
  for (const { id, operation: name, actor, input, at } of await ledgers.reservations.open(account, before)) {
    const operation = await find(name);
    const row = operation && input && (await look(operation, input, at));
    const outcome = row ? 'found' : 'unknown';
    counts[outcome] += 1;
    await ledgers.reservations.settle(id, { state: row ? 'done' : 'unknown' });
    const facts = { reservation: id, begun: at.toISOString(), ...(row && { sid: row['sid'] }) };
    await ledgers.audit.append({ at: now(), account, actor, phase: outcome, operation: name, facts });
  }
  return counts;
}
