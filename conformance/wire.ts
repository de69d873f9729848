// The same call made by us and by the official package, compared on the wire to the byte: method, path, query, credentials, body.
// The order of parameters is nobody's promise, so they are compared as sets of bytes.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { account, library, settingsFor } from '../bench/ours.ts';
import { policySchema } from '../src/guards/policy.ts';
import { agree, lenient } from '../test/support/world.ts';
import { type Finding, type Judge, runJudge } from './judge.ts';

const to = '+14155550123';
const from = '+14155550100';
const token = 'a-token-of-the-bench';
const sid = (prefix: string): string => `${prefix}${'a'.repeat(32)}`;
const odd = "Grüße & 50 % + “Rabatt”: a=b;c/d?e ~!*'()\n👍";

interface Pair {
  readonly operation: string;
  readonly input: object;
  /** The same for the official package: names of its properties, SIDs to call with, the arguments. */
  readonly official: readonly (string | object)[];
}

const pairs: readonly Pair[] = [
  {
    operation: 'messaging_send_message',
    input: {
      to,
      from,
      body: odd,
      media_urls: ['https://example.com/a%20b.png?x=1&y=2', 'https://example.com/%C3%BC.png'],
    },
    official: [
      'messages',
      'create',
      {
        to,
        from,
        body: odd,
        mediaUrl: ['https://example.com/a%20b.png?x=1&y=2', 'https://example.com/%C3%BC.png'],
      },
    ],
  },
  {
    operation: 'messaging_list_messages',
    input: { to, sent_after: '2026-11-01T10:20:30Z', limit: 50 },
    official: [
      'messages',
      'list',
      { to, dateSentAfter: { date: '2026-11-01T10:20:30Z' }, limit: 50, pageSize: 50 },
    ],
  },
  {
    operation: 'messaging_get_message',
    input: { sid: sid('SM') },
    official: ['messages', sid('SM'), 'fetch'],
  },
  {
    operation: 'messaging_delete_message',
    input: { sid: sid('SM') },
    official: ['messages', sid('SM'), 'remove'],
  },
  {
    operation: 'voice_place_call',
    input: {
      to,
      from,
      twiml: '<Response><Say>Hi &amp; bye</Say></Response>',
      status_callback: 'https://example.com/status?a=1',
      status_callback_events: ['initiated', 'answered'],
      time_limit: 60,
    },
    official: [
      'calls',
      'create',
      {
        to,
        from,
        twiml: '<Response><Say>Hi &amp; bye</Say></Response>',
        statusCallback: 'https://example.com/status?a=1',
        statusCallbackEvent: ['initiated', 'answered'],
        timeLimit: 60,
      },
    ],
  },
  {
    operation: 'verify_check_verification',
    input: { service_sid: sid('VA'), to, code: '123456' },
    official: ['verify', 'v2', 'services', sid('VA'), 'verificationChecks', 'create', { to, code: '123456' }],
  },
  {
    operation: 'lookup_phone_number',
    input: { phone_number: to, fields: ['line_type_intelligence', 'caller_name'] },
    official: [
      'lookups',
      'v2',
      'phoneNumbers',
      to,
      'fetch',
      { fields: 'line_type_intelligence,caller_name' },
    ],
  },
  {
    operation: 'sync_create_document',
    input: { service_sid: sid('IS'), unique_name: 'one', data: { n: 1, text: odd, list: [null, true] } },
    official: [
      'sync',
      'v1',
      'services',
      sid('IS'),
      'documents',
      'create',
      { uniqueName: 'one', data: { n: 1, text: odd, list: [null, true] } },
    ],
  },
  {
    operation: 'api_v2010.CreateMessage',
    input: { To: to, From: from, Body: `${odd} again`, PersistentAction: ['geo:1.5,2', 'a,b'] },
    official: [
      'messages',
      'create',
      { to, from, body: `${odd} again`, persistentAction: ['geo:1.5,2', 'a,b'] },
    ],
  },
  {
    operation: 'conversations_add_participant',
    input: { conversation: sid('CH'), address: to, proxy_address: from },
    official: [
      'conversations',
      'v1',
      'conversations',
      sid('CH'),
      'participants',
      'create',
      { 'messagingBinding.address': to, 'messagingBinding.proxyAddress': from },
    ],
  },
  {
    operation: 'verify_v2.CreateVerification',
    input: { ServiceSid: sid('VA'), To: to, Channel: 'sms', RateLimits: { one: 'a b' } },
    official: [
      'verify',
      'v2',
      'services',
      sid('VA'),
      'verifications',
      'create',
      { to, channel: 'sms', rateLimits: { one: 'a b' } },
    ],
  },
];

interface Asked {
  readonly line: string;
  readonly query: readonly string[];
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  readonly body: readonly string[];
}

export const wire: Judge = {
  name: 'the same call by us and by the official twilio package, byte by byte',
  async run() {
    const heard: Asked[] = [];
    const server = createServer(async (request, response) => {
      heard.push(await read(request));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"messages":[]}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    try {
      const ours = await byUs(base, heard);
      const given = {
        base,
        accountSid: account,
        authToken: token,
        calls: pairs.map(({ official }) => official),
      };
      heard.length = 0;
      const { out } = await runJudge('node', ['wire.mjs', JSON.stringify(given)]);
      if (heard.length !== pairs.length)
        return [
          {
            what: 'the official package',
            holds: false,
            told: `${heard.length} requests; ${out.slice(-300)}`,
          },
        ];
      return pairs.map(({ operation }, nth) => compared(operation, ours[nth], heard[nth]));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
};

/** One request each: the last that came while the operation ran. */
async function byUs(base: string, heard: Asked[]): Promise<(Asked | undefined)[]> {
  const { createApp, loadConfig } = await library();
  const { findAny } = await import('../src/mcp/discovery.ts');
  const { TWILIO_MCP_ENV_FILE: envFile = '', XDG_STATE_HOME: state = '', ...settings } = settingsFor(base);
  const env = { ...settings, TWILIO_MCP_DATABASE_URL: `file:${join(state, 'store.db')}` };
  const policy = policySchema.parse({ ...lenient, destination: { ...lenient.destination, own: [to] } });
  const app = await createApp(loadConfig({ env, envFile }), { policy, writeLog: () => undefined });
  await agree(app, [to]);
  const asked: (Asked | undefined)[] = [];
  for (const { operation: name, input } of pairs) {
    const operation = findAny(name);
    if (operation === undefined) throw new Error(`there is no ${name}`);
    heard.length = 0;
    await app.perform({ operation, input, actor: { name: 'judge' } });
    // Beside it the server may have asked what came in.
    const method = operation.request?.method ?? '';
    asked.push(heard.findLast(({ line }) => line.startsWith(`${method} `)));
  }
  await app.close();
  return asked;
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const type = request.headers['content-type']?.split(';')[0];
  const body = Buffer.concat(chunks).toString('latin1');
  return {
    line: `${request.method} ${path}`,
    query: query.split('&').sort(),
    authorization: request.headers.authorization,
    type: body === '' ? undefined : type,
    body: type === 'application/json' ? [body] : body.split('&').sort(),
  };
}

function compared(what: string, ours: Asked | undefined, theirs: Asked | undefined): Finding {
  const [one, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
  const holds = ours !== undefined && one === other;
  return { what, holds, told: holds ? `${theirs?.line}` : `ours ${one}, theirs ${other}` };
}
