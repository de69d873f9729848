// Fetches a file for an operation: by https, from a host that the owner has allowed, never from inside a private network.
// Files of this machine are files/folders.ts; which requests go to Twilio is client.ts.
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { basename } from 'node:path';
import type { Dispatcher } from 'undici';
import { OperationError } from '../operation/errors.ts';
import type { FileContent, Files } from '../operation/files.ts';
import { causeCode } from './connection.ts';

export interface DownloadOptions {
  readonly hosts: readonly string[];
  readonly timeoutMs: number;
  /** A test gives one that reaches its own server. */
  readonly dispatcher?: Dispatcher;
}

const mostRedirects = 3;

export function createDownloader({ hosts, timeoutMs, dispatcher }: DownloadOptions): Files['download'] {
  return async (url, mostBytes, signal) => {
    // Refused before a name is even looked up.
    let address = allowed(url, hosts);
    // Loaded with the first download, as client.ts does with the first request.
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
        if (answer.statusCode < 300 || answer.statusCode > 399)
          return await fileOf(answer, address, mostBytes);
        await answer.body.dump();
        const { location } = answer.headers;
        if (typeof location !== 'string' || !URL.canParse(location, address.href)) break;
        address = allowed(new URL(location, address).href, hosts);
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
  };
}

/** For a rehearsal, which reaches no network: the same refusals, then a stand-in that says what it is. */
export function rehearseDownload(hosts: readonly string[]): Files['download'] {
  return async (url) => {
    const address = allowed(url, hosts);
    const text = `Rehearsed: ${address.href} was not fetched.`;
    return { filename: nameOf(address), base64: Buffer.from(text).toString('base64') };
  };
}

function allowed(text: string, hosts: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url?.protocol === 'https:' && url.port === '' && url.username === '' && url.password === '';
  if (url === undefined || !plain || isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0)
    throw refused('An attachment is fetched by https from a plain host name, without port or password.');
  if (!hosts.includes(url.hostname))
    throw refused(`${url.hostname} is no host that the owner allows attachments from.`);
  return url;
}

async function fileOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  address: URL,
  mostBytes: number,
): Promise<FileContent> {
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
      throw new OperationError(
        'INVALID_INPUT',
        `The file at ${address.hostname} is over the ${mostBytes} bytes that still fit.`,
        {
          next: 'Send a link to it instead.',
        },
      );
    }
    chunks.push(bytes);
  }
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(String(headers['content-type'] ?? ''))?.[0];
  return {
    filename: nameOf(address),
    ...(type && { type }),
    base64: Buffer.concat(chunks).toString('base64'),
  };
}

function nameOf({ pathname }: URL): string {
  return (
    readable(basename(pathname))
      .replace(/[/\\\p{Cc}]/gu, '_')
      .slice(0, 200) || 'attachment'
  );
}

function readable(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
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

function refused(message: string): OperationError {
  return new OperationError('REFUSED', message, {
    rule: 'attachments',
    next: 'The owner must name the host in TWILIO_MCP_ATTACHMENT_HOSTS. Or give the content as base64.',
  });
}

function unfetched({ hostname }: URL, why: string, cause?: unknown): OperationError {
  return new OperationError(
    'NETWORK_UNREACHABLE',
    `The file at ${hostname} was not fetched: ${why}. Nothing was sent.`,
    {
      next: 'Check the URL, or give the content as base64.',
      cause,
    },
  );
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && cause.name === 'TimeoutError') return 'it took too long';
  if (causeCode(cause)?.startsWith('UND_ERR_')) return 'the connection failed';
  return cause instanceof Error ? cause.message : 'the connection failed';
}
