// Who may run what at all: read-only, the owner's lists, a token's scopes, and never another account.
import { describe, expect, it } from 'vitest';
import { judgeAccess } from '../../src/guards/access.ts';
import { judgeIntegrity } from '../../src/guards/integrity.ts';
import { callOf, factsOf, inShort, operationOf, policyOf } from '../support/judged.ts';

const other = `AC${'1'.repeat(32)}`;
const own = `AC${'0'.repeat(32)}`;
const read = callOf({ effect: 'read', people: [], usage: { kind: 'nothing' } });
const send = callOf();

describe('access', () => {
  it.each([
    ['a read on a read-only server', read, { read_only: true }, 'allowed'],
    ['a send on a read-only server', send, { read_only: true }, 'refused access.read_only'],
    ['a denied name', send, { deny: ['messaging_send_message'] }, 'refused access.deny'],
    ['a denied pattern', send, { deny: ['messaging_*'] }, 'refused access.deny'],
    ['denied and allowed', send, { allow: ['*'], deny: ['*_send_*'] }, 'refused access.deny'],
    ['not among the allowed', send, { allow: ['voice_*'] }, 'refused access.allow'],
    ['among the allowed', send, { allow: ['messaging_send_message'] }, 'allowed'],
    [
      'a name that only begins like an allowed one',
      send,
      { allow: ['messaging_send'] },
      'refused access.allow',
    ],
  ])('%s', (_, call, access, expected) => {
    expect(inShort(judgeAccess(call, policyOf({ access }), factsOf()))).toBe(expected);
  });

  it.each([
    ['no scopes: a local door', undefined, 'send', 'allowed'],
    ['the scope', ['read', 'send'], 'send', 'allowed'],
    ['another scope', ['read', 'admin'], 'send', 'refused access.scope'],
    [
      'a write that puts somebody into a conversation, without send',
      ['write'],
      'write',
      'refused access.scope',
    ],
    ['a write that puts somebody into a conversation, with both', ['write', 'send'], 'write', 'allowed'],
    ['no scope at all', [], 'send', 'refused access.scope'],
  ] as const)('%s', (_, scopes, effect, expected) => {
    const actor = { name: 'token', ...(scopes && { scopes }) };
    expect(inShort(judgeAccess(callOf({ effect, actor }), policyOf(), factsOf()))).toBe(expected);
  });

  it.each([
    ['no account', { to: '+14155550123' }, 'allowed'],
    ['the own one', { AccountSid: own }, 'allowed'],
    ['another one', { AccountSid: other }, 'refused access.account'],
    ['another one in a list inside', { filter: [{ account: other }] }, 'refused access.account'],
    ['another one with white space', { AccountSid: ` ${other}\n` }, 'refused access.account'],
    [
      'another one in a URL',
      { url: `https://api.twilio.com/2010-04-01/Accounts/${other}/Calls` },
      'refused access.account',
    ],
    ['another one inside a text', { body: `Your account is ${other}.` }, 'allowed'],
  ])('names %s', (_, input, expected) => {
    expect(inShort(judgeAccess(callOf({ input }), policyOf(), factsOf()))).toBe(expected);
  });

  it('lets a subaccount be the subject of an operation, and nobody act inside it', () => {
    const at = (path: string) =>
      ({ ...operationOf('read'), request: { method: 'GET', host: 'api', path } }) as const;
    const looked = callOf({ operation: at('/2010-04-01/Accounts/{sid}.json'), input: { sid: other } });
    const inside = callOf({ operation: at('/2010-04-01/Accounts/{sid}/Calls.json'), input: { sid: other } });
    expect(inShort(judgeAccess(looked, policyOf(), factsOf()))).toBe('allowed');
    expect(inShort(judgeAccess(inside, policyOf(), factsOf()))).toBe('refused access.account');
  });

  it('tells which operation, and what the owner can do', () => {
    const verdict = judgeAccess(send, policyOf({ access: { allow: ['voice_*'] } }), factsOf());
    expect(verdict).toMatchObject({
      reason: expect.stringContaining('messaging_send_message'),
      next: expect.stringContaining('access.allow'),
    });
  });
});

describe('integrity', () => {
  const tampered = factsOf({ tampered: 'entry 7 of the audit does not follow from entry 6' });

  it.each([
    ['a sound store', send, factsOf(), 'allowed'],
    ['a send', send, tampered, 'refused integrity.store'],
    ['a purchase', callOf({ effect: 'spend', people: [] }), tampered, 'refused integrity.store'],
    ['a change of rules', callOf({ effect: 'admin', people: [] }), tampered, 'refused integrity.store'],
    ['a read', read, tampered, 'allowed'],
    ['a write that reaches nobody', callOf({ effect: 'write', people: [] }), tampered, 'allowed'],
    ['a write that reaches somebody', callOf({ effect: 'write' }), tampered, 'refused integrity.store'],
  ])('%s', (_, call, facts, expected) => {
    expect(inShort(judgeIntegrity({ ...call, operation: operationOf(call.effect) }, policyOf(), facts))).toBe(
      expected,
    );
  });
});
