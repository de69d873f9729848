// An OpenAPI document into the facts of one domain. What the odd places are: references/decisions.md.
import type {
  AnswerFacts,
  BodyFacts,
  DomainFacts,
  OperationFacts,
  ParamFacts,
  SchemaFacts,
} from '../../src/catalog/full/facts.ts';
import { hostNames } from '../../src/client/hosts.ts';
import type { Host } from '../../src/operation/define.ts';
import { type Json, list, object, present, text, texts } from './json.ts';
import { answerFacts, resolve, schemaFacts } from './schema.ts';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
/** Headers that are the client's own business: proof, and how bytes are written. */
const ownHeaders = ['authorization', 'accept', 'accept-encoding', 'content-encoding', 'content-type'];

interface Used {
  readonly schemas: Set<string>;
  readonly answers: Set<string>;
}

/** Nothing where the document describes no operation. */
export function domainFacts(domain: string, root: Json, source: string): DomainFacts | undefined {
  const used: Used = { schemas: new Set(), answers: new Set() };
  const operations = Object.entries(object(root['paths'])).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = object(item)[method];
      return operation === undefined
        ? []
        : [operationFacts(root, path, method, object(item), object(operation), used)];
    }),
  );
  if (operations.length === 0) return undefined;
  const shared = object(object(root['components'])['schemas']);
  return {
    domain,
    host: hostOf(root),
    source,
    operations,
    schemas: gathered(used.schemas, (name, more) => schemaFacts(root, shared[name], more)),
    answers: gathered(used.answers, (name, more) => answerFacts(root, shared[name], more)),
  };
}

/** All that is referred to, and all that this refers to. */
function gathered<T>(
  names: ReadonlySet<string>,
  make: (name: string, more: Set<string>) => T,
): Record<string, T> {
  const made: Record<string, T> = {};
  const waiting = new Set(names);
  for (const name of waiting) made[name] = make(name, waiting);
  return Object.fromEntries(Object.entries(made).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hostOf(root: Json): Host {
  const servers = [
    ...list(root['servers']),
    ...Object.values(object(root['paths'])).flatMap((item) => list(object(item)['servers'])),
  ];
  const name = servers
    .map((server) => text(object(server)['url'])?.replace('https://', ''))
    .find((each) => Object.values<string>(hostNames).includes(each ?? ''));
  const found = hosts.find((host) => hostNames[host] === name);
  if (found === undefined) throw new Error(`no host of ours is ${JSON.stringify(servers[0])}`);
  return found;
}

const hosts = keysOf(hostNames);

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): K[] {
  const keys: K[] = [];
  for (const key in record) keys.push(key);
  return keys;
}

function operationFacts(
  root: Json,
  path: string,
  method: (typeof methods)[number],
  item: Json,
  operation: Json,
  used: Used,
): OperationFacts {
  const params = [...list(item['parameters']), ...list(operation['parameters'])].flatMap((each) =>
    paramFacts(root, resolve(root, each), used.schemas),
  );
  const answered = answerOf(root, operation, used.answers);
  const upper: Readonly<Record<typeof method, OperationFacts['method']>> = {
    get: 'GET',
    post: 'POST',
    put: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
  };
  const extension = { ...object(item['x-twilio']), ...object(operation['x-twilio']) };
  const rows = method === 'get' ? rowsOf(root, operation, extension['pathType'] === 'list') : undefined;
  const shown = rows === undefined ? [] : texts(extension['defaultOutputProperties']);
  return present({
    id: text(operation['operationId']) ?? '',
    method: upper[method],
    path,
    params: params.length === 0 ? undefined : params,
    body: bodyFacts(root, operation, used.schemas),
    answer: answered,
    rows,
    shown: shown.length === 0 ? undefined : shown,
    needs: needsOf(root, operation),
  });
}

/** `conditional` names parameters in snake case, in groups of alternatives; one that an example does without is none. */
function needsOf(root: Json, operation: Json): string[][] | undefined {
  const contents = Object.values(object(resolve(root, operation['requestBody'])['content']));
  const examples = contents.flatMap((content) => valuesOf(object(content)['examples']));
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '');
  const groups = list(object(operation['x-twilio'])['conditional'])
    .map(texts)
    .filter((group) =>
      examples.every((value) =>
        Object.keys(value).some((name) => group.some((each) => plain(each) === plain(name))),
      ),
    );
  return groups.length === 0 ? undefined : groups;
}

