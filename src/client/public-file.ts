// One file from the public internet, without credentials: each hop is looked at, private networks are not reached, no more than fits.
// Which addresses are fine, and what is said of a fault, is the caller's: download.ts, media.ts.
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Dispatcher } from 'undici';
import { OperationError } from '../operation/errors.ts';
import { causeCode } from './connection.ts';

export interface PublicFile {
  readonly bytes: Buffer;
  /** Media type, where the host tells it. */
  readonly type?: string;
  /** Where it was found in the end. */
  readonly address: URL;
}

export interface PublicFileOptions {
  /** The address as a URL; throws where it must not be asked. */
  readonly allowed: (text: string) => URL;
  readonly mostBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly tooLarge: (address: URL) => OperationError;
  readonly unfetched: (address: URL, why: string, cause?: unknown) => OperationError;
  /** In place of connections that reach public addresses only. */
  readonly dispatcher?: Dispatcher | undefined;
}

const mostRedirects = 3;

export async function fetchPublicFile(url: string, options: PublicFileOptions): Promise<PublicFile> {
  const { allowed, timeoutMs, signal, unfetched, dispatcher } = options;
  // Refused before a name is even looked up.
  let address = allowed(url);
  // Loaded with the first file, as client.ts does with the first request.
  const { Agent, request } = await import('undici');
  const agent = dispatcher ?? new Agent({ connect: { lookup: publicLookup, timeout: timeoutMs } });
  const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const answer = await request(address.href, {
        dispatcher: agent,
        signal: stop,
        headers: { accept: '*/*' },
      });
      if (answer.statusCode < 300 || answer.statusCode > 399) return await fileOf(answer, address, options);
      await answer.body.dump();
      const { location } = answer.headers;
      if (typeof location !== 'string' || !URL.canParse(location, address.href)) break;
      address = allowed(new URL(location, address).href);
    }
    throw unfetched(address, 'it is redirected too often');
  } catch (cause) {
    if (cause instanceof OperationError) throw cause;
    if (signal.aborted)
      throw new OperationError('CANCELLED', 'The call was cancelled.', { next: 'Nothing was sent.' });
    throw unfetched(address, reasonOf(cause), cause);
  } finally {
    if (dispatcher === undefined) void agent.destroy();
  }
}

async function fileOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  address: URL,
  { mostBytes, tooLarge, unfetched }: PublicFileOptions,
): Promise<PublicFile> {
  if (statusCode !== 200) {
    await body.dump();
    throw unfetched(address, `the host answered ${statusCode}`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > mostBytes) {
      body.destroy();
      throw tooLarge(address);
    }
    chunks.push(bytes);
  }
  const type = mediaTypeOf(headers['content-type']);
  return { bytes: Buffer.concat(chunks), address, ...(type !== undefined && { type }) };
}

/** `image/png` of `image/png; name=x`. */
export function mediaTypeOf(header: unknown): string | undefined {
  return /^[\w.+-]+\/[\w.+-]+/.exec(String(header ?? ''))?.[0];
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && cause.name === 'TimeoutError') return 'it took too long';
  if (causeCode(cause)?.startsWith('UND_ERR_')) return 'the connection failed';
  return cause instanceof Error ? cause.message : 'the connection failed';
}

/** An https address of a plain host name; undefined for everything else. */
export function plainHttps(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.protocol === 'https:' && url.port === '' && url.username === '' && url.password === '';
  return plain && isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? url : undefined;
}

/** Everything that is not the public internet. Of IPv6 only 2000::/3 is, less what tunnels IPv4 or serves documents. */
const notPublic = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  notPublic.addSubnet(net, bits, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublic.check(address, 'ipv4');
  return family === 6 && globalUnicast.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

/** The address that was checked is the one that is connected to: a name cannot change its mind in between. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return done(error, []);
    const all = found.filter(({ address }) => isPublicAddress(address));
    const [first] = all;
    if (first === undefined) return done(new Error('its address is not on the public internet'), []);
    return options.all ? done(null, all) : done(null, first.address, first.family);
  });
};
