// Somebody writes in the database behind the server's back: it is found, contact and change stop with the next step, reads go on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, freshDatabase, storeKey, type TestDatabase } from '../support/databases.ts';
import { agree, createWorld, lenient, PERSON, type World } from '../support/world.ts';

const STRANGER = '+14155550188';

const meddling = {
  'a refusal turned into an agreement': "update consents set state = 'granted' where state = 'revoked'",
  'an agreement made up': `insert into consents (sequence, account, contact, channel, purpose, state, source, by, at, hash)
    select max(sequence) + 1, max(account), '${STRANGER}', 'sms', 'any', 'granted', 'web_form', 'owner', 0, max(hash) from consents`,
  'a refusal taken away': "delete from consents where state = 'revoked'",
  'the newest entry of the audit cut off':
    'delete from audit where sequence = (select max(sequence) from audit)',
  'all ends taken away': 'delete from heads',
  'an entry of the audit rewritten': "update audit set operation = 'account_get_balance' where sequence = 1",
};

describe.each(databaseKinds)('on %s', (kind) => {
  let database: TestDatabase;
  let world: World | undefined;

  const open = () =>
    createWorld({
      guards: lenient,
      env: { TWILIO_MCP_DATABASE_URL: database.setting, TWILIO_MCP_STORE_KEY: storeKey },
    });

  beforeEach(async () => {
    database = await freshDatabase(kind);
    world = await open();
    await agree(world.app, [PERSON]);
    await world.ok('messaging_send_message', { to: PERSON, body: 'Your order is ready' });
    const { account, ledgers } = world.app;
    const refusal = { contact: STRANGER, channel: 'sms', purpose: 'any', state: 'revoked' } as const;
    const how = { account: account ?? 'none', source: 'stop_word', by: 'webhook', at: new Date(0) } as const;
    await ledgers.consents.append([{ ...refusal, ...how }]);
    await world.close();
    world = undefined;
  });

  afterEach(async () => {
    await world?.close();
    await database.close();
  });

  it.each(Object.entries(meddling))(
    '%s stops what contacts or changes, and no read',
    async (_, statement) => {
      await database.meddle(statement);
      world = await open();
      for (const to of [PERSON, STRANGER]) {
        const text = await world.no('messaging_send_message', { to, body: 'Another one' });
        expect(text).toMatch(/^REFUSED: [\s\S]*rule integrity\.store[\s\S]*twilio-mcp audit verify/);
      }
      const deleting = await world.no('messaging_delete_message', { sid: `SM${'1'.repeat(32)}` });
      expect(deleting).toContain('integrity.store');
      expect(world.requests('POST')).toEqual([]);
      expect(await world.ok('messaging_list_messages', {})).toBeDefined();
      // Writing on heals nothing: the next start finds it too.
      expect(await database.store().integrity()).toMatch(/is not as this server wrote it/);
    },
  );

  it('is found in a running server too', async () => {
    world = await open();
    await world.ok('messaging_send_message', { to: PERSON, body: 'Before' });
    await database.meddle(meddling['all ends taken away']);
    expect(await world.no('messaging_send_message', { to: PERSON, body: 'After' })).toContain(
      'integrity.store',
    );
  });

  it('another key proves nothing', async () => {
    expect(await database.store('00'.repeat(32)).integrity()).toMatch(/is not as this server wrote it/);
    expect(await database.store().integrity()).toBeUndefined();
  });
});
