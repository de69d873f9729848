// A phone writes to a number: webhook, TwiML reply, fallback, and the words STOP, START and HELP.
import twilio from 'twilio';
import { expect, test } from 'vitest';
import { receiver } from './receiver.ts';
import { served } from './served.ts';

const NUMBER = '+14155550100';
const PERSON = '+12015550142';

async function withWebhook(
  smsUrl: string,
  more: { smsFallbackUrl?: string; smsMethod?: 'GET' | 'POST' } = {},
) {
  const world = await served();
  const [number] = await world.sdk.incomingPhoneNumbers.list({ phoneNumber: NUMBER });
  const numberSid = number?.sid ?? '';
  await world.sdk.incomingPhoneNumbers(numberSid).update({ smsUrl, ...more });
  const write = async (body: string, to = NUMBER) => {
    const answer = await world.control('POST', `/phones/${PERSON}/messages`, {
      to,
      body,
      profile_name: 'Ana',
    });
    await world.control('POST', '/clock/advance', { seconds: 5 });
    return answer;
  };
  const read = async (): Promise<string[]> => {
    const { body } = await world.control('GET', `/phones/${PERSON}/messages`);
    return body.messages.map((one: { body: string }) => one.body);
  };
  return { ...world, numberSid, write, read };
}

test('the webhook hears of it, signed, and its TwiML goes back to the phone', async () => {
  const twiml =
    '<Response><Message>Hello <!-- --> you</Message><Message><Body>Two</Body></Message></Response>';
  const { url, heard } = await receiver(() => ({ body: twiml }));
  const { write, read, authToken, sdk } = await withWebhook(`${url}/sms`);
  const { body } = await write('Hi there');
  expect(body).toMatchObject({
    direction: 'inbound',
    status: 'received',
    from: PERSON,
    to: NUMBER,
    body: 'Hi there',
  });
  const [one] = heard;
  if (one === undefined) throw new Error('the webhook heard nothing');
  expect(one.params).toMatchObject({
    MessageSid: body.sid,
    Body: 'Hi there',
    From: PERSON,
    To: NUMBER,
    NumMedia: '0',
    NumSegments: '1',
    SmsStatus: 'received',
    FromCountry: 'US',
  });
  expect(one.params).not.toHaveProperty('OptOutType');
  const signature = String(one.headers['x-twilio-signature']);
  expect(twilio.validateRequest(authToken, signature, one.url, one.params)).toBe(true);
  expect(await read()).toEqual(['Hello  you', 'Two']);
  const [reply] = await sdk.messages.list({ to: PERSON });
  expect(reply).toMatchObject({ direction: 'outbound-reply', from: NUMBER, status: 'delivered' });
});

test('a plain text answer is the reply; a GET webhook gets the parameters in its URL', async () => {
  const { url, heard } = await receiver(() => ({ type: 'text/plain', body: 'Plain words' }));
  const { write, read, authToken } = await withWebhook(url, { smsMethod: 'GET' });
  await write('Hi');
  const [one] = heard;
  expect(one?.method).toBe('GET');
  expect(new URL(one?.url ?? '').searchParams.get('Body')).toBe('Hi');
  const signature = String(one?.headers['x-twilio-signature']);
  expect(twilio.validateRequest(authToken, signature, one?.url ?? '', {})).toBe(true);
  expect(await read()).toEqual(['Plain words']);
});

test('media of the phone come with their kind, and their bytes with credentials only', async () => {
  const { url, heard } = await receiver();
  const { control, ask, url: base } = await withWebhook(url);
  const media_urls = ['https://example.com/cat.png'];
  await control('POST', `/phones/${PERSON}/messages`, { to: NUMBER, media_urls });
  expect(heard[0]?.params).toMatchObject({ NumMedia: '1', MediaContentType0: 'image/png', Body: '' });
  const path = (heard[0]?.params['MediaUrl0'] ?? '').replace('https://', '');
  const bytes = (headers: Record<string, string>) => fetch(`${base}/${path}`, { headers });
  expect((await bytes({})).status).toBe(401);
  const { status } = await ask('GET', `${path}.json`);
  expect(status).toBe(200);
});

test('a redirect leads to the next document, relative to the first', async () => {
  const { url, heard } = await receiver(({ url: asked }) => ({
    body: asked.endsWith('/next')
      ? '<Response><Message>From there</Message></Response>'
      : '<Response><Redirect>next</Redirect><Message>never</Message></Response>',
  }));
  const { write, read } = await withWebhook(`${url}/sms/first`);
  await write('Hi');
  expect(heard.map((one) => new URL(one.url).pathname)).toEqual(['/sms/first', '/sms/next']);
  expect(await read()).toEqual(['From there']);
});

