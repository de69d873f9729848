// Inputs by the thousand from a schema alone: what fits it, or nearly; and what a program gone wrong would send.
// The seed is fixed, so that a failure here is the same failure everywhere; FUZZ_SEED tries another.
import fc from 'fast-check';
import { z } from 'zod';

export const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_124);

type Json = Readonly<Record<string, unknown>>;

/** Values that the schema's JSON form allows; refinements in code may still refuse some, which is a case too. */
export function inputsOf(schema: z.ZodObject): fc.Arbitrary<Json> {
  return valuesOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).map(rowOf);
}

/** The same fields with values of any kind, some missing and some unknown. */
export function garbageFor(schema: z.ZodObject): fc.Arbitrary<unknown> {
  const names = [...Object.keys(schema.shape), '__proto__', 'constructor', 'account', ''];
  return fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
    fc.dictionary(fc.constantFrom(...names), fc.oneof(hostile, fc.anything()), { maxKeys: 6 }),
  );
}

/** Texts that break parsers, paths, headers, forms and spreadsheets. */
export const hostile = fc.constantFrom(
  '',
  ' ',
  '.',
  '..',
  '../../Accounts/ACx/Keys',
  '%2e%2e%2f',
  'a/b?c=d#e',
  'a\r\nX-Injected: 1',
  '\u0000',
  '\uD800',
  '\u202Egnp.exe',
  '&Body=Hi&To=%2B14155550199',
  'a=b&c=d',
  '<Response><Dial>+14155550199</Dial></Response>',
  '{"$gt":""}',
  "'; drop table sends; --",
  '=HYPERLINK("https://evil.example")',
  `+1415555${'0'.repeat(400)}`,
  '１２３',
  '👩‍👩‍👧‍👦'.repeat(40),
);

function valuesOf(schema: unknown): fc.Arbitrary<unknown> {
  if (!isJson(schema)) return fc.jsonValue();
  const { enum: allowed, const: only, anyOf, examples, type } = schema;
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(allowed)) return fc.constantFrom(...allowed);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map(valuesOf));
  const made = madeOf(schema, type);
  return Array.isArray(examples) && examples.length > 0
    ? fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...examples) }, { weight: 1, arbitrary: made })
    : made;
}

function madeOf(schema: Json, type: unknown): fc.Arbitrary<unknown> {
  if (type === 'string') return textsOf(schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') return fc.integer(bounds(schema));
  if (type === 'number') return fc.double({ ...bounds(schema), noNaN: true, noDefaultInfinity: true });
  if (type === 'array') {
    const { minItems: minLength = 0 } = schema;
    const least = typeof minLength === 'number' ? minLength : 0;
    return fc.array(valuesOf(schema['items']), { minLength: least, maxLength: least + 2 });
  }
  if (type === 'object') return rowsOf(schema);
  return fc.jsonValue();
}

function textsOf({ pattern, minLength, maxLength }: Json): fc.Arbitrary<string> {
  const matching = typeof pattern === 'string' ? matchesOf(pattern) : undefined;
  if (matching !== undefined) return matching;
  const least = typeof minLength === 'number' ? minLength : 0;
  const most = Math.max(least, Math.min(typeof maxLength === 'number' ? maxLength : 30, 30));
  const words = fc.string({ minLength: least, maxLength: most, unit: 'grapheme' });
  return fc.oneof(words, fc.string({ minLength: least, maxLength: most, unit: 'binary' }), hostile);
}

/** Some patterns look ahead, which the generator does not know: then the examples have to do. */
function matchesOf(pattern: string): fc.Arbitrary<string> | undefined {
  if (/\(\?[=!<]/.test(pattern)) return undefined;
  return fc.stringMatching(new RegExp(pattern), { size: 'small' });
}

function rowsOf(schema: Json): fc.Arbitrary<unknown> {
  const { properties, required, additionalProperties } = schema;
  if (!isJson(properties))
    return fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), valuesOf(additionalProperties), {
      maxKeys: 3,
    });
  const needed = Array.isArray(required) ? required.map(String) : [];
  const fields = Object.entries(properties).map(([name, each]): [string, fc.Arbitrary<unknown>] => [
    name,
    valuesOf(each),
  ]);
  // Few at a time too: fields that exclude each other would else never be met alone.
  const optional = fields.filter(([name]) => !needed.includes(name));
  const few = fc.subarray(optional, { maxLength: Math.min(2, optional.length) }).chain((some) => {
    const chosen = fields.filter((each) => some.includes(each) || needed.includes(each[0]));
    return fc.record(Object.fromEntries(chosen));
  });
  return fc.oneof(few, fc.record(Object.fromEntries(fields), { requiredKeys: needed }));
}

function bounds({ minimum, maximum }: Json): { min: number; max: number } {
  return {
    min: typeof minimum === 'number' ? Math.max(minimum, -1e9) : -1000,
    max: typeof maximum === 'number' ? Math.min(maximum, 1e9) : 100_000,
  };
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rowOf(value: unknown): Json {
  return isJson(value) ? value : {};
}
