// What became of a message: waits for its final state, then tells the cause and the next step. Acceptance is not delivery.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { docsUrl, explainErrorCode } from './error-codes.ts';
import { getMessage } from './messaging.ts';

/** After these Twilio changes nothing any more; `sent` is the last word only where a carrier reports nothing. */
const final = new Set(['delivered', 'undelivered', 'failed', 'canceled', 'received', 'read']);

/** Delivery takes seconds; asking more often than this tells nothing sooner and uses up the rate limit. */
const pausesSeconds = [1, 2, 3, 5, 8, 10];

export const waitForDelivery = defineOperation({
  name: 'messaging_wait_for_delivery',
  title: 'Wait for delivery',
  about:
    'Wait until a message is delivered or has failed, then tell why and what to do next. Say how it ended; never send again because it takes long.',
  effect: 'read',
  input: z.strictObject({
    sid: fields.sid('Message SID', 'SM', 'MM'),
    timeout_seconds: fields
      .field(z.int().min(0).max(300), 'How long to wait at most; 0 looks once', 60)
      .default(60),
  }),
  output: z.object({
    sid: fields.sid('Message SID', 'SM', 'MM'),
    status: fields.field(z.string(), 'Status when the wait ended', 'delivered'),
    final: fields.field(z.boolean(), 'False: it may still change', true),
    delivered: fields.field(z.boolean(), 'True only if it arrived', true),
    error_code: fields.field(z.number(), 'Why it failed', 30003).optional(),
    meaning: fields
      .field(z.string(), 'What the error code means', 'The phone could not be reached.')
      .optional(),
    next_step: fields.field(z.string(), 'What to do now', 'Nothing: it arrived.'),
    docs_url: fields
      .field(z.string(), "Twilio's page on the error", 'https://www.twilio.com/docs/api/errors/30003')
      .optional(),
    waited_seconds: fields.field(z.number(), 'How long it took', 4),
  }),
  async run({ sid, timeout_seconds }, { call, sleep, progress }) {
    let waited = 0;
    for (let look = 0; ; look += 1) {
      const message = await call(getMessage, { sid });
      const status = String(message['status']);
      if (final.has(status) || waited >= timeout_seconds)
        return told(sid, status, message['error_code'], waited);
      progress(waited, timeout_seconds, `${status} after ${waited} s`);
      const pause = Math.min(pausesSeconds[look] ?? 10, timeout_seconds - waited);
      await sleep(pause * 1000);
      waited += pause;
    }
  },
  page: 'twilio-messaging-sms-mms',
});

function told(sid: string, status: string, code: unknown, waited: number) {
  const delivered = status === 'delivered' || status === 'read';
  const known = typeof code === 'number' ? explainErrorCode(code) : undefined;
  return {
    sid,
    status,
    final: final.has(status),
    delivered,
    ...(typeof code === 'number' && { error_code: code, docs_url: docsUrl(code) }),
    ...(known !== undefined && { meaning: known.meaning }),
    next_step: known?.next ?? nextAfter(status, delivered),
    waited_seconds: waited,
  };
}

function nextAfter(status: string, delivered: boolean): string {
  if (delivered) return 'Nothing: it arrived.';
  if (status === 'canceled')
    return 'It was canceled before it went out. Send anew only if it is wanted again.';
  if (status === 'sent')
    return 'The carrier took it and has reported no arrival yet; some never do. Look again later.';
  if (final.has(status))
    return 'It did not arrive, and Twilio gives no code. Check the number with lookup_phone_number.';
  return 'It is still on its way. Look again with messaging_get_message; do not send it again.';
}
