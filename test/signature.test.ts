// Our signatures against the official packages, both ways: what they sign we accept, what we sign they accept, and both refuse alike.
import { generateKeyPairSync } from 'node:crypto';
import { EventWebhook } from '@sendgrid/eventwebhook';
import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, it, test } from 'vitest';
import {
  type Fields,
  isSendgridKey,
  isSignedBySegment,
  isSignedBySendgrid,
  isSignedByTwilio,
  signSegment,
  signSendgrid,
  signTwilio,
  urlWithBodyHash,
} from '../src/signature.ts';

const token = '12345';
const runs = { seed: 20261124, numRuns: 1500 };

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom('', ' ', '+', '%20', "'()!*", 'é', '👋', 'a=b&c', 'STOP'),
);
const name = fc.oneof(
  fc.constantFrom('Body', 'body', 'From', 'To', 'MediaUrl0', 'MessageSid', 'AccountSid', 'A', 'a', '10', '2'),
  fc.string({ minLength: 1, maxLength: 8 }).filter((each) => each !== '__proto__'),
);
const fields = fc.array(fc.tuple(name, text), { maxLength: 12 });

const host = fc.constantFrom(
  'example.com',
  'hooks.example.co.uk',
  '127.0.0.1',
  '[::1]',
  'xn--bcher-kva.example',
);
const port = fc.constantFrom('', ':443', ':80', ':8443', ':3000');
const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    '?',
    "?name=William+O'hara",
    '?a=1&a=2',
    '?x=%27%28%29',
    '?q=a%20b+c',
    '?emoji=%F0%9F%91%8B',
    "?t='()!*",
  ),
  fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'Body'), text), { minLength: 1, maxLength: 4 })
    .map((pairs) => `?${new URLSearchParams(pairs).toString()}`),
);
const url = fc
  .tuple(
    fc.constantFrom('https://', 'http://'),
    fc.constantFrom('', 'user:pass@'),
    host,
    port,
    fc.constantFrom('', '/', '/twilio', '/a/b/', "/o'hara", '/a%20b', '/sms.php'),
    query,
  )
  .map((parts) => parts.join(''));

/** As the official package takes them: a name that comes more than once is a list. */
function asObject(pairs: Fields): Record<string, string | string[]> {
  const known = new Map<string, string[]>();
  for (const [key, value] of pairs) known.set(key, [...(known.get(key) ?? []), value]);
  return Object.fromEntries(known);
}

