// Which deliveries were heard before: Twilio asks again when an answer is lost, an attacker when one is to count twice.
import type { EventLedger } from '../operation/ledgers.ts';

/** new: never heard · again: the sender tries once more · replayed: a copy that the sender did not send. */
export type Standing = 'new' | 'again' | 'replayed';

/** Twilio's webhooks are tried for seconds, and all tries bear one token; Event Streams, SendGrid and Segment try for hours. */
const longestRetry = { withToken: 300_000, without: 24 * 3_600_000 };

/**
 * Known from now on. Twilio sends one idempotency token with all tries of a delivery. It is not signed, so it proves nothing by
 * itself: it only tells a second try, which changes nothing, from a copy.
 */
export async function standingOf(
  { account, delivery, token, at }: Delivery,
  events: Pick<EventLedger, 'claimMark'>,
): Promise<Standing> {
  const known = await events.claimMark(account, `delivery ${delivery}`, `${at.getTime()} ${token}`);
  if (known === undefined) return 'new';
  const [since = '', first = ''] = known.split(' ');
  const limit = token === '' ? longestRetry.without : longestRetry.withToken;
  const isInTime = at.getTime() - Number(since) < limit;
  return first === token && isInTime ? 'again' : 'replayed';
}

export interface Delivery {
  readonly account: string;
  /** What every copy of it has in common; see senders.ts. */
  readonly delivery: string;
  /** Empty where the sender gives none. */
  readonly token: string;
  readonly at: Date;
}
