// What of an answer reaches the model: the fields the output schema picks, with strangers' words fenced. Secrets: redact.ts.
import { z } from 'zod';
import type { Operation, Row } from './operation/define.ts';
import { strangersWords } from './operation/fields.ts';
import type { Attached } from './operation/files.ts';
import { contactOf } from './operation/reach.ts';
import { isRow, mapRow } from './operation/row.ts';

export interface Projected {
  readonly data: Row;
  /** Fields left out because they were not of the documented type. */
  readonly odd: readonly string[];
}

/**
 * Picks the schema's fields from an answer. A field of an unexpected type is left out and named, never a reason to fail:
 * the request was carried out, and saying otherwise would have it made twice.
 */
export function project(schema: z.ZodObject, body: Row): Projected {
  let rest: unknown = withoutNulls(body);
  const odd: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { data: parsed.data, odd };
    const paths = parsed.error.issues.map((issue) => issue.path);
    const present = paths.filter((path) => has(rest, path));
    if (present.length === 0)
      return { data: known(schema, rest), odd: [...odd, ...paths.map((path) => path.join('.'))] };
    odd.push(...present.map((path) => path.join('.')));
    rest = present.reduce<unknown>((value, path) => without(value, path), rest);
  }
  return { data: known(schema, rest), odd };
}

/** What there is of an answer that lacks a required field. */
function known(schema: z.ZodObject, value: unknown): Row {
  const left = documented(schema, value);
  return isRow(left) ? left : {};
}

/** What of a value is as documented, where the whole is not; fields that are not stay out at every depth. */
function documented(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    const { element } = inner;
    if (!(element instanceof z.ZodType)) return undefined;
    return value.map((each) => documented(element, each)).filter((each) => each !== undefined);
  }
  if (!(inner instanceof z.ZodObject) || !isRow(value)) return undefined;
  return mapRow(value, (each, key) => {
    const field = inner.shape[key];
    return field instanceof z.ZodType ? documented(field, each) : undefined;
  });
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRow(value)) return value;
  return mapRow(value, (each) => (each === null ? undefined : withoutNulls(each)));
}

function has(value: unknown, path: readonly PropertyKey[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (Array.isArray(value)) return typeof key === 'number' && key < value.length && has(value[key], rest);
  return isRow(value) && typeof key === 'string' && key in value && has(value[key], rest);
}

function without(value: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    if (rest.length === 0) return value.filter((_, index) => index !== key);
    return value.map((each, index) => (index === key ? without(each, rest) : each));
  }
  if (!isRow(value) || typeof key !== 'string') return value;
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return { ...value, [key]: without(value[key], rest) };
}

/** The file of an answer that has one. */
export function attachedIn({ attaches }: Operation, body: Row): readonly Attached[] | undefined {
  const file = attaches === undefined ? undefined : body[attaches];
  if (!isRow(file) || typeof file['type'] !== 'string' || typeof file['base64'] !== 'string')
    return undefined;
  return [{ type: file['type'], base64: file['base64'] }];
}

/** `row` is the object the text stands in: it may say whose words they are. */
export type Fence = (text: string, source: string, row: Row) => string;

/** Fences every field that a stranger may have written. What we sent ourselves (`direction: outbound…`) is left as it is. */
export function fenceStrangers(schema: z.ZodType, value: unknown, fence: Fence, row: Row = {}): unknown {
  const inner = unwrap(schema);
  const source = strangersWords.get(inner);
  if (source !== undefined) {
    const isFenced = (text: string, inside: boolean) =>
      text !== '' && (isProse(text) || !(source.prose || inside));
    return mapTexts(value, (text, inside) => (isFenced(text, inside) ? fence(text, source.from, row) : text));
  }
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    const { element } = inner;
    return value.map((each) =>
      element instanceof z.ZodType ? fenceStrangers(element, each, fence, row) : each,
    );
  }
  if (!(inner instanceof z.ZodObject) || !isRow(value)) return value;
  if (typeof value['direction'] === 'string' && value['direction'].startsWith('outbound')) return value;
  return mapRow(value, (each, key) => {
    const field = inner.shape[key] ?? inner.def.catchall;
    return field instanceof z.ZodType ? fenceStrangers(field, each, fence, value) : each;
  });
}

/** Three words with room between them, or a run in a script that leaves none: enough to hold an order. Dates are not. */
export function isProse(text: string): boolean {
  return /\p{L}\S*\s+\S*\p{L}\S*\s+\S*\p{L}/u.test(text.replace(date, '')) || /[^\p{ASCII}]{6,}/u.test(text);
}

const date = /\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +\d{1,2} [a-z]{3} \d{4} [\d:]+ \S+/giu;

/** `inside`: in a structure, where most texts are keys and kinds. */
function mapTexts(
  value: unknown,
  change: (text: string, inside: boolean) => string,
  inside = false,
): unknown {
  if (typeof value === 'string') return change(value, inside);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change, true));
  if (!isRow(value)) return value;
  // A name can hold an order as well as a value can.
  const entries = Object.entries(value).map(([key, each]) => [
    change(key, true),
    mapTexts(each, change, true),
  ]);
  return Object.fromEntries(entries);
}

/**
 * Whose words stand in a row, as consent is kept by it. Only what came in says so: whoever is named in any other row may be
 * somebody the agent has chosen, and would be written to without a question from then on.
 */
export function writerOf(row: Row): string {
  const writer = namingWriter(row)
    .map((key) => row[key])
    .find((each) => typeof each === 'string');
  return typeof writer === 'string' ? contactOf({ to: writer, channel: 'unknown' }) : 'unknown';
}

function namingWriter({ direction, type, participant_sid }: Row): readonly string[] {
  const cameIn = String(direction).startsWith('inbound') || /^call\.|\.inbound$/.test(String(type));
  if (cameIn) return ['contact', 'from', 'address'];
  // Twilio writes the participant beside the author; who writes under another's name has none.
  return participant_sid === undefined ? [] : ['author'];
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    const inner = schema.unwrap();
    return inner instanceof z.ZodType ? unwrap(inner) : schema;
  }
  return schema;
}
