// The caps as the ledger counts them, and what is told at a full one.
import { describe, expect, it } from 'vitest';
import type { JudgedCall } from '../../src/guards/call.ts';
import { exceededVerdict, limitsFor } from '../../src/guards/limits.ts';
import type { Limit } from '../../src/operation/ledgers.ts';
import { callOf, hoursLater, policyOf } from '../support/judged.ts';

type Given = Parameters<typeof policyOf>[0];

function rulesOf(call: Partial<JudgedCall>, policy: Given = {}): string[] {
  return limitsFor(callOf(call), policyOf(policy)).map(
    ({ rule, of, per, seconds, most }) => `${rule}: ${most} ${of} per ${per} in ${seconds}`,
  );
}

const contacts = [
  'limits.contacts_per_hour: 60 contacts per all in 3600',
  'limits.contacts_per_day: 200 contacts per all in 86400',
  'limits.contacts_per_person_per_day: 10 contacts per recipient in 86400',
];
const repeats = 'limits.repeat_window_minutes: 1 same_content per recipient in 600';
const money = 'spend.per_day: 5000000 microdollars per all in 86400';

describe('what is counted', () => {
  it('of a message: people, repeats and money', () => {
    expect(rulesOf({})).toEqual([...contacts, repeats, money]);
  });

  it('of a code: how many, instead of repeats', () => {
    expect(rulesOf({ usage: { kind: 'verification', channel: 'sms' } })).toEqual([
      ...contacts,
      'limits.verifications_per_number_per_hour: 5 verifications per recipient in 3600',
      'limits.verifications_per_hour: 30 verifications per all in 3600',
      money,
    ]);
  });

  it.each([
    [
      'of a lookup: money',
      { effect: 'read', people: [], usage: { kind: 'lookup', packages: ['caller_name'] } },
      [money],
    ],
    [
      'of what costs nothing and reaches nobody: nothing',
      { effect: 'write', people: [], usage: { kind: 'nothing' } },
      [],
    ],
    ['of an operation made of others: nothing, they are counted', { composed: true }, []],
    ['of a second one that is wanted: no repeats', { idempotencyKey: 'order-2' }, [...contacts, money]],
  ] as const)('%s', (_, call: Partial<JudgedCall>, expected) => {
    expect(rulesOf(call)).toEqual(expected);
  });

  it('what the owner adds, and what the owner turns off', () => {
    const policy: Given = {
      limits: { contacts_per_actor_per_hour: 3, repeat_window_minutes: 0 },
      spend: { per_hour: 0.5, per_day: 0, per_person_per_day: 0.1, per_actor_per_day: 2.5 },
    };
    expect(rulesOf({}, policy)).toEqual([
      ...contacts,
      'limits.contacts_per_actor_per_hour: 3 contacts per actor in 3600',
      'spend.per_hour: 500000 microdollars per all in 3600',
      'spend.per_day: 0 microdollars per all in 86400',
      'spend.per_person_per_day: 100000 microdollars per recipient in 86400',
      'spend.per_actor_per_day: 2500000 microdollars per actor in 86400',
    ]);
  });
});

describe('a full one', () => {
  const roomAt = hoursLater(1);
  const limit = (change: Partial<Limit>): Limit => ({
    rule: 'limits.contacts_per_hour',
    of: 'contacts',
    per: 'all',
    seconds: 3600,
    most: 60,
    ...change,
  });

  it('tells how much is used, of how much, and when there is room', () => {
    expect(exceededVerdict({ limit: limit({}), used: 60, roomAt })).toMatchObject({
      kind: 'refused',
      rule: 'limits.contacts_per_hour',
      reason: '60 of the 60 contacts allowed in an hour are used, and this call would go beyond.',
      next: expect.stringContaining('2026-11-23T19:00:00.000Z'),
    });
  });

  it.each([
    [{ per: 'recipient' }, 9, '9 of the 60 contacts allowed to +14155550123 in an hour'],
    [{ per: 'actor', seconds: 86_400 }, 9, 'by you in 24 hours'],
    [{ of: 'microdollars', most: 5_000_000 }, 4_990_000, '$4.99 of the $5.00 allowed'],
    [
      { of: 'same_content', per: 'recipient', seconds: 600 },
      1,
      'The same was sent to +14155550123 within the last 10 minutes.',
    ],
  ] as const)('%j', (change, used, reason) => {
    const verdict = exceededVerdict({ limit: limit(change), used, contact: '+14155550123', roomAt });
    expect(verdict.reason).toContain(reason);
  });
});
