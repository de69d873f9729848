// Who has agreed to what: every purpose, the order of grant and STOP, what mends a STOP, and who may have written it.
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/guards/call.ts';
import { consentChannelOf, consentChannelsOf, countsOf, judgeConsent } from '../../src/guards/consent.ts';
import type { ConsentEntry } from '../../src/operation/ledgers.ts';
import type { Purpose } from '../../src/operation/reach.ts';
import { callOf, consent, hoursLater, inShort, monday, person, policyOf } from '../support/judged.ts';

type Policy = NonNullable<Parameters<typeof policyOf>[0]>;

function judged(
  consents: readonly ConsentEntry[],
  purpose?: Purpose,
  who: Partial<Person> = {},
  policy: Policy = {},
): string {
  return inShort(judgeConsent(callOf({ purpose, people: [person({ consents, ...who })] }), policyOf(policy)));
}

const granted = (purpose: Purpose, change: Partial<ConsentEntry> = {}) => consent({ purpose, ...change });
const stop = (hours: number, change: Partial<ConsentEntry> = {}) =>
  consent({ purpose: 'any', state: 'revoked', source: 'stop_word', at: hoursLater(hours), ...change });

describe('purposes', () => {
  const all = ['transactional', 'marketing', 'verification', 'conversational'] as const;
  const serve: Readonly<Record<string, readonly (Purpose | undefined)[]>> = {
    transactional: [undefined, 'transactional', 'verification'],
    marketing: ['marketing'],
    verification: ['verification'],
    conversational: [undefined, 'conversational'],
  };

  it.each(all)('consent for %s serves these purposes and no other', (given) => {
    const asked = [undefined, ...all];
    const served = asked.filter((purpose) => {
      const who = purpose === 'verification' ? { purpose } : {};
      return judged([granted(given)], purpose, who) === 'allowed';
    });
    expect(served).toEqual(asked.filter((purpose) => serve[given]?.includes(purpose)));
  });

  it('takes a text of today as a wish to sign in, one of yesterday not', () => {
    const wrote = (hours: number) =>
      granted('conversational', { source: 'inbound_message', at: hoursLater(hours) });
    expect(judged([wrote(-1)], undefined, { purpose: 'verification' })).toBe('allowed');
    expect(judged([wrote(-24)], undefined, { purpose: 'verification' })).toBe('ask consent.missing');
  });

  it('does not take a message of theirs as consent to marketing', () => {
    expect(judged([granted('marketing', { source: 'inbound_message' })], 'marketing')).toBe(
      'ask consent.missing',
    );
  });

  it('does not believe a caller that an ordinary text is a verification', () => {
    expect(judged([granted('verification')], 'verification')).toBe('ask consent.missing');
  });
});

describe('what does not count as agreed', () => {
  it.each([
    ['nothing on record', []],
    ['pending', [consent({ state: 'pending' })]],
    ['expired', [consent({ expires: monday })]],
    ['for another purpose', [granted('marketing')]],
  ])('%s', (_, consents) => {
    expect(judged(consents)).toBe('ask consent.missing');
    expect(judged(consents, undefined, {}, { consent: { missing: 'refuse' } })).toBe(
      'refused consent.missing',
    );
  });

  it('counts up to its last millisecond', () => {
    expect(judged([consent({ expires: new Date(monday.getTime() + 1) })])).toBe('allowed');
  });
});

describe('STOP', () => {
  it.each([
    ['after the grant', [consent(), stop(-1)], 'refused consent.revoked'],
    ['before a new opt-in of the owner', [stop(-5), consent({ at: hoursLater(-1) })], 'allowed'],
    ['at the same moment as a grant', [consent({ at: hoursLater(-1) }), stop(-1)], 'refused consent.revoked'],
    ['and nothing else', [stop(-1)], 'refused consent.revoked'],
    ['of transactional messages alone', [consent({ state: 'revoked' })], 'refused consent.revoked'],
    ['of marketing alone', [consent(), granted('marketing', { state: 'revoked' })], 'allowed'],
    [
      'then a mere message',
      [consent(), stop(-5), granted('conversational', { source: 'inbound_message', at: hoursLater(-1) })],
      'refused consent.revoked',
    ],
    [
      'then a click on a question that had waited',
      [stop(-5), consent({ source: 'human_confirmation', at: hoursLater(-1) })],
      'refused consent.revoked',
    ],
    [
      'then START: what was agreed counts again',
      [consent(), stop(-5), granted('conversational', { source: 'start_word', at: hoursLater(-1) })],
      'allowed',
    ],
    [
      'then START, then STOP',
      [consent(), granted('conversational', { source: 'start_word', at: hoursLater(-5) }), stop(-1)],
      'refused consent.revoked',
    ],
    [
      'by the provider’s refusal',
      [consent(), stop(-1, { source: 'provider_refusal' })],
      'refused consent.revoked',
    ],
  ])('%s', (_, consents, expected) => {
    expect(judged(consents)).toBe(expected);
  });

  it('is not asked about: no policy turns it into a question', () => {
    const policy = { consent: { missing: 'ask', missing_verification: 'allow' } } as const;
    expect(judged([stop(-1)], undefined, { purpose: 'verification' }, policy)).toBe(
      'refused consent.revoked',
    );
  });

  it('is undone for marketing by a new opt-in only', () => {
    const marketing = granted('marketing');
    const start = granted('conversational', { source: 'start_word', at: hoursLater(-1) });
    expect(judged([marketing, stop(-5), start], 'marketing')).toBe('refused consent.revoked');
    expect(judged([granted('marketing', { at: hoursLater(-1) }), stop(-5)], 'marketing')).toBe('allowed');
  });

  it('on any channel counts where nobody can tell which it will be, whatever was agreed on another', () => {
    const entries = [stop(-5), consent({ channel: 'voice', at: hoursLater(-1) })];
    expect(judged(entries, undefined, { channel: 'unknown' })).toBe('refused consent.revoked');
    expect(consentChannelsOf('unknown')).toEqual(
      expect.arrayContaining(['sms', 'whatsapp', 'voice', 'email']),
    );
    expect(consentChannelsOf('whatsapp')).toEqual(['whatsapp']);
  });

  it('by RCS holds for SMS, and START by SMS undoes it for both', () => {
    expect(consentChannelsOf('sms')).toEqual(['sms', 'rcs']);
    const stopped = [consent(), stop(-5, { channel: 'rcs' })];
    expect(judged(stopped)).toBe('refused consent.revoked');
    expect(
      judged([...stopped, granted('conversational', { source: 'start_word', at: hoursLater(-1) })]),
    ).toBe('allowed');
  });

  it('of codes holds against consent to other messages', () => {
    const entries = [consent(), granted('verification', { state: 'revoked', at: hoursLater(-1) })];
    expect(judged(entries, undefined, { purpose: 'verification' })).toBe('refused consent.revoked');
    expect(judged(entries)).toBe('allowed');
  });

  it('is told with the only steps that undo it', () => {
    const verdict = judgeConsent(callOf({ people: [person({ consents: [stop(-1)] })] }), policyOf());
    expect(verdict).toMatchObject({
      reason: expect.stringContaining('+14155550123'),
      next: expect.stringMatching(/START.*twilio-mcp consent grant/),
    });
  });
});

