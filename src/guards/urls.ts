// Where Twilio may be sent: callbacks, media and TwiML only over https and only to hosts the owner has listed, or Twilio's own.
import type { JudgedCall } from './call.ts';
import { matchesAny } from './pattern.ts';
import type { Policy } from './policy.ts';
import { allowed, ask, type Refusal, refuse, type Verdict } from './verdict.ts';

// Not *.twilio.com: TwiML Bins (handler.twilio.com) and flows (webhooks.twilio.com) of strangers live there too.
const twilioHosts = ['api.twilio.com', 'media.twiliocdn.com', 'demo.twilio.com'];

export function judgeUrls({ urls }: JudgedCall, { destination }: Policy): Verdict {
  const unlisted = new Set<string>();
  for (const { field, url } of urls) {
    const found = readUrl(field, url, destination.url_hosts);
    if (found.kind === 'refused') return found;
    if (!found.listed) unlisted.add(`${field} (${found.host})`);
  }
  if (unlisted.size === 0) return allowed;
  return ask(
    'destination.url_host',
    `Twilio would be sent to ${[...unlisted].join(', ')}, which the owner has not listed in destination.url_hosts.`,
  );
}

type Read = Refusal | { readonly kind: 'host'; readonly host: string; readonly listed: boolean };

function readUrl(field: string, text: string, hosts: readonly string[]): Read {
  const no = (rule: string, why: string, next: string) =>
    refuse(`destination.url_${rule}`, `${field} ${why}`, next);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What two parsers read differently would be checked as one host and asked for at another.
  const isWhole = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text);
  if (url === undefined || !isWhole || /[^!-~]|\\/.test(text) || /[^a-z0-9._:[\]-]/.test(url.hostname)) {
    return no(
      'malformed',
      'is not a plain absolute URL.',
      'Give https://host/path, in ASCII, percent-encoded; inside TwiML also a path such as /next.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    return no(
      'userinfo',
      'carries a user name or password.',
      'Leave them out: a callback is proved by its signature.',
    );
  }
  const name = url.hostname.replace(/\.$/, '');
  const listed = isListed(url, name, hosts);
  if (listed && isLoopback(name)) return { kind: 'host', host: url.host, listed };
  if (!/^(?:https|wss):$/.test(url.protocol)) {
    return no(
      'scheme',
      `is ${url.protocol}//, which anybody on the way can read.`,
      'Use https (or wss for a stream).',
    );
  }
  if (isAddress(name) || isInside(name)) {
    return no(
      'private',
      `points to ${name}, which is no public host name.`,
      'Use the public name of the host.',
    );
  }
  if (url.port !== '' && !listed) {
    return no(
      'port',
      `asks port ${url.port}.`,
      `Use port 443, or the owner lists ${url.host} in destination.url_hosts.`,
    );
  }
  return { kind: 'host', host: url.host, listed };
}

function isListed(url: URL, name: string, hosts: readonly string[]): boolean {
  if (url.port !== '') return matchesAny(hosts, `${name}:${url.port}`);
  return matchesAny([...twilioHosts, ...hosts], name);
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]';
}

/** The URL parser has turned decimal, octal and hexadecimal forms into dots by now. */
function isAddress(name: string): boolean {
  return name.startsWith('[') || /^[0-9.]+$/.test(name);
}

function isInside(name: string): boolean {
  return (
    !name.includes('.') ||
    /\.(?:localhost|local|localdomain|internal|intranet|lan|home|corp|arpa)$/.test(name)
  );
}
