// The first step of the corridor: a caller's input against the operation's schema, with an error that says what to mend.
import { z } from 'zod';
import type { Defaults, Operation, Row } from './define.ts';
import { OperationError } from './errors.ts';
import { type Frame, frameOf, parseFrame, unframe } from './frame.ts';

export interface Parsed {
  /** As it would be encoded. */
  readonly input: Row;
  readonly frame: Frame;
}

/** Parses and prepares. Throws INVALID_INPUT naming each field and what it must be; the values themselves are not repeated. */
export function parseInput(operation: Operation, input: unknown, defaults: Defaults): Parsed {
  const parts = unframe(operation, input);
  const parsed = operation.input.safeParse(parts.rest);
  const frame = parseFrame(parts.frame);
  if (parsed.success && frame.success) {
    return { input: operation.prepare?.(parsed.data, defaults) ?? parsed.data, frame: frame.data };
  }
  const faults = [parsed, frame].flatMap(
    (each) => each.error?.issues.map((issue) => told(issue, operation)) ?? [],
  );
  throw new OperationError(
    'INVALID_INPUT',
    `${operation.name} was not carried out: ${faults.join('; ').replace(/\.$/, '')}.`,
    {
      next: `Mend the fields named and call again. ${usage(operation)}`,
      ...(operation.page && { reference: `twilio://references/${operation.page}/checklist` }),
    },
  );
}

function told(issue: z.core.$ZodIssue, operation: Operation): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => `${JSON.stringify(short(key))} is not a field${nearest(key, operation)}`)
      .join('; ');
  }
  const field = issue.path.join('.');
  const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
  return `${field || 'the input'} ${missing ? 'is missing' : issue.message.replace(/^Invalid input: /, '')}`;
}

/** The mark of the cut lets the redactor know a secret that was cut in two. */
function short(key: string): string {
  return key.length <= 64 ? key : `${key.slice(0, 64)}…`;
}

function nearest(key: string, operation: Operation): string {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const near = Object.keys(operation.input.shape).find(
    (name) =>
      plain(name) === plain(key) || plain(name).startsWith(plain(key)) || plain(key).startsWith(plain(name)),
  );
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

function usage(operation: Operation): string {
  const shape = { ...operation.input.shape, ...frameOf(operation)?.shape };
  const fields = Object.entries(shape).map(([name, type]) => (isOptional(type) ? `${name}?` : name));
  return `Its fields: ${fields.join(', ') || 'none'}.`;
}

function isOptional(type: unknown): boolean {
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault;
}
