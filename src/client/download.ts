// Fetches a file for an operation: by https, from a host that the owner has allowed, never from inside a private network.
// Files of this machine are files/folders.ts; media that Twilio keeps of messages are media.ts; which requests go to Twilio is client.ts.
import { basename } from 'node:path';
import type { Dispatcher } from 'undici';
import { OperationError } from '../operation/errors.ts';
import type { Files } from '../operation/files.ts';
import { fetchPublicFile, plainHttps } from './public-file.ts';

export interface DownloadOptions {
  readonly hosts: readonly string[];
  readonly timeoutMs: number;
  /** A test gives one that reaches its own server. */
  readonly dispatcher?: Dispatcher;
}

export function createDownloader({ hosts, timeoutMs, dispatcher }: DownloadOptions): Files['download'] {
  return async (url, mostBytes, signal) => {
    const { bytes, type, address } = await fetchPublicFile(url, {
      allowed: (text) => allowed(text, hosts),
      mostBytes,
      timeoutMs,
      signal,
      tooLarge: ({ hostname }) => tooLarge(hostname, mostBytes),
      unfetched,
      dispatcher,
    });
    return { filename: nameOf(address), ...(type && { type }), base64: bytes.toString('base64') };
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
  const url = plainHttps(text);
  if (url === undefined)
    throw refused('An attachment is fetched by https from a plain host name, without port or password.');
  if (!hosts.includes(url.hostname))
    throw refused(`${url.hostname} is no host that the owner allows attachments from.`);
  return url;
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

function refused(message: string): OperationError {
  return new OperationError('REFUSED', message, {
    rule: 'attachments',
    next: 'The owner must name the host in TWILIO_MCP_ATTACHMENT_HOSTS. Or give the content as base64.',
  });
}

function tooLarge(hostname: string, mostBytes: number): OperationError {
  return new OperationError(
    'INVALID_INPUT',
    `The file at ${hostname} is over the ${mostBytes} bytes that still fit.`,
    { next: 'Send a link to it instead.' },
  );
}

function unfetched({ hostname }: URL, why: string, cause?: unknown): OperationError {
  return new OperationError(
    'NETWORK_UNREACHABLE',
    `The file at ${hostname} was not fetched: ${why}. Nothing was sent.`,
    { next: 'Check the URL, or give the content as base64.', cause },
  );
}
