// MCP over Streamable HTTP, both protocol eras, without sessions: any replica answers any request.
// Who calls is callers.ts, how much is turnstile.ts, the port is serve-http.ts; what a call may do is for the guards.
import {
  type AuthInfo,
  bearerAuthChallengeResponse,
  createMcpHandler,
  getOAuthProtectedResourceMetadataUrl,
  hostHeaderValidationResponse,
  isJsonContentType,
  type McpRequestContext,
  type McpServer,
  OAuthError,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Log } from '../log.ts';
import { scopes } from '../operation/actor.ts';
import { type Caller, type Identify, NoProfile } from './callers.ts';
import { KeysUnreachable } from './oauth.ts';
import { withEnd } from './stream.ts';
import type { Turnstile } from './turnstile.ts';

/** What a Request has lost: the request line as it was, and who connected. */
export interface Connection {
  readonly target?: string | undefined;
  readonly address?: string | undefined;
}

/** What the server of Node gives beside a request. */
interface Bindings {
  readonly incoming?: {
    readonly url?: string | undefined;
    readonly socket?: { readonly remoteAddress?: string | undefined };
  };
  /** Closes when the answer has been sent to its last byte, or given up. */
  readonly outgoing?: {
    readonly closed: boolean;
    readonly once: (event: 'close', listener: () => void) => unknown;
  };
}

/** A door that stands beside MCP on the same port, such as Twilio's webhooks; it proves its callers by itself. */
export interface Mount {
  /** Such as `/webhooks/*`. */
  readonly path: string;
  readonly handle: (request: Request, connection: Connection) => Promise<Response>;
}

export interface HttpParts {
  /** The server of this request's caller. */
  readonly factory: (context: McpRequestContext) => McpServer;
  readonly identify: Identify;
  readonly turnstile: Turnstile;
  /** Host names that requests may be addressed to, and that web pages may come from; without ports. */
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  readonly bodyBytes: number;
  /** Where an OAuth client learns of the authorization server. */
  readonly oauth?: { readonly resource: string; readonly issuer: string } | undefined;
  readonly mounts: readonly Mount[];
  /** Answers `/metrics`, to known callers. */
  readonly metrics?: (() => Promise<Response>) | undefined;
  /** Calls with the URI of each resource that changes. Returns the end of it. */
  readonly changes?: ((listener: (uri: string) => void) => () => void) | undefined;
  /** Throws where a call could not be served, such as while the store is away. */
  readonly ready?: (() => Promise<unknown>) | undefined;
  readonly log: Log;
}

export interface HttpDoor {
  readonly fetch: (request: Request, bindings?: Bindings) => Response | Promise<Response>;
  /** From now on callers are told of what changes: once there is a port that they can come to. */
  readonly begin: () => void;
  /** From now on not ready, so that a balancer sends no more; what still comes in is answered. */
  readonly retire: () => void;
  /** Resolves when no call is under way; an open subscription is none. */
  readonly idle: () => Promise<void>;
  /** Ends subscriptions and whatever is still under way. */
  readonly close: () => Promise<void>;
}

const endpoint = '/mcp';
const metadataPath = '/.well-known/oauth-protected-resource';

