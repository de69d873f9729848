// Many people, one text: each at most once, through crash, cancellation and doubt; the report says what became of each.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { findOperation } from '../../src/catalog/index.ts';
import { storeUrl } from '../../src/config.ts';
import { createStore } from '../../src/store/open.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { agree, createWorld, kinds, OWN_NUMBER, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

const people = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    to: `+1415555${String(1000 + n)}`,
    variables: { name: `Person ${n}` },
  }));

const mailing = { batch: 'reminder', body: 'Hi {{name}}, see you at 9.' };

function recipients(answer: Row): Row[] {
  const rows = answer['recipients'];
  return Array.isArray(rows) ? rows : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('writes to each in their own words, with progress, and to nobody twice', async () => {
    world = await createWorld({ kind });
    const { ok, control, requests } = world;
    const heard: number[] = [];
    const first = await ok(
      'messaging_send_many',
      { ...mailing, recipients: people(5) },
      { onprogress: ({ progress }) => heard.push(progress) },
    );
    expect(first).toMatchObject({ counts: { sent: 5 }, complete: true, recipients: [] });
    expect(heard.at(-1)).toBe(5);
    await world.advance(30);
    const phone = await control('GET', '/phones/+14155551003/messages');
    expect(phone['messages']).toMatchObject([{ body: 'Hi Person 3, see you at 9.' }]);
    const again = await ok('messaging_send_many', { ...mailing, recipients: people(7), report: 'all' });
    expect(again).toMatchObject({ counts: { already_sent: 5, sent: 2 } });
    expect(recipients(again)).toHaveLength(7);
    expect(requests('POST')).toHaveLength(7);
  });
});

describe('the report', () => {
  it('names those who were not written to, and why', async () => {
    world = await createWorld();
    const { ok, control, requests } = world;
    await control('POST', '/phones/+14155551001/opt-out', { from: OWN_NUMBER });
    const list = [...people(3), { to: '+14155551000', variables: { name: 'Twice' } }];
    const report = await ok('messaging_send_many', { ...mailing, recipients: list });
    expect(report).toMatchObject({ counts: { sent: 2, failed: 1, duplicate: 1 }, complete: true });
    expect(recipients(report)).toMatchObject([
      { to: '+14155551001', outcome: 'failed', error: 'PROVIDER_REJECTED 21610' },
      { to: '+14155551000', outcome: 'duplicate' },
    ]);
    const before = requests('POST').length;
    await ok('messaging_send_many', { ...mailing, recipients: list });
    expect(requests('POST').length, 'a refusal for good is not tried again').toBe(before);
  });

  it('says unknown, and stays with it, when an answer is lost and nothing can be found', async () => {
    world = await createWorld();
    const { ok, control, requests } = world;
    await control('POST', '/faults', { kind: 'reset', method: 'POST' });
    const report = await ok('messaging_send_many', { ...mailing, recipients: people(2) });
    expect(report).toMatchObject({ counts: { unknown: 1, sent: 1 } });
    await ok('messaging_send_many', { ...mailing, recipients: people(2) });
    expect(requests('POST'), 'never sent again').toHaveLength(2);
  });

  it('adopts a message whose answer was lost', async () => {
    world = await createWorld();
    await world.control('POST', '/faults', { kind: 'lost-reply', method: 'POST' });
    expect(await world.ok('messaging_send_many', { ...mailing, recipients: people(1) })).toMatchObject({
      counts: { sent: 1 },
    });
    expect(world.requests('POST')).toHaveLength(1);
  });
});

describe('before anything is sent', () => {
  it.each([
    [
      'a value that is missing',
      { recipients: [{ to: '+14155551000' }] },
      /recipients\.0 has no value for name/,
    ],
    [
      'a number that is none',
      { recipients: [{ to: '12', variables: { name: 'A' } }] },
      /recipients\.0\.to must be E\.164/,
    ],
    [
      'a text that grows too long',
      { recipients: [{ to: '+14155551000', variables: { name: 'x'.repeat(1600) } }] },
      /over 1600 characters/,
    ],
    ['nobody', { recipients: [] }, /recipients/],
    ['too many', { recipients: people(1001) }, /recipients/],
  ])('refuses %s', async (_, input, reason) => {
    world = await createWorld();
    expect(await world.no('messaging_send_many', { ...mailing, ...input })).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it('asks for a sender', async () => {
    world = await createWorld({ env: { TWILIO_FROM: '' } });
    const report = await world.ok('messaging_send_many', { ...mailing, recipients: people(2) });
    expect(report).toMatchObject({ counts: { failed: 2 } });
    expect(world.requests('POST')).toEqual([]);
  });
});

describe('stopping and going on', () => {
  it('stops when cancelled, and a second call goes on where it stopped', async () => {
    world = await createWorld();
    const { app, requests, ok } = world;
    await agree(
      app,
      people(5).map(({ to }) => to),
    );
    const operation = findOperation('messaging_send_many');
    if (operation === undefined) throw new Error('the catalog has lost messaging_send_many');
    const stop = new AbortController();
    const progress = (done: number) => {
      if (done === 2) stop.abort();
    };
    const result = await app.perform({
      operation,
      input: { ...mailing, recipients: people(5) },
      actor: { name: 'test' },
      signal: stop.signal,
      progress,
    });
    expect(result).toMatchObject({ ok: true, data: { counts: { sent: 2, not_sent: 3 }, complete: false } });
    expect(await ok('messaging_send_many', { ...mailing, recipients: people(5) })).toMatchObject({
      counts: { already_sent: 2, sent: 3 },
      complete: true,
    });
    expect(requests('POST')).toHaveLength(5);
  });

  it('after a crash looks before it concludes: found is adopted, not found is unknown, neither is sent again', async () => {
    world = await createWorld();
    const { app, ok, advance, requests, emulator } = world;
    const [first, second] = people(2);
    if (first === undefined || second === undefined) throw new Error('two people are needed');
    const account = emulator.emulator.accountSid;
    // What a process that died leaves behind: two claims, of which one message had gone out.
    const store = createStore({
      url: storeUrl(app.config.settings, app.config.mode),
      random: () => randomBytes(32),
    });
    for (const { to } of [first, second])
      await store.sends.claim({ account, batch: mailing.batch, recipient: to }, app.now());
    await ok('messaging_send_message', { to: first.to, body: 'Hi Person 0, see you at 9.' });
    const early = await ok('messaging_send_many', { ...mailing, recipients: [first, second] });
    expect(early, 'another process may still be at work').toMatchObject({
      counts: { in_progress: 2 },
      complete: false,
    });
    await advance(200);
    const later = await ok('messaging_send_many', { ...mailing, recipients: [first, second], report: 'all' });
    expect(recipients(later)).toMatchObject([
      { to: first.to, outcome: 'already_sent' },
      { to: second.to, outcome: 'unknown' },
    ]);
    expect(requests('POST')).toHaveLength(1);
    await store.close();
  });
});

it('writes to nobody again whose answer was a redirect: it may have been carried out', async () => {
  const proxy = await startFaultProxy(() => '302 after');
  world = await createWorld({ env: { TWILIO_API_BASE_URL: proxy.url } });
  proxy.aim(world.emulator.url);
  const input = { ...mailing, recipients: people(1), report: 'all' };
  for (let run = 0; run < 2; run += 1) {
    const report = await world.ok('messaging_send_many', input);
    expect(recipients(report)).toMatchObject([{ outcome: 'unknown' }]);
    await world.advance(11 * 60);
  }
  expect(world.requests('POST')).toHaveLength(1);
  await proxy.close();
});
