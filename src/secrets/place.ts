// Where a setting is kept, and putting a new value there: a line of `.env`, a file of its own, a field in Vault. Other places are the owner's to change.
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Reference } from './reference.ts';
import { type Vault, writeVault } from './vault.ts';

export type Place =
  | { readonly kind: 'env-file'; readonly path: string; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly name: string }
  | { readonly kind: 'vault'; readonly path: string; readonly field: string; readonly name: string }
  /** An environment variable, a password manager: only its owner can put something there. */
  | { readonly kind: 'elsewhere'; readonly name: string };

export function placeOf(
  name: string,
  value: string | Reference | undefined,
  file: Readonly<Record<string, string>>,
  envFile: string,
): Place {
  // A setting that is nowhere yet goes where the others are.
  if (value === undefined && Object.keys(file).length > 0) return { kind: 'env-file', path: envFile, name };
  if (value === undefined) return { kind: 'elsewhere', name };
  if (typeof value === 'string')
    return file[name]?.trim() === value
      ? { kind: 'env-file', path: envFile, name }
      : { kind: 'elsewhere', name };
  if (value.scheme === 'file:') return { kind: 'file', path: value.rest.replace(/^\/\/(?=\/)/, ''), name };
  if (value.scheme === 'vault:' && value.field !== undefined)
    return { kind: 'vault', path: value.rest, field: value.field, name };
  return { kind: 'elsewhere', name };
}

/**
 * Puts each value in its place. Values that share a file or a secret are written in one step. Gives the `.env` files that
 * everybody could read, and now only their owner can.
 */
export async function putAll(
  entries: readonly (readonly [place: Place, value: string])[],
  vault: Vault | undefined,
): Promise<readonly string[]> {
  const closed: string[] = [];
  for (const path of pathsOf(entries, 'env-file')) {
    const open = isOpen(path);
    if (open) closed.push(path);
    const changed = entriesAt(entries, path).map(([{ name }, value]): [string, string] => [name, value]);
    replaceFile(path, withLines(readFileSync(path, 'utf8'), changed), open ? 0o600 : undefined);
  }
  for (const [place, value] of entries) if (place.kind === 'file') replaceFile(place.path, `${value}\n`);
  for (const path of pathsOf(entries, 'vault')) {
    if (vault === undefined) throw new Error('VAULT_ADDR and VAULT_TOKEN are not both set');
    const changed = entriesAt(entries, path).flatMap(([place, value]): [string, string][] =>
      place.kind === 'vault' ? [[place.field, value]] : [],
    );
    await writeVault(vault, path, Object.fromEntries(changed));
  }
  return closed;
}

/** To everybody: a group is somebody's choice, such as the user that the server runs as. Windows has no such modes. */
function isOpen(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o007) !== 0;
}

type Entries = readonly (readonly [place: Place, value: string])[];

function pathsOf(entries: Entries, kind: 'env-file' | 'vault'): string[] {
  const paths = entries.flatMap(([place]) => (place.kind === kind ? [place.path] : []));
  return [...new Set(paths)];
}

function entriesAt(entries: Entries, path: string): Entries {
  return entries.filter(([place]) => place.kind !== 'elsewhere' && place.path === path);
}

/** The rest of the file stays as it is, comments and all. */
function withLines(text: string, changed: readonly (readonly [string, string])[]): string {
  return changed.reduce((all, [name, value]) => {
    const line = new RegExp(`^(\\s*(?:export\\s+)?)${name}\\s*=.*$`, 'm');
    if (line.test(all)) return all.replace(line, (_, before: string) => `${before}${name}=${value}`);
    return `${all.replace(/\n?$/, '\n')}${name}=${value}\n`;
  }, text);
}

/** Written beside and moved into place: a crash leaves the old or the new, never half. Its permissions stay where none are given. */
function replaceFile(path: string, text: string, given?: number): void {
  const mode = given ?? statSync(path, { throwIfNoEntry: false })?.mode ?? 0o600;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  chmodSync(draft, mode & 0o777);
  renameSync(draft, path);
}
