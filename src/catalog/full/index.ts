// The full shelf: cards of every operation for lists and searches, and the operation itself when somebody asks for it.
// Nothing is read before the first question: a session that never asks pays nothing.
import { readdirSync, readFileSync } from 'node:fs';
import type { Operation } from '../../operation/define.ts';
import type { Effect } from '../../operation/effect.ts';
import { effectOf } from './effect.ts';
import type { DomainFacts, OperationFacts } from './facts.ts';
import { operationFrom } from './from-facts.ts';
import { retirementOf } from './retired.ts';
import { titleOf } from './words.ts';

/** What is known of an operation without making it. */
export interface Card {
  /** `<domain>.<operationId>` */
  readonly id: string;
  readonly domain: string;
  readonly title: string;
  readonly effect: Effect;
  /** What to use instead, where the product has ended. */
  readonly retired: string | undefined;
  readonly facts: OperationFacts;
}

const folder = new URL('./facts/', import.meta.url);

/** Every domain there is, without opening its facts. */
export function shelfDomains(): readonly string[] {
  domains ??= readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
  return domains;
}

let domains: readonly string[] | undefined;
const read = new Map<string, DomainFacts>();

export function factsOf(domain: string): DomainFacts | undefined {
  const known = read.get(domain);
  if (known !== undefined || !shelfDomains().includes(domain)) return known;
  const facts: DomainFacts = JSON.parse(readFileSync(new URL(`${domain}.json`, folder), 'utf8'));
  read.set(domain, facts);
  return facts;
}

let all: ReadonlyMap<string, Card> | undefined;

/** By id, in one order, retired products among them. */
export function shelfCards(): ReadonlyMap<string, Card> {
  all ??= new Map(
    shelfDomains().flatMap((domain) =>
      (factsOf(domain)?.operations ?? []).map((facts) => cardOf(domain, facts)),
    ),
  );
  return all;
}

function cardOf(domain: string, facts: OperationFacts): [string, Card] {
  const id = `${domain}.${facts.id}`;
  const effect = effectOf(domain, facts);
  return [id, { id, domain, title: titleOf(facts.id), effect, retired: retirementOf(domain), facts }];
}

const made = new Map<string, Operation>();

/** The operation of that id, or of that operationId alone where only one product that is alive has it. */
export function findOnShelf(name: string): Operation | undefined {
  const id = name.includes('.') ? name : uniqueId(name);
  if (id === undefined) return undefined;
  const known = made.get(id);
  if (known !== undefined) return known;
  const domain = factsOf(id.slice(0, id.indexOf('.')));
  const facts = domain?.operations.find((each) => `${domain.domain}.${each.id}` === id);
  if (domain === undefined || facts === undefined) return undefined;
  const operation = operationFrom(domain, facts);
  made.set(id, operation);
  return operation;
}

/** All ids with that operationId, those of living products first. */
export function idsNamed(operationId: string): string[] {
  const found = [...shelfCards().values()].filter((card) => card.facts.id === operationId);
  return found
    .sort((a, b) => Number(a.retired !== undefined) - Number(b.retired !== undefined))
    .map((card) => card.id);
}

function uniqueId(name: string): string | undefined {
  if (!/^[A-Za-z0-9]+$/.test(name)) return undefined;
  const alive = idsNamed(name).filter((id) => shelfCards().get(id)?.retired === undefined);
  return alive.length === 1 ? alive[0] : undefined;
}
