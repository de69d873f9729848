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
    if (isAbsent(cause)) return undefined;
    throw unusable(path, 'read', cause, 'Make it readable for this user.');
  }
  try {
    return pricesSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw unusable(
      path,
      'understood',
      cause,
      'Remove the file, so that the built-in table holds again, then make it anew with `twilio-mcp prices refresh`.',
    );
  }
}

/** Nothing lies below a file either. */
function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}

/** Appears whole or not at all. Throws CONFIGURATION_INVALID where it cannot be kept. */
export function writePrices(path: string, prices: Prices): void {
  const text = `${JSON.stringify(pricesSchema.parse(prices), null, 2)}\n`;
  const draft = `${path}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  } catch (cause) {
    throw unusable(
      path,
      'written',
      cause,
      'Make the folder writable for this user, or keep the store in another by TWILIO_MCP_DATABASE_URL.',
    );
  }
}

function unusable(path: string, what: string, cause: unknown, next: string): OperationError {
  // What a schema says of a whole table is long; the reasons of the file system are one line.
  const why = cause instanceof Error && 'code' in cause ? `: ${cause.message}` : '';
  return new OperationError('CONFIGURATION_INVALID', `The price table ${path} cannot be ${what}${why}.`, {
    next,
    cause,
  });
}
