// Events written down once, however they were learnt, with what they say about consent written before them.
import type { ConsentEntry, InboxEvent, Ledgers } from '../operation/ledgers.ts';
import type { Found } from './found.ts';
import { consentFrom, isHeldBack } from './opt-out.ts';

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
    if ((await ledgers.events.get(event.account, event.id)) !== undefined) continue;
    // Consent first: if the process ended between the two, the next try writes it again, and nothing is lost.
    await feed(consentFrom(event), ledgers);
    if (await ledgers.events.add(event)) added.push(event);
  }
  return added;
}

async function feed(entries: readonly ConsentEntry[], { consents }: Memory): Promise<void> {
  const kept: ConsentEntry[] = [];
  for (const entry of entries) {
    const needsLook = entry.source === 'inbound_message';
    const current = needsLook ? await consents.current(entry.account, entry.contact, entry.channel) : [];
    if (!isHeldBack(entry, current)) kept.push(entry);
  }
  if (kept.length > 0) await consents.append(kept);
}
