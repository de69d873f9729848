// The same request on both shelves is judged alike: the hand-shaped operation is never the milder door.
import { describe, expect, it } from 'vitest';
import { findOnShelf, shelfCards } from '../../src/catalog/full/index.ts';
import { operations } from '../../src/catalog/index.ts';
import type { Operation } from '../../src/operation/define.ts';
import { stricter } from '../../src/operation/effect.ts';

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
