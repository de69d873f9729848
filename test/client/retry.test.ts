// The table of what may be sent again, and when.
import { describe, expect, it } from 'vitest';
import { decide, type Failure, parseRetryAfter, type Question, repeatable } from '../../src/client/retry.ts';
import { type Effect, effects } from '../../src/operation/effect.ts';

const now = new Date('2026-11-23T15:00:00Z');
const base = { attempt: 1, idempotent: false, elapsedMs: 0, deadlineMs: 60_000, now, random: () => 0.5 };
const ask = (effect: Effect, failure: Failure, more: Partial<Question> = {}) =>
  decide({ ...base, effect, failure, ...more });

const status = (code: number, twilioCode?: number): Failure => ({ kind: 'status', status: code, twilioCode });
const lost: Failure = { kind: 'lost' };
const unreachable: Failure = { kind: 'unreachable', permanent: false };

describe.each(effects)('%s', (effect) => {
  it.each([
    ['429', status(429)],
    ['429 with 20429', status(429, 20429)],
    ['429 with a code that is not known', status(429, 54009)],
    ['no connection', unreachable],
  ])('is sent again after %s', (_, failure) => {
    expect(ask(effect, failure)).toEqual({ retry: true, afterMs: 125 });
  });

  it.each([400, 401, 403, 404, 409, 412, 413, 422])('is not sent again after %i', (code) => {
    expect(ask(effect, status(code)).retry).toBe(false);
  });

  it.each([60202, 60203, 60212, 60410, 14107, 63018])('is not sent again after 429 with %i', (code) => {
    expect(ask(effect, status(429, code)).retry).toBe(false);
  });

  it('is not sent again after a certificate fault', () => {
    expect(ask(effect, { kind: 'unreachable', permanent: true }).retry).toBe(false);
  });
});

describe('after the request left', () => {
  it.each<[Effect, boolean, boolean]>([
    ['read', false, true],
    ['delete', false, true],
    ['write', true, true],
    ['write', false, false],
    ['send', true, false],
    ['send', false, false],
    ['spend', true, false],
    ['admin', true, false],
  ])('%s (idempotent: %s) is sent again: %s', (effect, idempotent, retry) => {
    for (const failure of [lost, status(500), status(502), status(503, 20503), status(504)]) {
      expect(ask(effect, failure, { idempotent }).retry).toBe(retry);
    }
    expect(repeatable(effect, idempotent)).toBe(retry);
  });
});

describe('pauses', () => {
  it.each([
    [1, 0, 0],
    [1, 0.999, 249],
    [2, 0.999, 499],
    [3, 0.999, 999],
  ])('attempt %i with chance %d waits %i ms', (attempt, chance, afterMs) => {
    expect(ask('read', lost, { attempt, random: () => chance })).toEqual({ retry: true, afterMs });
  });

  it('end with the fourth attempt', () => {
    expect(ask('read', lost, { attempt: 4 }).retry).toBe(false);
  });

  it.each<[string, string, number | undefined]>([
    ['seconds', '7', 7_125],
    ['nought', '0', 125],
    ['a date', 'Mon, 23 Nov 2026 15:00:05 GMT', 5_125],
    ['a date that is over', 'Mon, 23 Nov 2026 14:00:00 GMT', 125],
    ['thirty seconds', '30', 30_125],
    ['nonsense', 'soon', 125],
    ['more than is waited for', '31', undefined],
    ['an hour', '3600', undefined],
  ])('follow Retry-After: %s', (_, retryAfter, afterMs) => {
    const decision = ask('send', { kind: 'status', status: 429, retryAfter });
    expect(decision.retry ? decision.afterMs : undefined).toBe(afterMs);
  });

  it('never go past the deadline', () => {
    expect(ask('read', lost, { elapsedMs: 59_874 }).retry).toBe(true);
    expect(ask('read', lost, { elapsedMs: 59_875 }).retry).toBe(false);
  });
});

it.each([
  [undefined, undefined],
  ['', undefined],
  ['-5', undefined],
  ['1.5', 1_500],
  ['2026', 2_026_000],
  [' 3 ', 3_000],
  ['Monday, 23-Nov-26 15:00:01 GMT', 1_000],
])('Retry-After %j is %s ms', (value, ms) => {
  expect(parseRetryAfter(value, now)).toBe(ms);
});
