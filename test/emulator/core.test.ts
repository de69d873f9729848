// The core on the wire: paging, refusals, faults, clock, control door, determinism.
import { expect, test } from 'vitest';
import { createEmulator } from '../../src/emulator/emulator.ts';
import { emulatedRoutes } from '../../src/emulator/products.ts';
import { sdkClient } from './sdk-client.ts';
import { START, served } from './served.ts';

const FROM = '+14155550100';
const TO = '+12015550142';

test('v2010 pages are walked to the end by relative URIs, and back', async () => {
  const { ask, sdk, accountSid } = await served();
  for (let i = 0; i < 5; i += 1) await sdk.messages.create({ to: TO, from: FROM, body: `No. ${i}` });
  const first = `/2010-04-01/Accounts/${accountSid}/Messages.json?To=%2B12015550142&PageSize=2`;
  const bodies: string[] = [];
  const pages: { page: number; start: number; end: number; previous_page_uri: string | null }[] = [];
  let uri: string | null = first;
  while (uri !== null) {
    const { body }: Awaited<ReturnType<typeof ask>> = await ask('GET', `api.twilio.com${uri}`);
    bodies.push(...body.messages.map((one: { body: string }) => one.body));
    pages.push(body);
    uri = body.next_page_uri;
    if (uri !== null) expect(uri).toMatch(/^\/2010-04-01\/.*To=%2B12015550142.*PageSize=2/);
    // A message that comes in between shifts no page.
    await sdk.messages.create({ to: TO, from: FROM, body: 'late' });
  }
  expect(bodies).toEqual(['No. 4', 'No. 3', 'No. 2', 'No. 1', 'No. 0']);
  expect(pages.map(({ page }) => page)).toEqual([0, 1, 2]);
  expect(pages[0]).toMatchObject({ page_size: 2, start: 0, end: 1, previous_page_uri: null });
  const back = await ask('GET', `api.twilio.com${pages[2]?.previous_page_uri}`);
  expect(back.body.messages.map((one: { body: string }) => one.body)).toEqual(['No. 2', 'No. 1']);
  expect((await sdk.messages.list({ pageSize: 2 })).length).toBe(8);
});

test('v1 pages are walked to the end by absolute URLs', async () => {
  const { ask, sdk } = await served();
  for (const friendlyName of ['a', 'b', 'c']) await sdk.messaging.v1.services.create({ friendlyName });
  const names: string[] = [];
  let url: string | null = 'https://messaging.twilio.com/v1/Services?PageSize=2';
  while (url !== null) {
    const { body }: Awaited<ReturnType<typeof ask>> = await ask('GET', url.replace('https://', ''));
    names.push(...body.services.map((one: { friendly_name: string }) => one.friendly_name));
    expect(body.meta).toMatchObject({ page_size: 2, key: 'services' });
    expect(body.meta.first_page_url).toBe('https://messaging.twilio.com/v1/Services?PageSize=2&Page=0');
    url = body.meta.next_page_url;
  }
  expect(names).toEqual(['c', 'b', 'a']);
  expect((await sdk.messaging.v1.services.list({ pageSize: 1 })).length).toBe(3);
  expect(await ask('GET', 'messaging.twilio.com/v1/Services?PageSize=0')).toMatchObject({ status: 400 });
  expect(await ask('GET', 'messaging.twilio.com/v1/Services?PageSize=5000')).toMatchObject({ status: 200 });
});

test('a route that is not there yet answers 501 and names itself', async () => {
  const { ask, accountSid } = await served();
  const path = `/2010-04-01/Accounts/${accountSid}/Nothing.json`;
  const { status, body } = await ask('PATCH', `api.twilio.com${path}`, {});
  expect(status).toBe(501);
  expect(body).toMatchObject({
    status: 501,
    message: expect.stringContaining(`PATCH api.twilio.com ${path}`),
  });
  expect((await ask('GET', 'v2/Services')).body.message).toContain('/<host>/<path>');
});

test('hosts of a region are the same Twilio', async () => {
  const { ask, accountSid } = await served();
  const path = `2010-04-01/Accounts/${accountSid}/Balance.json`;
  for (const host of ['api.dublin.ie1.twilio.com', 'api.ie1.twilio.com', 'API.twilio.com']) {
    expect((await ask('GET', `${host}/${path}`)).status).toBe(200);
  }
  expect((await ask('GET', `api.evil.com/${path}`)).status).toBe(501);
});

