// HashiCorp Vault, KV version 2: one secret, read and written over HTTPS. No other engine, no login: Vault's agent does that.
import { z } from 'zod';

export interface Vault {
  readonly address: string;
  readonly token: string;
  readonly namespace?: string | undefined;
}

const answer = z.object({
  data: z.object({
    data: z.record(z.string(), z.unknown()).nullable(),
    metadata: z.object({ version: z.number() }),
  }),
});

interface Kept {
  readonly values: Readonly<Record<string, unknown>>;
  readonly version: number;
}

/** `path` is `mount/path`, as the `vault kv` command has it. Rejects with a reason without any value in it. */
export async function readVault(vault: Vault, path: string): Promise<Kept> {
  const response = await ask(vault, path, { method: 'GET' });
  // Where the last version was deleted, Vault answers 404 with a body.
  if (!response.ok) throw new Error(`Vault answered ${response.status}${hint(response.status)}`);
  const parsed = answer.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success || parsed.data.data.data === null)
    throw new Error('Vault answered with what is no KV version 2 secret');
  return { values: parsed.data.data.data, version: parsed.data.data.metadata.version };
}

/** Changes the values named and keeps the rest; refused by Vault if someone else changed the secret meanwhile. */
export async function writeVault(
  vault: Vault,
  path: string,
  changed: Readonly<Record<string, string>>,
): Promise<void> {
  const { values, version } = await readVault(vault, path);
  const body = JSON.stringify({ options: { cas: version }, data: { ...values, ...changed } });
  const response = await ask(vault, path, { method: 'POST', body });
  if (!response.ok) throw new Error(`Vault answered ${response.status}${hint(response.status)}`);
}

async function ask({ address, token, namespace }: Vault, path: string, init: RequestInit): Promise<Response> {
  const [mount = '', ...rest] = path.split('/').map(encodeURIComponent);
  const url = `${address.replace(/\/+$/, '')}/v1/${mount}/data/${rest.join('/')}`;
  const headers = {
    'x-vault-token': token,
    'content-type': 'application/json',
    ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
  };
  try {
    // A redirect would carry the token to another place.
    return await fetch(url, { ...init, headers, redirect: 'error', signal: AbortSignal.timeout(10_000) });
  } catch {
    throw new Error(`Vault at ${new URL(address).host} does not answer`);
  }
}

function hint(status: number): string {
  if (status === 403) return ': the token may not read this path, or has expired';
  if (status === 404) return ': there is no such secret';
  if (status === 503) return ': it is sealed';
  return '';
}
