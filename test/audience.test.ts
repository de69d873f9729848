// Whom a message into a conversation or a session reaches is asked of Twilio before anything is judged.
import { afterEach, describe, expect, it } from 'vitest';
import { agree, createWorld, OWN_NUMBER, PERSON, type World } from './support/world.ts';

let world: World;
afterEach(() => world.close());

const STRANGER = '+14155550124';
const at = { conversation: 'order-1042' };
const message = { ...at, body: 'Your driver is outside.' };

async function withTwo(): Promise<World> {
  const begun = await createWorld({ guards: 'default' });
  const { ok, app } = begun;
  await agree(app, [PERSON, STRANGER]);
  await ok('conversations_create_conversation', { unique_name: at.conversation });
  for (const address of [PERSON, STRANGER])
    await ok('conversations_add_participant', { ...at, address, proxy_address: OWN_NUMBER });
  return begun;
}

const sent = ({ requests }: World) => requests('POST').filter((each) => each.endsWith('/Messages'));

describe('a message into a conversation', () => {
  it('goes out without a question where everybody in it has agreed', async () => {
    world = await withTwo();
    expect(await world.ok('conversations_send_message', message)).toMatchObject({ index: 0 });
  });

  it('is refused where one of them has said STOP, and names them', async () => {
    world = await withTwo();
    const { app, no } = world;
    await app.ledgers.consents.append([
      {
        account: app.account ?? '',
        contact: STRANGER,
        channel: 'sms',
        purpose: 'any',
        state: 'revoked',
        source: 'stop_word',
        by: 'test',
        at: app.now(),
      },
    ]);
    expect(await no('conversations_send_message', message)).toMatch(/consent\.revoked[\s\S]*START/);
    expect(sent(world)).toEqual([]);
  });

  it('counts as reaching somebody unknown where Twilio does not tell', async () => {
    world = await withTwo();
    const { control, no } = world;
    await control('POST', '/faults', { kind: 'status', status: 403, method: 'GET', path: '/Participants' });
    expect(await no('conversations_send_message', message)).toMatch(/destination\.unknown/);
    expect(sent(world)).toEqual([]);
  });
});
