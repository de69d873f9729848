// Settings of the server over HTTP: where it listens, who may call, and how much of it. The rest is in config.ts.
import { z } from 'zod';
import { isHere, list, port, setting } from './setting.ts';

/** https, or http on this machine: a token that crosses a network in the open is a token given away. */
const safeUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https URL', abort: true })
  .refine((url) => url.startsWith('https:') || isHere(url), 'must be https');

function count(most: number) {
  return z.coerce.number('must be a number').int('must be a whole number').min(1).max(most);
}

export const httpSettings = {
  TWILIO_MCP_HTTP_HOST: setting(
    z.string().min(1).default('127.0.0.1'),
    'Address that `twilio-mcp http` binds. On any but a loopback address it does not start without tokens or OAuth.',
    '0.0.0.0',
  ),
  TWILIO_MCP_HTTP_PORT: setting(
    port.default(3000),
    'Port of `twilio-mcp http`; 0 takes any free one.',
    '3000',
  ),
  TWILIO_MCP_PUBLIC_URL: setting(
    safeUrl
      .transform((url) => url.replace(/\/+$/, ''))
      .refine((url) => !url.endsWith('/mcp'), {
        error: ({ input }) => `must end before /mcp: ${String(input).replace(/\/mcp$/, '')}`,
      })
      .optional(),
    'Where callers reach this server, without /mcp: behind a proxy or under a name. OAuth tokens must be made out to it.',
    'https://twilio-mcp.example.com',
  ),
  TWILIO_MCP_ALLOWED_HOSTS: setting(
    list.default([]),
    'Further host names that requests may be addressed to, with commas; others are refused (DNS rebinding).',
    'twilio-mcp.internal',
  ),
  TWILIO_MCP_ALLOWED_ORIGINS: setting(
    list.default([]),
    'Host names of web pages that may call this server, with commas; others are refused.',
    'inspector.example.com',
  ),
  TWILIO_MCP_TOKENS_FILE: setting(
    z.string().min(1).optional(),
    "File of the callers' tokens, kept as hashes; `twilio-mcp token create` writes it. Default: tokens.json in the platform's state folder.",
    '/var/lib/twilio-mcp/tokens.json',
  ),
  TWILIO_MCP_OAUTH_ISSUER: setting(
    safeUrl.optional(),
    'Authorization server whose access tokens (JWT) are accepted.',
    'https://login.example.com',
  ),
  TWILIO_MCP_OAUTH_JWKS_URL: setting(
    safeUrl.optional(),
    'Where its signing keys are; found through its metadata when left out.',
    'https://login.example.com/.well-known/jwks.json',
  ),
  TWILIO_MCP_OAUTH_AUDIENCE: setting(
    z.string().min(1).optional(),
    'Audience that tokens must name. Default: TWILIO_MCP_PUBLIC_URL with /mcp.',
    'https://twilio-mcp.example.com/mcp',
  ),
  TWILIO_MCP_HTTP_BODY_BYTES: setting(
    count(64_000_000).default(4_194_304),
    'Largest request body; a larger one is answered 413.',
    '4194304',
  ),
  TWILIO_MCP_HTTP_PER_MINUTE: setting(
    count(100_000).default(240),
    'Requests a caller may make in a minute; more are answered 429.',
    '240',
  ),
  TWILIO_MCP_HTTP_AT_ONCE: setting(
    count(10_000).default(16),
    'Requests of one caller under way at once, and eight times as many of all; more are answered 429 or 503.',
    '16',
  ),
  TWILIO_MCP_METRICS: setting(
    z.stringbool({ error: 'must be true or false' }).default(false),
    'Answer /metrics over HTTP in Prometheus form, to known callers: names, outcomes and times, no number and no text.',
    'true',
  ),
  TWILIO_MCP_HTTP_DRAIN_SECONDS: setting(
    z.coerce.number('must be a number of seconds').min(0).max(600).default(25),
    'On SIGTERM, how long calls under way may take to end.',
    '25',
  ),
};
