// What email operations share: addresses, and SendGrid's lists that count from a row. No operation lives here.
import { z } from 'zod';
import type { Row } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { isRow } from '../operation/row.ts';

export const page = 'twilio-sendgrid';

export function email(description: string, example = 'ana@example.com') {
  return fields.field(
    z.email('must be an email address such as ana@example.com').max(254),
    description,
    example,
  );
}

export function emails(description: string, example = 'ana@example.com') {
  return fields.field(z.array(email('Address', example)).min(1).max(1000), description, [example]);
}

/** Subject, names: a line break would begin a header of its own. */
export const oneLine = /^[^\r\n]*$/;
export const oneLineAdvice = 'must be one line';

export const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });

/** SendGrid gives at most 500 rows at once. */
export const limit = fields.field(z.int().min(1).max(500).default(20), 'Most rows to return', 20);

export const cursor = fields
  .field(
    z.string().regex(/^[0-9]{1,9}$/, 'must be next_cursor of the previous answer'),
    'next_cursor of the previous answer, with the same filters',
    '20',
  )
  .optional();

export const nextCursor = fields
  .field(z.string(), 'Pass as cursor for the rows after these; absent at the end', '20')
  .optional();

/** A cursor of ours is the number of the row SendGrid is to begin with. */
export function fromCursor<T extends { readonly cursor?: string | undefined }>({ cursor, ...rest }: T) {
  return { ...rest, offset: cursor === undefined ? undefined : Number(cursor) };
}

const position = z.object({ limit: z.int(), offset: z.int().default(0) });

/** A full page may have another after it; a shorter one has none. */
export function following(prepared: object, rows: readonly unknown[]): Row {
  const { limit, offset } = position.parse(prepared);
  return rows.length < limit ? {} : { next_cursor: String(offset + rows.length) };
}

export function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.filter(isRow) : [];
}

/** Seconds since 1970 as a moment a reader knows. */
export function momentOf(seconds: unknown): string | undefined {
  const time = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
