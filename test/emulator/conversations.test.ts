// Conversations in the emulator, driven by the official SDK; every answer is held against Twilio's own description by served().
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { receiver } from './receiver.ts';
import { START, served } from './served.ts';

const OWN = '+14155550100';
const ANA = '+14155550123';
const EVA = '+14155550124';
const LOST = '+12015550103';

async function withThread() {
  const world = await served();
  const all = world.sdk.conversations.v1;
  const { sid } = await all.conversations.create({ uniqueName: 'order-1042' });
  const thread = all.conversations(sid);
  const invite = (address: string, proxyAddress = OWN) =>
    thread.participants.create({
      'messagingBinding.address': address,
      'messagingBinding.proxyAddress': proxyAddress,
    });
  const advance = (seconds: number) => world.control('POST', '/clock/advance', { seconds });
  const text = (from: string, body: string, mediaUrls: string[] = []) =>
    world.control('POST', `/phones/${from}/messages`, { to: OWN, body, media_urls: mediaUrls });
  return { ...world, all, sid, thread, invite, advance, text };
}

describe('a conversation', () => {
  it('goes silent, wakes and closes for good', async () => {
    const { all, advance } = await withThread();
    const made = await all.conversations.create({
      state: 'active',
      'timers.inactive': 'PT1M',
      'timers.closed': 'PT10M',
    });
    const thread = all.conversations(made.sid);
    expect(made.timers).toEqual({
      date_inactive: new Date(START + 60_000).toISOString().replace('.000', ''),
      date_closed: new Date(START + 600_000).toISOString().replace('.000', ''),
    });
    await advance(61);
    expect(await thread.fetch()).toMatchObject({ state: 'inactive' });
    await thread.messages.create({ body: 'Still there?' });
    expect(await thread.fetch()).toMatchObject({ state: 'active' });
    await advance(599);
    expect(await thread.fetch()).toMatchObject({ state: 'inactive' });
    await advance(1);
    expect(await thread.fetch()).toMatchObject({ state: 'closed', timers: {} });
    await expect(thread.update({ state: 'active' })).rejects.toMatchObject({ code: 50_377 });
    await expect(thread.messages.create({ body: 'x' })).rejects.toMatchObject({ code: 50_377 });
  });

  it.each([
    [{ 'timers.inactive': 'PT1M' }, 50_382],
    [{ state: 'active' as const, 'timers.inactive': 'PT59S' }, 50_375],
    [{ state: 'active' as const, 'timers.closed': 'PT9M' }, 50_376],
    [{ state: 'active' as const, 'timers.closed': 'ten minutes' }, 50_376],
    [{ state: 'closed' as const }, 50_384],
    [{ attributes: 'no JSON' }, 50_304],
    [{ uniqueName: 'order-1042' }, 50_353],
  ])('is refused with %o', async (params, code) => {
    const { all } = await withThread();
    await expect(all.conversations.create(params)).rejects.toMatchObject({ code });
    expect(await all.conversations.list()).toHaveLength(1);
  });

  it('is listed by state and day, and deleted with all that is in it', async () => {
    const { all, thread, invite } = await withThread();
    await invite(ANA);
    const day = (shift: number) => new Date(START + shift * 86_400_000).toISOString().slice(0, 10);
    expect(await all.conversations.list({ state: 'closed' })).toEqual([]);
    expect(await all.conversations.list({ startDate: day(1) })).toEqual([]);
    expect(await all.conversations.list({ startDate: day(0), endDate: day(0) })).toHaveLength(1);
    await thread.remove();
    await expect(thread.fetch()).rejects.toMatchObject({ status: 404 });
    expect(await all.participantConversations.list({ address: ANA })).toEqual([]);
  });
});

