// What TwiML does beside talking is judged as the operation of the full shelf that does the same.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../src/operation/row.ts';
import { agree, createWorld, OWN_NUMBER, PERSON, type World } from '../support/world.ts';

const sid = `CA${'a'.repeat(32)}`;
const host = 'wss://hooks.example.com/a';

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

const doors: readonly (readonly [operation: string, input: (twiml: string) => Row])[] = [
  ['voice_place_call', (twiml) => ({ to: PERSON, twiml })],
  ['voice_update_call', (twiml) => ({ sid, twiml })],
  ['api_v2010.CreateCall', (Twiml) => ({ To: PERSON, From: OWN_NUMBER, Twiml })],
  ['api_v2010.UpdateCall', (Twiml) => ({ Sid: sid, Twiml })],
];

const judge = (operation: string, input: Row) => world.no('run_operation', { operation, input });

describe.each(doors)('%s', (operation, inputOf) => {
  it.each([
    ['<Pay chargeAmount="9999.00" paymentConnector="Default"/>', 'confirmation.spend'],
    ['<Gather><Say>Hi</Say></Gather><Pay/>', 'confirmation.spend'],
    ['<Start><Siprec name="x" connectorName="leak"/></Start><Say>Hi</Say>', 'confirmation.admin'],
    [`<Start><Stream url="${host}"/></Start><Say>Hi</Say>`, 'confirmation.admin'],
    [`<Pay/><Start><Stream url="${host}"/></Start>`, 'confirmation.admin'],
  ])('does not do %s unasked', async (inside, rule) => {
    const text = await judge(operation, inputOf(`<Response>${inside}</Response>`));
    expect(text).toMatch(/^(?:REFUSED|CONFIRMATION_NEEDED): /);
    expect(text).toContain(rule);
    expect(world.requests('POST')).toEqual([]);
  });
});

it('lets the caller talk to a stream of the owner’s, and a stream end', async () => {
  for (const inside of [`<Connect><Stream url="${host}"/></Connect>`, '<Stop><Stream name="x"/></Stop>']) {
    await world.ok('voice_place_call', { to: PERSON, twiml: `<Response>${inside}</Response>` });
  }
});

it('counts a call that takes money among the contacts', async () => {
  const allowing = await createWorld({
    guards: {
      destination: { countries: ['US'] },
      quiet_hours: { calls: { from: '00:00', to: '24:00' } },
      confirmation: { spend: 'allow' },
      limits: { contacts_per_hour: 1 },
    },
  });
  await agree(allowing.app, [PERSON]);
  const call = { to: PERSON, twiml: '<Response><Pay/></Response>' };
  await allowing.ok('voice_place_call', call);
  expect(await allowing.no('voice_place_call', call)).toContain('(rule limits.');
  await allowing.close();
});
