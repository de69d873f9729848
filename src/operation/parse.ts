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
  return `${issue.path.join('.') || 'the input'} ${faultOf(issue)}`;
}

/** A schema's own words, or plain ones where it has none. */
function faultOf(issue: z.core.$ZodIssue): string {
  const { message } = issue;
  if (!/^(?:Invalid (?:input|option): expected|Too (?:small|big): expected)/.test(message))
    return message.replace(/^Invalid input: /, '');
  switch (issue.code) {
    case 'invalid_type':
      return message.includes('received undefined') ? 'is missing' : `must be ${issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'too_small':
      return bound(issue.origin, issue.minimum, 'or more', 'at least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, 'or less', 'at most');
    default:
      return message;
  }
}

function bound(origin: string, limit: number | bigint, ofNumber: string, ofMany: string): string {
  if (origin === 'string') return `must have ${ofMany} ${limit} characters`;
  if (origin === 'array' || origin === 'set') return `must have ${ofMany} ${limit} of them`;
  return `must be ${limit} ${ofNumber}`;
}

/** The mark of the cut lets the redactor know a secret that was cut in two. */
function short(key: string): string {
  return key.length <= 64 ? key : `${key.slice(0, 64)}…`;
}

function nearest(key: string, operation: Operation): string {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const given = plain(key);
  const near = Object.keys(operation.input.shape).find((name) => {
    const known = plain(name);
    return known.startsWith(given) || given.startsWith(known) || isSlip(given, known);
  });
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** One letter too many, too few or wrong. */
function isSlip(given: string, known: string): boolean {
  const [long, short] = given.length >= known.length ? [given, known] : [known, given];
  if (long.length - short.length > 1 || short.length < 2) return false;
  const at = [...short].findIndex((letter, place) => letter !== long[place]);
  if (at === -1) return true;
  return long.slice(at + 1) === short.slice(long.length === short.length ? at + 1 : at);
}

function usage(operation: Operation): string {
  const shape = { ...operation.input.shape, ...frameOf(operation)?.shape };
  const fields = Object.entries(shape).map(([name, type]) => (isOptional(type) ? `${name}?` : name));
  return `Its fields: ${fields.join(', ') || 'none'}.`;
}

function isOptional(type: unknown): boolean {
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault;
}