test.each([
  ['a server error', { status: 500 }, '11200'],
  ['broken XML', { body: '<Response><Message>' }, '12100'],
  ['another root', { body: '<Answer/>' }, '12100'],
  ['another kind', { type: 'application/json', body: '{}' }, '12300'],
])('%s sends the fallback its code and URL', async (_, reply, code) => {
  const main = await receiver(() => reply);
  const spare = await receiver(() => ({ body: '<Response><Message>Sorry</Message></Response>' }));
  const { write, read } = await withWebhook(`${main.url}/sms`, { smsFallbackUrl: spare.url });
  await write('Hi');
  expect(spare.heard[0]?.params).toMatchObject({ ErrorCode: code, ErrorUrl: `${main.url}/sms`, Body: 'Hi' });
  expect(await read()).toEqual(['Sorry']);
});

test('STOP ends all sends from that number until START; the app still hears the word', async () => {
  const { url, heard } = await receiver(() => ({
    body: '<Response><Message>An answer</Message></Response>',
  }));
  const { write, read, sdk } = await withWebhook(url);
  const send = (from: string) => sdk.messages.create({ to: PERSON, from, body: 'Offer' });
  await write(' stop ');
  expect(heard[0]?.params['Body']).toBe(' stop ');
  expect(await read()).toEqual([expect.stringMatching(/unsubscribed/)]);
  await expect(send(NUMBER)).rejects.toMatchObject({ status: 400, code: 21610 });
  expect((await send('+12125550101')).status).toBe('queued');
  await write('stop please');
  await write('Start');
  expect((await send(NUMBER)).status).toBe('queued');
  await write('stop please');
  expect((await send(NUMBER)).status).toBe('queued');
  await write('info');
  expect(await read()).toContainEqual(expect.stringMatching(/^Reply STOP/));
});

test('on a toll-free number YES does not subscribe again, UNSTOP does', async () => {
  const { write, sdk } = await withWebhook('');
  const tollFree = '+18005550199';
  const send = () => sdk.messages.create({ to: PERSON, from: tollFree, body: 'Offer' });
  await write('REVOKE', tollFree);
  await write('YES', tollFree);
  await expect(send()).rejects.toMatchObject({ code: 21610 });
  await write('UNSTOP', tollFree);
  expect((await send()).status).toBe('queued');
});

test('a Messaging Service hears for its numbers, tells OptOutType, and is opted out of as a whole', async () => {
  const { url, heard } = await receiver();
  const { write, sdk, numberSid } = await withWebhook(`${url}/number`);
  const services = sdk.messaging.v1.services;
  const service = await services.create({ friendlyName: 'Shop', inboundRequestUrl: `${url}/service` });
  await services(service.sid).phoneNumbers.create({ phoneNumberSid: numberSid });
  const [second] = await sdk.incomingPhoneNumbers.list({ phoneNumber: '+12125550101' });
  await services(service.sid).phoneNumbers.create({ phoneNumberSid: second?.sid ?? '' });
  await write('STOP');
  expect(new URL(heard[0]?.url ?? '').pathname).toBe('/service');
  expect(heard[0]?.params).toMatchObject({ OptOutType: 'STOP', MessagingServiceSid: service.sid });
  for (const from of [NUMBER, '+12125550101']) {
    await expect(sdk.messages.create({ to: PERSON, from, body: 'Offer' })).rejects.toMatchObject({
      code: 21610,
    });
  }
  const viaService = { to: PERSON, messagingServiceSid: service.sid, body: 'Offer' };
  await expect(sdk.messages.create(viaService)).rejects.toMatchObject({ code: 21610 });
  await services(service.sid).update({ useInboundWebhookOnNumber: true });
  await write('hello');
  expect(new URL(heard.at(-1)?.url ?? '').pathname).toBe('/number');
});

test('WhatsApp carries the name of the person and no opt-out words', async () => {
  const { url, heard } = await receiver();
  const { write, sdk } = await withWebhook(url);
  await write('STOP', `whatsapp:${NUMBER}`);
  expect(heard[0]?.params).toMatchObject({
    From: `whatsapp:${PERSON}`,
    ProfileName: 'Ana',
    WaId: PERSON.slice(1),
  });
  expect(await sdk.messages.list({ to: `whatsapp:${PERSON}` })).toEqual([]);
});

test('a message to a number nobody owns is refused at the control door', async () => {
  const { control } = await served();
  const answer = await control('POST', `/phones/${PERSON}/messages`, { to: '+12015550199', body: 'Hi' });
  expect(answer).toMatchObject({ status: 404, body: { code: 20404 } });
  expect(await control('POST', `/phones/${PERSON}/messages`, { to: NUMBER })).toMatchObject({ status: 400 });
});

test('consent can be set without words', async () => {
  const { control, sdk } = await served();
  const send = () => sdk.messages.create({ to: PERSON, from: NUMBER, body: 'Offer' });
  await control('POST', `/phones/${PERSON}/opt-out`, { from: NUMBER });
  await expect(send()).rejects.toMatchObject({ code: 21610 });
  await control('POST', `/phones/${PERSON}/opt-out`, { from: NUMBER, opted_out: false });
  expect((await send()).status).toBe('queued');
});