describe('participants', () => {
  it.each([
    [{}, 50_411],
    [{ 'messagingBinding.address': ANA }, 50_412],
    [{ 'messagingBinding.address': '555', 'messagingBinding.proxyAddress': OWN }, 50_407],
    [{ 'messagingBinding.address': ANA, 'messagingBinding.proxyAddress': '555' }, 50_408],
    [{ 'messagingBinding.address': OWN, 'messagingBinding.proxyAddress': OWN }, 50_409],
    [{ 'messagingBinding.address': ANA, 'messagingBinding.proxyAddress': EVA }, 50_413],
    [{ 'messagingBinding.address': `whatsapp:${ANA}`, 'messagingBinding.proxyAddress': OWN }, 50_414],
    [{ identity: 'ana', 'messagingBinding.address': ANA }, 50_211],
    [{ identity: 'ana', roleSid: `RL${'a'.repeat(32)}` }, 50_100],
  ])('%o are refused', async (params, code) => {
    const { thread } = await withThread();
    await expect(thread.participants.create(params)).rejects.toMatchObject({ code });
    expect(await thread.participants.list()).toEqual([]);
  });

  it('are in one open conversation with a sender, and found by address or identity', async () => {
    const { all, thread, invite } = await withThread();
    const ana = await invite(ANA);
    await expect(invite(ANA)).rejects.toMatchObject({ status: 409, code: 50_416 });
    await thread.participants.create({ identity: 'driver', attributes: '{"van":7}' });
    await expect(thread.participants.create({ identity: 'driver' })).rejects.toMatchObject({ code: 50_433 });
    expect(await all.participantConversations.list({ address: ANA })).toMatchObject([
      { participantSid: ana.sid, conversationUniqueName: 'order-1042', conversationState: 'active' },
    ]);
    const [found] = await all.participantConversations.list({ identity: 'driver' });
    expect(found?.participantUserSid).toBe((await all.users('driver').fetch()).sid);
    expect(await thread.participants('driver').fetch()).toMatchObject({ attributes: '{"van":7}' });
    await thread.update({ state: 'closed' });
    const next = await all.conversations.create({ uniqueName: 'order-1043' });
    const added = await all.conversations(next.sid).participants.create({
      'messagingBinding.address': ANA,
      'messagingBinding.proxyAddress': OWN,
    });
    expect(added.messagingBinding).toEqual({ type: 'sms', address: ANA, proxy_address: OWN });
  });

  it('tell how far they have read, and leave', async () => {
    const { thread } = await withThread();
    const driver = await thread.participants.create({ identity: 'driver' });
    await thread.messages.create({ body: 'Hello' });
    await thread.participants(driver.sid).update({ lastReadMessageIndex: 0 });
    expect(await thread.participants('driver').fetch()).toMatchObject({ lastReadMessageIndex: 0 });
    await expect(thread.participants(driver.sid).update({ lastReadMessageIndex: 1 })).rejects.toMatchObject({
      code: 20_001,
    });
    await thread.participants('driver').remove();
    expect(await thread.participants.list()).toEqual([]);
  });
});

