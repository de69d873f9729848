// The owner's policy file, YAML or JSON: read once at start, refused as a whole where a word of it is not understood.
// What the rules mean is guards/policy.ts; how they are told to people is references/guardrails.md.
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { type Policy, policySchema } from './guards/policy.ts';
import { nearest } from './nearest.ts';
import { OperationError } from './operation/errors.ts';
import { isRow } from './operation/row.ts';

export interface PolicySource {
  /** Path of the file; without one, the defaults hold. */
  readonly file: string | undefined;
  /** TWILIO_MCP_READ_ONLY: makes it stricter, never laxer. */
  readonly readOnly: boolean;
  /** URLs among the settings: whoever configured them has listed their hosts. */
  readonly urls?: readonly string[];
}

/** The policy in force. Throws CONFIGURATION_INVALID naming every fault: a misspelt rule must not pass unseen. */
export function loadPolicy({ file, readOnly, urls = [] }: PolicySource): Policy {
  const policy = file === undefined ? policySchema.parse({}) : parsePolicy(readText(file), file);
  const { access, destination } = policy;
  const url_hosts = [...destination.url_hosts, ...urls.map((url) => new URL(url).host)];
  return {
    ...policy,
    access: { ...access, read_only: access.read_only || readOnly },
    destination: { ...destination, url_hosts },
  };
}

const MOST_BYTES = 1024 * 1024;

function readText(file: string): string {
  try {
    if (statSync(file).size > MOST_BYTES) throw new Error('it is over a megabyte');
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalid(file, [`cannot be read: ${why}`], cause);
  }
}

export function parsePolicy(text: string, file: string): Policy {
  // Loaded where there is a policy file: most starts have none.
  const { parseDocument }: typeof import('yaml') = createRequire(import.meta.url)('yaml');
  // Strict: two keys of one name, or an alias that grows, are faults.
  const document = parseDocument(text, { strict: true, uniqueKeys: true, version: '1.2' });
  if (document.errors.length > 0)
    throw invalid(
      file,
      document.errors.map(({ message }) => firstLine(message)),
    );
  const parsed = policySchema.safeParse(document.toJS({ maxAliasCount: 20 }) ?? {});
  if (!parsed.success) throw invalid(file, parsed.error.issues.flatMap(faultsOf));
  return parsed.data;
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/:$/, '') ?? text;
}

function invalid(file: string, faults: readonly string[], cause?: unknown): OperationError {
  return new OperationError(
    'CONFIGURATION_INVALID',
    `The policy file ${file} is not usable: ${faults.join('; ')}.`,
    {
      next: 'Mend what is named; references/guardrails.md and references/policy.schema.json say what there is. Without the file the defaults hold.',
      cause,
    },
  );
}

function faultsOf(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [`${at === '' ? 'the whole' : at} ${issue.message}`];
  const known = keysAt(issue.path);
  return issue.keys.map((key) => {
    const name = at === '' ? key : `${at}.${key}`;
    const near = nearest(key.replaceAll('-', '_'), known);
    return `${name} is not known${near === undefined ? `: there are ${known.join(', ')}` : `: did you mean ${near}?`}`;
  });
}

const schema: unknown = z.toJSONSchema(policySchema, { io: 'input' });

/** The keys there are at that place. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<unknown>((node, key) => {
    const inner = isRow(node) ? node['properties'] : undefined;
    const rest = isRow(node) ? node['additionalProperties'] : undefined;
    return isRow(inner) ? inner[String(key)] : rest;
  }, schema);
  const properties = isRow(found) ? found['properties'] : undefined;
  return isRow(properties) ? Object.keys(properties) : [];
}
