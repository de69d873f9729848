// Messages judged by the official SDK: their life, their checks, media, schedule, lists.
import { expect, test } from 'vitest';
import { SEEDED_CONTENT_SID } from '../../src/emulator/products/messaging-content.ts';
import { sdkClient } from './sdk-client.ts';
import { START, served } from './served.ts';

const FROM = '+14155550100';
const TO = '+12015550142';

/** The Twilio code of the refusal, or "accepted". */
function codeOf(sending: Promise<unknown>): Promise<unknown> {
  return sending.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
}

test('a message walks from queued to delivered as the clock moves, and is priced once', async () => {
  const { sdk, control } = await served();
  const made = await sdk.messages.create({ to: TO, from: FROM, body: 'Hello 👍'.repeat(20) });
  expect(made).toMatchObject({
    status: 'queued',
    direction: 'outbound-api',
    numSegments: '3',
    numMedia: '0',
    price: null,
    priceUnit: 'USD',
    dateSent: null,
    errorCode: null,
  });
  expect(made.dateCreated).toEqual(new Date(START));
  const statusAfter = async (seconds: number) => {
    await control('POST', '/clock/advance', { seconds });
    return sdk.messages(made.sid).fetch();
  };
  expect((await statusAfter(0.2)).status).toBe('sending');
  const sent = await statusAfter(0.3);
  expect(sent).toMatchObject({ status: 'sent', price: '-0.02490' });
  expect(await statusAfter(60)).toMatchObject({
    status: 'delivered',
    price: '-0.02490',
    dateSent: sent.dateSent,
  });
  const { body } = await control('GET', `/phones/${TO}/messages`);
  expect(body).toMatchObject({ messages: [{ kind: 'sms', from: FROM, sid: made.sid }] });
});

test('typographic quotes cost a second segment unless they are smartly encoded', async () => {
  const { sdk } = await served();
  const body = `“${'x'.repeat(80)}”`;
  const segments = async (smartEncoded?: boolean) => {
    const encoding = smartEncoded === undefined ? {} : { smartEncoded };
    return (await sdk.messages.create({ to: TO, from: FROM, body, ...encoding })).numSegments;
  };
  expect([await segments(), await segments(false), await segments(true)]).toEqual(['2', '2', '1']);
});

test('the body that comes back on the wire has the shape of the published example', async () => {
  const { ask, accountSid } = await served();
  const path = `api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const { status, body } = await ask('POST', path, { To: TO, From: FROM, Body: 'Hi' });
  expect(status).toBe(201);
  expect(body).toEqual({
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: 'Hi',
    date_created: 'Mon, 02 Nov 2026 09:00:00 +0000',
    date_sent: null,
    date_updated: 'Mon, 02 Nov 2026 09:00:00 +0000',
    direction: 'outbound-api',
    error_code: null,
    error_message: null,
    from: FROM,
    messaging_service_sid: null,
    num_media: '0',
    num_segments: '1',
    price: null,
    price_unit: 'USD',
    sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
    status: 'queued',
    subresource_uris: {
      feedback: `/2010-04-01/Accounts/${accountSid}/Messages/${body.sid}/Feedback.json`,
      media: `/2010-04-01/Accounts/${accountSid}/Messages/${body.sid}/Media.json`,
    },
    to: TO,
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${body.sid}.json`,
  });
});

test.each([
  ['+15005550001', 21211],
  ['+15005550002', 21612],
  ['+15005550003', 21408],
  ['+15005550004', 21610],
  ['+15005550009', 21614],
  ['not a number', 21211],
  ['+1415555010', 21211],
  ['72345', 21265],
])('magic or malformed To %s is refused with %i', async (to, code) => {
  const { sdk } = await served();
  expect(await codeOf(sdk.messages.create({ to, from: FROM, body: 'Hi' }))).toBe(code);
});

test.each([
  ['+15005550001', 21212],
  ['+15005550007', 21606],
  ['+15005550008', 21611],
  ['+15005550006', 'accepted'],
  ['+12015550199', 21606],
  ['+123', 21212],
  [TO, 21606],
  ['SHOP', 21612],
])('From %s gives %s', async (from, code) => {
  const { sdk } = await served();
  expect(await codeOf(sdk.messages.create({ to: TO, from, body: 'Hi' }))).toBe(code);
});

