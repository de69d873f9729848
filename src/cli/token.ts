// `twilio-mcp token`: gives callers over HTTP their tokens, lists them, takes them back. A token is shown once and kept as a hash.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Config, tokensPath } from '../config.ts';
import { hashOf, readTokens, tokenName, tokenOf, writeTokens } from '../mcp/tokens.ts';
import { scopes } from '../operation/actor.ts';
import { OperationError } from '../operation/errors.ts';

export interface TokenRequest {
  readonly name: string;
  readonly scopes: string;
  readonly days?: string;
  readonly profile?: string;
}

const wanted = z.strictObject({
  name: tokenName,
  scopes: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(z.enum(scopes, `must be among ${scopes.join(', ')}`)).min(1)),
  days: z.coerce.number().int().min(1).max(3650).optional(),
  profile: z.string().min(1).optional(),
});

export function createToken(config: Config, request: TokenRequest): void {
  const parsed = wanted.safeParse(request);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `--${path[0]?.toString()} ${message}`);
    throw new OperationError('INVALID_INPUT', `No token was made: ${faults.join('; ')}.`, {
      next: 'Such as: twilio-mcp token create --name ops-bot --scopes read,send --days 90.',
    });
  }
  const { name, days, profile } = parsed.data;
  const path = tokensPath(config.settings);
  const rows = atPath(path, () => readTokens(path));
  if (rows.some((row) => row.name === name)) {
    throw new OperationError('CONFLICT', `There is a token called ${name}. No token was made.`, {
      next: `Take another name, or first run: twilio-mcp token revoke ${name}.`,
    });
  }
  const token = tokenOf(randomBytes(32));
  const now = Date.now();
  const row = {
    name,
    sha256: hashOf(token),
    scopes: [...new Set(parsed.data.scopes)],
    ...(profile !== undefined && { profile }),
    created: new Date(now).toISOString(),
    ...(days !== undefined && { expires: new Date(now + days * 86_400_000).toISOString() }),
  };
  atPath(path, () => writeTokens(path, [...rows, row]));
  // The token alone on stdout, so that it can be piped into a vault without passing a screen.
  process.stdout.write(`${token}\n`);
  process.stderr.write(
    `The token of ${name}, for ${row.scopes.join(', ')}${days === undefined ? '' : `, good for ${days} days`}. It is not shown again; ${path} holds its hash.\n`,
  );
}

export function listTokens(config: Config): void {
  const path = tokensPath(config.settings);
  const rows = atPath(path, () => readTokens(path));
  // On stderr: the list itself may be read by programs.
  if (rows.length === 0) process.stderr.write(`There are no tokens in ${path}.\n`);
  for (const { name, scopes: held, profile, created, expires } of rows) {
    const ends = expires === undefined ? 'no end' : `until ${expires.slice(0, 10)}`;
    process.stdout.write(
      `${name.padEnd(24)} ${held.join(',').padEnd(28)} ${profile ?? '-'} made ${created.slice(0, 10)}, ${ends}\n`,
    );
  }
}

export function revokeToken(config: Config, name: string): void {
  const path = tokensPath(config.settings);
  const rows = atPath(path, () => readTokens(path));
  const rest = rows.filter((row) => row.name !== name);
  if (rest.length === rows.length) {
    throw new OperationError('NOT_FOUND', `There is no token called ${name}.`, {
      next: '`twilio-mcp token list` shows all.',
    });
  }
  atPath(path, () => writeTokens(path, rest));
  process.stderr.write(`The token of ${name} is revoked. Running servers refuse it from now on.\n`);
}

/** A folder that cannot be written, or a file in its place, is for the owner to mend and no fault of this program. */
function atPath<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof OperationError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError('CONFIGURATION_INVALID', `The token file ${path} cannot be used: ${why}.`, {
      next: 'Make its folder one that this user may write, or name another file in TWILIO_MCP_TOKENS_FILE.',
      cause,
    });
  }
}
