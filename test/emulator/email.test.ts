// SendGrid's v3 API as the emulator speaks it: its own words for what is wrong, its lists, its queue, its events.
import { expect, test } from 'vitest';
import { sendgrid } from './sendgrid.ts';

const to = (...emails: string[]) => ({ to: emails.map((email) => ({ email })) });

const mail = {
  personalizations: [to('ana@example.com')],
  from: { email: 'shop@example.com', name: 'Example Shop' },
  subject: 'Your receipt',
  content: [{ type: 'text/plain', value: 'Thank you.' }],
};

const receipt = `d-${'1'.padStart(32, '0')}`;

async function received(world: Awaited<ReturnType<typeof sendgrid>>, address: string): Promise<unknown[]> {
  return (await world.control('GET', `/phones/${address}/messages`)).body.messages;
}

test('a send is answered 202 with nothing but an ID in a header', async () => {
  const world = await sendgrid();
  const { status, headers, body } = await world.ask('POST', '/v3/mail/send', mail);
  expect([status, body]).toEqual([202, undefined]);
  const id = headers.get('x-message-id');
  expect(id).toMatch(/^[0-9a-f]{22}$/);
  await world.advance(5);
  const query = encodeURIComponent(`msg_id LIKE '${id}%'`);
  const found = await world.ask('GET', `/v3/messages?query=${query}`);
  expect(found.body.messages).toMatchObject([{ to_email: 'ana@example.com', status: 'delivered' }]);
});

test('only the key that is its own opens it, and the refusal is in its own words', async () => {
  const { ask } = await sendgrid();
  const { status, body } = await ask('GET', '/v3/templates?page_size=5', undefined, 'another');
  expect(status).toBe(401);
  expect(body).toEqual({
    errors: [
      {
        message: 'The provided authorization grant is invalid, expired, or revoked',
        field: null,
        help: null,
      },
    ],
  });
});

test.each([
  ['no personalizations', { personalizations: [] }, 'personalizations'],
  ['a personalization to nobody', { personalizations: [{ to: [] }] }, 'personalizations.0.to'],
  ['an address that is none', { personalizations: [to('ana')] }, 'personalizations.0.to.0.email'],
  [
    'somebody twice',
    { personalizations: [{ ...to('ana@example.com'), cc: [{ email: 'Ana@example.com' }] }] },
    'personalizations.0',
  ],
  ['no sender', { from: undefined }, 'from.email'],
  ['no subject', { subject: undefined }, 'subject'],
  ['no content', { content: undefined }, 'content'],
  [
    'HTML before plain text',
    {
      content: [
        { type: 'text/html', value: 'a' },
        { type: 'text/plain', value: 'a' },
      ],
    },
    'content',
  ],
  ['an empty part', { content: [{ type: 'text/plain', value: '' }] }, 'content.0.value'],
  ['an unknown template', { template_id: 'd-none' }, 'template_id'],
  ['a file without a name', { attachments: [{ content: 'SGVsbG8=' }] }, 'attachments.0.filename'],
  ['a file that is no base64', { attachments: [{ content: '%', filename: 'a' }] }, 'attachments.0.content'],
  ['a category twice', { categories: ['a', 'a'] }, 'categories'],
  ['eleven categories', { categories: Array.from({ length: 11 }, (_, i) => `c${i}`) }, 'categories'],
  ['a time as text', { send_at: '2026-11-23' }, 'send_at'],
  ['a time too far ahead', { send_at: Date.UTC(2026, 10, 6) / 1000 }, 'send_at'],
  ['an unknown batch', { batch_id: 'none' }, 'batch_id'],
  ['an unknown group', { asm: { group_id: 4711 } }, 'asm.group_id'],
])('a send with %s is refused with 400 and the field', async (_, change, field) => {
  const { ask } = await sendgrid();
  const { status, body } = await ask('POST', '/v3/mail/send', { ...mail, ...change });
  expect(status).toBe(400);
  expect(body).toEqual({ errors: [{ message: expect.any(String), field, help: null }] });
});

