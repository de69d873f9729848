// Email through the front door: sent, scheduled and cancelled, refused before and by SendGrid.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const receipt = `d-${'1'.padStart(32, '0')}`;

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

async function mailbox(address: string): Promise<Row[]> {
  return rows(await world.control('GET', `/phones/${address}/messages`), 'messages');
}

/** The JSON of the last request to mail/send, as it went over the wire. */
function wire(): unknown {
  const sent = world.emulator.emulator.requests().filter(({ path }) => path === '/v3/mail/send');
  return sent.at(-1)?.params;
}

async function served() {
  return { filename: 'terms.txt', type: 'text/plain', base64: 'dGVybXM=' };
}

function inHours(hours: number): string {
  return new Date(world.emulator.emulator.world.clock.now() + hours * 3_600_000).toISOString();
}

describe.each(kinds)('with a %s client', (kind) => {
  it('sends an email with a file, and it arrives', async () => {
    world = await createWorld({ kind });
    const file = { filename: 'receipt.txt', type: 'text/plain', content: 'SGVsbG8=' };
    const answer = await world.ok('email_send', {
      ...mail,
      from_name: 'Example Shop',
      reply_to: 'help@example.com',
      html: '<p>Thank you.</p>',
      attachments: [file],
      categories: ['receipts'],
    });
    expect(answer).toMatchObject({ accepted: true, outcome: 'queued' });
    expect(wire()).toEqual({
      personalizations: [{ to: [{ email: 'ana@example.com' }] }],
      from: { email: 'shop@example.com', name: 'Example Shop' },
      reply_to: { email: 'help@example.com' },
      subject: 'Your receipt',
      content: [
        { type: 'text/plain', value: 'Thank you.' },
        { type: 'text/html', value: '<p>Thank you.</p>' },
      ],
      attachments: [file],
      categories: ['receipts'],
    });
    await world.advance(5);
    expect(await mailbox('ana@example.com')).toMatchObject([
      { kind: 'email', from: 'shop@example.com', body: 'Your receipt\nThank you.', media: ['receipt.txt'] },
    ]);
  });

  it('takes files from the folder and the host that the owner allows, and tells the ID of the send', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-receipts-'));
    writeFileSync(join(folder, '1042.pdf'), 'hello');
    const allowed = {
      TWILIO_MCP_ATTACHMENT_FOLDERS: folder,
      TWILIO_MCP_ATTACHMENT_HOSTS: 'files.example.com',
    };
    world = await createWorld({ kind, env: allowed, files: { download: served } });
    const url = 'https://files.example.com/terms.txt';
    const attachments = [
      { path: '1042.pdf', type: 'application/pdf' },
      { url, filename: 'Terms.txt' },
    ];
    const sent = await world.ok('email_send', { ...mail, attachments });
    expect(wire()).toMatchObject({
      attachments: [
        { filename: '1042.pdf', type: 'application/pdf', content: 'aGVsbG8=' },
        { filename: 'Terms.txt', type: 'text/plain', content: 'dGVybXM=' },
      ],
    });
    await world.advance(5);
    const found = await world.ok('email_list_messages', { message_id: sent['message_id'] });
    expect(found['messages']).toMatchObject([{ to_email: 'ana@example.com', status: 'delivered' }]);
  });

  it('fills a template for each recipient alone', async () => {
    world = await createWorld({ kind });
    await world.ok('email_send', {
      to: ['ana@example.com', 'ben@example.com'],
      separately: true,
      from: 'orders@shop.example.com',
      template_id: receipt,
      template_data: { name: 'friend', total: '12 EUR' },
    });
    expect(wire()).toMatchObject({
      personalizations: [
        { to: [{ email: 'ana@example.com' }], dynamic_template_data: { name: 'friend' } },
        { to: [{ email: 'ben@example.com' }] },
      ],
    });
    await world.advance(5);
    for (const address of ['ana@example.com', 'ben@example.com'])
      expect(await mailbox(address)).toMatchObject([
        { body: 'Your receipt, friend\nThank you, friend. You paid 12 EUR.' },
      ]);
  });

  it('schedules a batch, pauses it and cancels it', async () => {
    world = await createWorld({ kind });
    const { ok, no } = world;
    const { batch_id } = await ok('email_create_batch');
    expect(await ok('email_send', { ...mail, send_at: inHours(1), batch_id })).toMatchObject({
      outcome: 'scheduled',
    });
    expect(await ok('email_cancel_batch', { batch_id, status: 'pause' })).toMatchObject({ status: 'pause' });
    expect(await ok('email_cancel_batch', { batch_id }), 'a status is changed').toEqual({
      batch_id,
      status: 'cancel',
    });
    expect(rows(await ok('email_list_scheduled', {}), 'batches')).toEqual([{ batch_id, status: 'cancel' }]);
    await world.advance(7200);
    expect(await mailbox('ana@example.com')).toEqual([]);
    expect(await no('email_cancel_batch', { batch_id: 'unknown' })).toMatch(
      /^PROVIDER_REJECTED.*HTTP 400[\s\S]*invalid batch id/,
    );
  });
});

