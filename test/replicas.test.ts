// Two server processes behind one address, with one store: limits hold over both, the same key counts once, a killed one harms nobody.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { type ServedEmulator, serveEmulator } from '../src/emulator/server.ts';
import { type Balancer, balance } from './support/balancer.ts';
import { databaseKinds, freshDatabase, storeKey, type TestDatabase } from './support/databases.ts';
import { emptyEnv, type Running, startHttp } from './support/process.ts';
import { agree, OWN_NUMBER } from './support/world.ts';

const people = Array.from({ length: 40 }, (_, index) => `+1415555${String(2000 + index)}`);
const slow = 60_000;

let emulator: ServedEmulator;
let replicas: readonly [Running, Running];
let front: Balancer;
let database: TestDatabase;

async function begin(limits: Record<string, number> = {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-replicas-'));
  const policy = join(folder, 'policy.yaml');
  const anyHour = { from: '00:00', to: '24:00', sunday_from: '00:00' };
  const rules = {
    quiet_hours: { marketing: anyHour, calls: anyHour, regional: false },
    limits: { contacts_per_hour: 1000, contacts_per_day: 1000, ...limits },
    spend: { per_call: 1000, per_day: 1000 },
    confirmation: { recipients: 1000 },
  };
  // JSON is YAML.
  writeFileSync(policy, JSON.stringify(rules), { mode: 0o600 });
  const { accountSid, authToken } = emulator.emulator;
  const env = {
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: emptyEnv,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_FROM: OWN_NUMBER,
    TWILIO_MCP_POLICY_FILE: policy,
    TWILIO_MCP_TOOLSETS: 'messaging',
    TWILIO_MCP_TOKENS_FILE: join(folder, 'tokens.json'),
    TWILIO_MCP_DATABASE_URL: database.setting,
    TWILIO_MCP_STORE_KEY: storeKey,
    TWILIO_MCP_HTTP_AT_ONCE: '100',
    TWILIO_MCP_HTTP_PER_MINUTE: '10000',
  };
  const app = await createApp(loadConfig({ env, envFile: emptyEnv }), { writeLog: () => undefined });
  await agree(app, people);
  await app.close();
  replicas = await Promise.all([startHttp(env), startHttp(env)]);
  front = await balance(replicas.map(({ url }) => url));
}

interface Answer {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

async function call(name: string, input: object): Promise<Answer> {
  const response = await fetch(`${front.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: input } }),
  });
  const text = await response.text();
  const data = /^data: (.+)$/m.exec(text)?.[1] ?? text;
  return JSON.parse(data).result;
}

/** Whom the emulated Twilio was asked to write to, once for each request. */
function written(): string[] {
  return emulator.emulator
    .requests()
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/Messages.json'))
    .map(({ params }) => String(Object(params)['To']));
}

describe.each(databaseKinds)('on %s', (kind) => {
  beforeEach(async () => {
    emulator = await serveEmulator({ now: Date.now, clock: 'auto', port: 0 });
    database = await freshDatabase(kind);
  });

  afterEach(async () => {
    front.close();
    await Promise.all(replicas.map((replica) => replica.end('SIGKILL')));
    await emulator.close();
    await database.close();
  });

  it('keeps a limit over both, to the last contact', { timeout: slow }, async () => {
    await begin({ contacts_per_hour: 15 });
    const answers = await Promise.all(
      people.map((to) => call('messaging_send_message', { to, body: 'Your order is ready' })),
    );
    expect(answers.filter(({ isError }) => isError !== true)).toHaveLength(15);
    expect(written()).toHaveLength(15);
    const refused = answers.flatMap(({ isError, content }) => (isError ? [content[0]?.text] : []));
    for (const text of refused) expect(text).toMatch(/^REFUSED: [\s\S]*rule [a-z_.]*hour/);
    // Both had their part in it.
    for (const { log } of replicas) expect(log()).toMatch(/"audit":"(?:done|refused)"/);
  });

  it('counts the same key once, whichever of them is asked', { timeout: slow }, async () => {
    await begin();
    const input = { to: people[0], body: 'Your order is ready', idempotency_key: 'order-1042' };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('messaging_send_message', input)),
    );
    expect(written()).toEqual([people[0]]);
    const again = await call('messaging_send_message', input);
    expect(again.structuredContent).toMatchObject({ to: people[0] });
    const sids = new Set(answers.flatMap(({ structuredContent }) => structuredContent?.['sid'] ?? []));
    expect([...sids]).toEqual([again.structuredContent?.['sid']]);
  });

  it('writes to nobody twice when one is killed in the middle of a mailing', { timeout: slow }, async () => {
    await begin();
    const mailing = {
      batch: 'ready-2026-11-24',
      body: 'Your order is ready',
      recipients: people.map((to) => ({ to })),
      report: 'all',
    };
    const first = call('messaging_send_many', mailing).catch(() => undefined);
    const second = call('messaging_send_many', mailing).catch(() => undefined);
    await expect.poll(() => written().length, { timeout: slow, interval: 5 }).toBeGreaterThan(5);
    await replicas[0].end('SIGKILL');
    await Promise.all([first, second]);
    const last = await call('messaging_send_many', mailing);
    expect(new Set(written()).size).toBe(written().length);
    const rows = Object(last.structuredContent)['recipients'];
    const outcomes: string[] = rows.map((row: { outcome: string }) => row.outcome);
    // What the killed one had claimed and not sent is known as under way until its lease is over; everybody else was written to.
    const open = outcomes.filter((outcome) => outcome === 'in_progress' || outcome === 'unknown');
    expect(open.length).toBeLessThanOrEqual(1);
    expect(outcomes.filter((outcome) => outcome === 'already_sent' || outcome === 'sent')).toHaveLength(
      people.length - open.length,
    );
  });
});