test('a send may reach 1,000 people at once and no more', async () => {
  const { ask } = await sendgrid();
  const people = Array.from({ length: 1001 }, (_, index) => `person${index}@example.com`);
  const send = (emails: string[]) =>
    ask('POST', '/v3/mail/send', { ...mail, personalizations: [to(...emails)] });
  expect((await send(people)).status).toBe(400);
  expect((await send(people.slice(1))).status).toBe(202);
});

test('a send of over 30 MB is refused with 413', async () => {
  const { ask } = await sendgrid();
  const attachments = [{ filename: 'film.bin', content: 'QUJD'.repeat(7_900_000) }];
  expect((await ask('POST', '/v3/mail/send', { ...mail, attachments })).status).toBe(413);
});

test('a sandboxed send is answered 200 and goes nowhere', async () => {
  const world = await sendgrid();
  const mail_settings = { sandbox_mode: { enable: true } };
  const { status, headers } = await world.ask('POST', '/v3/mail/send', { ...mail, mail_settings });
  expect([status, headers.get('x-message-id')]).toEqual([200, null]);
  await world.advance(5);
  expect(await received(world, 'ana@example.com')).toEqual([]);
});

test('each personalization fills the template with data of its own', async () => {
  const world = await sendgrid();
  const personalizations = ['Ana', 'Ben'].map((name) => ({
    ...to(`${name.toLowerCase()}@example.com`),
    dynamic_template_data: { name, total: '12 EUR' },
  }));
  await world.ask('POST', '/v3/mail/send', { personalizations, from: mail.from, template_id: receipt });
  await world.advance(5);
  expect(await received(world, 'ben@example.com')).toMatchObject([
    { body: 'Your receipt, Ben\nThank you, Ben. You paid 12 EUR.' },
  ]);
});

test('mailboxes refuse, put off and report; each leaves its events and its list', async () => {
  const { ask, control, advance } = await sendgrid();
  await control('POST', '/phones/gone@example.com', { delivery: 'failed' });
  await control('POST', '/phones/strict@example.com', { delivery: 'undelivered' });
  await control('POST', '/phones/busy@example.com', { delivery: 'sent' });
  const personalizations = [
    to('ana@example.com', 'gone@example.com', 'strict@example.com', 'busy@example.com', 'x@nowhere.invalid'),
  ];
  await ask('POST', '/v3/mail/send', { ...mail, personalizations });
  await advance(5);
  for (const event of ['open', 'click', 'spam_report'])
    await control('POST', '/email/events', { email: 'ana@example.com', event });
  const { body } = await ask('GET', '/v3/messages?limit=10');
  const events = await Promise.all(
    body.messages.map(async ({ to_email, msg_id }: { to_email: string; msg_id: string }) => {
      const one = await ask('GET', `/v3/messages/${msg_id}`);
      return [to_email, one.body.events.map((each: { event_name: string }) => each.event_name).join(' ')];
    }),
  );
  expect(Object.fromEntries(events)).toEqual({
    'ana@example.com': 'processed delivered opened clicked spam_report',
    'gone@example.com': 'processed bounced',
    'strict@example.com': 'processed bounced',
    'busy@example.com': 'processed deferred',
    'x@nowhere.invalid': 'dropped',
  });
  const listed = async (kind: string) => (await ask('GET', `/v3/suppression/${kind}`)).body;
  expect(await listed('bounces')).toMatchObject([{ email: 'gone@example.com', status: '5.1.1' }]);
  expect(await listed('blocks')).toMatchObject([{ email: 'strict@example.com', status: '5.7.1' }]);
  expect(await listed('spam_reports')).toMatchObject([{ email: 'ana@example.com' }]);
  expect(await listed('invalid_emails')).toMatchObject([{ email: 'x@nowhere.invalid' }]);
  const stats = await ask('GET', '/v3/stats?start_date=2026-11-02');
  expect(stats.body).toMatchObject([
    {
      date: '2026-11-02',
      stats: [
        {
          metrics: {
            requests: 5,
            processed: 4,
            delivered: 1,
            bounces: 1,
            blocks: 1,
            deferred: 1,
            invalid_emails: 1,
            unique_opens: 1,
          },
        },
      ],
    },
  ]);
});

