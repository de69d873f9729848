// Which deliveries were heard before: Twilio asks again when an answer is lost, an attacker when one is to count twice.
import type { EventLedger } from '../operation/ledgers.ts';

/** new: never heard · again: the sender tries once more · replayed: a copy that the sender did not send. */
export type Standing = 'new' | 'again' | 'replayed';

export interface Deliveries {
  readonly standing: (delivery: string, token: string, at: Date) => Promise<Standing>;
  readonly remember: (delivery: string, token: string, at: Date) => Promise<void>;
}

/** Twilio's webhooks are tried for seconds, and all tries bear one token; Event Streams, SendGrid and Segment try for hours. */
const longestRetry = { withToken: 300_000, without: 24 * 3_600_000 };

export function createDeliveries(events: EventLedger, account: string): Deliveries {
  const name = (delivery: string) => `delivery ${delivery}`;
  return {
    /**
     * Twilio sends one idempotency token with all tries of a delivery. It is not signed, so it proves nothing by itself: it
     * only tells a second try, which changes nothing, from a copy.
     */
    async standing(delivery, token, at) {
      const known = await events.mark(account, name(delivery));
      if (known === undefined) return 'new';
      const [since = '', first = ''] = known.split(' ');
      const limit = token === '' ? longestRetry.without : longestRetry.withToken;
      const isInTime = at.getTime() - Number(since) < limit;
      return first === token && isInTime ? 'again' : 'replayed';
    },
    remember: (delivery, token, at) => events.setMark(account, name(delivery), `${at.getTime()} ${token}`),
  };
}
