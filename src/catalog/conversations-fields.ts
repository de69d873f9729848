// Fields that every part of Conversations shares. No operation lives here.
import { z } from 'zod';
import * as fields from '../operation/fields.ts';

export const page = 'twilio-conversations';
/** The default service; Twilio keeps the others below /v1/Services/{IS}. */
export const conversations = '/v1/Conversations';
export const one = `${conversations}/{conversation}`;

export const conversationName = fields.field(
  z.string().min(1).max(256),
  'Conversation SID or unique name',
  'order-1042',
);
export const participantSid = fields.sid('Participant SID', 'MB');
export const participantName = fields.field(
  z.string().min(1).max(256),
  'Participant SID, or chat identity',
  'ana',
);
export const identity = fields.field(z.string().min(1).max(256), 'Chat identity', 'ana');
export const roleSid = fields.sid('Role; conversations_list_roles', 'RL').optional();
export const deleted = z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) });
/** Chat users may change their own. */
export const attributesText = fields.mayHoldWords(z.string(), 'JSON of yours', '{}').optional();
export const created = fields.field(z.string(), 'When it began', '2026-11-23T15:00:00Z').optional();

/** Twilio keeps 16 KB of a conversation, 4 KB of a participant or message (docs/conversations-classic/conversations-limits). */
export function attributes(kilobytes: number) {
  const most = kilobytes * 1024;
  return fields
    .field(
      z
        .record(z.string(), z.unknown())
        .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= most, {
          error: `is over ${kilobytes} KiB as JSON: keep the bulk elsewhere and store its address`,
        }),
      `JSON of yours, at most ${kilobytes} KiB`,
      { order: 1042 },
    )
    .optional();
}
