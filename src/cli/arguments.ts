// An operation's input from the command line: one flag a field, derived from its schema, or everything as --json.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { settingRows } from '../config.ts';
import type { Operation, Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { frameOf } from '../operation/frame.ts';
import { isRow } from '../operation/row.ts';

interface FlagRow {
  readonly flag: string;
  readonly field: string;
  readonly type: string;
  /** Of an array: what it holds. */
  readonly items: string | undefined;
  readonly about: string;
  readonly required: boolean;
}

/** The flags of an operation: `--media-urls` may be repeated, objects and arrays of them are given as JSON. */
export function flagsOf(operation: Operation): readonly FlagRow[] {
  const frame = frameOf(operation);
  const whole = frame === undefined ? operation.input : frame.extend(operation.input.shape);
  const schema: unknown = z.toJSONSchema(whole, { io: 'input' });
  const { properties, required } = isRow(schema) ? schema : {};
  const wanted = Array.isArray(required) ? required : [];
  return Object.entries(isRow(properties) ? properties : {}).map(([field, node]) => {
    const { type, description, items } = isRow(node) ? node : {};
    return {
      flag: field.replaceAll('_', '-'),
      field,
      type: typeof type === 'string' ? type : 'string',
      items: isRow(items) && typeof items['type'] === 'string' ? items['type'] : undefined,
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
    const astray = args
      .map((each) => each.replace(/=.*$/s, ''))
      .find((each) => isServerOption(each, options));
    if (astray !== undefined) throw misplaced(astray, operation);
    throw new OperationError('INVALID_INPUT', cause instanceof Error ? cause.message : String(cause), {
      next: `Flags of ${operation.name}: ${
        flagsOf(operation)
          .map((row) => `--${row.flag}`)
          .join(' ') || 'none'
      }; or --json '{…}'.`,
    });
  }
}

function isServerOption(arg: string, own: Options): boolean {
  if (!arg.startsWith('--') || Object.hasOwn(own, arg.slice(2))) return false;
  return arg === '--env-file' || settingRows().some(({ flag }) => arg === `--${flag}`);
}

function misplaced(option: string, { name }: Operation): OperationError {
  return new OperationError(
    'INVALID_INPUT',
    `${option} is an option of the server, not a field of ${name}.`,
    {
      next: `Server options go before the operation's name: twilio-mcp call ${option} … ${name} ….`,
    },
  );
}

function typed(row: FlagRow, value: unknown): unknown {
  const { type, flag, items } = row;
  if (Array.isArray(value))
    return items === 'string' ? value : value.flatMap((each) => elementsOf(each, `--${flag}`));
  if (typeof value !== 'string') return value;
  if ((type === 'integer' || type === 'number') && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  return type === 'object' ? jsonObject(value, `--${flag}`) : value;
}

/** A whole array as JSON, or one element: an object as JSON, else the text. */
function elementsOf(value: unknown, flag: string): unknown {
  return typeof value === 'string' && /^\s*[[{]/.test(value) ? json(value, flag, 'array') : value;
}

function json(text: string, flag: string, kind: 'array' | 'object'): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const example = kind === 'array' ? '[{"to":"+14155550123"}]' : '{"to":"+14155550123"}';
    throw new OperationError(
      'INVALID_INPUT',
      `${flag} is not JSON: ${cause instanceof Error ? cause.message : ''}`,
      { next: `Give ${flag} one JSON ${kind} in single quotes, such as '${example}'.` },
    );
  }
}

function jsonObject(text: string, flag: string): Row {
  const value = json(text, flag, 'object');
  if (isRow(value)) return { ...value };
  throw new OperationError('INVALID_INPUT', `${flag} is not a JSON object.`, {
    next: `Give ${flag} one JSON object in single quotes, such as '{"to":"+14155550123"}'.`,
  });
}
