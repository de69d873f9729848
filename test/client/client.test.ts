// The client over real sockets: what goes out, what comes back, time limits, cancellation, size, shapes of answers.
import { once } from 'node:events';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import {
  account,
  clientFor,
  deleteRequest,
  inTurn,
  json,
  readRequest,
  reset,
  sendRequest,
  silence,
  startDouble,
} from './double.ts';

const read = { effect: 'read' } as const;
const send = { effect: 'send', lookWith: 'messaging_list_messages' } as const;
const authorization = `Basic ${Buffer.from(`${account}:secret-of-the-test`).toString('base64')}`;

describe('requests', () => {
  it('go to the base URL by host, with form, credentials and user agent', async () => {
    const double = await startDouble(json(201, { sid: 'SM1' }, { 'Twilio-Request-Id': 'RQ1' }));
    const { client } = clientFor(double.url);
    const answer = await client.send(sendRequest, send);
    expect(answer).toMatchObject({
      status: 201,
      body: { sid: 'SM1' },
      headers: { 'twilio-request-id': 'RQ1' },
    });
    expect(double.received).toMatchObject([
      {
        method: 'POST',
        target: `/api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`,
        body: 'To=%2B14155550123&Body=Hi',
        headers: {
          authorization,
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': '25',
          'user-agent': 'twilio-mcp/test',
        },
      },
    ]);
    expect(client.urlOf(sendRequest)).toBe(`${double.url}${double.received[0]?.target}`);
  });

  it('carry JSON, queries and headers, by PUT and PATCH too', async () => {
    const double = await startDouble(json(200, {}));
    const { client } = clientFor(`${double.url}/below/`);
    const body = { type: 'json', text: '{"a":"é"}' } as const;
    await client.send(
      { ...readRequest, method: 'PUT', query: [['A>', '1 2']], headers: { 'If-Match': '3' }, body },
      { effect: 'write' },
    );
    await client.send({ ...readRequest, method: 'PATCH', body }, { effect: 'write' });
    expect(double.received).toMatchObject([
      {
        method: 'PUT',
        target: '/below/verify.twilio.com/v2/Services?A%3E=1%202',
        headers: { 'content-type': 'application/json', 'content-length': '10', 'if-match': '3' },
        body: '{"a":"é"}',
      },
      { method: 'PATCH' },
    ]);
  });

  it('share connections', async () => {
    const double = await startDouble(json(200, {}));
    const { client } = clientFor(double.url);
    for (let turn = 0; turn < 9; turn += 1) await client.send(readRequest, read);
    // undici opens a second one when the next request comes in the same tick as the end of the answer.
    expect(double.sockets.length).toBeLessThanOrEqual(2);
  });

  it('wait for a turn when too many are under way', async () => {
    const held: (() => void)[] = [];
    let most = 0;
    const double = await startDouble((response, _, nth) => {
      held.push(() => response.end('{}'));
      most = Math.max(most, held.length);
      if (nth === 9) for (const release of held.splice(0)) release();
      else if (held.length === 2) setImmediate(() => held.shift()?.());
    });
    const { client } = clientFor(double.url, { atOnce: 2 });
    await Promise.all(Array.from({ length: 9 }, () => client.send(readRequest, read)));
    expect(most).toBe(2);
  });

  it('need credentials, and say which', async () => {
    const double = await startDouble(json(200, {}));
    const { client } = clientFor(double.url);
    const error = { code: 'CREDENTIALS_MISSING', details: { next: 'Set SENDGRID_API_KEY.' } };
    await expect(client.send({ ...readRequest, host: 'sendgrid' }, read)).rejects.toMatchObject(error);
    expect(double.received).toEqual([]);
  });

  it('take credentials anew for each request', async () => {
    const double = await startDouble(json(200, {}));
    const rotating = ['t1', 't2'];
    const { client } = clientFor(double.url, {
      credentials: async () => ({ accountSid: account, authToken: rotating.shift() }),
    });
    await client.send(readRequest, read);
    await client.send(readRequest, read);
    const tokens = double.received.map(
      ({ headers }) =>
        Buffer.from(headers.authorization?.slice(6) ?? '', 'base64')
          .toString()
          .split(':')[1],
    );
    expect(tokens).toEqual(['t1', 't2']);
  });
});

