// The same request under another name: what stands on both shelves, told by method, host and path.
// Of hand-shaped operations that make one request each stands for itself: WhatsApp is denied without SMS, a cancel without a redaction.
import type { Operation, RequestTemplate } from '../operation/define.ts';
import { type Card, factsOf, shelfCards } from './full/index.ts';
import { operations } from './index.ts';

/** The names on the other shelf of those that are meant. */
export function otherNamesOf(isMeant: (name: string) => boolean): string[] {
  const cards = cardsByPlace();
  const names = operations.flatMap((operation) =>
    twinsOf(operation, cards).flatMap(({ id }) => [
      ...(isMeant(operation.name) ? [id] : []),
      ...(isMeant(id) ? [operation.name] : []),
    ]),
  );
  return [...new Set(names)].filter((name) => !isMeant(name));
}

function twinsOf({ request }: Operation, cards: ReadonlyMap<string, readonly Card[]>): readonly Card[] {
  if (request === undefined) return [];
  return (cards.get(placeOf(request)) ?? []).filter(({ domain }) => factsOf(domain)?.host === request.host);
}

function cardsByPlace(): ReadonlyMap<string, readonly Card[]> {
  const found = new Map<string, readonly Card[]>();
  for (const card of shelfCards().values())
    found.set(placeOf(card), [...(found.get(placeOf(card)) ?? []), card]);
  return found;
}

/** Without the names of its placeholders, which differ. */
function placeOf({ method, path }: Pick<RequestTemplate, 'method' | 'path'>): string {
  return `${method} ${path
    .replaceAll(/\{[^}]+\}/g, '{}')
    .replace(/\.json$/, '')
    .toLowerCase()}`;
}
