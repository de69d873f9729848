// Connection overrides in a webhook URL, read as Twilio documents them.
import { expect, test } from 'vitest';
import { failingStatus, readConnection } from '../../src/emulator/connection.ts';

test.each([
  ['', { retries: 1, readTimeout: 15_000, totalTimeout: 15_000, retryOn: ['ct'] }],
  ['#rc=0', { retries: 0 }],
  ['#rc=9', { retries: 5 }],
  ['#rc=many', { retries: 1 }],
  ['#rt=1&tt=99999', { readTimeout: 100, totalTimeout: 15_000 }],
  ['#rp=4xx,5xx&rc=3', { retries: 3, retryOn: ['4xx', '5xx'] }],
  ['#rp=all', { retryOn: ['ct', 'rt', '4xx', '5xx'] }],
  ['#e=dublin', { retries: 1 }],
])('%s', (fragment, expected) => {
  const { retryOn, ...rest } = readConnection(new URL(`https://example.com/hook?rc=4${fragment}`));
  expect({ ...rest, retryOn: [...retryOn] }).toMatchObject(expected);
});

test.each([
  [200, undefined],
  [302, undefined],
  [404, '4xx'],
  [500, '5xx'],
])('status %i counts as %s', (status, failing) => {
  expect(failingStatus(status)).toBe(failing);
});
