// Both list styles behind one limit and one cursor, against a list that a test holds in its hand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../src/client/encode.ts';
import { collect, pageRequest } from '../../src/client/pages.ts';
import type { RequestTemplate, Row } from '../../src/operation/define.ts';

const account = `AC${'0'.repeat(32)}`;
const template: RequestTemplate = {
  method: 'GET',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Messages.json',
  list: { rows: 'messages', maxPage: 50 },
};

type Style = 'next_page_uri' | 'next_page_url' | 'nextToken';

/** A list of so many numbers, as one of Twilio's APIs would give it, and the requests it got. */
function listOf(count: number, style: Style = 'next_page_uri') {
  const requests: WireRequest[] = [];
  const send = async (request: WireRequest): Promise<{ body: unknown }> => {
    requests.push(request);
    const query = new Map(request.query);
    const size = Number(query.get('PageSize') ?? query.get('pageSize') ?? 50);
    const start = Number((query.get('PageToken') ?? query.get('pageToken') ?? 'PA0').slice(2));
    const rows = Array.from(
      { length: Math.max(0, Math.min(size, count - start)) },
      (_, index) => start + index,
    );
    const end = start + rows.length;
    const link =
      end >= count ? null : `${request.path}?To=%2B1&PageSize=${size}&Page=${end / size}&PageToken=PA${end}`;
    if (style === 'next_page_uri') return { body: { messages: rows, next_page_uri: link } };
    if (style === 'next_page_url')
      return { body: { messages: rows, meta: { next_page_url: link && `https://x.twilio.com${link}` } } };
    return { body: { messages: rows, meta: { pageSize: size, nextToken: link && `PA${end}` } } };
  };
  return { send, requests };
}

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);
const read = (
  list: ReturnType<typeof listOf>,
  input: Row,
  more: Partial<RequestTemplate> = {},
  by: string | undefined = account,
) => collect({ template: { ...template, ...more }, input, account: by, send: list.send });

describe.each<Style>(['next_page_uri', 'next_page_url', 'nextToken'])('%s', (style) => {
  const more = style === 'nextToken' ? { names: { page_size: 'pageSize', page_token: 'pageToken' } } : {};

  it('gives a whole list, whatever limits it is read with', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 130 }),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 4 }),
        async (count, limits) => {
          const list = listOf(count, style);
          const rows: unknown[] = [];
          let cursor: unknown;
          for (let turn = 0; turn < 200; turn += 1) {
            const limit = limits[turn % limits.length] ?? 1;
            const answer = await read(list, { limit, ...(cursor !== undefined && { cursor }) }, more);
            const here = Array.isArray(answer['messages']) ? answer['messages'] : [];
            expect(here.length).toBeLessThanOrEqual(limit);
            rows.push(...here);
            cursor = answer['next_cursor'];
            if (cursor === undefined) break;
          }
          expect(rows).toEqual(numbers(count));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('asks once for what fits one page', async () => {
    const list = listOf(100, style);
    expect(await read(list, { limit: 20 }, more)).toEqual({
      messages: numbers(20),
      next_cursor: expect.any(String),
    });
    expect(list.requests).toHaveLength(1);
  });
});

it('has no cursor at the end of the list', async () => {
  expect(await read(listOf(20), { limit: 20 })).toEqual({ messages: numbers(20) });
  expect(await read(listOf(0), {})).toEqual({ messages: [] });
});

it('asks for even pages', async () => {
  const list = listOf(200);
  expect(await read(list, { limit: 75 })).toMatchObject({ messages: numbers(75) });
  expect(list.requests.map(({ query }) => new Map(query).get('PageSize'))).toEqual(['38', '38']);
});

it('keeps path and filters its own, whatever a next link says', async () => {
  const sent: WireRequest[] = [];
  const send = async (request: WireRequest) => {
    sent.push(request);
    return {
      body: {
        messages: [sent.length],
        next_page_uri: 'https://evil.example/other?To=%2B999&PageToken=PA1&PageSize=1',
      },
    };
  };
  await collect({ template, input: { to: '+1', limit: 2 }, account, send });
  expect(sent[1]).toEqual({
    ...sent[0],
    query: [
      ['To', '+1'],
      ['PageToken', 'PA1'],
      ['PageSize', '1'],
    ],
  });
});

