// What every operation that reaches people or buys takes beside its own fields: why, and under which key it counts once.
// No operation names these two; the corridor takes them off before the operation's own schema sees the input.
import { z } from 'zod';
import type { Operation } from './define.ts';
import * as fields from './fields.ts';
import { purposes } from './reach.ts';
import { isRow, type Row } from './row.ts';

const purpose = fields
  .field(z.enum(purposes), 'Why they are written to; consent is kept per purpose', 'transactional')
  .optional();
const idempotency_key = fields
  .field(
    z.string().regex(/^[\w.:-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, colons or dashes'),
    'Same key, same answer: nothing is done twice',
    'order-1042-shipped',
  )
  .optional();

const frames = {
  send: z.object({ purpose, idempotency_key }),
  spend: z.object({ idempotency_key }),
} as const;

export type Frame = z.output<typeof frames.send>;

export function frameOf({ effect }: Operation): z.ZodObject | undefined {
  return effect === 'send' || effect === 'spend' ? frames[effect] : undefined;
}

/** The frame's fields and the rest, which is the operation's own. */
export function unframe(
  operation: Operation,
  input: unknown,
): { readonly frame: unknown; readonly rest: unknown } {
  const shape = frameOf(operation)?.shape;
  if (shape === undefined || !isRow(input)) return { frame: {}, rest: input };
  const frame: Row = {};
  const rest: Row = {};
  for (const [key, value] of Object.entries(input)) {
    if (key in shape && !(key in operation.input.shape)) frame[key] = value;
    else rest[key] = value;
  }
  return { frame, rest };
}

export function parseFrame(frame: unknown) {
  return frames.send.safeParse(frame);
}
