// The guards that look at the whole call: WhatsApp's window, strangers' words, changes of rules, money, questions; and their order.
import { describe, expect, it } from 'vitest';
import { judgeAdmin } from '../../src/guards/admin.ts';
import type { Facts, JudgedCall } from '../../src/guards/call.ts';
import { judgeConfirmation, summaryOf } from '../../src/guards/confirmation.ts';
import { explain, guards, judge } from '../../src/guards/judge.ts';
import { judgeSpend, withTimeLimit } from '../../src/guards/spend.ts';
import { judgeTaint } from '../../src/guards/taint.ts';
import { judgeWhatsAppWindow } from '../../src/guards/whatsapp-window.ts';
import { callOf, factsOf, hoursLater, inShort, operationOf, person, policyOf } from '../support/judged.ts';

const onWhatsApp = { to: 'whatsapp:+14155550123', channel: 'whatsapp' } as const;

describe("WhatsApp's window", () => {
  const wrote = (hours: number) => ({ people: [person({ ...onWhatsApp, lastInbound: hoursLater(-hours) })] });
  const never = { people: [person(onWhatsApp)] };
  const template = { input: { content_sid: `HX${'0'.repeat(32)}` } };

  it.each([
    ['a minute before it closes', wrote(24 - 1 / 60), 'allowed'],
    ['as it closes', wrote(24), 'refused whatsapp.window'],
    ['never wrote', never, 'refused whatsapp.window'],
    ['a template, to one who never wrote', { ...never, ...template }, 'allowed'],
    [
      'a template as the full shelf spells it',
      { ...never, input: { ContentSid: `HX${'0'.repeat(32)}` } },
      'allowed',
    ],
    ['an empty template', { ...never, input: { content_sid: '' } }, 'refused whatsapp.window'],
    [
      'the word template in the text',
      { ...never, input: { body: 'content_sid' } },
      'refused whatsapp.window',
    ],
    ['an SMS', {}, 'allowed'],
    [
      'a code, which is a template of Twilio’s',
      { ...never, usage: { kind: 'verification', channel: 'whatsapp' } },
      'allowed',
    ],
    ['the sign that somebody types', { ...never, usage: { kind: 'nothing' } }, 'allowed'],
    ['each of many, at their own call', { ...never, composed: true }, 'allowed'],
    ['unknown usage', { ...never, usage: { kind: 'unknown', why: 'x' } }, 'refused whatsapp.window'],
  ] as const)('%s', (_, change: Partial<JudgedCall>, expected) => {
    expect(inShort(judgeWhatsAppWindow(callOf(change)))).toBe(expected);
  });

  it('names the tools that would do', () => {
    expect(judgeWhatsAppWindow(callOf(never))).toMatchObject({
      next: expect.stringMatching(/whatsapp_list_templates.*whatsapp_send_template/),
    });
  });
});

describe("strangers' words", () => {
  const tainted = ['+14155550123'];
  const other = { people: [person({ to: '+14155550124' })] };
  const nobody = { people: [], usage: { kind: 'nothing' } } as const;

  it.each([
    ['none read', other, [], 'allowed'],
    ['an answer to whose words they are', {}, tainted, 'allowed'],
    ['a text to somebody else', other, tainted, 'ask taint.recipient'],
    ['a text to both', { people: [person(), ...other.people] }, tainted, 'ask taint.recipient'],
    ['nobody in particular wrote', {}, ['unknown'], 'ask taint.recipient'],
    ['to the owner', { people: [person({ to: '+14155550124', own: true })] }, tainted, 'allowed'],
    ['to one on the owner’s list', { people: [person({ to: '+14155550199' })] }, tainted, 'allowed'],
    ['a deletion', { ...nobody, effect: 'delete' }, tainted, 'ask taint.delete'],
    ['a purchase', { ...nobody, effect: 'spend' }, tainted, 'ask taint.spend'],
    ['a change of rules', { ...nobody, effect: 'admin' }, tainted, 'refused taint.admin'],
    ['a write', { ...nobody, effect: 'write' }, tainted, 'allowed'],
    [
      'a write that puts somebody else into a conversation',
      { ...other, effect: 'write' },
      tainted,
      'ask taint.recipient',
    ],
    ['a look', { ...nobody, effect: 'read' }, tainted, 'allowed'],
  ] as const)('%s', (_, change: Partial<JudgedCall>, whose, expected) => {
    const policy = policyOf({ destination: { allow: ['+14155550199'] } });
    expect(inShort(judgeTaint(callOf(change), policy, factsOf({ tainted: whose })))).toBe(expected);
  });

  it('of several people: an answer to one of them may be asked about', () => {
    const facts = factsOf({ tainted: ['+14155550123', '+14155550124'] });
    expect(inShort(judgeTaint(callOf(), policyOf(), facts))).toBe('allowed');
    expect(inShort(judgeTaint(callOf(), policyOf({ taint: { several: 'ask' } }), facts))).toBe(
      'ask taint.recipient',
    );
  });
});

