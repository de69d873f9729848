// Operations of both shelves found by plain words: names, products and fields, with synonyms and typing slips allowed for.
// What a tool call does with what is found is discovery.ts.
import MiniSearch, { type SearchResult } from 'minisearch';
import { type Card, idsNamed, shelfCards } from '../catalog/full/index.ts';
import { productOf } from '../catalog/full/products.ts';
import { wordsOf } from '../catalog/full/words.ts';
import { findOperation, operations } from '../catalog/index.ts';
import { phrases } from './phrases.ts';
import { idle, synonyms } from './synonyms.ts';

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly verb: string;
  readonly words: string;
  readonly product: string;
  readonly phrases: string;
}

let index: MiniSearch<Entry> | undefined;

/** Built at the first search: most sessions never need it. */
function indexed(): MiniSearch<Entry> {
  if (index !== undefined) return index;
  index = new MiniSearch<Entry>({
    fields: ['name', 'verb', 'words', 'product', 'phrases'],
    tokenize: (text) => text.split(' '),
    processTerm: (term) => stem(term) || null,
    searchOptions: {
      boost: { name: 5, verb: 2.5, words: 1.5, product: 2, phrases: 6 },
      // Few have phrases, and long ones: their length must not count against them.
      bm25: { k: 1.2, b: 0.45, d: 0.5 },
    },
  });
  index.addAll(operations.map(({ name, title, about }) => handEntry(name, title, about)));
  index.addAll([...shelfCards().values()].map(shelfEntry));
  return index;
}

function handEntry(name: string, title: string, about: string): Entry {
  const [product = '', verb = '', ...nouns] = name.split('_');
  return {
    id: name,
    name: nouns.join(' '),
    verb: verbs[verb] ?? verb,
    words: plain(`${title} ${about}`),
    product,
    phrases: phrases[name] ?? '',
  };
}

function shelfEntry({ id, domain, operationId, path }: Card): Entry {
  const [verb = '', ...nouns] = wordsOf(operationId).split(' ');
  const { title, words } = productOf(domain);
  const literal = path.replace(/\{[^}]*\}|\.json|^\/(?:v\d+|2010-04-01)|Accounts\//g, ' ');
  return {
    id,
    name: nouns.join(' '),
    verb: verbs[verb] ?? verb,
    words: wordsOf(literal),
    product: plain(`${title} ${words} ${domain}`),
    phrases: phrases[id] ?? '',
  };
}

/** What providers and people call the same act. */
const verbs: Readonly<Record<string, string>> = {
  fetch: 'fetch get read',
  get: 'get fetch read',
  list: 'list show',
  create: 'create add new make',
  add: 'add create',
  update: 'update change edit modify',
  patch: 'patch update change edit modify',
  delete: 'delete remove erase',
  remove: 'remove delete',
};

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** One form for one and many, for what is done and the doing of it. */
function stem(term: string): string {
  if (term.length < 4 || /(?:ss|us|is|sms|mms)$/.test(term)) return term;
  const one = term.replace(/ies$/, 'y').replace(/(?<=ch|sh|x)es$|s$/, '');
  return one.length > 6 ? one.replace(/(?:ation|ate|ated)$/, 'at') : one;
}

export interface Wish {
  readonly query: string;
  /** Also products that their provider has ended. */
  readonly retired: boolean;
}

/** Ids of both shelves, the likeliest first. */
export function findIds({ query, retired }: Wish): string[] {
  const cards = shelfCards();
  const path = query.trim().replace(/^[A-Z]+ (?=\/)/, '');
  const byPath = path.startsWith('/') ? [...cards.values()].filter((card) => card.path === path) : [];
  const wanted = (id: string) => retired || cards.get(id)?.retired === undefined;
  const found = [...named(query.trim()), ...byPath.map(({ id }) => id), ...search(query).filter(wanted)];
  return [...new Set(found)];
}

/** Who names an operation means it, retired or not. */
function named(name: string): string[] {
  if (findOperation(name) !== undefined || shelfCards().has(name)) return [name];
  return /^[A-Z][A-Za-z0-9]+$/.test(name) ? idsNamed(name) : [];
}

/** One word of the question, and what else it may mean. */
interface Word {
  readonly given: string;
  readonly meant: readonly string[];
}

function search(query: string): string[] {
  const words = wordsIn(query);
  const found = indexed().search(
    {
      combineWith: 'OR',
      queries: [
        {
          queries: [words.map(({ given }) => given).join(' ')],
          fuzzy: (term) => (term.length > 4 ? 0.2 : false),
          prefix: (term) => term.length > 3,
        },
        { queries: [words.flatMap(({ meant }) => meant).join(' ')], boostTerm: () => synonymWeight },
      ],
    },
    { boostDocument: (id) => (shelfCards().has(String(id)) ? 1 : handWeight) },
  );
  return found
    .map((result) => ({
      id: String(result.id),
      score: result.score * covered(result, words) ** coverageWeight,
    }))
    .sort((a, b) => b.score - a.score)
    .map(({ id }) => id);
}

const synonymWeight = 0.4;
/** Where both shelves do it, the hand-shaped operation comes first. */
const handWeight = 1.5;
const coverageWeight = 1.5;

function wordsIn(query: string): Word[] {
  const all = plain(wordsOf(query.replace(/\b(?:v\d+|2010-04-01)\b/g, ' ')))
    .split(' ')
    .filter((word) => word !== '');
  const telling = all.filter((word) => !idle.has(word));
  return (telling.length > 0 ? telling : all).map((word) => ({
    given: stem(word),
    meant: (synonyms[word] ?? synonyms[stem(word)] ?? '').split(' ').filter(Boolean).map(stem),
  }));
}

/** How much of the question an entry speaks to: an operation that has one word of four is not the one that is meant. */
function covered({ queryTerms }: SearchResult, words: readonly Word[]): number {
  const matched = words.filter(({ given, meant }) =>
    [given, ...meant].some((term) => queryTerms.includes(term)),
  );
  return matched.length / Math.max(1, words.length);
}
