// The receiver believes only what is signed, remembers it once and before it answers, and answers what its sender expects.
import twilio from 'twilio';
import { describe, expect, it, test } from 'vitest';
import {
  fromSegment,
  fromSendgrid,
  fromTwilio,
  inboundEmail,
  listening,
  message,
  noon,
  publicUrl,
  type Wire,
} from './post.ts';

const headersOf = (request: Request) => Object.fromEntries(request.headers);

describe('what is taken', () => {
  it('a signed message: remembered, consent opened, answered with the owner’s TwiML', async () => {
    const { receive, ledgers, outcomes, ids } = listening();
    const response = await receive(
      fromTwilio({ fields: message('Where is my order?', { MediaUrl0: 'https://api.twilio.com/x' }) }),
    );
    expect([response.status, await response.text()]).toEqual([
      200,
      '<Response><Message>Thanks</Message></Response>',
    ]);
    expect(response.headers.get('content-type')).toMatch(/^text\/xml/);
    expect(ids()).toEqual([`message.inbound:SM${'1'.repeat(32)}`]);
    expect(ledgers.heard[0]).toMatchObject({
      type: 'message.inbound',
      contact: '+14155550123',
      channel: 'sms',
      heard: 'webhook',
      at: noon,
      data: { body: 'Where is my order?', media_url0: 'https://api.twilio.com/x', direction: 'inbound' },
    });
    expect(ledgers.entries).toMatchObject([{ purpose: 'conversational', state: 'granted' }]);
    expect(outcomes).toEqual(['accepted']);
  });

  it('is remembered before it is answered: where it cannot be, Twilio is told to try again', async () => {
    const { receive, ledgers, outcomes, ids } = listening();
    const { add } = ledgers.events;
    Object.assign(ledgers.events, { add: () => Promise.reject(new Error('the disk is full')) });
    expect((await receive(fromTwilio({ fields: message('Hi') }))).status).toBe(500);
    Object.assign(ledgers.events, { add });
    expect((await receive(fromTwilio({ fields: message('Hi') }))).status).toBe(200);
    expect(outcomes).toEqual(['failed', 'accepted']);
    expect(ids()).toHaveLength(1);
  });

  it('a GET, a JSON body, an address with a query of the owner’s', async () => {
    const { receive, outcomes, ids } = listening();
    const status = { MessageSid: 'SM2', MessageStatus: 'delivered', To: '+14155550123' };
    const fields = Object.entries(status).map(([name, value]) => [name, value] as const);
    expect((await receive(fromTwilio({ method: 'GET', fields }))).status).toBe(204);
    const factor = { type: 'factor.verified', factor_sid: 'YF1', service_sid: 'VA1' };
    expect((await receive(fromTwilio({ json: factor }))).status).toBe(204);
    expect(
      (await receive(fromTwilio({ path: "/webhooks/twilio?shop=O'Hara+Sons", fields: message('Hi') })))
        .status,
    ).toBe(403);
    const withQuery = fromTwilio({ path: "/webhooks/twilio?shop=O'Hara+Sons", fields: message('Hi') });
    expect((await receive(withQuery, { target: "/webhooks/twilio?shop=O'Hara+Sons" })).status).toBe(200);
    expect(outcomes).toEqual(['accepted', 'accepted', 'unsigned', 'accepted']);
    expect(ids().slice(0, 2)).toEqual(['message.status:SM2:delivered', 'verification:YF1:factor.verified']);
  });

  it('either token while one follows the other', async () => {
    const { receive } = listening({ proofs: { twilioTokens: ['the new token', 'the old token'] } });
    for (const signedWith of ['the new token', 'the old token'])
      expect(
        (await receive(fromTwilio({ fields: message('Hi', { MessageSid: signedWith }), signedWith }))).status,
      ).toBe(200);
  });

  it('what the official package signs', async () => {
    const { receive } = listening();
    const fields = message('Ünïcode & ümläuts + "quotes" 👋');
    const signature = twilio.getExpectedTwilioSignature(
      'the auth token of the account',
      `${publicUrl}/webhooks/twilio`,
      Object.fromEntries(fields),
    );
    const request = fromTwilio({ fields, headers: { 'x-twilio-signature': signature } });
    expect((await receive(request)).status).toBe(200);
  });
});