describe('messages', () => {
  it('go to everyone but their author, each told apart in receipts', async () => {
    const { thread, invite, advance, control } = await withThread();
    const [ana, lost] = [await invite(ANA), await invite(LOST)];
    const sent = await thread.messages.create({ body: 'Your driver is outside.', author: 'Shop' });
    expect(sent).toMatchObject({ index: 0, participantSid: null, delivery: { total: 2, sent: 'none' } });
    await advance(5);
    expect(await thread.messages(sent.sid).fetch()).toMatchObject({
      delivery: {
        total: 2,
        sent: 'all',
        delivered: 'some',
        read: 'none',
        failed: 'none',
        undelivered: 'some',
      },
    });
    const receipts = await thread.messages(sent.sid).deliveryReceipts.list();
    const told = receipts.map(({ participantSid, status, errorCode }) => [participantSid, status, errorCode]);
    expect(told).toEqual([
      [ana.sid, 'delivered', 0],
      [lost.sid, 'undelivered', 30_003],
    ]);
    const own = await thread.messages.create({ body: 'From Ana', author: ANA });
    expect(own).toMatchObject({ participantSid: ana.sid, delivery: { total: 1 } });
    await advance(5);
    const { body } = await control('GET', `/phones/${ANA}/messages`);
    expect(body.messages).toHaveLength(1);
  });

  it('come from phones into the conversation, media and all, and reach the others', async () => {
    const { thread, invite, advance, control, text, emulator } = await withThread();
    await invite(ANA);
    await invite(EVA);
    await text(ANA, 'I am here', ['https://example.com/door.jpg']);
    await advance(5);
    const [said] = await thread.messages.list();
    expect(said).toMatchObject({ author: ANA, body: 'I am here', media: [{ content_type: 'image/jpeg' }] });
    const { body } = await control('GET', `/phones/${EVA}/messages`);
    expect(body.messages).toMatchObject([{ body: 'I am here', from: OWN }]);
    expect(emulator.world.callbacks.log().map(({ kind }) => kind)).not.toContain('inbound-message');
  });

  it('reach nobody who said STOP', async () => {
    const { thread, invite, advance, text } = await withThread();
    await invite(ANA);
    await text(ANA, 'STOP');
    const sent = await thread.messages.create({ body: 'One more' });
    await advance(5);
    expect(sent.delivery).toMatchObject({ total: 1, failed: 'all' });
    expect(await thread.messages(sent.sid).deliveryReceipts.list()).toMatchObject([
      { status: 'failed', errorCode: 21_610, channelMessageSid: null },
    ]);
  });

  it('on WhatsApp need a template while the window is shut', async () => {
    const { thread, invite, advance } = await withThread();
    await invite(`whatsapp:${ANA}`, `whatsapp:${OWN}`);
    const free = await thread.messages.create({ body: 'Hello' });
    const template = await thread.messages.create({
      contentSid: `HX${'1'.padStart(32, '0')}`,
      contentVariables: '{"1":"Ana","2":"B-7"}',
    });
    await advance(5);
    expect((await thread.messages(free.sid).deliveryReceipts.list())[0]).toMatchObject({ errorCode: 63_016 });
    expect(await thread.messages(template.sid).fetch()).toMatchObject({
      body: 'Hello Ana, your order B-7 is on its way.',
      delivery: { delivered: 'all' },
    });
  });

  it('carry uploaded media, change and are deleted', async () => {
    const { all, url, thread, accountSid, authToken } = await withThread();
    const [service] = await all.services.list();
    const uploaded = await fetch(
      `${url}/mcs.us1.twilio.com/v1/Services/${service?.sid}/Media?Filename=a.txt`,
      {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
          'content-type': 'text/plain',
        },
        body: 'hello',
      },
    );
    const { sid: mediaSid, size }: { sid: string; size: number } = JSON.parse(await uploaded.text());
    expect(size).toBe(5);
    const sent = await thread.messages.create({ mediaSid });
    expect(sent).toMatchObject({ body: null, media: [{ sid: mediaSid, filename: 'a.txt' }] });
    await expect(thread.messages.create({ mediaSid: `ME${'a'.repeat(32)}` })).rejects.toMatchObject({
      code: 50_507,
    });
    await expect(thread.messages.create({})).rejects.toMatchObject({ code: 50_503 });
    expect(await thread.messages(sent.sid).update({ body: 'b' })).toMatchObject({ body: 'b' });
    await thread.messages(sent.sid).remove();
    expect(await thread.messages.list()).toEqual([]);
  });
});