describe('a scheduled email', () => {
  it('goes out at its time when nobody stops it', async () => {
    world = await createWorld();
    await world.ok('email_send', { ...mail, send_at: inHours(71.9) });
    await world.advance(71 * 3600);
    expect(await mailbox('ana@example.com')).toEqual([]);
    await world.advance(3600);
    expect(await mailbox('ana@example.com')).toHaveLength(1);
  });

  it.each([
    [73, /send_at is over 72 hours ahead/],
    [-1, /send_at is in the past/],
  ])('is refused %i hours from now, before anything is sent', async (hours, reason) => {
    world = await createWorld();
    const text = await world.no('email_send', { ...mail, send_at: inHours(hours) });
    expect(text).toMatch(/^INVALID_INPUT/);
    expect(text).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });
});

describe('an email', () => {
  const many = Array.from({ length: 999 }, (_, index) => `person${index}@example.com`);

  it.each([
    ['nothing in it', { text: undefined }, /give text, html or template_id/],
    ['no subject', { subject: undefined }, /subject is missing/],
    ['a second line in the subject', { subject: 'a\r\nBcc: eve@example.com' }, /subject must be one line/],
    ['an address that is none', { to: ['ana'] }, /to\.0 must be an email address/],
    ['somebody named twice', { cc: ['ANA@example.com'] }, /twice/],
    ['over 1000 recipients', { cc: many, bcc: ['last@example.com'] }, /over 1000 recipients/],
    ['a copy for each of many', { separately: true, cc: ['ben@example.com'] }, /do not go together/],
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
    ['a file from two places', { attachments: [{ content: 'SGVsbG8=', path: 'a' }] }, /one of them/],
    ['a file from nowhere', { attachments: [{ filename: 'a' }] }, /give content, path or url/],
    ['a file without a name', { attachments: [{ content: 'SGVsbG8=' }] }, /filename is missing/],
    ['a file by http', { attachments: [{ url: 'http://files.example.com/a' }] }, /must be an https URL/],
    ['an unknown field', { recipients: ['ana@example.com'] }, /"recipients" is not a field/],
  ])('is refused with %s, before anything is sent', async (_, change, reason) => {
    world = await createWorld();
    const input = Object.fromEntries(
      Object.entries({ ...mail, ...change }).filter(([, value]) => value !== undefined),
    );
    const text = await world.no('email_send', input);
    expect(text).toMatch(/^INVALID_INPUT/);
    expect(text).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it.each([
    ['a path outside the allowed folder', { path: '/etc/passwd' }],
    ['a path that climbs', { path: '../secret.txt' }],
    ['a host that is not allowed', { url: 'https://evil.example.net/a' }],
  ])('is refused with %s, and says how the owner may allow it', async (_, attachment) => {
    world = await createWorld();
    const text = await world.no('email_send', { ...mail, attachments: [attachment] });
    expect(text).toMatch(/^REFUSED/);
    expect(text).toMatch(/base64|TWILIO_MCP_ATTACHMENT|plain path/);
    expect(world.requests()).toEqual([]);
  });

  it('gives each file the room that the ones before it leave', async () => {
    const rooms: number[] = [];
    const take = async (_: string, mostBytes: number) => {
      rooms.push(mostBytes);
      return { filename: 'a.bin', base64: 'QUJD'.repeat(5_000_000) };
    };
    world = await createWorld({ files: { read: take } });
    const attachments = [{ path: 'a.bin' }, { path: 'b.bin' }];
    expect(await world.no('email_send', { ...mail, attachments })).toContain('over 30 MB');
    expect(rooms.map((each) => Math.round(each / 100_000))).toEqual([225, 75]);
    expect(world.requests()).toEqual([]);
  });

  it('may weigh just under 30 MB with its files, and no more', async () => {
    world = await createWorld();
    const file = (bytes: number) => ({
      filename: 'film.bin',
      type: 'application/octet-stream',
      content: 'QUJD'.repeat(Math.floor(bytes / 4)),
    });
    expect(await world.no('email_send', { ...mail, attachments: [file(30_000_000)] })).toMatch(/over 30 MB/);
    expect(world.requests()).toEqual([]);
    expect(await world.ok('email_send', { ...mail, attachments: [file(29_990_000)] })).toMatchObject({
      accepted: true,
    });
  });

  it.each([
    [
      'a sender that is not verified',
      { from: 'stranger@example.com' },
      /HTTP 403[\s\S]*verified Sender Identity/,
    ],
    ['a domain that is not valid yet', { from: 'hello@new.example.net' }, /HTTP 403/],
    ['a template that is not there', { template_id: `d-${'f'.repeat(32)}` }, /HTTP 400[\s\S]*template_id/],
    ['a group that is not there', { unsubscribe_group: 4711 }, /HTTP 400[\s\S]*asm\.group_id/],
    ['a batch that is not there', { batch_id: 'nothing' }, /HTTP 400[\s\S]*batch_id/],
  ])('is refused by SendGrid with %s', async (_, change, reason) => {
    world = await createWorld();
    expect(await world.no('email_send', { ...mail, ...change })).toMatch(reason);
  });

  it('is never sent twice when the answer is lost; the agent is told where to look', async () => {
    world = await createWorld();
    await world.control('POST', '/faults', { kind: 'lost-reply', method: 'POST' });
    const text = await world.no('email_send', mail);
    expect(text).toMatch(/^OUTCOME_UNKNOWN/);
    expect(text).toContain('email_list_messages');
    expect(world.requests('POST')).toHaveLength(1);
  });

  it('needs a key, and says which setting', async () => {
    world = await createWorld({ env: { SENDGRID_API_KEY: '' } });
    expect(await world.no('email_send', mail)).toMatch(/^CREDENTIALS_MISSING[\s\S]*SENDGRID_API_KEY/);
  });

  it('is refused with a wrong key', async () => {
    world = await createWorld({ env: { SENDGRID_API_KEY: 'not-the-key-it-knows' } });
    const text = await world.no('email_send', mail);
    expect(text).toMatch(/^AUTHENTICATION_FAILED[\s\S]*SENDGRID_API_KEY/);
    expect(text).not.toContain('not-the-key-it-knows');
  });

  it('is checked and not sent in sandbox mode', async () => {
    world = await createWorld();
    expect(await world.ok('email_send', { ...mail, sandbox: true })).toMatchObject({ outcome: 'checked' });
    await world.advance(5);
    expect(await mailbox('ana@example.com')).toEqual([]);
  });

  it('is shown and not sent in a dry run', async () => {
    world = await createWorld({ env: { TWILIO_MCP_MODE: 'dry-run' } });
    const { request } = await world.ok('email_send', mail);
    expect(request).toMatchObject({ method: 'POST', body: expect.stringContaining('ana@example.com') });
    expect(world.requests()).toEqual([]);
  });

  it('leaves masked recipients in the log, one line before and one after', async () => {
    world = await createWorld();
    await world.ok('email_send', { ...mail, bcc: ['archive@example.com'] });
    const audited = world.log.filter((line) => line.includes('"operation":"email_send_mail"'));
    expect(audited).toHaveLength(2);
    expect(audited[0]).toContain('"recipients":2');
    expect(world.log.join('\n')).not.toContain('ana@example.com');
  });
});