test('over the rate limit there is 429 with 20429, and the next second is free again', async () => {
  const { ask, control, accountSid } = await served({ requestsPerSecond: 2 });
  const balance = () => ask('GET', `api.twilio.com/2010-04-01/Accounts/${accountSid}/Balance.json`);
  expect([(await balance()).status, (await balance()).status]).toEqual([200, 200]);
  const limited = await balance();
  expect(limited).toMatchObject({ status: 429, body: { code: 20429, status: 429 } });
  expect(limited.headers.get('retry-after')).toBe('1');
  await control('POST', '/clock/advance', { seconds: 1 });
  expect((await balance()).status).toBe(200);
});

test('ordered faults hit the request they fit and no other', async () => {
  const { ask, control, accountSid, sdk } = await served();
  const path = `api.twilio.com/2010-04-01/Accounts/${accountSid}/Balance.json`;
  const order = (fault: unknown) => control('POST', '/faults', fault);
  await order({
    kind: 'status',
    status: 503,
    method: 'GET',
    host: 'api.twilio.com',
    path: 'Balance',
    times: 2,
  });
  expect((await ask('GET', 'messaging.twilio.com/v1/Services')).status).toBe(200);
  expect(await ask('GET', path)).toMatchObject({ status: 503, body: { code: 20503 } });
  expect((await ask('GET', path)).status).toBe(503);
  expect((await ask('GET', path)).status).toBe(200);

  await order({ kind: 'rate-limit', retry_after: 7 });
  const limited = await ask('GET', path);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);

  await order({ kind: 'reset' });
  await expect(ask('GET', path)).rejects.toThrow('fetch failed');
  await order({ kind: 'truncated' });
  await expect(ask('GET', path)).rejects.toThrow();
  await order({ kind: 'not-json' });
  await expect(ask('GET', path)).rejects.toThrow(SyntaxError);
  await order({ kind: 'slow', pause_ms: 1 });
  expect((await ask('GET', path)).body.currency).toBe('USD');

  await order({ kind: 'lost-reply', method: 'POST' });
  await expect(sdk.messages.create({ to: TO, from: FROM, body: 'Did it arrive?' })).rejects.toThrow();
  expect(await sdk.messages.list({ to: TO })).toHaveLength(1);

  expect((await control('GET', '/faults')).body).toEqual({ faults: [] });
  expect(await order({ kind: 'surprise' })).toMatchObject({ status: 400 });
  await order({ kind: 'reset' });
  await control('DELETE', '/faults');
  expect((await ask('GET', path)).status).toBe(200);
});

test('a silent request ends when its caller gives up, and is on record', async () => {
  const { url, control, emulator, authToken, accountSid } = await served();
  await control('POST', '/faults', { kind: 'silence' });
  const giveUp = new AbortController();
  const asked = fetch(`${url}/api.twilio.com/2010-04-01/Accounts.json`, {
    signal: giveUp.signal,
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
  });
  await expect.poll(() => emulator.requests().length).toBe(1);
  giveUp.abort();
  await expect(asked).rejects.toThrow('abort');
});

test('the record of requests has parameters and no credentials', async () => {
  const { sdk, control, authToken, accountSid } = await served();
  await sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  const { body } = await control('GET', '/requests');
  expect(body.requests).toMatchObject([
    {
      method: 'POST',
      host: 'api.twilio.com',
      path: `/2010-04-01/Accounts/${accountSid}/Messages.json`,
      params: { To: TO, From: FROM, Body: 'Hi' },
      status: 201,
    },
  ]);
  const text = JSON.stringify(body);
  expect(text).not.toContain(authToken);
  expect(text.toLowerCase()).not.toContain('authorization');
});

test('the control door tells its routes, its state, and what is wrong with a request', async () => {
  const { control, url, accountSid, authToken } = await served();
  const { body: help } = await control('GET', '/help');
  const known = help.routes.map((one: { method: string; path: string }) => `${one.method} ${one.path}`);
  expect(known).toContain('POST /_emulator/clock/advance');
  expect(known).toContain('POST /_emulator/phones/{number}/messages');
  expect(new Set(known).size).toBe(known.length);
  expect((await control('GET', '')).body).toMatchObject({ simulated: true, now: '2026-11-02T09:00:00Z' });
  const { body: state } = await control('GET', '/state?table=incoming%20phone%20numbers');
  expect(Object.keys(state)).toEqual(['incoming phone numbers']);
  const { body: whole } = await control('GET', '/state');
  expect(whole.accounts).toMatchObject([{ sid: accountSid, authToken: '***' }]);
  expect(JSON.stringify(whole)).not.toContain(authToken);
  expect(await control('POST', '/nowhere', {})).toMatchObject({ status: 404 });
  expect(await control('POST', '/clock/advance', { seconds: -1 })).toMatchObject({ status: 400 });
  expect(await control('POST', '/clock/advance', [])).toMatchObject({ status: 400 });
  const broken = await fetch(`${url}/_emulator/clock/advance`, { method: 'POST', body: '{' });
  expect(broken.status).toBe(400);
});

