// Named profiles: which account, senders and keys a caller acts with. The file holds no secrets, only where they are.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { OperationError } from './operation/errors.ts';

/** Loaded where there are profiles: most servers have none. */
function parseYaml(text: string): unknown {
  const { parse }: typeof import('yaml') = createRequire(import.meta.url)('yaml');
  return parse(text);
}

const profileName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be lower-case letters, digits and dashes');

const profile = z.strictObject({
  /** Who acts with it, as audit lines name them: `token:ops-bot`, `oauth:alice`. */
  callers: z.array(z.string()).default([]),
  /** Settings by their own names. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)),
});

const profilesFile = z.strictObject({
  profiles: z
    .record(profileName, profile)
    .refine((profiles) => Object.keys(profiles).length > 0, 'names no profile'),
});

export type Profiles = z.output<typeof profilesFile>['profiles'];

/** YAML or JSON. Throws CONFIGURATION_INVALID, never with a value in it. */
export function readProfiles(path: string): Profiles {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw invalid(path, 'it cannot be read as YAML or JSON', cause);
  }
  const parsed = profilesFile.safeParse(content);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw invalid(path, faults.join('; '));
  }
  const claimed = Object.values(parsed.data.profiles).flatMap(({ callers }) => callers);
  const twice = claimed.find((caller, place) => claimed.indexOf(caller) !== place);
  if (twice !== undefined) throw invalid(path, `${twice} is a caller of two profiles`);
  return parsed.data.profiles;
}

/** The profile of a caller: its token's, else the one that names it, else the one everybody has. Undefined: none. */
export function profileOf(
  caller: { readonly name: string; readonly profile?: string | undefined },
  profiles: Profiles,
  everybody: string | undefined,
): string | undefined {
  const named = Object.entries(profiles).find(([, { callers }]) => callers.includes(caller.name));
  const chosen = caller.profile ?? named?.[0] ?? everybody;
  return chosen !== undefined && Object.hasOwn(profiles, chosen) ? chosen : undefined;
}

function invalid(path: string, why: string, cause?: unknown): OperationError {
  return new OperationError('CONFIGURATION_INVALID', `The profiles file ${path} is not usable: ${why}.`, {
    next: 'references/configuration.md shows one.',
    cause,
  });
}
