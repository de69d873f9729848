// Where nothing can be kept a live server does not start, and a rehearsal goes on without a memory.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Config, loadConfig } from '../src/config.ts';
import { openStore } from '../src/open-store.ts';
import { emptyEnv } from './support/process.ts';

afterEach(() => vi.unstubAllEnvs());

const random = () => randomBytes(32);

function configOf(env: Record<string, string>): Config {
  return loadConfig({ env, envFile: emptyEnv });
}

const live = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'not-a-token-of-anyone' };

describe('a folder that cannot be written', () => {
  it('stops a live server, and a rehearsal that was told to keep its memory there', () => {
    vi.stubEnv('XDG_STATE_HOME', '/dev/null');
    const there = { TWILIO_MCP_DATABASE_URL: 'file:/dev/null/store.db' };
    for (const env of [live, { ...live, ...there }, there])
      expect(() => openStore(configOf(env), random)).toThrow(/cannot be kept in \/dev\/null/);
  });

  it('lets a rehearsal go on', async () => {
    vi.stubEnv('XDG_STATE_HOME', '/dev/null');
    const store = openStore(configOf({}), random);
    expect(await store.owner.get()).toBeUndefined();
    expect(store.keeps).toBe(false);
    await store.close();
  });

  it('stops what must be kept, in a rehearsal too', () => {
    vi.stubEnv('XDG_STATE_HOME', '/dev/null');
    expect(() => openStore(configOf({}), random, { mustKeep: true })).toThrow(
      /cannot be kept in \/dev\/null\/twilio-mcp\/rehearsal\.db/,
    );
  });
});
