// Access tokens by OAuth 2 client credentials: fetched when needed, kept until shortly before they expire, one fetch at a time.
// How the request is sent is given in; nothing here opens a connection.
import { OperationError } from '../operation/errors.ts';
import type { OAuthClient } from './credentials.ts';
import { formText, type WireRequest } from './encode.ts';
import { isRecord } from './problem.ts';

export interface Tokens {
  /** A token that is still good; `refused` names one the provider has just turned down. */
  get(client: OAuthClient, refused?: string): Promise<string>;
}

interface Held {
  readonly client: OAuthClient;
  readonly token: string;
  readonly goodUntil: number;
}

const marginMs = 60_000;

export function createTokens(
  fetchToken: (request: WireRequest) => Promise<unknown>,
  now: () => Date,
): Tokens {
  let held: Held | undefined;
  let underWay: { readonly client: OAuthClient; readonly result: Promise<Held> } | undefined;

  async function refresh(client: OAuthClient): Promise<Held> {
    const body = await fetchToken(tokenRequest(client));
    const { token, seconds } = readToken(body);
    return { client, token, goodUntil: now().getTime() + Math.max(0, seconds * 1000 - marginMs) };
  }

  return {
    async get(client, refused) {
      if (
        held !== undefined &&
        same(held.client, client) &&
        held.token !== refused &&
        now().getTime() < held.goodUntil
      )
        return held.token;
      if (underWay === undefined || !same(underWay.client, client))
        underWay = { client, result: refresh(client) };
      const mine = underWay;
      try {
        held = await mine.result;
        return held.token;
      } finally {
        if (underWay === mine) underWay = undefined;
      }
    },
  };
}

function tokenRequest({ id, secret }: OAuthClient): WireRequest {
  const text = formText([
    ['grant_type', 'client_credentials'],
    ['client_id', id],
    ['client_secret', secret],
  ]);
  return {
    method: 'POST',
    host: 'oauth',
    path: '/v2/token',
    query: [],
    headers: {},
    body: { type: 'form', text },
  };
}

function readToken(body: unknown): { readonly token: string; readonly seconds: number } {
  const token = isRecord(body) ? body['access_token'] : undefined;
  const seconds = isRecord(body) ? body['expires_in'] : undefined;
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) {
    // Without a lifetime the token is used for this request only.
    return { token, seconds: typeof seconds === 'number' ? seconds : 0 };
  }
  throw new OperationError('ANSWER_UNREADABLE', 'The token endpoint gave no access token.', {
    next: 'Check TWILIO_CLIENT_ID and TWILIO_CLIENT_SECRET, and that the OAuth app is active.',
  });
}

function same(a: OAuthClient, b: OAuthClient): boolean {
  return a.id === b.id && a.secret === b.secret;
}
