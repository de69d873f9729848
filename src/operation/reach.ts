// Whom an operation reaches and what it uses up, as plain facts. Prices and permission are the guards' business.

export const channels = [
  'sms',
  'whatsapp',
  'rcs',
  'messenger',
  'voice',
  'email',
  'push',
  'chat',
  'unknown',
] as const;

export type Channel = (typeof channels)[number];

/** Why a person is contacted; consent is kept per purpose. */
export const purposes = ['transactional', 'marketing', 'verification', 'conversational'] as const;

export type Purpose = (typeof purposes)[number];

/** One person or address a request would reach. `to` is as it goes on the wire, never tidied. */
export interface Recipient {
  readonly to: string;
  readonly channel: Channel;
  readonly purpose?: Purpose;
}

/** What a request uses up, in the units Twilio bills. `unknown` counts as over every cap. */
export type Usage =
  | { readonly kind: 'message'; readonly channel: Channel; readonly body: string; readonly media: number }
  | { readonly kind: 'call'; readonly legs: number; readonly minutes: number }
  | { readonly kind: 'verification'; readonly channel: Channel }
  | { readonly kind: 'lookup'; readonly packages: readonly string[] }
  | { readonly kind: 'number'; readonly country: string; readonly type: string }
  | { readonly kind: 'email'; readonly recipients: number }
  | { readonly kind: 'many'; readonly each: Usage; readonly times: number }
  | { readonly kind: 'nothing' }
  /** `minutes` where it is a call whose legs nobody can tell. */
  | { readonly kind: 'unknown'; readonly why: string; readonly minutes?: number };

const prefixes: Readonly<Record<string, Channel>> = {
  'whatsapp:': 'whatsapp',
  'rcs:': 'rcs',
  'messenger:': 'messenger',
  'client:': 'voice',
  'sip:': 'voice',
};

/** The channel an address is written for: `whatsapp:+1…` is WhatsApp, a bare number is `bare`. */
export function channelOf(address: string, bare: Channel): Channel {
  const prefix = Object.keys(prefixes).find((each) => address.startsWith(each));
  return prefix === undefined ? bare : (prefixes[prefix] ?? 'unknown');
}

/** The address as consent is kept by it: without the channel's prefix, email in lower case. */
export function contactOf({ to, channel }: Recipient): string {
  if (channel === 'email') return to.trim().toLowerCase();
  const prefix = Object.keys(prefixes).find((each) => to.startsWith(each));
  return prefix === undefined || prefixes[prefix] === 'voice' ? to : to.slice(prefix.length);
}