describe('Twilio, form and GET', () => {
  it.each([
    ['+12349013030', '0/KCTR6DLpKmkAf8muzZqo1nDgQ='],
    ['+14158675309', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
  ])('signs the known request of %s', (from, signature) => {
    const known: Fields = [
      ['To', '+18005551212'],
      ['Caller', from],
      ['CallSid', 'CA1234567890ABCDE'],
      ['From', from],
      ['Digits', '1234'],
    ];
    const at = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    expect(signTwilio(token, at, known)).toBe(signature);
    const withPort = at.replace('.com', '.com:443');
    for (const each of [at, withPort])
      expect(isSignedByTwilio({ url: each, signature, fields: known }, [token])).toBe(true);
  });

  it('accepts what the official package signs, and is accepted by it', () => {
    fc.assert(
      fc.property(url, fields, (at, pairs) => {
        const signature = twilio.getExpectedTwilioSignature(token, at, asObject(pairs));
        expect(signTwilio(token, at, pairs)).toBe(signature);
        expect(twilio.validateRequest(token, signature, at, asObject(pairs))).toBe(
          isSignedByTwilio({ url: at, signature, fields: pairs }, [token]),
        );
      }),
      runs,
    );
  });

  it('judges every other spelling of the URL as the official package does', () => {
    const spellings = [
      (at: string) => at.replace(/:\d+(?=[/?]|$)/, ''),
      (at: string) => at.replace(/^(https?:\/\/)([^/?]+)/, '$1$2:443'),
      (at: string) => new URL(at).href,
      (at: string) => at.replace('+', '%20'),
      (at: string) => at.replaceAll("'", '%27'),
      (at: string) => at.replace('https:', 'http:'),
      (at: string) => at.replace(/\/?(\?|$)/, '/$1'),
    ];
    const seen = { yes: 0, no: 0 };
    fc.assert(
      fc.property(url, fields, fc.nat(spellings.length - 1), (at, pairs, which) => {
        const signed = spellings[which]?.(at) ?? at;
        if (!URL.canParse(signed)) return;
        const signature = signTwilio(token, signed, pairs);
        const official = twilio.validateRequest(token, signature, at, asObject(pairs));
        seen[official ? 'yes' : 'no'] += 1;
        expect(isSignedByTwilio({ url: at, signature, fields: pairs }, [token]), `${signed} for ${at}`).toBe(
          official,
        );
      }),
      runs,
    );
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(100);
  });

  it('refuses every request that was altered', () => {
    fc.assert(
      fc.property(url, fields, fc.nat(5), (at, pairs, which) => {
        const signature = signTwilio(token, at, pairs);
        const altered = [
          { url: at, signature, fields: [...pairs, ['Added', 'x'] as const] },
          { url: `${at}x`, signature, fields: pairs },
          {
            url: at,
            signature: signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
            fields: pairs,
          },
          { url: at, signature: '', fields: pairs },
          { url: at, signature: `${signature}=`, fields: pairs },
          { url: at, signature: signTwilio('54321', at, pairs), fields: pairs },
        ];
        const request = altered[which];
        if (request !== undefined) expect(isSignedByTwilio(request, [token])).toBe(false);
      }),
      runs,
    );
  });

  it('signs a name that comes twice once a value, in order', () => {
    const twice: Fields = [
      ['A', '2'],
      ['A', '1'],
      ['A', '2'],
    ];
    expect(signTwilio(token, 'https://example.com/', twice)).toBe(
      twilio.getExpectedTwilioSignature(token, 'https://example.com/', { A: ['2', '1', '2'] }),
    );
  });

  it('accepts the old and the new token while one follows the other, and none where there is none', () => {
    const at = 'https://example.com/sms';
    const signature = signTwilio('old token', at);
    expect(isSignedByTwilio({ url: at, signature }, ['new token', 'old token'])).toBe(true);
    expect(isSignedByTwilio({ url: at, signature }, ['new token'])).toBe(false);
    expect(isSignedByTwilio({ url: at, signature }, [])).toBe(false);
    expect(isSignedByTwilio({ url: 'no address', signature }, ['old token'])).toBe(false);
  });
});

describe('Twilio, other bodies', () => {
  it('accepts what the official package accepts', () => {
    fc.assert(
      fc.property(url, fc.json(), fc.boolean(), (at, body, alter) => {
        const signed = urlWithBodyHash(at, body);
        const signature = signTwilio(token, signed);
        const sent = alter ? `${body} ` : body;
        const ours = isSignedByTwilio({ url: signed, signature, body: Buffer.from(sent) }, [token]);
        expect(ours).toBe(twilio.validateRequestWithBody(token, signature, signed, sent));
        expect(ours).toBe(!alter);
      }),
      runs,
    );
  });

  it('refuses a body whose hash the URL does not hold: a signed GET address would vouch for any body', () => {
    const at = 'https://example.com/sms?a=1';
    const signature = signTwilio(token, at);
    expect(isSignedByTwilio({ url: at, signature }, [token])).toBe(true);
    expect(isSignedByTwilio({ url: at, signature, body: Buffer.from('{}') }, [token])).toBe(false);
  });
});

describe('SendGrid', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const privateKey = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const now = new Date('2026-11-24T12:00:00Z');
  const seconds = String(now.getTime() / 1000);
  const official = new EventWebhook();
  const body = Buffer.from('[{"event":"delivered","email":"ana@example.com"}]\r\n');

  // The vector that SendGrid's own package is tested with (public documentation).
  const known = {
    publicKey:
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
    signature:
      'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
    timestamp: '1600112502',
    body: `${JSON.stringify([
      {
        email: 'hello@world.com',
        event: 'dropped',
        reason: 'Bounced Address',
        sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
        sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
        'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
        timestamp: 1600112492,
      },
    ])}\r\n`,
  };

  it('accepts the known event as the official package does', () => {
    const key = official.convertPublicKeyToECDSA(known.publicKey);
    expect(official.verifySignature(key, known.body, known.signature, known.timestamp)).toBe(true);
    const { signature, timestamp } = known;
    const at = new Date(Number(timestamp) * 1000);
    expect(
      isSignedBySendgrid({ body: Buffer.from(known.body), signature, timestamp }, [known.publicKey], at),
    ).toBe(true);
    expect(
      isSignedBySendgrid(
        { body: Buffer.from(known.body.trim()), signature, timestamp },
        [known.publicKey],
        at,
      ),
    ).toBe(false);
  });

  it('is accepted by the official package, and agrees with it on altered bodies', () => {
    const key = official.convertPublicKeyToECDSA(publicKey);
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (json, alter) => {
        const signature = signSendgrid(privateKey, seconds, Buffer.from(json));
        const sent = alter ? `${json}\n` : json;
        const theirs = official.verifySignature(key, sent, signature, seconds);
        const request = { body: Buffer.from(sent), signature, timestamp: seconds };
        expect(isSignedBySendgrid(request, [publicKey], now)).toBe(theirs);
        expect(theirs).toBe(!alter);
      }),
      { seed: runs.seed, numRuns: 60 },
    );
  });

  it.each([
    [-300, true],
    [-301, false],
    [300, true],
    [301, false],
  ])('a timestamp %i s off: %s', (off, accepted) => {
    const timestamp = String(Number(seconds) + off);
    const signature = signSendgrid(privateKey, timestamp, body);
    expect(isSignedBySendgrid({ body, signature, timestamp }, [publicKey], now)).toBe(accepted);
  });

  it.each([
    ['no signature', { signature: '' }],
    ['no timestamp', { timestamp: '' }],
    ['a timestamp that is no number', { timestamp: `${seconds}x` }],
    ['a signature that is no signature', { signature: 'AAAA' }],
  ])('refuses %s', (_, change) => {
    const signature = signSendgrid(privateKey, seconds, body);
    const request = { body, signature, timestamp: seconds, ...change };
    expect(isSignedBySendgrid(request, [publicKey], now)).toBe(false);
  });

  it('accepts one of several keys; refuses keys of another kind and of another curve', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const wrongCurve = other.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const signature = signSendgrid(privateKey, seconds, body);
    const request = { body, signature, timestamp: seconds };
    expect(isSignedBySendgrid(request, [known.publicKey, publicKey], now)).toBe(true);
    expect(isSignedBySendgrid(request, ['nonsense', wrongCurve], now)).toBe(false);
    expect([publicKey, wrongCurve, 'nonsense'].map(isSendgridKey)).toEqual([true, false, false]);
  });
});

describe('Segment', () => {
  const secret = 'shared secret';

  // RFC 2202, test case 2.
  test('the HMAC is the standard one', () => {
    expect(signSegment('Jefe', 'what do ya want for nothing?')).toBe(
      'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    );
  });

  it('accepts what it signs and nothing else', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const body = Buffer.from(json);
        const signature = signSegment(secret, body);
        expect(isSignedBySegment({ body, signature }, ['another', secret])).toBe(true);
        expect(isSignedBySegment({ body, signature }, ['another'])).toBe(false);
        expect(isSignedBySegment({ body: Buffer.from(`${json} `), signature }, [secret])).toBe(false);
      }),
      runs,
    );
  });

  it('does not take a batch of which only the first event is signed', () => {
    const first = { type: 'track', event: 'Order Completed' };
    const signature = signSegment(secret, JSON.stringify(first));
    const batch = Buffer.from(JSON.stringify([first, { type: 'track', event: 'Forged' }]));
    expect(isSignedBySegment({ body: batch, signature }, [secret])).toBe(false);
  });
});
