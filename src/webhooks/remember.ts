// Events written down once, however they were learnt, with what they say about consent written before them.
import type { InboxEvent, Ledgers } from '../operation/ledgers.ts';
import type { Found } from './found.ts';
import { consentFrom } from './opt-out.ts';

export interface Telling {
  readonly account: string;
  readonly at: Date;
  readonly heard: 'webhook' | 'poll';
}

type Memory = Pick<Ledgers, 'events' | 'consents'>;

/** The events that were new. In the order given: a STOP before a START stays before it. */
export async function remember(
  found: readonly (Found & { readonly at?: Date })[],
  telling: Telling,
  ledgers: Memory,
): Promise<InboxEvent[]> {
  const added: InboxEvent[] = [];
  for (const each of found) {
    const event: InboxEvent = { ...telling, ...each };
    // Consent first: if the process ended between the two, the next try writes it again, and nothing is lost.
    const said = consentFrom(event);
    if (said.length > 0) {
      if ((await ledgers.events.get(event.account, event.id)) !== undefined) continue;
      await ledgers.consents.append(said);
    }
    if (await ledgers.events.add(event)) added.push(event);
  }
  return added;
}
