// The key that binds the store's chains: given, or kept in a file beside the store that only its owner may read.
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** 64 hexadecimal digits are the key itself; of any other text it is made. */
export function keyFrom(text: string): Uint8Array {
  return hex.test(text) ? Buffer.from(text, 'hex') : createHash('sha256').update(text).digest();
}

const hex = /^[0-9a-f]{64}$/i;

/** Reads the key beside the store, making it at the first time. Of two processes that make one, both end with the same. */
export function keyBeside(path: string, random: () => Uint8Array): Uint8Array {
  const file = `${path}.key`;
  const known = read(file);
  if (known !== undefined) return known;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${file}.${Buffer.from(random()).toString('hex').slice(0, 16)}`;
  writeFileSync(draft, Buffer.from(random()).toString('hex'), { mode: 0o600, flag: 'wx' });
  try {
    // A link appears whole or not at all, and never over one that is there.
    linkSync(draft, file);
  } catch (error) {
    if (read(file) === undefined) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const made = read(file);
  if (made === undefined) throw new Error(`${file} could not be read after it was written`);
  return made;
}

function read(file: string): Uint8Array | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    // Half a key would be taken for another one, and all that was ever written for forged.
    if (!hex.test(text)) throw new Error(`${file} does not hold the 64 hexadecimal digits of a key`);
    return Buffer.from(text, 'hex');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
