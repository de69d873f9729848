// Twilio's OpenAPI descriptions, mended where they say less than is meant; from the npm package @twilio/cli-core, or TWILIO_OPENAPI_DIR.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { here } from './judge.ts';

export const descriptions =
  process.env['TWILIO_OPENAPI_DIR'] ?? join(here, 'node_modules/@twilio/cli-core/src/services/twilio-api');
const mendedFolder = mkdtempSync(join(tmpdir(), 'twilio-mcp-descriptions-'));

/** The file that describes a request, if there is one. */
export function descriptionFor(host: string, target: string): string | undefined {
  const name = /^([a-z]+)\.twilio\.com$/.exec(host)?.[1];
  const version = target.startsWith('/2010-04-01') ? 'v2010' : /^\/(v\d+)\//.exec(target)?.[1];
  const file = join(descriptions, `twilio_${name}_${version}.json`);
  return name !== undefined && version !== undefined && existsSync(file) ? file : undefined;
}

type Json = Record<string, unknown>;

/**
 * Lists in forms are repeated names, which the descriptions do not say; and a body with required fields is required. Without
 * the first Prism refuses what Twilio takes, without the second it passes what Twilio refuses. Of answers the descriptions
 * forbid what their own examples hold: null, and addresses that are relative or empty.
 */
export function mendedDescription(file: string): string {
  const root = rowOf(JSON.parse(readFileSync(file, 'utf8')));
  const operations = Object.values(rowOf(root['paths'])).flatMap((path) => Object.values(rowOf(path)));
  for (const operation of operations) {
    const body = rowOf(rowOf(operation)['requestBody']);
    const form = rowOf(rowOf(body['content'])['application/x-www-form-urlencoded']);
    const schema = rowOf(form['schema']);
    const lists = Object.entries(rowOf(schema['properties'])).filter(
      ([, each]) => rowOf(each)['type'] === 'array',
    );
    if (lists.length > 0)
      form['encoding'] = Object.fromEntries(lists.map(([name]) => [name, { style: 'form', explode: true }]));
    if (Array.isArray(schema['required']) && schema['required'].length > 0) body['required'] = true;
  }
  for (const schema of answersOf(root, operations)) loosen(schema, new Set());
  const mended = join(mendedFolder, basename(file));
  writeFileSync(mended, JSON.stringify(root));
  return mended;
}

function answersOf(root: Json, operations: readonly unknown[]): Json[] {
  const described = operations.flatMap((operation) => Object.values(rowOf(rowOf(operation)['responses'])));
  const inline = described.map((each) =>
    rowOf(rowOf(rowOf(rowOf(each)['content'])['application/json'])['schema']),
  );
  return [...inline, ...Object.values(rowOf(rowOf(root['components'])['schemas'])).map(rowOf)];
}

function loosen(schema: unknown, seen: Set<unknown>): void {
  if (!isRow(schema) || seen.has(schema)) return;
  seen.add(schema);
  if (schema['format'] === 'uri') delete schema['format'];
  if (schema['type'] !== undefined) schema['nullable'] = true;
  if (Array.isArray(schema['enum'])) schema['enum'] = [...schema['enum'], null];
  for (const each of Object.values(rowOf(schema['properties']))) loosen(each, seen);
  loosen(schema['items'], seen);
}

/** The very object, so that it can be mended in place. */
function rowOf(value: unknown): Json {
  return isRow(value) ? value : {};
}

function isRow(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
