// The generated TypeScript SDK of Segment's Public API into facts: the description itself is not published as a file.
// Maturity is a media type there, and the first one an operation offers is asked for.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AnswerFacts,
  DomainFacts,
  OperationFacts,
  ParamFacts,
  SchemaFacts,
} from '../../src/catalog/full/facts.ts';
import { present } from './json.ts';

interface Model {
  readonly fields: readonly { readonly name: string; readonly optional: boolean; readonly type: string }[];
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

export function segmentFacts(folder: string): DomainFacts {
  const models = readModels(join(folder, 'model'));
  const used = new Set<string>();
  const answers = new Set<string>();
  const files = readdirSync(join(folder, 'api'))
    .filter((name) => name.endsWith('Api.ts'))
    .sort();
  const operations = files.flatMap((name) => {
    const blocks = readFileSync(join(folder, 'api', name), 'utf8').split(/^ {4}public async /m);
    return blocks.slice(1).map((block) => operationFacts(block, models, used, answers));
  });
  const shared: Record<string, SchemaFacts> = {};
  for (const name of used) shared[name] = modelSchema(name, models, used);
  const told: Record<string, AnswerFacts> = {};
  for (const name of answers) told[name] = modelAnswer(name, models, answers);
  return {
    domain: 'segment_public',
    host: 'segment-public',
    source: `segmentio/public-api-sdk-typescript ${versionOf(folder)}`,
    operations,
    schemas: sorted(shared),
    answers: sorted(told),
  };
}

function versionOf(folder: string): string {
  return /"version": "([^"]+)"/.exec(readFileSync(join(folder, 'package.json'), 'utf8'))?.[1] ?? 'unknown';
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readModels(folder: string): ReadonlyMap<string, Model> {
  const models = new Map<string, Model>();
  for (const file of readdirSync(folder)) {
    const source = readFileSync(join(folder, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    const name = /export class (\w+)/.exec(source)?.[1];
    if (name === undefined) continue;
    const fields = [...source.matchAll(/^ {4}'([^']+)'(\?)?:\s*([\s\S]*?);\n/gm)].map(
      ([, field = '', optional, type = '']) => ({
        name: field,
        optional: optional === '?',
        type: type.trim(),
      }),
    );
    models.set(name, { fields, enums: enumsOf(source) });
  }
  return models;
}

function enumsOf(source: string): Record<string, string[]> {
  const found = [...source.matchAll(/export enum (\w+) \{([\s\S]*?)\n {4}\}/g)].map(
    ([, name = '', body = '']) => [
      name,
      [...body.matchAll(/= <any>'([^']*)'/g)].map(([, value = '']) => value),
    ],
  );
  return Object.fromEntries(found);
}

function operationFacts(
  block: string,
  models: ReadonlyMap<string, Model>,
  used: Set<string>,
  answers: Set<string>,
): OperationFacts {
  const id = /^(\w+)/.exec(block)?.[1] ?? '';
  const path = /basePath \+\s*'([^']+)'/.exec(block)?.[1] ?? '';
  const method = methodOf(/method: '(\w+)'/.exec(block)?.[1]);
  const body = /body: ObjectSerializer\.serialize\(\s*\w+,\s*'(\w+)'/.exec(block)?.[1];
  const answer = /ObjectSerializer\.deserialize\(\s*body,\s*'(\w+)'/.exec(block)?.[1];
  const accept = /'(application\/vnd\.segment\.[^']+)'/.exec(block)?.[1];
  const params = [...pathParams(block, path), ...queryParams(block, models, used)];
  if (answer !== undefined) answers.add(answer);
  return present({
    id,
    method,
    path,
    params: params.length === 0 ? undefined : params,
    body:
      body === undefined
        ? undefined
        : present({ type: 'json' as const, media: accept, schema: modelSchema(body, models, used) }),
    answer: answer === undefined ? undefined : `#${answer}`,
    accept,
  });
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function methodOf(name: string | undefined): OperationFacts['method'] {
  const found = methods.find((each) => each === name);
  if (found === undefined) throw new Error(`no method ${name}`);
  return found;
}

