// What of an answer reaches the model when an operation was called by name: chosen fields, so many rows, so many characters.
// Whatever is left out is said. Secrets and strangers' words have been dealt with before (the corridor).
import { factsOfOperation } from '../catalog/full/index.ts';
import type { Operation, Row } from '../operation/define.ts';
import type { Result } from '../operation/result.ts';
import { isRow } from '../operation/row.ts';

export interface Selection {
  readonly select?: readonly string[] | undefined;
  readonly limit?: number | undefined;
}

/** Characters of one answer, and of one text in it that was not asked for by name. */
const mostCharacters = 40_000;
const longestText = 2_000;
const usualRows = 20;

export function selected(result: Result, operation: Operation, { select, limit }: Selection): Result {
  if (!result.ok || 'curl' in result.data) return result;
  const facts = operation.name.includes('.') ? factsOfOperation(operation.name) : undefined;
  const notes: string[] = [];
  const rows = rowsKey(result.data, facts?.rows ?? operation.request?.list?.rows);
  const most = limit ?? (facts === undefined ? Number.POSITIVE_INFINITY : usualRows);
  let data = rows === undefined ? result.data : withRows(result.data, rows, most, notes);
  const fields = select ?? (rows === undefined ? undefined : facts?.shown);
  if (fields !== undefined) data = picked(data, rows, fields, select === undefined, notes);
  return { ...result, data: bounded(data, rows, notes), notes: [...result.notes, ...notes] };
}

/** The key whose list is what was asked for. */
function rowsKey(data: Row, told: string | undefined): string | undefined {
  const key = told === '' ? 'items' : told;
  if (key !== undefined && Array.isArray(data[key])) return key;
  const lists = Object.entries(data).filter(([, value]) => Array.isArray(value) && value.some(isRow));
  return lists.length === 1 ? lists[0]?.[0] : undefined;
}

function listOf(data: Row, key: string): readonly unknown[] {
  const value = data[key];
  return Array.isArray(value) ? value : [];
}

function withRows(data: Row, key: string, most: number, notes: string[]): Row {
  const rows = listOf(data, key);
  if (rows.length <= most) return data;
  notes.push(`${rows.length - most} more ${key} were left out: give a higher limit.`);
  return { ...data, [key]: rows.slice(0, most) };
}

function picked(
  data: Row,
  rows: string | undefined,
  fields: readonly string[],
  isUsual: boolean,
  notes: string[],
): Row {
  const sources = rows === undefined ? [data] : listOf(data, rows).filter(isRow);
  const [first] = sources;
  if (first === undefined) return data;
  const there = new Set(sources.flatMap(Object.keys));
  const known = fields.filter((name) => there.has(headOf(name)));
  if (known.length === 0) {
    notes.push(`None of the fields ${fields.join(', ')} is in the answer, so all are shown.`);
    return data;
  }
  const unknown = fields.filter((name) => !known.includes(name));
  const left = [...there].filter((name) => !known.some((each) => headOf(each) === name));
  if (unknown.length > 0 && !isUsual) notes.push(`Not in the answer: ${unknown.join(', ')}.`);
  if (left.length > 0) notes.push(`Fields left out: ${left.join(', ')}. Name them in select to have them.`);
  if (rows === undefined) return pick(data, known);
  return { ...data, [rows]: listOf(data, rows).map((row) => (isRow(row) ? pick(row, known) : row)) };
}

function headOf(name: string): string {
  return name.split('.')[0] ?? name;
}

/** `subresource_uris.media` picks inside. */
function pick(row: Row, names: readonly string[]): Row {
  const entries = names.flatMap((name): [string, unknown][] => {
    const whole = row[name];
    if (whole !== undefined) return [[name, whole]];
    const inside = name.split('.').reduce<unknown>((at, key) => (isRow(at) ? at[key] : undefined), row);
    return inside === undefined ? [] : [[name, inside]];
  });
  return Object.fromEntries(entries);
}

/** First long texts are cut, then rows from the end, then whole fields, until the answer is of a size a model can take. */
function bounded(data: Row, rows: string | undefined, notes: string[]): Row {
  if (sizeOf(data) <= mostCharacters) return data;
  let cut = 0;
  const short = shortened(data, () => {
    cut += 1;
  });
  if (cut > 0) notes.push(`${cut} long texts were cut to ${longestText} characters.`);
  const kept = isRow(short) ? short : {};
  if (rows !== undefined) return fewerRows(kept, rows, notes);
  return fewerFields(kept, notes);
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}

function shortened(value: unknown, onCut: () => void): unknown {
  if (typeof value === 'string' && value.length > longestText) {
    onCut();
    return `${value.slice(0, longestText)}… (${value.length - longestText} more characters)`;
  }
  if (Array.isArray(value)) return value.map((each) => shortened(each, onCut));
  if (!isRow(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shortened(each, onCut)]));
}

function fewerRows(data: Row, key: string, notes: string[]): Row {
  const rows = listOf(data, key);
  let room = mostCharacters - sizeOf({ ...data, [key]: [] });
  const fitting = rows.findIndex((row) => {
    room -= sizeOf(row) + 1;
    return room < 0;
  });
  if (fitting === -1) return data;
  const kept = Math.max(1, fitting);
  notes.push(
    `Only ${kept} of ${rows.length} ${key} fit into the answer: select fewer fields, or ask for fewer at a time.`,
  );
  const shown = { ...data, [key]: rows.slice(0, kept) };
  return sizeOf(shown) <= mostCharacters ? shown : fewerFields(shown, notes);
}

function fewerFields(data: Row, notes: string[]): Row {
  let room = mostCharacters;
  const kept = Object.entries(data).filter(([key, value]) => {
    const size = sizeOf({ [key]: value });
    if (size > room) return false;
    room -= size;
    return true;
  });
  const left = Object.keys(data).filter((key) => !kept.some(([name]) => name === key));
  if (left.length > 0) notes.push(`Too large to show: ${left.join(', ')}. Name single fields in select.`);
  return Object.fromEntries(kept);
}
