// Template and input in, the exact HTTP request out: the only place that knows Twilio's spelling. Pure.
// Where it is sent (hosts.ts) and whose credentials it carries (credentials.ts) are not here.
import type { Host, QueryStyle, RequestTemplate, Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { isRow } from '../operation/row.ts';
import { isTwilio } from './hosts.ts';

export type Pair = readonly [name: string, value: string];

/** One HTTP request, complete but for host name and credentials. */
export interface WireRequest {
  readonly method: RequestTemplate['method'];
  readonly host: Host;
  /** Percent-encoded, without query. */
  readonly path: string;
  /** Not yet encoded, in order; a repeated name is an array. */
  readonly query: readonly Pair[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly type: 'form' | 'json'; readonly text: string };
}

const placeholder = /\{(\w+)\}/;

export function encode(template: RequestTemplate, input: Row, account: string | undefined): WireRequest {
  const { method, host } = template;
  const path = pathOf(template, input, account);
  const headers = headersOf(template, input);
  const hasBody = hasBodyOf(template);
  const inQuery: Field[] = [];
  const inBody: Field[] = [];
  for (const name of Object.keys(input)) {
    const value = input[name];
    if (value === undefined || !isSent(template, name)) continue;
    (hasBody && !template.query?.includes(name) ? inBody : inQuery).push([name, value]);
  }
  const query = inQuery.flatMap(([name, value]) => pairsOf(template, name, value));
  const fixed = fixedOf(template, account);
  if (!hasBody) return { method, host, path, headers, query: withFixed(query, fixed) };
  const text =
    template.body === 'json'
      ? jsonText(template, input, inBody, fixed)
      : formText(
          withFixed(
            inBody.flatMap(([name, value]) => pairsOf(template, name, value)),
            fixed,
          ),
        );
  return { method, host, path, headers, query, body: { type: template.body ?? 'form', text } };
}

type Field = readonly [name: string, value: unknown];

function hasBodyOf({ method, body }: RequestTemplate): boolean {
  if (method === 'DELETE') return body !== undefined;
  return method !== 'GET';
}

function fixedOf({ fixed }: RequestTemplate, account: string | undefined): readonly Fixed[] {
  if (fixed === undefined) return [];
  return Object.entries(fixed).map(([name, value]) => [
    name,
    value === '{account}' ? accountSegment(account) : value,
  ]);
}

type Fixed = readonly [name: string, value: string | number | boolean];

/** The template's path around its placeholders, cut once: text, name, text, name, … text. */
const cutPaths = new WeakMap<RequestTemplate, readonly string[]>();

function pathOf(template: RequestTemplate, input: Row, account: string | undefined): string {
  const cut = cutPaths.get(template) ?? template.path.split(placeholder);
  cutPaths.set(template, cut);
  const segment = (name: string) =>
    name === 'account' ? accountSegment(account) : pathSegment(name, input[name]);
  return cut.map((part, place) => (place % 2 === 0 ? part : segment(part))).join('');
}

function jsonText(
  template: RequestTemplate,
  input: Row,
  fields: readonly Field[],
  fixed: readonly Fixed[],
): string {
  if (template.whole !== undefined) return JSON.stringify(input[template.whole]);
  const entries = fields.map(([name, value]) => [wireName(template, name), jsonValue(template, name, value)]);
  return JSON.stringify(Object.fromEntries([...entries, ...fixed]));
}

/** Pairs as they stand in a form body or after the `?`. */
export function formText(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${percent(name)}=${percent(value)}`).join('&');
}

/** Path and query as they stand in the request line. */
export function targetOf(request: WireRequest): string {
  return request.query.length === 0 ? request.path : `${request.path}?${formText(request.query)}`;
}

/** Our field name → Twilio's: what `names` says, else PascalCase where Twilio writes so. */
export function wireName(template: RequestTemplate, name: string): string {
  const given = Object.entries(template.names ?? {}).find(([ours]) => ours === name);
  if (given !== undefined) return given[1];
  if (template.verbatim || template.body === 'json' || !isTwilio(template.host)) return name;
  return name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isSent(template: RequestTemplate, name: string): boolean {
  if (template.path.includes(`{${name}}`) || template.local?.includes(name)) return false;
  if (Object.hasOwn(template.headers ?? {}, name)) return false;
  return template.list === undefined || (name !== 'limit' && name !== 'cursor');
}

function withFixed(pairs: readonly Pair[], fixed: readonly Fixed[]): readonly Pair[] {
  if (fixed.length === 0) return pairs;
  const names = new Set(fixed.map(([name]) => name));
  return [
    ...pairs.filter(([name]) => !names.has(name)),
    ...fixed.map(([name, value]): Pair => [name, String(value)]),
  ];
}

function pairsOf(template: RequestTemplate, name: string, value: unknown): Pair[] {
  const wire = wireName(template, name);
  if (value === null) return [];
  const style = template.styles?.[name];
  if (style !== undefined) return styled(style, wire, name, value);
  if (template.asJson?.includes(name))
    return [[wire, typeof value === 'string' ? text(name, value) : JSON.stringify(value)]];
  // Repeated keys: a JSON list in one field is taken for one broken value.
  const values = Array.isArray(value) ? value : [value];
  return values.map((each): Pair => [wire, plain(name, each)]);
}

function styled(style: QueryStyle, wire: string, name: string, value: unknown): Pair[] {
  if (style === 'comma')
    return [
      [
        wire,
        [value]
          .flat()
          .map((each) => plain(name, each))
          .join(','),
      ],
    ];
  if (style === 'brackets') return bracketed(wire, name, value);
  const prefix = style === 'dotted' ? `${wire}.` : '';
  return Object.entries(isRow(value) ? value : {}).map(
    ([key, each]): Pair => [prefix + key, plain(name, each)],
  );
}

function bracketed(wire: string, name: string, value: unknown): Pair[] {
  if (value === undefined || value === null) return [];
  if (!isRow(value) && !Array.isArray(value)) return [[wire, plain(name, value)]];
  return Object.entries(value).flatMap(([key, each]) => bracketed(`${wire}[${key}]`, name, each));
}

function jsonValue(template: RequestTemplate, name: string, value: unknown): unknown {
  return template.asJson?.includes(name) && typeof value !== 'string' ? JSON.stringify(value) : value;
}

/** One value of a form or query parameter. */
function plain(name: string, value: unknown): string {
  if (typeof value === 'string') return text(name, value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  throw invalid(
    name,
    'holds a value that has no place in a form',
    'Give text, a number, true or false, or a list of these.',
  );
}

/** Half of a surrogate pair cannot be written as UTF-8; replacing it would send other words than were asked for. */
function text(name: string, value: string): string {
  if (!/\p{Surrogate}/u.test(value)) return value;
  throw invalid(
    name,
    'holds half of a character (a lone surrogate)',
    'Give the text without the broken character.',
  );
}

function accountSegment(account: string | undefined): string {
  if (account !== undefined) return pathSegment('account', account);
  throw new OperationError('CREDENTIALS_MISSING', 'No Twilio account is configured.', {
    next: 'Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET beside the account.',
  });
}

/**
 * One path parameter, which can only ever be one whole segment or part of one. What a server, proxy or double
 * decoding could take for structure (separators, dot segments, escapes, control characters) is refused, the rest escaped.
 */
function pathSegment(name: string, value: unknown): string {
  const given = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  // Most are SIDs, of which nothing can be misread.
  if (typeof given === 'string' && /^\w+$/.test(given)) return given;
  if (typeof given !== 'string' || given === '')
    throw invalid(name, 'is missing', 'Give it as text that is not empty.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u001f\u007f-\u009f/\\]|%[0-9a-f]{2}|^\.+$/i.test(given)) {
    throw invalid(
      name,
      'would change the path of the request',
      'Give the plain identifier, without slashes, dots alone, escapes or control characters.',
    );
  }
  // The official SDK leaves + as it is in paths (Lookup of +1415…), and so do we.
  return percent(text(name, given)).replaceAll('%2B', '+');
}

function headersOf(template: RequestTemplate, input: Row): Record<string, string> {
  const headers: Record<string, string> = lowerCased(template.fixedHeaders ?? {});
  if (template.headers === undefined) return headers;
  for (const [name, header] of Object.entries(template.headers)) {
    const value = input[name];
    if (value === undefined || value === null) continue;
    const written = plain(name, value);
    if (!/^[\x20-\x7e]*$/.test(written))
      throw invalid(name, 'does not fit into a request header', 'Give printable ASCII text on one line.');
    headers[header] = written;
  }
  return headers;
}

/** The client's own headers are in lower case: one of the same name must take its place, not stand beside it. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** RFC 3986: everything but letters, digits and `-._~` is escaped, as the official SDK does. */
function percent(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function invalid(name: string, fault: string, next: string): OperationError {
  return new OperationError('INVALID_INPUT', `${name} ${fault}.`, { next });
}
