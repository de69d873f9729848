// Somebody who said STOP, written so that a reader of plain text would not see them: they are seen all the same.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../src/operation/row.ts';
import { agree, createWorld, OWN_NUMBER, PERSON, type World, type WorldOptions } from '../support/world.ts';

const STRANGER = '+14155550188';
const sid = (prefix: string) => `${prefix}${'a'.repeat(32)}`;
const participant = (address: string) =>
  `{"messaging_binding":{"address":"${address}","proxy_address":"${OWN_NUMBER}"}}`;

const open = (options: WorldOptions = {}) =>
  createWorld({
    env: { TWILIO_MCP_TOOLSETS: 'discovery' },
    guards: { destination: { countries: ['US'] } },
    ...options,
  });

let world: World;

beforeEach(async () => {
  world = await open({
    human: () => ({
      action: 'accept',
      content: { confirm: true, evidence: 'they signed up on the web form' },
    }),
  });
  await agree(world.app, [PERSON]);
  await world.app.ledgers.consents.append([
    {
      account: world.app.account ?? '',
      contact: STRANGER,
      channel: 'sms',
      purpose: 'any',
      state: 'revoked',
      source: 'stop_word',
      by: 'webhook',
      at: new Date(0),
      evidence: 'STOP',
    },
  ]);
});

afterEach(() => world.close());

async function refused(operation: string, input: Row, rule = 'consent.revoked'): Promise<void> {
  expect(await world.no('run_operation', { operation, input })).toContain(`(rule ${rule})`);
  expect(world.requests('POST')).toEqual([]);
}

describe('a participant in a JSON text', () => {
  const operation = 'conversations_v1.CreateConversationWithParticipants';

  it.each([
    ['plainly', participant(STRANGER)],
    ['behind an escape', participant('\\u002b14155550188')],
    ['behind an escape in the name of the field', participant(STRANGER).replace('address', '\\u0061ddress')],
    ['under a name that is not known', `{"messaging_binding":{"address":"${PERSON}","x":"${STRANGER}"}}`],
    ['in a list', `[${participant(PERSON)},${participant('\\u002b14155550188')}]`],
  ])('%s is refused', (_, text) => refused(operation, { Participant: [participant(PERSON), text] }));
});

describe('a participant who cannot be read', () => {
  const cases = {
    'no JSON': `{messaging_binding:{address:${PERSON}}}`,
    'no address': `{"messaging_binding":{"proxy_address":14155550188}}`,
    'an address given twice': `{"messaging_binding":{"address":"+14155550177","address":"${PERSON}"}}`,
    'a number for an address': `{"messaging_binding":{"address":14155550188}}`,
  };

  it.each(Object.entries(cases))('(%s) counts as unknown and is asked about', async (_, text) => {
    const waiting = await open();
    await agree(waiting.app, [PERSON]);
    const operation = 'conversations_v1.CreateConversationWithParticipants';
    const asked = await waiting.no('run_operation', { operation, input: { Participant: [text] } });
    expect(asked).toMatch(/destination\.(?:unknown|malformed)/);
    await waiting.close();
  });
});

describe('a notification', () => {
  const operation = 'notify_v1.CreateNotification';
  const base = { ServiceSid: sid('IS'), Body: 'SALE', purpose: 'marketing' };

  it.each([
    ['an SMS binding', `{"binding_type":"sms","address":"${STRANGER}"}`],
    ['a binding that hides its number', '{"binding_type":"sms","address":"\\u002b14155550188"}'],
    ['a binding without a type', `{"address":"${STRANGER}"}`],
  ])('by %s is refused', (_, binding) => refused(operation, { ...base, ToBinding: [binding] }));

  it.each(['Tag', 'Segment', 'Identity'])('by %s may reach anybody', async (name) => {
    const waiting = await open();
    const input = { ServiceSid: sid('IS'), Body: 'Hi', [name]: ['all'] };
    expect(await waiting.no('run_operation', { operation, input })).toMatch(/destination\.unknown/);
    await waiting.close();
  });
});