describe('changes of rules', () => {
  it.each([
    ['unless the owner has turned them on', 'admin', {}, 'refused confirmation.admin'],
    ['then asked about', 'admin', { admin: 'ask' }, 'ask confirmation.admin'],
    ['nothing else', 'write', {}, 'allowed'],
  ] as const)('%s', (_, effect, confirmation, expected) => {
    expect(inShort(judgeAdmin(callOf({ effect }), policyOf({ confirmation })))).toBe(expected);
  });
});

describe('money', () => {
  it.each([
    ['as much as is allowed at once', 1_000_000, {}, 'allowed'],
    ['a millionth more', 1_000_001, {}, 'ask spend.per_call'],
    ['an unknown price', undefined, {}, 'ask spend.unknown'],
    ['nothing where nothing may be spent', 0, { per_call: 0 }, 'allowed'],
    ['something where nothing may be spent', 1, { per_call: 0 }, 'ask spend.per_call'],
  ])('%s', (_, microdollars, spend, expected) => {
    expect(inShort(judgeSpend(callOf(), policyOf({ spend }), factsOf({ microdollars })))).toBe(expected);
  });

  it.each([
    ['ten minutes', { kind: 'call', legs: 1, minutes: 10 }, 'allowed'],
    ['a second longer', { kind: 'call', legs: 1, minutes: 601 / 60 }, 'refused limits.call_minutes'],
    [
      'many long ones',
      { kind: 'many', times: 2, each: { kind: 'call', legs: 1, minutes: 11 } },
      'refused limits.call_minutes',
    ],
  ] as const)('a call of %s', (_, usage, expected) => {
    expect(inShort(judgeSpend(callOf({ usage }), policyOf(), factsOf()))).toBe(expected);
  });

  it('puts an end to every call that has none', () => {
    const usage = { kind: 'call', legs: 1, minutes: 0 } as const;
    const policy = policyOf({ limits: { call_minutes: 5 } });
    expect(withTimeLimit({ to: '+14155550123' }, usage, policy)).toEqual({
      to: '+14155550123',
      time_limit: 300,
    });
    expect(withTimeLimit({ To: '+14155550123' }, usage, policy)).toEqual({
      To: '+14155550123',
      TimeLimit: 300,
    });
    expect(withTimeLimit({ time_limit: 60 }, usage, policy)).toEqual({ time_limit: 60 });
    expect(withTimeLimit({ to: '+14155550123' }, { kind: 'nothing' }, policy)).toEqual({
      to: '+14155550123',
    });
  });
});

describe('what a human is asked about', () => {
  const crowd = (size: number) => Array.from({ length: size }, () => person());

  it.each([
    ['a send', {}, {}, 'allowed'],
    ['a write', { effect: 'write' }, {}, 'allowed'],
    ['a deletion', { effect: 'delete' }, {}, 'ask confirmation.delete'],
    ['a purchase', { effect: 'spend' }, {}, 'ask confirmation.spend'],
    ['a deletion the owner allows', { effect: 'delete' }, { delete: 'allow' }, 'allowed'],
    ['a send the owner refuses', {}, { send: 'refuse' }, 'refused confirmation.send'],
    ['ten at once', { people: crowd(10) }, {}, 'allowed'],
    ['eleven at once', { people: crowd(11) }, {}, 'ask confirmation.recipients'],
    ['as dear as allowed unasked', {}, { above: 0.0133 }, 'allowed'],
    ['dearer', {}, { above: 0.01 }, 'ask confirmation.above'],
    ['a look, whatever the policy', { effect: 'read' }, { above: 0 }, 'allowed'],
  ] as const)('%s', (_, change: Partial<JudgedCall>, confirmation, expected) => {
    expect(inShort(judgeConfirmation(callOf(change), policyOf({ confirmation }), factsOf()))).toBe(expected);
  });

  it('takes an unknown price for dear', () => {
    const policy = policyOf({ confirmation: { above: 100 } });
    expect(inShort(judgeConfirmation(callOf(), policy, factsOf({ microdollars: undefined })))).toBe(
      'ask confirmation.above',
    );
  });
});

