// Every kind of webhook from the emulator to the server's own receiver: signed as its sender signs, tried again as Twilio tries.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHearingWorld } from '../support/hearing.ts';
import { createWorld, type Row } from '../support/world.ts';
import { receiver } from './receiver.ts';

async function begin() {
  const keys = await createWorld();
  const { sendgrid_key, segment_secret } = await keys.control('GET', '/webhooks/keys');
  await keys.close();
  const world = await createHearingWorld({
    env: {
      TWILIO_MCP_SENDGRID_WEBHOOK_KEYS: String(sendgrid_key),
      TWILIO_MCP_SEGMENT_WEBHOOK_SECRETS: String(segment_secret),
    },
  });
  onTestFinished(() => world.close());
  const root = world.url.replace('/twilio', '');
  const send = (body: Row) => world.control('POST', '/webhooks', { url: world.url, ...body });
  const account = world.emulator.emulator.accountSid;
  return { ...world, root, send, account };
}

describe('what the emulator sends is heard', () => {
  it.each<[string, (account: string) => Row, string]>([
    [
      'a recording',
      () => ({ params: { RecordingSid: 'RE1', RecordingStatus: 'completed', CallSid: 'CA1' } }),
      'recording',
    ],
    [
      'a transcription',
      () => ({ params: { TranscriptionSid: 'TR1', TranscriptionStatus: 'completed' } }),
      'transcription',
    ],
    ['a challenge', () => ({ json: { type: 'challenge.approved', challenge_sid: 'YC1' } }), 'verification'],
    [
      'a conversation, before',
      () => ({ params: { ConversationSid: 'CH1', EventType: 'onMessageAdd', Body: 'x' } }),
      'conversation',
    ],
    [
      'a conversation, after',
      () => ({ params: { ConversationSid: 'CH1', EventType: 'onMessageAdded', Body: 'x' } }),
      'conversation',
    ],
    [
      'a masked message',
      () => ({ params: { interactionSid: 'KI1', interactionData: '{"body":"x"}' } }),
      'proxy',
    ],
    ['a task', () => ({ params: { WorkspaceSid: 'WS1', EventType: 'task.created', Sid: 'EV1' } }), 'task'],
    [
      'a flow, by GET',
      () => ({ method: 'GET', params: { FlowSid: 'FW1', answer: "O'Hara + söns" } }),
      'studio',
    ],
    [
      'an error',
      (account) => ({
        params: { Sid: 'NO1', AccountSid: account, Level: 'ERROR', Payload: '{"error_code":"11200"}' },
      }),
      'error',
    ],
    [
      'a stream',
      (accountSid) => ({
        json: [
          {
            specversion: '1.0',
            type: 'com.twilio.voice.status-callback.call.completed',
            id: 'NO2',
            source: 'AB1',
            data: { accountSid },
          },
        ],
      }),
      'call',
    ],
  ])('%s', async (_, wire, type) => {
    const { send, ok, account } = await begin();
    const { outcome, attempts } = await send(wire(account));
    expect([outcome, attempts]).toMatchObject(['delivered', [{}]]);
    expect(await ok('inbox_list_events', { limit: 5 })).toMatchObject({ events: [{ type }] });
  });

  it('SendGrid’s events and Segment’s, which count for consent', async () => {
    const { send, root, ok, no } = await begin();
    const left = [{ event: 'unsubscribe', email: 'ana@example.com', sg_event_id: 'e1', timestamp: 1 }];
    expect(await send({ url: `${root}/sendgrid`, as: 'sendgrid', json: left })).toMatchObject({
      outcome: 'delivered',
    });
    const order = { type: 'track', event: 'Order Completed', messageId: 'm1' };
    expect(await send({ url: `${root}/segment`, as: 'segment', json: order })).toMatchObject({
      outcome: 'delivered',
    });
    expect(await send({ url: `${root}/segment`, as: 'twilio', json: order })).toMatchObject({
      outcome: 'failed',
    });
    const { events } = await ok('inbox_list_events');
    expect(events).toMatchObject([{ type: 'segment' }, { type: 'email', contact: 'ana@example.com' }]);
    const mail = { to: ['ana@example.com'], from: 'shop@example.com', subject: 'Hi', text: 'Hi' };
    expect(await no('email_send', mail)).toMatch(/consent/);
  });

  it('a try that is answered too late comes again with the same token, and counts once', async () => {
    const { send, url, app, ok } = await begin();
    let tries = 0;
    const slow = await receiver(async ({ url: asked, body, headers }) => {
      tries += 1;
      const passed = Object.fromEntries(
        ['x-twilio-signature', 'i-twilio-idempotency-token', 'content-type'].map((name) => [
          name,
          String(headers[name]),
        ]),
      );
      const answer = await app.inbound.receive(new Request(asked, { method: 'POST', headers: passed, body }));
      // The first answer is lost on its way.
      return tries === 1 ? { status: 502 } : { status: answer.status };
    });
    const params = { MessageSid: 'SM1', From: '+14155550123', To: '+14155550100', Body: 'Hi' };
    const target = `${slow.url}${new URL(url).pathname}#rc=2&rp=5xx`;
    expect(await send({ url: target, params })).toMatchObject({
      outcome: 'delivered',
      attempts: [{ status: 502 }, { status: 200 }],
    });
    expect(app.inbound.counts()).toEqual({ accepted: 1, known: 1 });
    const { events } = await ok('inbox_list_events');
    expect(events).toHaveLength(1);
  });
});

it.each([
  [{}, /url is needed/],
  [{ url: 'http://127.0.0.1:1', as: 'nobody', json: {} }, /one of twilio/],
  [{ url: 'http://127.0.0.1:1', as: 'segment' }, /send json/],
])('%j is no webhook', async (body, reason) => {
  const world = await createWorld();
  onTestFinished(() => world.close());
  await expect(world.control('POST', '/webhooks', body)).rejects.toThrow(reason);
});
