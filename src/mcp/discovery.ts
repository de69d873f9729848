// Every operation within reach of a short tool list: search for one, then call it. What is found is guarded like any listed tool.
// How a search ranks is search.ts; what of an answer is shown is selection.ts.
import type { Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { lawfulName } from '../catalog/full/fields.ts';
import { factsOfOperation, findOnShelf, idsNamed, shelfCards } from '../catalog/full/index.ts';
import { findOperation } from '../catalog/index.ts';
import type { Operation, Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { frameOf } from '../operation/frame.ts';
import { parseInput } from '../operation/parse.ts';
import { findIds } from './search.ts';
import type { Selection } from './selection.ts';
import { callSchemaOf, inputSchemaOf } from './tools.ts';

const searchInput = z.strictObject({
  query: z.string().min(1).max(300).describe('What to do, in plain words, or an operation name or path'),
  limit: z.int().min(1).max(20).default(5).describe('Most operations to return'),
  schema: z
    .boolean()
    .default(false)
    .describe('Give the whole input schemas too; with a name as query, of that one'),
  retired: z.boolean().default(false).describe('Also products that have ended'),
});

const callInput = z.strictObject({
  operation: z.string().min(1).max(150).describe('Operation name, from search_operations'),
  input: z.record(z.string(), z.unknown()).default({}).describe("The operation's input"),
  select: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(50)
    .optional()
    .describe('Only these fields of the answer'),
  limit: z.int().min(1).max(1000).optional().describe('Most rows of the answer'),
});

const reading = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const doing = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };

export const discoveryTools: readonly Tool[] = [
  {
    name: 'search_operations',
    title: 'Search operations',
    description:
      'Find operations that are not in this tool list, over 2,000: WhatsApp, email, threads, tasks, state, numbers, video, SIP, SIMs and more. Then call them by name.',
    inputSchema: inputSchemaOf(searchInput),
    annotations: reading,
  },
  {
    name: 'read_operation',
    title: 'Read by an operation',
    description: 'Call an operation that only looks (effect read).',
    inputSchema: inputSchemaOf(callInput),
    annotations: reading,
  },
  {
    name: 'run_operation',
    title: 'Run an operation',
    description: 'Call any operation by name. All guardrails apply as for a listed tool.',
    inputSchema: inputSchemaOf(callInput),
    annotations: doing,
  },
];

export function searchOperations(input: unknown): Row {
  const { query, limit, schema, retired } = searchInput.parse(parseInput(searching, input, {}).input);
  const found = findIds({ query, retired });
  const isNamed = found[0] === query.trim();
  const shown = found.slice(0, schema && isNamed ? 1 : limit).map((id) => told(id, schema));
  return { operations: shown, more: Math.max(0, found.length - shown.length) };
}

function told(id: string, withSchema: boolean): Row {
  const operation = findAny(id);
  if (operation === undefined) throw new Error(`the index names ${id}, which is not there`);
  const { name, title, about, effect, input } = operation;
  const fields = Object.entries({ ...input.shape, ...frameOf(operation)?.shape }).map(([field, type]) =>
    isOptional(type) ? `${field}?` : field,
  );
  return {
    operation: name,
    title,
    about,
    effect,
    ...(withSchema ? { input: callSchemaOf(operation) } : fieldsTold(fields)),
  };
}

const mostFields = 40;

/** Two hundred names would say less than a few: the rest is in the schema. */
function fieldsTold(fields: readonly string[]): Row {
  const required = fields.filter((field) => !field.endsWith('?'));
  const shown = [...required, ...fields.filter((field) => !required.includes(field))].slice(0, mostFields);
  return {
    fields: shown,
    ...(fields.length > shown.length && { more_fields: fields.length - shown.length }),
  };
}

function isOptional(type: unknown): boolean {
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault;
}

/** The operation of either shelf: by name, by id, or by an operationId that only one living product has. */
export function findAny(name: string): Operation | undefined {
  return findOperation(name) ?? findOnShelf(name);
}

export interface Chosen {
  readonly operation: Operation;
  readonly input: unknown;
  readonly selection: Selection;
}

/** The operation a discovery call names, and its input. Throws where it is none, or where reading was asked of one that does. */
export function chosen(tool: 'read_operation' | 'run_operation', input: unknown): Chosen {
  const {
    operation: name,
    input: given,
    select,
    limit,
  } = callInput.parse(parseInput(tool === 'read_operation' ? readingOne : runningOne, input, {}).input);
  const operation = findAny(name);
  if (operation === undefined) throw unknownOperation(name);
  if (tool === 'read_operation' && operation.effect !== 'read') {
    throw new OperationError('REFUSED', `${name} does not only look (effect: ${operation.effect}).`, {
      rule: 'discovery.read_only',
      next: 'Call it with run_operation.',
    });
  }
  return { operation, input: spelled(operation, given, limit), selection: { select, limit } };
}

/** Names near a wrong one: the same operationId elsewhere, else what a search finds. */
export function unknownOperation(name: string): OperationError {
  const operationId = name.slice(name.lastIndexOf('.') + 1);
  const same = idsNamed(operationId);
  const near = [...same, ...findIds({ query: name.replaceAll(/[._]/g, ' '), retired: false })].slice(0, 3);
  const isAmbiguous = same.length > 1 && !name.includes('.');
  const fault = isAmbiguous
    ? `Several operations are called ${JSON.stringify(name)}.`
    : `There is no operation ${JSON.stringify(name)}.`;
  return new OperationError('UNKNOWN_OPERATION', fault, {
    next: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Find one with search_operations.',
  });
}

const usualRows = 20;

/** Twilio's own spelling `DateSent<` becomes a lawful name, and a list is asked for no more rows than will be shown. */
function spelled({ name, input: { shape } }: Operation, given: Row, limit: number | undefined): Row {
  if (!shelfCards().has(name))
    return shape['limit'] !== undefined && limit !== undefined ? { limit, ...given } : given;
  const renamed = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key in shape ? key : lawfulOr(key, shape), value]),
  );
  const isList = factsOfOperation(name)?.rows !== undefined;
  const size = Object.keys(shape).find((key) => /^page_?size$/i.test(key));
  if (!isList || size === undefined || renamed[size] !== undefined) return renamed;
  return { ...renamed, [size]: limit ?? usualRows };
}

function lawfulOr(key: string, shape: Readonly<Record<string, unknown>>): string {
  const lawful = lawfulName(key);
  return lawful in shape ? lawful : key;
}

const answer = z.object({});
const describe = (name: string, input: z.ZodObject): Operation => ({
  name,
  title: name,
  about: name,
  effect: 'read',
  input,
  output: answer,
});
const searching = describe('search_operations', searchInput);
const readingOne = describe('read_operation', callInput);
const runningOne = describe('run_operation', callInput);
