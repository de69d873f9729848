// What a setting is: a schema with a description, an example and whether it is a secret. The tables are config.ts and settings-*.ts.
import { z } from 'zod';

interface About {
  readonly description: string;
  readonly examples: readonly [string];
  readonly secret?: true;
}

const told = new Map<z.ZodType, About>();

export function setting<S extends z.ZodType>(
  schema: S,
  description: string,
  example: string,
  secret?: 'secret',
): S {
  told.set(schema, { description, examples: [example], ...(secret && { secret: true }) });
  return schema;
}

export function aboutOf(schema: z.ZodType): About | undefined {
  return told.get(schema);
}

export function accountSidOf(prefix: string) {
  return z
    .string()
    .regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `must be ${prefix} followed by 32 hexadecimal digits`);
}

export const secretText = z
  .string()
  .min(8, 'is too short to be right')
  .regex(/^\S+$/, 'must not contain spaces');

/** Words with commas between. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== ''),
);

const portRange = 'must be a port: a whole number from 0 to 65535';

export const port = z.coerce.number(portRange).int(portRange).min(0, portRange).max(65_535, portRange);

export const label = z.string().regex(/^[a-z0-9-]+$/, 'must be lower-case letters, digits and dashes');

/** Whether a URL names this machine. */
export function isHere(url: string): boolean {
  return /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/.test(new URL(url).hostname);
}
