// What the owner signs, nobody else can write: a changed field, another key or another passphrase breaks the signature.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Approval,
  type ConsentEntry,
  consentSources,
  consentStates,
  type Decision,
  ownerSources,
} from '../src/operation/ledgers.ts';
import { channels, purposes } from '../src/operation/reach.ts';
import {
  consentText,
  createOwnerCheck,
  decisionText,
  fingerprintOf,
  type OwnerKey,
  ownerKeyFrom,
  saltFrom,
  signedBy,
  signedConsent,
  signedDecision,
  verified,
} from '../src/owner-key.ts';

/** As cheap as the code allows: these tests are about signatures, not about how dear a guess is. */
const cheap = 10;
const salt = saltFrom(randomBytes(16), cheap);

let owner: OwnerKey;
let other: OwnerKey;

beforeAll(async () => {
  owner = await ownerKeyFrom('correct horse battery staple', salt);
  other = await ownerKeyFrom('correct horse battery stapler', salt);
});

const entry: ConsentEntry = {
  account: 'AC1',
  contact: '+14155550123',
  channel: 'sms',
  purpose: 'transactional',
  state: 'granted',
  source: 'web_form',
  by: 'owner',
  at: new Date('2026-11-20T10:00:00Z'),
  evidence: 'checkout form',
  expires: new Date('2027-11-20T10:00:00Z'),
};

const asked: Omit<Approval, 'state' | 'decision'> = {
  id: 'a1',
  account: 'AC1',
  actor: 'mcp',
  operation: 'messaging_send_message',
  fingerprint: 'f00d',
  rules: ['consent.missing', 'taint.others'],
  summary: 'Send an SMS to +14155550123',
  at: new Date('2026-11-20T10:00:00Z'),
  expires: new Date('2026-11-20T10:15:00Z'),
};

const decision: Decision = { yes: true, by: 'owner', at: new Date('2026-11-20T10:05:00Z'), evidence: 'form' };

describe('the key', () => {
  it('is the same for the same passphrase and salt, and for no other', async () => {
    const again = await ownerKeyFrom('correct horse battery staple', salt);
    const elsewhere = await ownerKeyFrom('correct horse battery staple', saltFrom(randomBytes(16), cheap));
    expect(again.publicKey).toBe(owner.publicKey);
    expect(new Set([owner.publicKey, other.publicKey, elsewhere.publicKey]).size).toBe(3);
  });

  it('does not depend on how an accent is typed', async () => {
    const composed = await ownerKeyFrom('caf\u00e9 cr\u00e8me', salt);
    const decomposed = await ownerKeyFrom('cafe\u0301 cre\u0300me', salt);
    expect(decomposed.publicKey).toBe(composed.publicKey);
  });

  it('is stretched by 2^17 rounds unless a salt says otherwise, and by no fewer than 2^10', async () => {
    expect(saltFrom(randomBytes(16))).toMatch(/^scrypt:17:/);
    expect(() => saltFrom(randomBytes(15))).toThrow(RangeError);
    for (const weak of [salt.replace(':10:', ':01:'), salt.replace(':10:', ':31:'), 'scrypt:10:abc', ''])
      await expect(ownerKeyFrom('correct horse battery staple', weak)).rejects.toThrow(RangeError);
  });

  it('keeps what could sign out of what can be seen', () => {
    expect(Object.keys(owner).sort()).toEqual(['publicKey', 'salt', 'sign']);
    expect(JSON.stringify(owner)).toBe(JSON.stringify({ publicKey: owner.publicKey, salt }));
  });

  it('has a fingerprint to pin', () => {
    expect(fingerprintOf(owner.publicKey)).toMatch(/^SHA256:[\w-]{43}$/);
    expect(fingerprintOf(owner.publicKey)).not.toBe(fingerprintOf(other.publicKey));
  });
});

describe('a signature', () => {
  it('holds for the text that was signed, under the key that signed it', () => {
    const signature = owner.sign('yes');
    expect(verified(owner.publicKey, 'yes', signature)).toBe(true);
    expect(verified(owner.publicKey, 'yes ', signature)).toBe(false);
    expect(verified(other.publicKey, 'yes', signature)).toBe(false);
    expect(verified(owner.publicKey, 'yes', undefined)).toBe(false);
  });

  it('is one spelling only: padding, another alphabet or more bytes are refused', () => {
    const signature = owner.sign('yes');
    for (const twisted of [`${signature}=`, `${signature}==`, `${signature}A`, ` ${signature}`, ''])
      expect(verified(owner.publicKey, 'yes', twisted)).toBe(false);
  });

  it('is refused, not thrown over, whatever stands in place of key or signature', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const foreign = rsa.export({ format: 'der', type: 'spki' }).toString('base64url');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(foreign)), fc.string(), (key, signature) => {
        expect(verified(key, 'yes', signature)).toBe(false);
        expect(verified(key, 'yes', owner.sign('yes'))).toBe(false);
      }),
    );
  });
});

