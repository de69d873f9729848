// Access tokens of an authorization server: JWTs, held against its keys, our name as audience, and the clock (OAuth 2.1 resource server).
import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Scope, scopes } from '../operation/actor.ts';
import { isRow } from '../operation/row.ts';

export interface OAuthOptions {
  readonly issuer: string;
  /** What the token must be made out to: this server, as its callers name it (RFC 8707). */
  readonly audience: string;
  readonly jwksUrl?: string | undefined;
  readonly now: () => Date;
}

export interface Bearer {
  readonly subject: string;
  readonly scopes: readonly Scope[];
}

/** The keys could not be fetched: the token is neither good nor bad yet. */
export class KeysUnreachable extends Error {}

/** Signatures by public key only: `none` and shared secrets never stand between a caller and a phone. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'];

const timeoutMs = 5000;

/** Rejects with an OAuthError that says why the token is not good, or with KeysUnreachable. */
export function createVerifier({
  issuer,
  audience,
  jwksUrl,
  now,
}: OAuthOptions): (token: string) => Promise<Bearer> {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  async function keySet(): Promise<JWTVerifyGetKey> {
    keys ??= find(issuer, jwksUrl).then((url) =>
      createRemoteJWKSet(url, { timeoutDuration: timeoutMs, cooldownDuration: 10_000 }),
    );
    try {
      return await keys;
    } catch (error) {
      keys = undefined;
      throw error;
    }
  }

  return async (token) => {
    const getKey = await keySet();
    try {
      const { payload } = await jwtVerify(token, getKey, {
        issuer,
        audience,
        algorithms,
        currentDate: now(),
        clockTolerance: 30,
        requiredClaims: ['exp', 'sub'],
      });
      if (payload.sub === undefined || payload.sub === '')
        throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token has no valid claim sub');
      return { subject: payload.sub, scopes: scopesOf(payload) };
    } catch (error) {
      throw error instanceof OAuthError ? error : told(error);
    }
  };
}

/** By the issuer's metadata: RFC 8414, else OpenID Connect. Both put the well-known part in their own place. */
async function find(issuer: string, given: string | undefined): Promise<URL> {
  if (given !== undefined) return new URL(given);
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const place of places) {
    const document = await fetchJson(place);
    const jwks = document?.['jwks_uri'];
    if (document?.['issuer'] === issuer && typeof jwks === 'string' && URL.canParse(jwks))
      return new URL(jwks);
  }
  throw new KeysUnreachable(`no metadata of ${issuer} names its keys`);
}

async function fetchJson(url: string): Promise<Record<string, unknown> | undefined> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const body: unknown = response.ok ? await response.json() : undefined;
    return isRow(body) ? body : undefined;
  } catch {
    // The other place may still answer; where neither does, the caller says so.
    return undefined;
  }
}

function told(error: unknown): Error {
  // A key that is not in the set makes the token bad; a set that cannot be read says nothing about it.
  const unreachable =
    !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === 'ERR_JOSE_GENERIC';
  if (unreachable) return new KeysUnreachable('the signing keys cannot be read', { cause: error });
  return new OAuthError(OAuthErrorCode.InvalidToken, reasonOf(error));
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'The token is not made out to this server';
    if (error.claim === 'iss') return 'The token is of another issuer';
    return `The token has no valid claim ${error.claim}`;
  }
  return 'The token is not valid';
}

/** `scope` as OAuth has it, `scp` as some servers have it; words that are none of ours give nothing. */
function scopesOf({
  scope,
  scp,
}: JWTPayload & { readonly scope?: unknown; readonly scp?: unknown }): Scope[] {
  const words = [scope, scp].flatMap((each) =>
    typeof each === 'string' ? each.split(' ') : Array.isArray(each) ? each.map(String) : [],
  );
  return scopes.filter((each) => words.includes(each));
}