const places = ['path', 'query', 'header'] as const;

function paramFacts(root: Json, param: Json, used: Set<string>): ParamFacts[] {
  const name = text(param['name']) ?? '';
  const place = places.find((each) => each === param['in']);
  if (place === undefined) return [];
  if (place === 'header' && ownHeaders.includes(name.toLowerCase())) return [];
  const schema = schemaFacts(root, { ...resolve(root, param['schema']), ...piiIn(param) }, used);
  return [
    present({
      name,
      in: place,
      required: param['required'] === true || place === 'path' ? (true as const) : undefined,
      schema: name.startsWith('{') ? { type: 'object' as const, others: schema } : schema,
      style: styleOf(param, name, schema),
    }),
  ];
}

function piiIn(param: Json): Json {
  return param['x-twilio'] === undefined ? {} : { 'x-twilio': param['x-twilio'] };
}

function styleOf(param: Json, name: string, schema: SchemaFacts): ParamFacts['style'] {
  if (name.startsWith('{')) return 'spread';
  if (schema.format?.startsWith('prefixed-collapsible-map')) return 'dotted';
  if (schema.type === 'object') return 'brackets';
  return schema.type === 'array' && param['explode'] === false ? 'comma' : undefined;
}

function bodyFacts(root: Json, operation: Json, used: Set<string>): BodyFacts | undefined {
  const contents = Object.entries(object(resolve(root, operation['requestBody'])['content']));
  const [media, content] = contents.find(([type]) => type.includes('scim')) ?? contents[0] ?? [];
  if (media === undefined) return undefined;
  const { schema: given, examples } = object(content);
  // The outermost schema is spelled out: its fields are the operation's own.
  const schema = withExampled(schemaFacts(root, resolve(root, given), used), examples);
  if (media === 'application/x-www-form-urlencoded') return { type: 'form', schema };
  return present({ type: 'json' as const, media: media === 'application/json' ? undefined : media, schema });
}

/** Some parameters are told by a description's own examples alone. */
function withExampled(schema: SchemaFacts, examples: unknown): SchemaFacts {
  if (schema.properties === undefined) return schema;
  const { properties } = schema;
  const given = valuesOf(examples).flatMap((value) => Object.entries(value));
  const missing = given.filter(([name]) => !Object.hasOwn(properties, name));
  if (missing.length === 0) return schema;
  const told = missing.map(([name, value]): [string, SchemaFacts] => [name, typeOfValue(value)]);
  return { ...schema, properties: { ...properties, ...Object.fromEntries(told) } };
}

function typeOfValue(value: unknown): SchemaFacts {
  if (typeof value === 'boolean') return { type: 'boolean' };
  return typeof value === 'number' ? { type: 'number' } : {};
}

function valuesOf(examples: unknown): Json[] {
  return Object.values(object(examples)).map((each) => object(object(each)['value']));
}

function successOf(root: Json, operation: Json): Json {
  const responses = Object.entries(object(operation['responses'])).filter(([status]) =>
    status.startsWith('2'),
  );
  const described = responses.map(([, each]) =>
    object(object(resolve(root, each)['content'])['application/json']),
  );
  return object(described.find((each) => each['schema'] !== undefined)?.['schema']);
}

function answerOf(root: Json, operation: Json, used: Set<string>): AnswerFacts | undefined {
  const schema = successOf(root, operation);
  return Object.keys(schema).length === 0 ? undefined : answerFacts(root, schema, used);
}

/** A list's rows: the one list of objects beside paging facts. */
function rowsOf(root: Json, operation: Json, isList: boolean): string | undefined {
  const schema = resolve(root, successOf(root, operation));
  if (schema['type'] === 'array') return '';
  const lists = Object.entries(object(schema['properties'])).filter(
    ([, each]) => resolve(root, each)['type'] === 'array',
  );
  const paged = Object.keys(object(schema['properties'])).some((key) =>
    /^(?:meta|next_page_uri|_metadata|pagination|links)$/.test(key),
  );
  return lists.length === 1 && (isList || paged) ? lists[0]?.[0] : undefined;
}