describe('who needs none, and who is judged later', () => {
  it.each([
    ['the owner’s own number', { own: true }],
    ['a number the policy calls own', { to: '+14155550199' }],
    ['somebody in the owner’s own app', { to: 'client:ana', channel: 'voice' }],
    ['a conversation: the destination guard asks', { to: `CH${'0'.repeat(32)}`, channel: 'unknown' }],
  ] as const)('%s', (_, who) => {
    expect(judged([], undefined, who, { destination: { own: ['+14155550199'] } })).toBe('allowed');
  });

  it('asks about all of many at once, and leaves whoever may not be written to at all to their own call', () => {
    const people = [person({ consents: [] }), person({ to: '+14155550124', consents: [stop(-1)] })];
    const many = callOf({ composed: true, people });
    const verdict = judgeConsent(many, policyOf());
    expect(verdict).toMatchObject({ kind: 'ask', consentFor: [{ contact: '+14155550123' }] });
    const strict = policyOf({ consent: { missing: 'refuse' } });
    expect(judgeConsent(many, strict)).toEqual({ kind: 'allowed' });
    expect(inShort(judgeConsent(callOf({ people }), strict))).toBe('refused consent.revoked');
  });
});

describe('the question', () => {
  it('names everybody whose consent a yes would record, by the channel it is kept under', () => {
    const people = [
      person({ to: '+14155550124', consents: [] }),
      person(),
      person({ to: 'rcs:+14155550125', channel: 'rcs', consents: [] }),
    ];
    expect(judgeConsent(callOf({ people, purpose: 'marketing' }), policyOf())).toMatchObject({
      kind: 'ask',
      consentFor: [
        { contact: '+14155550124', channel: 'sms', purpose: 'marketing' },
        { contact: '+14155550123', channel: 'sms', purpose: 'marketing' },
        { contact: '+14155550125', channel: 'sms', purpose: 'marketing' },
      ],
    });
  });

  it('records nothing under a channel that nobody knows', () => {
    const people = [person({ channel: 'unknown', consents: [] })];
    expect(judgeConsent(callOf({ people }), policyOf())).not.toHaveProperty('consentFor');
  });

  it.each([
    ['allow', 'allowed'],
    ['ask', 'ask consent.missing'],
    ['refuse', 'refused consent.missing'],
  ] as const)('a code to somebody new: %s', (missing_verification, expected) => {
    expect(judged([], undefined, { purpose: 'verification' }, { consent: { missing_verification } })).toBe(
      expected,
    );
  });
});

describe('what may be counted', () => {
  const never = () => false;

  it.each(['web_form', 'paper', 'verbal', 'import', 'owner'] as const)(
    '%s only with the owner’s signature',
    (source) => {
      expect(countsOf(consent({ source }), never)).toBe(false);
      expect(countsOf(consent({ source }), () => true)).toBe(true);
    },
  );

  it.each(['inbound_message', 'start_word', 'human_confirmation'] as const)('%s without one', (source) => {
    expect(countsOf(consent({ source }), never)).toBe(true);
  });

  it('a revocation always, whoever wrote it', () => {
    expect(countsOf(consent({ source: 'import', state: 'revoked' }), never)).toBe(true);
  });

  it('keeps one consent for SMS and RCS, and one of its own for WhatsApp', () => {
    expect((['sms', 'rcs', 'whatsapp', 'voice', 'email'] as const).map(consentChannelOf)).toEqual([
      'sms',
      'sms',
      'whatsapp',
      'voice',
      'email',
    ]);
  });
});
