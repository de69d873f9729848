// Verify in the emulator, driven by the official SDK; every answer is held against Twilio's own description by served().
import { describe, expect, it } from 'vitest';
import { served } from './served.ts';

const person = '+14155550123';
const wrong = 'wrong0';

type ServiceOptions = Partial<
  Parameters<Awaited<ReturnType<typeof served>>['sdk']['verify']['v2']['services']['create']>[0]
>;

async function withService(options: ServiceOptions = {}, emulator: Parameters<typeof served>[0] = {}) {
  const world = await served(emulator);
  const service = await world.sdk.verify.v2.services.create({ friendlyName: 'Example Shop', ...options });
  const { sid } = service;
  const advance = (seconds: number) => world.control('POST', '/clock/advance', { seconds });
  /** The last that the person read, without the wait for it. */
  const message = async (number = person): Promise<string> => {
    await advance(3);
    const { body } = await world.control('GET', `/phones/${number}/messages`);
    return body.messages.at(-1)?.body ?? '';
  };
  const codeOnPhone = async () => /code is: (\w+)\./.exec(await message())?.[1] ?? '';
  const path = `verify.twilio.com/v2/Services/${sid}`;
  return {
    ...world,
    service,
    path,
    advance,
    message,
    codeOnPhone,
    verify: world.sdk.verify.v2.services(sid),
  };
}

