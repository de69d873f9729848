// Whose yes counts, with which code, how often and how long.
import { describe, expect, it } from 'vitest';
import type { Approval, AuditEntry, InboxEvent, Ledgers } from '../../src/operation/ledgers.ts';
import { parseTwiml } from '../../src/twiml/document.ts';
import { createOwnerPhone } from '../../src/webhooks/owner-phone.ts';
import { memoryLedgers } from '../support/memory.ts';

const account = 'AC1';
const owner = '+14155550123';
const asked = new Date('2026-11-24T12:00:00Z');
const minutes = (count: number) => new Date(asked.getTime() + count * 60_000);

function waiting(id: string): Approval {
  return {
    id,
    account,
    actor: 'mcp',
    operation: 'messaging_send_message',
    fingerprint: 'f',
    rules: ['confirmation.send'],
    summary: "Send 'Hi Ana …' to 3 people, about $0.03?",
    at: asked,
    expires: minutes(15),
    state: 'waiting',
  };
}

function world(ids: readonly string[] = ['a1'], number = owner) {
  const memory = memoryLedgers();
  const audit: AuditEntry[] = [];
  const known = new Map(ids.map((id) => [id, waiting(id)]));
  const clock = { now: minutes(1) };
  const approvals: Ledgers['approvals'] = {
    ask: async () => undefined,
    get: async (id) => known.get(id),
    find: async () => undefined,
    list: async (_, at) => [...known.values()].filter(({ expires }) => expires > at),
    decide: async (id, decision) => {
      const found = known.get(id);
      if (found?.state !== 'waiting') return false;
      known.set(id, { ...found, state: decision.yes ? 'approved' : 'denied', decision });
      return true;
    },
    use: async () => false,
  };
  const phone = createOwnerPhone({
    account,
    number,
    answersAt: 'https://hooks.example.com/webhooks/twilio?a=1&b=2',
    secret: 'the auth token',
    now: () => clock.now,
    ledgers: {
      approvals,
      events: memory.events,
      audit: {
        append: async (entry) => void audit.push(entry),
        list: async () => [],
        verify: async () => ({ entries: 0 }),
      },
    },
  });
  let count = 0;
  const say = async (body: string, change: Partial<InboxEvent> = {}) => {
    count += 1;
    const event: InboxEvent = {
      id: `message.inbound:SM${count}`,
      account,
      type: 'message.inbound',
      at: clock.now,
      contact: owner,
      channel: 'sms',
      heard: 'webhook',
      data: { body },
      ...change,
    };
    await memory.events.add(event);
    return phone.hear(event);
  };
  const put = (id: string, change: object = {}): string => {
    const told = phone.question({ ...waiting(id), asksConsent: false, ...change });
    if (told === undefined) return '';
    return 'body' in told ? told.body : told.twiml;
  };
  const codeOf = (id: string) => /YES (\d{4}), or NO \1\.$/.exec(put(id))?.[1] ?? '';
  const other = (code: string) => String((Number(code) + 1) % 10_000).padStart(4, '0');
  return {
    say,
    codeOf,
    put,
    other,
    audit,
    clock,
    state: (id = 'a1') => known.get(id)?.state,
    decision: (id: string) => known.get(id)?.decision,
    phone,
  };
}

it('puts what would happen and a code of four digits', () => {
  const { put } = world();
  expect(put('a1')).toMatch(/^Send 'Hi Ana …' to 3 people, about \$0\.03\?\nReply YES \d{4}, or NO \d{4}\.$/);
  expect(put('a1', { asksConsent: true, summary: 'x'.repeat(900) }).length).toBeLessThan(370);
});

it('a yes with the code approves once, and is written down', async () => {
  const { say, codeOf, state, audit } = world();
  expect(await say(`yes ${codeOf('a1')}`)).toMatch(/^Approved: Send/);
  expect(state()).toBe('approved');
  expect(await say(`YES ${codeOf('a1')}`)).toMatch(/^Not counted/);
  expect(audit.map(({ phase }) => phase)).toEqual(['approved', 'refused']);
});

it('a yes alone is no evidence of how anyone agreed; what the owner writes after the code is', async () => {
  const { say, codeOf, decision } = world(['a1', 'a2']);
  await say(`YES ${codeOf('a1')}`);
  await say(`Yes ${codeOf('a2')}: they signed our form on Monday`);
  expect(decision('a1')?.evidence).toBeUndefined();
  expect(decision('a2')).toMatchObject({ by: 'phone', evidence: 'they signed our form on Monday' });
});

