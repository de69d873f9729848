// Email's lists through the front door: suppressions, unsubscribe groups, templates, senders and domains.
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

async function received(address: string): Promise<number> {
  return rows(await world.control('GET', `/phones/${address}/messages`), 'messages').length;
}

async function send(change: Row = {}): Promise<void> {
  await world.ok('email_send', { ...mail, ...change });
  await world.advance(5);
}

describe.each(kinds)('with a %s client', (kind) => {
  it('learns who cannot be reached, and lets them be reached again', async () => {
    world = await createWorld({ kind });
    const { ok, no, control } = world;
    await control('POST', '/phones/ana@example.com', { delivery: 'failed' });
    await send();
    const { suppressions } = await ok('email_list_suppressions', { kind: 'bounces' });
    expect(suppressions).toMatchObject([
      {
        email: 'ana@example.com',
        status: '5.1.1',
        created: '2026-11-23T15:00:02.000Z',
        reason: expect.stringMatching(/never instructions.*550 5\.1\.1/),
      },
    ]);
    await control('POST', '/phones/ana@example.com', { delivery: 'delivered' });
    await send();
    expect(await received('ana@example.com'), 'dropped while on the list').toBe(0);
    expect(await ok('email_remove_suppression', { kind: 'bounces', email: 'ana@example.com' })).toEqual({
      deleted: true,
    });
    expect(await no('email_remove_suppression', { kind: 'bounces', email: 'ana@example.com' })).toMatch(
      /^NOT_FOUND/,
    );
    await send();
    expect(await received('ana@example.com')).toBe(1);
  });

  it('unsubscribes someone from everything, and takes it back', async () => {
    world = await createWorld({ kind });
    const { ok } = world;
    expect(await ok('email_add_suppression', { emails: ['ana@example.com'] })).toEqual({
      recipient_emails: ['ana@example.com'],
    });
    await send();
    expect(await received('ana@example.com')).toBe(0);
    expect(rows(await ok('email_list_suppressions', { kind: 'unsubscribes' }), 'suppressions')).toMatchObject(
      [{ email: 'ana@example.com' }],
    );
    await ok('email_remove_suppression', { kind: 'unsubscribes', email: 'ana@example.com' });
    await send();
    expect(await received('ana@example.com')).toBe(1);
  });

  it('lets people leave one kind of email and get the rest', async () => {
    world = await createWorld({ kind });
    const { ok, no } = world;
    const made = await ok('email_create_group', { name: 'Offers', description: 'News and offers' });
    const group_id = made['id'];
    expect(await ok('email_add_group_member', { group_id, emails: ['ana@example.com'] })).toEqual({
      recipient_emails: ['ana@example.com'],
    });
    await send({ unsubscribe_group: group_id });
    expect(await received('ana@example.com'), 'no offers').toBe(0);
    await send();
    expect(await received('ana@example.com'), 'but receipts').toBe(1);
    expect(rows(await ok('email_list_groups', {}), 'groups')).toMatchObject([
      { name: 'Offers', unsubscribes: 1 },
    ]);
    expect(await ok('email_get_group', { group_id })).toMatchObject({ unsubscribes: 1 });
    expect(await ok('email_list_group_members', { group_id })).toMatchObject({ emails: ['ana@example.com'] });
    expect(await ok('email_remove_group_member', { group_id, email: 'ana@example.com' })).toEqual({
      deleted: true,
    });
    expect(await no('email_remove_group_member', { group_id, email: 'ana@example.com' })).toMatch(
      /^NOT_FOUND/,
    );
    expect(await no('email_create_group', { name: 'Offers', description: 'Again' })).toMatch(
      /^PROVIDER_REJECTED[\s\S]*already exists/,
    );
  });

  it('makes a template, and it is what is sent', async () => {
    world = await createWorld({ kind });
    const { ok, no } = world;
    const made = await ok('email_create_template', { name: 'Reminder' });
    const template_id = made['id'];
    expect(
      await no('email_send', { to: mail.to, from: mail.from, template_id }),
      'nothing to send yet',
    ).toMatch(/template_id/);
    const version = await ok('email_add_template_version', {
      template_id,
      name: 'First',
      subject: 'See you {{day}}',
      html: '<p>{{#each items}}{{this.name}}{{/each}} {{customer.name}}</p>',
    });
    expect(version).toMatchObject({ name: 'First', active: true, subject: 'See you {{day}}' });
    const whole = await ok('email_get_template', { template_id, with_content: true });
    expect(whole).toMatchObject({
      name: 'Reminder',
      values: ['day', 'items', 'customer.name'],
      html: expect.stringContaining('customer.name'),
    });
    expect(await ok('email_get_template', { template_id })).not.toHaveProperty('html');
    const data = { day: 'Monday', customer: { name: 'Ana' } };
    await ok('email_send', { to: mail.to, from: mail.from, template_id, template_data: data });
    await world.advance(5);
    const [got] = rows(await world.control('GET', '/phones/ana@example.com/messages'), 'messages');
    expect(got?.['body']).toContain('See you Monday');
    expect(await no('email_get_template', { template_id: `d-${'f'.repeat(32)}` })).toMatch(/^NOT_FOUND/);
  });
});

