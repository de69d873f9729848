// The account product judged by the official SDK: accounts, keys, numbers, credentials.
import { expect, test } from 'vitest';
import { sdkClient } from './sdk-client.ts';
import { served } from './served.ts';

test('an account reads itself and its balance', async () => {
  const { sdk, accountSid } = await served();
  const account = await sdk.api.v2010.accounts(accountSid).fetch();
  expect(account).toMatchObject({ sid: accountSid, status: 'active', ownerAccountSid: accountSid });
  expect(account.dateCreated).toBeInstanceOf(Date);
  const balance = await sdk.api.v2010.accounts(accountSid).balance.fetch();
  expect(balance).toMatchObject({ currency: 'USD', balance: '100.0000' });
});

test('the parent reaches its subaccount, the subaccount does not reach its parent', async () => {
  const { sdk, url, accountSid } = await served();
  const child = await sdk.api.v2010.accounts.create({ friendlyName: 'Branch' });
  expect(child).toMatchObject({ friendlyName: 'Branch', ownerAccountSid: accountSid });
  const numbers = await sdk.api.v2010.accounts(child.sid).incomingPhoneNumbers.list();
  expect(numbers).toEqual([]);
  const branch = sdkClient(url, child.sid, child.authToken);
  await expect(branch.api.v2010.accounts(accountSid).fetch()).rejects.toMatchObject({
    status: 404,
    code: 20404,
  });
  await expect(branch.api.v2010.accounts.create()).rejects.toMatchObject({ status: 400 });
  expect((await sdk.api.v2010.accounts.list()).map(({ sid }) => sid)).toEqual([child.sid, accountSid]);
});

test('a suspended subaccount is refused until it is active again', async () => {
  const { sdk, url } = await served();
  const child = await sdk.api.v2010.accounts.create();
  const branch = sdkClient(url, child.sid, child.authToken);
  await sdk.api.v2010.accounts(child.sid).update({ status: 'suspended' });
  await expect(branch.api.v2010.accounts(child.sid).fetch()).rejects.toMatchObject({ code: 20005 });
  await sdk.api.v2010.accounts(child.sid).update({ status: 'active' });
  expect(await branch.api.v2010.accounts(child.sid).fetch()).toMatchObject({ status: 'active' });
});

test('wrong credentials get 401 with 20003, another account 404 with 20404', async () => {
  const { url, sdk, accountSid } = await served();
  const wrong = sdkClient(url, accountSid, 'not the token');
  await expect(wrong.api.v2010.accounts(accountSid).fetch()).rejects.toMatchObject({
    status: 401,
    code: 20003,
  });
  const foreign = `AC${'1'.repeat(32)}`;
  await expect(sdk.api.v2010.accounts(foreign).balance.fetch()).rejects.toMatchObject({
    status: 404,
    code: 20404,
  });
  const bare = await fetch(`${url}/api.twilio.com/2010-04-01/Accounts/${accountSid}/Balance.json`);
  expect(bare.status).toBe(401);
  expect(bare.headers.get('www-authenticate')).toContain('Basic');
});

test('a restricted key is made, read, changed and listed at its new address', async () => {
  const { sdk, accountSid } = await served();
  const { v1 } = sdk.iam;
  const policy = { allow: ['/twilio/messaging/messages/read'] };
  const made = await v1.newApiKey.create({ accountSid, friendlyName: 'job', keyType: 'restricted', policy });
  expect(made).toMatchObject({ friendlyName: 'job', policy });
  expect(made.secret).toMatch(/^[0-9a-f]{32}$/);
  const more = { allow: [...policy.allow, '/twilio/messaging/messages/update'] };
  expect(await v1.apiKey(made.sid).update({ policy: more })).toMatchObject({ policy: more });
  const listed = await v1.getApiKeys.list({ accountSid });
  expect(listed).toMatchObject([{ sid: made.sid }]);
  for (const wrong of [{}, { allow: [] }, { allow: Array.from({ length: 101 }, (_, n) => `/twilio/a/${n}`) }])
    await expect(
      v1.newApiKey.create({ accountSid, keyType: 'restricted', policy: wrong }),
    ).rejects.toMatchObject({ status: 400, code: 20_001 });
  await v1.apiKey(made.sid).remove();
  await expect(v1.apiKey(made.sid).fetch()).rejects.toMatchObject({ status: 404 });
});

test('an API key works for resources, not for accounts and keys; deleted, it works no more', async () => {
  const { sdk, url, accountSid } = await served();
  const made = await sdk.newKeys.create({ friendlyName: 'agent' });
  expect(made.sid).toMatch(/^SK[0-9a-f]{32}$/);
  const withKey = sdkClient(url, made.sid, made.secret, accountSid);
  expect(await withKey.incomingPhoneNumbers.list({ limit: 1 })).toHaveLength(1);
  await expect(withKey.keys.list()).rejects.toMatchObject({ status: 401, code: 20003 });
  await expect(withKey.api.v2010.accounts.list()).rejects.toMatchObject({ status: 401, code: 20003 });
  const [listed] = await sdk.keys.list();
  expect(listed).toMatchObject({ sid: made.sid, friendlyName: 'agent' });
  expect(JSON.stringify(listed)).not.toContain(made.secret);
  expect(await sdk.keys(made.sid).update({ friendlyName: 'renamed' })).toMatchObject({
    friendlyName: 'renamed',
  });
  expect(await sdk.keys(made.sid).remove()).toBe(true);
  await expect(withKey.incomingPhoneNumbers.list()).rejects.toMatchObject({ status: 401 });
  await expect(sdk.keys(made.sid).fetch()).rejects.toMatchObject({ status: 404 });
});

