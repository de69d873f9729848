// A schema's facts as a closed Zod schema: what is not described is refused, and everything has a bound.
// Which fields an operation has, and where they go on the wire, is fields.ts; what they are called in words is words.ts.
import { z } from 'zod';
import { isRow } from '../../operation/row.ts';
import type { SchemaFacts } from './facts.ts';

export type Schemas = Readonly<Record<string, SchemaFacts>>;

/** A form knows text only: a value without a type is JSON written as text, and may be given as either. A query has plain words. */
export type Place = 'form' | 'json' | 'query';

const lawful = /^[a-zA-Z0-9_.-]{1,64}$/;
const longest = 1_000_000;
const mostItems = 10_000;
/** Schemas that hold themselves are spelled out this deep; below, anything goes. */
const deepest = 8;

/** Words that a format asks for; a format that is not here says nothing that could be checked. */
const formats: Readonly<Record<string, readonly [pattern: RegExp, advice: string]>> = {
  // Twilio takes a day where its description says date-time, and its own examples hold days.
  'date-time': [
    /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/,
    'must be a day such as 2026-11-23 or a moment such as 2026-11-23T15:00:00Z',
  ],
  date: [/^\d{4}-\d{2}-\d{2}(?:T\S+)?$/, 'must be a day such as 2026-11-23'],
  // An empty one takes the URL away.
  uri: [/^\S*$/, 'must be a URL'],
  email: [/^[^\s@]+@[^\s@]+$/, 'must be an email address'],
  'phone-number': [
    /^(?:\+?[0-9]{3,15}|[a-zA-Z_]+:\S+|[A-Za-z0-9 _&+.-]{1,64})$/,
    'must be E.164 such as +14155550123, a channel address such as whatsapp:+14155550123, or a sender ID',
  ],
  'http-method': [/^(?:GET|POST|PUT|PATCH|DELETE|HEAD|get|post)$/, 'must be GET or POST'],
  'iso-country-code': [/^[A-Za-z]{2}$/, 'must be a country code of two letters, such as US'],
  currency: [/^[A-Za-z]{3}$/, 'must be a currency of three letters, such as USD'],
  ipv4: [/^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/, 'must be an IPv4 address'],
  uuid: [/^[0-9a-fA-F-]{36}$/, 'must be a UUID'],
};

export function zodOf(given: SchemaFacts, schemas: Schemas, place: Place, depth = 0): z.ZodType {
  const schema = resolved(given, schemas);
  if (depth > deepest) return z.unknown();
  const made = bare(schema, schemas, place, depth);
  return schema.nullable && place === 'json' ? made.nullable() : made;
}

export function resolved(given: SchemaFacts, schemas: Schemas): SchemaFacts {
  const { ref, ...own } = given;
  return ref === undefined ? given : { ...resolved(schemas[ref] ?? {}, schemas), ...own };
}

function bare(schema: SchemaFacts, schemas: Schemas, place: Place, depth: number): z.ZodType {
  if (schema.enum !== undefined) return oneOf(schema.enum);
  if (schema.anyOf !== undefined) return variants(schema, schema.anyOf, schemas, place, depth);
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return bounded(z.int(), schema);
    case 'number':
      return bounded(z.number(), schema);
    case 'boolean':
      return z.boolean();
    case 'array':
      return listOf(schema, schemas, place, depth);
    case 'object':
      return schema.properties === undefined && place === 'form'
        ? jsonAsText
        : objectOf(schema, schemas, place, depth);
    default:
      return untyped[place];
  }
}

/** In a form a list of one is written like the one, and people give it so. */
function listOf(
  { items = {}, minItems, maxItems }: SchemaFacts,
  schemas: Schemas,
  place: Place,
  depth: number,
): z.ZodType {
  const one = zodOf(items, schemas, place, depth + 1);
  const many = z
    .array(one)
    .min(minItems ?? 0)
    .max(maxItems ?? mostItems);
  return place !== 'json' && depth === 0 && one instanceof z.ZodString ? z.union([many, one]) : many;
}

