// `twilio-mcp consent import | export`: many consents as CSV, with a word on every row. What a row must be is consent-row.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { OperationError } from '../operation/errors.ts';
import type { ConsentEntry } from '../operation/ledgers.ts';
import { createOwnerCheck, signedBy, signedConsent } from '../owner-key.ts';
import { currentIn, lineOf } from './consent.ts';
import { type Checked, checkRow, columns, type Here } from './consent-row.ts';
import { atDesk, type Desk, print } from './desk.ts';
import type { PassphraseSource } from './passphrase.ts';

export interface ImportOptions extends PassphraseSource {
  readonly dryRun?: boolean;
}

export function importFile(config: Config, path: string, options: ImportOptions): Promise<void> {
  return atDesk(config, async (desk) => {
    const rows = rowsIn(read(path), path);
    const entries: ConsentEntry[] = [];
    const kept = countedIn(desk.store, config);
    const earlier = new Map<string, readonly ConsentEntry[]>();
    const here: Here = {
      account: desk.account,
      by: 'owner',
      now: new Date(),
      current: currentIn(desk.store),
      history: async (entry) => [...(await kept(entry)), ...(earlier.get(entry.contact) ?? [])],
    };
    let known = 0;
    for (const { line, row, fault } of rows) {
      const answer: Checked = fault ? { ok: false, faults: [fault] } : await checkRow(row, here);
      if (answer.ok && answer.known) {
        known += 1;
        continue;
      }
      print(
        answer.ok
          ? `line ${line}: ${lineOf(answer.entry)}`
          : `line ${line}: REFUSED ${answer.faults.join('; ')}`,
      );
      if (!answer.ok) continue;
      const { entry } = answer;
      entries.push(entry);
      earlier.set(entry.contact, [...(earlier.get(entry.contact) ?? []), entry]);
    }
    if (options.dryRun !== true && entries.length > 0) await keep(desk, entries, options);
    const refused = rows.length - entries.length - known;
    const done = options.dryRun ? 'would be recorded' : 'recorded';
    print(`${entries.length} ${done}, ${known} known already, ${refused} refused.`);
    if (refused > 0) process.exitCode = 1;
  });
}

/** What is on record of a contact and counts: an agreement with a lost or foreign signature must be recorded again. */
function countedIn({ consents, owner }: Desk['store'], { settings }: Config) {
  const { signed } = createOwnerCheck(owner.get, settings.TWILIO_MCP_OWNER_KEY);
  return async ({ account, contact }: ConsentEntry): Promise<readonly ConsentEntry[]> => {
    const found = await consents.list(account, { contact, limit: page });
    const counts = await Promise.all(found.map(async (each) => signedBy(each) === 'server' || signed(each)));
    return found.filter((_, place) => counts[place]);
  };
}

/** Revocations alone ask for no passphrase. */
export async function keep(
  desk: Desk,
  entries: readonly ConsentEntry[],
  source: PassphraseSource,
): Promise<void> {
  const key = entries.some((entry) => signedBy(entry) === 'owner') ? await desk.unlock(source) : undefined;
  const signed = entries.map((entry) =>
    key !== undefined && signedBy(entry) === 'owner' ? signedConsent(key, entry) : entry,
  );
  await desk.store.consents.append(signed);
  const revoked = entries.filter(({ state }) => state === 'revoked').length;
  await desk.record('consent import', { granted: entries.length - revoked, revoked });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new OperationError('INVALID_INPUT', `The file ${path} cannot be read.`, {
      next: 'Give the path of a CSV file that you can read.',
      cause,
    });
  }
}

interface Line {
  readonly line: number;
  readonly row: Readonly<Record<string, string>>;
  readonly fault?: string;
}

const records = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) }));

function rowsIn(text: string, path: string): readonly Line[] {
  const [head, ...rest] = parsed(text, path);
  const header = head?.record.map((name) => name.toLowerCase()) ?? [];
  // `by` stands in an export: who wrote an entry elsewhere is no claim of this ledger.
  const unknown = header.filter((name) => !columns.includes(name) && name !== 'by');
  const missing = ['contact', 'channel'].filter((name) => !header.includes(name));
  if (unknown.length > 0 || missing.length > 0) {
    const said = [
      ...(missing.length > 0 ? [`lacks the columns ${missing.join(', ')}`] : []),
      ...(unknown.length > 0 ? [`has columns that are not known: ${unknown.join(', ')}`] : []),
    ];
    throw new OperationError('INVALID_INPUT', `The first line of ${path} ${said.join(' and ')}.`, {
      next: `Name the columns in the first line: ${columns.join(',')}.`,
    });
  }
  return rest.map(({ record, info: { lines: line } }) => {
    if (record.length !== header.length)
      return { line, row: {}, fault: `has ${record.length} fields, the first line ${header.length}` };
    const cells = header.map((name, place): [string, string] => [name, plain(record[place] ?? '')]);
    return { line, row: Object.fromEntries(cells.filter(([name, cell]) => name !== 'by' && cell !== '')) };
  });
}

function parsed(text: string, path: string) {
  try {
    const options = { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true, info: true };
    return records.parse(parse(text, options));
  } catch (cause) {
    throw new OperationError(
      'INVALID_INPUT',
      `The file ${path} is not CSV: ${cause instanceof Error ? cause.message : String(cause)}`,
      { next: 'Mend the line named: each quoted field ends with a quote, and a quote inside it is doubled.' },
    );
  }
}

/** A spreadsheet would run what begins like this; strangers' words stand in these cells. */
const formula = /^[=@+\-\t\r]/;

function guarded(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

function plain(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
}

const page = 1000;

export function exportFile(config: Config, { output }: { readonly output?: string }): Promise<void> {
  return atDesk(config, async ({ store, account }) => {
    const entries: ConsentEntry[] = [];
    for (let offset = 0; ; offset += page) {
      const some = await store.consents.list(account, { limit: page, offset });
      entries.push(...some);
      if (some.length < page) break;
    }
    const rows = entries.reverse().map(cellsOf);
    const text = stringify(rows, { header: true, columns: [...columns, 'by'] });
    if (output === undefined) process.stdout.write(text);
    else writeFileSync(output, text, { mode: 0o600 });
  });
}

function cellsOf({ at, expires, evidence, ...entry }: ConsentEntry) {
  const { contact, channel, purpose, state, source, by } = entry;
  const times = { at: at.toISOString(), expires: expires?.toISOString() };
  return {
    contact,
    channel,
    purpose,
    state,
    source,
    evidence: guarded(evidence ?? ''),
    ...times,
    by: guarded(by),
  };
}