describe('answers', () => {
  it.each([
    ['204', 204, ''],
    ['an empty 200', 200, ''],
    ['an empty 202', 202, ' \n'],
  ])('%s is a success with an empty body', async (_, status, text) => {
    const double = await startDouble((response) =>
      response.writeHead(status).end(status === 204 ? undefined : text),
    );
    const { client } = clientFor(double.url);
    expect(await client.send(deleteRequest, { effect: 'delete' })).toMatchObject({ status, body: {} });
    expect(double.received).toHaveLength(1);
  });

  it('a 307 of a read is the address of a file, and is not followed', async () => {
    const double = await startDouble((response) =>
      response.writeHead(307, { location: 'https://files.example/x?sig=1' }).end(),
    );
    const { client } = clientFor(double.url);
    expect(await client.send(readRequest, read)).toMatchObject({
      body: { location: 'https://files.example/x?sig=1' },
    });
    // Whatever stands between may have passed the request on.
    await expect(client.send(sendRequest, send)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      details: { httpStatus: 307 },
    });
    expect(double.received).toHaveLength(2);
  });

  it.each([
    ['HTML', '<html><title>Sign in</title></html>'],
    ['broken JSON', '{"sid":"SM1"'],
    ['a bare word', '"ok"'],
  ])('%s is unreadable: for a read that is all, for a send the outcome is unknown', async (_, text) => {
    const double = await startDouble((response) => response.writeHead(200).end(text));
    const { client } = clientFor(double.url);
    await expect(client.send(readRequest, read)).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' });
    await expect(client.send(sendRequest, send)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      details: { httpStatus: 200, next: expect.stringContaining('messaging_list_messages') },
    });
    expect(double.received).toHaveLength(2);
  });

  it('50 MB are given up at the bound, and the socket with them', async () => {
    const megabyte = Buffer.alloc(1_000_000, 'x');
    const double = await startDouble((response) => {
      response.writeHead(200);
      const pump = (): void => {
        for (let left = 50; left > 0 && !response.destroyed; left -= 1)
          if (!response.write(megabyte)) return void response.once('drain', pump);
      };
      pump();
    });
    const { client } = clientFor(double.url, { maxBytes: 2_000_000 });
    await expect(client.send(readRequest, read)).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE' });
    const [socket] = double.sockets;
    if (socket?.destroyed === false) await new Promise((resolve) => socket.once('close', resolve));
    await expect(client.send(sendRequest, send)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      message: expect.stringContaining('HTTP 200'),
    });
    expect(double.received).toHaveLength(2);
  });

  it('of exactly the bound are taken', async () => {
    const double = await startDouble((response) => response.end('{"a":"bc"}'));
    expect(await clientFor(double.url, { maxBytes: 10 }).client.send(readRequest, read)).toMatchObject({
      body: { a: 'bc' },
    });
    await expect(clientFor(double.url, { maxBytes: 9 }).client.send(readRequest, read)).rejects.toMatchObject(
      { code: 'ANSWER_TOO_LARGE' },
    );
  });
});

describe('time', () => {
  it('is limited when no answer comes', async () => {
    const double = await startDouble(inTurn(silence, json(200, { ok: true })));
    const { client, time } = clientFor(double.url);
    const answer = client.send(readRequest, read);
    await double.nextRequest();
    time.ringAll();
    expect(await answer).toMatchObject({ body: { ok: true } });
    expect(time.naps).toEqual([125]);
    expect(time.alarms.size).toBe(0);
  });

  it('is limited when an answer drips', async () => {
    const double = await startDouble((response) => {
      response.writeHead(200);
      response.write('{"a":');
    });
    const { client, time } = clientFor(double.url, { deadlineMs: 100 });
    const answer = client.send(readRequest, read);
    await double.nextRequest();
    time.ringAll();
    await expect(answer).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it('is limited while waiting for a turn, and then nothing was sent', async () => {
    const double = await startDouble(silence);
    const { client, time } = clientFor(double.url, { atOnce: 1 });
    const first = client.send(sendRequest, send);
    await double.nextRequest();
    const second = client.send(sendRequest, send);
    await new Promise(setImmediate);
    const settled = Promise.allSettled([first, second]);
    time.ringAll();
    expect(await settled).toMatchObject([
      { reason: { code: 'OUTCOME_UNKNOWN' } },
      { reason: { code: 'RATE_LIMITED' } },
    ]);
    expect(double.received).toHaveLength(1);
  });
});

it('is limited while credentials are waited for, and then nothing was sent', async () => {
  const double = await startDouble(json(200, {}));
  const { client, time } = clientFor(double.url, { credentials: () => new Promise(() => undefined) });
  const answer = client.send(sendRequest, send);
  time.ringAll();
  await expect(answer).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: expect.stringContaining('nothing was sent'),
  });
  expect(double.received).toEqual([]);
});

