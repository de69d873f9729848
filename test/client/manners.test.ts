// What answers teach: which lane a request is in, and how host, sender and pace follow.
import { expect, it } from 'vitest';
import type { WireRequest } from '../../src/client/encode.ts';
import type { Exchange } from '../../src/client/exchange.ts';
import { createGates } from '../../src/client/gates.ts';
import { laneOf, learn } from '../../src/client/manners.ts';
import { fakeTime } from './double.ts';

const account = '/2010-04-01/Accounts/AC0';

function post(path: string, text = ''): WireRequest {
  return {
    method: 'POST',
    host: 'api',
    path: `${account}/${path}`,
    query: [],
    headers: {},
    body: { type: 'form', text },
  };
}

function answer(status: number, body: object = {}, headers: Record<string, string> = {}): Exchange {
  return { kind: 'complete', status, headers, text: JSON.stringify(body) };
}

const from = (number: string) =>
  post('Messages.json', `To=%2B14155550123&From=${encodeURIComponent(number)}&Body=Hi`);

it.each([
  [from('+14155550100'), 'messages +14155550100'],
  [post('Messages.json', 'MessagingServiceSid=MG0&From=%2B1'), 'messages MG0'],
  [post('Calls.json', 'From=%2B1'), 'calls'],
  [post('Messages/SM0.json', 'Status=canceled'), undefined],
  [{ ...post('Messages.json'), method: 'GET' as const }, undefined],
])('%j is in the lane %s', (request, lane) => {
  expect(laneOf(request)).toBe(lane);
});

it.each([
  ['an answer that came well', answer(200), { wentWell: true }],
  ['too many at once', answer(429, { code: 20429 }), { slowDown: true }],
  ['a bare 429', answer(429), { slowDown: true }],
  ['a limit of one person', answer(429, { code: 60203 }), {}],
  ['a full sender', answer(429, { code: 21611 }), { lanePauseMs: 10_000 }],
  ['a full call queue', answer(400, { code: 22005 }), { lanePauseMs: 10_000 }],
  ['a mistake of the caller', answer(400, { code: 21211 }), {}],
  ['a fault of the provider', answer(500), {}],
  [
    'a quota used up (SendGrid, Segment)',
    answer(202, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000005' }),
    { wentWell: true, hostPauseMs: 5_000 },
  ],
  [
    'a quota not used up',
    answer(202, {}, { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1700000005' }),
    { wentWell: true },
  ],
])('%s teaches', (_, result, lesson) => {
  expect(learn(result, () => new Date(1_700_000_000_000))).toEqual(lesson);
});

it('holds up a full sender, and no other', async () => {
  const time = fakeTime();
  const gates = createGates({ atOnce: 1, ...time });
  gates.heed(from('+14155550100'), answer(429, { code: 21611 }));
  (await gates.enter(from('+14155550101'), {}))();
  expect(time.naps).toEqual([]);
  (await gates.enter(from('+14155550100'), {}))();
  expect(time.naps).toEqual([10_000]);
  (await gates.enter(from('+14155550100'), {}))();
  expect(time.naps).toEqual([10_000]);
});

it('lets a full sender wait without a turn, so that others pass', async () => {
  const time = fakeTime();
  let wake: () => void = () => undefined;
  const sleeping = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const gates = createGates({ atOnce: 1, now: time.now, sleep: () => sleeping });
  gates.heed(from('+14155550100'), answer(429, { code: 21611 }));
  const held = gates.enter(from('+14155550100'), {});
  const leave = await gates.enter(from('+14155550101'), {});
  leave();
  wake();
  expect(await held).toBeTypeOf('function');
});