describe('what is not', () => {
  it.each<[string, Wire, number, string]>([
    ['no signature', { headers: { 'x-twilio-signature': '' } }, 403, 'unsigned'],
    [
      'a signature of nothing',
      { headers: { 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' } },
      403,
      'unsigned',
    ],
    ['another token', { signedWith: 'another token' }, 403, 'unsigned'],
    ['signed for another host', { signedFor: 'https://other.example.com' }, 403, 'unsigned'],
    ['signed for http', { signedFor: 'http://hooks.example.com' }, 403, 'unsigned'],
    ['another account', { fields: message('Hi', { AccountSid: `AC${'b'.repeat(32)}` }) }, 403, 'foreign'],
    ['another address', { path: '/webhooks/nobody' }, 404, 'refused'],
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, 'refused'],
    ['a file', { headers: { 'content-type': 'multipart/form-data; boundary=x' } }, 415, 'refused'],
    ['too long by its own word', { headers: { 'content-length': '99999999' } }, 413, 'refused'],
    ['too long', { fields: message('x'.repeat(5_000_000)) }, 413, 'refused'],
  ])('%s', async (_, wire, status, outcome) => {
    const { receive, ledgers, outcomes } = listening();
    const response = await receive(fromTwilio({ fields: message('STOP'), ...wire }));
    expect(response.status).toBe(status);
    expect(outcomes).toEqual([outcome]);
    expect([...ledgers.heard, ...ledgers.entries]).toEqual([]);
  });

  it('PUT', async () => {
    const { receive } = listening();
    expect(
      (await receive(new Request(`${publicUrl}/webhooks/twilio`, { method: 'PUT', body: 'x' }))).status,
    ).toBe(405);
  });

  it('a JSON body that was changed, or whose hash is missing', async () => {
    const { receive, ids } = listening();
    const signed = fromTwilio({ json: { type: 'factor.verified', factor_sid: 'YF1' } });
    const altered = new Request(signed.url, {
      method: 'POST',
      headers: headersOf(signed),
      body: '{"type":"x"}',
    });
    expect((await receive(altered)).status).toBe(403);
    const get = fromTwilio({ method: 'GET', fields: [] });
    const reused = new Request(get.url, {
      method: 'POST',
      headers: { ...headersOf(get), 'content-type': 'application/json' },
      body: '{"type":"factor.verified","factor_sid":"YF9"}',
    });
    expect((await receive(reused)).status).toBe(403);
    expect(ids()).toEqual([]);
  });

  it('anything at all while no token is known: better nothing than what cannot be checked', async () => {
    const { receive, outcomes } = listening({ proofs: { twilioTokens: [] } });
    expect((await receive(fromTwilio({ fields: message('Hi') }))).status).toBe(503);
    expect(outcomes).toEqual(['unverifiable']);
  });

  it('JSON that is none, though signed', async () => {
    const { receive } = listening();
    expect((await receive(fromTwilio({ json: 'words' }))).status).toBe(400);
  });

  it('the Host header of a stranger is not believed once the public address is known', async () => {
    const { receive } = listening();
    const request = fromTwilio({ fields: message('Hi'), signedFor: 'https://elsewhere.example.com' });
    const moved = new Request(`https://elsewhere.example.com/webhooks/twilio`, request);
    expect((await receive(moved)).status).toBe(403);
  });
});

describe('the same again', () => {
  it('a second try of Twilio’s is answered alike and counts once; a copy is refused', async () => {
    const { receive, outcomes, ids, clock } = listening();
    const again = () => fromTwilio({ fields: message('Hi') });
    const first = await (await receive(again())).text();
    expect(await (await receive(again())).text()).toBe(first);
    const copy = fromTwilio({ fields: message('Hi'), headers: { 'i-twilio-idempotency-token': 'other' } });
    expect((await receive(copy)).status).toBe(403);
    clock.now = new Date(noon.getTime() + 301_000);
    expect((await receive(again())).status).toBe(403);
    expect(outcomes).toEqual(['accepted', 'known', 'replayed', 'replayed']);
    expect(ids()).toHaveLength(1);
  });

  it('an old START sent again by a stranger does not undo a STOP', async () => {
    const { receive, ledgers } = listening();
    const start = () =>
      fromTwilio({
        fields: message('START', { MessageSid: 'SM1' }),
        headers: { 'i-twilio-idempotency-token': '1' },
      });
    await receive(start());
    await receive(
      fromTwilio({
        fields: message('STOP', { MessageSid: 'SM2' }),
        headers: { 'i-twilio-idempotency-token': '2' },
      }),
    );
    const count = ledgers.entries.length;
    await receive(start());
    expect(ledgers.entries).toHaveLength(count);
    expect(ledgers.entries.at(-1)).toMatchObject({ state: 'revoked' });
  });

  it('the words of a signed request cannot be cut up anew: the same letters are the same delivery', async () => {
    const { receive, ids, outcomes } = listening();
    const first = fromTwilio({
      fields: [
        ['AccountSid', account()],
        ['Body', 'hello'],
        ['From', '+14155550123'],
        ['MessageSid', 'SM1'],
      ],
    });
    await receive(first.clone());
    // Nothing stands between names and values when they are signed.
    const recut = new Request(first.url, {
      method: 'POST',
      headers: { ...headersOf(first), 'i-twilio-idempotency-token': 'x' },
      body: new URLSearchParams({
        AccountSid: account(),
        Bodyhello: '',
        From: '+14155550123',
        MessageSid: 'SM1',
      }).toString(),
    });
    expect((await receive(recut)).status).toBe(403);
    expect(outcomes).toEqual(['accepted', 'replayed']);
    expect(ids()).toHaveLength(1);
  });

  it('a status told twice with other details counts once', async () => {
    const { receive, ids, outcomes } = listening();
    for (const RawDlrDoneDate of ['1', '2'])
      await receive(
        fromTwilio({
          fields: [
            ['MessageSid', 'SM9'],
            ['MessageStatus', 'delivered'],
            ['RawDlrDoneDate', RawDlrDoneDate],
          ],
        }),
      );
    expect(ids()).toEqual(['message.status:SM9:delivered']);
    expect(outcomes).toEqual(['accepted', 'known']);
  });
});

function account(): string {
  return `AC${'a'.repeat(32)}`;
}

describe('behind a proxy', () => {
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'hooks.example.com' };

  it.each([
    ['trusted', ['10.0.0.9'], '10.0.0.9', 200],
    ['trusted, seen as IPv6', ['10.0.0.9'], '::ffff:10.0.0.9', 200],
    ['a stranger', ['10.0.0.9'], '203.0.113.7', 403],
    ['nobody trusted', [], '10.0.0.9', 403],
  ])(
    'without a public address its headers are believed of those we trust: %s',
    async (_, trustedProxies, address, status) => {
      const { receive } = listening({ publicUrl: undefined, trustedProxies });
      const request = fromTwilio({ fields: message('Hi'), headers: forwarded });
      expect((await receive(request, { address })).status).toBe(status);
    },
  );

  it.each(['/webhooks/twilio', '/base/webhooks/twilio'])(
    'with a path before ours, taken off or left on: %s',
    async (asked) => {
      const { receive } = listening({ publicUrl: 'https://hooks.example.com/base/' });
      const request = fromTwilio({ fields: message('Hi'), signedFor: 'https://hooks.example.com/base' });
      expect((await receive(new Request(`http://127.0.0.1:1${asked}`, request))).status).toBe(200);
    },
  );

  it('the owner’s own address on this machine needs no setting', async () => {
    const { receive } = listening({ publicUrl: undefined });
    expect(
      (await receive(fromTwilio({ fields: message('Hi'), signedFor: 'http://127.0.0.1:4020' }))).status,
    ).toBe(200);
  });
});