test('an OAuth client gets a bearer token that is good for an hour', async () => {
  const client = { id: 'client', secret: 'its secret' };
  const { url, accountSid, control } = await served({ oauthClients: [client] });
  const token = (secret: string) =>
    fetch(`${url}/oauth.twilio.com/v2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client.id,
        client_secret: secret,
      }),
    });
  expect((await token('wrong')).status).toBe(401);
  const given = await token(client.secret);
  const { access_token, expires_in, token_type } = JSON.parse(await given.text());
  expect([expires_in, token_type]).toEqual([3600, 'Bearer']);
  const balance = () =>
    fetch(`${url}/api.twilio.com/2010-04-01/Accounts/${accountSid}/Balance.json`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
  expect((await balance()).status).toBe(200);
  await control('POST', '/clock/advance', { seconds: 3600 });
  expect((await balance()).status).toBe(401);
});

test('owned numbers are listed, searched for, configured and released', async () => {
  const { sdk } = await served();
  const all = await sdk.incomingPhoneNumbers.list();
  expect(all.map(({ phoneNumber }) => phoneNumber).sort()).toEqual([
    '+12125550101',
    '+14155550100',
    '+18005550199',
    '+447700900100',
  ]);
  const [found] = await sdk.incomingPhoneNumbers.list({ phoneNumber: '+1415' });
  if (found === undefined) throw new Error('the seeded number is missing');
  expect(found.capabilities).toMatchObject({ sms: true, voice: true });
  const url = 'https://example.com/sms';
  const number = sdk.incomingPhoneNumbers(found.sid);
  expect(await number.update({ smsUrl: url, smsMethod: 'GET' })).toMatchObject({
    smsUrl: url,
    smsMethod: 'GET',
  });
  expect(await sdk.incomingPhoneNumbers(found.sid).fetch()).toMatchObject({ smsUrl: url, voiceUrl: '' });
  await expect(number.update({ smsUrl: 'no url' })).rejects.toMatchObject({ code: 21402 });
  expect(await sdk.incomingPhoneNumbers.tollFree.list()).toHaveLength(1);
  expect(await sdk.incomingPhoneNumbers.mobile.list()).toHaveLength(1);
  expect(await sdk.incomingPhoneNumbers.local.list()).toHaveLength(2);
  expect(await number.remove()).toBe(true);
  await expect(number.fetch()).rejects.toMatchObject({ status: 404 });
});

test('a number found by search can be bought once', async () => {
  const { sdk } = await served();
  const [offer] = await sdk
    .availablePhoneNumbers('US')
    .local.list({ areaCode: 415, contains: '*5550142', limit: 1 });
  expect(offer?.phoneNumber).toBe('+14155550142');
  const bought = await sdk.incomingPhoneNumbers.create({ phoneNumber: '+14155550142' });
  expect(bought).toMatchObject({ phoneNumber: '+14155550142', friendlyName: '(415) 555-0142' });
  await expect(sdk.incomingPhoneNumbers.create({ phoneNumber: '+14155550142' })).rejects.toMatchObject({
    code: 21422,
  });
  expect(await sdk.availablePhoneNumbers('US').local.list({ contains: '4155550142' })).toEqual([]);
  expect((await sdk.incomingPhoneNumbers.create({ areaCode: '212' })).phoneNumber).toBe('+12125550100');
  const codeOf = async (form: { phoneNumber?: string; areaCode?: string }) =>
    sdk.incomingPhoneNumbers.create(form).then(
      () => 'bought',
      (error: { code: number }) => error.code,
    );
  expect(await codeOf({ phoneNumber: '+15005550000' })).toBe(21422);
  expect(await codeOf({ phoneNumber: '+15005550001' })).toBe(21421);
  expect(await codeOf({ areaCode: '533' })).toBe(21452);
  expect(await codeOf({ phoneNumber: '+15005550006' })).toBe('bought');
});

test('the countries on offer name only the kinds that they have', async () => {
  const { sdk } = await served();
  const countries = await sdk.availablePhoneNumbers.list();
  expect(countries.map(({ countryCode }) => countryCode)).toEqual(['US', 'CA', 'GB']);
  const gb = await sdk.availablePhoneNumbers('GB').fetch();
  expect(Object.keys(gb.subresourceUris)).toEqual(['local', 'mobile']);
  expect(await sdk.availablePhoneNumbers('GB').mobile.list({ limit: 3 })).toHaveLength(3);
  await expect(sdk.availablePhoneNumbers('GB').tollFree.list()).rejects.toMatchObject({ status: 404 });
  await expect(sdk.availablePhoneNumbers('AQ').fetch()).rejects.toMatchObject({ status: 404 });
});
