// A world whose server is reached over HTTP on a port of this machine, and an authorization server whose keys the test holds.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Mount } from '../../src/mcp/http.ts';
import { openHttpDoor } from '../../src/mcp/http-door.ts';
import { type ServedHttp, serveHttp } from '../../src/mcp/serve-http.ts';
import { hashOf, type TokenRow, tokenOf, writeTokens } from '../../src/mcp/tokens.ts';
import type { Observer } from '../../src/watch.ts';
import { createWorld, type World } from './world.ts';

export interface HttpWorld extends World {
  readonly url: string;
  readonly served: ServedHttp;
  readonly tokensFile: string;
}

export interface HttpWorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly tokens?: readonly TokenRow[];
  readonly mounts?: readonly Mount[];
  readonly metrics?: () => Promise<Response>;
  readonly observer?: Observer;
}

export async function createHttpWorld({
  env = {},
  tokens = [],
  mounts = [],
  metrics,
  observer,
}: HttpWorldOptions = {}): Promise<HttpWorld> {
  const tokensFile = join(mkdtempSync(join(tmpdir(), 'twilio-mcp-tokens-')), 'tokens.json');
  if (tokens.length > 0) writeTokens(tokensFile, tokens);
  const settings = { TWILIO_MCP_TOKENS_FILE: tokensFile, TWILIO_MCP_HTTP_PORT: '0', ...env };
  const world = await createWorld({ env: settings, ...(observer && { observer }) });
  const { app } = world;
  const door = openHttpDoor(app.config, {
    log: app.log,
    now: app.now,
    factories: new Map([[undefined, await app.createServerFactory()]]),
    mounts,
    metrics,
  });
  const served = await serveHttp(door, { host: '127.0.0.1', port: 0 });
  return {
    ...world,
    url: served.url,
    served,
    tokensFile,
    close: async () => {
      await served.drain(Promise.resolve());
      await world.close();
    },
  };
}

/** A token and the row that a token file keeps of it. */
export function mint(name: string, scopes: TokenRow['scopes'], rest: Partial<TokenRow> = {}) {
  const token = tokenOf(randomBytes(32));
  const row: TokenRow = { name, sha256: hashOf(token), scopes, created: '2026-11-23T00:00:00.000Z', ...rest };
  return { token, row };
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly sign: (claims: JWTPayload, header?: { readonly kid?: string }) => Promise<string>;
  /** Signs with a key that is not published. */
  readonly forge: (claims: JWTPayload) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Publishes its metadata and its keys, nothing else. */
export async function createAuthorizationServer(): Promise<AuthorizationServer> {
  const own = await generateKeyPair('ES256', { extractable: true });
  const other = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(own.publicKey);
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('hex').slice(0, 16);
  const server = createServer((request, response) => {
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/keys': { keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] },
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const make = (key: typeof own.privateKey, claims: JWTPayload, header: { readonly kid?: string } = {}) =>
    new SignJWT({ iss: issuer, sub: 'alice', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, ...header })
      .sign(key);
  return {
    issuer,
    sign: (claims, header) => make(own.privateKey, claims, header),
    forge: (claims) => make(other.privateKey, claims),
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