it('a no denies', async () => {
  const { say, codeOf, state } = world();
  expect(await say(`No, ${codeOf('a1')}.`)).toMatch(/^Refused/);
  expect(state()).toBe('denied');
});

it.each<[string, Partial<InboxEvent>, boolean]>([
  ['another phone', { contact: '+14155550199' }, false],
  ['the same number on another channel', { channel: 'whatsapp' }, false],
  ['found by asking, so unsigned', { heard: 'poll' }, true],
  ['an email that bears the number', { type: 'email.inbound' }, false],
])('%s does not count', async (_, change, isTold) => {
  const { say, codeOf, state } = world();
  const reply = await say(`YES ${codeOf('a1')}`, change);
  expect(reply !== undefined).toBe(isTold);
  expect(state()).toBe('waiting');
});

it.each(['YES', 'yes please', 'YES 12', 'YES 12345', 'ok', 'approve everything, YES'])(
  '%j names no code',
  async (body) => {
    const { say, state } = world();
    expect(await say(body)).toBeUndefined();
    expect(state()).toBe('waiting');
  },
);

it('a yes after its time is none', async () => {
  const { say, codeOf, state, clock } = world();
  clock.now = minutes(16);
  expect(await say(`YES ${codeOf('a1')}`)).toMatch(/nothing waits/);
  expect(state()).toBe('waiting');
});

it('names the action it means: one code does not approve another', async () => {
  const { say, codeOf, state } = world(['a1', 'a2']);
  await say(`YES ${codeOf('a2')}`);
  expect([state('a1'), state('a2')]).toEqual(['waiting', 'approved']);
  await say(`YES ${codeOf('a1')}`);
  expect(state('a1')).toBe('approved');
});

it('codes cannot be tried: after three wrong ones the right one does not count either', async () => {
  const { say, codeOf, other, state, audit } = world();
  for (let i = 0; i < 3; i += 1) await say(`YES ${other(codeOf('a1'))}`);
  expect(await say(`YES ${codeOf('a1')}`)).toMatch(/too many wrong codes/);
  expect(state()).toBe('waiting');
  expect(audit).toHaveLength(4);
});

describe('by a call', () => {
  const called = () => world(['a1'], `call:${owner}`);
  const pressing = (digits: string, change: Partial<InboxEvent> = {}) =>
    ['', { type: 'call.input', channel: 'voice', data: { digits }, ...change }] as const;
  const spokenCode = (twiml: string) =>
    /press 1, and then (\d), (\d), (\d), (\d)\./.exec(twiml)?.slice(1).join('') ?? '';

  it('says what would happen, and where the keys are to be told, as TwiML', () => {
    const { put } = called();
    const twiml = put('a1', { summary: 'Send "<b>" & more' });
    expect(parseTwiml(twiml).ok).toBe(true);
    expect(twiml).toContain('Send &quot;&lt;b&gt;&quot; &amp; more');
    expect(twiml).toContain('action="https://hooks.example.com/webhooks/twilio?a=1&amp;b=2"');
    expect(spokenCode(twiml)).toMatch(/^\d{4}$/);
  });

  it('1 and the code is a yes, 2 and the code a no, once, and anything else is neither', async () => {
    const { say, put, state, other } = called();
    const code = spokenCode(put('a1'));
    expect(await say(...pressing('1'))).toBeUndefined();
    expect(await say(...pressing(`3${code}`))).toBeUndefined();
    expect(await say(...pressing(`1${other(code)}`))).toMatch(/^Not counted/);
    expect(await say(...pressing(`1${code}`, { contact: '+14155550199' }))).toBeUndefined();
    expect(await say(...pressing(`1${code}`, { heard: 'poll' }))).toMatch(/^Not counted/);
    expect(await say(`YES ${code}`)).toBeUndefined();
    expect(state()).toBe('waiting');
    expect(await say(...pressing(`1${code}`))).toMatch(/^Approved: Send/);
    expect(state()).toBe('approved');
    expect(await say(...pressing(`2${code}`))).toMatch(/^Not counted/);
    expect(state()).toBe('approved');
  });

  it('does not ask what keys cannot answer: how people agreed', () => {
    expect(called().put('a1', { asksConsent: true })).toBe('');
  });
});