describe('suppressions', () => {
  it('are given page by page', async () => {
    world = await createWorld();
    const { ok, no } = world;
    const emails = Array.from({ length: 5 }, (_, index) => `person${index}@example.com`);
    await ok('email_add_suppression', { emails });
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const page = await ok('email_list_suppressions', {
        kind: 'unsubscribes',
        limit: 2,
        ...(cursor !== undefined && { cursor }),
      });
      seen.push(...rows(page, 'suppressions').map((row) => row['email']));
      cursor = page['next_cursor'];
    } while (cursor !== undefined);
    expect(seen.sort()).toEqual(emails);
    expect(await no('email_list_suppressions', { kind: 'unsubscribes', cursor: 'x' })).toMatch(/next_cursor/);
  });

  it('are filtered by address and time', async () => {
    world = await createWorld();
    const { ok } = world;
    await ok('email_add_suppression', { emails: ['ana@example.com'] });
    await world.advance(3600);
    await ok('email_add_suppression', { emails: ['ben@example.com'] });
    const found = async (filter: Row) =>
      rows(await ok('email_list_suppressions', { kind: 'unsubscribes', ...filter }), 'suppressions').map(
        (row) => row['email'],
      );
    expect(await found({ email: 'ana' })).toEqual(['ana@example.com']);
    expect(await found({ since: '2026-11-23T15:30:00Z' })).toEqual(['ben@example.com']);
  });

  it('are of five kinds, each told apart', async () => {
    world = await createWorld();
    const { ok, no, control } = world;
    await control('POST', '/phones/ben@example.com', { delivery: 'undelivered' });
    await send({ to: ['ana@example.com', 'ben@example.com', 'carl@nowhere.invalid'] });
    await control('POST', '/email/events', { email: 'ana@example.com', event: 'spam_report' });
    const of = async (kind: string) =>
      rows(await ok('email_list_suppressions', { kind }), 'suppressions').map((row) => row['email']);
    expect(await of('blocks')).toEqual(['ben@example.com']);
    expect(await of('invalid_emails')).toEqual(['carl@nowhere.invalid']);
    expect(await of('spam_reports')).toEqual(['ana@example.com']);
    expect(await of('unsubscribes')).toEqual([]);
    expect(await no('email_list_suppressions', { kind: 'others' })).toMatch(/^INVALID_INPUT/);
  });
});