describe('webhooks of a conversation', () => {
  it('are told, signed, what people do, and what the API does where it asks for it', async () => {
    const { thread, invite, text, authToken, advance } = await withThread();
    const app = await receiver(() => ({ status: 204 }));
    const events = `${app.url}/events`;
    await thread.webhooks.create({
      target: 'webhook',
      'configuration.url': events,
      'configuration.filters': ['onMessageAdded', 'onParticipantAdded'],
    });
    await thread.webhooks.create({
      target: 'trigger',
      'configuration.url': `${app.url}/help`,
      'configuration.triggers': ['help'],
    });
    await invite(ANA);
    await thread.messages.create({ body: 'quiet' });
    await thread.messages.create({ body: 'told', xTwilioWebhookEnabled: 'true' });
    await text(ANA, 'Please HELP me');
    await advance(1);
    const heard = app.heard.map(({ params }) => [params['WebhookType'], params['Source'], params['Body']]);
    expect(heard.sort()).toEqual([
      ['trigger', 'SMS', 'Please HELP me'],
      ['webhook', 'API', 'told'],
      ['webhook', 'SMS', 'Please HELP me'],
    ]);
    const told = app.heard.find(({ params }) => params['Source'] === 'API');
    const signature = String(told?.headers['x-twilio-signature']);
    expect(twilio.validateRequest(authToken, signature, events, told?.params ?? {})).toBe(true);
  });

  it('are told how far each message has come, and why not further', async () => {
    const { thread, invite, advance } = await withThread();
    const app = await receiver(() => ({ status: 204 }));
    await thread.webhooks.create({
      target: 'webhook',
      'configuration.url': app.url,
      'configuration.filters': ['onDeliveryUpdated'],
    });
    const lost = await invite(LOST);
    const { sid } = await thread.messages.create({ body: 'Hello' });
    await advance(5);
    const [receipt] = await thread.messages(sid).deliveryReceipts.list();
    const about = { MessageSid: sid, ParticipantSid: lost.sid, DeliveryReceiptSid: receipt?.sid };
    expect(app.heard.map(({ params }) => params)).toMatchObject([
      { ...about, Status: 'sent', ErrorCode: '0', ChannelMessageSid: receipt?.channelMessageSid },
      { ...about, Status: 'undelivered', ErrorCode: '30003' },
    ]);
  });

  it.each([
    [{ target: 'webhook' as const }, 50_369],
    [
      {
        target: 'webhook' as const,
        'configuration.url': 'https://example.com/a',
        'configuration.filters': ['onEverything'],
      },
      50_365,
    ],
    [{ target: 'studio' as const, 'configuration.flowSid': `FW${'a'.repeat(32)}` }, 50_367],
  ])('%o is refused', async (params, code) => {
    const { thread } = await withThread();
    await expect(thread.webhooks.create(params)).rejects.toMatchObject({ code });
  });

  it('are five at most', async () => {
    const { thread } = await withThread();
    const add = (index: number) =>
      thread.webhooks.create({
        target: 'webhook',
        'configuration.url': `https://example.com/${index}`,
        'configuration.filters': ['onMessageAdded'],
      });
    for (let index = 0; index < 5; index += 1) await add(index);
    await expect(add(5)).rejects.toMatchObject({ code: 50_361 });
    const [first] = await thread.webhooks.list();
    const one = thread.webhooks(first?.sid ?? '');
    const configuration = expect.objectContaining({ url: 'https://example.com/b' });
    expect(await one.update({ 'configuration.url': 'https://example.com/b' })).toMatchObject({
      configuration,
    });
    await one.remove();
    expect(await thread.webhooks.list()).toHaveLength(4);
  });
});

describe('services, users and roles', () => {
  it('keep conversations and users apart', async () => {
    const { all } = await withThread();
    const made = await all.services.create({ friendlyName: 'Other' });
    const service = all.services(made.sid);
    const thread = await service.conversations.create({ uniqueName: 'order-1042' });
    expect(thread.chatServiceSid).toBe(made.sid);
    await service.conversations(thread.sid).participants.create({ identity: 'ana' });
    await service.conversations(thread.sid).messages.create({ body: 'Hello' });
    expect(await service.users.list()).toMatchObject([{ identity: 'ana' }]);
    expect(await all.users.list()).toEqual([]);
    await expect(all.conversations(thread.sid).fetch()).rejects.toMatchObject({ status: 404 });
    await service.remove();
    await expect(service.fetch()).rejects.toMatchObject({ status: 404 });
    expect(await all.services.list()).toHaveLength(1);
  });

  it('give users a role, once each', async () => {
    const { all } = await withThread();
    const roles = await all.roles.list();
    const admin = roles.find(({ friendlyName }) => friendlyName === 'service admin');
    const user = await all.users.create({ identity: 'eva', roleSid: admin?.sid ?? '', friendlyName: 'Eva' });
    expect(user).toMatchObject({ roleSid: admin?.sid ?? '', friendlyName: 'Eva' });
    await expect(all.users.create({ identity: 'eva' })).rejects.toMatchObject({ status: 409, code: 50_201 });
    expect(await all.users('eva').update({ attributes: '{"a":1}' })).toMatchObject({ attributes: '{"a":1}' });
    await all.users(user.sid).remove();
    await expect(all.users('eva').fetch()).rejects.toMatchObject({ status: 404 });
  });
});