test('a bounced address is dropped from then on, a blocked one is tried again', async () => {
  const world = await sendgrid();
  const { ask, control, advance } = world;
  await control('POST', '/phones/gone@example.com', { delivery: 'failed' });
  await control('POST', '/phones/strict@example.com', { delivery: 'undelivered' });
  const send = async () => {
    await ask('POST', '/v3/mail/send', {
      ...mail,
      personalizations: [to('gone@example.com', 'strict@example.com')],
    });
    await advance(5);
  };
  await send();
  for (const name of ['gone', 'strict'])
    await control('POST', `/phones/${name}@example.com`, { delivery: 'delivered' });
  await send();
  expect(await received(world, 'gone@example.com')).toEqual([]);
  expect(await received(world, 'strict@example.com')).toHaveLength(1);
  expect((await ask('DELETE', '/v3/suppression/bounces/gone@example.com')).status).toBe(204);
  expect((await ask('GET', '/v3/suppression/bounces/gone@example.com')).body).toEqual([]);
  expect((await ask('DELETE', '/v3/suppression/bounces/gone@example.com')).status).toBe(404);
  await send();
  expect(await received(world, 'gone@example.com')).toHaveLength(1);
});

test('unsubscribing from a group stops its email alone, from all stops everything', async () => {
  const world = await sendgrid();
  const { ask, control, advance } = world;
  const group = await ask('POST', '/v3/asm/groups', { name: 'Offers', description: 'News and offers' });
  const group_id: number = group.body.id;
  const send = async (asm?: object) => {
    await ask('POST', '/v3/mail/send', { ...mail, ...(asm && { asm }) });
    await advance(5);
    return (await received(world, 'ana@example.com')).length;
  };
  expect(await send({ group_id })).toBe(1);
  await control('POST', '/email/events', { email: 'ana@example.com', event: 'group_unsubscribe' });
  expect(await send({ group_id }), 'no more offers').toBe(1);
  expect(await send(), 'receipts go on').toBe(2);
  expect((await ask('GET', `/v3/asm/groups/${group_id}/suppressions`)).body).toEqual(['ana@example.com']);
  expect((await ask('GET', `/v3/asm/groups?id=${group_id}`)).body).toMatchObject([{ unsubscribes: 1 }]);
  await control('POST', '/email/events', { email: 'ana@example.com', event: 'unsubscribe' });
  expect(await send(), 'nothing any more').toBe(2);
  expect((await ask('GET', '/v3/asm/suppressions/global/ana@example.com')).body).toEqual({
    recipient_email: 'ana@example.com',
  });
  expect((await ask('DELETE', '/v3/asm/suppressions/global/ana@example.com')).status).toBe(204);
  expect((await ask('GET', '/v3/asm/suppressions/global/ana@example.com')).body).toEqual({});
  expect(await send()).toBe(3);
});

test('members of a group that is not there are unsubscribed from everything, as documented', async () => {
  const { ask } = await sendgrid();
  await ask('POST', '/v3/asm/groups/4711/suppressions', { recipient_emails: ['ana@example.com'] });
  expect((await ask('GET', '/v3/suppression/unsubscribes')).body).toMatchObject([
    { email: 'ana@example.com' },
  ]);
});

