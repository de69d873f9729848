// Here: one emulated SendGrid for one test, each of its answers held against SendGrid's published OpenAPI.
// Not here: assertions, and the descriptions; they lie in ../shared/data or where SENDGRID_OPENAPI_DIR points.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { EMULATED_SENDGRID_KEY } from '../../src/emulator/products/email.ts';
import { serveEmulator } from '../../src/emulator/server.ts';
import { START } from './served.ts';

type Json = Readonly<Record<string, unknown>>;

const directory =
  process.env['SENDGRID_OPENAPI_DIR'] ?? join(import.meta.dirname, '../../../shared/data/sendgrid-openapi');

const hasSendGridOpenApi = existsSync(directory);

/** Where SendGrid's words or examples say something else than its schemas. */
const SAID_OTHERWISE: readonly RegExp[] = [
  // The page on sandbox mode: 200, where a real send is answered 202.
  /^POST \/v3\/mail\/send 200: no such status/,
  // "An empty JSON object" for an address that is not suppressed.
  /^GET \/v3\/asm\/suppressions\/global\/\S+ 200\.recipient_email is missing/,
];

/** `ask('POST', '/v3/mail/send', {…})`, and the control door. What does not fit the description fails the test. */
export async function sendgrid() {
  const { url, emulator, close } = await serveEmulator({ now: () => START, clock: 'manual' });
  const faults: string[] = [];
  onTestFinished(async () => {
    await close();
    expect(faults).toEqual([]);
    expect(emulator.world.mishaps).toEqual([]);
  });

  const request = async (
    method: string,
    address: string,
    headers: Record<string, string>,
    body?: unknown,
  ) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(address, { method, headers: { ...headers, ...type }, ...sent });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };

  const ask = async (method: string, path: string, body?: unknown, key = EMULATED_SENDGRID_KEY) => {
    const answer = await request(
      method,
      `${url}/api.sendgrid.com${path}`,
      { authorization: `Bearer ${key}` },
      body,
    );
    const [plain = ''] = path.split('?');
    faults.push(...judge(method, plain, answer.status, answer.body));
    return answer;
  };
  const control = async (method: string, path: string, body?: unknown) =>
    request(method, `${url}/_emulator${path}`, {}, body);
  const advance = (seconds: number) => emulator.world.clock.advance(seconds);
  return { ask, control, advance };
}

/** Refusals are described differently from route to route; their shape is asserted in the tests. */
function judge(method: string, path: string, status: number, body: unknown): string[] {
  if (!hasSendGridOpenApi || status >= 400) return [];
  const where = `${method} ${path} ${status}`;
  const described = find(method, path);
  if (described === undefined) return [`${where}: not in the description`];
  const { root, responses } = described;
  const response = responses[String(status)];
  const content = object(resolve(root, object(response))['content']);
  const { schema } = object(content['application/json']);
  const faults =
    response === undefined
      ? [`${where}: no such status is described`]
      : check(root, object(schema), body, where);
  return faults.filter((fault) => !SAID_OTHERWISE.some((each) => each.test(fault)));
}

function find(method: string, path: string): { root: Json; responses: Json } | undefined {
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
    const root = descriptionOf(file);
    for (const [template, item] of Object.entries(object(root['paths'])).sort(
      ([a], [b]) => literal(b) - literal(a),
    )) {
      const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
      const operation = object(item)[method.toLowerCase()];
      if (pattern.test(path) && operation !== undefined)
        return { root, responses: object(object(operation)['responses']) };
    }
  }
  return undefined;
}

const read = new Map<string, Json>();

function descriptionOf(file: string): Json {
  const known = read.get(file) ?? object(JSON.parse(readFileSync(join(directory, file), 'utf8')));
  read.set(file, known);
  return known;
}

function literal(template: string): number {
  return template.replace(/\{\w+\}/g, '').length;
}

function check(root: Json, given: Json, value: unknown, where: string): string[] {
  const schema = resolve(root, given);
  if (value === null || value === undefined || Object.keys(schema).length === 0) return [];
  const choices = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(choices)) {
    const tries = choices.map((each: unknown) => check(root, object(each), value, where));
    return tries.find((faults) => faults.length === 0) ?? tries[0] ?? [];
  }
  const { type, enum: allowed } = schema;
  if (Array.isArray(allowed) && !allowed.includes(value))
    return [`${where} is none of ${allowed.join(', ')}: ${JSON.stringify(value)}`];
  if (type === 'array') {
    if (!Array.isArray(value)) return [`${where} is no array`];
    return value.flatMap((one, i) => check(root, object(schema['items']), one, `${where}[${i}]`));
  }
  if (type === 'string') return typeof value === 'string' ? [] : [`${where} is no string`];
  if (type === 'boolean') return typeof value === 'boolean' ? [] : [`${where} is no boolean`];
  if (type === 'number') return typeof value === 'number' ? [] : [`${where} is no number`];
  if (type === 'integer') return Number.isInteger(value) ? [] : [`${where} is no integer`];
  return checkObject(root, schema, value, where);
}

function checkObject(root: Json, schema: Json, value: unknown, where: string): string[] {
  const { properties, required } = parts(root, schema);
  if (Object.keys(properties).length === 0) return [];
  if (typeof value !== 'object' || Array.isArray(value)) return [`${where} is no object`];
  const fields = object(value);
  return [
    ...required.filter((name) => !(name in fields)).map((name) => `${where}.${name} is missing`),
    ...Object.entries(fields).flatMap(([name, one]) =>
      name in properties
        ? check(root, object(properties[name]), one, `${where}.${name}`)
        : [`${where}.${name} is unknown`],
    ),
  ];
}

/** Properties and required names, with every allOf put together. */
function parts(root: Json, schema: Json): { properties: Json; required: string[] } {
  const all = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  const inner = all.map((each: unknown) => parts(root, resolve(root, object(each))));
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  return {
    properties: Object.assign({}, ...inner.map((each) => each.properties), object(schema['properties'])),
    required: [...inner.flatMap((each) => each.required), ...required],
  };
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