const anything = z.record(z.string().max(256), z.unknown());
const jsonAsText = z.union([anything, z.string().max(longest), z.array(z.unknown()).max(mostItems)]);

const untyped: Readonly<Record<Place, z.ZodType>> = {
  form: jsonAsText,
  json: z.unknown(),
  query: z.string().max(longest),
};

function oneOf(values: NonNullable<SchemaFacts['enum']>): z.ZodType {
  const words = values.filter((each) => typeof each === 'string');
  return words.length === values.length ? z.enum(words) : z.literal([...values]);
}

function text({ sid, pattern, format, minLength, maxLength }: SchemaFacts): z.ZodType {
  const base = z
    .string()
    .min(minLength ?? 0)
    .max(maxLength ?? longest);
  if (sid !== undefined) {
    return base.regex(
      new RegExp(`^${sid}[0-9a-fA-F]{32}$`),
      `must be ${sid} followed by 32 hexadecimal digits`,
    );
  }
  if (pattern !== undefined) return base.regex(patternOf(pattern), `must match ${pattern.slice(0, 120)}`);
  const known = formats[format ?? ''];
  return known === undefined ? base : base.regex(...known);
}

/** Some descriptions escape what only old engines wanted escaped. */
function patternOf(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    return new RegExp(source);
  }
}

function bounded(base: z.ZodNumber, { minimum, maximum }: SchemaFacts): z.ZodType {
  return base.min(minimum ?? Number.MIN_SAFE_INTEGER).max(maximum ?? Number.MAX_SAFE_INTEGER);
}

/** One of several shapes, each with the fields that all of them share. */
function variants(
  { anyOf: _, ...shared }: SchemaFacts,
  shapes: readonly SchemaFacts[],
  schemas: Schemas,
  place: Place,
  depth: number,
): z.ZodType {
  const made = shapes.map((each) =>
    zodOf(withShared(resolved(each, schemas), shared), schemas, place, depth),
  );
  const [first, second, ...rest] = made;
  if (first === undefined) return z.unknown();
  return second === undefined ? first : z.union([first, second, ...rest]);
}

export function withShared(one: SchemaFacts, shared: SchemaFacts): SchemaFacts {
  if (shared.properties === undefined)
    return one.type === undefined && one.anyOf === undefined ? { ...shared, ...one } : one;
  return {
    ...one,
    type: 'object',
    properties: { ...shared.properties, ...one.properties },
    required: [...new Set([...(shared.required ?? []), ...(one.required ?? [])])],
  };
}

function objectOf(schema: SchemaFacts, schemas: Schemas, place: Place, depth: number): z.ZodType {
  const { properties, others } = schema;
  if (properties === undefined) {
    return others === undefined
      ? anything
      : z.record(z.string().max(256), zodOf(others, schemas, place, depth + 1));
  }
  const names = Object.keys(properties);
  if (names.some((name) => !lawful.test(name))) return keyed(schema, schemas, place, depth);
  const shape = z.strictObject(shapeOf(schema, (each) => zodOf(each, schemas, place, depth + 1)));
  return others === undefined ? shape : shape.catchall(zodOf(others, schemas, place, depth + 1));
}

export function shapeOf(schema: SchemaFacts, make: (each: SchemaFacts, name: string) => z.ZodType) {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, each]) => {
      const made = make(each, name);
      return [name, schema.required?.includes(name) ? made : made.optional()];
    }),
  );
}

/** Keys such as `twilio/text` are no property names to strict hosts: told as a map of known keys, held one by one. */
function keyed(schema: SchemaFacts, schemas: Schemas, place: Place, depth: number): z.ZodType {
  const shape = shapeOf(schema, (each) => zodOf(each, schemas, place, depth + 1));
  const [first, ...rest] = Object.keys(shape);
  if (first === undefined) return anything;
  return z.partialRecord(z.enum([first, ...rest]), anything).superRefine((value, context) => {
    const parsed = z.strictObject(shape).safeParse(value);
    if (parsed.success || !isRow(value)) return;
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message });
  });
}