test('reset brings back the start: same rows, same SIDs, nothing pending', async () => {
  const { sdk, control } = await served();
  const send = () => sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  const { sid } = await send();
  await control('POST', '/reset', {});
  expect(await sdk.messages.list()).toEqual([]);
  expect((await control('GET', '')).body.pending_timers).toBe(0);
  expect((await send()).sid).toBe(sid);
  const other = await served({ seed: 'another' });
  const elsewhere = await other.sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  expect(elsewhere.sid).not.toBe(sid);
});

test('in auto mode the clock follows real time and can still be pushed ahead', async () => {
  let real = START;
  const { sdk, control } = await served({ clock: 'auto', now: () => real });
  const { sid } = await sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  await control('POST', '/clock/advance', { seconds: 5 });
  expect((await sdk.messages(sid).fetch()).status).toBe('delivered');
  real += 60_000;
  expect((await control('GET', '')).body.now).toBe('2026-11-02T09:01:05Z');
});

test('in auto mode a message is delivered without anyone touching the clock', async () => {
  let real = START;
  const tick = () => {
    real += 400;
    return real;
  };
  const { sdk } = await served({ clock: 'auto', now: tick });
  const { sid } = await sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  await expect.poll(async () => (await sdk.messages(sid).fetch()).status).toBe('delivered');
});

test('a failure behind a timer is on record and does not stop the clock', async () => {
  const { emulator, control } = await served();
  const { world } = emulator;
  let ran = false;
  world.clock.after(1, () => {
    throw new Error('broken product');
  });
  world.clock.after(2, () => {
    ran = true;
  });
  await control('POST', '/clock/advance', { seconds: 5 });
  expect(ran).toBe(true);
  expect((await control('GET', '')).body.mishaps).toEqual([expect.stringContaining('broken product')]);
  world.mishaps.length = 0;
});

test('a failure of the emulator itself is an answer that says so', async () => {
  const { url, emulator } = await served();
  emulator.fetch = () => Promise.reject(new Error('broken route'));
  const response = await fetch(`${url}/api.twilio.com/2010-04-01/Accounts.json`);
  expect(response.status).toBe(500);
  expect(JSON.parse(await response.text())).toMatchObject({
    code: 20500,
    message: expect.stringContaining('broken route'),
  });
});

test('two emulators share nothing', async () => {
  const [one, two] = [await served(), await served()];
  await one.sdk.messages.create({ to: TO, from: FROM, body: 'Hi' });
  expect(await two.sdk.messages.list()).toEqual([]);
});

test('without a port it is a function from Request to Response', async () => {
  const emulator = createEmulator({ now: () => START, clock: 'manual', accountSid: `AC${'7'.repeat(32)}` });
  const ask = (authorization: string) =>
    emulator.fetch(
      new Request(`http://emulator.invalid/api.twilio.com/2010-04-01/Accounts/${emulator.accountSid}.json`, {
        headers: { authorization },
      }),
    );
  expect((await ask('')).status).toBe(401);
  expect((await ask(`Basic ${btoa(`${emulator.accountSid}:${emulator.authToken}`)}`)).status).toBe(200);
});

test('API keys of the options are accepted', async () => {
  const key = { sid: `SK${'0'.repeat(32)}`, secret: 'of the key' };
  const { url, accountSid } = await served({ apiKeys: [key] });
  const sdk = sdkClient(url, key.sid, key.secret, accountSid);
  expect(await sdk.messages.list()).toEqual([]);
});

test('the list of emulated routes is in Twilio templates, each once', () => {
  const routes = emulatedRoutes().map(({ method, host, path }) => `${method} ${host}${path}`);
  expect(routes).toContain('POST api.twilio.com/2010-04-01/Accounts/{AccountSid}/Messages.json');
  expect(new Set(routes).size).toBe(routes.length);
});