describe('a verification', () => {
  it('is approved by the code on the phone, and is then gone', async () => {
    const { verify, codeOnPhone } = await withService();
    const started = await verify.verifications.create({ to: person, channel: 'sms' });
    expect(started).toMatchObject({ status: 'pending', valid: false, channel: 'sms', to: person });
    const code = await codeOnPhone();
    expect(code).toMatch(/^\d{6}$/);
    expect(JSON.stringify(started)).not.toContain(code);
    expect(await verify.verificationChecks.create({ to: person, code: wrong })).toMatchObject({
      status: 'pending',
      valid: false,
    });
    const checked = await verify.verificationChecks.create({ verificationSid: started.sid, code });
    expect(checked).toMatchObject({
      sid: started.sid,
      status: 'approved',
      valid: true,
      snaAttemptsErrorCodes: [],
    });
    const gone = { status: 404, code: 20_404 };
    await expect(verify.verifications(started.sid).fetch()).rejects.toMatchObject(gone);
    await expect(verify.verificationChecks.create({ to: person, code })).rejects.toMatchObject(gone);
  });

  it('keeps its SID and code when it is sent again, and tells each attempt', async () => {
    const { verify, advance, codeOnPhone } = await withService();
    const first = await verify.verifications.create({ to: person, channel: 'sms' });
    const code = await codeOnPhone();
    await advance(57);
    const second = await verify.verifications.create({ to: person, channel: 'whatsapp' });
    expect(second).toMatchObject({ sid: first.sid, channel: 'whatsapp' });
    expect(second.sendCodeAttempts).toEqual([
      { time: '2026-11-02T09:00:00Z', channel: 'SMS', attempt_sid: expect.stringMatching(/^VL\w{32}$/) },
      { time: '2026-11-02T09:01:00Z', channel: 'whatsapp', attempt_sid: expect.stringMatching(/^VL\w{32}$/) },
    ]);
    expect(await codeOnPhone()).toBe(code);
  });

  it('is sent five times at most, until it is canceled', async () => {
    const { verify, codeOnPhone } = await withService();
    const start = () => verify.verifications.create({ to: person, channel: 'sms' });
    const { sid } = await start();
    const code = await codeOnPhone();
    for (let n = 0; n < 4; n += 1) await start();
    await expect(start()).rejects.toMatchObject({ status: 429, code: 60_203 });
    expect(await verify.verifications(sid).update({ status: 'canceled' })).toMatchObject({
      status: 'canceled',
    });
    const anew = await start();
    expect(anew.sid).not.toBe(sid);
    expect(anew.sendCodeAttempts).toHaveLength(1);
    expect(await codeOnPhone()).not.toBe(code);
  });

  it('is checked five times at most; then neither the right code nor a new one helps until it expires', async () => {
    const { verify, codeOnPhone, advance } = await withService();
    const { sid } = await verify.verifications.create({ to: person, channel: 'sms' });
    const code = await codeOnPhone();
    for (let n = 0; n < 5; n += 1) await verify.verificationChecks.create({ to: person, code: wrong });
    const tooMany = { status: 429, code: 60_202 };
    await expect(verify.verificationChecks.create({ to: person, code })).rejects.toMatchObject(tooMany);
    await expect(verify.verifications.create({ to: person, channel: 'sms' })).rejects.toMatchObject(tooMany);
    await expect(verify.verifications(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20_404 });
    await advance(600);
    await expect(verify.verificationChecks.create({ to: person, code })).rejects.toMatchObject({
      status: 404,
    });
    expect((await verify.verifications.create({ to: person, channel: 'sms' })).sid).not.toBe(sid);
  });

  it('takes the right code at the fifth check', async () => {
    const { verify, codeOnPhone } = await withService();
    await verify.verifications.create({ to: person, channel: 'sms' });
    const code = await codeOnPhone();
    for (let n = 0; n < 4; n += 1) await verify.verificationChecks.create({ to: person, code: wrong });
    expect(await verify.verificationChecks.create({ to: person, code })).toMatchObject({
      status: 'approved',
    });
  });

  it('ends after ten minutes, and not before', async () => {
    const { verify, codeOnPhone, advance } = await withService();
    const { sid } = await verify.verifications.create({ to: person, channel: 'sms' });
    const code = await codeOnPhone();
    await advance(596);
    expect(await verify.verifications(person).fetch()).toMatchObject({ sid, status: 'pending' });
    await advance(1);
    const gone = { status: 404, code: 20_404 };
    await expect(verify.verificationChecks.create({ to: person, code })).rejects.toMatchObject(gone);
    await expect(verify.verifications(sid).fetch()).rejects.toMatchObject(gone);
    await expect(verify.verifications(sid).update({ status: 'canceled' })).rejects.toMatchObject(gone);
  });

  it.each(['canceled', 'approved'] as const)('is %s by its owner, once', async (status) => {
    const { verify } = await withService();
    const { sid } = await verify.verifications.create({ to: person, channel: 'whatsapp' });
    expect(await verify.verifications(sid).update({ status })).toMatchObject({
      status,
      valid: status === 'approved',
    });
    await expect(verify.verifications(sid).update({ status })).rejects.toMatchObject({ status: 404 });
  });

  it('belongs to one service and one person', async () => {
    const { sdk, verify, codeOnPhone } = await withService();
    const other = await sdk.verify.v2.services.create({ friendlyName: 'Other Shop' });
    const { sid } = await verify.verifications.create({ to: person, channel: 'sms' });
    const code = await codeOnPhone();
    const elsewhere = sdk.verify.v2.services(other.sid);
    await expect(elsewhere.verifications(sid).fetch()).rejects.toMatchObject({ status: 404 });
    await expect(elsewhere.verificationChecks.create({ to: person, code })).rejects.toMatchObject({
      status: 404,
    });
    await expect(verify.verificationChecks.create({ to: '+14155550124', code })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('may be looked at sixty times a minute', async () => {
    const { verify, advance } = await withService();
    const { sid } = await verify.verifications.create({ to: person, channel: 'sms' });
    for (let n = 0; n < 60; n += 1) await verify.verifications(sid).fetch();
    await expect(verify.verifications(sid).fetch()).rejects.toMatchObject({ status: 429, code: 20_429 });
    await advance(60);
    expect(await verify.verifications(sid).fetch()).toMatchObject({ status: 'pending' });
  });
});

describe('a code', () => {
  it('is as long as the service says', async () => {
    const { verify, codeOnPhone } = await withService({ codeLength: 10 });
    await verify.verifications.create({ to: person, channel: 'sms' });
    expect(await codeOnPhone()).toMatch(/^\d{10}$/);
  });

  it('is the caller’s own only where the service allows it', async () => {
    const plain = await withService();
    const custom = { to: person, channel: 'sms', customCode: '4321' };
    await expect(plain.verify.verifications.create(custom)).rejects.toMatchObject({
      status: 403,
      code: 60_204,
    });
    const open = await withService({ customCodeEnabled: true });
    await open.verify.verifications.create(custom);
    expect(await open.codeOnPhone()).toBe('4321');
    await expect(open.verify.verifications.create({ ...custom, customCode: '321' })).rejects.toMatchObject({
      status: 400,
      code: 60_200,
    });
  });

  it('is spoken in a call, and heard only by who picks up', async () => {
    const { verify, control, advance } = await withService();
    await control('POST', `/phones/${person}`, { answers: 'no' });
    await verify.verifications.create({ to: person, channel: 'call' });
    await advance(3);
    expect((await control('GET', `/phones/${person}/codes`)).body.codes).toEqual([]);
    await control('POST', `/phones/${person}`, { answers: 'yes' });
    const { sid, sendCodeAttempts } = await verify.verifications.create({ to: person, channel: 'call' });
    await advance(3);
    const [heard, ...more] = (await control('GET', `/phones/${person}/codes`)).body.codes;
    expect(more).toEqual([]);
    expect(heard).toMatchObject({ kind: 'call', attempt_sid: sendCodeAttempts[1].attempt_sid });
    const code = /is: ([\d, ]+)\./.exec(heard.body)?.[1]?.replaceAll(', ', '') ?? '';
    expect(await verify.verificationChecks.create({ verificationSid: sid, code })).toMatchObject({
      valid: true,
    });
  });

  it('goes to a mailbox', async () => {
    const { verify, message } = await withService();
    const to = 'ana@example.com';
    expect(await verify.verifications.create({ to, channel: 'email' })).toMatchObject({
      to,
      channel: 'email',
    });
    const code = /(\d{6})/.exec(await message(to))?.[1] ?? '';
    expect(await verify.verificationChecks.create({ to, code })).toMatchObject({ status: 'approved' });
  });

  it('goes by SMS when the channel is left to Twilio', async () => {
    const { verify, codeOnPhone } = await withService();
    expect(await verify.verifications.create({ to: person, channel: 'auto' })).toMatchObject({
      channel: 'sms',
    });
    expect(await codeOnPhone()).toMatch(/^\d{6}$/);
  });

  it('does not reach a phone that gets nothing', async () => {
    const { verify, control, message } = await withService();
    await control('POST', `/phones/${person}`, { delivery: 'undelivered', error_code: 30_003 });
    await verify.verifications.create({ to: person, channel: 'sms' });
    expect(await message()).toBe('');
  });

  it.each([
    [{}, person, /^Your Example Shop verification code is: \d{6}\.$/],
    [{ locale: 'es' }, person, /^Tu código de verificación de Example Shop es: \d{6}\.$/],
    [{ locale: 'pt-BR' }, person, /^Seu código/],
    [{ locale: 'xx' }, person, /^Your Example Shop/],
    [{}, '+34612345678', /^Tu código/],
    [{ locale: 'en' }, '+34612345678', /^Your Example Shop/],
    [{ customFriendlyName: 'Corner Shop' }, person, /^Your Corner Shop verification/],
    [{ appHash: 'Ab1Cd2Ef3Gh' }, person, /^<#> Your .*\. Ab1Cd2Ef3Gh$/],
  ])('with %j to %s is worded accordingly', async (input, to, words) => {
    const { verify, message } = await withService();
    await verify.verifications.create({ to, channel: 'sms', ...input });
    expect(await message(to)).toMatch(words);
  });

  it('comes with a warning in an SMS, where the service wants it', async () => {
    const { verify, message } = await withService({ doNotShareWarningEnabled: true });
    await verify.verifications.create({ to: person, channel: 'sms' });
    expect(await message()).toMatch(/\d{6}\. Don't share/);
    await verify.verifications.create({ to: person, channel: 'whatsapp' });
    expect(await message()).toMatch(/\d{6}\.$/);
  });
});

describe('a start is refused', () => {
  it.each([
    [{ to: 'ana@example.com', channel: 'sms' }, 400, 60_200],
    [{ to: person, channel: 'email' }, 400, 60_200],
    [{ to: '12', channel: 'sms' }, 400, 60_200],
    [{ to: '14155550123', channel: 'sms' }, 400, 60_200],
    [{ to: '+1415555', channel: 'sms' }, 400, 60_200],
    [{ to: person, channel: 'pigeon' }, 400, 60_200],
    [{ to: person, channel: 'sna' }, 400, 60_200],
    [{ to: person, channel: 'whatsapp', appHash: 'Ab1Cd2Ef3Gh' }, 400, 60_602],
    [{ to: person, channel: 'sms', amount: '39.99', payee: 'Acme' }, 403, 60_204],
  ])('%j', async (input, status, code) => {
    const { verify, message } = await withService();
    await expect(verify.verifications.create(input)).rejects.toMatchObject({ status, code });
    expect(await message()).toBe('');
  });

  it('in a body of Twilio’s shape', async () => {
    const { ask, path } = await withService();
    const started = await ask('POST', `${path}/Verifications`, { To: '123', Channel: 'sms' });
    expect(started).toMatchObject({ status: 400 });
    expect(started.body).toEqual({
      code: 60_200,
      message: 'Invalid parameter `To`: 123',
      more_info: 'https://www.twilio.com/docs/errors/60200',
      status: 400,
    });
    const checked = await ask('POST', `${path}/VerificationCheck`, { To: person, Code: '1234' });
    const at = path.replace('verify.twilio.com', '');
    expect(checked.body).toEqual({
      code: 20_404,
      message: `The requested resource ${at}/VerificationCheck was not found`,
      more_info: 'https://www.twilio.com/docs/errors/20404',
      status: 404,
    });
    expect((await ask('POST', `${path}/VerificationCheck`, { Code: '1234' })).body).toMatchObject({
      code: 60_221,
    });
    expect((await ask('POST', `${path}/VerificationCheck`, { To: person, Code: '12' })).body).toMatchObject({
      code: 60_200,
    });
  });

  it('to a landline by SMS, where the service looks numbers up and skips landlines', async () => {
    const { verify, control, message } = await withService();
    await control('POST', `/phones/${person}`, { line: 'landline' });
    const start = (channel: string) => verify.verifications.create({ to: person, channel });
    expect(await start('sms')).toMatchObject({ status: 'pending', lookup: { carrier: null } });
    expect(await message()).toBe('');
    await verify.update({ skipSmsToLandlines: true });
    await start('sms');
    await verify.update({ lookupEnabled: true });
    await expect(start('sms')).rejects.toMatchObject({ status: 403, code: 60_205 });
    await verify.verifications(person).update({ status: 'canceled' });
    expect(await start('call')).toMatchObject({
      lookup: { carrier: { type: 'landline', mobile_country_code: null } },
    });
  });

  it('to an unverified phone of a trial account', async () => {
    const { verify, control } = await withService({}, { isTrial: true });
    const start = () => verify.verifications.create({ to: person, channel: 'sms' });
    await expect(start()).rejects.toMatchObject({ status: 403, code: 21_608 });
    await control('POST', `/phones/${person}`, { verified: true });
    expect(await start()).toMatchObject({ status: 'pending' });
  });

  it('by Fraud Guard, for twelve hours and SMS only', async () => {
    const { verify, control, advance } = await withService();
    await control('POST', '/verify/blocks/+4477', { code: 60_410 });
    const start = (to: string, more: { channel?: string; riskCheck?: 'enable' | 'disable' } = {}) =>
      verify.verifications.create({ to, channel: 'sms', ...more });
    const blocked = { status: 403, code: 60_410 };
    await expect(start('+447700900123')).rejects.toMatchObject(blocked);
    await expect(start('+447700900123', { riskCheck: 'enable' })).rejects.toMatchObject(blocked);
    await start('+442079460123');
    await start('+447700900124', { channel: 'whatsapp' });
    await start('+447700900125', { riskCheck: 'disable' });
    await advance(12 * 3600 - 1);
    await expect(start('+447700900123')).rejects.toMatchObject(blocked);
    await advance(1);
    expect(await start('+447700900123')).toMatchObject({ status: 'pending' });
  });

  it('by Geo Permissions, until they are changed', async () => {
    const { verify, control } = await withService();
    await control('POST', '/verify/blocks/+44', { code: 60_605 });
    const start = (channel: string) => verify.verifications.create({ to: '+447700900123', channel });
    const blocked = { status: 403, code: 60_605 };
    await expect(start('sms')).rejects.toMatchObject(blocked);
    await expect(start('call')).rejects.toMatchObject(blocked);
    expect((await control('DELETE', '/verify/blocks/+44')).body).toEqual({ prefix: '+44', lifted: true });
    expect(await start('sms')).toMatchObject({ status: 'pending' });
  });

  it.each([60_212, 20_429])('with %d as often as a tester orders', async (code) => {
    const { ask, path, control } = await withService();
    await control('POST', `/verify/blocks/${person}`, { code, times: 1 });
    const start = () => ask('POST', `${path}/Verifications`, { To: person, Channel: 'sms' });
    const more_info = `https://www.twilio.com/docs/errors/${code}`;
    expect(await start()).toMatchObject({ status: 429, body: { code, status: 429, more_info } });
    expect(await start()).toMatchObject({ status: 201 });
  });

  it('never because of an order that was not understood', async () => {
    const { control, verify } = await withService();
    for (const body of [{}, { code: 12 }, { code: 60_410, times: 0 }]) {
      expect(await control('POST', '/verify/blocks/+1', body)).toMatchObject({ status: 400 });
    }
    expect(await verify.verifications.create({ to: person, channel: 'sms' })).toMatchObject({
      status: 'pending',
    });
  });
});

describe('a payment', () => {
  const payment = { amount: '€39.99', payee: 'Acme' };

  it('is told to the person and approved with the same amount and payee only', async () => {
    const { verify, message } = await withService({ psd2Enabled: true });
    expect(await verify.verifications.create({ to: person, channel: 'sms', ...payment })).toMatchObject(
      payment,
    );
    const text = await message();
    expect(text).toContain('(€39.99, Acme)');
    const code = /is: (\d+)/.exec(text)?.[1] ?? '';
    const check = (given: object) => verify.verificationChecks.create({ to: person, code, ...given });
    expect(await check({ ...payment, amount: '€3999' })).toMatchObject({ valid: false });
    await expect(check({})).rejects.toMatchObject({ status: 400, code: 60_206 });
    expect(await check(payment)).toMatchObject({ valid: true, ...payment });
  });

  it('needs both, and is not read out', async () => {
    const { verify } = await withService({ psd2Enabled: true });
    const start = (more: object) => verify.verifications.create({ to: person, channel: 'sms', ...more });
    await expect(start({})).rejects.toMatchObject({ status: 400, code: 60_206 });
    await expect(start({ ...payment, channel: 'call' })).rejects.toMatchObject({ code: 60_214 });
  });
});
