// The policy's caps as limits that the ledger counts in one step with the reservation, and what a caller is told at a full one.
import type { Exceeded, Limit } from '../operation/ledgers.ts';
import type { JudgedCall } from './call.ts';
import type { Policy } from './policy.ts';
import { dollarsOf } from './spend.ts';
import { type Refusal, refuse } from './verdict.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

type Draft = Omit<Limit, 'most'> & { readonly most: number | undefined };

/** What an operation made of others would use is counted when their calls come. */
export function limitsFor(call: JudgedCall, { limits, spend }: Policy): readonly Limit[] {
  const { composed, people, usage } = call;
  if (composed || (people.length === 0 && usage.kind === 'nothing')) return [];
  const drafts = [
    ...(people.length > 0 && sends(call) ? contactsOf(limits) : []),
    ...(usage.kind === 'verification' ? verificationsOf(limits) : []),
    ...repeatsOf(call, limits),
    ...moneyOf(spend),
  ];
  return drafts.flatMap(({ most, ...limit }) => (most === undefined ? [] : [{ ...limit, most }]));
}

/** Also where its input makes it more than a send, as a payment during a call does. */
function sends({ effect, operation }: JudgedCall): boolean {
  return effect === 'send' || operation.effect === 'send';
}

function contactsOf(limits: Policy['limits']): Draft[] {
  const of = 'contacts';
  return [
    { rule: 'limits.contacts_per_hour', of, per: 'all', seconds: HOUR, most: limits.contacts_per_hour },
    { rule: 'limits.contacts_per_day', of, per: 'all', seconds: DAY, most: limits.contacts_per_day },
    {
      rule: 'limits.contacts_per_person_per_day',
      of,
      per: 'recipient',
      seconds: DAY,
      most: limits.contacts_per_person_per_day,
    },
    {
      rule: 'limits.contacts_per_actor_per_hour',
      of,
      per: 'actor',
      seconds: HOUR,
      most: limits.contacts_per_actor_per_hour,
    },
  ];
}

function verificationsOf(limits: Policy['limits']): Draft[] {
  const of = 'verifications';
  return [
    {
      rule: 'limits.verifications_per_number_per_hour',
      of,
      per: 'recipient',
      seconds: HOUR,
      most: limits.verifications_per_number_per_hour,
    },
    {
      rule: 'limits.verifications_per_hour',
      of,
      per: 'all',
      seconds: HOUR,
      most: limits.verifications_per_hour,
    },
  ];
}

/** A one-time code is never the same twice, and a key of the caller's own says that the second one is wanted. */
function repeatsOf(call: JudgedCall, limits: Policy['limits']): Draft[] {
  const { usage, people, idempotencyKey } = call;
  const seconds = limits.repeat_window_minutes * 60;
  if (seconds === 0 || people.length === 0 || !sends(call)) return [];
  if (usage.kind === 'verification' || idempotencyKey !== undefined) return [];
  return [{ rule: 'limits.repeat_window_minutes', of: 'same_content', per: 'recipient', seconds, most: 1 }];
}

function moneyOf(spend: Policy['spend']): Draft[] {
  const most = (dollars: number | undefined) =>
    dollars === undefined ? undefined : Math.round(dollars * 1e6);
  const of = 'microdollars';
  return [
    { rule: 'spend.per_hour', of, per: 'all', seconds: HOUR, most: most(spend.per_hour) },
    { rule: 'spend.per_day', of, per: 'all', seconds: DAY, most: most(spend.per_day) },
    {
      rule: 'spend.per_person_per_day',
      of,
      per: 'recipient',
      seconds: DAY,
      most: most(spend.per_person_per_day),
    },
    { rule: 'spend.per_actor_per_day', of, per: 'actor', seconds: DAY, most: most(spend.per_actor_per_day) },
  ];
}

/* ── a full one, told ── */

export function exceededVerdict(exceeded: Exceeded): Refusal {
  const { limit, contact, roomAt } = exceeded;
  const room = roomAt.toISOString();
  if (limit.of === 'same_content') {
    return refuse(
      limit.rule,
      `The same was sent to ${contact ?? 'them'} within the last ${spanOf(limit.seconds)}.`,
      `If it did not arrive, look why. If a second one is wanted, send it after ${room} or with an idempotency_key of its own.`,
    );
  }
  const whom =
    limit.per === 'recipient' ? ` to ${contact ?? 'one person'}` : limit.per === 'actor' ? ' by you' : '';
  return refuse(
    limit.rule,
    `${used(exceeded)}${whom} in ${spanOf(limit.seconds)} are used, and this call would go beyond.`,
    `There is room again at ${room}. Do not work around it; the owner can change ${limit.rule} in the policy file.`,
  );
}

function used({ limit, used }: Exceeded): string {
  if (limit.of === 'microdollars') return `${dollarsOf(used)} of the ${dollarsOf(limit.most)} allowed`;
  return `${used} of the ${limit.most} ${limit.of} allowed`;
}

function spanOf(seconds: number): string {
  if (seconds === DAY) return '24 hours';
  return seconds === HOUR ? 'an hour' : `${Math.round(seconds / 60)} minutes`;
}
