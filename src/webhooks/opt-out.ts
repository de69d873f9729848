// What an event says about consent, as entries of the ledger: a pure function. When it is called is the receiver's business.
import type { ConsentEntry, InboxEvent } from '../operation/ledgers.ts';
import type { Channel, Purpose } from '../operation/reach.ts';
import { textIn } from './found.ts';
import { wishOf } from './words.ts';

export function consentFrom(event: InboxEvent): readonly ConsentEntry[] {
  if (event.type === 'email.inbound') return fromEmail(event);
  if (event.contact === undefined || event.channel === undefined) return [];
  const person: Person = { ...event, contact: event.contact, channel: event.channel };
  if (event.type === 'email') return fromEmailEvent(person);
  if (event.type === 'message.status') return fromStatus(person);
  const isMessage = event.type === 'message.inbound' || event.data['direction'] === 'inbound';
  return isMessage && messageTypes.includes(event.type) ? fromMessage(person) : [];
}

type Person = InboxEvent & { readonly contact: string; readonly channel: Channel };

const messageTypes = ['message.inbound', 'conversation'];

function fromMessage(event: Person): ConsentEntry[] {
  const body = textIn(event.data, 'body');
  const told = textIn(event.data, 'opt_out_type').toUpperCase();
  const wish =
    told === 'STOP' || told === 'START' || told === 'HELP' ? { keyword: told, exact: true } : wishOf(body);
  if (wish === undefined) return [entry(event, 'conversational', 'granted', 'inbound_message', body)];
  if ('refuses' in wish) {
    if (wish.refuses === 'here') return [entry(event, 'any', 'revoked', 'plain_words', body)];
    return [
      entry({ ...event, channel: 'voice' }, 'any', 'revoked', 'plain_words', body),
      entry(event, 'conversational', 'granted', 'inbound_message', body),
    ];
  }
  if (wish.keyword === 'STOP')
    return [entry(event, 'any', 'revoked', wish.exact ? 'stop_word' : 'plain_words', body)];
  return wish.keyword === 'START' ? resumed(event, body) : [];
}

/**
 * START resumes what is part of a running relation; marketing asks for a new, explicit yes. YES may be the answer to any
 * question, so it opens no more than a reply; and on a toll-free number the network does not take it for START.
 */
function resumed(event: Person, body: string): ConsentEntry[] {
  const isYes = body.trim().toUpperCase() === 'YES';
  if (isYes && isTollFree(textIn(event.data, 'to'))) return [];
  const purposes: readonly Purpose[] = isYes ? ['conversational'] : ['conversational', 'transactional'];
  return purposes.map((purpose) => entry(event, purpose, 'granted', 'start_word', body));
}

function isTollFree(number: string): boolean {
  return /^\+18(?:00|33|44|55|66|77|88)\d{7}$/.test(number);
}

/** Twilio's own list said no while the message was on its way. */
function fromStatus(event: Person): ConsentEntry[] {
  if (textIn(event.data, 'error_code') !== '21610') return [];
  return [entry(event, 'any', 'revoked', 'provider_refusal', 'Twilio error 21610')];
}

function fromEmailEvent(event: Person): ConsentEntry[] {
  const name = textIn(event.data, 'event');
  const reason = textIn(event.data, 'reason');
  if (name === 'unsubscribe') return [entry(event, 'any', 'revoked', 'stop_word', 'unsubscribed by link')];
  // A group is one kind of mail; the rest goes on.
  const group = `group ${textIn(event.data, 'asm_group_id')}`;
  if (name === 'group_unsubscribe')
    return [entry(event, 'marketing', 'revoked', 'stop_word', `unsubscribed from ${group}`)];
  if (name === 'group_resubscribe')
    return [entry(event, 'marketing', 'granted', 'start_word', `resubscribed to ${group}`)];
  const isGone = name === 'bounce' && textIn(event.data, 'type') !== 'blocked';
  const isDropped = name === 'dropped' && /unsubscribed|spam reporting|bounced|^invalid$/i.test(reason);
  if (name !== 'spamreport' && !isGone && !isDropped) return [];
  return [entry(event, 'any', 'revoked', 'provider_refusal', [name, reason].filter(Boolean).join(': '))];
}

/**
 * Anyone can write any sender into an email. A no counts whoever is named, since it only makes things stricter; a yes only
 * from one whose own domain vouches for them.
 */
function fromEmail(email: InboxEvent): ConsentEntry[] {
  const contact = email.contact ?? textIn(email.data, 'sender');
  if (contact === '') return [];
  const event: Person = { ...email, contact, channel: 'email' };
  const body = textIn(event.data, 'body');
  const wish = wishOf(textIn(event.data, 'subject')) ?? wishOf(firstWords(body));
  if (wish !== undefined && 'refuses' in wish)
    return wish.refuses === 'here' ? [entry(event, 'any', 'revoked', 'plain_words', body)] : [];
  if (wish?.keyword === 'STOP') return [entry(event, 'any', 'revoked', 'plain_words', body)];
  const isProven = email.contact !== undefined && textIn(event.data, 'spf', 'SPF').toLowerCase() === 'pass';
  return isProven ? [entry(event, 'conversational', 'granted', 'inbound_message', body)] : [];
}

/** What the person wrote, before what they quote. */
function firstWords(body: string): string {
  return (
    body
      .split(/^(?:>|On .+ wrote:|-{2,})/m)[0]
      ?.trim()
      .slice(0, 300) ?? ''
  );
}

const mostEvidence = 500;

/** Since 2026-03-15 Twilio keeps one opt-out for SMS, MMS and RCS; other channels have their own. */
function keptBy(channel: Channel): Channel {
  return channel === 'rcs' ? 'sms' : channel;
}

function entry(
  { account, contact, channel, at, heard, id }: Person,
  purpose: Purpose | 'any',
  state: ConsentEntry['state'],
  source: ConsentEntry['source'],
  said: string,
): ConsentEntry {
  const evidence = `${id}: ${said}`.slice(0, mostEvidence);
  return { account, contact, channel: keptBy(channel), purpose, state, source, by: heard, at, evidence };
}
