// What a request shows its host to be let in: at hand where it can be, else waited for; and whether a better one can be had.
// Which credential is for which host is credentials.ts; getting OAuth tokens is oauth.ts.
import type { Host } from '../operation/define.ts';
import { type Authorization, authorize, type CredentialSource, type Credentials } from './credentials.ts';
import type { Tokens } from './oauth.ts';

export interface Proven {
  readonly header?: string;
  /** The access token in it, if it is by OAuth. */
  readonly token?: string;
}

export interface Prover {
  /** `refused`: what the host has just turned down. Throws or rejects with CREDENTIALS_MISSING. */
  prove(host: Host, refused?: string): Proven | Promise<Proven>;
  /** Whether there may be a better proof than the one that was turned down: a new token, or a secret changed in its vault. */
  renewed(host: Host, turnedDown: Proven): Promise<boolean>;
}

export function createProver(given: Credentials | CredentialSource, tokens: Tokens): Prover {
  let known: { readonly credentials: Credentials; readonly by: Map<Host, Authorization> } | undefined;

  /** Worked out once for each host, until the credentials are others. */
  function authorizationFor(host: Host, credentials: Credentials): Authorization {
    if (known?.credentials !== credentials) known = { credentials, by: new Map() };
    const held = known.by.get(host);
    if (held !== undefined) return held;
    const authorization = authorize(host, credentials);
    known.by.set(host, authorization);
    return authorization;
  }

  function show(host: Host, credentials: Credentials, refused?: string): Proven | Promise<Proven> {
    const authorization = authorizationFor(host, credentials);
    if (authorization.kind === 'none') return {};
    if (authorization.kind === 'header') return { header: authorization.value };
    return tokens.get(authorization.client, refused).then((token) => ({ header: `Bearer ${token}`, token }));
  }

  return {
    prove(host, refused) {
      const credentials = typeof given === 'function' ? given() : given;
      if (credentials instanceof Promise) return credentials.then((each) => show(host, each, refused));
      return show(host, credentials, refused);
    },
    async renewed(host, { header, token }) {
      if (token !== undefined) return true;
      if (header === undefined || typeof given !== 'function') return false;
      const authorization = authorizationFor(host, await given(true));
      return (
        authorization.kind === 'oauth' || (authorization.kind === 'header' && authorization.value !== header)
      );
    },
  };
}
