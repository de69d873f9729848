// Every operation within reach of a short tool list: search for one, then call it. What is found is guarded like any listed tool.
// The tools themselves are discovery-tools.ts; how a search ranks is search.ts; what of an answer is shown is selection.ts.
import { z } from 'zod';
import { lawfulName } from '../catalog/full/fields.ts';
import { factsOfOperation, findOnShelf, idsNamed, shelfCards } from '../catalog/full/index.ts';
import { toolNameOf } from '../catalog/full/tool-name.ts';
import { findOperation, similarNames } from '../catalog/index.ts';
import type { Operation, Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { frameOf } from '../operation/frame.ts';
import { parseInput } from '../operation/parse.ts';
import { callInput, searchInput } from './discovery-tools.ts';
import { findIds } from './search.ts';
import type { Selection } from './selection.ts';
import type { Surface } from './surface.ts';
import { callSchemaOf } from './tools.ts';

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

/** Why a tool that was called is not listed: there is none of that name, or it is turned off. */
export function whatIsNot(tool: string, { whyNot }: Pick<Surface, 'whyNot'>): string {
  const known = findOperation(tool) ?? findByToolName(tool);
  if (known !== undefined) return `The tool ${tool} is turned off: ${whyNot(known)}.`;
  const near = similarNames(tool);
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'tools/list shows what there is.';
  return `There is no tool ${JSON.stringify(tool)}. ${hint}`;
}

function findByToolName(name: string): Operation | undefined {
  const id = [...shelfCards().keys()].find((each) => each === name || toolNameOf(each) === name);
  return id === undefined ? undefined : findOnShelf(id);
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
