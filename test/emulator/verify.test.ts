// Verify in the emulator, driven by the official SDK; every answer is held against Twilio's own description by served().
import { describe, expect, it } from 'vitest';
import { served } from './served.ts';

const person = '+14155550123';

async function withService(options: { customCodeEnabled?: boolean } = {}) {
  const world = await served();
  const service = await world.sdk.verify.v2.services.create({ friendlyName: 'Example Shop', ...options });
  const codeOnPhone = async () => {
    await world.control('POST', '/clock/advance', { seconds: 3 });
    const { body } = await world.control('GET', `/phones/${person}/messages`);
    return /code is: (\w+)\./.exec(body.messages.at(-1)?.body ?? '')?.[1] ?? '';
  };
  return { ...world, service, codeOnPhone, verify: world.sdk.verify.v2.services(service.sid) };
}

describe('services', () => {
  it('are created, read, changed, listed and removed', async () => {
    const { sdk, service } = await withService();
    expect(service).toMatchObject({ friendlyName: 'Example Shop', codeLength: 6, customCodeEnabled: false });
    const one = sdk.verify.v2.services(service.sid);
    expect(await one.update({ codeLength: 8, lookupEnabled: true })).toMatchObject({
      codeLength: 8,
      lookupEnabled: true,
    });
    expect(await sdk.verify.v2.services.list()).toHaveLength(1);
    expect(await one.remove()).toBe(true);
    await expect(one.fetch()).rejects.toMatchObject({ status: 404, code: 20_404 });
  });

  it('refuse what Verify refuses', async () => {
    const { sdk } = await served();
    await expect(sdk.verify.v2.services.create({ friendlyName: 'x'.repeat(33) })).rejects.toMatchObject({
      code: 60_200,
    });
    await expect(
      sdk.verify.v2.services.create({ friendlyName: 'Shop', codeLength: 11 }),
    ).rejects.toMatchObject({ code: 60_200 });
  });
});

describe('a verification', () => {
  it('is approved by the code on the phone, and is then gone', async () => {
    const { verify, codeOnPhone } = await withService();
    const started = await verify.verifications.create({ to: person, channel: 'sms' });
    expect(started).toMatchObject({ status: 'pending', valid: false, channel: 'sms', to: person });
    const code = await codeOnPhone();
    expect(code).toMatch(/^\d{6}$/);
    expect(await verify.verificationChecks.create({ to: person, code: '0000' })).toMatchObject({
      status: 'pending',
      valid: false,
    });
    expect(await verify.verificationChecks.create({ verificationSid: started.sid, code })).toMatchObject({
      status: 'approved',
      valid: true,
    });
    await expect(verify.verifications(started.sid).fetch()).rejects.toMatchObject({
      status: 404,
      code: 20_404,
    });
  });

  it('keeps its SID and code when it is sent again, and counts', async () => {
    const { verify, codeOnPhone } = await withService();
    const first = await verify.verifications.create({ to: person, channel: 'sms' });
    const code = await codeOnPhone();
    const second = await verify.verifications.create({ to: person, channel: 'call' });
    expect(second.sid).toBe(first.sid);
    expect(second.sendCodeAttempts).toHaveLength(2);
    expect(await codeOnPhone()).toBe(code);
    for (let n = 0; n < 3; n += 1) await verify.verifications.create({ to: person, channel: 'sms' });
    await expect(verify.verifications.create({ to: person, channel: 'sms' })).rejects.toMatchObject({
      status: 429,
      code: 60_203,
    });
  });

  it('allows five checks', async () => {
    const { verify } = await withService();
    await verify.verifications.create({ to: person, channel: 'sms' });
    for (let n = 0; n < 5; n += 1) await verify.verificationChecks.create({ to: person, code: '0000' });
    await expect(verify.verificationChecks.create({ to: person, code: '0000' })).rejects.toMatchObject({
      status: 429,
      code: 60_202,
    });
  });

  it('ends after ten minutes, and not before', async () => {
    const { verify, codeOnPhone, control } = await withService();
    await verify.verifications.create({ to: person, channel: 'sms' });
    const code = await codeOnPhone();
    await control('POST', '/clock/advance', { seconds: 596 });
    expect(await verify.verifications(person).fetch()).toMatchObject({ status: 'pending' });
    await control('POST', '/clock/advance', { seconds: 1 });
    await expect(verify.verificationChecks.create({ to: person, code })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('is canceled', async () => {
    const { verify } = await withService();
    const { sid } = await verify.verifications.create({ to: person, channel: 'whatsapp' });
    expect(await verify.verifications(sid).update({ status: 'canceled' })).toMatchObject({
      status: 'canceled',
    });
    await expect(verify.verifications(sid).update({ status: 'canceled' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('takes a code of the caller only where the service allows it', async () => {
    const plain = await withService();
    await expect(
      plain.verify.verifications.create({ to: person, channel: 'sms', customCode: '4321' }),
    ).rejects.toMatchObject({ code: 60_204 });
    const open = await withService({ customCodeEnabled: true });
    await open.verify.verifications.create({ to: person, channel: 'sms', customCode: '4321' });
    expect(await open.codeOnPhone()).toBe('4321');
  });

  it.each([
    [{ to: 'ana@example.com', channel: 'sms' }, 60_200],
    [{ to: person, channel: 'email' }, 60_200],
    [{ to: '12', channel: 'sms' }, 60_200],
    [{ to: person, channel: 'pigeon' }, 60_200],
  ])('refuses %j', async (input, code) => {
    const { verify } = await withService();
    await expect(verify.verifications.create(input)).rejects.toMatchObject({ status: 400, code });
  });

  it('is refused to landlines by SMS, and where the emulator was told to block', async () => {
    const { verify, control } = await withService();
    await control('POST', `/phones/${person}`, { line: 'landline' });
    await expect(verify.verifications.create({ to: person, channel: 'sms' })).rejects.toMatchObject({
      code: 60_205,
    });
    expect(await verify.verifications.create({ to: person, channel: 'call' })).toMatchObject({
      status: 'pending',
    });
    await control('POST', '/verify/blocks/+44', { code: 60_410 });
    await expect(verify.verifications.create({ to: '+447700900123', channel: 'sms' })).rejects.toMatchObject({
      status: 403,
      code: 60_410,
    });
  });
});
