// What is known of one operation of a provider's public description, as data: no sentence, only names, types and bounds.
// The files in facts/ hold it, written by `npm run generate:catalog`; what it means for an agent is from-facts.ts.
import type { Host, QueryStyle } from '../../operation/define.ts';
import type { Effect } from '../../operation/effect.ts';

/** One provider's description of one domain, such as `api_v2010`. */
export interface DomainFacts {
  readonly domain: string;
  readonly host: Host;
  /** What it was read from, with its version. */
  readonly source: string;
  readonly operations: readonly OperationFacts[];
  /** Schemas that requests refer to by name. */
  readonly schemas: Readonly<Record<string, SchemaFacts>>;
  /** Answers that operations refer to by name. */
  readonly answers: Readonly<Record<string, AnswerFacts>>;
}

export interface OperationFacts {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly params?: readonly ParamFacts[];
  readonly body?: BodyFacts;
  readonly answer?: AnswerFacts;
  /** The key of the answer that holds the rows of a list; empty where the answer itself is the list. */
  readonly rows?: string;
  /** The fields that the provider's own tools show of each row. */
  readonly shown?: readonly string[];
  /** Groups of which one parameter at least must be given. */
  readonly needs?: readonly (readonly string[])[];
  /** Media type of the answer, where it is not plain JSON. */
  readonly accept?: string;
}

export interface ParamFacts {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: true;
  readonly schema: SchemaFacts;
  /** How a list or object is written, where not as a repeated key. */
  readonly style?: QueryStyle;
}

export interface BodyFacts {
  readonly type: 'form' | 'json';
  /** Media type, where it is not the plain one. */
  readonly media?: string;
  readonly schema: SchemaFacts;
}

/** The part of JSON Schema that the descriptions use; `sid` is a prefix before 32 hexadecimal digits. */
export interface SchemaFacts {
  readonly ref?: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly sid?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly (string | number | boolean)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: SchemaFacts;
  readonly properties?: Readonly<Record<string, SchemaFacts>>;
  readonly required?: readonly string[];
  /** What further properties may hold; absent where there may be none. */
  readonly others?: SchemaFacts;
  readonly anyOf?: readonly SchemaFacts[];
  readonly nullable?: true;
  /** The provider's word for personal data: `sensitive` is never to be logged. */
  readonly pii?: 'standard' | 'sensitive';
}

/** An answer as names and kinds: a word for a plain value, `#name` for a shared one, a list of one for a list. */
export type AnswerFacts = string | readonly AnswerFacts[] | { readonly [field: string]: AnswerFacts };

/** Domain → effect → operation names, with `*` for any letters; the first effect named that fits counts. */
export type Classes = Readonly<Record<string, Readonly<Partial<Record<Effect, string>>>>>;
