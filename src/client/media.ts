// Media that Twilio keeps of a message: asked for with credentials at Twilio's own host, fetched from where that points without any.

import { OperationError } from '../operation/errors.ts';
import type { Files } from '../operation/files.ts';
import type { Client } from './client.ts';
import { fetchPublicFile, mediaTypeOf, plainHttps } from './public-file.ts';

export interface MediaOptions {
  readonly client: Pick<Client, 'send'>;
  readonly account: string | undefined;
  /** Where a local Twilio stands in for all hosts: its media lie there too. */
  readonly baseUrl: string | undefined;
  readonly timeoutMs: number;
}

export function createMediaReader({ client, account, baseUrl, timeoutMs }: MediaOptions): Files['media'] {
  const local = baseUrl === undefined ? undefined : new URL(baseUrl).origin;
  const allowed = (text: string): URL => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && url.origin === local) return url;
    const found = plainHttps(text);
    if (found === undefined)
      throw unfetched(undefined, 'Twilio pointed to an address that is not plain https');
    return found;
  };
  return async (message, media, mostBytes, signal) => {
    const path = `/2010-04-01/Accounts/${account}/Messages/${message}/Media/${media}`;
    const request = { method: 'GET', host: 'api', path, query: [], headers: {} } as const;
    const { body, headers } = await client.send(request, {
      effect: 'read',
      raw: true,
      maxBytes: mostBytes,
      signal,
    });
    if (Buffer.isBuffer(body)) return fileOf(body, mediaTypeOf(headers['content-type']));
    const location =
      typeof body === 'object' && body !== null && 'location' in body ? String(body.location) : '';
    // Connections that reach public addresses only would not reach a local one.
    const agent = local === undefined ? undefined : new (await import('undici')).Agent();
    try {
      const { bytes, type } = await fetchPublicFile(location, {
        allowed,
        mostBytes,
        timeoutMs,
        signal,
        tooLarge: () => tooLarge(mostBytes),
        unfetched,
        dispatcher: agent,
      });
      return fileOf(bytes, type);
    } finally {
      await agent?.destroy();
    }
  };
}

function fileOf(bytes: Buffer, type: string | undefined) {
  return { ...(type !== undefined && { type }), base64: bytes.toString('base64') };
}

function tooLarge(mostBytes: number): OperationError {
  return new OperationError('INVALID_INPUT', `The file is over ${mostBytes} bytes.`, {
    next: 'Raise max_bytes, or let the owner look at it in the Twilio Console.',
  });
}

function unfetched(_: URL | undefined, why: string, cause?: unknown): OperationError {
  return new OperationError('NETWORK_UNREACHABLE', `The file was not fetched: ${why}.`, {
    next: 'Try again; if it goes on, let the owner look at it in the Twilio Console.',
    cause,
  });
}
