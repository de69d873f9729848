// A PostgreSQL that is away: told with the next step and without its password, nothing is sent meanwhile; when it is back, so is the store.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { secretsOf } from '../../src/config.ts';
import { databaseKinds, freshDatabase, storeKey, type TestDatabase } from '../support/databases.ts';
import { emptyEnv, run } from '../support/process.ts';
import { createWorld, type World } from '../support/world.ts';

const password = 'pass%2Fword-of-this-test';
const meant = 'pass/word-of-this-test';

let closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function worldOn(url: string): Promise<World> {
  const env = { TWILIO_MCP_DATABASE_URL: url, TWILIO_MCP_STORE_KEY: storeKey, TWILIO_MCP_LOG_LEVEL: 'trace' };
  const world = await createWorld({ guards: 'default', env });
  closing.push(world.close);
  return world;
}

const send = { to: '+14155550123', body: 'Your order is ready' };

describe('a PostgreSQL that cannot be reached', () => {
  // Nothing listens on the port that was given up a moment ago.
  async function nowhere(): Promise<string> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    server.close();
    return `postgres://me:${password}@127.0.0.1:${port}/twilio?sslmode=disable`;
  }

  it('stops what changes anything, says why and what to do, and lets reads go on', async () => {
    const world = await worldOn(await nowhere());
    const text = await world.no('messaging_send_message', send);
    expect(text).toMatch(
      /^STORE_UNAVAILABLE: The store at postgres:\/\/127\.0\.0\.1:\d+\/twilio does not answer: .*ECONNREFUSED/,
    );
    expect(text).toMatch(/Check that the PostgreSQL runs .*twilio-mcp doctor/);
    expect(await world.ok('account_list_numbers', {})).toBeDefined();
    expect(world.requests('POST')).toEqual([]);
    const said = [text, ...world.log].join('\n');
    for (const secret of [password, meant, storeKey]) expect(said).not.toContain(secret);
    const known = secretsOf(world.app.config.settings);
    expect(known).toEqual(expect.arrayContaining([password, meant, storeKey]));
  });

  it('is told by doctor, with its address and without its password', async () => {
    const { code, out, err } = await run(['doctor'], {
      PATH: process.env['PATH'] ?? '',
      TWILIO_MCP_ENV_FILE: emptyEnv,
      TWILIO_MCP_MODE: 'dry-run',
      TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'b'.repeat(32),
      TWILIO_MCP_DATABASE_URL: await nowhere(),
      TWILIO_MCP_STORE_KEY: storeKey,
    });
    expect(code).toBe(1);
    expect(out).toMatch(/WRONG store: The store at postgres:\/\/127\.0\.0\.1:\d+\/twilio does not answer/);
    for (const secret of [password, meant, storeKey]) expect(out + err).not.toContain(secret);
  });
});

describe.runIf(databaseKinds.length > 1)('a PostgreSQL that goes and comes back', () => {
  it('is used again at the next call', async () => {
    const database = await freshDatabase('PostgreSQL');
    closing.push(database.close);
    const way = await wayTo(database);
    closing.push(way.close);
    const world = await worldOn(way.url);
    const consentAsked = /^CONFIRMATION_NEEDED: .*rule consent.missing/s;
    expect(await world.no('messaging_send_message', send)).toMatch(consentAsked);
    way.cut();
    expect(await world.no('messaging_send_message', send)).toMatch(/^STORE_UNAVAILABLE: /);
    await way.mend();
    expect(await world.no('messaging_send_message', send)).toMatch(consentAsked);
  });

  it('names what is wrong where it answers, but not to us', async () => {
    const database = await freshDatabase('PostgreSQL');
    closing.push(database.close);
    const url = new URL(database.url);
    url.pathname = 'not_there';
    const world = await worldOn(url.href);
    expect(await world.no('messaging_send_message', send)).toMatch(
      /^STORE_UNAVAILABLE: .*database "not_there" does not exist/,
    );
  });
});

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** An address in front of the database that can be cut off and mended. */
async function wayTo({ url }: TestDatabase) {
  const target = new URL(url);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const each of [socket, onward]) {
      open.add(each);
      each.on('error', () => undefined);
      each.on('close', () => {
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const way = new URL(url);
  way.port = String(port);
  const cut = () => {
    server.close();
    for (const each of open) each.destroy();
  };
  return {
    url: way.href,
    cut,
    mend: () => once(server.listen(port, '127.0.0.1'), 'listening'),
    close: cut,
  };
}
