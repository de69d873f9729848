// What SendGrid and Proxy tell by themselves, once they know where: signed, heard, and minded by the next send.
import { expect, it, onTestFinished } from 'vitest';
import { sendgridPublicKey } from '../../src/emulator/sendgrid-key.ts';
import { createHearingWorld } from '../support/hearing.ts';
import { agree, PERSON } from '../support/world.ts';

async function hearing() {
  const env = {
    TWILIO_MCP_TOOLSETS: 'default,email,inbox,proxy,account',
    TWILIO_MCP_SENDGRID_WEBHOOK_KEYS: sendgridPublicKey,
  };
  const world = await createHearingWorld({ env });
  onTestFinished(() => world.close());
  const run = (operation: string, input: object) => world.ok('run_operation', { operation, input });
  const told = async (type: string) => {
    const { events } = await world.ok('inbox_list_events', { types: [type] });
    return (Array.isArray(events) ? events : []).map(({ contact, status }) => [contact, status]);
  };
  return { ...world, run, told };
}

it('SendGrid: what becomes of an email; a spam report ends all mail to that address', async () => {
  const world = await hearing();
  const ana = 'ana@example.org';
  await agree(world.app, [ana]);
  const url = world.url.replace(/twilio$/, 'sendgrid');
  const flags = { processed: true, delivered: true, open: false, spam_report: true };
  const made = await world.run('sendgrid_webhooks_v3.CreateEventWebhook', { url, enabled: true, ...flags });
  await world.run('sendgrid_webhooks_v3.UpdateSignedEventWebhook', { id: made['id'], enabled: true });
  const mail = { to: [ana], from: 'shop@example.com', subject: 'Order 1042', text: 'It has shipped.' };
  await world.ok('email_send', mail);
  await world.advance(5);
  await world.control('POST', '/email/events', { email: ana, event: 'open' });
  expect(await world.told('email')).toEqual([
    [ana, 'delivered'],
    [ana, 'processed'],
  ]);
  await world.control('POST', '/email/events', { email: ana, event: 'spam_report' });
  await expect.poll(async () => (await world.told('email'))[0]).toEqual([ana, 'spamreport']);
  expect(await world.no('email_send', { ...mail, subject: 'Order 1043' })).toMatch(/consent\.revoked/);
  await world.run('sendgrid_webhooks_v3.DeleteEventWebhook', { id: made['id'] });
});

it('Proxy: a message into a session, to the callback URL of the service', async () => {
  const world = await hearing();
  const service = await world.run('proxy_v1.CreateService', {
    UniqueName: 'deliveries',
    CallbackUrl: world.url,
  });
  const service_sid = service['sid'];
  const { incoming_phone_numbers: owned } = await world.ok('account_list_numbers', {});
  const number_sid: unknown = Array.isArray(owned) ? owned[0].sid : undefined;
  await world.ok('proxy_add_number', { service_sid, number_sid });
  const session = await world.ok('proxy_create_session', { service_sid, unique_name: 'delivery-1042' });
  const at = { service_sid, session_sid: session['sid'] };
  const driver = await world.ok('proxy_add_participant', { ...at, identifier: PERSON });
  await world.ok('proxy_send_message', { ...at, participant_sid: driver['sid'], body: 'Two minutes away.' });
  await world.advance(5);
  await expect
    .poll(async () => (await world.told('proxy')).map(([, status]) => status))
    .toEqual(['delivered']);
});
