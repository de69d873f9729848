// The wire form of requests: names, arrays, JSON, queries, headers, and paths that no value can bend.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, formText, targetOf } from '../../src/client/encode.ts';
import type { RequestTemplate, Row } from '../../src/operation/define.ts';
import { OperationError } from '../../src/operation/errors.ts';

const account = `AC${'0'.repeat(32)}`;
const form: RequestTemplate = { method: 'POST', host: 'api', path: '/Things.json' };
const list: RequestTemplate = { method: 'GET', host: 'api', path: '/Things.json' };
const one: RequestTemplate = { method: 'GET', host: 'lookups', path: '/v2/PhoneNumbers/{phone_number}' };

const bodyOf = (template: RequestTemplate, input: Row) => encode(template, input, account).body?.text;
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof OperationError ? error.code : String(error);
  }
  return 'no error';
};

describe('form fields', () => {
  it.each<[string, Partial<RequestTemplate>, Row, string]>([
    [
      'PascalCase of our names',
      {},
      { to: 'a', status_callback: 'b', address_line1: 'c' },
      'To=a&StatusCallback=b&AddressLine1=c',
    ],
    ['names that say otherwise', { names: { media_urls: 'MediaUrl' } }, { media_urls: ['u'] }, 'MediaUrl=u'],
    [
      'lists as repeated keys',
      {},
      { media_url: ['http://a/1', 'http://b/2'] },
      'MediaUrl=http%3A%2F%2Fa%2F1&MediaUrl=http%3A%2F%2Fb%2F2',
    ],
    ['an empty list as nothing', {}, { media_url: [], to: 'a' }, 'To=a'],
    [
      'JSON where Twilio wants it',
      { asJson: ['content_variables'] },
      { content_variables: { 1: 'Ana' } },
      'ContentVariables=%7B%221%22%3A%22Ana%22%7D',
    ],
    [
      'JSON text as it was given',
      { asJson: ['attributes'] },
      { attributes: '{"a":1}' },
      'Attributes=%7B%22a%22%3A1%7D',
    ],
    [
      'a list in a JSON field as one JSON text',
      { asJson: ['tags'] },
      { tags: ['a', 'b'] },
      'Tags=%5B%22a%22%2C%22b%22%5D',
    ],
    ['true and false', {}, { record: true, trim: false }, 'Record=true&Trim=false'],
    ['numbers, zero too', {}, { timeout: 0, ratio: 0.5 }, 'Timeout=0&Ratio=0.5'],
    ['nothing for undefined and null', {}, { to: undefined, from: null, body: 'x' }, 'Body=x'],
    ['an empty text as an empty text', {}, { body: '' }, 'Body='],
    ['fixed parameters, also empty ones', { fixed: { Body: '' } }, {}, 'Body='],
    [
      'fixed parameters over given ones',
      { fixed: { Status: 'canceled' } },
      { status: 'approved' },
      'Status=canceled',
    ],
    ['dates as given', {}, { send_at: '2026-11-23T15:00:00Z' }, 'SendAt=2026-11-23T15%3A00%3A00Z'],
    [
      'spaces and plus signs escaped',
      {},
      { body: "a b+c&d=e'(f)*!~" },
      'Body=a%20b%2Bc%26d%3De%27%28f%29%2A%21~',
    ],
    ['emoji as UTF-8', {}, { body: '👋' }, 'Body=%F0%9F%91%8B'],
    ['nothing for local fields', { local: ['say'] }, { say: 'hello', to: 'a' }, 'To=a'],
  ])('%s', (_, more, input, text) => {
    expect(encode({ ...form, ...more }, input, account).body).toEqual({ type: 'form', text });
  });

  it('has a body, though empty, when a POST has no fields', () => {
    expect(encode(form, {}, account).body).toEqual({ type: 'form', text: '' });
  });

  it.each<[string, unknown]>([
    ['an object', { a: 1 }],
    ['a list in a list', [['a']]],
    ['no number', Number.NaN],
    ['half of a character', 'a\ud83d'],
  ])('refuses %s', (_, body) => {
    expect(codeOf(() => bodyOf(form, { body }))).toBe('INVALID_INPUT');
  });

  it('keeps our names for hosts that are not Twilio', () => {
    expect(bodyOf({ ...form, host: 'sendgrid' }, { from_email: 'a' })).toBe('from_email=a');
  });
});

describe('JSON bodies', () => {
  const template: RequestTemplate = {
    method: 'PUT',
    host: 'content',
    path: '/v1/Content/{sid}',
    body: 'json',
  };

  it('keeps names, nesting, null and booleans, and leaves out what is undefined', () => {
    const input = {
      sid: 'HX1',
      friendly_name: 'x',
      types: { 'twilio/text': { body: 'hi' } },
      gone: undefined,
      none: null,
      on: false,
    };
    expect(encode({ ...template, names: { on: 'isOn' } }, input, account)).toEqual({
      method: 'PUT',
      host: 'content',
      path: '/v1/Content/HX1',
      query: [],
      headers: {},
      body: {
        type: 'json',
        text: '{"friendly_name":"x","types":{"twilio/text":{"body":"hi"}},"none":null,"isOn":false}',
      },
    });
  });

  it('puts fields that belong to the query there', () => {
    const request = encode(
      { ...template, method: 'PATCH', query: ['dry_run'] },
      { sid: 'HX1', dry_run: true, a: 1 },
      account,
    );
    expect(targetOf(request)).toBe('/v1/Content/HX1?dry_run=true');
    expect(request.body?.text).toBe('{"a":1}');
  });

  it('takes a field named like what objects inherit as any other', () => {
    const more = { ...template, names: { a: 'b' }, headers: { if_match: 'If-Match' } };
    expect(encode(more, { sid: 'HX1', constructor: 1 }, account).body?.text).toBe('{"constructor":1}');
  });

  it('takes a field named __proto__ as data', () => {
    const input: Row = JSON.parse('{"sid":"HX1","__proto__":{"a":1}}');
    expect(encode(template, input, account).body?.text).toBe('{"__proto__":{"a":1}}');
  });
});

