// Here: whom a document itself would reach, and every URL it names, for the guards to judge.
// Not here: whether that is allowed (guards), whether the document is valid TwiML (validate.ts).
import { elementsOf, type TwimlElement, textOf, trimXml } from './document.ts';
import type { ElementRule, UrlPurpose, ValueRule } from './rule.ts';
import { GRAMMARS } from './verbs.ts';

export type TwimlVia =
  | 'voice'
  | 'sms'
  | 'whatsapp'
  | 'sip'
  | 'client'
  | 'sim'
  | 'conference'
  | 'queue'
  | 'unknown';

export type TwimlReach = {
  /** Addresses exactly as written, only XML's white space cut off: look-alike digits are left for a guard to refuse. */
  readonly recipients: readonly { readonly to: string; readonly via: TwimlVia; readonly line: number }[];
  readonly urls: readonly {
    readonly url: string;
    readonly purpose: UrlPurpose | 'unknown';
    readonly line: number;
  }[];
  /** More may be reached than `recipients` says: further TwiML is fetched, or somebody else picks the recipient. */
  readonly dynamic: boolean;
  /** A message goes to the other party of this very call or message (no `to` is given). */
  readonly replies: boolean;
  /** Money is taken from the other party. */
  readonly pays: boolean;
  /** The call goes on, and its sound goes to another place as well. */
  readonly copies: boolean;
};

type Found = {
  recipients: TwimlReach['recipients'][number][];
  urls: TwimlReach['urls'][number][];
  dynamic: boolean;
  replies: boolean;
  pays: boolean;
  copies: boolean;
};

// The noun's text is the address.
const ADDRESSED: Readonly<Record<string, TwimlVia>> = {
  dial: 'voice',
  number: 'voice',
  client: 'client',
  identity: 'client',
  sip: 'sip',
  uri: 'sip',
  whatsapp: 'whatsapp',
  sim: 'sim',
  conference: 'conference',
  queue: 'queue',
};
// Twilio, a workflow or another application decides who comes on the line; the text only names the decider.
const DECIDED_ELSEWHERE = [
  'enqueue',
  'application',
  'applicationsid',
  'room',
  'conversation',
  'assistant',
  'aisession',
  'conversationrelaysession',
  'virtualagent',
  'autopilot',
];

/** Reads any tree, valid or not; of what it does not know it assumes the worst, so an invalid document never looks tamer. */
export function reachedBy(root: TwimlElement): TwimlReach {
  const found: Found = {
    recipients: [],
    urls: [],
    dynamic: false,
    replies: false,
    pays: false,
    copies: false,
  };
  visit(root, '', found);
  return found;
}

function visit(element: TwimlElement, parent: string, found: Found): void {
  // Twilio's names are case-sensitive; a guard had better not rely on it.
  const name = element.name.toLowerCase();
  collectRecipients(element, name, found);
  collectUrls(element, RULES.get(name), found);
  if (!RULES.has(name) || DECIDED_ELSEWHERE.includes(name)) found.dynamic = true;
  if (name === 'pay') found.pays = true;
  if (isCopy(name, parent)) found.copies = true;
  for (const child of elementsOf(element)) visit(child, name, found);
}

/** A connected stream is whom the caller talks to, and its host is a guard's question; a started one listens in. */
function isCopy(name: string, parent: string): boolean {
  if (parent === 'stop') return false;
  return name === 'siprec' || (name === 'stream' && parent !== 'connect');
}

function collectRecipients(element: TwimlElement, name: string, found: Found): void {
  const text = trimXml(textOf(element));
  const via = Object.hasOwn(ADDRESSED, name) ? ADDRESSED[name] : undefined;
  if (via !== undefined && text !== '') {
    found.recipients.push({ to: text, via: byScheme(text, via), line: element.line });
  }
  if (DECIDED_ELSEWHERE.includes(name)) {
    const decider = text || attributes(element, 'workflowsid')[0] || attributes(element, 'id')[0] || name;
    found.recipients.push({ to: decider, via: 'unknown', line: element.line });
  }
  if (name === 'sms' || name === 'message') {
    const addresses = attributes(element, 'to').map(trimXml);
    if (addresses.every((to) => to === '')) found.replies = true;
    for (const to of addresses.filter((address) => address !== '')) {
      found.recipients.push({ to, via: byScheme(to, 'sms'), line: element.line });
    }
  }
}

function byScheme(address: string, otherwise: TwimlVia): TwimlVia {
  // Rooms, queues and identities are free names: a colon in them means nothing.
  if (otherwise === 'conference' || otherwise === 'queue' || otherwise === 'client') return otherwise;
  const scheme = /^([a-z]+):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) return otherwise;
  if (scheme === 'sip' || scheme === 'sips') return 'sip';
  return scheme === 'client' || scheme === 'whatsapp' ? scheme : 'unknown';
}

/** In any case of letters, so perhaps several: `to` and `TO` are two attributes. */
function attributes(element: TwimlElement, lowerName: string): string[] {
  return Object.entries(element.attributes).flatMap(([name, value]) =>
    name.toLowerCase() === lowerName ? [value] : [],
  );
}

/** As a lenient reader takes it: `https:/host` and backslashes too. */
const urlLike = /^[ \t\r\n]*(?:([a-z][a-z0-9+.-]*:)?[/\\]{2}|(?:https?|wss?):)/i;

function collectUrls(element: TwimlElement, rule: KnownElement | undefined, found: Found): void {
  const add = (raw: string, purpose: UrlPurpose | 'unknown'): void => {
    const url = trimXml(raw);
    if (url === '') return;
    found.urls.push({ url, purpose, line: element.line });
    if (purpose === 'action' || purpose === 'fetch' || purpose === 'unknown') found.dynamic = true;
  };
  for (const [name, value] of Object.entries(element.attributes)) {
    const purpose = rule?.urls.get(name.toLowerCase());
    if (purpose !== undefined) add(value, purpose);
    else if (!rule?.plain.has(name.toLowerCase()) && urlLike.test(value)) add(value, 'unknown');
  }
  if (rule?.textUrl !== undefined) add(textOf(element), rule.textUrl);
}

type KnownElement = {
  readonly urls: Map<string, UrlPurpose>;
  readonly plain: Set<string>;
  textUrl: UrlPurpose | undefined;
};

// Both grammars at once, names in lower case: which elements and attributes hold URLs is read from the grammar.
const RULES: ReadonlyMap<string, KnownElement> = knownElements();

function knownElements(): Map<string, KnownElement> {
  const known = new Map<string, KnownElement>();
  const entries = Object.values(GRAMMARS).flatMap((grammar) => Object.entries(grammar));
  for (const [key, rule] of entries) {
    const name = key.slice(key.indexOf('/') + 1).toLowerCase();
    const element = known.get(name) ?? { urls: new Map(), plain: new Set(), textUrl: undefined };
    known.set(name, element);
    learn(element, rule);
  }
  return known;
}

function learn(element: KnownElement, rule: ElementRule): void {
  const purposeOf = (value: ValueRule | undefined): UrlPurpose | undefined =>
    value?.kind === 'url' ? value.purpose : undefined;
  for (const [name, value] of Object.entries(rule.attributes)) {
    const purpose = purposeOf(value);
    if (purpose === undefined) element.plain.add(name.toLowerCase());
    else element.urls.set(name.toLowerCase(), purpose);
  }
  element.textUrl ??= purposeOf(rule.text);
}