describe('answers', () => {
  it.each(['STOP', 'help', 'Please stop texting me'])(
    '%j is not answered a second time: Twilio has, or the person said no',
    async (body) => {
      const { receive } = listening();
      expect(await (await receive(fromTwilio({ fields: message(body) }))).text()).toMatch(/<Response\/>$/);
    },
  );

  it('a call that comes in gets the owner’s TwiML, an assignment an empty instruction, a conversation a plain yes', async () => {
    const { receive } = listening();
    const call = await receive(
      fromTwilio({
        fields: [
          ['CallSid', 'CA1'],
          ['CallStatus', 'ringing'],
          ['Direction', 'inbound'],
          ['From', '+14155550123'],
        ],
      }),
    );
    expect(await call.text()).toBe('<Response><Reject/></Response>');
    const assignment = await receive(
      fromTwilio({
        fields: [
          ['WorkspaceSid', 'WS1'],
          ['ReservationSid', 'WR1'],
          ['TaskSid', 'WT1'],
        ],
      }),
    );
    expect([assignment.status, await assignment.text()]).toEqual([200, '{}']);
    const before = await receive(
      fromTwilio({
        fields: [
          ['ConversationSid', 'CH1'],
          ['EventType', 'onMessageAdd'],
          ['Body', 'x'],
        ],
      }),
    );
    expect([before.status, await before.text()]).toEqual([200, '']);
  });

  it('what the owner’s part says goes to the sender, escaped', async () => {
    const { receive } = listening({ onEvent: async ({ type }) => `<${type}> & more` });
    const response = await receive(fromTwilio({ fields: message('YES 4821') }));
    expect(await response.text()).toContain('<Message>&lt;message.inbound&gt; &amp; more</Message>');
  });
});

