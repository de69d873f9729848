// `twilio-mcp audit list | verify | export`: what was done, by whom, and whether the record of it is whole.
import type { Config } from '../config.ts';
import type { AuditRow } from '../operation/ledgers.ts';
import { atDesk, type Desk, print } from './desk.ts';

export function listAudit(config: Config, { limit }: { readonly limit: number }): Promise<void> {
  return atDesk(config, async ({ store, account }) => {
    const rows = await store.audit.list(account, limit);
    for (const { sequence, at, phase, actor, operation, facts } of [...rows].reverse())
      print(`${sequence}  ${at.toISOString()}  ${phase}  ${actor}  ${operation}  ${JSON.stringify(facts)}`);
    if (rows.length === 0) print('Nothing is written down yet.');
  });
}

/** Every entry from the first, not only those since the last look. */
export function verifyAudit(config: Config): Promise<void> {
  return atDesk(config, async ({ store }) => {
    const chains = [
      ['audit', await store.audit.verify(true)],
      ['consents', await store.consents.verify(true)],
    ] as const;
    for (const [name, { entries, brokenAt }] of chains) {
      print(
        brokenAt === undefined
          ? `ok    ${name}: ${entries} entries, each bound to the one before`
          : `WRONG ${name}: entry ${brokenAt} is not as this server wrote it`,
      );
      if (brokenAt !== undefined) process.exitCode = 1;
    }
  });
}

const page = 1000;

/** JSON, an entry a line, oldest first, with the hashes: enough to hold a copy against the store later. */
export function exportAudit(config: Config): Promise<void> {
  return atDesk(config, async (desk) => {
    for (const row of (await everything(desk)).reverse()) process.stdout.write(`${JSON.stringify(row)}\n`);
  });
}

async function everything({ store, account }: Desk): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  for (;;) {
    const some = await store.audit.list(account, page, rows.at(-1)?.sequence);
    rows.push(...some);
    if (some.length < page) return rows;
  }
}
