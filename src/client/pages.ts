// Both of Twilio's list styles (and their newer kin) behind one `limit` and an opaque cursor.
// A cursor carries a position within one list, nothing else: path, host, account and filters always come from the call itself.
import { createHash } from 'node:crypto';
import type { RequestTemplate, Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { encode, type Pair, type WireRequest, wireName } from './encode.ts';
import { isRecord } from './problem.ts';

/** A list to read: `limit` and `cursor` are in the input. */
export interface Listing {
  readonly template: RequestTemplate;
  readonly input: Row;
  readonly account: string | undefined;
}

/** Where in the list the next row is: the page, as Twilio names it, and the rows of it already given. */
interface Position {
  readonly page: readonly Pair[];
  readonly skip: number;
}

const defaultLimit = 20;
/** A list that answers empty page after empty page is left to the caller to go on with. */
const maxPages = 50;
/** Query parameters by which Twilio's next links say where they lead; nothing else is taken from a link or a cursor. */
const positionName = /^(?:page|page_?size|page_?token|after_?sid|next_?token|page_?number)$/i;

/** The request for the first page, or for the page of the cursor in the input. */
export function pageRequest(listing: Listing): WireRequest {
  const plain = encode(listing.template, listing.input, listing.account);
  return at(plain, startOf(listing, plain).page);
}

/** Gathers `limit` rows in as few requests as will do, and answers them under the list's own name, with `next_cursor`. */
export async function collect(
  listing: Listing & { readonly send: (request: WireRequest) => Promise<{ readonly body: unknown }> },
): Promise<Row> {
  const { template, input, account, send } = listing;
  const plain = encode(template, input, account);
  const limit = limitOf(input);
  const first = startOf(listing, plain);
  const seen = new Set([keyOf(first.page)]);
  const rows: unknown[] = [];
  let position: Position | undefined = first;
  for (let page = 0; position !== undefined && rows.length < limit && page < maxPages; page += 1) {
    const { body } = await send(at(plain, position.page));
    const here: readonly unknown[] = rowsOf(template, body).slice(position.skip);
    const taken = here.slice(0, limit - rows.length);
    rows.push(...taken);
    if (taken.length < here.length) position = { page: position.page, skip: position.skip + taken.length };
    else position = following(template, body, seen);
  }
  const next = position === undefined ? {} : { next_cursor: write(position, stampOf(plain, account)) };
  return { [template.list?.rows ?? 'rows']: rows, ...next };
}

function startOf({ template, input, account }: Listing, plain: WireRequest): Position {
  const cursor = input['cursor'];
  if (cursor !== undefined) return read(cursor, stampOf(plain, account));
  const limit = limitOf(input);
  const maxPage = template.list?.maxPage ?? 50;
  // Even pages: 150 rows by at most 100 are asked for as 75 and 75, so that none is fetched in vain.
  const size = Math.ceil(limit / Math.ceil(limit / maxPage));
  return { page: [[wireName(template, 'page_size'), String(size)]], skip: 0 };
}

function at(plain: WireRequest, page: readonly Pair[]): WireRequest {
  return { ...plain, query: [...plain.query, ...page] };
}

function limitOf(input: Row): number {
  const limit = input['limit'];
  return typeof limit === 'number' && Number.isInteger(limit) && limit > 0 ? limit : defaultLimit;
}

function rowsOf(template: RequestTemplate, body: unknown): readonly unknown[] {
  const rows = Array.isArray(body) ? body : isRecord(body) ? body[template.list?.rows ?? ''] : undefined;
  if (Array.isArray(rows)) return rows;
  throw new OperationError('ANSWER_UNREADABLE', 'The answer is not the list that was asked for.', {
    next: 'Try again; if it goes on, check TWILIO_API_BASE_URL and report the operation.',
  });
}

/** The position after this page; none at the end, or where the link leads back to a page already read. */
function following(template: RequestTemplate, body: unknown, seen: Set<string>): Position | undefined {
  const page = nextPage(template, body);
  if (page.length === 0 || seen.has(keyOf(page))) return undefined;
  seen.add(keyOf(page));
  return { page, skip: 0 };
}

/** 2010 API: `next_page_uri`, relative; later ones: `meta.next_page_url`; JSON APIs: a bare token in `meta`. */
function nextPage(template: RequestTemplate, body: unknown): readonly Pair[] {
  if (!isRecord(body)) return [];
  const meta = isRecord(body['meta']) ? body['meta'] : {};
  const link = [body['next_page_uri'], meta['next_page_url']].find(isFilled);
  if (link !== undefined) return linkPosition(link);
  const token = [meta['nextToken'], meta['next_token'], body['nextToken'], body['next_token']].find(isFilled);
  if (token === undefined) return [];
  const size = meta['pageSize'] ?? meta['page_size'];
  const sizePairs: Pair[] = typeof size === 'number' ? [[wireName(template, 'page_size'), String(size)]] : [];
  return [...sizePairs, [wireName(template, 'page_token'), token]];
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function linkPosition(link: string): Pair[] {
  const start = link.indexOf('?');
  if (start === -1) return [];
  return [...new URLSearchParams(link.slice(start + 1))].filter(([name]) => positionName.test(name));
}

function keyOf(page: readonly Pair[]): string {
  return JSON.stringify([...page].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a cursor belongs to: the same list, of the same account, with the same filters. */
function stampOf(plain: WireRequest, account: string | undefined): string {
  return JSON.stringify([plain.method, plain.host, plain.path, plain.query, account ?? '']);
}

function digest(stamp: string, position: Position): string {
  return createHash('sha256')
    .update(JSON.stringify([stamp, position.page, position.skip]))
    .digest('base64url')
    .slice(0, 22);
}

function write(position: Position, stamp: string): string {
  const content = [position.page, position.skip, digest(stamp, position)];
  return Buffer.from(JSON.stringify(content), 'utf8').toString('base64url');
}

/** The digest finds mistakes, not forgery: a forged cursor could only name another page of the list the caller may read anyway. */
function read(cursor: unknown, stamp: string): Position {
  const content =
    typeof cursor === 'string' && /^[\w-]+$/.test(cursor)
      ? parse(Buffer.from(cursor, 'base64url').toString('utf8'))
      : undefined;
  const [page, skip, given] = Array.isArray(content) ? content : [];
  if (isPage(page) && typeof skip === 'number' && Number.isSafeInteger(skip) && skip >= 0) {
    const position = { page, skip };
    if (digest(stamp, position) === given) return position;
  }
  throw new OperationError('INVALID_INPUT', 'The cursor does not belong to this list.', {
    next: 'Pass next_cursor unchanged, to the same operation with the same filters, or leave cursor out to start again.',
  });
}

function isPage(value: unknown): value is readonly Pair[] {
  return (
    Array.isArray(value) &&
    value.every(
      (pair) =>
        Array.isArray(pair) &&
        pair.length === 2 &&
        typeof pair[0] === 'string' &&
        typeof pair[1] === 'string' &&
        positionName.test(pair[0]),
    )
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