test('a batch is cancelled, or paused and let go, if ten minutes are left', async () => {
  const world = await sendgrid();
  const { ask, advance } = world;
  const scheduled = async (inSeconds: number) => {
    const { batch_id } = (await ask('POST', '/v3/mail/batch')).body;
    const now = (await world.control('GET', '/')).body.now;
    const send_at = Date.parse(now) / 1000 + inSeconds;
    await ask('POST', '/v3/mail/send', { ...mail, batch_id, send_at });
    return batch_id;
  };
  const stop = (batch_id: string, status: string) =>
    ask('POST', '/v3/user/scheduled_sends', { batch_id, status });
  const paused = await scheduled(3600);
  expect((await stop(paused, 'pause')).status).toBe(201);
  const again = await stop(paused, 'cancel');
  expect([again.status, again.body.errors]).toMatchObject([400, [{ field: 'batch_id' }]]);
  await advance(4000);
  expect(await received(world, 'ana@example.com')).toEqual([]);
  expect((await ask('DELETE', `/v3/user/scheduled_sends/${paused}`)).status).toBe(204);
  await advance(5);
  expect(await received(world, 'ana@example.com'), 'let go').toHaveLength(1);

  const cancelled = await scheduled(3600);
  await stop(cancelled, 'cancel');
  expect((await ask('GET', '/v3/user/scheduled_sends')).body).toEqual([
    { batch_id: cancelled, status: 'cancel' },
  ]);
  expect((await ask('GET', `/v3/user/scheduled_sends/${cancelled}`)).body).toHaveLength(1);
  await advance(4000);
  expect(await received(world, 'ana@example.com')).toHaveLength(1);

  const late = await scheduled(300);
  await stop(late, 'cancel');
  await advance(400);
  expect(await received(world, 'ana@example.com'), 'too late').toHaveLength(2);
  expect((await ask('GET', `/v3/mail/batch/${late}`)).body).toEqual({ batch_id: late });
  expect((await ask('GET', '/v3/mail/batch/none')).status).toBe(400);
});

test('what was paused for over 72 hours is not sent when it is let go', async () => {
  const world = await sendgrid();
  const { ask, advance } = world;
  const { batch_id } = (await ask('POST', '/v3/mail/batch')).body;
  await ask('POST', '/v3/mail/send', { ...mail, batch_id, send_at: Date.UTC(2026, 10, 2, 10) / 1000 });
  await ask('POST', '/v3/user/scheduled_sends', { batch_id, status: 'pause' });
  await advance(74 * 3600);
  await ask('DELETE', `/v3/user/scheduled_sends/${batch_id}`);
  await advance(5);
  expect(await received(world, 'ana@example.com')).toEqual([]);
});

test('templates have versions, of which the last active one counts', async () => {
  const { ask } = await sendgrid();
  const made = await ask('POST', '/v3/templates', { name: 'Reminder', generation: 'dynamic' });
  const { id } = made.body;
  expect(id).toMatch(/^d-[0-9a-f]{32}$/);
  for (const name of ['One', 'Two'])
    await ask('POST', `/v3/templates/${id}/versions`, {
      name,
      subject: name,
      html_content: `<b>${name}</b>`,
    });
  const { body } = await ask('GET', `/v3/templates/${id}`);
  expect(body.versions).toMatchObject([
    { name: 'One', active: 0, plain_content: 'One' },
    { name: 'Two', active: 1 },
  ]);
  expect((await ask('POST', '/v3/templates', {})).body.errors).toMatchObject([{ field: 'name' }]);
  expect((await ask('GET', '/v3/templates')).status, 'a page size is required').toBe(400);
});

test('pages of templates are linked, pages of suppressions counted', async () => {
  const { ask } = await sendgrid();
  for (const name of ['One', 'Two']) await ask('POST', '/v3/templates', { name, generation: 'dynamic' });
  const first = await ask('GET', '/v3/templates?generations=dynamic&page_size=2');
  expect(first.body._metadata).toMatchObject({ count: 3 });
  const next = new URL(first.body._metadata.next);
  const second = await ask('GET', `${next.pathname}${next.search}`);
  expect(second.body.result).toMatchObject([{ name: 'Receipt' }]);
  expect(second.body._metadata.next).toBeUndefined();

  const recipient_emails = ['a@example.com', 'b@example.com', 'c@example.com'];
  await ask('POST', '/v3/asm/suppressions/global', { recipient_emails });
  const page = async (search: string) => (await ask('GET', `/v3/suppression/unsubscribes?${search}`)).body;
  expect(await page('limit=2')).toHaveLength(2);
  expect(await page('limit=2&offset=2')).toMatchObject([{ email: 'a@example.com' }]);
  expect((await ask('GET', '/v3/suppression/unsubscribes?limit=501')).status).toBe(400);
});