describe('the question', () => {
  it('tells what, to whom, when, how much, why, and the words themselves', () => {
    const call = callOf({
      input: { to: '+14155550123', body: 'Your order has shipped.', send_at: '2026-11-24T17:00:00Z' },
    });
    const question = { kind: 'ask', rule: 'consent.missing', reason: 'No consent is on record.' } as const;
    expect(summaryOf(call, factsOf({ tainted: ['+14155550199'] }), [question])).toBe(
      [
        'Send an SMS or MMS (messaging_send_message), asked for by stdio.',
        'To: "+14155550123" (sms, no purpose said)',
        'When: 2026-11-24T17:00:00.000Z',
        'Cost: about $0.0133',
        'This conversation has read words of: +14155550199',
        'Why you are asked: No consent is on record.',
        'With:',
        '  to: "+14155550123"',
        '  body: "Your order has shipped."',
        '  send_at: "2026-11-24T17:00:00Z"',
      ].join('\n'),
    );
  });

  it('lets no text pass for our own words, and hides nothing in it', () => {
    const body = 'Hi\nCost: nothing\nTo: \u202enobody\u200b';
    const lines = summaryOf(callOf({ input: { body } }), factsOf()).split('\n');
    expect(lines.filter((line) => line.startsWith('Cost:'))).toEqual(['Cost: about $0.0133']);
    expect(lines.at(-1)).toBe('  body: "Hi\\nCost: nothing\\nTo: \\u{202e}nobody\\u{200b}"');
  });

  it('keeps the reasons on their own lines, whatever name stands in them', () => {
    const question = {
      kind: 'ask',
      rule: 'destination.unknown',
      reason: 'Reaches x\nCost: nothing.',
    } as const;
    const summary = summaryOf(callOf(), factsOf({ tainted: ['eve\nCost: nothing'] }), [question]);
    expect(summary.split('\n').filter((line) => line.startsWith('Cost:'))).toEqual(['Cost: about $0.0133']);
  });

  it('says how much of a long text and of a long list is not shown', () => {
    const people = Array.from({ length: 25 }, (_, index) =>
      person({ to: `+141555501${String(index).padStart(2, '0')}` }),
    );
    const summary = summaryOf(callOf({ people, input: { body: 'x'.repeat(2100) } }), factsOf());
    expect(summary).toContain('and 5 more, 25 in all');
    expect(summary).toMatch(/x… \(10[12] more characters\)/);
  });
});

describe('all of them', () => {
  it('stand in the order that is written down', () => {
    expect(guards.map(([name]) => name)).toEqual([
      'access',
      'integrity',
      'destination',
      'urls',
      'consent',
      'whatsapp window',
      'quiet hours',
      'taint',
      'admin',
      'spend',
      'confirmation',
    ]);
  });

  it('let a text to a customer who agreed go without a question', () => {
    expect(judge(callOf(), policyOf(), factsOf())).toEqual({ refusal: undefined, questions: [] });
  });

  it('put their questions together, and ask none where one refuses', () => {
    const people = [person({ to: '+14155550124', consents: [] })];
    const facts: Facts = factsOf({ tainted: ['+14155550199'], microdollars: undefined });
    const { questions } = judge(callOf({ people }), policyOf(), facts);
    expect(questions.map(({ rule }) => rule)).toEqual([
      'consent.missing',
      'taint.recipient',
      'spend.unknown',
    ]);
    const refused = judge(callOf({ people }), policyOf({ consent: { missing: 'refuse' } }), facts);
    expect(refused).toMatchObject({ refusal: { rule: 'consent.missing' }, questions: [] });
  });

  it('each say what they think, when they are asked to explain', () => {
    const call = callOf({ people: [person({ to: '+19002345678', consents: [] })] });
    const said = explain(call, policyOf(), factsOf()).filter(({ verdict }) => verdict.kind !== 'allowed');
    expect(said.map(({ guard, verdict }) => `${guard}: ${inShort(verdict)}`)).toEqual([
      'destination: refused destination.kind',
      'consent: ask consent.missing',
    ]);
  });

  it('ask nothing of a look', () => {
    const call = callOf({
      effect: 'read',
      operation: operationOf('read', 'messaging_get_message'),
      people: [],
      usage: { kind: 'nothing' },
    });
    const facts = factsOf({ tainted: ['unknown'], tampered: 'x', microdollars: 0 });
    expect(judge(call, policyOf({ access: { read_only: true } }), facts)).toEqual({
      refusal: undefined,
      questions: [],
    });
  });
});
