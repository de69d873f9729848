// Reads a secret from where its reference says. Each place is a few lines; what a reference looks like is reference.ts.
import { readFile } from 'node:fs/promises';
import { isRow } from '../operation/row.ts';
import { type RunCommand, runCommand } from './command.ts';
import type { Reference } from './reference.ts';
import { readVault, type Vault } from './vault.ts';

export interface Places {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly vault?: Vault | undefined;
  /** Program and arguments; `{}` in an argument is what stands after `helper:`. */
  readonly helper?: readonly string[] | undefined;
  readonly platform?: NodeJS.Platform;
  readonly run?: RunCommand;
}

/** Rejects with a reason that never holds a value. */
export async function readSecret(reference: Reference, places: Places): Promise<string> {
  const { scheme, rest, field } = reference;
  const value = await valueAt(reference, places);
  const found = scheme === 'aws:' && field !== undefined ? fieldOf(value, field) : value;
  if (found === '') throw new Error(`there is nothing at ${scheme}${rest}`);
  return found;
}

async function valueAt({ scheme, rest, field, text }: Reference, places: Places): Promise<string> {
  switch (scheme) {
    case 'env:':
      return places.env[rest] ?? '';
    case 'file:':
      return (await readFile(rest.replace(/^\/\/(?=\/)/, ''), 'utf8').catch(unreadable)).trim();
    case 'vault:':
      return vaultField(rest, field, places.vault);
    default:
      return (places.run ?? runCommand)({
        ...commandFor({ scheme, rest, text }, places),
        env: places.env,
      });
  }
}

async function vaultField(
  path: string,
  field: string | undefined,
  vault: Vault | undefined,
): Promise<string> {
  if (vault === undefined) throw new Error('VAULT_ADDR and VAULT_TOKEN are not both set');
  if (field === undefined) throw new Error('the field is missing: vault:mount/path#field');
  const { values } = await readVault(vault, path);
  const value = values[field];
  if (typeof value !== 'string') throw new Error(`the secret has no field ${field}`);
  return value;
}

function commandFor(
  { scheme, rest, text }: Pick<Reference, 'rest' | 'text'> & { readonly scheme: string },
  { helper, platform = process.platform }: Places,
): { readonly program: string; readonly args: readonly string[] } {
  switch (scheme) {
    case 'op://':
      return { program: 'op', args: ['read', '--no-newline', '--', text] };
    case 'aws:':
      return {
        program: 'aws',
        args: [
          'secretsmanager',
          'get-secret-value',
          `--secret-id=${rest}`,
          '--query=SecretString',
          '--output=text',
        ],
      };
    case 'keychain:':
      return keychain(rest, platform);
    default:
      return ownHelper(rest, helper);
  }
}

function keychain(rest: string, platform: NodeJS.Platform) {
  const cut = rest.lastIndexOf('/');
  const [service, account] = [rest.slice(0, cut), rest.slice(cut + 1)];
  if (cut < 1 || account === '') throw new Error('write keychain:service/account');
  if (platform === 'darwin')
    return { program: 'security', args: ['find-generic-password', '-s', service, '-a', account, '-w'] };
  if (platform === 'linux')
    return { program: 'secret-tool', args: ['lookup', 'service', service, 'account', account] };
  throw new Error(`keychain: is not known on ${platform}; use helper:`);
}

function ownHelper(rest: string, helper: readonly string[] | undefined) {
  const [program, ...args] = helper ?? [];
  if (program === undefined) throw new Error('TWILIO_MCP_SECRET_HELPER is not set');
  return { program, args: args.map((each) => each.replaceAll('{}', rest)) };
}

/** AWS keeps several values as one JSON object. */
function fieldOf(text: string, field: string): string {
  try {
    const values: unknown = JSON.parse(text);
    const value = isRow(values) ? values[field] : undefined;
    if (typeof value === 'string') return value;
  } catch {
    // Told below: what was read is not shown, whatever it is.
  }
  throw new Error(`the secret has no field ${field}`);
}

function unreadable(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  throw new Error(`the file cannot be read (${code})`);
}
