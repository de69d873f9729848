// Which real host each host key stands for, what it takes as proof, and the address a request goes to.
// What is sent there (encode.ts) and the proof itself (credentials.ts) are not here.
import type { Host } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';

/** Which of the configured credentials a host is shown. No other one ever reaches it. */
export type Proof = 'twilio' | 'none' | 'sendgrid' | 'segment-write' | 'segment-profile' | 'segment-public';

export const hostNames: Readonly<Record<Host, string>> = {
  accounts: 'accounts.twilio.com',
  api: 'api.twilio.com',
  assistants: 'assistants.twilio.com',
  bulkexports: 'bulkexports.twilio.com',
  chat: 'chat.twilio.com',
  content: 'content.twilio.com',
  conversations: 'conversations.twilio.com',
  events: 'events.twilio.com',
  'flex-api': 'flex-api.twilio.com',
  'frontline-api': 'frontline-api.twilio.com',
  iam: 'iam.twilio.com',
  insights: 'insights.twilio.com',
  intelligence: 'intelligence.twilio.com',
  'ip-messaging': 'ip-messaging.twilio.com',
  knowledge: 'knowledge.twilio.com',
  lookups: 'lookups.twilio.com',
  marketplace: 'marketplace.twilio.com',
  memory: 'memory.twilio.com',
  messaging: 'messaging.twilio.com',
  monitor: 'monitor.twilio.com',
  notify: 'notify.twilio.com',
  numbers: 'numbers.twilio.com',
  oauth: 'oauth.twilio.com',
  preview: 'preview.twilio.com',
  'preview-iam': 'preview-iam.twilio.com',
  pricing: 'pricing.twilio.com',
  proxy: 'proxy.twilio.com',
  routes: 'routes.twilio.com',
  serverless: 'serverless.twilio.com',
  studio: 'studio.twilio.com',
  supersim: 'supersim.twilio.com',
  sync: 'sync.twilio.com',
  taskrouter: 'taskrouter.twilio.com',
  trunking: 'trunking.twilio.com',
  trusthub: 'trusthub.twilio.com',
  verify: 'verify.twilio.com',
  video: 'video.twilio.com',
  voice: 'voice.twilio.com',
  wireless: 'wireless.twilio.com',
  sendgrid: 'api.sendgrid.com',
  'segment-tracking': 'api.segment.io',
  'segment-profiles': 'profiles.segment.com',
  'segment-public': 'api.segmentapis.com',
};

const proofs: Partial<Record<Host, Proof>> = {
  oauth: 'none',
  sendgrid: 'sendgrid',
  'segment-tracking': 'segment-write',
  'segment-profiles': 'segment-profile',
  'segment-public': 'segment-public',
};

export function proofOf(host: Host): Proof {
  return proofs[host] ?? 'twilio';
}

export function isTwilio(host: Host): boolean {
  return hostNames[host].endsWith('.twilio.com');
}

export interface Place {
  readonly region?: string | undefined;
  readonly edge?: string | undefined;
  /** A test double: every host is reached below this address, as `<base>/<host>/<path>`. */
  readonly baseUrl?: string | undefined;
}

export interface Address {
  /** Scheme, host and port: what a connection pool is for. */
  readonly origin: string;
  /** Comes before the request's path; empty unless a base URL is set. */
  readonly prefix: string;
}

const label = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** The address of a host. A test double sees the plain host name, whatever the region. */
export function addressOf(host: Host, place: Place): Address {
  const { region, edge, baseUrl } = place;
  const name = hostNames[host];
  if (baseUrl !== undefined) return belowBase(baseUrl, name);
  if (!isTwilio(host) || (region === undefined && edge === undefined))
    return { origin: `https://${name}`, prefix: '' };
  // A region without its edge (or the reverse) names a host that answers nobody.
  if (region === undefined || edge === undefined || !label.test(region) || !label.test(edge)) {
    throw new OperationError('CONFIGURATION_INVALID', 'Twilio region and edge are not a usable pair.', {
      next: 'Set both TWILIO_REGION (such as ie1) and TWILIO_EDGE (such as dublin), or neither.',
    });
  }
  return { origin: `https://${name.replace('.twilio.com', `.${edge}.${region}.twilio.com`)}`, prefix: '' };
}

function belowBase(baseUrl: string, name: string): Address {
  const base = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const usable =
    base !== undefined && /^https?:$/.test(base.protocol) && base.search === '' && base.username === '';
  if (!usable) {
    throw new OperationError('CONFIGURATION_INVALID', 'TWILIO_API_BASE_URL is not a usable address.', {
      next: 'Give an http or https URL without user name and query, such as http://127.0.0.1:4010.',
    });
  }
  return { origin: base.origin, prefix: `${base.pathname.replace(/\/+$/, '')}/${name}` };
}
