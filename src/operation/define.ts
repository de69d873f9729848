// The one object that is an operation. Everything else (tool, CLI command, guard input, retry, reference) is derived from it.
import type { z } from 'zod';
import type { Effect } from './effect.ts';
import type { Files } from './files.ts';
import type { Ledgers } from './ledgers.ts';
import type { Recipient, Usage } from './reach.ts';
import type { Row } from './row.ts';

export type { Row } from './row.ts';

export type Host =
  | 'accounts'
  | 'api'
  | 'assistants'
  | 'bulkexports'
  | 'chat'
  | 'content'
  | 'conversations'
  | 'events'
  | 'flex-api'
  | 'frontline-api'
  | 'iam'
  | 'insights'
  | 'intelligence'
  | 'ip-messaging'
  | 'knowledge'
  | 'lookups'
  | 'marketplace'
  | 'memory'
  | 'messaging'
  | 'monitor'
  | 'notify'
  | 'numbers'
  | 'oauth'
  | 'preview'
  | 'preview-iam'
  | 'pricing'
  | 'proxy'
  | 'routes'
  | 'serverless'
  | 'studio'
  | 'supersim'
  | 'sync'
  | 'taskrouter'
  | 'trunking'
  | 'trusthub'
  | 'verify'
  | 'video'
  | 'voice'
  | 'wireless'
  | 'sendgrid'
  | 'segment-tracking'
  | 'segment-profiles'
  | 'segment-public';

/** comma `a=1,2` · brackets `a[b]=1` · dotted `A.b=1` · spread `b=1`. */
export type QueryStyle = 'comma' | 'brackets' | 'dotted' | 'spread';

/** The HTTP request as data. Input fields go to the path, then to headers, then to the body (POST, PUT, PATCH) or the query. */
export interface RequestTemplate {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly host: Host;
  /** `{account}` is the configured account; every other `{field}` is an input field of that name. */
  readonly path: string;
  /** Wire names of fields that are not the PascalCase of ours: `sent_after: 'DateSent>'`. */
  readonly names?: Readonly<Record<string, string>>;
  /** True where fields without a wire name go out under their own, also in forms. */
  readonly verbatim?: boolean;
  /** `form` is the default; `json` sends the fields under their own names unless `names` says otherwise. A DELETE that names one has a body. */
  readonly body?: 'form' | 'json';
  /** The field that is the whole JSON body, where that is no object. */
  readonly whole?: string;
  /** How a list or object is written in a query, where not as a repeated name. */
  readonly styles?: Readonly<Record<string, QueryStyle>>;
  /** Fields that go to the query string even though the method has a body. */
  readonly query?: readonly string[];
  /** Fields whose value Twilio expects as a JSON text inside a form or query parameter. */
  readonly asJson?: readonly string[];
  /** Input field → request header. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Parameters sent with every request, under their wire names; `{account}` is the configured account. */
  readonly fixed?: Readonly<Record<string, string | number | boolean>>;
  /** Headers sent with every request, such as an API version. */
  readonly fixedHeaders?: Readonly<Record<string, string>>;
  /** Headers of the answer that belong to it: our field → header. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  /** Input fields that are for this server only. */
  readonly local?: readonly string[];
  /** For lists: the key that holds the rows, and the largest page the API gives. `limit` and `cursor` are then ours. */
  readonly list?: { readonly rows: string; readonly maxPage: number };
}

/** What the configuration fills in when the caller says nothing. */
export interface Defaults {
  /** The account this process acts for. */
  readonly account?: string;
  readonly from?: string;
  readonly messagingServiceSid?: string;
  readonly verifyServiceSid?: string;
  readonly statusCallback?: string;
  readonly segmentSpaceId?: string;
  /** The longest a call may last, by the owner's policy. */
  readonly callSeconds?: number;
  /** Where Twilio reaches this server's receiver, if it has a public address. */
  readonly webhookUrl?: string;
}