const anyDate = fc.date({ noInvalidDate: true });
const anyEntry: fc.Arbitrary<ConsentEntry> = fc
  .record(
    {
      account: fc.string(),
      contact: fc.string(),
      channel: fc.constantFrom(...channels),
      purpose: fc.constantFrom(...purposes, 'any' as const),
      state: fc.constantFrom(...consentStates),
      source: fc.constantFrom(...consentSources),
      by: fc.string(),
      at: anyDate,
      evidence: fc.string({ unit: 'binary' }),
      expires: anyDate,
    },
    { requiredKeys: ['account', 'contact', 'channel', 'purpose', 'state', 'source', 'by', 'at'] },
  )
  .map((each) => each);

const plain = (value: unknown) => JSON.stringify(value, (_, each) => (each === undefined ? null : each));

describe('a signed consent', () => {
  it('is broken by a change of any field, and by nothing else', () => {
    fc.assert(
      fc.property(anyEntry, anyEntry, fc.nat(), (one, two, pick) => {
        const { signature } = signedConsent(owner, one);
        expect(verified(owner.publicKey, consentText({ ...one }), signature)).toBe(true);
        const keys = Object.keys({ ...one, ...two });
        const key = keys[pick % keys.length] ?? 'at';
        const changed: ConsentEntry = { ...one, [key]: Reflect.get(two, key) };
        fc.pre(changed.at !== undefined && plain(changed) !== plain(one));
        expect(verified(owner.publicKey, consentText(changed), signature), key).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('cannot be read as another by moving words from one field to the next', () => {
    const texts = [
      consentText({ ...entry, account: 'a","b', contact: 'c' }),
      consentText({ ...entry, account: 'a', contact: 'b","c' }),
      consentText({ ...entry, account: 'a\0b', contact: 'c' }),
      consentText({ ...entry, account: 'a', contact: '\0bc' }),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('is not a signed decision', () => {
    expect(consentText(entry)).not.toContain('decision');
    expect(decisionText(asked, decision)).toMatch(/^\["twilio-mcp decision 1"/);
  });
});

describe('a signed decision', () => {
  it.each([
    ['another call', { fingerprint: 'beef' }, {}],
    ['another question', { id: 'a2' }, {}],
    ['one rule more', { rules: [...asked.rules, 'confirmation.send'] }, {}],
    ['another actor', { actor: 'http:eve' }, {}],
    ['another summary', { summary: 'Send nothing' }, {}],
    ['a longer life', { expires: new Date('2026-12-20T10:15:00Z') }, {}],
    ['the other answer', {}, { yes: false }],
    ['another time', {}, { at: new Date('2026-11-20T10:06:00Z') }],
    ['other evidence', {}, { evidence: 'forms' }],
    ['no evidence', {}, { evidence: undefined }],
    ['another door', {}, { by: 'elicitation' }],
  ])('is broken by %s', (_, question, answer) => {
    const { signature } = signedDecision(owner, asked, decision);
    expect(verified(owner.publicKey, decisionText(asked, decision), signature)).toBe(true);
    const { evidence, ...rest } = { ...decision, ...answer };
    const text = decisionText({ ...asked, ...question }, { ...rest, ...(evidence && { evidence }) });
    expect(verified(owner.publicKey, text, signature)).toBe(false);
  });
});

describe('whose word counts', () => {
  it('asks for a signature where only the owner can vouch, and never on a revocation', () => {
    for (const source of consentSources) {
      const wanted = ownerSources.some((each) => each === source) ? 'owner' : 'server';
      expect(signedBy({ state: 'granted', source })).toBe(wanted);
      expect(signedBy({ state: 'pending', source })).toBe(wanted);
      expect(signedBy({ state: 'revoked', source })).toBe('server');
    }
  });

  it('believes the key in the store, or, where one is pinned, that one alone', async () => {
    const record = async () => owner;
    const pinned = fingerprintOf(owner.publicKey);
    const mine = signedConsent(owner, entry);
    const forged = signedConsent(other, entry);
    const free = createOwnerCheck(record, undefined);
    expect([await free.signed(mine), await free.signed(forged), await free.signed(entry)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await free.fault()).toBeUndefined();

    const swapped = createOwnerCheck(async () => other, pinned);
    expect([await swapped.signed(mine), await swapped.signed(forged)]).toEqual([false, false]);
    expect(await swapped.fault()).toMatch(/not the pinned one/);
    const gone = createOwnerCheck(async () => undefined, pinned);
    expect(await gone.signed(mine)).toBe(false);
    expect(await gone.fault()).toMatch(/the store holds none/);
    expect(await createOwnerCheck(record, pinned).fault()).toBeUndefined();
  });

  it('counts a yes that says it is the owner only with their signature', async () => {
    const { decided } = createOwnerCheck(async () => owner, undefined);
    const approval = (answer?: Decision): Approval => ({
      ...asked,
      state: 'approved',
      ...(answer && { decision: answer }),
    });
    expect(await decided(approval(signedDecision(owner, asked, decision)))).toBe(true);
    expect(await decided(approval(signedDecision(other, asked, decision)))).toBe(false);
    expect(await decided(approval(decision))).toBe(false);
    expect(await decided(approval())).toBe(false);
    expect(await decided(approval({ ...decision, by: 'elicitation' }))).toBe(true);
  });
});
