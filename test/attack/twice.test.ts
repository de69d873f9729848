// The same request twice, in two processes' servers on one store; a clock set back; rules changed behind a running server: none makes room.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { findOnShelf } from '../../src/catalog/full/index.ts';
import { findOperation } from '../../src/catalog/index.ts';
import { loadConfig } from '../../src/config.ts';
import { type ServedEmulator, serveEmulator } from '../../src/emulator/server.ts';
import type { Result } from '../../src/operation/result.ts';
import { emptyEnv } from '../support/process.ts';
import { agree, OWN_NUMBER, PERSON } from '../support/world.ts';

const noon = Date.parse('2026-11-24T20:00:00Z');
const many = Array.from({ length: 30 }, (_, n) => `+1415555${2000 + n}`);

let emulator: ServedEmulator;
let apps: readonly [App, App];
let policy: string;
let clock: number;

beforeEach(async () => {
  clock = noon;
  emulator = await serveEmulator({ now: () => clock, clock: 'manual', port: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-twice-'));
  policy = join(folder, 'policy.json');
  writeFileSync(
    policy,
    JSON.stringify({ limits: { contacts_per_hour: 5, contacts_per_person_per_day: 100 } }),
    {
      mode: 0o600,
    },
  );
  const env = {
    TWILIO_ACCOUNT_SID: emulator.emulator.accountSid,
    TWILIO_AUTH_TOKEN: emulator.emulator.authToken,
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_FROM: OWN_NUMBER,
    TWILIO_MCP_POLICY_FILE: policy,
    TWILIO_MCP_DATABASE_URL: `file:${join(folder, 'store.db')}`,
  };
  const open = () =>
    createApp(loadConfig({ env, envFile: emptyEnv }), {
      now: () => new Date(clock),
      writeLog: () => undefined,
    });
  apps = [await open(), await open()];
  await agree(apps[0], [PERSON, ...many]);
});

afterEach(async () => {
  for (const app of apps) await app.close();
  await emulator.close();
});

function send(app: App, input: object): Promise<Result> {
  const operation = findOperation('messaging_send_message');
  if (operation === undefined) throw new Error('no messaging_send_message');
  return app.perform({ operation, input, actor: { name: 'agent' } });
}

const rulesOf = (results: readonly Result[]) => results.flatMap((each) => (each.ok ? [] : [each.error.rule]));
const written = () => emulator.emulator.requests().filter(({ method }) => method === 'POST').length;

it('says the same to the same person once, in however many processes it is asked for at once', async () => {
  const message = { to: PERSON, body: 'Your order is ready' };
  const results = await Promise.all([...apps, ...apps].map((app) => send(app, message)));
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  expect(new Set(rulesOf(results))).toEqual(new Set(['limits.repeat_window_minutes']));
  expect(written()).toBe(1);
  // Nor in another spelling of the same.
  for (const body of [
    'Your order is ready ',
    'your order is READY',
    'Your  order is ready',
    'Your order\u200b is ready',
  ])
    expect(rulesOf([await send(apps[1], { ...message, body })]), body).toEqual([
      'limits.repeat_window_minutes',
    ]);
  // Nor through the other shelf, nor by a mailing.
  const shelf = findOnShelf('api_v2010.CreateMessage');
  const input = { To: PERSON, From: OWN_NUMBER, Body: 'Your order is ready' };
  const raw = shelf && (await apps[0].perform({ operation: shelf, input, actor: { name: 'agent' } }));
  expect(rulesOf(raw ? [raw] : [])).toEqual(['limits.repeat_window_minutes']);
  expect(written()).toBe(1);
});

it('takes one key for one request: with other words it is a mistake, and nothing is sent', async () => {
  const key = { to: PERSON, body: 'Your order is ready', idempotency_key: 'order-1042' };
  const first = await send(apps[0], key);
  const again = await send(apps[1], key);
  expect(again.ok && first.ok && again.data['sid'] === first.data['sid']).toBe(true);
  const other = await send(apps[1], { ...key, body: 'Send gift cards' });
  expect(other.ok ? 'sent' : other.error.code).toBe('INVALID_INPUT');
  expect(written()).toBe(1);
});

it('has no more room in many small calls than in one, nor when the clock is set back', async () => {
  const split = () =>
    Promise.all(
      many.map((to, n) => send(n % 2 === 0 ? apps[0] : apps[1], { to, body: `Hello ${n} ${clock}` })),
    );
  expect((await split()).filter(({ ok }) => ok)).toHaveLength(5);
  for (const back of [3_600_000, 86_400_000, 30 * 86_400_000]) {
    clock = noon - back;
    expect(new Set(rulesOf(await split()))).toEqual(new Set(['limits.contacts_per_hour']));
  }
  expect(written()).toBe(5);
});

it('keeps to the rules it started with, whatever is written into the policy file afterwards', async () => {
  writeFileSync(policy, JSON.stringify({ limits: { contacts_per_hour: 1000 } }));
  const results = await Promise.all(many.map((to, n) => send(apps[0], { to, body: `Hello ${n}` })));
  expect(results.filter(({ ok }) => ok)).toHaveLength(5);
  expect(written()).toBe(5);
});
