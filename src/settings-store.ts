// Settings of the store: where it is, and the key that binds it. Opening it is open-store.ts.
import { z } from 'zod';
import { isShared } from './database-url.ts';
import { setting } from './setting.ts';

/** No limit looks back further than a day; a week leaves room. */
const days = z.coerce
  .number('must be a number of days')
  .int('must be whole days')
  .min(7, 'must be 7 or more');

export const storeSettings = {
  TWILIO_MCP_DATABASE_URL: setting(
    z
      .string()
      .refine((text) => /^file:.+$/.test(text) || (isShared(text) && URL.canParse(text)), {
        error:
          'must be file: and a path, or the address of a PostgreSQL (postgres://…), its password percent-encoded',
      })
      .optional(),
    "Where the server remembers: a file, or for several replicas a PostgreSQL as postgres://user:password@host/database (by environment only). Default: store.db in the platform's state folder, rehearsal.db in emulator and dry-run mode.",
    'file:/var/lib/twilio-mcp/store.db',
  ),
  TWILIO_MCP_STORE_KEY: setting(
    z.string().min(32, 'must be 64 hexadecimal digits, or any text of 32 characters or more').optional(),
    'Binds the entries of consents and audit, so that a change made behind the server is found. Needed with PostgreSQL, the same for every replica; `openssl rand -hex 32` makes one. With a file, a key is kept beside it.',
    'your_store_key_of_64_hexadecimal_digits',
    'secret',
  ),
  TWILIO_MCP_EVENT_DAYS: setting(
    days.optional(),
    'Days for which the inbox is kept, and with it idempotency keys, approvals and spent limits. Default: for ever. Never forgotten are consents, and the marks by which a webhook sent again by a stranger is known for a copy.',
    '90',
  ),
  TWILIO_MCP_AUDIT_DAYS: setting(
    days.optional(),
    'Days for which the audit is kept; what is left stays bound to a sealed beginning. Default: for ever.',
    '400',
  ),
};

interface StoreSettings {
  readonly TWILIO_MCP_DATABASE_URL?: string | undefined;
  readonly TWILIO_MCP_STORE_KEY?: string | undefined;
}

export function storeFaults(settings: StoreSettings): string[] {
  if (!isShared(settings.TWILIO_MCP_DATABASE_URL) || settings.TWILIO_MCP_STORE_KEY !== undefined) return [];
  return [
    'TWILIO_MCP_STORE_KEY is missing: what is kept in a PostgreSQL is bound by a key that all replicas share (make one with `openssl rand -hex 32`)',
  ];
}
