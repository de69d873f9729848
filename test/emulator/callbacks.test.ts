// What the emulator sends to webhooks: signatures the official SDK accepts, retries, redirects, and where it may not go.
import twilio from 'twilio';
import { expect, test } from 'vitest';
import { closedPort, type Heard, receiver } from './receiver.ts';
import { served } from './served.ts';

const FROM = '+14155550100';
const TO = '+12015550142';

async function sendTold(statusCallback: string, to = TO) {
  const world = await served();
  const { sid } = await world.sdk.messages.create({ to, from: FROM, body: 'Hi', statusCallback });
  await world.control('POST', '/clock/advance', { seconds: 5 });
  const { body } = await world.control('GET', '/callbacks');
  return { ...world, sid, callbacks: body.callbacks };
}

function isSigned(heard: Heard, token: string): boolean {
  return twilio.validateRequest(token, String(heard.headers['x-twilio-signature']), heard.url, heard.params);
}

test('each status after the first is told, signed, with an idempotency token of its own', async () => {
  const { url, heard } = await receiver();
  const { sid, accountSid, authToken } = await sendTold(`${url}/status?order=7&x=a%20b`);
  expect(heard.map(({ params }) => params['MessageStatus'])).toEqual(['sent', 'delivered']);
  expect(heard[1]?.params).toMatchObject({
    MessageSid: sid,
    SmsSid: sid,
    SmsStatus: 'delivered',
    AccountSid: accountSid,
    From: FROM,
    To: TO,
    ApiVersion: '2010-04-01',
    RawDlrDoneDate: '2611020900',
  });
  for (const one of heard) {
    expect(isSigned(one, authToken)).toBe(true);
    expect(isSigned(one, 'another token')).toBe(false);
  }
  expect(heard[0]?.headers['content-type']).toContain('application/x-www-form-urlencoded');
  const tokens = heard.map(({ headers }) => headers['i-twilio-idempotency-token']);
  expect(new Set(tokens).size).toBe(2);
});

test('a failure is told with its code', async () => {
  const { url, heard } = await receiver();
  await sendTold(url, '+12015550103');
  expect(heard.map(({ params }) => [params['MessageStatus'], params['ErrorCode']])).toEqual([
    ['sent', undefined],
    ['undelivered', '30003'],
  ]);
});

test('by default a 500 is not tried again; #rp=5xx&rc=2 tries twice more with the same token', async () => {
  const plain = await receiver(() => ({ status: 500 }));
  const { callbacks } = await sendTold(plain.url, '+12015550104');
  expect(plain.heard).toHaveLength(1);
  expect(callbacks[0]).toMatchObject({ outcome: 'failed', attempts: [{ status: 500 }] });
  const stubborn = await receiver((_, nth) => ({ status: nth < 3 ? 503 : 204 }));
  const told = await sendTold(`${stubborn.url}/s#rc=2&rp=5xx`, '+12015550104');
  expect(stubborn.heard).toHaveLength(3);
  expect(new Set(stubborn.heard.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
  expect(stubborn.heard.every((one) => isSigned(one, told.authToken))).toBe(true);
  expect(told.callbacks[0]).toMatchObject({ outcome: 'delivered' });
});

test('a refused connection is tried once more by default and not at all with rc=0', async () => {
  const closed = await closedPort();
  const { callbacks } = await sendTold(`${closed}/a`, '+12015550104');
  expect(callbacks[0]).toMatchObject({ outcome: 'failed' });
  expect(callbacks[0].attempts.map(({ error }: { error: string }) => error)).toEqual([
    'ECONNREFUSED',
    'ECONNREFUSED',
  ]);
  const once = await sendTold(`${closed}/a#rc=0`, '+12015550104');
  expect(once.callbacks[0].attempts).toHaveLength(1);
});

test('an answer that does not come in time counts as a read time-out', async () => {
  const slow = await receiver(() => new Promise(() => undefined));
  const { callbacks } = await sendTold(`${slow.url}/#rt=100&rp=rt&rc=1`, '+12015550104');
  expect(slow.heard).toHaveLength(2);
  expect(callbacks[0]).toMatchObject({ outcome: 'failed', attempts: [{ error: 'TimeoutError' }, {}] });
});

test('a redirect is followed with GET and signed anew', async () => {
  const { url, heard } = await receiver(({ url: asked }) =>
    asked.endsWith('/old') ? { status: 302, location: '/new' } : { status: 204 },
  );
  const { authToken, callbacks } = await sendTold(`${url}/old`, '+12015550104');
  const moved = heard[1];
  if (moved === undefined) throw new Error('the redirect was not followed');
  expect(moved.method).toBe('GET');
  expect(isSigned({ ...moved, params: {} }, authToken)).toBe(true);
  expect(new URL(moved.url).searchParams.get('MessageStatus')).toBe('failed');
  expect(callbacks[0].outcome).toBe('delivered');
});

test('nothing leaves this machine unless the host was allowed', async () => {
  const asked: string[] = [];
  const spy: typeof fetch = async (input) => {
    asked.push(String(input));
    return new Response(null, { status: 204 });
  };
  const strict = await served({ fetch: spy });
  const open = await served({ fetch: spy, allowedHosts: ['hooks.example.com'] });
  for (const { sdk, control } of [strict, open]) {
    await sdk.messages.create({
      to: '+12015550104',
      from: FROM,
      body: 'Hi',
      statusCallback: 'https://hooks.example.com/a',
    });
    await control('POST', '/clock/advance', { seconds: 5 });
  }
  expect(asked).toEqual(['https://hooks.example.com/a']);
  const { body } = await strict.control('GET', '/callbacks?kind=message-status');
  expect(body.callbacks).toMatchObject([{ outcome: 'blocked', attempts: [] }]);
  expect((await strict.control('GET', '/callbacks?kind=other')).body.callbacks).toEqual([]);
});

test('a redirect off this machine is not followed', async () => {
  const { url } = await receiver(() => ({ status: 307, location: 'https://example.com/' }));
  const { callbacks } = await sendTold(url, '+12015550104');
  expect(callbacks[0]).toMatchObject({ outcome: 'failed', attempts: [{ status: 307 }] });
});

test('a receiver may advance the clock itself without a dead end', async () => {
  const world = await served();
  const { url, heard } = await receiver(async () => {
    await world.control('POST', '/clock/advance', { seconds: 1 });
    return { status: 204 };
  });
  await world.sdk.messages.create({ to: TO, from: FROM, body: 'Hi', statusCallback: url });
  await world.control('POST', '/clock/advance', { seconds: 5 });
  expect(heard.map(({ params }) => params['MessageStatus']).sort()).toEqual(['delivered', 'sent']);
});
