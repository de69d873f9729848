// Who calls over HTTP: a token of the owner's, or an access token of the authorization server; at a loopback door where no token was ever made, anyone.
import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import type { Actor } from '../operation/actor.ts';
import { createVerifier } from './oauth.ts';
import type { TokenBook } from './tokens.ts';

export interface Caller extends Actor {
  /** The profile its token names, if it names one. */
  readonly profile?: string;
  /** By OAuth: it may be sent back to ask for a further scope. */
  readonly mayStepUp: boolean;
}

export interface CallerOptions {
  readonly tokens: TokenBook;
  readonly oauth: Parameters<typeof createVerifier>[0] | undefined;
  /** The door is on this machine only. */
  readonly local: boolean;
}

/** The caller is known, and no account is meant for it. */
export class NoProfile extends Error {
  constructor(name: string) {
    super(`No profile names ${name} among its callers.`);
  }
}

/** Rejects with an OAuthError where the caller is not known. */
export type Identify = (authorization: string | undefined) => Promise<Caller>;

export function createIdentify({ tokens, oauth, local }: CallerOptions): Identify {
  const verify = oauth && createVerifier(oauth);
  return async (authorization) => {
    if (authorization === undefined && local && verify === undefined && !tokens.isKept())
      return { name: 'http', mayStepUp: false };
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      throw new OAuthError(
        OAuthErrorCode.InvalidToken,
        authorization === undefined ? 'A token is needed' : 'Write Authorization: Bearer and the token',
      );
    }
    const row = tokens.find(token);
    if (row !== undefined) {
      const { name, scopes, profile } = row;
      return { name: `token:${name}`, scopes, mayStepUp: false, ...(profile !== undefined && { profile }) };
    }
    if (verify === undefined || token.startsWith('tmcp_'))
      throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token is not known, or has expired');
    const { subject, scopes } = await verify(token);
    return { name: `oauth:${subject}`, scopes, mayStepUp: true };
  };
}