/** What an operation that is not exactly one request may use. `call` walks the whole corridor again. */
export interface Hands {
  readonly call: (operation: Operation, input: Row) => Promise<Row>;
  readonly progress: (done: number, total: number | undefined, message: string) => void;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Ends early, by throwing, when the call is cancelled. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly account: Identity;
  readonly ledgers: Ledgers;
  readonly files: Files;
  /** Asks Twilio for what came in since the last look, where no webhook tells. A failure is logged, not thrown. */
  readonly refresh: () => Promise<void>;
  /** Whether a send of that input was carried out since then; undefined where no look can tell. Never repeats it. */
  readonly look: (operation: Operation, input: Row, since: Date) => Promise<Row | undefined>;
}

/** Which account this process acts for, without anything secret. */
export interface Identity {
  readonly sid: string;
  readonly mode: string;
  /** The kind of credential in use, such as `API key`. */
  readonly credential: string;
}

export interface OperationSpec<I extends z.ZodObject, O extends z.ZodObject> {
  /** `product_verb_noun`, at most 51 characters so that `mcp__twilio__` fits before it. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly effect: Effect;
  /** True where sending the same request twice leaves the same state: it may then be retried. */
  readonly idempotent?: boolean;
  readonly input: I;
  readonly output: O;
  readonly request?: RequestTemplate;
  /** Fills defaults and turns plain words into what the API takes; sees parsed input, does no I/O. */
  prepare?(input: z.output<I>, defaults: Defaults): Row;
  /** The answer as the output schema wants it, where the wire differs in more than names. */
  answer?(body: Row, input: z.output<I>): Row;
  /** Whom it reaches, from the prepared input. Must be there on `send`. */
  reaches?(input: z.output<I>): readonly Recipient[];
  /** Where Twilio alone knows whom it reaches: the list request that tells, asked before anything is judged. */
  audience?(input: z.output<I>): Audience;
  /** The effect of this very input, where it is stricter than `effect`: a callback URL changed makes a write an admin act. */
  raises?(input: z.output<I>): Effect;
  /** What it uses up. Must be there on `send` and `spend`. */
  costs?(input: z.output<I>): Usage;
  /** After a lost answer: the list request that would show what was created, and how to know it. */
  trace?(input: z.output<I>, since: Date): Trace;
  /** A field of the answer that is a secret, shown once: it goes to a file of the owner, named in `secret_file`. */
  readonly keeps?: string;
  /** A field of the answer that is a file, `{ type, base64 }`: it is shown as one, beside the data. */
  readonly attaches?: string;
  /** Reaches each of many by a call of its own, so that a yes for some of them is of use. */
  readonly oneByOne?: true;
  /** For the few that are not exactly one request. */
  run?(input: z.output<I>, hands: Hands): Promise<Row>;
  /** The reference page, without folder and ending: `twilio-voice`. */
  readonly page?: string;
}

/** Who is in there: the members of a conversation or session. */
export interface Audience {
  readonly request: RequestTemplate;
  readonly input: Row;
  /** `undefined` for a row that is nobody to be reached. */
  readonly recipient: (row: Row) => Recipient | undefined;
}

/** How to find out whether a send whose answer was lost was carried out. */
export interface Trace {
  readonly request: RequestTemplate;
  readonly input: Row;
  readonly matches: (row: Row) => boolean;
  /** The operation an agent can use for the same look. */
  readonly lookWith: string;
}

export type Operation = OperationSpec<z.ZodObject, z.ZodObject>;

export function defineOperation<I extends z.ZodObject, O extends z.ZodObject>(
  spec: OperationSpec<I, O>,
): Operation {
  return spec;
}

/** The toolset an operation belongs to is the first word of its name. */
export function toolsetOf(operation: { readonly name: string }): string {
  return operation.name.slice(0, operation.name.indexOf('_'));
}
