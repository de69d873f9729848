// The tokens that the owner gives to callers over HTTP: made here, kept as hashes in a file, found again by hash.
// Who may be a caller besides is callers.ts.
import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { scopes } from '../operation/actor.ts';
import { OperationError } from '../operation/errors.ts';

export const tokenName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be up to 64 lower-case letters, digits, dots or dashes');

const tokenRow = z.strictObject({
  name: tokenName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(scopes)).min(1),
  /** The profile its calls are made with; see references/configuration.md. */
  profile: z.string().optional(),
  created: z.iso.datetime(),
  expires: z.iso.datetime().optional(),
});

const tokenFile = z.strictObject({ tokens: z.array(tokenRow) });

export type TokenRow = z.output<typeof tokenRow>;

/** 32 bytes of chance, so that a plain hash is enough: nobody guesses 256 bits, however fast the hash. */
export function tokenOf(chance: Buffer): string {
  return `tmcp_${chance.toString('base64url')}`;
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** A missing file holds no tokens. Throws CONFIGURATION_INVALID where the file cannot be trusted. */
export function readTokens(path: string): readonly TokenRow[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  // The hashes give nothing away, but whoever can write the file can let themselves in.
  if (process.platform !== 'win32' && (found.mode & 0o022) !== 0)
    throw unusable(path, 'others may write it', `Run chmod go-w on ${path}.`);
  try {
    return tokenFile.parse(JSON.parse(readFileSync(path, 'utf8'))).tokens;
  } catch (cause) {
    throw unusable(
      path,
      'it is not a token file',
      'Mend it, or remove it and create the tokens anew.',
      cause,
    );
  }
}

/** Written beside and moved into place, so that a server that reads meanwhile sees the old or the new, never half. */
export function writeTokens(path: string, tokens: readonly TokenRow[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

export interface TokenBook {
  /** The row of a token that is known and has not expired. */
  readonly find: (token: string) => TokenRow | undefined;
  readonly isEmpty: () => boolean;
  /** A file was made, so callers are to show a token, even when the last one has been revoked. */
  readonly isKept: () => boolean;
}

/** Looks whether the file has changed before each look-up: a token that was revoked stops at once, without a restart. */
export function openTokens(path: string, now: () => Date): TokenBook {
  let rows: readonly TokenRow[] = [];
  let seen: string | undefined;
  const current = (): readonly TokenRow[] => {
    const found = statSync(path, { throwIfNoEntry: false });
    const mark = found && `${found.ino} ${found.mtimeMs} ${found.size}`;
    if (mark !== seen || seen === undefined) rows = readTokens(path);
    seen = mark;
    return rows;
  };
  return {
    find(token) {
      const hash = Buffer.from(hashOf(token), 'hex');
      const row = current().find(({ sha256 }) => timingSafeEqual(Buffer.from(sha256, 'hex'), hash));
      if (row?.expires !== undefined && Date.parse(row.expires) <= now().getTime()) return undefined;
      return row;
    },
    isEmpty: () => current().length === 0,
    isKept: () => statSync(path, { throwIfNoEntry: false }) !== undefined,
  };
}

function unusable(path: string, why: string, next: string, cause?: unknown): OperationError {
  return new OperationError('CONFIGURATION_INVALID', `The token file ${path} is not used: ${why}.`, {
    next,
    cause,
  });
}
