// The HTTP door as the settings want it: who may call, under which names, how much. Refuses what would stand open to strangers.
import type { McpRequestContext, McpServer } from '@modelcontextprotocol/server';
import { type Config, tokensPath } from '../config.ts';
import type { Log } from '../log.ts';
import { OperationError } from '../operation/errors.ts';
import { type Profiles, profileOf } from '../profiles.ts';
import { createIdentify, type Identify, NoProfile } from './callers.ts';
import { createHttpDoor, type HttpDoor, type Mount } from './http.ts';
import { changedBy, type InboxSource } from './inbox.ts';
import type { ServerFactory } from './server.ts';
import { openTokens } from './tokens.ts';
import { createTurnstile } from './turnstile.ts';

export interface DoorParts {
  /** Profile → the servers of its account; without profiles one, under no name. */
  readonly factories: ReadonlyMap<string | undefined, ServerFactory>;
  readonly profiles?: Profiles | undefined;
  readonly log: Log;
  readonly now: () => Date;
  /** Doors beside MCP on the same port: Twilio's webhooks. */
  readonly mounts?: readonly Mount[];
  readonly metrics?: (() => Promise<Response>) | undefined;
  /** The inbox that callers may be told of. With profiles none: a caller of one account would learn of another's. */
  readonly inbox?: InboxSource | undefined;
  /** Throws where a call could not be served. */
  readonly ready?: (() => Promise<unknown>) | undefined;
}

const here = ['localhost', '127.0.0.1', '[::1]'];

/** Throws CONFIGURATION_INVALID where strangers could call. */
export function openHttpDoor(
  config: Config,
  { factories, profiles, log, now, inbox, mounts = [], metrics, ready }: DoorParts,
): HttpDoor {
  const { settings } = config;
  const { TWILIO_MCP_HTTP_HOST: host, TWILIO_MCP_PUBLIC_URL: publicUrl } = settings;
  const path = tokensPath(settings);
  const tokens = openTokens(path, now);
  const oauth = oauthOf(config);
  const local = isLoopback(host);
  // Behind a proxy on this machine the loopback address is as open as the proxy is.
  const open = !local || publicUrl !== undefined;
  if (open && oauth === undefined && tokens.isEmpty()) {
    throw new OperationError(
      'CONFIGURATION_INVALID',
      `The server would be open to everyone who can reach ${publicUrl ?? host}: there is no token in ${path} and no TWILIO_MCP_OAUTH_ISSUER.`,
      {
        next: 'Run `twilio-mcp token create --name <caller> --scopes read,send`, or set TWILIO_MCP_OAUTH_ISSUER, or bind 127.0.0.1 without TWILIO_MCP_PUBLIC_URL.',
      },
    );
  }
  if (oauth === undefined && !tokens.isKept())
    log.warn(
      { tokens: path },
      'every program on this machine is served without a token; `twilio-mcp token create` ends that',
    );
  const named = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  const hosts = [...named, ...settings.TWILIO_MCP_ALLOWED_HOSTS, ...(local ? here : [bracketed(host)])];
  const identify = createIdentify({ tokens, oauth: oauth && { ...oauth, now }, local: !open });
  const { TWILIO_MCP_PROFILE: everybody } = settings;
  return createHttpDoor({
    factory: (context) => serverOf(factories, context),
    identify: profiles === undefined ? identify : withProfile(identify, profiles, everybody),
    turnstile: createTurnstile({
      perMinute: settings.TWILIO_MCP_HTTP_PER_MINUTE,
      atOnce: settings.TWILIO_MCP_HTTP_AT_ONCE,
      now,
    }),
    hosts,
    origins: [...named, ...settings.TWILIO_MCP_ALLOWED_ORIGINS, ...(open ? [] : here)],
    bodyBytes: settings.TWILIO_MCP_HTTP_BODY_BYTES,
    oauth: oauth && { issuer: oauth.issuer, resource: oauth.resource },
    mounts,
    metrics,
    ready,
    changes: inbox && ((listener) => inbox.watch((event) => changedBy(event).forEach(listener))),
    log,
  });
}

/** Who calls decides for which account; nothing in the call does, so no model can. */
function withProfile(identify: Identify, profiles: Profiles, everybody: string | undefined): Identify {
  return async (authorization) => {
    const caller = await identify(authorization);
    const profile = profileOf(caller, profiles, everybody);
    if (profile === undefined) throw new NoProfile(caller.name);
    return { ...caller, profile };
  };
}

function serverOf(factories: DoorParts['factories'], context: McpRequestContext): McpServer {
  const profile = context.authInfo?.extra?.['profile'];
  const factory = factories.get(typeof profile === 'string' ? profile : undefined);
  if (factory === undefined) throw new Error(`there is no server for the profile ${String(profile)}`);
  return factory(context);
}

function oauthOf({ settings }: Config) {
  const {
    TWILIO_MCP_OAUTH_ISSUER: issuer,
    TWILIO_MCP_OAUTH_JWKS_URL: jwksUrl,
    TWILIO_MCP_PUBLIC_URL: publicUrl,
    TWILIO_MCP_OAUTH_AUDIENCE: named,
  } = settings;
  if (issuer === undefined) return undefined;
  if (publicUrl === undefined) {
    throw new OperationError(
      'CONFIGURATION_INVALID',
      'TWILIO_MCP_OAUTH_ISSUER is set, but not the name of this server that tokens must be made out to.',
      { next: 'Set TWILIO_MCP_PUBLIC_URL, such as https://twilio-mcp.example.com.' },
    );
  }
  const resource = `${publicUrl}/mcp`;
  return { issuer, jwksUrl, resource, audience: named ?? resource };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
