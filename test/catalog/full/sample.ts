// An input made from an operation's own JSON Schema: every field it has, the same for the same schema.
import fc from 'fast-check';
import { z } from 'zod';
import type { Operation, Row } from '../../../src/operation/define.ts';
import { list, object } from './descriptions.ts';

export function sampleInput(operation: Operation): Row {
  const schema: unknown = z.toJSONSchema(operation.input, { io: 'input' });
  return object(sample(schema));
}

/** Values that mean something, for the patterns that ask for it; the first that fits is taken. */
const telling = [
  '2026-11-23T15:00:00Z',
  'ana@example.com',
  '+14155550123',
  'US',
  'USD',
  'GET',
  '192.0.2.1',
  '123e4567-e89b-42d3-a456-426614174000',
  'https://example.com/events',
];

function sample(given: unknown): unknown {
  const schema = object(given);
  const [first] = [...list(schema['enum']), ...('const' in schema ? [schema['const']] : [])];
  if (first !== undefined) return first;
  const variants = [...list(schema['anyOf']), ...list(schema['oneOf'])];
  if (variants.length > 0) return sample(variants.find((each) => object(each)['type'] !== 'null'));
  const [type] = [schema['type']].flat();
  switch (type) {
    case 'string':
      return text(schema);
    case 'integer':
    case 'number':
      return Math.max(Number(schema['minimum'] ?? 1), Math.min(1, Number(schema['maximum'] ?? 1)));
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: Math.max(1, Number(schema['minItems'] ?? 1)) }, () =>
        sample(schema['items']),
      );
    case 'object':
      return fields(schema);
    default:
      return { any: 'thing' };
  }
}

function fields(schema: Row): Row {
  const names = list(object(schema['propertyNames'])['enum']);
  const [key] = names;
  if (typeof key === 'string') return { [key]: {} };
  return Object.fromEntries(
    Object.entries(object(schema['properties'])).map(([name, each]) => [name, sample(each)]),
  );
}

function text(schema: Row): string {
  const patterns = [
    schema['pattern'],
    ...list(schema['allOf']).map((each) => object(each)['pattern']),
  ].filter((each) => typeof each === 'string');
  const shortest = Number(schema['minLength'] ?? 0);
  const longest = Number(schema['maxLength'] ?? 1000);
  const fits = (value: string) =>
    value.length >= shortest &&
    value.length <= longest &&
    patterns.every((each) => new RegExp(each).test(value));
  const [pattern] = patterns;
  if (pattern === '^\\S*$') return 'https://example.com/events';
  if (pattern === undefined) return 'words'.padEnd(shortest, '.').slice(0, longest);
  return telling.find(fits) ?? matching(pattern).find(fits) ?? '';
}

const made = new Map<string, readonly string[]>();

function matching(pattern: string): readonly string[] {
  const known =
    made.get(pattern) ?? fc.sample(fc.stringMatching(new RegExp(pattern)), { seed: 1, numRuns: 50 });
  made.set(pattern, known);
  return known;
}
