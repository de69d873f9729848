// Messaging Services and their pools, judged by the official SDK.
import { expect, test } from 'vitest';
import { served } from './served.ts';

const TO = '+12015550142';

async function numberSid(world: Awaited<ReturnType<typeof served>>, phoneNumber: string): Promise<string> {
  const [number] = await world.sdk.incomingPhoneNumbers.list({ phoneNumber });
  return number?.sid ?? '';
}

test('a service is made, changed, listed and deleted', async () => {
  const { sdk } = await served();
  const services = sdk.messaging.v1.services;
  const made = await services.create({
    friendlyName: 'Shop',
    statusCallback: 'https://example.com/s',
    validityPeriod: 600,
  });
  expect(made).toMatchObject({
    friendlyName: 'Shop',
    validityPeriod: 600,
    stickySender: true,
    inboundRequestUrl: null,
  });
  expect(made.dateCreated).toBeInstanceOf(Date);
  const changed = await services(made.sid).update({
    friendlyName: 'Store',
    inboundMethod: 'GET',
    stickySender: false,
  });
  expect(changed).toMatchObject({ friendlyName: 'Store', inboundMethod: 'GET', stickySender: false });
  expect((await services.list()).map(({ sid }) => sid)).toEqual([made.sid]);
  await expect(services.create({ friendlyName: '' })).rejects.toMatchObject({ status: 400 });
  await expect(services(made.sid).update({ inboundRequestUrl: 'no url' })).rejects.toMatchObject({
    code: 20001,
  });
  await expect(services(made.sid).update({ validityPeriod: 0 })).rejects.toMatchObject({ code: 20001 });
  expect(await services(made.sid).remove()).toBe(true);
  await expect(services(made.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
});

test('a number is in one pool at a time', async () => {
  const world = await served();
  const services = world.sdk.messaging.v1.services;
  const [first, second] = await Promise.all([
    services.create({ friendlyName: 'A' }),
    services.create({ friendlyName: 'B' }),
  ]);
  const phoneNumberSid = await numberSid(world, '+14155550100');
  const joined = await services(first.sid).phoneNumbers.create({ phoneNumberSid });
  expect(joined).toMatchObject({
    phoneNumber: '+14155550100',
    countryCode: 'US',
    capabilities: ['SMS', 'MMS', 'Voice'],
  });
  await expect(services(first.sid).phoneNumbers.create({ phoneNumberSid })).rejects.toMatchObject({
    code: 21710,
  });
  await expect(services(second.sid).phoneNumbers.create({ phoneNumberSid })).rejects.toMatchObject({
    code: 21712,
  });
  const unknown = { phoneNumberSid: `PN${'f'.repeat(32)}` };
  await expect(services(first.sid).phoneNumbers.create(unknown)).rejects.toMatchObject({ code: 21421 });
  expect(await services(first.sid).phoneNumbers(phoneNumberSid).fetch()).toMatchObject({
    serviceSid: first.sid,
  });
  expect(await services(first.sid).phoneNumbers.list()).toHaveLength(1);
  expect(await services(first.sid).phoneNumbers(phoneNumberSid).remove()).toBe(true);
  expect(await services(second.sid).phoneNumbers.create({ phoneNumberSid })).toMatchObject({
    serviceSid: second.sid,
  });
  await services(second.sid).remove();
  expect(await services.list()).toHaveLength(1);
  expect((await services(first.sid).phoneNumbers.create({ phoneNumberSid })).sid).toBe(phoneNumberSid);
});

test('a number that is released has left its pool', async () => {
  const world = await served();
  const { sdk } = world;
  const { sid } = await sdk.messaging.v1.services.create({ friendlyName: 'Shop' });
  const phoneNumberSid = await numberSid(world, '+14155550100');
  await sdk.messaging.v1.services(sid).phoneNumbers.create({ phoneNumberSid });
  await sdk.incomingPhoneNumbers(phoneNumberSid).remove();
  expect(await sdk.messaging.v1.services(sid).phoneNumbers.list()).toEqual([]);
});

test('alphanumeric senders join a pool when they are well formed', async () => {
  const { sdk } = await served();
  const { sid } = await sdk.messaging.v1.services.create({ friendlyName: 'Shop' });
  const { alphaSenders } = sdk.messaging.v1.services(sid);
  const made = await alphaSenders.create({ alphaSender: 'SHOP' });
  await expect(alphaSenders.create({ alphaSender: '12345' })).rejects.toMatchObject({ code: 21709 });
  expect((await alphaSenders.list()).map(({ alphaSender }) => alphaSender)).toEqual(['SHOP']);
  expect(await alphaSenders(made.sid).fetch()).toMatchObject({ capabilities: ['SMS'] });
  expect(await alphaSenders(made.sid).remove()).toBe(true);
  expect(await alphaSenders.list()).toEqual([]);
});

test('the sender is one of the country, and stays with the person', async () => {
  const world = await served();
  const { sdk, control } = world;
  const { sid } = await sdk.messaging.v1.services.create({ friendlyName: 'Shop' });
  const { phoneNumbers } = sdk.messaging.v1.services(sid);
  await expect(sdk.messages.create({ to: TO, messagingServiceSid: sid, body: 'Hi' })).rejects.toMatchObject({
    code: 21704,
  });
  const send = async (to: string) => {
    const made = await sdk.messages.create({ to, messagingServiceSid: sid, body: 'Hi' });
    await control('POST', '/clock/advance', { seconds: 5 });
    return (await sdk.messages(made.sid).fetch()).from;
  };
  await phoneNumbers.create({ phoneNumberSid: await numberSid(world, '+447700900100') });
  expect(await send(TO)).toBe('+447700900100');
  await phoneNumbers.create({ phoneNumberSid: await numberSid(world, '+14155550100') });
  expect(await send(TO)).toBe('+447700900100');
  expect(await send('+12015550143')).toBe('+14155550100');
  expect(await send('+447700900555')).toBe('+447700900100');
  await sdk.messaging.v1.services(sid).update({ stickySender: false });
  expect(await send(TO)).toBe('+14155550100');
});

test('a service with alphanumeric senders only cannot reach the US', async () => {
  const { sdk, control } = await served();
  const { sid } = await sdk.messaging.v1.services.create({ friendlyName: 'Shop' });
  await sdk.messaging.v1.services(sid).alphaSenders.create({ alphaSender: 'SHOP' });
  const send = (to: string) => sdk.messages.create({ to, messagingServiceSid: sid, body: 'Hi' });
  await expect(send(TO)).rejects.toMatchObject({ code: 21703 });
  const made = await send('+447700900555');
  await control('POST', '/clock/advance', { seconds: 5 });
  expect(await sdk.messages(made.sid).fetch()).toMatchObject({ from: 'SHOP', status: 'delivered' });
});
