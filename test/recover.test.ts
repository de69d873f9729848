// A process that ended between "about to" and "done": the next one looks what came of it, writes that down, and repeats nothing.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import { findOperation } from '../src/catalog/index.ts';
import { loadConfig } from '../src/config.ts';
import { type ServedEmulator, serveEmulator } from '../src/emulator/server.ts';
import { emptyEnv, startHttp } from './support/process.ts';
import { agree, OWN_NUMBER, PERSON } from './support/world.ts';

let emulator: ServedEmulator;
let env: Record<string, string>;
let app: App;

beforeEach(async () => {
  emulator = await serveEmulator({ now: Date.now, clock: 'auto', port: 0 });
  env = {
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: emptyEnv,
    TWILIO_ACCOUNT_SID: emulator.emulator.accountSid,
    TWILIO_AUTH_TOKEN: emulator.emulator.authToken,
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_FROM: OWN_NUMBER,
    TWILIO_MCP_DATABASE_URL: `file:${join(mkdtempSync(join(tmpdir(), 'twilio-mcp-recover-')), 'store.db')}`,
  };
  app = await createApp(loadConfig({ env, envFile: emptyEnv }), { writeLog: () => undefined });
  await agree(app, [PERSON]);
});

afterEach(async () => {
  await app.close();
  await emulator.close();
});

const account = () => app.account ?? 'none';

/** What a process that was killed leaves behind: room set aside, and nothing settled. */
function leaveOpen(id: string, body: string, at: Date): Promise<unknown> {
  const operation = 'messaging_send_message';
  const recipients = [{ contact: PERSON, channel: 'sms' as const }];
  const input = { to: PERSON, from: OWN_NUMBER, body };
  const rest = { recipients, verification: false, microdollars: 8300, input };
  return app.ledgers.reservations.reserve(
    { id, account: account(), actor: 'agent', operation, at, ...rest },
    [],
  );
}

async function send(body: string): Promise<void> {
  const operation = findOperation('messaging_send_message');
  if (operation === undefined) throw new Error('no messaging_send_message');
  const result = await app.perform({ operation, input: { to: PERSON, body }, actor: { name: 'agent' } });
  expect(result.ok).toBe(true);
}

const outcomes = async () =>
  (await app.ledgers.audit.list(account(), 10)).map(({ phase, facts }) => [phase, facts?.['reservation']]);

describe('sends left open', () => {
  it('are found where Twilio has them, unknown where it has not, and made again in neither case', async () => {
    const at = new Date(Date.now() - 300_000);
    await leaveOpen('carried-out', 'made it', at);
    await leaveOpen('lost', 'never arrived', at);
    await leaveOpen('under-way', 'just begun', new Date());
    await send('made it');
    const before = emulator.emulator.requests().filter(({ method }) => method === 'POST').length;

    expect(await app.recover()).toEqual({ found: 1, unknown: 1 });
    expect(await outcomes()).toEqual(
      expect.arrayContaining([
        ['found', 'carried-out'],
        ['unknown', 'lost'],
      ]),
    );
    expect(await app.recover()).toEqual({ found: 0, unknown: 0 });
    expect(emulator.emulator.requests().filter(({ method }) => method === 'POST')).toHaveLength(before);
  });

  it('are looked up by a server that starts, without anyone asking', async () => {
    await leaveOpen('lost', 'never arrived', new Date(Date.now() - 300_000));
    const tokens = join(mkdtempSync(join(tmpdir(), 'twilio-mcp-recover-')), 'tokens.json');
    const server = await startHttp({ ...env, TWILIO_MCP_TOKENS_FILE: tokens });
    while (!server.log().includes('a process ended in the middle of sends')) await delay(20);
    expect(await outcomes()).toEqual([['unknown', 'lost']]);
    expect(await server.end()).toBe(0);
  });

  it('and what the owner no longer wants kept is forgotten by it too', async () => {
    const old = new Date(Date.now() - 40 * 86_400_000);
    for (const id of ['first', 'second'])
      await app.ledgers.events.add({
        id,
        account: account(),
        type: 'other',
        at: old,
        heard: 'poll',
        data: {},
      });
    const tokens = join(mkdtempSync(join(tmpdir(), 'twilio-mcp-recover-')), 'tokens.json');
    const days = { TWILIO_MCP_EVENT_DAYS: '30', TWILIO_MCP_AUDIT_DAYS: '400' };
    const server = await startHttp({ ...env, ...days, TWILIO_MCP_TOKENS_FILE: tokens });
    const kept = async () => (await app.ledgers.events.list(account(), { limit: 9 })).map(({ id }) => id);
    await expect.poll(kept).toEqual(['second']);
    expect(await server.end()).toBe(0);
  });
});
