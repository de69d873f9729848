// Here: where SIDs, tokens and codes come from: a seed and a counter, so that a test can tell them beforehand.
// Not here: any fixed SID; those stand beside the rows they name.
import { createHash } from 'node:crypto';

export type Ids = {
  /** "SM" → "SM" and 32 hexadecimal digits, the same ones in the same order for the same seed. */
  sid(prefix: string): string;
  /** Lower-case hexadecimal, for tokens and secrets. */
  hex(length: number): string;
  digits(length: number): string;
  uuid(): string;
  reset(): void;
};

export function createIds(seed: string): Ids {
  let counter = 0;
  const hex = (length: number): string => {
    counter += 1;
    const hash = createHash('sha512').update(`${seed}:${counter}`).digest('hex');
    return hash.slice(0, length);
  };
  return {
    sid: (prefix) => prefix + hex(32),
    hex,
    digits: (length) => [...hex(length)].map((digit) => Number.parseInt(digit, 16) % 10).join(''),
    uuid: () => hex(32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5'),
    reset: () => {
      counter = 0;
    },
  };
}
