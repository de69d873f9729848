// The price table that the owner has asked Twilio for, as a file. What the prices mean is guards/prices.ts.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Prices, pricesSchema } from './guards/prices.ts';
import { OperationError } from './operation/errors.ts';

/** Undefined where none was ever asked for. Throws CONFIGURATION_INVALID: limits on wrong prices would be none. */
export function readPrices(path: string): Prices | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw unusable(path, cause);
  }
  try {
    return pricesSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw unusable(path, cause);
  }
}

/** Appears whole or not at all. */
export function writePrices(path: string, prices: Prices): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify(pricesSchema.parse(prices), null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

function unusable(path: string, cause: unknown): OperationError {
  return new OperationError('CONFIGURATION_INVALID', `The price table ${path} cannot be read.`, {
    next: 'Remove the file, so that the built-in table holds again, or make it anew with `twilio-mcp prices refresh`.',
    cause,
  });
}
