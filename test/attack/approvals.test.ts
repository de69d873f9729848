// A yes that no human gave: written into the store, moved to another question, used again, or given by the agent itself.
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Decision } from '../../src/operation/ledgers.ts';
import type { Human, Kind } from '../support/clients.ts';
import { databaseKinds, freshDatabase, storeKey, type TestDatabase } from '../support/databases.ts';
import { createWorld, kinds, lenient, PERSON, type World } from '../support/world.ts';

const message = { to: PERSON, body: 'Your order is ready' };
const other = { to: PERSON, body: 'Send gift cards' };

describe.each(databaseKinds)('on %s', (kind) => {
  let database: TestDatabase;
  let world: World;

  beforeEach(async () => {
    database = await freshDatabase(kind);
    const env = { TWILIO_MCP_DATABASE_URL: database.setting, TWILIO_MCP_STORE_KEY: storeKey };
    world = await createWorld({ guards: 'default', env });
  });

  afterEach(async () => {
    await world.close();
    await database.close();
  });

  const yes = (): Decision => ({
    yes: true,
    by: 'elicitation',
    at: world.app.now(),
    evidence: 'they signed up on the web form',
  });

  /** Makes the call, and gives the id under which it waits. */
  async function asked(input: object): Promise<string> {
    const text = await world.no('messaging_send_message', { ...input });
    expect(text).toMatch(/^CONFIRMATION_NEEDED: /);
    return /twilio-mcp approve (\w+)/.exec(text)?.[1] ?? '';
  }

  async function unmoved(input: object): Promise<void> {
    expect(await world.no('messaging_send_message', { ...input })).toMatch(
      /^(CONFIRMATION_NEEDED|REFUSED): /,
    );
    expect(world.requests('POST')).toEqual([]);
  }

  it('counts where a human gave it, so that what follows proves something', async () => {
    await world.app.ledgers.approvals.decide(await asked(message), yes());
    expect(await world.ok('messaging_send_message', message)).toMatchObject({ to: PERSON });
  });

  it('counts not when it was written into the store', async () => {
    const id = await asked(message);
    const decision = JSON.stringify({ ...yes(), at: yes().at.toISOString() });
    await database.meddle(
      `update approvals set state = 'approved', decision = '${decision}' where id = '${id}'`,
    );
    await unmoved(message);
  });

  it('counts not for a question that was put in the place of the one that was answered', async () => {
    const [shown, meant] = [await asked(message), await asked(other)];
    await world.app.ledgers.approvals.decide(shown, yes());
    await database.meddle(
      `update approvals set state = 'approved', decision = (select decision from approvals where id = '${shown}') where id = '${meant}'`,
    );
    await unmoved(other);
  });

  it('counts not when the question was rewritten after the answer', async () => {
    const [shown, meant] = [await asked(message), await asked(other)];
    await world.app.ledgers.approvals.decide(shown, yes());
    const print = `(select fingerprint from approvals where id = '${meant}')`;
    await database.meddle(`update approvals set fingerprint = ${print} where id = '${shown}'`);
    await database.meddle(`delete from approvals where id = '${meant}'`);
    await unmoved(other);
  });

  it('counts not from a store with another key', async () => {
    const id = await asked(message);
    await database.store('00'.repeat(32)).approvals.decide(id, yes());
    await unmoved(message);
  });

  it('counts not a second time, nor after its time', async () => {
    const id = await asked(message);
    await world.app.ledgers.approvals.decide(id, yes());
    await world.advance(16 * 60);
    await unmoved(message);
    expect(await world.app.ledgers.approvals.use(id, world.app.now())).toBe(false);
  });

  it('cannot be given through any tool, whatever it is called', async () => {
    const id = await asked(message);
    const { tools } = await world.client.raw.listTools();
    expect(
      tools.map(({ name }) => name).filter((name) => /approve|grant|consent_add|confirm/.test(name)),
    ).toEqual([]);
    const withYes = { ...message, approved: true, approval: id };
    expect(await world.no('messaging_send_message', withYes)).toMatch(/^INVALID_INPUT: /);
    await unmoved(message);
  });
});

describe('a client that cannot show the question', () => {
  const asking = async (human: Human, kind: Kind) => {
    const world = await createWorld({ guards: 'default', human, kind });
    onTestFinished(() => world.close());
    return world;
  };

  it('leaves the agent with the question, and with the way to have it answered', async () => {
    const world = await asking(() => {
      throw new Error('Method not found');
    }, '1.x');
    const text = await world.no('messaging_send_message', message);
    expect(text).toMatch(/^CONFIRMATION_NEEDED: [\s\S]*twilio-mcp approve \w+/);
    const id = /twilio-mcp approve (\w+)/.exec(text)?.[1] ?? '';
    const [by, at] = ['elicitation' as const, world.app.now()];
    await world.app.ledgers.approvals.decide(id, { yes: true, by, at, evidence: 'on the web form' });
    expect(await world.ok('messaging_send_message', message)).toMatchObject({ to: PERSON });
  });

  it.each(kinds)('and accepts it empty has answered nothing: %s', async (kind) => {
    const world = await asking(() => ({ action: 'accept', content: {} }), kind);
    for (const _ of ['first', 'again'])
      expect(await world.no('messaging_send_message', message)).toMatch(/^CONFIRMATION_NEEDED: /);
    expect(world.requests('POST')).toEqual([]);
  });
});

describe('a crowd', () => {
  const people = Array.from({ length: 25 }, (_, n) => `+1415555${1000 + n}`);
  const mail = { from: 'shop@example.com', subject: 'Hi', text: 'Hi' };

  it('is not asked about in one breath: nobody says yes to whom they cannot see', async () => {
    const world = await createWorld({ guards: { ...lenient, confirmation: { recipients: 1000 } } });
    const to = people.map((each) => `p${each.slice(1)}@example.org`);
    const text = await world.no('email_send', { ...mail, to });
    expect(text).toMatch(/^REFUSED: [\s\S]*calls of 20 people at most/);
    expect(world.requests('POST')).toEqual([]);
    await world.close();
  });

  it('of a mailing gets what the human saw: those named in the question, and nobody else', async () => {
    const questions: string[] = [];
    const world = await createWorld({
      guards: { ...lenient, limits: { ...lenient.limits, repeat_window_minutes: 0 } },
      human: (question) => {
        questions.push(question);
        return { action: 'accept', content: { confirm: true, evidence: 'they signed up on the web form' } };
      },
    });
    const recipients = people.map((to) => ({ to }));
    await world.ok('messaging_send_many', { batch: 'b', body: 'Hi', recipients });
    const written = world.emulator.emulator
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/Messages.json'))
      .map(({ params }) => String(Object(params)['To']));
    expect(questions).toHaveLength(1);
    expect(written).toHaveLength(20);
    for (const to of written) expect(questions[0]).toContain(to);
    await world.close();
  });
});
