// The ledger of sends, and the file it is kept in: one claim wins, whatever process asks; what was written is there after reopening.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createStore } from '../../src/store/open.ts';

const key = { account: `AC${'a'.repeat(32)}`, batch: 'reminder', recipient: '+14155550123' };
const random = () => randomBytes(32);
const at = new Date('2026-11-24T09:00:00Z');

function fresh(): string {
  return join(mkdtempSync(join(tmpdir(), 'twilio-mcp-store-')), 'deep', 'store.db');
}

it('gives a claim to one of many stores on the same file', async () => {
  const path = fresh();
  const stores = Array.from({ length: 8 }, () => createStore({ url: path, random }));
  const answers = await Promise.all(stores.map((store) => store.sends.claim(key, at)));
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
  expect(answers.filter((answer) => answer?.state === 'claimed')).toHaveLength(7);
  await Promise.all(stores.map((store) => store.close()));
});

it('remembers what was settled, across reopening', async () => {
  const path = fresh();
  const first = createStore({ url: path, random });
  await first.sends.claim(key, at);
  await first.sends.settle(key, { state: 'done', sid: 'SM1' });
  await first.close();
  const second = createStore({ url: path, random });
  expect(await second.sends.claim(key, new Date())).toEqual({ state: 'done', since: at, sid: 'SM1' });
  await second.close();
});

it('gives a released claim again, and never releases what was settled', async () => {
  const store = createStore({ url: ':memory:', random });
  await store.sends.claim(key, at);
  await store.sends.release(key);
  expect(await store.sends.claim(key, at)).toBeUndefined();
  await store.sends.settle(key, { state: 'unknown', code: 'OUTCOME_UNKNOWN' });
  await store.sends.release(key);
  expect(await store.sends.claim(key, at)).toEqual({ state: 'unknown', since: at, code: 'OUTCOME_UNKNOWN' });
  await store.close();
});

it('keeps its folder to the owner', async () => {
  const path = fresh();
  const store = createStore({ url: path, random });
  await store.sends.claim(key, at);
  if (process.platform !== 'win32') expect(statSync(join(path, '..')).mode & 0o077).toBe(0);
  await store.close();
});
