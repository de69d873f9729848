// WhatsApp through the front door: the window, free text inside it, templates at any time, and their approval.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, PERSON, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

const sender = '+14155238886';
const seeded = `HX${'1'.padStart(32, '0')}`;

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

const writesIn = () =>
  world.control('POST', `/phones/whatsapp:${PERSON}/messages`, {
    to: `whatsapp:${sender}`,
    body: 'Is my order there?',
  });

describe.each(kinds)('with a %s client', (kind) => {
  it('writes freely only while the window is open', async () => {
    world = await createWorld({ kind });
    const { ok, advance } = world;
    const text = { to: PERSON, from: sender, body: 'Yes, come by.' };
    expect(await ok('whatsapp_get_window', { person: PERSON })).toMatchObject({
      open: false,
      next_step: expect.stringContaining('whatsapp_send_template'),
    });
    expect(await world.no('whatsapp_send_message', text)).toMatch(
      /whatsapp\.window[\s\S]*whatsapp_send_template/,
    );
    expect(world.requests('POST')).toEqual([]);
    await writesIn();
    expect(await ok('whatsapp_get_window', { person: PERSON, sender })).toMatchObject({ open: true });
    const inside = await ok('whatsapp_send_message', text);
    expect(inside).toMatchObject({ to: `whatsapp:${PERSON}`, from: `whatsapp:${sender}` });
    expect(await ok('messaging_wait_for_delivery', { sid: inside['sid'] })).toMatchObject({
      delivered: true,
    });
    await advance(86_400);
    expect(await ok('whatsapp_get_window', { person: PERSON })).toMatchObject({ open: false });
  });

  it('sends an approved template at any time', async () => {
    world = await createWorld({ kind });
    const { ok, no } = world;
    const sent = await ok('whatsapp_send_template', {
      to: PERSON,
      from: sender,
      content_sid: seeded,
      content_variables: { 1: 'Ana', 2: 'A-17' },
    });
    expect(await ok('messaging_wait_for_delivery', { sid: sent['sid'] })).toMatchObject({ delivered: true });
    expect(
      await no('whatsapp_send_template', {
        to: PERSON,
        from: sender,
        content_sid: seeded,
        content_variables: { 1: '' },
      }),
    ).toMatch(/must not be empty/);
  });

  it('makes a template, submits it, and follows its approval', async () => {
    world = await createWorld({ kind });
    const { ok, no, advance } = world;
    const made = await ok('whatsapp_create_template', {
      friendly_name: 'order_shipped',
      language: 'en',
      body: 'Hi {{1}}, it shipped.',
      samples: { 1: 'Ana' },
    });
    expect(made).toMatchObject({ friendly_name: 'order_shipped', variables: { 1: 'Ana' } });
    const { sid } = made;
    expect(await ok('whatsapp_get_approval', { sid })).toMatchObject({ status: 'unsubmitted' });
    expect(
      await ok('whatsapp_submit_template', { sid, name: 'order_shipped', category: 'UTILITY' }),
    ).toMatchObject({ status: 'received' });
    await advance(301);
    expect(await ok('whatsapp_get_approval', { sid })).toMatchObject({
      status: 'approved',
      category: 'UTILITY',
    });
    expect(rows(await ok('whatsapp_list_templates', {}), 'contents')).toHaveLength(2);
    expect(await ok('whatsapp_get_template', { sid })).toMatchObject({
      types: { 'twilio/text': { body: 'Hi {{1}}, it shipped.' } },
    });
    expect(await ok('whatsapp_delete_template', { sid })).toMatchObject({ deleted: true });
    expect(await no('whatsapp_get_template', { sid })).toMatch(/^NOT_FOUND/);
  });
});

describe('before anything is sent', () => {
  it.each([
    ['a placeholder without sample', { body: 'Hi {{1}} there' }, /needs a sample for 1/],
    [
      'a placeholder at the end',
      { body: 'Hi {{1}}', samples: { 1: 'Ana' } },
      /must not begin or end with a placeholder/,
    ],
    [
      'buttons beside a picture',
      { body: 'Hi', media_urls: ['https://example.com/a.jpg'], quick_replies: ['Yes'] },
      /does not go with media_urls/,
    ],
  ])('a template is refused for %s', async (_, input, reason) => {
    world = await createWorld();
    expect(
      await world.no('whatsapp_create_template', { friendly_name: 'x', language: 'en', ...input }),
    ).toMatch(reason);
    expect(world.requests()).toEqual([]);
  });

  it('a message asks for a sender', async () => {
    world = await createWorld();
    expect(await world.no('whatsapp_send_message', { to: PERSON, body: 'Hi' })).toMatch(
      /no WhatsApp sender[\s\S]*whatsapp_list_senders/,
    );
    expect(world.requests()).toEqual([]);
  });
});

describe('senders and typing', () => {
  it('are there', async () => {
    world = await createWorld();
    const { ok, no } = world;
    const [own] = rows(await ok('whatsapp_list_senders', {}), 'senders');
    expect(own).toMatchObject({ sender_id: `whatsapp:${sender}`, status: 'ONLINE' });
    expect(await ok('whatsapp_get_sender', { sid: own?.['sid'] })).toMatchObject({ status: 'ONLINE' });
    await writesIn();
    const [message] = rows(await ok('messaging_list_messages', { from: `whatsapp:${PERSON}` }), 'messages');
    expect(await ok('whatsapp_send_typing', { message_sid: message?.['sid'] })).toMatchObject({
      success: true,
    });
    expect(await no('whatsapp_send_typing', { message_sid: `SM${'a'.repeat(32)}` })).toMatch(/^NOT_FOUND/);
  });
});
