// Every operation within reach of a short tool list: search for one, then call it. What is found is guarded like any listed tool.
import type { Tool } from '@modelcontextprotocol/server';
import MiniSearch from 'minisearch';
import { z } from 'zod';
import { findOperation, operations, similarNames } from '../catalog/index.ts';
import { type Operation, type Row, toolsetOf } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { frameOf } from '../operation/frame.ts';
import { parseInput } from '../operation/parse.ts';
import { callSchemaOf, inputSchemaOf } from './tools.ts';

const searchInput = z.strictObject({
  query: z.string().min(1).max(300).describe('What to do, in plain words, or an operation name'),
  limit: z.int().min(1).max(20).default(5).describe('Most operations to return'),
  schema: z.boolean().default(false).describe('Give the input schemas too'),
});

const callInput = z.strictObject({
  operation: z.string().min(1).max(100).describe('Operation name, from search_operations'),
  input: z.record(z.string(), z.unknown()).default({}).describe("The operation's input"),
});

const reading = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const doing = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };

export const discoveryTools: readonly Tool[] = [
  {
    name: 'search_operations',
    title: 'Search operations',
    description:
      'Find operations that are not in this tool list: WhatsApp, email, threads, tasks, state, numbers and more. Then call them by name.',
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

/** Words people use for what Twilio calls otherwise. */
const synonyms: Readonly<Record<string, string>> = {
  sms: 'message text',
  text: 'message sms',
  mms: 'message media',
  phone: 'call number',
  ring: 'call place',
  dial: 'call place',
  otp: 'verification code verify',
  '2fa': 'verification verify',
  passcode: 'verification verify',
  carrier: 'lookup',
  mail: 'email',
  sendgrid: 'email',
  chat: 'conversation',
  thread: 'conversation',
  money: 'balance usage',
  cost: 'usage price',
  spend: 'usage price',
  buy: 'create number',
  rent: 'create number',
  hangup: 'update call',
  stop: 'cancel close',
  anonymous: 'proxy session mask',
  hide: 'proxy session open mask',
  mask: 'proxy session',
  state: 'sync document map',
  agent: 'worker',
  ivr: 'twiml menu',
};

let index: MiniSearch | undefined;

/** Built at the first search: most sessions never need it. */
function indexed(): MiniSearch {
  if (index !== undefined) return index;
  index = new MiniSearch({
    fields: ['name', 'title', 'about', 'product', 'fields'],
    idField: 'id',
    tokenize: (text) =>
      text
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .filter((word) => word !== ''),
    searchOptions: { boost: { name: 4, title: 3, product: 2 }, fuzzy: 0.2, prefix: true },
  });
  index.addAll(
    operations.map((operation) => ({
      id: operation.name,
      name: operation.name,
      title: operation.title,
      about: operation.about,
      product: toolsetOf(operation),
      fields: Object.keys(operation.input.shape).join(' '),
    })),
  );
  return index;
}

export function searchOperations(input: unknown): Row {
  const { query, limit, schema } = parseInput(searching, input, {}).input;
  const words = String(query)
    .toLowerCase()
    .split(/[^a-z0-9_]+/);
  const widened = [...words, ...words.map((word) => synonyms[word] ?? '')].join(' ');
  const exact = findOperation(String(query).trim());
  const ranked = indexed()
    .search(widened)
    .map(({ id }) => findOperation(String(id)));
  const found = [exact, ...ranked].filter(
    (each, place, all) => each !== undefined && all.indexOf(each) === place,
  );
  const shown = found.slice(0, Number(limit)).map((each) => each && told(each, schema === true));
  return { operations: shown, more: Math.max(0, found.length - shown.length) };
}

function told(operation: Operation, schema: boolean): Row {
  const { name, title, about, effect, input } = operation;
  const fields = Object.entries({ ...input.shape, ...frameOf(operation)?.shape }).map(([field, type]) =>
    isOptional(type) ? `${field}?` : field,
  );
  return {
    operation: name,
    title,
    about,
    effect,
    ...(schema ? { input: callSchemaOf(operation) } : { fields }),
  };
}

function isOptional(type: unknown): boolean {
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault;
}

/** The operation a discovery call names, and its input. Throws where it is none, or where reading was asked of one that does. */
export function chosen(
  tool: 'read_operation' | 'run_operation',
  input: unknown,
): { readonly operation: Operation; readonly input: unknown } {
  const parsed = parseInput(tool === 'read_operation' ? readingOne : runningOne, input, {}).input;
  const name = String(parsed['operation']);
  const operation = findOperation(name);
  if (operation === undefined) {
    const near = similarNames(name);
    throw new OperationError('UNKNOWN_OPERATION', `There is no operation ${JSON.stringify(name)}.`, {
      next: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Find one with search_operations.',
    });
  }
  if (tool === 'read_operation' && operation.effect !== 'read') {
    throw new OperationError('REFUSED', `${name} does not only look (effect: ${operation.effect}).`, {
      rule: 'discovery.read_only',
      next: 'Call it with run_operation.',
    });
  }
  return { operation, input: parsed['input'] };
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