function pathParams(block: string, path: string): ParamFacts[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const type = new RegExp(`^ {8}${name}\\??: (\\w+)`, 'm').exec(block)?.[1];
    return { name, in: 'path', required: true, schema: { type: type === 'number' ? 'number' : 'string' } };
  });
}

function queryParams(block: string, models: ReadonlyMap<string, Model>, used: Set<string>): ParamFacts[] {
  const found = block.matchAll(
    /localVarQueryParameters\['([^']+)'\] =\s*ObjectSerializer\.serialize\(\s*(\w+),\s*(?:'([^']*)'|"([^"]*)")/g,
  );
  return [...found].map(([, name = '', variable = '', plain, union]) => {
    const required = !new RegExp(`^ {8}${variable}\\?:`, 'm').test(block);
    const schema = typeFacts(union ?? plain ?? 'any', undefined, models, used);
    const isBracketed = schema.ref !== undefined || schema.type === 'object' || schema.type === 'array';
    return present({
      name,
      in: 'query' as const,
      required: required ? (true as const) : undefined,
      schema,
      style: isBracketed ? ('brackets' as const) : undefined,
    });
  });
}

function modelSchema(name: string, models: ReadonlyMap<string, Model>, used: Set<string>): SchemaFacts {
  const model = models.get(name);
  if (model === undefined || model.fields.length === 0) return { type: 'object', others: {} };
  const required = model.fields.filter((field) => !field.optional).map((field) => field.name);
  return present({
    type: 'object' as const,
    properties: Object.fromEntries(
      model.fields.map((field) => [field.name, typeFacts(field.type, model, models, used)]),
    ),
    required: required.length === 0 ? undefined : required,
  });
}

/** One TypeScript type as the SDK writes them. */
function typeFacts(
  type: string,
  model: Model | undefined,
  models: ReadonlyMap<string, Model>,
  used: Set<string>,
): SchemaFacts {
  const parts = type.split('|').map((part) => part.trim());
  const nullable = parts.includes('null') ? { nullable: true as const } : {};
  const [one = 'any', ...more] = parts.filter((part) => part !== 'null');
  const literals = [one, ...more].flatMap((part) => /^'([^']*)'$/.exec(part)?.[1] ?? []);
  if (literals.length > 0) return { type: 'string', enum: literals, ...nullable };
  if (more.length > 0) return { ...nullable };
  const element = /^(?:Array|Set)<(.+)>$/s.exec(one)?.[1];
  if (element !== undefined)
    return { type: 'array', items: typeFacts(element, model, models, used), ...nullable };
  if (one === 'string' || one === 'number' || one === 'boolean') return { type: one, ...nullable };
  if (one === 'Date') return { type: 'string', format: 'date-time', ...nullable };
  const values = model?.enums[one.split('.')[1] ?? ''];
  if (values !== undefined) return { type: 'string', enum: values, ...nullable };
  if (one.startsWith('{') || one === 'object') return { type: 'object', others: {}, ...nullable };
  if (!models.has(one)) return { ...nullable };
  used.add(one);
  return { ref: one, ...nullable };
}

function modelAnswer(name: string, models: ReadonlyMap<string, Model>, answers: Set<string>): AnswerFacts {
  const fields = models.get(name)?.fields ?? [];
  return Object.fromEntries(fields.map((field) => [field.name, answerType(field.type, models, answers)]));
}

function answerType(type: string, models: ReadonlyMap<string, Model>, answers: Set<string>): AnswerFacts {
  const one = type.split('|')[0]?.trim() ?? 'any';
  const element = /^(?:Array|Set)<(.+)>$/s.exec(one)?.[1];
  if (element !== undefined) return [answerType(element, models, answers)];
  if (one === 'string' || one === 'number' || one === 'boolean') return one;
  if (!models.has(one)) return 'any';
  answers.add(one);
  return `#${one}`;
}
