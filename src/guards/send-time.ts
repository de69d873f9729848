// When a message would reach people: now, or at the moment it is scheduled for.
import type { Row } from '../operation/row.ts';

/** `send_at` or `SendAt`: ISO 8601, or seconds since 1970 as SendGrid takes it. */
export function sendTimeOf(input: Row, now: Date): Date {
  const given = Object.entries(input).find(([key]) => /^send_?at$/i.test(key))?.[1];
  const at =
    typeof given === 'number' ? new Date(given * 1000) : typeof given === 'string' ? new Date(given) : now;
  return Number.isNaN(at.getTime()) || at < now ? now : at;
}
