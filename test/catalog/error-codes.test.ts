// The explained error codes: complete where it matters, short, lawful advice only, and honest about what is not listed.
import { describe, expect, it } from 'vitest';
import { acts } from '../../src/catalog/error-codes/entry.ts';
import { errorFamily } from '../../src/catalog/error-codes/families.ts';
import { explainStatus } from '../../src/catalog/error-codes/statuses.ts';
import { docsUrl, errorCodeBooks, explainErrorCode } from '../../src/catalog/error-codes.ts';
import { findOperation } from '../../src/catalog/index.ts';
import type { Host } from '../../src/operation/define.ts';

const books = Object.entries(errorCodeBooks);
const entries = books.flatMap(([, book]) => book);

/** The codes an agent must never get wrong, and what each asks for (shared/facts/guardrails.md, section 6). */
const mandatory = {
  fix: [
    20001, 70001, 70002, 20404, 21211, 21212, 13224, 21606, 21659, 21660, 21612, 21617, 21620, 21623, 21654,
    21655, 21656, 21701, 21703, 21704, 30019, 30044, 30646, 57012, 11200, 11205, 12100, 12200, 12300, 60200,
    60205, 63003, 63007, 63016, 54006,
  ],
  stop: [
    20003, 10001, 20005, 14107, 21216, 13225, 21610, 30002, 30004, 30005, 30007, 30047, 30610, 30640, 30450,
    30453, 60202, 60410, 63013, 63024, 63032, 63049, 80901,
  ],
  wait: [
    20429, 10004, 22005, 21611, 30001, 30003, 30008, 30017, 30022, 30023, 30027, 30035, 60203, 60212, 60616,
    63018, 63038, 54009,
  ],
  ask: [
    20008, 70051, 21210, 21215, 13227, 32205, 21219, 21608, 21408, 30018, 30032, 30033, 30034, 30649, 60605,
    63015, 63040, 63041, 63042, 63051, 63062,
  ],
  look: [20409, 20500, 20503, 21220, 21614, 21635, 30006, 30036, 63036, 54103, 54301],
} as const;

/** What an agent must not do by itself. */
const forbidden = [
  /\b(?:enable|allow|permit|unblock|open up|switch on|turn on)\b.*\b(?:countr|geo|region|destination|prefix)/i,
  /geo.?permission/i,
  /safe.?list|allow.?list|white.?list/i,
  /RiskCheck|ForceDelivery|SkipSmsToLandlines|Shadow Mode/i,
  /\b(?:reword|rephrase|rewrite|soften|different wording|other words)\b/i,
  /\b(?:rotate|snowshoe)\b|\b(?:another|other|different|new) (?:sender|number|caller ID)s?\b.*\b(?:instead|try|send|retry)\b/i,
  /\bdisabl(?:e|ing)\b.*\b(?:protection|fraud|guard|filter|check)/i,
];

/** The sentences that tell to do something: those that forbid are dropped. */
function advice(text: string): string[] {
  return text.split(/(?<=[.;])\s+/).filter((sentence) => !/\b(?:never|do not|cannot|nor)\b/i.test(sentence));
}

