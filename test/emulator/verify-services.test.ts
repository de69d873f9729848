// Verify services in the emulator, driven by the official SDK; answers are held against Twilio's description by served().
import { describe, expect, it } from 'vitest';
import { served } from './served.ts';

describe('services', () => {
  it('are created, read, changed and removed', async () => {
    const { sdk } = await served();
    const service = await sdk.verify.v2.services.create({ friendlyName: 'Example Shop' });
    expect(service).toMatchObject({ friendlyName: 'Example Shop', codeLength: 6, customCodeEnabled: false });
    expect(service.totp).toEqual({ issuer: null, time_step: 30, code_length: 6, skew: 1 });
    const one = sdk.verify.v2.services(service.sid);
    expect(await one.update({ codeLength: 8, lookupEnabled: true })).toMatchObject({
      friendlyName: 'Example Shop',
      codeLength: 8,
      lookupEnabled: true,
    });
    expect(await one.update({ lookupEnabled: false })).toMatchObject({ codeLength: 8, lookupEnabled: false });
    expect(await one.remove()).toBe(true);
    const gone = { status: 404, code: 20_404 };
    await expect(one.fetch()).rejects.toMatchObject(gone);
    await expect(one.verifications.create({ to: '+14155550123', channel: 'sms' })).rejects.toMatchObject(
      gone,
    );
  });

  it('keep all that they are told', async () => {
    const { sdk } = await served();
    const relyingParty = { id: 'example.com', name: 'Example', origins: 'example.com,login.example.com' };
    const { sid } = await sdk.verify.v2.services.create({
      friendlyName: 'Example Shop',
      ttsName: 'voice',
      'totp.issuer': 'Example',
      'totp.skew': 2,
      'push.includeDate': true,
      'push.fcmCredentialSid': `CR${'0'.repeat(32)}`,
      'whatsapp.from': 'whatsapp:+14155238886',
      'whatsapp.msgServiceSid': `MG${'0'.repeat(32)}`,
      defaultTemplateSid: `HJ${'0'.repeat(32)}`,
      'passkeys.relyingParty.id': relyingParty.id,
      'passkeys.relyingParty.name': relyingParty.name,
      'passkeys.relyingParty.origins': relyingParty.origins,
      'passkeys.userVerification': 'discouraged',
    });
    const one = sdk.verify.v2.services(sid);
    await one.update({ 'totp.issuer': 'Example Shop', 'passkeys.discoverableCredentials': 'required' });
    expect(await one.fetch()).toMatchObject({
      ttsName: 'voice',
      defaultTemplateSid: `HJ${'0'.repeat(32)}`,
      totp: { issuer: 'Example Shop', time_step: 30, code_length: 6, skew: 2 },
      push: { include_date: true, apn_credential_sid: null, fcm_credential_sid: `CR${'0'.repeat(32)}` },
      whatsapp: { msg_service_sid: `MG${'0'.repeat(32)}`, from: 'whatsapp:+14155238886' },
      passkeys: {
        relying_party: { ...relyingParty, origins: ['example.com', 'login.example.com'] },
        authenticator_attachment: null,
        discoverable_credentials: 'required',
        user_verification: 'discouraged',
      },
    });
  });

  it('are listed to the end, newest first, by whoever follows the pages', async () => {
    const { sdk, ask } = await served();
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      made.unshift((await sdk.verify.v2.services.create({ friendlyName: `Shop ${n}` })).sid);
    }
    expect((await sdk.verify.v2.services.list({ pageSize: 2 })).map(({ sid }) => sid)).toEqual(made);
    expect(await sdk.verify.v2.services.list({ pageSize: 2, limit: 3 })).toHaveLength(3);
    const first = await ask('GET', 'verify.twilio.com/v2/Services?PageSize=4');
    expect(first.body.meta).toMatchObject({
      key: 'services',
      page: 0,
      page_size: 4,
      previous_page_url: null,
    });
    const next = await ask('GET', first.body.meta.next_page_url.replace('https://', ''));
    expect(next.body.services).toHaveLength(1);
    expect(next.body.meta.next_page_url).toBeNull();
  });

  it.each([
    [{ FriendlyName: '' }, 'FriendlyName'],
    [{ FriendlyName: 'x'.repeat(33) }, 'FriendlyName'],
    [{ FriendlyName: 'Shop 12345' }, 'FriendlyName'],
    [{ CodeLength: '3' }, 'CodeLength'],
    [{ CodeLength: '11' }, 'CodeLength'],
    [{ CodeLength: '6.5' }, 'CodeLength'],
    [{ LookupEnabled: 'perhaps' }, 'LookupEnabled'],
    [{ 'Totp.TimeStep': '61' }, 'Totp.TimeStep'],
    [{ DefaultTemplateSid: 'HX12' }, 'DefaultTemplateSid'],
    [{ 'Passkeys.UserVerification': 'always' }, 'Passkeys.UserVerification'],
  ])('refuse %j, and nothing of that request is kept', async (form, parameter) => {
    const { ask } = await served();
    const path = 'verify.twilio.com/v2/Services';
    const refused = { status: 400, body: { code: 60_200, message: `Invalid parameter: ${parameter}` } };
    const service = { FriendlyName: 'Shop 1234', CodeLength: '4' };
    const { sid } = (await ask('POST', path, service)).body;
    const before = (await ask('GET', `${path}/${sid}`)).body;
    expect(await ask('POST', path, { ...service, ...form })).toMatchObject(refused);
    expect(await ask('POST', `${path}/${sid}`, { TtsName: 'other', ...form })).toMatchObject(refused);
    expect((await ask('GET', path)).body.services).toEqual([before]);
  });

  it('need a name, and credentials', async () => {
    const { ask, url } = await served();
    expect((await ask('POST', 'verify.twilio.com/v2/Services', {})).body).toMatchObject({ code: 60_200 });
    expect((await fetch(`${url}/verify.twilio.com/v2/Services`)).status).toBe(401);
  });
});
