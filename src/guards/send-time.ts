// When a message would reach people: now, or at the moment it is scheduled for.
import type { Row } from '../operation/row.ts';

/**
 * `send_at`, ISO 8601 or, as SendGrid takes it, seconds since 1970; on the full shelf `SendAt`, which Twilio heeds only where
 * `ScheduleType` is `fixed`: without it the message leaves at once.
 */
export function sendTimeOf(input: Row, now: Date): Date {
  const given = input['send_at'] ?? (input['ScheduleType'] === 'fixed' ? input['SendAt'] : undefined);
  const at =
    typeof given === 'number' ? new Date(given * 1000) : typeof given === 'string' ? new Date(given) : now;
  return Number.isNaN(at.getTime()) || at < now ? now : at;
}
