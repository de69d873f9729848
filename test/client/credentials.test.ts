// Each host is shown its own proof and no other; access tokens are fetched once, kept, and renewed.
import { describe, expect, it } from 'vitest';
import { authorize, type Credentials } from '../../src/client/credentials.ts';
import { hostNames } from '../../src/client/hosts.ts';
import { createTokens } from '../../src/client/oauth.ts';
import type { Host } from '../../src/operation/define.ts';
import { account, clientFor, json, readRequest, sendRequest, startDouble } from './double.ts';

const token: Credentials = { accountSid: account, authToken: 'the-token' };
const key: Credentials = { accountSid: account, apiKey: 'the-key', apiSecret: 'the-secret' };
const all: Credentials = {
  ...token,
  ...key,
  sendgridApiKey: 'the-sendgrid',
  segmentWriteKey: 'the-write',
  segmentProfileToken: 'the-profile',
  segmentPublicToken: 'the-public',
};

function shown(host: Host, credentials: Credentials): string {
  const proof = authorize(host, credentials);
  if (proof.kind !== 'header') return proof.kind;
  const [scheme = '', value = ''] = proof.value.split(' ');
  return scheme === 'Basic' ? Buffer.from(value, 'base64').toString() : proof.value;
}

it.each<[Host, Credentials, string]>([
  ['api', token, `${account}:the-token`],
  ['api', key, 'the-key:the-secret'],
  ['verify', { ...token, ...key }, 'the-key:the-secret'],
  ['api', { ...token, apiKey: 'half' }, `${account}:the-token`],
  ['api', { accountSid: account, clientId: 'a', clientSecret: 'b' }, 'oauth'],
  ['oauth', {}, 'none'],
  ['sendgrid', all, 'Bearer the-sendgrid'],
  ['segment-tracking', all, 'the-write:'],
  ['segment-profiles', all, 'the-profile:'],
  ['segment-public', all, 'Bearer the-public'],
])('%s with %j is shown %s', (host, credentials, proof) => {
  expect(shown(host, credentials)).toBe(proof);
});

it('shows no Twilio credential outside twilio.com, and nothing else inside', () => {
  for (const host of Object.keys(hostNames).filter(isHost)) {
    const inside = hostNames[host].endsWith('.twilio.com') && host !== 'oauth';
    expect(/the-key|the-token/.test(shown(host, all))).toBe(inside);
  }
});

function isHost(name: string): name is Host {
  return name in hostNames;
}

it.each<[Host, Credentials]>([
  ['api', {}],
  ['api', { accountSid: account }],
  ['api', { apiKey: 'half' }],
  ['api', { sendgridApiKey: 'x' }],
  ['sendgrid', token],
  ['segment-tracking', token],
])('%s with %j has no proof', (host, credentials) => {
  expect(() => authorize(host, credentials)).toThrow(
    expect.objectContaining({ code: 'CREDENTIALS_MISSING' }),
  );
});

describe("a subaccount with its parent's credentials", () => {
  const subaccountSid = `AC${'1'.repeat(32)}`;

  it('is reached on api.twilio.com by Auth Token, even where a key is set', () => {
    expect(shown('api', { ...token, ...key, subaccountSid })).toBe(`${account}:the-token`);
  });

  it.each<[Host, Credentials]>([
    ['api', key],
    ['verify', token],
    ['messaging', { ...token, ...key }],
  ])('is not reached on %s: the call would act on the parent', (host, credentials) => {
    expect(() => authorize(host, { ...credentials, subaccountSid })).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_MISSING' }),
    );
  });

  it('is the account itself when both are the same', () => {
    expect(shown('verify', { ...key, subaccountSid: account })).toBe('the-key:the-secret');
  });
});

