// The same request on both shelves is judged alike: the hand-shaped operation is never the milder door, and denied on one is denied on both.
import { describe, expect, it } from 'vitest';
import { findOnShelf, shelfCards } from '../../src/catalog/full/index.ts';
import { operations } from '../../src/catalog/index.ts';
import type { Operation } from '../../src/operation/define.ts';
import { stricter } from '../../src/operation/effect.ts';
import type { Row } from '../../src/operation/row.ts';
import { agree, createWorld, OWN_NUMBER, PERSON } from '../support/world.ts';

/** Hand-shaped operations that ask for less than their namesake can do, and what they cannot do. */
const narrower: Readonly<Record<string, string>> = {
  voice_update_participant: 'mutes and holds; announces nothing and calls nobody',
  verify_cancel_verification: 'cancels; cannot approve a code that nobody gave',
  conversations_update_participant: 'changes role and attributes; the address stays',
  email_validate_address: 'asks about one address; buys no list of them',
  proxy_create_session: 'opens it empty; adds nobody',
  taskrouter_update_reservation: 'accepts, rejects and moves on; no instruction that calls',
};

const shelf = new Map(
  [...shelfCards().keys()].flatMap((id) => {
    const operation = findOnShelf(id);
    return operation === undefined ? [] : [[placeOf(operation), operation] as const];
  }),
);

function placeOf({ request }: Operation): string | undefined {
  if (request === undefined) return undefined;
  const path = request.path.replaceAll(/\{[^}]+\}/g, '{}').replace(/\.json$/, '');
  return `${request.method} ${request.host} ${path.toLowerCase()}`;
}

describe('an operation that stands on both shelves', () => {
  const pairs = operations.flatMap((operation) => {
    const namesake = shelf.get(placeOf(operation));
    return namesake === undefined ? [] : [{ operation, namesake }];
  });

  it('is found for most of the hand-shaped ones', () => {
    expect(pairs.length).toBeGreaterThan(200);
  });

  it('has no milder effect than its namesake, unless it can do less', () => {
    const milder = pairs
      .filter(({ operation, namesake }) => stricter(operation.effect, namesake.effect) !== operation.effect)
      .map(({ operation }) => operation.name);
    expect(milder.sort()).toEqual(Object.keys(narrower).sort());
  });
});

describe('an operation that the owner denies', () => {
  const message = { To: PERSON, From: OWN_NUMBER, Body: 'Hi' };
  const attempts: readonly (readonly [denied: string, other: string, input: Row])[] = [
    ['messaging_send_message', 'api_v2010.CreateMessage', message],
    ['messaging_*', 'api_v2010.CreateMessage', message],
    ['api_v2010.CreateMessage', 'messaging_send_message', { to: PERSON, body: 'Hi' }],
    ['api_v2010.*', 'whatsapp_send_message', { to: PERSON, from: OWN_NUMBER, body: 'Hi' }],
    ['messaging_get_message', 'api_v2010.FetchMessage', { Sid: `SM${'a'.repeat(32)}` }],
  ];

  it.each(attempts)('%s is denied as %s too', async (denied, operation, input) => {
    const world = await createWorld({
      env: { TWILIO_MCP_TOOLSETS: 'default' },
      guards: { access: { deny: [denied] }, destination: { countries: ['US'] } },
    });
    await agree(world.app, [PERSON]);
    expect(await world.no('run_operation', { operation, input })).toContain('(rule access.deny)');
    expect(world.requests()).toEqual([]);
    await world.close();
  });

  it('leaves the others that make the same request: WhatsApp is denied without SMS, and ended by its addresses', async () => {
    const world = await createWorld({
      guards: { access: { deny: ['whatsapp_*'] }, destination: { countries: ['US'], block: ['whatsapp:*'] } },
    });
    await agree(world.app, [PERSON]);
    await world.ok('messaging_send_message', { to: PERSON, body: 'Hi' });
    const onWhatsApp = { to: `whatsapp:${PERSON}`, from: `whatsapp:${OWN_NUMBER}`, body: 'Hi' };
    expect(await world.no('messaging_send_message', onWhatsApp)).toContain('(rule destination.block)');
    await world.close();
  });
});