describe('cancellation', () => {
  it('closes the socket of a request that is waited for', async () => {
    const double = await startDouble(silence);
    const { client, time } = clientFor(double.url);
    const controller = new AbortController();
    const answer = client.send(readRequest, { ...read, signal: controller.signal });
    await double.nextRequest();
    const [socket] = double.sockets;
    if (socket === undefined) throw new Error('no socket');
    const closed = once(socket, 'close');
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    await closed;
    expect(time.alarms.size).toBe(0);
  });

  it('of a send that has left is an unknown outcome', async () => {
    const double = await startDouble(silence);
    const { client } = clientFor(double.url);
    const controller = new AbortController();
    const answer = client.send(sendRequest, { ...send, signal: controller.signal });
    await double.nextRequest();
    controller.abort();
    await expect(answer).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      message: expect.stringContaining('cancelled'),
    });
  });

  it('before anything left sends nothing', async () => {
    const double = await startDouble(json(201, {}));
    const { client } = clientFor(double.url);
    const early = client.send(sendRequest, { ...send, signal: AbortSignal.abort() });
    await expect(early).rejects.toMatchObject({ code: 'CANCELLED' });
    const controller = new AbortController();
    const connecting = client.send(sendRequest, { ...send, signal: controller.signal });
    controller.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'CANCELLED' });
    await client.close();
    expect(double.received).toEqual([]);
  });

  it('while connecting keeps the request from leaving later', async () => {
    const double = await startDouble(json(201, {}));
    const controller = new AbortController();
    let connect: () => void = () => undefined;
    const pools = new Agent();
    const { client } = clientFor(double.url, {
      dispatcher: pools.compose((dispatch) => (options, handler) => {
        connect = () => void dispatch(options, handler);
        return true;
      }),
    });
    const answer = client.send(sendRequest, { ...send, signal: controller.signal });
    await new Promise(setImmediate);
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    connect();
    await pools.close();
    expect(double.received).toEqual([]);
  });

  it('ends a pause between attempts', async () => {
    const double = await startDouble(json(429, {}));
    const controller = new AbortController();
    const { client } = clientFor(double.url, {
      sleep: async (_, signal) => {
        controller.abort();
        signal?.throwIfAborted();
      },
    });
    await expect(client.send(sendRequest, { ...send, signal: controller.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(double.received).toHaveLength(1);
  });
});

it('waits as long as the provider asks before it tries again', async () => {
  const double = await startDouble(inTurn(json(429, { code: 20429 }, { 'Retry-After': '5' }), json(200, {})));
  const { client, time } = clientFor(double.url);
  await client.send(sendRequest, send);
  expect(time.naps).toEqual([5_125]);
  expect(double.received).toHaveLength(2);
});

it('tells how long to wait when that is longer than it waits', async () => {
  const double = await startDouble(json(429, {}, { 'Retry-After': '900' }));
  const { client, time } = clientFor(double.url);
  await expect(client.send(sendRequest, send)).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    message: expect.stringContaining('900 seconds'),
  });
  expect(time.naps).toEqual([]);
});

it('counts a delete as done when a repeated one finds nothing', async () => {
  const double = await startDouble(inTurn(reset, json(404, { code: 20404 })));
  const { client } = clientFor(double.url);
  expect(await client.send(deleteRequest, { effect: 'delete' })).toMatchObject({ status: 204, body: {} });
  const first = await startDouble(json(404, { code: 20404 }));
  await expect(clientFor(first.url).client.send(deleteRequest, { effect: 'delete' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  const limited = await startDouble(inTurn(json(429, {}), json(404, {})));
  await expect(clientFor(limited.url).client.send(deleteRequest, { effect: 'delete' })).rejects.toMatchObject(
    { code: 'NOT_FOUND' },
  );
});