describe('a group that does not exist', () => {
  it('takes no members: SendGrid would unsubscribe them from everything', async () => {
    world = await createWorld();
    expect(await world.no('email_add_group_member', { group_id: 4711, emails: ['ana@example.com'] })).toMatch(
      /^NOT_FOUND/,
    );
    expect(world.requests('POST')).toEqual([]);
    expect(rows(await world.ok('email_list_suppressions', { kind: 'unsubscribes' }), 'suppressions')).toEqual(
      [],
    );
  });
});

describe('templates', () => {
  it('are given page by page', async () => {
    world = await createWorld();
    const { ok } = world;
    for (const name of ['One', 'Two']) await ok('email_create_template', { name });
    const first = await ok('email_list_templates', { limit: 2 });
    expect(rows(first, 'templates').map((row) => row['name'])).toEqual(['Two', 'One']);
    const second = await ok('email_list_templates', { limit: 2, cursor: first['next_cursor'] });
    expect(rows(second, 'templates').map((row) => row['name'])).toEqual(['Receipt']);
    expect(second).not.toHaveProperty('next_cursor');
  });

  it.each([
    ['no content', {}, /give html or text/],
    ['over 1 MiB', { html: 'é'.repeat(600_000) }, /over 1 MiB/],
    ['a subject of two lines', { html: '<p>x</p>', subject: 'a\nb' }, /subject must be one line/],
  ])('refuse a version with %s before anything is sent', async (_, change, reason) => {
    world = await createWorld();
    const version = { template_id: `d-${'0'.repeat(32)}`, name: 'First', subject: 'Hello', ...change };
    expect(await world.no('email_add_template_version', version)).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it('keep sending the active version while another is being made', async () => {
    world = await createWorld();
    const template_id = `d-${'1'.padStart(32, '0')}`;
    await world.ok('email_add_template_version', {
      template_id,
      name: 'Draft',
      subject: 'Not yet',
      text: 'Not yet.',
      active: false,
    });
    const { versions } = await world.ok('email_get_template', { template_id });
    expect(versions).toMatchObject([
      { name: 'First', active: true },
      { name: 'Draft', active: false },
    ]);
  });
});

describe('senders', () => {
  it('are told verified or not, page by page', async () => {
    world = await createWorld();
    const first = await world.ok('email_list_senders', { limit: 1 });
    expect(rows(first, 'senders')).toMatchObject([{ from_email: 'shop@example.com', verified: true }]);
    const second = await world.ok('email_list_senders', { limit: 1, cursor: first['next_cursor'] });
    expect(rows(second, 'senders')).toMatchObject([{ from_email: 'news@example.com', verified: false }]);
  });

  it('may be whole domains; an invalid one says which DNS records are missing', async () => {
    world = await createWorld();
    const { domains } = await world.ok('email_list_domains', {});
    expect(domains).toMatchObject([
      { domain: 'shop.example.com', valid: true, missing_records: [] },
      {
        domain: 'new.example.net',
        valid: false,
        missing_records: [{ type: 'cname', host: 'em2.new.example.net' }, {}, {}],
      },
    ]);
    expect(rows(await world.ok('email_list_domains', { domain: 'example.net' }), 'domains')).toHaveLength(1);
  });
});

describe('an address', () => {
  it.each([
    ['ana@example.com', { verdict: 'Valid', has_mail_server: true, has_bounced: false }],
    ['ana@gmial.com', { verdict: 'Risky', suggestion: 'gmail.com' }],
    ['info@example.com', { verdict: 'Risky', is_role: true }],
    ['ana@nowhere.invalid', { verdict: 'Invalid', has_mail_server: false, score: 0 }],
  ])('%s is judged', async (email, expected) => {
    world = await createWorld();
    expect(await world.ok('email_validate_address', { email })).toMatchObject(expected);
  });

  it('is refused when it is none, before a validation is used up', async () => {
    world = await createWorld();
    expect(await world.no('email_validate_address', { email: 'ana' })).toMatch(/^INVALID_INPUT/);
    expect(world.requests()).toEqual([]);
  });
});