describe('SendGrid', () => {
  const event = (name: string, id: string) => ({
    event: name,
    email: 'Ana@Example.com',
    sg_event_id: id,
    sg_message_id: 'abc.filter-1',
    timestamp: 1,
  });

  it('a batch: each once, consent from what it says', async () => {
    const { receive, ledgers, ids } = listening();
    const batch = [event('delivered', 'e1'), event('unsubscribe', 'e2'), event('delivered', 'e1')];
    expect((await receive(fromSendgrid(batch))).status).toBe(204);
    expect((await receive(fromSendgrid([event('delivered', 'e1'), event('open', 'e3')]))).status).toBe(204);
    expect(ids()).toEqual(['email:e1', 'email:e2', 'email:e3']);
    expect(ledgers.heard[0]).toMatchObject({ contact: 'ana@example.com', channel: 'email', sid: 'abc' });
    expect(ledgers.entries).toMatchObject([
      { contact: 'ana@example.com', state: 'revoked', source: 'stop_word' },
    ]);
  });

  it('unsigned, altered and late ones are refused', async () => {
    const { receive, ids, clock } = listening();
    const header = 'x-twilio-email-event-webhook-signature';
    expect((await receive(fromSendgrid([event('open', 'e1')], { [header]: '' }))).status).toBe(403);
    const signed = fromSendgrid([event('open', 'e1')]);
    const altered = new Request(signed.url, {
      method: 'POST',
      headers: headersOf(signed),
      body: JSON.stringify([event('unsubscribe', 'e1')]),
    });
    expect((await receive(altered)).status).toBe(403);
    clock.now = new Date(noon.getTime() + 301_000);
    expect((await receive(fromSendgrid([event('open', 'e1')]))).status).toBe(403);
    expect(ids()).toEqual([]);
  });

  it('an email that came in: its words are kept, its files named', async () => {
    const { receive, ledgers } = listening();
    const request = await inboundEmail({
      headers: 'Message-ID: <m1@example.com>\nX: y',
      from: 'Ana <Ana@Example.com>',
      to: 'shop@example.net',
      subject: 'Order 1042',
      text: 'Where is it?',
      envelope: '{"to":["shop@example.net"],"from":"ana@example.com"}',
      SPF: 'pass',
      attachment1: new File(['bytes'], 'photo.png', { type: 'image/png' }),
    });
    expect((await receive(request)).status).toBe(204);
    expect(ledgers.heard).toMatchObject([
      {
        id: expect.stringMatching(/^email\.inbound:[0-9a-f]{32}$/),
        contact: 'ana@example.com',
        data: {
          body: 'Where is it?',
          subject: 'Order 1042',
          attachments: [{ filename: 'photo.png', content_type: 'image/png', size: 5 }],
        },
      },
    ]);
    expect(ledgers.entries).toMatchObject([{ channel: 'email', purpose: 'conversational' }]);
  });
});

describe('Segment', () => {
  it('one signed event; a batch of which the first is signed is refused', async () => {
    const { receive, ids } = listening();
    const order = { type: 'track', event: 'Order Completed', messageId: 'm1', userId: 'u1' };
    expect((await receive(fromSegment(order))).status).toBe(204);
    expect((await receive(fromSegment([order, { ...order, messageId: 'm2' }], order))).status).toBe(403);
    expect(ids()).toEqual([expect.stringMatching(/^segment:[0-9a-f]{32}$/)]);
  });
});

test('Event Streams: a batch of ours and others’; the same message by stream and by webhook counts once', async () => {
  const { receive, ledgers, ids } = listening();
  const cloud = (id: string, type: string, data: object) => ({
    specversion: '1.0',
    type,
    source: 'AB1',
    id,
    data,
  });
  const inbound = 'com.twilio.messaging.inbound-message.received';
  const told = {
    accountSid: account(),
    messageSid: `SM${'1'.repeat(32)}`,
    from: '+14155550123',
    to: '+14155550100',
    body: 'Hi',
    numMedia: 0,
  };
  const batch = [
    cloud('NO1', inbound, told),
    cloud('NO2', inbound, { ...told, messageSid: 'SM7', accountSid: `AC${'b'.repeat(32)}` }),
    cloud('NO3', 'com.twilio.messaging.message.delivered', {
      accountSid: account(),
      messageSid: 'SM8',
      messageStatus: 'DELIVERED',
      to: '+14155550123',
    }),
    cloud('NO4', 'com.twilio.accountsecurity.verify.verification.approved', {
      account_sid: account(),
      verification_sid: 'VE1',
    }),
  ];
  expect((await receive(fromTwilio({ json: batch }))).status).toBe(204);
  await receive(fromTwilio({ fields: message('Hi') }));
  await receive(
    fromTwilio({
      fields: [
        ['MessageSid', 'SM8'],
        ['MessageStatus', 'delivered'],
      ],
    }),
  );
  expect(ids()).toEqual([
    `message.inbound:SM${'1'.repeat(32)}`,
    'message.status:SM8:delivered',
    'stream:NO4',
  ]);
  expect(ledgers.heard[2]).toMatchObject({ type: 'verification', sid: 'VE1' });
  const foreign = [cloud('NO9', inbound, { ...told, accountSid: `AC${'b'.repeat(32)}` })];
  expect((await receive(fromTwilio({ json: foreign }))).status).toBe(403);
});
