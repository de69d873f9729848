// Verification through the front door: started, checked, cancelled, refused. The code is on the person's phone and nowhere else.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, PERSON, type Row, type World, type WorldOptions } from '../support/world.ts';

let world: World;

async function begin(options: WorldOptions = {}): Promise<World & { readonly service: Row }> {
  world = await createWorld(options);
  const service = await world.ok('verify_create_service', { friendly_name: 'Example Shop' });
  return { ...world, service };
}

afterEach(() => world.close());

/** What the person reads on their phone. */
async function codeOnPhone({ control }: World): Promise<string> {
  const { messages } = await control('GET', `/phones/${PERSON}/messages`);
  const bodies = Array.isArray(messages) ? messages.map((each: { body?: string }) => each.body ?? '') : [];
  const code = bodies.flatMap((body) => /\b(\d{4,10})\b/.exec(body)?.[1] ?? []).at(-1);
  if (code === undefined) throw new Error(`no code on the phone: ${JSON.stringify(messages)}`);
  return code;
}

function otherThan(code: string): string {
  return code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
}

describe.each(kinds)('with a %s client', (kind) => {
  it('starts, refuses a wrong code, approves the right one, and then knows nothing of it', async () => {
    const { ok, no, advance, service, log, client } = await begin({ kind });
    const service_sid = service['sid'];
    const started = await ok('verify_start_verification', { to: PERSON, channel: 'sms', service_sid });
    expect(started).toMatchObject({ status: 'pending', to: PERSON, channel: 'sms' });
    await advance(5);
    const code = await codeOnPhone(world);
    expect(await ok('verify_get_verification', { sid: started['sid'], service_sid })).toMatchObject({
      status: 'pending',
    });
    expect(
      await ok('verify_check_verification', { to: PERSON, code: otherThan(code), service_sid }),
    ).toMatchObject({ status: 'pending', valid: false });
    const answer = await client.call('verify_check_verification', { to: PERSON, code, service_sid });
    expect(answer.data).toMatchObject({ status: 'approved', valid: true });
    expect(
      JSON.stringify(answer) + log.join('') + JSON.stringify(started),
      'the code is seen nowhere',
    ).not.toContain(code);
    expect(await no('verify_check_verification', { to: PERSON, code, service_sid })).toMatch(
      /^NOT_FOUND: .*20404/,
    );
  });

  it('cancels, after which the code is worth nothing', async () => {
    const { ok, no, advance, service } = await begin({ kind });
    const service_sid = service['sid'];
    const started = await ok('verify_start_verification', { to: PERSON, channel: 'sms', service_sid });
    await advance(5);
    const code = await codeOnPhone(world);
    expect(await ok('verify_cancel_verification', { sid: started['sid'], service_sid })).toMatchObject({
      status: 'canceled',
    });
    expect(await no('verify_check_verification', { to: PERSON, code, service_sid })).toMatch(/^NOT_FOUND/);
  });

  it('stops after five wrong codes, and says to wait', async () => {
    const { ok, no, advance, service } = await begin({ kind });
    const service_sid = service['sid'];
    await ok('verify_start_verification', { to: PERSON, channel: 'sms', service_sid });
    await advance(5);
    const wrong = otherThan(await codeOnPhone(world));
    for (let n = 0; n < 5; n += 1)
      await ok('verify_check_verification', { to: PERSON, code: wrong, service_sid });
    const text = await no('verify_check_verification', { to: PERSON, code: wrong, service_sid });
    expect(text).toContain('Twilio error 60202');
    expect(text).not.toContain(wrong);
  });
});

describe('starting', () => {
  it.each(['call', 'whatsapp'])('goes by %s', async (channel) => {
    const { ok, service } = await begin();
    expect(
      await ok('verify_start_verification', { to: PERSON, channel, service_sid: service['sid'] }),
    ).toMatchObject({ status: 'pending', channel });
  });

  it('expires after ten minutes', async () => {
    const { ok, no, advance, service } = await begin();
    await ok('verify_start_verification', { to: PERSON, channel: 'sms', service_sid: service['sid'] });
    await advance(5);
    const code = await codeOnPhone(world);
    await advance(600);
    expect(await no('verify_check_verification', { to: PERSON, code, service_sid: service['sid'] })).toMatch(
      /^NOT_FOUND/,
    );
  });

  it('asks for a service when none is named and none configured, and takes the configured one', async () => {
    const { no } = await begin();
    expect(await no('verify_start_verification', { to: PERSON, channel: 'sms' })).toMatch(
      /service_sid[\s\S]*verify_list_services/,
    );
  });

  it('says when too many codes were sent', async () => {
    const { ok, no, service } = await begin();
    const start = { to: PERSON, channel: 'sms', service_sid: service['sid'] };
    for (let n = 0; n < 5; n += 1) await ok('verify_start_verification', start);
    expect(await no('verify_start_verification', start)).toContain('Twilio error 60203');
  });

  it('refuses an email address for sms before anything is sent', async () => {
    const { no, requests, service } = await begin();
    const before = requests('POST').length;
    expect(
      await no('verify_start_verification', {
        to: 'ana@example.com',
        channel: 'sms',
        service_sid: service['sid'],
      }),
    ).toMatch(/^INVALID_INPUT/);
    expect(requests('POST')).toHaveLength(before);
  });
});

describe('services', () => {
  it('are created, read, listed and changed', async () => {
    const { ok, no, service } = await begin();
    expect(await ok('verify_get_service', { sid: service['sid'] })).toMatchObject({
      friendly_name: 'Example Shop',
      code_length: 6,
    });
    expect(await ok('verify_update_service', { sid: service['sid'], code_length: 8 })).toMatchObject({
      code_length: 8,
    });
    const list = await ok('verify_list_services', {});
    expect(list['services']).toMatchObject([{ sid: service['sid'], code_length: 8 }]);
    expect(await no('verify_update_service', { sid: service['sid'], code_length: 3 })).toMatch(
      /^INVALID_INPUT: .*code_length/,
    );
    expect(await no('verify_get_service', { sid: `VA${'a'.repeat(32)}` })).toMatch(/^NOT_FOUND/);
  });
});