export function createHttpDoor(parts: HttpParts): HttpDoor {
  const { log } = parts;
  let retired = false;
  let working = 0;
  let waiting: (() => void)[] = [];
  const metadataUrl = parts.oauth && getOAuthProtectedResourceMetadataUrl(new URL(parts.oauth.resource));
  const handler = createMcpHandler(parts.factory, {
    maxRequestBodySize: parts.bodyBytes,
    onerror: (error) => log.debug({ err: error }, 'MCP over HTTP'),
  });
  let stopTelling: (() => void) | undefined;
  const web = new Hono<{ Bindings: Bindings }>();

  // Open to whoever can reach the port, by whatever name: they tell nothing and change nothing.
  web.get('/healthz', (context) => context.json({ status: 'ok' }));
  web.get('/readyz', async (context) => {
    if (retired) return context.json({ status: 'draining' }, 503);
    try {
      await parts.ready?.();
      return context.json({ status: 'ready' });
    } catch (error) {
      log.warn({ err: error }, 'not ready');
      return context.json({ status: 'the store does not answer' }, 503);
    }
  });
  for (const { path, handle } of parts.mounts)
    web.all(path, ({ req, env }) =>
      handle(req.raw, { target: env?.incoming?.url, address: env?.incoming?.socket?.remoteAddress }),
    );

  web.use(async (context, next) => {
    const refused = hostHeaderValidationResponse(context.req.raw, [...parts.hosts]);
    if (refused !== undefined) return refused;
    return next();
  });
  if (parts.oauth !== undefined) {
    const document = metadata(parts.oauth);
    for (const path of [metadataPath, `${metadataPath}${endpoint}`])
      web.get(path, cors(), (context) => context.json(document));
  }
  const { metrics } = parts;
  if (metrics !== undefined) {
    web.get('/metrics', async (context) => {
      try {
        await parts.identify(context.req.header('authorization'));
      } catch (error) {
        return unknownCaller(error);
      }
      return metrics();
    });
  }
  web.use(endpoint, async (context, next) => {
    const refused = originValidationResponse(context.req.raw, [...parts.origins]);
    if (refused !== undefined) return refused;
    return next();
  });
  web.use(endpoint, cors({ origin: (origin) => origin, exposeHeaders: ['WWW-Authenticate', 'Retry-After'] }));
  web.all(endpoint, serve);
  web.notFound((context) => context.json({ error: `MCP is served at ${endpoint}.` }, 404));
  web.onError((error, context) => {
    log.error({ err: error }, 'a fault in this server');
    return context.json({ error: 'This server met a fault of its own.' }, 500);
  });

  async function serve({ req, env }: Context<{ Bindings: Bindings }>): Promise<Response> {
    const request = req.raw;
    let caller: Caller;
    try {
      caller = await parts.identify(request.headers.get('authorization') ?? undefined);
    } catch (error) {
      return unknownCaller(error);
    }
    const turn = parts.turnstile.enter(caller.name);
    if ('retryAfter' in turn) return tooMuch(turn);
    const listens = request.headers.get('mcp-method') === 'subscriptions/listen';
    if (!listens) working += 1;
    const done = () => {
      turn.leave();
      if (!listens) working -= 1;
      if (working > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    };
    const outgoing = env?.outgoing;
    if (outgoing?.closed) done();
    else outgoing?.once('close', done);
    try {
      const response = await answer(request, caller);
      return outgoing === undefined ? withEnd(response, done) : response;
    } catch (error) {
      if (outgoing === undefined) done();
      throw error;
    }
  }

  async function answer(request: Request, caller: Caller): Promise<Response> {
    let parsedBody: unknown;
    try {
      parsedBody = await bodyOf(request, parts.bodyBytes);
    } catch (error) {
      log.debug({ err: error }, 'a body could not be read');
      return unreadable();
    }
    return handler.fetch(request, { authInfo: authInfoOf(caller), parsedBody });
  }

  function unknownCaller(error: unknown): Response {
    if (error instanceof KeysUnreachable) {
      log.warn({ err: error }, 'the authorization server does not give its keys');
      return Response.json(
        { error: 'temporarily_unavailable', error_description: 'The signing keys cannot be read now' },
        { status: 503, headers: { 'retry-after': '5' } },
      );
    }
    if (error instanceof NoProfile) {
      log.warn({ reason: error.message }, 'a caller was not let in');
      return Response.json({ error: 'access_denied', error_description: error.message }, { status: 403 });
    }
    if (!(error instanceof OAuthError)) throw error;
    log.info({ reason: error.message }, 'a caller was not let in');
    return bearerAuthChallengeResponse(error, {
      requiredScopes: metadataUrl === undefined ? [] : ['read'],
      ...(metadataUrl !== undefined && { resourceMetadataUrl: metadataUrl }),
    });
  }

  /** Without the token itself: nothing behind this door needs it, so nothing can pass it on. */
  function authInfoOf({ name, scopes: held, profile, mayStepUp }: Caller): AuthInfo {
    return {
      token: '',
      clientId: name,
      scopes: [...(held ?? scopes)],
      ...(mayStepUp && metadataUrl !== undefined && { resourceMetadataUrl: metadataUrl }),
      ...(profile !== undefined && { extra: { profile } }),
    };
  }

  return {
    fetch: (request, bindings) => web.fetch(request, bindings),
    begin: () => {
      stopTelling ??= parts.changes?.((uri) => handler.notify.resourceUpdated(uri));
    },
    retire: () => {
      retired = true;
    },
    idle: () =>
      working === 0 ? Promise.resolve() : new Promise<void>((resolve) => void waiting.push(resolve)),
    close: () => {
      stopTelling?.();
      return handler.close();
    },
  };
}

/** The JSON of a body whose stated length is within bounds, read at once; any other the SDK reads, and counts while it does. */
async function bodyOf(request: Request, most: number): Promise<unknown> {
  const length = Number(request.headers.get('content-length') ?? 0);
  const isMessage = request.method === 'POST' && isJsonContentType(request.headers.get('content-type'));
  if (!isMessage || !(length > 0 && length <= most)) return undefined;
  return JSON.parse(await request.text());
}

function unreadable(): Response {
  const error = { code: -32_700, message: 'Parse error: the request body is no JSON, or did not come whole' };
  return Response.json({ jsonrpc: '2.0', error, id: null }, { status: 400 });
}

function tooMuch({
  of,
  retryAfter,
}: {
  readonly of: 'caller' | 'all';
  readonly retryAfter: number;
}): Response {
  const message =
    of === 'all'
      ? 'The server is full. Nothing was done; ask again shortly.'
      : 'This caller asks too often or too much at once. Nothing was done; ask again after the time named.';
  return Response.json(
    { jsonrpc: '2.0', error: { code: -32_000, message }, id: null },
    { status: of === 'all' ? 503 : 429, headers: { 'retry-after': String(retryAfter) } },
  );
}

/** RFC 9728. */
function metadata({ resource, issuer }: { readonly resource: string; readonly issuer: string }) {
  return {
    resource,
    authorization_servers: [issuer],
    scopes_supported: [...scopes],
    bearer_methods_supported: ['header'],
    resource_name: 'Twilio for agents',
  };
}