describe('queries', () => {
  it('carry the fields of GET and DELETE, with range names escaped', () => {
    const template = { ...list, names: { sent_after: 'DateSent>' } };
    expect(targetOf(encode(template, { to: '+1', sent_after: '2026-01-01T00:00:00Z' }, account))).toBe(
      '/Things.json?To=%2B1&DateSent%3E=2026-01-01T00%3A00%3A00Z',
    );
    expect(encode({ ...list, method: 'DELETE' }, { force: true }, account)).toMatchObject({
      query: [['Force', 'true']],
    });
  });

  it('leave limit and cursor of lists to pages.ts', () => {
    const template = { ...list, list: { rows: 'things', maxPage: 50 } };
    expect(encode(template, { limit: 5, cursor: 'x', to: 'a' }, account).query).toEqual([['To', 'a']]);
    expect(encode(list, { limit: 5 }, account).query).toEqual([['Limit', '5']]);
  });
});

describe('headers', () => {
  const template: RequestTemplate = { ...form, headers: { if_match: 'If-Match' } };

  it('take their fields out of the body', () => {
    const request = encode(template, { if_match: '3', data: 'x' }, account);
    expect(request.headers).toEqual({ 'If-Match': '3' });
    expect(request.body?.text).toBe('Data=x');
  });

  it('are sent with every request where the template fixes them', () => {
    const fixedHeaders = { Accept: 'application/vnd.segment.v1+json' };
    expect(encode({ ...template, fixedHeaders }, { if_match: '3' }, account).headers).toEqual({
      // In lower case, so that it stands in place of the client's own and not beside it.
      accept: 'application/vnd.segment.v1+json',
      'If-Match': '3',
    });
  });

  it.each(['a\r\nX-Evil: 1', 'a\n', '\0', 'é'])('refuse %j', (if_match) => {
    expect(codeOf(() => encode(template, { if_match }, account))).toBe('INVALID_INPUT');
  });
});

describe('path parameters', () => {
  it('are not repeated in the body', () => {
    const request = encode(
      { ...form, path: '/{account}/Things/{sid}.json' },
      { sid: 'SM1', body: 'x' },
      account,
    );
    expect(request).toMatchObject({ path: `/${account}/Things/SM1.json`, body: { text: 'Body=x' } });
  });

  it.each([
    ['+14155550123', '/v2/PhoneNumbers/+14155550123'],
    ['a b@c?d#e', '/v2/PhoneNumbers/a%20b%40c%3Fd%23e'],
    ['50%', '/v2/PhoneNumbers/50%25'],
    ['é.x', '/v2/PhoneNumbers/%C3%A9.x'],
  ])('%j is escaped', (phone_number, path) => {
    expect(encode(one, { phone_number }, account).path).toBe(path);
  });

  it.each([
    '../x?y',
    '..',
    '.',
    '...',
    '%2e%2e',
    'a%2Fb',
    'a/b',
    'a\\b',
    '',
    '\0',
    'a\nb',
    'a\u0085',
    '\ud800',
    undefined,
    null,
    {},
    ['a'],
    true,
  ])('%j is refused, by its name', (phone_number) => {
    expect(() => encode(one, { phone_number }, account)).toThrow(/^phone_number /);
    expect(codeOf(() => encode(one, { phone_number }, account))).toBe('INVALID_INPUT');
  });

  it('are not taken from what every object inherits', () => {
    expect(codeOf(() => encode({ ...one, path: '/{constructor}' }, {}, account))).toBe('INVALID_INPUT');
  });

  it('need an account where the path has one', () => {
    expect(codeOf(() => encode({ ...form, path: '/{account}/Things.json' }, {}, undefined))).toBe(
      'CREDENTIALS_MISSING',
    );
    expect(
      codeOf(() => encode({ ...form, path: '/{account}/Things.json' }, { account: 'AC2' }, undefined)),
    ).toBe('CREDENTIALS_MISSING');
  });

  it('never change the structure of the path, whatever they are', () => {
    const template: RequestTemplate = { ...list, path: '/v1/A/{first}/B/{second}.json' };
    const pieces = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2F',
      '%',
      '?',
      '#',
      ';',
      '&',
      '\r\n',
      '\0',
      'a',
      '{second}',
      '$&',
      '👋',
      '\ud800',
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(value, value, (first, second) => {
        let path: string;
        try {
          path = encode(template, { first, second }, account).path;
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_INPUT' });
          return;
        }
        const url = new URL(`https://api.twilio.com${path}`);
        expect(url.pathname + url.search + url.hash).toBe(path);
        const segments = url.pathname.split('/');
        expect(segments.map(decodeURIComponent)).toEqual(['', 'v1', 'A', first, 'B', `${second}.json`]);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('writes pairs that read back as they were', () => {
  const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(pairs, (given) => {
      expect([...new URLSearchParams(formText(given))]).toEqual(given);
    }),
  );
});

it('writes form values that read back as they were', () => {
  const input = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,8}$/),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(fc.string())),
  );
  fc.assert(
    fc.property(input, (given) => {
      const read = [...new URLSearchParams(bodyOf({ ...form, host: 'sendgrid' }, given))];
      expect(read).toEqual(
        Object.entries(given).flatMap(([name, value]) => [value].flat().map((each) => [name, each])),
      );
    }),
  );
});
