// Here: who may send: single addresses and whole domains; and SendGrid's guess whether an address takes email.
// Not here: how either is verified; the seeded ones stay as they are.
import { type Route, route } from '../route.ts';
import type { World } from '../state.ts';
import { ok } from '../wire.ts';
import { hasBounced } from './email-suppressions.ts';
import { bodyOf, count, HOST, isAddress, type Json, requiredText, slice } from './email-wire.ts';

const SENDERS = [
  { id: 1, nickname: 'Shop', from_email: 'shop@example.com', from_name: 'Example Shop', verified: true },
  { id: 2, nickname: 'News', from_email: 'news@example.com', from_name: 'Example News', verified: false },
] as const;

const DOMAINS = [
  { id: 1, domain: 'shop.example.com', subdomain: 'em1', valid: true },
  { id: 2, domain: 'new.example.net', subdomain: 'em2', valid: false },
] as const;

/** A verified address, or any address of an authenticated domain (docs: sender-identity). */
export function maySendAs(address: string): boolean {
  const given = address.toLowerCase();
  const domain = given.slice(given.indexOf('@') + 1);
  return (
    SENDERS.some(({ from_email, verified }) => verified && from_email === given) ||
    DOMAINS.some((each) => each.valid && each.domain === domain)
  );
}

function showSender(sender: (typeof SENDERS)[number]): Json {
  const { from_email, from_name } = sender;
  return {
    ...sender,
    reply_to: from_email,
    reply_to_name: from_name,
    address: '1 Market St',
    address2: '',
    state: 'CA',
    city: 'San Francisco',
    zip: '94105',
    country: 'USA',
    locked: false,
  };
}

function showDomain({ id, domain, subdomain, valid }: (typeof DOMAINS)[number]): Json {
  const record = (host: string, data: string): Json => ({
    valid,
    type: 'cname',
    host: `${host}.${domain}`,
    data,
  });
  return {
    id,
    user_id: 7,
    subdomain,
    domain,
    username: 'emulated',
    ips: [],
    custom_spf: false,
    default: id === 1,
    legacy: false,
    automatic_security: true,
    valid,
    dns: {
      mail_cname: record(subdomain, 'u7.wl.sendgrid.net'),
      dkim1: record('s1._domainkey', 's1.domainkey.u7.wl.sendgrid.net'),
      dkim2: record('s2._domainkey', 's2.domainkey.u7.wl.sendgrid.net'),
    },
  };
}

const TYPOS: Readonly<Record<string, string>> = { 'gmial.com': 'gmail.com', 'hotmial.com': 'hotmail.com' };

/** Domains under .invalid take no email; mailinator.com stands for throw-away addresses. */
function validate(world: World, email: string): Json {
  const [local = '', host = ''] = email.split('@');
  const suggestion = TYPOS[host];
  const wellFormed = isAddress(email);
  const reachable = wellFormed && !host.endsWith('.invalid');
  const disposable = host === 'mailinator.com';
  const bounced = hasBounced(world, email);
  const role = /^(?:admin|hr|info|sales|support)$/.test(local);
  const risky = disposable || bounced || role || suggestion !== undefined;
  const verdict = reachable ? (risky ? 'Risky' : 'Valid') : 'Invalid';
  return {
    email,
    verdict,
    score: { Valid: 0.95, Risky: 0.4, Invalid: 0 }[verdict],
    local,
    host,
    ...(suggestion !== undefined && { suggestion }),
    checks: {
      domain: {
        has_valid_address_syntax: wellFormed,
        has_mx_or_a_record: reachable,
        is_suspected_disposable_address: disposable,
      },
      local_part: { is_suspected_role_address: role },
      additional: { has_known_bounces: bounced, has_suspected_bounces: bounced },
    },
    ip_address: '192.0.2.1',
  };
}

export const senderRoutes: readonly Route[] = [
  route('GET', HOST, '/v3/verified_senders', (ask) => {
    const after = count(ask, 'lastSeenID', 0, 0, Number.MAX_SAFE_INTEGER);
    const most = count(ask, 'limit', SENDERS.length, 1, 1000);
    return ok({
      results: SENDERS.filter(({ id }) => id > after)
        .slice(0, most)
        .map(showSender),
    });
  }),
  route('GET', HOST, '/v3/whitelabel/domains', (ask) => {
    const wanted = ask.query.get('domain') ?? '';
    return ok(
      slice(
        ask,
        DOMAINS.filter(({ domain }) => domain.includes(wanted)),
      ).map(showDomain),
    );
  }),
  route('POST', HOST, '/v3/validations/email', (ask) =>
    ok({ result: validate(ask.world, requiredText(bodyOf(ask), 'email', 254).toLowerCase()) }),
  ),
];
