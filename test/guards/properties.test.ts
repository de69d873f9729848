// What must hold for any input: the minute a refusal offers is open, no look-alike passes, no STOP is outweighed by what came before.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeConsent } from '../../src/guards/consent.ts';
import { judgeDestination } from '../../src/guards/destination.ts';
import { judgeQuietHours } from '../../src/guards/quiet-hours.ts';
import { consentSources } from '../../src/operation/ledgers.ts';
import { purposes } from '../../src/operation/reach.ts';
import { callOf, consent, factsOf, inShort, monday, person, policyOf } from '../support/judged.ts';

const numbers = [
  '+14155550123',
  '+12082999999',
  '+12055550123',
  '+14015550123',
  '+18005550199',
  '+442079460123',
  '+919876543210',
  '+61491570156',
  '+5511912345678',
];
const moments = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2028-12-31T00:00:00Z'),
  noInvalidDate: true,
});

describe('for any moment and place', () => {
  it('the minute that a refusal offers is open, and the one before is not', () => {
    fc.assert(
      fc.property(fc.constantFrom(...numbers), moments, (to, now) => {
        const judgedAt = (at: Date) =>
          judgeQuietHours(callOf({ purpose: 'marketing', now: at, people: [person({ to })] }), policyOf());
        const verdict = judgedAt(now);
        if (verdict.kind === 'allowed') return;
        const offered = /send_at (\S+)/.exec(verdict.kind === 'refused' ? verdict.next : '')?.[1];
        expect(offered, JSON.stringify(verdict)).toBeDefined();
        const open = new Date(offered ?? 0);
        expect(inShort(judgedAt(open))).toBe('allowed');
        const before = new Date(open.getTime() - 60_000);
        // Nothing can be scheduled less than 15 minutes ahead: then the first minute that can be is offered.
        if (before.getTime() >= now.getTime() + 15 * 60_000)
          expect(inShort(judgedAt(before))).not.toBe('allowed');
      }),
    );
  });
});

describe('for any number', () => {
  it('one letter that is not an ASCII digit is never reached', () => {
    const zeros = [0x660, 0x6f0, 0x966, 0xff10, 0x1d7ce, 0x1d7d8];
    fc.assert(
      fc.property(
        fc.constantFrom(...numbers),
        fc.nat(8),
        fc.constantFrom(...zeros),
        (number, place, zero) => {
          const digit = Number(number[place + 1]);
          const to =
            number.slice(0, place + 1) + String.fromCodePoint(zero + digit) + number.slice(place + 2);
          const policy = policyOf({
            destination: { allow: ['*'], countries: ['US', 'GB', 'IN', 'AU', 'BR'] },
          });
          const verdict = judgeDestination(callOf({ people: [person({ to })] }), policy, factsOf());
          expect(inShort(verdict)).toBe('refused destination.malformed');
        },
      ),
    );
  });
});

describe('for any history', () => {
  it('whoever said STOP last is not written to, for whatever purpose', () => {
    const entry = fc.record({
      purpose: fc.constantFrom(...purposes),
      state: fc.constantFrom('granted', 'pending'),
      source: fc.constantFrom(...consentSources),
      at: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(
        fc.array(entry),
        fc.option(fc.constantFrom(...purposes), { nil: undefined }),
        (history, purpose) => {
          const earlier = history.map((each) =>
            consent({ ...each, at: new Date(monday.getTime() - each.at * 60_000) }),
          );
          const stop = consent({ purpose: 'any', state: 'revoked', source: 'stop_word', at: monday });
          const call = callOf({ purpose, people: [person({ consents: [...earlier, stop] })] });
          expect(inShort(judgeConsent(call, policyOf()))).toBe('refused consent.revoked');
        },
      ),
    );
  });
});
