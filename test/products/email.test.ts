// Email through the front door: sent, scheduled and cancelled, refused; who cannot be reached, and why.
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

const mailbox = (address: string) => world.control('GET', `/phones/${address}/messages`);

describe.each(kinds)('with a %s client', (kind) => {
  it('sends an email with a file, and it arrives', async () => {
    world = await createWorld({ kind });
    const file = { filename: 'receipt.txt', type: 'text/plain', content: 'SGVsbG8=' };
    expect(
      await world.ok('email_send', {
        ...mail,
        html: '<p>Thank you.</p>',
        attachments: [file],
        categories: ['receipts'],
      }),
    ).toMatchObject({ accepted: true });
    await world.advance(5);
    expect((await mailbox('ana@example.com'))['messages']).toMatchObject([
      { body: expect.stringContaining('Your receipt') },
    ]);
  });

  it('schedules a batch and cancels it', async () => {
    world = await createWorld({ kind });
    const { ok, no, emulator } = world;
    const { batch_id } = await ok('email_create_batch');
    const send_at = new Date(emulator.emulator.world.clock.now() + 3_600_000).toISOString();
    await ok('email_send', { ...mail, send_at, batch_id });
    expect(await ok('email_cancel_batch', { batch_id })).toMatchObject({ status: 'cancel' });
    expect(rows(await ok('email_list_scheduled'), 'batches')).toMatchObject([{ batch_id, status: 'cancel' }]);
    await world.advance(7200);
    expect((await mailbox('ana@example.com'))['messages']).toEqual([]);
    expect(await no('email_cancel_batch', { batch_id: 'unknown' })).toMatch(/PROVIDER_REJECTED.*HTTP 400/);
  });

  it('learns who cannot be reached', async () => {
    world = await createWorld({ kind });
    const { ok, no, control } = world;
    await control('POST', '/phones/ana@example.com', { delivery: 'failed' });
    await ok('email_send', mail);
    await world.advance(5);
    const [bounce] = rows(await ok('email_list_suppressions', { kind: 'bounces' }), 'suppressions');
    expect(bounce).toMatchObject({ email: 'ana@example.com' });
    expect(bounce?.['reason']).toMatch(/never instructions/);
    expect(await ok('email_remove_suppression', { kind: 'bounces', email: 'ana@example.com' })).toMatchObject(
      { deleted: true },
    );
    expect(await no('email_remove_suppression', { kind: 'bounces', email: 'ana@example.com' })).toMatch(
      /^NOT_FOUND/,
    );
  });
});

describe('an email', () => {
  it.each([
    ['nothing in it', { text: undefined }, /give text, html or template_id/],
    ['no subject', { subject: undefined }, /subject is missing/],
    ['an address that is none', { to: ['ana'] }, /to\.0 must be an email address/],
    ['somebody named twice', { cc: ['ANA@example.com'] }, /twice/],
    ['data without a template', { template_data: { name: 'Ana' } }, /belongs to a template/],
    [
      'a path as file name',
      { attachments: [{ filename: '../a', type: 'text/plain', content: 'SGVsbG8=' }] },
      /plain file name/,
    ],
    [
      'a file that is no base64',
      { attachments: [{ filename: 'a', type: 'text/plain', content: '%%%%' }] },
      /base64/,
    ],
  ])('is refused with %s, before anything is sent', async (_, change, reason) => {
    world = await createWorld();
    const input = Object.fromEntries(
      Object.entries({ ...mail, ...change }).filter(([, value]) => value !== undefined),
    );
    expect(await world.no('email_send', input)).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it('is refused by SendGrid from a sender that is not verified', async () => {
    world = await createWorld();
    expect(await world.no('email_send', { ...mail, from: 'stranger@example.com' })).toMatch(
      /HTTP 403[\s\S]*verified Sender Identity/,
    );
  });

  it('is never sent twice when the answer is lost', async () => {
    world = await createWorld();
    await world.control('POST', '/faults', { kind: 'lost-reply', method: 'POST' });
    expect(await world.no('email_send', mail)).toMatch(/^OUTCOME_UNKNOWN/);
    expect(world.requests('POST')).toHaveLength(1);
  });

  it('needs a key, and says which setting', async () => {
    world = await createWorld({ env: { SENDGRID_API_KEY: '' } });
    expect(await world.no('email_send', mail)).toMatch(/^CREDENTIALS_MISSING[\s\S]*SENDGRID_API_KEY/);
  });

  it('is checked and not sent in sandbox mode', async () => {
    world = await createWorld();
    expect(await world.ok('email_send', { ...mail, sandbox: true })).toMatchObject({ accepted: true });
    await world.advance(5);
    expect((await mailbox('ana@example.com'))['messages']).toEqual([]);
  });
});

describe('groups, templates and senders', () => {
  it('are there', async () => {
    world = await createWorld();
    const { ok } = world;
    const group = await ok('email_create_group', { name: 'Offers', description: 'News and offers' });
    expect(
      await ok('email_add_group_member', { group: group['id'], recipient_emails: ['ana@example.com'] }),
    ).toMatchObject({ recipient_emails: ['ana@example.com'] });
    expect(rows(await ok('email_list_groups'), 'groups')).toMatchObject([
      { name: 'Offers', unsubscribes: 1 },
    ]);
    expect(rows(await ok('email_list_templates', {}), 'result')).toMatchObject([{ name: 'Receipt' }]);
    expect(rows(await ok('email_list_senders', {}), 'results')).toMatchObject([
      { from_email: 'shop@example.com', verified: true },
    ]);
  });
});
