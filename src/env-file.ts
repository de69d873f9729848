// Reads a `.env` file, and finds what dotenv passes over in silence: a setting lost that way would be a riddle.
import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { OperationError } from './operation/errors.ts';

/** The names and values of a file; a missing default file is no fault. Throws CONFIGURATION_INVALID, never with a value in it. */
export function readEnvFile(named: string | undefined): Record<string, string> {
  const path = named ?? '.env';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (absent && named === undefined) return {};
    throw new OperationError('CONFIGURATION_INVALID', `The settings file ${path} cannot be read.`, {
      next: 'Give a readable file in TWILIO_MCP_ENV_FILE, or remove the setting.',
      cause,
    });
  }
  const values = parse(text);
  const broken = brokenLine(text, Object.keys(values));
  if (broken !== undefined) {
    throw new OperationError('CONFIGURATION_INVALID', `Line ${broken} of ${path} is not NAME=value.`, {
      next: 'Write one NAME=value a line; quote values with spaces; begin comments with #.',
    });
  }
  return values;
}

/** dotenv passes over what it cannot read; a setting lost that way is found here, without ever showing the line. */
function brokenLine(text: string, understood: readonly string[]): number | undefined {
  const known = new Set(understood);
  let quote: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (quote !== undefined) {
      if (line.includes(quote)) quote = undefined;
      continue;
    }
    const content = line.replace(/^\uFEFF/, '').trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, name, value = ''] = /^(?:export\s+)?([\w.-]+)\s*[=:]\s*(.*)$/.exec(content) ?? [];
    if (name === undefined || !known.has(name)) return index + 1;
    const opening = /^["'`]/.exec(value)?.[0];
    if (opening !== undefined && !value.slice(1).includes(opening)) {
      if (
        !text
          .split(/\r?\n/)
          .slice(index + 1)
          .some((later) => later.includes(opening))
      )
        return index + 1;
      quote = opening;
    }
  }
  return undefined;
}