it.each([
  ['to the same page', ['A', 'A']],
  ['back and forth', ['A', 'B', 'A']],
])('stops at links that lead %s', async (_, tokens) => {
  let asked = 0;
  const send = async () => {
    asked += 1;
    return { body: { messages: [asked], meta: { nextToken: tokens[(asked - 1) % tokens.length] } } };
  };
  const answer = await collect({ template, input: { limit: 1000 }, account, send });
  expect(asked).toBe(tokens.length);
  expect(answer).not.toHaveProperty('next_cursor');
});

it('gives up after fifty empty pages, with a cursor to go on', async () => {
  let asked = 0;
  const send = async () => {
    asked += 1;
    return { body: { messages: [], next_token: `t${asked}` } };
  };
  expect(await collect({ template, input: {}, account, send })).toEqual({
    messages: [],
    next_cursor: expect.any(String),
  });
  expect(asked).toBe(50);
});

it.each([[{}], [{ messages: null }], ['text'], [undefined]])('does not take %j for a list', async (body) => {
  const send = async () => ({ body });
  await expect(collect({ template, input: {}, account, send })).rejects.toMatchObject({
    code: 'ANSWER_UNREADABLE',
  });
});

it('takes an answer that is the list itself', async () => {
  expect(await collect({ template, input: {}, account, send: async () => ({ body: [1, 2] }) })).toEqual({
    messages: [1, 2],
  });
});

describe('a cursor', () => {
  const cursorOf = async (input: Row = { to: '+1' }): Promise<string> => {
    const { next_cursor: cursor } = await read(listOf(100), input);
    if (typeof cursor !== 'string') throw new Error('no cursor');
    return cursor;
  };
  const refused = { code: 'INVALID_INPUT' };

  it('goes on with another limit', async () => {
    const cursor = await cursorOf();
    expect(await read(listOf(100), { to: '+1', cursor, limit: 5 })).toMatchObject({
      messages: numbers(5, 20),
    });
  });

  it('is refused with other filters, another operation, another account', async () => {
    const cursor = await cursorOf();
    const list = listOf(100);
    await expect(read(list, { cursor })).rejects.toMatchObject(refused);
    await expect(read(list, { to: '+2', cursor })).rejects.toMatchObject(refused);
    await expect(
      read(list, { to: '+1', cursor }, { path: '/2010-04-01/Accounts/{account}/Calls.json' }),
    ).rejects.toMatchObject(refused);
    await expect(read(list, { to: '+1', cursor }, { host: 'verify' })).rejects.toMatchObject(refused);
    await expect(read(list, { to: '+1', cursor }, {}, `AC${'1'.repeat(32)}`)).rejects.toMatchObject(refused);
    expect(list.requests).toEqual([]);
  });

  it('is refused when altered in any place', async () => {
    const cursor = await cursorOf();
    for (let index = 0; index < cursor.length - 1; index += 1) {
      const altered = `${cursor.slice(0, index)}${cursor[index] === 'A' ? 'B' : 'A'}${cursor.slice(index + 1)}`;
      await expect(read(listOf(1), { to: '+1', cursor: altered })).rejects.toMatchObject(refused);
    }
  });

  it('is refused when it is anything else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        async (cursor) => {
          await expect(read(listOf(1), { cursor })).rejects.toMatchObject(refused);
        },
      ),
    );
  });

  it('is refused when it names anything but a page', () => {
    const forged = Buffer.from(JSON.stringify([[['To', '+2']], 0, 'x'])).toString('base64url');
    expect(() => pageRequest({ template, input: { cursor: forged }, account })).toThrow(/cursor/);
  });
});

it('shows the first request without sending it', () => {
  expect(pageRequest({ template, input: { to: '+1', limit: 3 }, account }).query).toEqual([
    ['To', '+1'],
    ['PageSize', '3'],
  ]);
});