describe('access tokens', () => {
  const client = { id: 'the-id', secret: 'the-secret&' };

  function issuer(lifetime: unknown = 3_600) {
    const requests: unknown[] = [];
    let ms = 0;
    const tokens = createTokens(
      async (request) => {
        requests.push(request);
        return { access_token: `t${requests.length}`, expires_in: lifetime };
      },
      () => new Date(ms),
    );
    const pass = (seconds: number) => {
      ms += seconds * 1_000;
    };
    return { tokens, requests, pass };
  }

  it('are asked for by form', async () => {
    const { tokens, requests } = issuer();
    await tokens.get(client);
    expect(requests).toMatchObject([
      {
        method: 'POST',
        host: 'oauth',
        path: '/v2/token',
        body: { text: 'grant_type=client_credentials&client_id=the-id&client_secret=the-secret%26' },
      },
    ]);
  });

  it('are fetched once for all who ask at the same time, and kept until a minute before they expire', async () => {
    const { tokens, requests, pass } = issuer();
    expect(await Promise.all([tokens.get(client), tokens.get(client), tokens.get(client)])).toEqual([
      't1',
      't1',
      't1',
    ]);
    pass(3_539);
    expect(await tokens.get(client)).toBe('t1');
    pass(1);
    expect(await tokens.get(client)).toBe('t2');
    expect(requests).toHaveLength(2);
  });

  it('are fetched anew when one was refused, and for another client', async () => {
    const { tokens } = issuer();
    await tokens.get(client);
    expect(await tokens.get(client, 't1')).toBe('t2');
    expect(await tokens.get(client, 't1')).toBe('t2');
    expect(await tokens.get({ ...client, secret: 'rotated' })).toBe('t3');
  });

  it('without a lifetime are not kept', async () => {
    const { tokens } = issuer(null);
    expect([await tokens.get(client), await tokens.get(client)]).toEqual(['t1', 't2']);
  });

  it.each([{}, { access_token: '' }, { access_token: 'a\r\nb' }, [], 'x'])(
    'are not read from %j',
    async (body) => {
      await expect(
        createTokens(
          async () => body,
          () => new Date(0),
        ).get(client),
      ).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' });
    },
  );

  it('that failed to come are asked for again the next time', async () => {
    const answers = [
      Promise.reject(new Error('down')),
      Promise.resolve({ access_token: 't', expires_in: 60 }),
    ];
    const tokens = createTokens(
      () => answers.shift() ?? Promise.reject(new Error('no more')),
      () => new Date(0),
    );
    await expect(tokens.get(client)).rejects.toThrow('down');
    expect(await tokens.get(client)).toBe('t');
  });

  it('are renewed once when Twilio refuses one, also for a send', async () => {
    let issued = 0;
    const double = await startDouble((response, request, nth) => {
      if (request.target === '/oauth.twilio.com/v2/token') {
        issued += 1;
        return json(200, { access_token: `t${issued}`, expires_in: 3_600 })(response, request, nth);
      }
      return json(request.headers.authorization === 'Bearer t2' ? 201 : 401, { code: 20003 })(
        response,
        request,
        nth,
      );
    });
    const oauth = { accountSid: account, clientId: 'the-id', clientSecret: 'the-secret' };
    const { client: ours } = clientFor(double.url, { credentials: oauth });
    expect(await ours.send(sendRequest, { effect: 'send' })).toMatchObject({ status: 201 });
    expect(double.received.map(({ target }) => target.slice(0, 10))).toEqual([
      '/oauth.twi',
      '/api.twili',
      '/oauth.twi',
      '/api.twili',
    ]);
    expect(double.received[0]?.headers).not.toHaveProperty('authorization');
  });

  it('that are refused twice are an authentication failure', async () => {
    const double = await startDouble((response, request, nth) =>
      json(request.target.includes('oauth') ? 200 : 401, { access_token: `t${nth}`, expires_in: 3_600 })(
        response,
        request,
        nth,
      ),
    );
    const { client: ours } = clientFor(double.url, { credentials: { clientId: 'a', clientSecret: 'b' } });
    await expect(ours.send(readRequest, { effect: 'read' })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
    });
    expect(double.received).toHaveLength(4);
  });

  it('that nobody answers for leave nothing sent', async () => {
    const double = await startDouble(json(401, { error: 'invalid_client' }));
    const { client: ours } = clientFor(double.url, { credentials: { clientId: 'a', clientSecret: 'b' } });
    await expect(ours.send(sendRequest, { effect: 'send' })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
    });
    expect(double.received.map(({ target }) => target)).toEqual(['/oauth.twilio.com/v2/token']);
  });
});
