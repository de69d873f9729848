// The official SDK is the judge: the same call through it and through us must be the same bytes on the wire.
import { expect, it } from 'vitest';
import { lookupPhoneNumber } from '../../src/catalog/lookup.ts';
import {
  deleteMessage,
  getMessage,
  listMessages,
  redactMessage,
  sendMessage,
} from '../../src/catalog/messaging.ts';
import { checkVerification, startVerification } from '../../src/catalog/verify.ts';
import { listCalls, placeCall } from '../../src/catalog/voice.ts';
import { encode } from '../../src/client/encode.ts';
import { pageRequest } from '../../src/client/pages.ts';
import type { RequestTemplate, Row } from '../../src/operation/define.ts';
import { sdkClient } from '../emulator/sdk-client.ts';
import { account, clientFor, json, type Received, startDouble } from './double.ts';

type Sdk = ReturnType<typeof sdkClient>;

const sid = (prefix: string) => `${prefix}${'0'.repeat(32)}`;

const cases: readonly (readonly [
  string,
  (sdk: Sdk) => Promise<unknown>,
  RequestTemplate | undefined,
  Row,
])[] = [
  [
    'a message with two media',
    (sdk) =>
      sdk.messages.create({
        to: '+14155550123',
        from: '+14155550100',
        body: "Hi, it's *50%* & more: ✓ (ok)!",
        mediaUrl: ['https://a.example/1?x=1&y=2', 'https://a.example/2'],
      }),
    sendMessage.request,
    {
      to: '+14155550123',
      from: '+14155550100',
      body: "Hi, it's *50%* & more: ✓ (ok)!",
      media_urls: ['https://a.example/1?x=1&y=2', 'https://a.example/2'],
    },
  ],
  [
    'a scheduled template',
    (sdk) =>
      sdk.messages.create({
        to: '+14155550123',
        messagingServiceSid: sid('MG'),
        contentSid: sid('HX'),
        contentVariables: JSON.stringify({ 1: 'Ana' }),
        scheduleType: 'fixed',
        sendAt: new Date('2026-12-01T09:00:00Z'),
        validityPeriod: 600,
      }),
    sendMessage.request,
    {
      to: '+14155550123',
      messaging_service_sid: sid('MG'),
      content_sid: sid('HX'),
      content_variables: { 1: 'Ana' },
      schedule_type: 'fixed',
      send_at: '2026-12-01T09:00:00Z',
      validity_period: 600,
    },
  ],
  ['one message', (sdk) => sdk.messages(sid('SM')).fetch(), getMessage.request, { sid: sid('SM') }],
  [
    'the removal of a message',
    (sdk) => sdk.messages(sid('SM')).remove(),
    deleteMessage.request,
    { sid: sid('SM') },
  ],
  [
    'an erased text',
    (sdk) => sdk.messages(sid('SM')).update({ body: '' }),
    redactMessage.request,
    { sid: sid('SM') },
  ],
  [
    'a list since a moment',
    (sdk) =>
      sdk.messages.list({ to: '+14155550123', dateSentAfter: new Date('2026-01-01T00:00:00Z'), limit: 20 }),
    listMessages.request,
    { to: '+14155550123', sent_after: '2026-01-01T00:00:00Z', limit: 20 },
  ],
  [
    'a call with four events',
    (sdk) =>
      sdk.calls.create({
        to: '+14155550123',
        from: '+14155550100',
        twiml: '<Response><Say>Hi</Say></Response>',
        statusCallback: 'https://a.example/s',
        statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
        record: true,
        timeLimit: 60,
      }),
    placeCall.request,
    {
      to: '+14155550123',
      from: '+14155550100',
      twiml: '<Response><Say>Hi</Say></Response>',
      status_callback: 'https://a.example/s',
      status_callback_events: ['initiated', 'ringing', 'answered', 'completed'],
      record: true,
      time_limit: 60,
    },
  ],
  [
    'a list of calls',
    (sdk) =>
      sdk.calls.list({ status: 'completed', startTimeBefore: new Date('2026-01-01T00:00:00Z'), limit: 7 }),
    listCalls.request,
    { status: 'completed', started_before: '2026-01-01T00:00:00Z', limit: 7 },
  ],
  [
    'a verification',
    (sdk) =>
      sdk.verify.v2
        .services(sid('VA'))
        .verifications.create({ to: 'ana+1@example.com', channel: 'email', locale: 'pt-BR' }),
    startVerification.request,
    { service_sid: sid('VA'), to: 'ana+1@example.com', channel: 'email', locale: 'pt-BR' },
  ],
  [
    'a check',
    (sdk) =>
      sdk.verify.v2.services(sid('VA')).verificationChecks.create({ to: '+14155550123', code: '424242' }),
    checkVerification.request,
    { service_sid: sid('VA'), to: '+14155550123', code: '424242' },
  ],
  [
    'a lookup',
    (sdk) =>
      sdk.lookups.v2
        .phoneNumbers('+14155550123')
        .fetch({ fields: 'line_type_intelligence,sim_swap', countryCode: 'US' }),
    lookupPhoneNumber.request,
    { phone_number: '+14155550123', packages: 'line_type_intelligence,sim_swap', country_code: 'US' },
  ],
];

it.each(cases)('%s', async (_, bySdk, template, input) => {
  if (template === undefined) throw new Error('the operation has no request');
  const double = await startDouble(json(200, { messages: [], calls: [], meta: {} }));
  await bySdk(sdkClient(double.url, account, 'secret-of-the-test'));
  const { client } = clientFor(double.url);
  const listing = { template, input, account };
  await client.send(template.list === undefined ? encode(template, input, account) : pageRequest(listing), {
    effect: 'read',
  });
  const [theirs, ours] = double.received.map(inOneOrder);
  expect(double.received).toHaveLength(2);
  expect(ours).toEqual(theirs);
});

/** The bytes of a request; the order of parameters means nothing between different names. */
function inOneOrder({ method, target, headers, body }: Received) {
  const [path, query = ''] = target.split('?');
  return {
    method,
    path,
    query: sorted(query),
    body: sorted(body),
    type: body === '' ? undefined : headers['content-type'],
    authorization: headers.authorization,
  };
}

function sorted(pairs: string): string[] {
  const nameOf = (pair: string): string => pair.slice(0, pair.indexOf('='));
  return pairs.split('&').sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
}
