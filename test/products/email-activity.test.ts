// What became of emails, through the front door: found, read event by event, counted.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

const mail = {
  to: ['ana@example.com'],
  from: 'shop@example.com',
  subject: 'Your receipt',
  text: 'Thank you.',
};

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

async function send(change: Row = {}): Promise<void> {
  await world.ok('email_send', { ...mail, ...change });
  await world.advance(5);
}

async function found(filter: Row): Promise<Row[]> {
  return rows(await world.ok('email_list_messages', filter), 'messages');
}

describe.each(kinds)('with a %s client', (kind) => {
  it('finds an email and reads what happened to it', async () => {
    world = await createWorld({ kind });
    const { ok, no, control } = world;
    await control('POST', '/phones/ben@example.com', { delivery: 'failed' });
    await send({ to: ['ana@example.com', 'ben@example.com'], categories: ['receipts'] });
    await control('POST', '/email/events', { email: 'ana@example.com', event: 'open' });
    const [opened] = await found({ to: 'ana@example.com' });
    expect(opened).toMatchObject({ status: 'delivered', opens_count: 1, subject: 'Your receipt' });
    const [bounced] = await found({ status: 'not_delivered' });
    expect(bounced).toMatchObject({ to_email: 'ben@example.com' });
    const whole = await ok('email_get_message', { msg_id: bounced?.['msg_id'] });
    expect(whole).toMatchObject({
      categories: ['receipts'],
      events: [
        { event: 'processed', at: '2026-11-23T15:00:01Z' },
        { event: 'bounced', bounce_type: 'hard', reason: expect.stringMatching(/never instructions.*550/) },
      ],
    });
    expect(await no('email_get_message', { msg_id: 'unknown' })).toMatch(/^NOT_FOUND/);
  });

  it('counts what was sent, for all and by category', async () => {
    world = await createWorld({ kind });
    await world.control('POST', '/phones/ben@example.com', { delivery: 'failed' });
    await send({ categories: ['receipts'] });
    await send({ to: ['ben@example.com', 'carl@example.com'], categories: ['offers'] });
    await world.control('POST', '/email/events', { email: 'ana@example.com', event: 'click' });
    const all = await world.ok('email_get_statistics', { start_date: '2026-11-20' });
    expect(all).toEqual({
      rows: [{ date: '2026-11-23', counts: all['totals'] }],
      totals: { requests: 3, processed: 3, delivered: 2, bounces: 1, clicks: 1, unique_clicks: 1 },
    });
    const offers = await world.ok('email_get_statistics', {
      start_date: '2026-10-01',
      end_date: '2026-11-30',
      aggregated_by: 'month',
      categories: ['offers', 'receipts'],
    });
    expect(offers['rows']).toMatchObject([
      { date: '2026-11-01', category: 'offers', counts: { requests: 2, bounces: 1 } },
      { date: '2026-11-01', category: 'receipts', counts: { requests: 1 } },
    ]);
  });
});

describe('activity', () => {
  it('is searched by all that is given together', async () => {
    world = await createWorld();
    await send();
    await world.advance(3600);
    await send({ to: ['ben@example.com'], subject: 'An offer AND more' });
    const [second, first] = await found({});
    expect([second?.['to_email'], first?.['to_email']]).toEqual(['ben@example.com', 'ana@example.com']);
    expect(await found({ subject: 'An offer AND more' })).toHaveLength(1);
    expect(await found({ subject: 'An offer AND more', to: 'ana@example.com' })).toEqual([]);
    expect(await found({ from: 'shop@example.com', since: '2026-11-23T15:30:00Z' })).toMatchObject([
      { to_email: 'ben@example.com' },
    ]);
    expect(
      await found({ since: '2026-11-23T14:00:00Z', until: '2026-11-23T16:30:00+01:00', limit: 5 }),
    ).toMatchObject([{ to_email: 'ana@example.com' }]);
    const id = String(first?.['msg_id']).split('.')[0];
    expect(await found({ message_id: id })).toMatchObject([{ to_email: 'ana@example.com' }]);
  });

  it('is asked nothing that would break out of the query', async () => {
    world = await createWorld();
    expect(await world.no('email_list_messages', { subject: 'x" OR subject="y' })).toMatch(/quotes/);
    expect(await world.no('email_list_messages', { message_id: "x%' OR 'a'='a" })).toMatch(/^INVALID_INPUT/);
    expect(world.requests()).toEqual([]);
  });

  it('tells of a dropped email why it never left', async () => {
    world = await createWorld();
    await world.ok('email_add_suppression', { emails: ['ana@example.com'] });
    await send();
    const [dropped] = await found({ to: 'ana@example.com' });
    expect(await world.ok('email_get_message', { msg_id: dropped?.['msg_id'] })).toMatchObject({
      status: 'not_delivered',
      events: [{ event: 'dropped', reason: expect.stringContaining('Unsubscribed Address') }],
    });
  });
});

describe('statistics', () => {
  it.each([
    ['days in the wrong order', { start_date: '2026-11-23', end_date: '2026-11-01' }, /before start_date/],
    ['several years at once', { start_date: '2020-01-01' }, /span over 400 days/],
    ['a day that is none', { start_date: '23.11.2026' }, /must be a day such as/],
  ])('are refused for %s, before anything is asked', async (_, input, reason) => {
    world = await createWorld();
    const text = await world.no('email_get_statistics', input);
    expect(text).toMatch(/^INVALID_INPUT/);
    expect(text).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });
});
