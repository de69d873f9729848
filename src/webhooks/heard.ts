// A request as it was heard: its body within limits, its content of a kind we read, its address as the sender knows it.
// Whether it is signed is senders.ts; what it says is for the readers.
import { isIP } from 'node:net';
import type { Fields } from '../signature.ts';

export type Content = 'none' | 'form' | 'json' | 'multipart';

export interface Heard {
  readonly method: 'GET' | 'POST';
  /** The address the sender was given, letter for letter. */
  readonly url: string;
  readonly headers: Headers;
  readonly content: Content;
  readonly body: Uint8Array;
}

/** What the server knows of the connection; a Request alone has lost it. */
export interface Connection {
  /** Path and query as they stood on the request line: `new URL()` changes some characters, and they are signed. */
  readonly target?: string | undefined;
  /** The address of whoever connected. */
  readonly address?: string | undefined;
}

/** Why a request is not taken. `status` is the answer; nothing is stored. */
export class Refusal extends Error {
  readonly status: number;
  readonly outcome: Outcome;

  constructor(status: number, outcome: Outcome, message: string) {
    super(message);
    this.status = status;
    this.outcome = outcome;
  }
}

/** How a request ended, as it is counted. */
export type Outcome =
  | 'accepted'
  | 'known'
  | 'unsigned'
  | 'replayed'
  | 'foreign'
  | 'refused'
  | 'unverifiable'
  | 'failed';

export interface Limits {
  readonly methods: readonly string[];
  readonly contents: readonly Content[];
  readonly mostBytes: number;
}

export async function hear(request: Request, url: string, limits: Limits): Promise<Heard> {
  const { method, headers } = request;
  if (!limits.methods.includes(method) || (method !== 'GET' && method !== 'POST'))
    throw new Refusal(405, 'refused', `This address takes ${limits.methods.join(' and ')}.`);
  const content = method === 'GET' ? 'none' : contentOf(headers.get('content-type'));
  if (content === undefined || (content !== 'none' && !limits.contents.includes(content)))
    throw new Refusal(415, 'refused', `This address takes ${limits.contents.join(' or ')}.`);
  return { method, url, headers, content, body: await bodyOf(request, limits.mostBytes) };
}

function contentOf(type: string | null): Content | undefined {
  if (type === null || type === '') return 'none';
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (plain === 'application/x-www-form-urlencoded') return 'form';
  if (plain === 'multipart/form-data') return 'multipart';
  return /^application\/(?:[\w.-]+\+)?json$/.test(plain) ? 'json' : undefined;
}

/** Reads no more than the limit. HTTP holds a body to the length that was announced; where none was, it is counted. */
async function bodyOf(request: Request, most: number): Promise<Uint8Array> {
  const tooLarge = () => new Refusal(413, 'refused', `This address takes at most ${most} bytes.`);
  const announced = Number(request.headers.get('content-length') ?? Number.NaN);
  if (announced > most) throw tooLarge();
  if (announced <= most) return new Uint8Array(await request.arrayBuffer());
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.byteLength;
    if (size > most) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The fields of a form, or of the query of a GET, in their order. */
export function fieldsOf({ method, url, content, body }: Heard): Fields {
  if (method === 'GET') return [...new URL(url).searchParams];
  return content === 'form' ? [...new URLSearchParams(Buffer.from(body).toString('utf8'))] : [];
}

/* ── where: the public address ── */

export interface Whereabouts {
  /** Scheme, host, port and any path that stands before ours; else the request's own host is believed. */
  readonly publicUrl?: string | undefined;
  /** Addresses whose X-Forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
}

/** Path and query below our root, and the address as the sender knows it. */
export function locate(
  request: Request,
  { target, address }: Connection,
  { publicUrl, trustedProxies }: Whereabouts,
): { readonly path: string; readonly url: string } {
  const asked = target?.startsWith('/') ? target : afterOrigin(request.url);
  const root = publicUrl === undefined ? undefined : new URL(publicUrl);
  const prefix = root?.pathname.replace(/\/$/, '') ?? '';
  // A proxy may take the prefix off or leave it on.
  const below = prefix !== '' && asked.startsWith(`${prefix}/`) ? asked.slice(prefix.length) : asked;
  const path = below.split('?')[0] ?? below;
  if (root !== undefined) return { path, url: `${root.origin}${prefix}${below}` };
  const isTrusted = address !== undefined && trustedProxies.includes(plainAddress(address));
  return { path, url: `${isTrusted ? forwardedOrigin(request) : new URL(request.url).origin}${below}` };
}

function afterOrigin(url: string): string {
  return url.slice(new URL(url).origin.length);
}

function forwardedOrigin({ url, headers }: Request): string {
  const own = new URL(url);
  const last = (name: string) => headers.get(name)?.split(',').at(-1)?.trim();
  const scheme = last('x-forwarded-proto') === 'https' ? 'https' : own.protocol.slice(0, -1);
  const origin = `${scheme}://${last('x-forwarded-host') ?? own.host}`;
  return URL.canParse(origin) ? origin : own.origin;
}

/** IPv4 inside IPv6, as a dual socket shows it, is the same address. */
function plainAddress(address: string): string {
  const inner = address.replace(/^::ffff:/i, '');
  return isIP(inner) === 4 ? inner : address;
}
