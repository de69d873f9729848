// Here: Twilio's published OpenAPI as a judge of the emulator's answers: unknown fields, wrong types, wrong patterns.
// Not here: the descriptions themselves; they lie in ../shared/data or where TWILIO_OPENAPI_DIR points.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory =
  process.env['TWILIO_OPENAPI_DIR'] ?? join(import.meta.dirname, '../../../shared/data/twilio-openapi');

export const hasOpenApi = existsSync(directory);
if (!hasOpenApi) {
  process.stderr.write(`No OpenAPI at ${directory}: the emulator's answers are not compared with it.\n`);
}

type Json = Readonly<Record<string, unknown>>;
type Operation = { readonly pattern: RegExp; readonly literal: number; readonly responses: Json };
type Described = { readonly root: Json; readonly operations: ReadonlyMap<string, readonly Operation[]> };

/** Fields that Twilio describes but leaves out of its own examples. */
const LEFT_OUT: readonly RegExp[] = [
  /AvailablePhoneNumbers\.json \d+\.(start|end|page|page_size|(first|next|previous)_page_uri)$/,
  /AvailablePhoneNumbers\/\w+\/\w+\.json \d+\.(start|end|page|page_size|(first|next|previous)_page_uri)$/,
  /AvailablePhoneNumbers.*\.capabilities\.fax$/,
  /oauth.*\.(id_token|refresh_token)$/,
];

const described = new Map<string, Described | undefined>();

/** What is wrong with an answer, in words with a path; empty when Twilio's description allows it. */
export function judge(method: string, host: string, path: string, status: number, body: unknown): string[] {
  const name = /^([a-z]+)\.twilio\.com$/.exec(host)?.[1];
  const version = path.startsWith('/2010-04-01') ? 'v2010' : /^\/(v\d+)\//.exec(path)?.[1];
  const spec =
    name === undefined || version === undefined ? undefined : load(`twilio_${name}_${version}.json`);
  const operation = spec?.operations.get(method)?.find(({ pattern }) => pattern.test(path));
  if (spec === undefined || operation === undefined) return [];
  const where = `${method} ${host}${path} ${status}`;
  const response = operation.responses[String(status)];
  if (response === undefined) return [`${where}: the description knows no such status`];
  const schema = object(object(object(object(response)['content'])['application/json'])['schema']);
  return check(spec.root, schema, body, where);
}

function load(file: string): Described | undefined {
  if (described.has(file)) return described.get(file);
  const path = join(directory, file);
  const spec = existsSync(path) ? read(path) : undefined;
  described.set(file, spec);
  return spec;
}

function read(path: string): Described {
  const root = object(JSON.parse(readFileSync(path, 'utf8')));
  const operations = new Map<string, Operation[]>();
  for (const [template, item] of Object.entries(object(root['paths']))) {
    const source = template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+?');
    const literal = template.replace(/\{\w+\}/g, '').length;
    for (const [method, operation] of Object.entries(object(item))) {
      const list = operations.get(method.toUpperCase()) ?? [];
      list.push({
        pattern: new RegExp(`^${source}$`),
        literal,
        responses: object(object(operation)['responses']),
      });
      list.sort((a, b) => b.literal - a.literal);
      operations.set(method.toUpperCase(), list);
    }
  }
  return { root, operations };
}

function check(root: Json, given: Json, value: unknown, where: string): string[] {
  const schema = resolve(root, given);
  if (value === undefined || Object.keys(schema).length === 0) return [];
  // The descriptions leave many nullable fields unmarked: their own examples hold null there.
  if (value === null) return [];
  const type = schema['type'];
  if (type === 'array') {
    if (!Array.isArray(value)) return [`${where} is no array`];
    return value.flatMap((one, i) => check(root, object(schema['items']), one, `${where}[${i}]`));
  }
  if (type === 'object') return checkObject(root, schema, value, where);
  if (type === 'string') return checkText(schema, value, where);
  if (type === 'integer') return Number.isInteger(value) ? [] : [`${where} is no integer: ${String(value)}`];
  if (type === 'number') return typeof value === 'number' ? [] : [`${where} is no number: ${String(value)}`];
  if (type === 'boolean')
    return typeof value === 'boolean' ? [] : [`${where} is no boolean: ${String(value)}`];
  return [];
}

function checkObject(root: Json, schema: Json, value: unknown, where: string): string[] {
  if (typeof value !== 'object' || Array.isArray(value)) return [`${where} is no object`];
  const properties = object(schema['properties']);
  if (Object.keys(properties).length === 0) return [];
  const fields = object(value);
  const missing = Object.keys(properties)
    .filter((name) => !(name in fields))
    .map((name) => `${where}.${name}`)
    .filter((name) => !LEFT_OUT.some((pattern) => pattern.test(name)));
  return [
    ...missing.map((name) => `${name} is missing`),
    ...Object.entries(fields).flatMap(([name, one]) => {
      const property = properties[name];
      if (property === undefined) return [`${where}.${name} is unknown`];
      return check(root, object(property), one, `${where}.${name}`);
    }),
  ];
}

function checkText(schema: Json, value: unknown, where: string): string[] {
  if (typeof value !== 'string') return [`${where} is no string: ${JSON.stringify(value)}`];
  const { enum: allowed, pattern } = schema;
  if (Array.isArray(allowed) && !allowed.includes(value))
    return [`${where} is none of ${allowed.join(', ')}: ${value}`];
  if (typeof pattern === 'string' && value !== '' && !new RegExp(pattern).test(value)) {
    return [`${where} does not match ${pattern}: ${value}`];
  }
  if (schema['format'] === 'date-time' && !/^\d{4}-\d\d-\d\dT.*Z$/.test(value))
    return [`${where} is no ISO date: ${value}`];
  if (schema['format'] === 'date-time-rfc-2822' && !/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/.test(value)) {
    return [`${where} is no RFC 2822 date: ${value}`];
  }
  return [];
}

function resolve(root: Json, schema: Json): Json {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  const target = reference
    .replace('#/', '')
    .split('/')
    .reduce<Json>((at, key) => object(at[key]), root);
  return resolve(root, target);
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
