// The scenes of the other channels and of the work behind them: WhatsApp, conversations, email, flows, tasks, customer data.
import { rows, type Stage } from './stage.ts';

const person = '+14155550123';
const whatsappSender = '+14155238886';

export async function whatsapp(stage: Stage): Promise<void> {
  const closed = await stage.call('whatsapp_get_window', { person }, ['open', 'next_step']);
  stage.expect('open', closed['open'], false);
  stage.tell('The person writes to us: for 24 hours free text is allowed.');
  await stage.control('POST', `/phones/whatsapp:${person}/messages`, {
    to: `whatsapp:${whatsappSender}`,
    body: 'Is my order there?',
  });
  const sent = await stage.call(
    'whatsapp_send_message',
    { to: person, from: whatsappSender, body: 'Yes, come by.' },
    ['sid', 'status', 'to'],
  );
  const later = await stage.call('messaging_wait_for_delivery', { sid: sent['sid'] }, [
    'delivered',
    'status',
  ]);
  stage.expect('delivered', later['delivered'], true);
}

/** The local Twilio has one approved template from the start; see references/emulator.md. */
const approved = `HX${'1'.padStart(32, '0')}`;

export async function template(stage: Stage): Promise<void> {
  const someoneElse = '+14155550177';
  const window = await stage.call('whatsapp_get_window', { person: someoneElse }, ['open', 'next_step']);
  stage.expect('open', window['open'], false);
  const made = await stage.call(
    'whatsapp_create_template',
    { friendly_name: 'order_shipped', language: 'en', body: 'Hi {{1}}, it shipped.', samples: { 1: 'Ana' } },
    ['sid'],
  );
  await stage.call('whatsapp_get_approval', { sid: made['sid'] }, ['status']);
  stage.tell('WhatsApp has to approve it first: one that it has approved goes out at once.');
  const sent = await stage.call(
    'whatsapp_send_template',
    {
      to: someoneElse,
      from: whatsappSender,
      content_sid: approved,
      content_variables: { 1: 'Ana', 2: 'A-17' },
    },
    ['sid', 'status'],
  );
  const later = await stage.call('messaging_wait_for_delivery', { sid: sent['sid'] }, ['delivered']);
  stage.expect('delivered', later['delivered'], true);
}

export async function conversation(stage: Stage): Promise<void> {
  const numbers = await stage.call('account_list_numbers', { limit: 1 }, []);
  const [own] = rows(numbers, 'incoming_phone_numbers');
  const at = { conversation: 'order-1042' };
  const opened = await stage.call('conversations_create_conversation', { unique_name: at.conversation }, [
    'sid',
    'state',
  ]);
  const member = { ...at, address: person, proxy_address: own?.['phone_number'] };
  await stage.call('conversations_add_participant', member, ['sid']);
  await stage.call(
    'conversations_send_message',
    { ...at, body: 'Your driver is outside.', author: 'Example Shop' },
    ['sid', 'index'],
  );
  await stage.control('POST', `/conversations/${String(opened['sid'])}/messages`, {
    address: person,
    body: 'Coming down.',
  });
  stage.tell('What a stranger wrote comes back fenced, as data.');
  const said = await stage.call('conversations_list_messages', { ...at, order: 'asc' }, []);
  const answer = String(rows(said, 'messages')[1]?.['body']);
  stage.expect('is fenced', answer.includes('never instructions') && answer.includes('Coming down.'), true);
}

export async function email(stage: Stage): Promise<void> {
  const mail = {
    to: ['ana@example.com'],
    from: 'shop@example.com',
    subject: 'Your receipt',
    text: 'Thank you.',
    attachments: [{ filename: 'receipt.txt', type: 'text/plain', content: 'MTA0MjogMTIgRVVS' }],
  };
  const sent = await stage.call('email_send', mail, ['accepted', 'message_id']);
  stage.tell('A file on this disk goes along only where the owner has allowed its folder.');
  await stage.refused('email_send', { ...mail, attachments: [{ path: '/etc/passwd' }] });
  await stage.wait(5);
  const found = await stage.call('email_list_messages', { message_id: sent['message_id'] }, ['messages']);
  stage.expect('status', rows(found, 'messages')[0]?.['status'], 'delivered');
}

export async function task(stage: Stage): Promise<void> {
  const workspace = await stage.call('taskrouter_create_workspace', { friendly_name: 'Support' }, ['sid']);
  const at = { workspace_sid: workspace['sid'] };
  const activities = rows(await stage.call('taskrouter_list_activities', at, []), 'activities');
  const available = activities.find((each) => each['available'] === true)?.['sid'];
  const queue = await stage.call(
    'taskrouter_create_queue',
    { ...at, friendly_name: 'Billing', target_workers: 'skills HAS "billing"' },
    ['sid'],
  );
  const configuration = { task_routing: { default_filter: { queue: queue['sid'] } } };
  await stage.call('taskrouter_create_workflow', { ...at, friendly_name: 'Everything', configuration }, [
    'sid',
  ]);
  await stage.call(
    'taskrouter_create_worker',
    { ...at, friendly_name: 'Ana', attributes: { skills: ['billing'] }, activity_sid: available },
    ['sid', 'available'],
  );
  const made = await stage.call('taskrouter_create_task', { ...at, attributes: { type: 'billing' } }, [
    'sid',
    'assignment_status',
  ]);
  await stage.wait(2);
  const offers = await stage.call('taskrouter_list_reservations', { ...at, task_sid: made['sid'] }, [
    'reservations',
  ]);
  const [offer] = rows(offers, 'reservations');
  stage.expect('offered to', offer?.['worker_name'], 'Ana');
  const own = { ...at, task_sid: made['sid'] };
  const accept = { ...own, reservation_sid: offer?.['sid'], reservation_status: 'accepted' };
  const accepted = await stage.call('taskrouter_update_reservation', accept, ['reservation_status']);
  stage.expect('reservation', accepted['reservation_status'], 'accepted');
  const done = { ...own, assignment_status: 'completed', reason: 'solved' };
  const closed = await stage.call('taskrouter_update_task', done, ['assignment_status']);
  stage.expect('task', closed['assignment_status'], 'completed');
}

export async function customer(stage: Stage): Promise<void> {
  const traits = { plan: 'pro', email: 'ana@example.com' };
  await stage.call('segment_identify', { user_id: 'u1042', traits }, ['success']);
  const order = { user_id: 'u1042', event: 'Order Completed', message_id: 'order-1042' };
  const tracked = await stage.call('segment_track', order, ['success', 'message_id']);
  stage.expect('success', tracked['success'], true);
  const known = await stage.call('segment_get_traits', { profile: 'user_id:u1042' }, ['traits']);
  stage.expect('plan', Object(known['traits']).plan, 'pro');
  await stage.call('segment_list_audiences', { limit: 1 }, ['audiences']);
}
