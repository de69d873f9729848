// The full shelf: cards of every operation for lists and searches, and the operation itself when somebody asks for it.
// Nothing is read before the first question: a session that never asks pays nothing.
import { readFileSync } from 'node:fs';
import type { Operation } from '../../operation/define.ts';
import type { Effect } from '../../operation/effect.ts';
import { effectOf } from './effect.ts';
import type { DomainFacts, OperationFacts } from './facts.ts';
import { operationFrom } from './from-facts.ts';
import { retirementOf } from './retired.ts';
import { titleOf } from './words.ts';

/** What is known of an operation without reading its facts. */
export interface Card extends Pick<OperationFacts, 'method' | 'path'> {
  /** `<domain>.<operationId>` */
  readonly id: string;
  readonly domain: string;
  readonly operationId: string;
  readonly title: string;
  readonly effect: Effect;
  /** What to use instead, where the product has ended. */
  readonly retired: string | undefined;
}

type CardFile = Readonly<Record<string, readonly (readonly [string, OperationFacts['method'], string])[]>>;

let all: ReadonlyMap<string, Card> | undefined;

/** By id, in one order, retired products among them. */
export function shelfCards(): ReadonlyMap<string, Card> {
  all ??= new Map(
    Object.entries(readCards()).flatMap(([domain, rows]) => rows.map((row) => cardOf(domain, ...row))),
  );
  return all;
}

let file: CardFile | undefined;

function readCards(): CardFile {
  file ??= JSON.parse(readFileSync(new URL('cards.json', import.meta.url), 'utf8'));
  return file ?? {};
}

function cardOf(domain: string, operationId: string, method: Card['method'], path: string): [string, Card] {
  const id = `${domain}.${operationId}`;
  const effect = effectOf(domain, { id: operationId, method });
  const retired = retirementOf(domain);
  return [id, { id, domain, operationId, method, path, title: titleOf(operationId), effect, retired }];
}

export function shelfDomains(): readonly string[] {
  return Object.keys(readCards());
}

const read = new Map<string, DomainFacts>();

export function factsOf(domain: string): DomainFacts | undefined {
  const known = read.get(domain);
  if (known !== undefined || !Object.hasOwn(readCards(), domain)) return known;
  const facts: DomainFacts = JSON.parse(
    readFileSync(new URL(`facts/${domain}.json`, import.meta.url), 'utf8'),
  );
  read.set(domain, facts);
  return facts;
}

/** The facts of one operation, by its id. */
export function factsOfOperation(id: string): OperationFacts | undefined {
  const card = shelfCards().get(id);
  return card && factsOf(card.domain)?.operations.find((each) => each.id === card.operationId);
}

const made = new Map<string, Operation>();

/** The operation of that id, or of that operationId alone where only one product that is alive has it. */
export function findOnShelf(name: string): Operation | undefined {
  const id = name.includes('.') ? name : uniqueId(name);
  const known = id === undefined ? undefined : made.get(id);
  const card = id === undefined ? undefined : shelfCards().get(id);
  if (known !== undefined || card === undefined) return known;
  const domain = factsOf(card.domain);
  const facts = factsOfOperation(card.id);
  if (domain === undefined || facts === undefined) return undefined;
  const operation = operationFrom(domain, facts);
  made.set(card.id, operation);
  return operation;
}

/** All ids with that operationId, those of living products first. */
export function idsNamed(operationId: string): string[] {
  const found = [...shelfCards().values()].filter((card) => card.operationId === operationId);
  return [...found.filter(isAlive), ...found.filter((card) => !isAlive(card))].map((card) => card.id);
}

function isAlive({ retired }: Card): boolean {
  return retired === undefined;
}

function uniqueId(name: string): string | undefined {
  if (!/^[A-Za-z0-9]+$/.test(name)) return undefined;
  const found = idsNamed(name).flatMap((id) => shelfCards().get(id) ?? []);
  const [one, other] = found.some(isAlive) ? found.filter(isAlive) : found;
  return other === undefined ? one?.id : undefined;
}
