// URLs as a lenient reader would still take them: each is refused as malformed, and none is overlooked.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../src/operation/row.ts';
import { agree, createWorld, OWN_NUMBER, PERSON, type World } from '../support/world.ts';

const odd = [
  'https:/evil.example.org/x',
  'https:evil.example.org/x',
  'https:///evil.example.org/x',
  '\\\\evil.example.org\\x',
  '/\\evil.example.org/x',
  'https:\\\\evil.example.org\\x',
  'evil.example.org/x',
  'javascript:alert(1)',
];

let world: World;

beforeEach(async () => {
  world = await createWorld({
    env: { TWILIO_MCP_TOOLSETS: 'default' },
    guards: {
      destination: { countries: ['US'], url_hosts: ['hooks.example.com'] },
      quiet_hours: { calls: { from: '00:00', to: '24:00' } },
    },
  });
  await agree(world.app, [PERSON]);
});

afterEach(() => world.close());

async function refused(operation: string, input: Row): Promise<void> {
  expect(await world.no('run_operation', { operation, input })).toMatch(
    /\(rule destination\.url_\w+\)\nNext: \S/,
  );
  expect(world.requests('POST')).toEqual([]);
}

const message = { To: PERSON, From: OWN_NUMBER, Body: 'Hi' };
const call = { To: PERSON, From: OWN_NUMBER };

describe.each(odd)('%s is refused', (url) => {
  it.each<[string, string, Row]>([
    ['a callback', 'api_v2010.CreateMessage', { ...message, StatusCallback: url }],
    ['media', 'api_v2010.CreateMessage', { ...message, MediaUrl: [url] }],
    ['a document', 'api_v2010.CreateCall', { ...call, Url: url }],
  ])('as %s', (_, operation, input) => refused(operation, input));

  it.each([
    ['a redirect', `<Redirect>${url}</Redirect>`],
    ['what is played', `<Play>${url}</Play>`],
    ['an action', `<Gather action="${url}"><Say>Hi</Say></Gather>`],
    ['a whisper', `<Dial><Number url="${url}">${PERSON}</Number></Dial>`],
    [
      'a recording’s callback',
      `<Dial record="record-from-answer" recordingStatusCallback="${url}"><Number>${PERSON}</Number></Dial>`,
    ],
  ])('in TwiML as %s', async (_, inside) => {
    await refused('api_v2010.CreateCall', { ...call, Twiml: `<Response>${inside}</Response>` });
    const text = await world.no('voice_place_call', { to: PERSON, twiml: `<Response>${inside}</Response>` });
    expect(text).toMatch(/^INVALID_INPUT|\(rule destination\.url_\w+\)/);
  });
});

it('sees a document behind a comment', () =>
  refused('api_v2010.CreateCall', {
    ...call,
    Twiml: '<!-- hi --><Response><Redirect>https:evil.example.org</Redirect></Response>',
  }));

it('sees media inside what is said', async () => {
  const payload = {
    from: { address: OWN_NUMBER, channel: 'SMS' },
    to: [{ address: PERSON, channel: 'SMS' }],
    content: { mediaUrls: ['https:/evil.example.org/x'] },
  };
  const input = { ConversationId: 'c', type: 'SEND_MESSAGE', payload };
  const text = await world.no('run_operation', {
    operation: 'conversations_v2.CreateConversationAction',
    input,
  });
  expect(text).toContain('destination.url_malformed');
});

it('lets pass a path that Twilio resolves, a URL that is taken away, and words', async () => {
  const inside = '<Gather action="/next"><Say>https:x</Say></Gather><Redirect>/again?x=1</Redirect>';
  await world.ok('voice_place_call', { to: PERSON, twiml: `<Response>${inside}</Response>` });
  await world.ok('run_operation', {
    operation: 'api_v2010.CreateMessage',
    input: { ...message, Body: 'https:evil.example.org', StatusCallback: '' },
  });
});
