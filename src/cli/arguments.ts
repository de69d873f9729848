// An operation's input from the command line: one flag a field, derived from its schema, or everything as --json.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Operation, Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { frameOf } from '../operation/frame.ts';
import { isRow } from '../operation/row.ts';

interface FlagRow {
  readonly flag: string;
  readonly field: string;
  readonly type: string;
  readonly about: string;
  readonly required: boolean;
}

/** The flags of an operation: `--media-urls` may be repeated, objects are given as JSON. */
export function flagsOf(operation: Operation): readonly FlagRow[] {
  const frame = frameOf(operation);
  const whole = frame === undefined ? operation.input : frame.extend(operation.input.shape);
  const schema: unknown = z.toJSONSchema(whole, { io: 'input' });
  const { properties, required } = isRow(schema) ? schema : {};
  const wanted = Array.isArray(required) ? required : [];
  return Object.entries(isRow(properties) ? properties : {}).map(([field, node]) => {
    const { type, description } = isRow(node) ? node : {};
    return {
      flag: field.replaceAll('_', '-'),
      field,
      type: typeof type === 'string' ? type : 'string',
      about: typeof description === 'string' ? description : '',
      required: wanted.includes(field),
    };
  });
}

/** Reads `--json` and flags into an input; a flag wins over the same field in the JSON. */
export function readInput(operation: Operation, args: readonly string[]): Row {
  const rows = flagsOf(operation);
  const options = Object.fromEntries(
    rows.map((row) => [
      row.flag,
      {
        type: row.type === 'boolean' ? ('boolean' as const) : ('string' as const),
        multiple: row.type === 'array',
      },
    ]),
  );
  const { values } = parsed(operation, args, { ...options, json: { type: 'string', multiple: false } });
  const input: Row = typeof values['json'] === 'string' ? jsonObject(values['json'], '--json') : {};
  for (const row of rows) {
    const value = values[row.flag];
    if (value !== undefined) input[row.field] = typed(row, value);
  }
  return input;
}

type Options = Record<string, { type: 'string' | 'boolean'; multiple: boolean }>;

function parsed(operation: Operation, args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  } catch (cause) {
    throw new OperationError('INVALID_INPUT', cause instanceof Error ? cause.message : String(cause), {
      next: `Flags of ${operation.name}: ${
        flagsOf(operation)
          .map((row) => `--${row.flag}`)
          .join(' ') || 'none'
      }; or --json '{…}'.`,
    });
  }
}

function typed({ type, flag }: FlagRow, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if ((type === 'integer' || type === 'number') && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  return type === 'object' ? jsonObject(value, `--${flag}`) : value;
}

function jsonObject(text: string, flag: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OperationError(
      'INVALID_INPUT',
      `${flag} is not JSON: ${cause instanceof Error ? cause.message : ''}`,
      {
        next: `Give ${flag} one JSON object in single quotes, such as '{"to":"+14155550123"}'.`,
      },
    );
  }
  if (isRow(value)) return { ...value };
  throw new OperationError('INVALID_INPUT', `${flag} is not a JSON object.`, {
    next: `Give ${flag} one JSON object in single quotes, such as '{"to":"+14155550123"}'.`,
  });
}
