// Calls, people and facts for the guards' tables: a plain text to a customer in San Francisco who agreed to it, and what is changed of that.
import { z } from 'zod';
import type { Facts, JudgedCall, Person } from '../../src/guards/call.ts';
import { type Policy, policySchema } from '../../src/guards/policy.ts';
import type { Verdict } from '../../src/guards/verdict.ts';
import type { Operation } from '../../src/operation/define.ts';
import type { Effect } from '../../src/operation/effect.ts';
import type { ConsentEntry } from '../../src/operation/ledgers.ts';

/** A Monday, 10:00 in San Francisco. */
export const monday = new Date('2026-11-23T18:00:00Z');

export function hoursLater(hours: number, from: Date = monday): Date {
  return new Date(from.getTime() + hours * 3600_000);
}

export function operationOf(effect: Effect, name = 'messaging_send_message'): Operation {
  return {
    name,
    title: 'Send an SMS or MMS',
    about: 'A stand-in.',
    effect,
    input: z.strictObject({ send_at: z.string().optional() }),
    output: z.object({}),
    request: { method: 'POST', host: 'api', path: '/x' },
  };
}

export function consent(change: Partial<ConsentEntry> = {}): ConsentEntry {
  return {
    account: `AC${'0'.repeat(32)}`,
    contact: '+14155550123',
    channel: 'sms',
    purpose: 'transactional',
    state: 'granted',
    source: 'web_form',
    by: 'owner',
    at: hoursLater(-72),
    ...change,
  };
}

export function person(change: Partial<Person> & { readonly to?: string } = {}): Person {
  const to = change.to ?? '+14155550123';
  return {
    to,
    contact: to.replace(/^(?:whatsapp|rcs):/, ''),
    channel: 'sms',
    purpose: undefined,
    consents: [consent()],
    lastInbound: undefined,
    own: false,
    ...change,
  };
}

export function callOf(
  change: Partial<JudgedCall> & { readonly people?: readonly Person[] } = {},
): JudgedCall {
  const effect = change.effect ?? 'send';
  return {
    operation: operationOf(effect),
    effect,
    input: { to: '+14155550123', body: 'Your order has shipped.' },
    actor: { name: 'stdio' },
    people: [person()],
    usage: { kind: 'message', channel: 'sms', body: 'Your order has shipped.', media: 0 },
    purpose: undefined,
    urls: [],
    composed: false,
    now: monday,
    ...change,
  };
}

export function factsOf(change: Partial<Facts> = {}): Facts {
  return {
    account: `AC${'0'.repeat(32)}`,
    ownCountries: ['US'],
    tainted: [],
    microdollars: 13_300,
    tampered: undefined,
    ...change,
  };
}

export function policyOf(given: z.input<typeof policySchema> = {}): Policy {
  return policySchema.parse(given);
}

/** `allowed`, `ask <rule>` or `refused <rule>`: a verdict in one word, for tables. */
export function inShort(verdict: Verdict): string {
  return verdict.kind === 'allowed' ? 'allowed' : `${verdict.kind} ${verdict.rule}`;
}