test('a trial account reaches verified phones only', async () => {
  const { sdk, control } = await served({ isTrial: true });
  const send = () => sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  expect(await codeOf(send())).toBe(21608);
  await control('POST', `/phones/${TO}`, { verified: true });
  expect(await codeOf(send())).toBe('accepted');
});

test('a subaccount may not send from a number of its parent', async () => {
  const { sdk, url } = await served();
  const child = await sdk.api.v2010.accounts.create();
  const branch = sdkClient(url, child.sid, child.authToken);
  expect(await codeOf(branch.messages.create({ to: TO, from: FROM, body: 'Hi' }))).toBe(21660);
});

test('what is missing or too much is refused with its code', async () => {
  const { ask, accountSid } = await served();
  const path = `api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const code = async (form: Record<string, string> | [string, string][]) => {
    const { status, body } = await ask('POST', path, form);
    return status === 201 ? 'accepted' : body.code;
  };
  const base = { To: TO, From: FROM };
  expect(await code({ From: FROM, Body: 'Hi' })).toBe(21604);
  expect(await code({ To: TO, Body: 'Hi' })).toBe(21603);
  expect(await code(base)).toBe(21602);
  expect(await code({ ...base, Body: 'x'.repeat(1601) })).toBe(21617);
  expect(await code({ ...base, Body: 'x'.repeat(1600) })).toBe('accepted');
  expect(await code({ ...base, Body: 'Hi', MediaUrl: 'ftp://example.com/a.png' })).toBe(21620);
  const picture: [string, string] = ['MediaUrl', 'https://example.com/a.png'];
  const pictures = (n: number): [string, string][] => [...Object.entries(base), ...Array(n).fill(picture)];
  expect(await code(pictures(11))).toBe(21623);
  expect(await code(pictures(10))).toBe('accepted');
  expect(await code({ ...base, Body: 'Hi', StatusCallback: 'nowhere' })).toBe(21609);
  expect(await code({ ...base, Body: 'Hi', ValidityPeriod: '36001' })).toBe(21624);
  expect(await code({ ...base, Body: 'Hi', ValidityPeriod: '36000' })).toBe('accepted');
  expect(await code({ To: FROM, From: FROM, Body: 'Hi' })).toBe(21266);
  expect(await code({ To: TO, MessagingServiceSid: 'MG1', Body: 'Hi' })).toBe(21705);
  expect(await code({ To: TO, MessagingServiceSid: `MG${'1'.repeat(32)}`, Body: 'Hi' })).toBe(21701);
  expect(await code({ ...base, To: `whatsapp:${TO}`, Body: 'Hi' })).toBe(21910);
});

test('a phone can be told to fail, and seeded ones do', async () => {
  const { sdk, control } = await served();
  await control('POST', `/phones/${TO}`, { delivery: 'undelivered', error_code: 30007 });
  const [mine, seeded] = await Promise.all([
    sdk.messages.create({ to: TO, from: FROM, body: 'Hi' }),
    sdk.messages.create({ to: '+12015550104', from: FROM, body: 'Hi' }),
  ]);
  await control('POST', '/clock/advance', { seconds: 5 });
  expect(await sdk.messages(mine.sid).fetch()).toMatchObject({ status: 'undelivered', errorCode: 30007 });
  const failed = await sdk.messages(seeded.sid).fetch();
  expect(failed).toMatchObject({
    status: 'failed',
    errorCode: 30004,
    errorMessage: 'Message blocked',
    price: null,
  });
  expect((await control('GET', `/phones/${TO}/messages`)).body).toEqual({ messages: [] });
  expect(await control('POST', `/phones/${TO}`, { delivery: 'lost' })).toMatchObject({ status: 400 });
});

test('a landline is refused abroad and undelivered at home', async () => {
  const { sdk, control } = await served();
  await control('POST', '/phones/+4930123456', { line: 'landline' });
  await control('POST', `/phones/${TO}`, { line: 'landline' });
  expect(await codeOf(sdk.messages.create({ to: '+4930123456', from: FROM, body: 'Hi' }))).toBe(21635);
  const { sid } = await sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  await control('POST', '/clock/advance', { seconds: 5 });
  expect(await sdk.messages(sid).fetch()).toMatchObject({ status: 'undelivered', errorCode: 30006 });
});

test('media are listed, fetched and removed one by one', async () => {
  const { sdk, ask, accountSid } = await served();
  const mediaUrl = ['https://example.com/a.png', 'https://example.com/b.mp4?x=1'];
  const made = await sdk.messages.create({ to: TO, from: FROM, mediaUrl });
  expect(made.sid).toMatch(/^MM/);
  expect(made.numMedia).toBe('2');
  const list = await sdk.messages(made.sid).media.list();
  expect(list.map(({ contentType }) => contentType)).toEqual(['video/mp4', 'image/png']);
  const first = list[0]?.sid ?? '';
  expect(await sdk.messages(made.sid).media(first).fetch()).toMatchObject({ parentSid: made.sid });
  expect(await sdk.messages(made.sid).media(first).remove()).toBe(true);
  expect(await sdk.messages(made.sid).media.list()).toHaveLength(1);
  const gone = `api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages/${made.sid}/Media/${first}.json`;
  expect(await ask('GET', gone)).toMatchObject({ status: 404, body: { code: 20404 } });
});

test('a finished message is redacted and deleted, an unfinished one is not', async () => {
  const { sdk, ask, control, accountSid } = await served();
  const { sid } = await sdk.messages.create({ to: TO, from: FROM, body: 'Secret' });
  expect(await codeOf(sdk.messages(sid).remove())).toBe(20009);
  expect(await codeOf(sdk.messages(sid).update({ body: '' }))).toBe(20009);
  await control('POST', '/clock/advance', { seconds: 5 });
  expect(await codeOf(sdk.messages(sid).update({ body: 'Other words' }))).toBe(30400);
  expect(await sdk.messages(sid).update({ body: '' })).toMatchObject({ body: '', status: 'delivered' });
  expect(await codeOf(sdk.messages(sid).update({ status: 'canceled' }))).toBe(30409);
  const path = `api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`;
  expect(await ask('DELETE', path)).toMatchObject({ status: 204, body: undefined });
  expect(await ask('DELETE', path)).toMatchObject({ status: 404, body: { code: 20404 } });
});

test('feedback is accepted for a message that exists', async () => {
  const { sdk } = await served();
  const { sid } = await sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  expect(await sdk.messages(sid).feedback.create({ outcome: 'confirmed' })).toMatchObject({
    outcome: 'confirmed',
  });
  expect(await codeOf(sdk.messages(`SM${'0'.repeat(32)}`).feedback.create())).toBe(20404);
});

async function withService() {
  const world = await served();
  const service = await world.sdk.messaging.v1.services.create({ friendlyName: 'Shop' });
  const [number] = await world.sdk.incomingPhoneNumbers.list({ phoneNumber: FROM });
  await world.sdk.messaging.v1
    .services(service.sid)
    .phoneNumbers.create({ phoneNumberSid: number?.sid ?? '' });
  return { ...world, serviceSid: service.sid };
}

test('a scheduled message waits for its time or is canceled', async () => {
  const { sdk, control, serviceSid } = await withService();
  const at = (seconds: number) => new Date(START + seconds * 1000);
  const schedule = (seconds: number) =>
    sdk.messages.create({
      to: TO,
      messagingServiceSid: serviceSid,
      body: 'Later',
      scheduleType: 'fixed',
      sendAt: at(seconds),
    });
  expect(await codeOf(schedule(299))).toBe(35114);
  expect(await codeOf(schedule(35 * 24 * 3600 + 1))).toBe(35114);
  const base = { to: TO, body: 'Later', scheduleType: 'fixed' as const };
  expect(await codeOf(sdk.messages.create({ ...base, from: FROM, sendAt: at(900) }))).toBe(35118);
  expect(await codeOf(sdk.messages.create({ ...base, messagingServiceSid: serviceSid }))).toBe(35111);
  const kept = await schedule(300);
  const dropped = await schedule(35 * 24 * 3600);
  expect([kept.status, dropped.status]).toEqual(['scheduled', 'scheduled']);
  expect(await sdk.messages(dropped.sid).update({ status: 'canceled' })).toMatchObject({
    status: 'canceled',
  });
  await control('POST', '/clock/advance', { seconds: 299 });
  expect((await sdk.messages(kept.sid).fetch()).status).toBe('scheduled');
  await control('POST', '/clock/advance', { seconds: 5 });
  expect((await sdk.messages(kept.sid).fetch()).status).toBe('delivered');
  await control('POST', '/clock/advance', { seconds: 35 * 24 * 3600 });
  expect((await sdk.messages(dropped.sid).fetch()).status).toBe('canceled');
});

test('a service accepts first and chooses its sender after', async () => {
  const { sdk, control, serviceSid } = await withService();
  const made = await sdk.messages.create({ to: TO, messagingServiceSid: serviceSid, body: 'Hi' });
  expect(made).toMatchObject({
    status: 'accepted',
    from: null,
    numSegments: '0',
    messagingServiceSid: serviceSid,
  });
  await control('POST', '/clock/advance', { seconds: 5 });
  expect(await sdk.messages(made.sid).fetch()).toMatchObject({
    status: 'delivered',
    from: FROM,
    numSegments: '1',
  });
});

test('a template is filled in; its variables must be a JSON object of texts', async () => {
  const { sdk } = await served();
  const send = (contentVariables?: string, contentSid = SEEDED_CONTENT_SID) =>
    sdk.messages.create({
      to: TO,
      from: FROM,
      contentSid,
      ...(contentVariables !== undefined && { contentVariables }),
    });
  expect((await send('{"1":"Bo","2":"B-2"}')).body).toBe('Hello Bo, your order B-2 is on its way.');
  expect((await send()).body).toBe('Hello Ana, your order A-17 is on its way.');
  for (const broken of ['{', '[]', '"Bo"', '{"1":""}', '{"1":2}'])
    expect(await codeOf(send(broken))).toBe(21656);
  expect(await codeOf(send(undefined, `HX${'2'.repeat(32)}`))).toBe(21655);
});

test('WhatsApp: free text only within 24 hours of the last inbound, a template at any time', async () => {
  const { sdk, control } = await served();
  const to = `whatsapp:${TO}`;
  const from = `whatsapp:${FROM}`;
  const send = async (what: { body: string } | { contentSid: string }) => {
    const { sid } = await sdk.messages.create({ to, from, ...what });
    await control('POST', '/clock/advance', { seconds: 5 });
    const { status, errorCode } = await sdk.messages(sid).fetch();
    return [status, errorCode];
  };
  expect(await send({ body: 'Hi' })).toEqual(['failed', 63016]);
  expect(await send({ contentSid: SEEDED_CONTENT_SID })).toEqual(['delivered', null]);
  await control('POST', `/phones/${TO}/messages`, { to: from, body: 'Hello?' });
  expect(await send({ body: 'Hi' })).toEqual(['delivered', null]);
  await control('POST', '/clock/advance', { seconds: 24 * 3600 - 10 });
  expect(await send({ body: 'Hi' })).toEqual(['delivered', null]);
  await control('POST', '/clock/advance', { seconds: 10 });
  expect(await send({ body: 'Hi' })).toEqual(['failed', 63016]);
  expect(await codeOf(sdk.messages.create({ to, from: 'whatsapp:+12015550188', body: 'Hi' }))).toBe(63007);
  const { body } = await control('POST', `/phones/${TO}/read`, {});
  expect(body.read).toHaveLength(3);
});

test('the list is filtered by people and dates, newest first', async () => {
  const { sdk, control } = await served();
  const send = (to: string) => sdk.messages.create({ to, from: FROM, body: 'Hi' });
  const first = await send(TO);
  await control('POST', '/clock/advance', { seconds: 24 * 3600 });
  const second = await send(TO);
  const other = await send('+12015550143');
  await control('POST', '/clock/advance', { seconds: 5 });
  const list = async (params: Parameters<typeof sdk.messages.list>[0]) =>
    (await sdk.messages.list(params)).map(({ sid }) => sid);
  const sids = [other.sid, second.sid, first.sid];
  expect(await list({})).toEqual(sids);
  expect(await list({ to: TO })).toEqual([second.sid, first.sid]);
  expect(await list({ from: TO })).toEqual([]);
  const day = new Date(START + 24 * 3600 * 1000);
  expect(await list({ dateSent: day })).toEqual([other.sid, second.sid]);
  expect(await list({ dateSentBefore: day })).toEqual([first.sid]);
  expect(await list({ dateSentAfter: day })).toEqual([other.sid, second.sid]);
});