test('senders, domains and validation are as described', async () => {
  const { ask } = await sendgrid();
  expect((await ask('GET', '/v3/verified_senders?limit=1&lastSeenID=1')).body.results).toMatchObject([
    { id: 2, verified: false },
  ]);
  expect((await ask('GET', '/v3/whitelabel/domains?limit=1')).body).toMatchObject([{ valid: true }]);
  expect(
    (await ask('POST', '/v3/validations/email', { email: 'ana@mailinator.com' })).body.result,
  ).toMatchObject({
    verdict: 'Risky',
    checks: { domain: { is_suspected_disposable_address: true } },
  });
});

test.each([
  ["bad_field='x'", "invalid syntax: 'bad_field' is not a known field"],
  ['to_email="a@example.com" OR subject="x"', /^invalid syntax/],
  ['last_event_time > TIMESTAMP "soon"', /not a timestamp/],
])('the activity query %s is refused', async (query, message) => {
  const { ask } = await sendgrid();
  const { status, body } = await ask('GET', `/v3/messages?query=${encodeURIComponent(query)}`);
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([
    { message: typeof message === 'string' ? message : expect.stringMatching(message) },
  ]);
});

test('activity is compared by time and joined by AND', async () => {
  const { ask, advance } = await sendgrid();
  await ask('POST', '/v3/mail/send', mail);
  await advance(3600);
  await ask('POST', '/v3/mail/send', { ...mail, subject: 'Later AND more' });
  await advance(5);
  const found = async (query: string) =>
    (await ask('GET', `/v3/messages?query=${encodeURIComponent(query)}`)).body.messages.length;
  const [nine, half] = ['2026-11-02T09:00:00Z', '2026-11-02T09:30:00Z'];
  expect(await found(`last_event_time BETWEEN TIMESTAMP "${nine}" AND TIMESTAMP "${half}"`)).toBe(1);
  expect(await found(`to_email="ana@example.com" AND last_event_time > TIMESTAMP "${half}"`)).toBe(1);
  expect(await found('subject="Later AND more" AND status!="processed"')).toBe(1);
  expect(await found(`last_event_time < TIMESTAMP "${nine}"`)).toBe(0);
  expect((await ask('GET', '/v3/messages/none')).body.errors).toMatchObject([
    { message: 'not found', field: 'message_id' },
  ]);
});

test('statistics come by day, week and month, for all and by category', async () => {
  const { ask, advance } = await sendgrid();
  await ask('POST', '/v3/mail/send', { ...mail, categories: ['receipts'] });
  await advance(5);
  const days = (await ask('GET', '/v3/stats?start_date=2026-11-01&end_date=2026-11-03')).body;
  expect(days.map((each: { date: string }) => each.date)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03']);
  expect(days[1].stats[0].metrics).toMatchObject({ requests: 1, delivered: 1 });
  const search = 'start_date=2026-10-15&end_date=2026-11-30&categories=receipts&categories=offers';
  const months = (await ask('GET', `/v3/categories/stats?${search}&aggregated_by=month`)).body;
  expect(months).toMatchObject([
    { date: '2026-10-15' },
    {
      date: '2026-11-01',
      stats: [
        { type: 'category', name: 'receipts', metrics: { requests: 1 } },
        { name: 'offers', metrics: { requests: 0 } },
      ],
    },
  ]);
  expect((await ask('GET', '/v3/stats')).body.errors).toMatchObject([{ field: 'start_date' }]);
});

test('a recipient can only act on an email that came', async () => {
  const { control } = await sendgrid();
  const { status, body } = await control('POST', '/email/events', {
    email: 'ana@example.com',
    event: 'open',
  });
  expect([status, body.error]).toEqual([400, 'No email reached this address.']);
});
