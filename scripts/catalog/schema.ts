// JSON Schema, as OpenAPI 3.0 and 3.1 write it, into facts: every sentence, example and name of a class is left behind.
import type { AnswerFacts, SchemaFacts } from '../../src/catalog/full/facts.ts';
import { type Json, list, object, present, text, texts } from './json.ts';

const types = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;
const hex32 = /^\^([A-Z]{2})\[0-9a-fA-F\]\{32\}\$$/;
/** How deep an answer is told; further down it is whatever comes. */
const deepest = 5;

/** Follows a reference within one document. */
export function resolve(root: Json, value: unknown): Json {
  const reference = text(object(value)['$ref']);
  if (reference === undefined) return object(value);
  const found = reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => object(at)[key.replaceAll('~1', '/')], root);
  return resolve(root, found);
}

export function nameOf(value: unknown): string | undefined {
  return text(object(value)['$ref'])?.split('/').pop();
}

/** A request's schema; `used` gathers the names of the schemas it refers to. */
export function schemaFacts(root: Json, given: unknown, used: Set<string>): SchemaFacts {
  const name = nameOf(given);
  if (name !== undefined && text(object(given)['$ref'])?.includes('/schemas/')) {
    used.add(name);
    return { ref: name };
  }
  const schema = merged(root, resolve(root, given));
  const pattern = text(schema['pattern']);
  const sid = hex32.exec(pattern ?? '')?.[1];
  const variants = [...list(schema['oneOf']), ...list(schema['anyOf'])];
  const properties = propertiesOf(root, schema);
  // What is asked for by name alone leaves room for what is not named.
  const isNamedOnly = properties.length > 0 && schema['properties'] === undefined;
  const further = isNamedOnly || schema['additionalProperties'];
  return present({
    type: typeOf(schema, properties.length > 0),
    sid,
    format: text(schema['format']),
    pattern: sid === undefined ? pattern : undefined,
    enum: values(schema),
    minimum: numeric(schema['minimum']),
    maximum: numeric(schema['maximum']),
    ...(sid === undefined && {
      minLength: numeric(schema['minLength']),
      maxLength: numeric(schema['maxLength']),
    }),
    minItems: numeric(schema['minItems']),
    maxItems: numeric(schema['maxItems']),
    items: schema['items'] === undefined ? undefined : schemaFacts(root, schema['items'], used),
    properties:
      properties.length === 0
        ? undefined
        : Object.fromEntries(properties.map(([key, each]) => [key, schemaFacts(root, each, used)])),
    required: requiredOf(schema, properties),
    others:
      further === true
        ? {}
        : further === false || further === undefined
          ? undefined
          : schemaFacts(root, further, used),
    anyOf: variants.length === 0 ? undefined : variants.map((each) => schemaFacts(root, each, used)),
    nullable: isNullable(schema) ? (true as const) : undefined,
    pii: piiOf(schema),
  });
}

function propertiesOf(root: Json, schema: Json): [string, unknown][] {
  const named = Object.entries(object(schema['properties']));
  if (named.length === 0 && schema['type'] === 'object')
    return texts(schema['required']).map((name) => [name, {}]);
  return named.filter(([, each]) => resolve(root, each)['readOnly'] !== true);
}

/** `allOf` is one object with the fields of all. */
function merged(root: Json, schema: Json): Json {
  const parts = list(schema['allOf']).map((each) => merged(root, resolve(root, each)));
  if (parts.length === 0) return schema;
  const all = [...parts, schema];
  return {
    ...Object.assign({}, ...all),
    properties: Object.assign({}, ...all.map((each) => object(each['properties']))),
    required: all.flatMap((each) => texts(each['required'])),
  };
}

function typeOf(schema: Json, hasProperties: boolean): SchemaFacts['type'] {
  const named = [schema['type']].flat().find((each) => types.some((type) => type === each));
  return types.find((type) => type === named) ?? (hasProperties ? 'object' : undefined);
}

function values(schema: Json): SchemaFacts['enum'] {
  const given = schema['const'] === undefined ? list(schema['enum']) : [schema['const']];
  const plain = given.filter(
    (each) => typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean',
  );
  return plain.length === 0 ? undefined : plain;
}

function requiredOf(schema: Json, properties: readonly (readonly [string, unknown])[]): string[] | undefined {
  const known = texts(schema['required']).filter((name) => properties.some(([key]) => key === name));
  return known.length === 0 ? undefined : [...new Set(known)];
}

function isNullable(schema: Json): boolean {
  return schema['nullable'] === true || [schema['type']].flat().includes('null');
}

function numeric(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function piiOf(schema: Json): SchemaFacts['pii'] {
  const handling = object(object(schema['x-twilio'])['pii'])['handling'];
  return handling === 'sensitive' || handling === 'standard' ? handling : undefined;
}

/** An answer's schema as names and kinds; `used` gathers the names of the answers it refers to. */
export function answerFacts(root: Json, given: unknown, used: Set<string>, depth = 0): AnswerFacts {
  const name = nameOf(given);
  const schema = merged(root, resolve(root, given));
  const properties = Object.entries(object(schema['properties']));
  if (name !== undefined && properties.length > 0) {
    used.add(name);
    return `#${name}`;
  }
  if (depth >= deepest) return 'any';
  if (properties.length > 0) {
    return Object.fromEntries(
      properties.map(([key, each]) => [key, answerFacts(root, each, used, depth + 1)]),
    );
  }
  const variants = [...list(schema['oneOf']), ...list(schema['anyOf'])];
  const type = typeOf(schema, false);
  if (type === 'array') return [answerFacts(root, schema['items'], used, depth + 1)];
  if (variants.length > 0 && type !== 'string') return 'any';
  return type ?? 'any';
}
