// Every fault of the way, met by every effect: a send is received at most once when it may have left, whatever happens.
import { createServer } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClientOptions } from '../../src/client/client.ts';
import { type Effect, effects } from '../../src/operation/effect.ts';
import { clientFor, type Double, json, reset, sendRequest, startDouble } from './double.ts';

type Fault = Parameters<typeof startDouble>[0];

/** The answers that say nothing certain about what the provider did. `ring` lets every time limit of the client end. */
const unsure: readonly (readonly [string, (ring: () => void) => Fault])[] = [
  ['a reset after the request', () => reset],
  ['a closed connection after the request', () => (response) => void response.socket?.destroy()],
  ['no answer', (ring) => () => void setImmediate(ring)],
  ['500', () => json(500, { code: 20500 })],
  ['502 in HTML', () => (response) => void response.writeHead(502).end('<html><h1>Bad gateway</h1></html>')],
  ['503 with Retry-After', () => json(503, { code: 20503 }, { 'Retry-After': '1' })],
  [
    'half an answer',
    () => (response) => {
      response.writeHead(201, { 'content-length': '100' });
      response.write('{"sid":"SM', () => response.socket?.end());
    },
  ],
  [
    'an answer that stops',
    (ring) => (response) => {
      response.writeHead(201);
      response.write('{"sid":"SM', () => setImmediate(ring));
    },
  ],
  ['garbage instead of HTTP', () => (response) => void response.socket?.end('NONSENSE\r\n\r\n')],
];

async function meet(
  fault: (ring: () => void) => Fault,
  effect: Effect,
  idempotent: boolean,
): Promise<{ double: Double; error: unknown }> {
  let ring: () => void = () => undefined;
  const double = await startDouble(fault(() => ring()));
  const { client, time } = clientFor(double.url);
  ring = time.ringAll;
  const error: unknown = await client
    .send(sendRequest, { effect, idempotent, lookWith: 'messaging_list_messages' })
    .then(
      () => undefined,
      (reason) => reason,
    );
  return { double, error };
}

describe.each(unsure)('%s', (_, fault) => {
  it.each<[Effect, boolean]>([
    ['send', false],
    ['send', true],
    ['spend', false],
    ['admin', false],
    ['admin', true],
    ['write', false],
  ])('leaves the outcome of %s (idempotent: %s) unknown, after one request', async (effect, idempotent) => {
    const { double, error } = await meet(fault, effect, idempotent);
    expect(double.received).toHaveLength(1);
    expect(error).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      details: { next: expect.stringContaining('Look with messaging_list_messages first') },
    });
  });

  it.each<[Effect, boolean]>([
    ['read', false],
    ['delete', false],
    ['write', true],
  ])('is met by %s (idempotent: %s) with four attempts', async (effect, idempotent) => {
    const { double, error } = await meet(fault, effect, idempotent);
    expect(double.received).toHaveLength(4);
    expect(error).toMatchObject({ code: expect.stringMatching(/^(?:TIMED_OUT|PROVIDER_UNAVAILABLE)$/) });
  });
});

describe.each(effects)('%s', (effect) => {
  it('is sent again after 429, which is answered before anything is done', async () => {
    const double = await startDouble((response, request, nth) =>
      json(nth < 3 ? 429 : 201, { code: 20429, sid: 'SM1' })(response, request, nth),
    );
    const { client } = clientFor(double.url);
    expect(await client.send(sendRequest, { effect })).toMatchObject({ status: 201 });
    expect(double.received).toHaveLength(3);
  });

  it('is refused once by 400', async () => {
    const double = await startDouble(
      json(400, {
        code: 21211,
        message: 'The number is wrong',
        more_info: 'https://evil.example',
        status: 400,
      }),
    );
    const { client } = clientFor(double.url);
    await expect(client.send(sendRequest, { effect })).rejects.toMatchObject({
      code: 'PROVIDER_REJECTED',
      details: {
        twilioCode: 21211,
        httpStatus: 400,
        quoted: 'The number is wrong',
        docsUrl: 'https://www.twilio.com/docs/api/errors/21211',
      },
    });
    expect(double.received).toHaveLength(1);
  });

  it('is tried again while no connection can be made, and says that nothing was sent', async () => {
    const double = await startDouble(json(200, {}));
    await double.close();
    const { client, time } = clientFor(double.url);
    await expect(client.send(sendRequest, { effect })).rejects.toMatchObject({
      code: 'NETWORK_UNREACHABLE',
      message: expect.stringMatching(/refused\. Nothing was sent\.$/),
    });
    expect(time.naps).toHaveLength(3);
  });

  it('goes out once the connection can be made', async () => {
    const double = await startDouble(json(201, {}));
    const fails = [true, true];
    const dispatcher = failingToConnect('EAI_AGAIN', () => fails.shift() ?? false);
    const { client } = clientFor(double.url, { dispatcher });
    expect(await client.send(sendRequest, { effect })).toMatchObject({ status: 201 });
    expect(double.received).toHaveLength(1);
  });
});

describe('no connection', () => {
  it.each([
    ['ENOTFOUND', 'DNS', 3],
    ['UND_ERR_CONNECT_TIMEOUT', 'too long to connect', 3],
    ['ENETUNREACH', 'network is not reachable', 3],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', 0],
    ['CERT_HAS_EXPIRED', 'certificate', 0],
  ])('because of %s is said in words', async (code, words, naps) => {
    const { client, time } = clientFor('http://127.0.0.1:9', {
      dispatcher: failingToConnect(code, () => true),
    });
    await expect(client.send(sendRequest, { effect: 'send' })).rejects.toMatchObject({
      code: 'NETWORK_UNREACHABLE',
      message: expect.stringContaining(words),
    });
    expect(time.naps).toHaveLength(naps);
  });

  it('because the other side speaks no TLS leaves nothing on the wire', async () => {
    const bytes: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        bytes.push(chunk);
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    const { client } = clientFor(`https://127.0.0.1:${address.port}`);
    await expect(client.send(sendRequest, { effect: 'send' })).rejects.toMatchObject({
      code: 'NETWORK_UNREACHABLE',
    });
    expect(Buffer.concat(bytes).toString('latin1')).not.toMatch(/Body=Hi|POST|Authorization/i);
  });

  it('in time says so', async () => {
    let ring: () => void = () => undefined;
    const dispatcher = new Agent({ connect: () => setImmediate(() => ring()) });
    const { client, time } = clientFor('http://127.0.0.1:9', {
      dispatcher: dispatcher.compose((dispatch) => dispatch),
    });
    ring = time.ringAll;
    const error: unknown = await client.send(sendRequest, { effect: 'send' }).catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'NETWORK_UNREACHABLE',
      message: expect.stringContaining('within 30 seconds'),
    });
    await dispatcher.destroy();
  });
});

function failingToConnect(code: string, fails: () => boolean): NonNullable<ClientOptions['dispatcher']> {
  return new Agent().compose((dispatch) => (options, handler) => {
    if (!fails()) return dispatch(options, handler);
    handler.onResponseError?.(neverStarted, Object.assign(new Error('no connection'), { code }));
    return true;
  });
}

const neverStarted = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};
