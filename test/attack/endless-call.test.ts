// A call that would last longer than the owner allows, by each way that names no leg: it is refused, or ends in time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../src/operation/row.ts';
import { agree, createWorld, OWN_NUMBER, PERSON, type World } from '../support/world.ts';

const sid = `CA${'a'.repeat(32)}`;
const Url = 'https://hooks.example.com/twiml';
const place = { To: PERSON, From: OWN_NUMBER };

let world: World;

beforeEach(async () => {
  world = await createWorld({
    env: { TWILIO_MCP_TOOLSETS: 'default' },
    guards: {
      destination: { countries: ['US'], url_hosts: ['hooks.example.com'] },
      quiet_hours: { calls: { from: '00:00', to: '24:00' } },
    },
    human: () => ({ action: 'accept', content: { confirm: true, evidence: 'they asked to be called' } }),
  });
  await agree(world.app, [PERSON]);
});

afterEach(() => world.close());

describe('four hours are refused for', () => {
  it.each<[string, string, Row]>([
    ['TwiML', 'api_v2010.CreateCall', { ...place, Twiml: '<Response><Say>Hi</Say></Response>' }],
    ['a URL', 'api_v2010.CreateCall', { ...place, Url }],
    ['a running call and a URL', 'api_v2010.UpdateCall', { Sid: sid, Url }],
    ['a running call alone', 'api_v2010.UpdateCall', { Sid: sid }],
    ['a conference', 'api_v2010.CreateParticipant', { ...place, ConferenceSid: 'room', WaitUrl: Url }],
  ])('%s', async (_, operation, input) => {
    const text = await world.no('run_operation', { operation, input: { ...input, TimeLimit: 14_400 } });
    expect(text).toContain('(rule limits.call_minutes)');
    expect(world.requests('POST')).toEqual([]);
  });

  it('words spoken into a running call', async () => {
    const text = await world.no('voice_update_call', { sid, say: 'Hi', time_limit: 14_400 });
    expect(text).toContain('(rule limits.call_minutes)');
  });
});

it('a call that follows a URL ends after ten minutes where nobody says', async () => {
  await world.ok('run_operation', { operation: 'api_v2010.CreateCall', input: { ...place, Url } });
  const [sent] = world.emulator.emulator.requests().filter(({ method }) => method === 'POST');
  expect(sent?.params).toMatchObject({ Url, TimeLimit: '600' });
});
