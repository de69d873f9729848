// The field types every operation is written with: each has a description and an example. Operations are not here.
import { z } from 'zod';

/** Gives a schema its description and one example; the example is checked against the schema by a law. */
export function field<S extends z.ZodType>(schema: S, description: string, example: z.input<S>): S {
  z.globalRegistry.add(schema, { description, examples: [example] });
  return schema;
}

const hex32 = '[0-9a-fA-F]{32}';

/** A SID with one of the given two-letter prefixes. */
export function sid(description: string, ...prefixes: readonly [string, ...string[]]) {
  const pattern = new RegExp(`^(?:${prefixes.join('|')})${hex32}$`);
  const wanted = `${prefixes.join(' or ')} followed by 32 hexadecimal digits`;
  return field(
    z.string().regex(pattern, `must be ${wanted}`),
    description,
    `${prefixes[0]}${'0'.repeat(32)}`,
  );
}

const e164 = /^\+[1-9][0-9]{6,14}$/;
const e164Advice =
  'must be E.164: + and country code and number, digits only, such as +14155550123. Never guess a country code; ask';

export function phone(description: string) {
  return field(z.string().regex(e164, e164Advice), description, '+14155550123');
}

/** A number, or a channel address such as `whatsapp:+14155550123`. */
export function address(description: string) {
  const pattern = /^(?:\+[1-9][0-9]{6,14}|(?:whatsapp|rcs):\+[1-9][0-9]{6,14}|messenger:[0-9]{5,30})$/;
  return field(
    z.string().regex(pattern, `${e164Advice}. On WhatsApp: whatsapp:+14155550123`),
    description,
    '+14155550123',
  );
}

/** A sender: an owned number, a short code, an alphanumeric sender ID or a channel address. */
export function sender(description: string) {
  const pattern =
    /^(?:\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?:whatsapp|rcs|messenger):\S{3,100}|(?=.*[A-Za-z])[A-Za-z0-9 _&+-]{1,11})$/;
  return field(
    z
      .string()
      .regex(
        pattern,
        'must be an E.164 number, a short code, an alphanumeric sender ID (at most 11 characters) or a channel address',
      ),
    description,
    '+14155550100',
  );
}

export function url(description: string) {
  return field(
    z
      .string()
      .max(2048)
      .regex(/^https?:\/\/[^\s/]+\S*$/, 'must be an absolute http or https URL'),
    description,
    'https://example.com/twilio/events',
  );
}

/** A moment, as ISO 8601 with zone. */
export function instant(description: string) {
  return field(
    z.iso.datetime({ offset: true, error: 'must be ISO 8601 with a zone, such as 2026-11-23T15:00:00Z' }),
    description,
    '2026-11-23T15:00:00Z',
  );
}

/** A day or a moment, for list filters: Twilio takes both. */
export function dayOrInstant(description: string) {
  const pattern = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
  return field(
    z
      .string()
      .regex(
        pattern,
        'must be a day such as 2026-11-23 or a moment with a zone such as 2026-11-23T15:00:00Z',
      ),
    description,
    '2026-11-23',
  );
}

export const limit = field(z.int().min(1).max(1000).default(20), 'Most rows to return', 20);

export const cursor = field(
  z.string().max(4096),
  'next_cursor of the previous answer, with the same filters',
  'eyJwYWdlIjoxfQ',
).optional();

export const nextCursor = field(
  z.string(),
  'Pass as cursor for the rows after these; absent at the end',
  'eyJwYWdlIjoxfQ',
).optional();

/** What a person outside wrote: fenced as data before it reaches the model; with `prose`, only where it reads as a sentence. */
export const strangersWords = z.registry<{ readonly from: string; readonly prose?: true }>();

/** Free text that a stranger may have written, such as an inbound body. */
export function words(description: string, example: string) {
  const schema = field(z.string(), description, example);
  strangersWords.add(schema, { from: description });
  return schema;
}

/** An address, a state or a JSON object in which a stranger may have written: fenced where it reads as a sentence. */
export function mayHoldWords<S extends z.ZodType>(schema: S, description: string, example: z.input<S>): S {
  strangersWords.add(schema, { from: description, prose: true });
  return field(schema, description, example);
}
