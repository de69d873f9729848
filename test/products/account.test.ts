// Account through the front door: who am I, money left, numbers and their webhooks, error codes explained.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, OWN_NUMBER, type World, type WorldOptions } from '../support/world.ts';

let world: World;

async function begin(options: WorldOptions = {}): Promise<World> {
  world = await createWorld(options);
  return world;
}

afterEach(() => world.close());

describe.each(kinds)('with a %s client', (kind) => {
  it('says who it is, without the token that Twilio answers with', async () => {
    const { client, emulator } = await begin({ kind });
    const answer = await client.call('account_whoami');
    expect(answer.data).toMatchObject({
      account_sid: emulator.emulator.accountSid,
      status: 'active',
      credential: 'Auth Token',
      mode: 'live',
    });
    expect(JSON.stringify(answer)).not.toContain(emulator.emulator.authToken);
  });

  it('reads the balance', async () => {
    const { ok } = await begin({ kind });
    const balance = await ok('account_get_balance');
    expect(balance).toMatchObject({ currency: 'USD' });
    expect(balance['balance']).toBeTypeOf('number');
  });

  it('lists its numbers, reads one and changes its webhooks', async () => {
    const { ok, no } = await begin({ kind });
    const list = await ok('account_list_numbers', {});
    const rows = Array.isArray(list['incoming_phone_numbers']) ? list['incoming_phone_numbers'] : [];
    const own = rows.find((row: { phone_number: string }) => row.phone_number === OWN_NUMBER);
    expect(own).toBeDefined();
    const changed = await ok('account_update_number', { sid: own.sid, sms_url: 'https://example.com/sms' });
    expect(changed).toMatchObject({ sms_url: 'https://example.com/sms' });
    expect(await ok('account_get_number', { sid: own.sid })).toMatchObject({
      sms_url: 'https://example.com/sms',
    });
    expect(await no('account_get_number', { sid: `PN${'a'.repeat(32)}` })).toMatch(/^NOT_FOUND: .*20404/);
    expect(await no('account_update_number', { sid: own.sid, sms_url: 'not a url' })).toMatch(
      /^INVALID_INPUT: .*sms_url/,
    );
  });

  it('explains a code it knows and is honest about one it does not', async () => {
    const { ok, no, requests } = await begin({ kind });
    const known = await ok('account_explain_error', { code: 21610 });
    expect(known).toMatchObject({
      code: 21610,
      known: true,
      docs_url: 'https://www.twilio.com/docs/api/errors/21610',
    });
    expect(String(known['meaning']).length).toBeGreaterThan(10);
    expect(await ok('account_explain_error', { code: 29_999 })).toMatchObject({ known: false });
    expect(await no('account_explain_error', { code: 'STOP' })).toMatch(/^INVALID_INPUT: .*code/);
    expect(requests(), 'it is told from memory').toEqual([]);
  });
});

describe('a wrong token', () => {
  it('is told as such, with the next step and without the token', async () => {
    const wrong = 'wrong-token-0123456789';
    const { client, log } = await begin({ env: { TWILIO_AUTH_TOKEN: wrong } });
    const answer = await client.call('account_get_balance');
    expect(answer.text).toMatch(/^AUTHENTICATION_FAILED: .*20003/);
    expect(answer.text).toContain('Next: ');
    expect(JSON.stringify(answer) + log.join('')).not.toContain(wrong);
  });
});