describe('the listed codes', () => {
  it('are many, each once, each book in order', () => {
    expect(entries.length).toBeGreaterThanOrEqual(450);
    expect(new Set(entries.map((entry) => entry.code)).size).toBe(entries.length);
    for (const [book, codes] of books) {
      const own = codes.map((entry) => entry.code);
      expect(own, book).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  it.each(books)('%s tells each code in short, whole sentences', (_, book) => {
    for (const { code, meaning, next, act } of book) {
      expect(acts, `${code}`).toContain(act);
      for (const [text, limit] of [
        [meaning, 120],
        [next, 160],
      ] as const) {
        expect(text, `${code}`).toMatch(/^(?:[A-Z0-9]|[a-z]+[A-Z]).*\.$/);
        expect(text, `${code}`).not.toMatch(/\s{2}|\bTODO\b|[\r\n\t]/);
        expect(text.length, `${code}: ${text}`).toBeLessThanOrEqual(limit);
      }
    }
  });

  it.each(Object.entries(mandatory))('hold every code that asks to %s', (act, codes) => {
    for (const code of codes) expect(explainErrorCode(code)?.act, `${code}`).toBe(act);
  });

  it('name only tools and fields that exist', () => {
    const ours = Object.keys(findOperation('messaging_send_message')?.input.shape ?? {});
    const twilios = ['call_sid', 'outbound_to', 'contact_uri', 'answered_by'];
    for (const { code, meaning, next } of entries) {
      for (const [name] of `${meaning} ${next}`.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g)) {
        const known = findOperation(name) !== undefined || ours.includes(name) || twilios.includes(name);
        expect(known, `${code} names ${name}`).toBe(true);
      }
    }
  });

  it('lie in ranges that have a name', () => {
    for (const { code } of entries) expect(errorFamily(code), `${code}`).not.toBe('no range we know');
  });
});

describe('the advice', () => {
  it('never tells to go round a rule, a filter or a protection', () => {
    for (const { code, next } of entries) {
      for (const sentence of advice(next)) {
        for (const words of forbidden) expect(sentence, `${code}`).not.toMatch(words);
      }
    }
  });

  it('would be caught if it did', () => {
    const wicked = [
      'Enable the country in the geo permissions.',
      'Add the number to the safe list.',
      'Send it with RiskCheck disabled.',
      'Reword the message and try again.',
      'Use another sender and retry.',
      'Disable the fraud guard for this prefix.',
    ];
    for (const text of wicked)
      expect(
        advice(text).some((each) => forbidden.some((words) => words.test(each))),
        text,
      ).toBe(true);
  });

  it.each([21408, 21215, 13227, 32205, 60605, 21203])(
    '%i leaves country permissions to the owner',
    (code) => {
      expect(explainErrorCode(code)?.next).toMatch(/account owner/);
      expect(explainErrorCode(code)?.next).toMatch(/never change/);
    },
  );

  it.each([21610, 63014, 80901, 30640])('%i forbids every other sender and channel', (code) => {
    expect(explainErrorCode(code)?.next).toMatch(/do not message them.*any sender or channel/i);
  });

  it('never lets a lost send be repeated unseen', () => {
    for (const code of [20500, 20503])
      expect(explainErrorCode(code)?.next).toContain('messaging_list_messages');
  });

  it('tells how many Verify attempts were used the right way round', () => {
    expect(explainErrorCode(60202)?.meaning).toMatch(/checked/);
    expect(explainErrorCode(60203)?.meaning).toMatch(/sent/);
  });

  it('says which kind of sender is meant where there is one', () => {
    expect(explainErrorCode(30034)?.sender).toBe('us-10dlc');
    expect(explainErrorCode(30032)?.sender).toBe('toll-free');
    expect(explainErrorCode(21610)?.sender).toBeUndefined();
  });
});

describe('a code that is not listed', () => {
  it('is not invented', () => {
    expect(explainErrorCode(30999)).toBeUndefined();
    expect(explainErrorCode(0)).toBeUndefined();
    expect(explainErrorCode(-1)).toBeUndefined();
    expect(explainErrorCode(Number.NaN)).toBeUndefined();
  });

  it.each([
    [30999, 'A2P 10DLC campaigns and sender verification'],
    [30000, 'message delivery'],
    [31486, 'Voice SDK'],
    [60999, 'Verify and Lookup'],
    [53405, 'Video'],
    [404, 'plain HTTP statuses'],
    [456001, 'Flex plugins'],
  ])('%i still has a family', (code, family) => {
    expect(errorFamily(code)).toBe(family);
  });

  it.each([-5, 0, 999, 9999, 20.5, 25_000, 47_111, 100_000, 1_000_000, Number.NaN])(
    '%d has none where Twilio has no range',
    (code) => {
      expect(errorFamily(code)).toBe('no range we know');
    },
  );

  it('has its page at Twilio', () => {
    expect(docsUrl(30999)).toBe('https://www.twilio.com/docs/api/errors/30999');
  });
});

describe('a bare HTTP status', () => {
  const hosts: readonly Host[] = [
    'api',
    'verify',
    'sendgrid',
    'segment-tracking',
    'segment-profiles',
    'segment-public',
  ];
  const statuses = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504];

  it.each(hosts)('is explained for %s', (host) => {
    for (const status of statuses) {
      const found = explainStatus(status, host);
      expect(found?.meaning.length, `${status}`).toBeLessThanOrEqual(120);
      expect(found?.next.length, `${status}`).toBeLessThanOrEqual(160);
      expect(found?.next, `${status}`).toMatch(/\.$/);
    }
    expect(explainStatus(418, host)).toBeUndefined();
    expect(explainStatus(200, host)).toBeUndefined();
  });

  it('is told in the words of the host', () => {
    expect(explainStatus(401, 'api')?.next).toContain('account_whoami');
    expect(explainStatus(401, 'sendgrid')?.meaning).toContain('SendGrid');
    expect(explainStatus(429, 'segment-tracking')?.next).toContain('messageId');
    expect(explainStatus(406, 'sendgrid')?.act).toBe('fix');
    expect(explainStatus(406, 'api')).toBeUndefined();
  });

  it('asks to look first after a failure inside, and to wait only at 429', () => {
    for (const host of hosts) {
      for (const status of [500, 502, 503, 504]) expect(explainStatus(status, host)?.act).toBe('look');
      expect(explainStatus(429, host)?.act).toBe('wait');
    }
  });
});
