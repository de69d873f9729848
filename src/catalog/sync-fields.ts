// Fields that every Sync object shares. No operation lives here.
import { z } from 'zod';
import * as fields from '../operation/fields.ts';

export const service = '/v1/Services/{service_sid}';
export const serviceSid = fields.field(
  z
    .string()
    .regex(/^(?:IS[0-9a-fA-F]{32}|default)$/, 'must be IS followed by 32 hexadecimal digits, or default'),
  'Sync service SID, or default',
  'default',
);

export const name = fields.field(z.string().min(1).max(320), 'SID or unique name', 'order-1042');

/** Twilio refuses more with 54006 (docs/sync/limits). */
const MOST_BYTES = 16_384;

export const data = fields.field(
  z
    .record(z.string(), z.unknown())
    .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= MOST_BYTES, {
      error:
        'is over 16 KiB as JSON: split it over several items, or keep the bulk elsewhere and store its address',
    }),
  'JSON object, at most 16 KiB',
  { status: 'packed' },
);

/** In an answer: apps, and the people who use them, may have written it. */
export const held = fields
  .mayHoldWords(z.record(z.string(), z.unknown()), 'What it holds', { status: 'packed' })
  .optional();

export const ttl = fields
  .field(z.int().min(0).max(31_536_000), 'Seconds until it deletes itself; 0 never', 3600)
  .optional();

export const revision = fields
  .field(z.string().max(64), 'Change it only if this is still its revision', '5')
  .optional();

export const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });
