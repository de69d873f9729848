// What a document in a request amounts to, where the full shelf has an operation of its own for the same deed.
import type { Effect } from '../operation/effect.ts';
import { parseTwiml } from '../twiml/document.ts';
import { reachedBy } from '../twiml/reach.ts';

/** A payment is a spend, a copy of a running call to another place an admin act, as CreatePayments, CreateStream and CreateSiprec are. */
export function effectOfTwiml(twiml: unknown): Effect {
  const parsed = typeof twiml === 'string' ? parseTwiml(twiml) : undefined;
  if (!parsed?.ok) return 'read';
  const { pays, copies } = reachedBy(parsed.root);
  if (copies) return 'admin';
  return pays ? 'spend' : 'read';
}
