// Lays a call before the guards: whom it reaches, what is remembered of them, what it would cost, which URLs it names.
// It only looks; what follows from it is decided in guards/.

import { listMessages } from './catalog/messaging.ts';
import { countryOf } from './guards/addressee.ts';
import type { Facts, JudgedCall, Person } from './guards/call.ts';
import { consentChannelsOf, countsOf } from './guards/consent.ts';
import type { Policy } from './guards/policy.ts';
import { estimate, type Prices } from './guards/prices.ts';
import type { Audience, Operation, RequestTemplate } from './operation/define.ts';
import { type Effect, stricter } from './operation/effect.ts';
import type { Frame } from './operation/frame.ts';
import type { ConsentEntry, Ledgers } from './operation/ledgers.ts';
import { contactOf, type Recipient, type Usage } from './operation/reach.ts';
import { isRow, type Row } from './operation/row.ts';
import { parseTwiml } from './twiml/document.ts';
import { reachedBy } from './twiml/reach.ts';

export interface FactParts {
  readonly account: string;
  readonly policy: Policy;
  readonly ledgers: Ledgers;
  /** The owner's own addresses, which need no consent. */
  readonly ownAddresses: readonly string[];
  /** Countries of the account's own numbers; Twilio is asked only where those known already do not hold all that are wanted. */
  readonly ownCountries: (wanted: readonly string[]) => Promise<readonly string[]>;
  /** Whether the owner's signature is on an entry. */
  readonly signed: (entry: ConsentEntry) => Promise<boolean>;
  /** Why the store may not be trusted, if so. */
  readonly integrity: () => Promise<string | undefined>;
  readonly prices: Prices;
  /** The rows of a list request. */
  readonly rowsOf: (template: RequestTemplate, input: Row) => Promise<readonly Row[]>;
  /** Asks Twilio for what came in since the last look, where no webhook tells: a STOP of just now counts. Never throws. */
  readonly refresh: () => Promise<void>;
}

export interface Asked {
  readonly operation: Operation;
  readonly input: Row;
  readonly frame: Frame;
  readonly actor: JudgedCall['actor'];
  readonly since: Date;
}

export interface Case {
  readonly call: JudgedCall;
  readonly facts: Facts;
}

/** Somebody is reached, and nobody can tell who. */
const somebody: Recipient = { to: 'unknown', channel: 'unknown' };

export async function gather(asked: Asked, parts: FactParts): Promise<Case> {
  const { operation, input, frame, actor, since: now } = asked;
  const effect = effectOf(asked);
  const composed = operation.request === undefined;
  const audience = operation.audience?.(input);
  const recipients = audience === undefined ? namedIn(asked, effect) : await membersOf(audience, parts);
  if (recipients.length > 0 && !composed) await parts.refresh();
  const people = recipients.length === 0 ? nobody : await peopleOf(recipients, parts);
  const usage: Usage = operation.costs?.(input) ?? unstated(effect);
  const looksOnly = effect === 'read' && people.length === 0;
  const known = looksOnly ? nothingKnown : await lookUp(asked, effect, people, parts);
  return {
    call: {
      operation,
      effect,
      input,
      actor,
      people,
      usage,
      purpose: frame.purpose,
      idempotencyKey: frame.idempotency_key,
      urls: urlsIn(input),
      composed,
      now,
    },
    facts: {
      account: parts.account,
      ownCountries: known.ownCountries,
      tainted: known.tainted,
      tampered: known.tampered,
      microdollars: estimate(usage, people, parts.prices),
    },
  };
}

type Known = Pick<Facts, 'ownCountries' | 'tainted' | 'tampered'>;

/** A read that reaches nobody is judged by its input alone. */
const nothingKnown: Known = { ownCountries: [], tainted: [], tampered: undefined };

async function lookUp(
  { actor, since: now }: Asked,
  effect: Effect,
  people: readonly Person[],
  { policy, ledgers, ownCountries, integrity }: FactParts,
): Promise<Known> {
  // The same calls that guards/integrity.ts stops: nothing else pays for the look.
  const trusting = people.length > 0 || (effect !== 'read' && effect !== 'write');
  const countries = people.flatMap(({ contact, own }) => (own ? [] : (countryOf(contact) ?? [])));
  const taintedSince = new Date(now.getTime() - policy.taint.minutes * 60_000);
  const [owned, tainted, tampered] = await Promise.all([
    countries.length > 0 ? ownCountries(countries) : [],
    effect === 'read' ? [] : ledgers.taints.since(actor.name, taintedSince),
    trusting ? integrity() : undefined,
  ]);
  return { ownCountries: owned, tainted, tampered };
}

/** The operation's own effect, or stricter where this input makes it so. */
export function effectOf({ operation, input }: Pick<Asked, 'operation' | 'input'>): Effect {
  return stricter(operation.effect, operation.raises?.(input) ?? operation.effect);
}

function unstated(effect: JudgedCall['effect']): Usage {
  return effect === 'send' || effect === 'spend'
    ? { kind: 'unknown', why: 'the operation does not say what it uses up' }
    : { kind: 'nothing' };
}

const nobody: readonly never[] = [];

function namedIn({ operation, input }: Asked, effect: Effect): readonly Recipient[] {
  return operation.reaches?.(input) ?? (effect === 'send' ? [somebody] : nobody);
}

/** Where nobody can tell, the guards take it for the worst. */
async function membersOf(
  { request, input, recipient }: Audience,
  { rowsOf }: FactParts,
): Promise<readonly Recipient[]> {
  const rows = await rowsOf(request, input).catch(() => []);
  const found = rows.flatMap((row) => recipient(row) ?? []);
  return found.length === 0 ? [somebody] : found;
}

function peopleOf(recipients: readonly Recipient[], parts: FactParts): Promise<readonly Person[]> {
  const distinct = new Map(recipients.map((each) => [`${each.channel}:${each.to}`, each]));
  return Promise.all([...distinct.values()].map((each) => personOf(each, parts)));
}

async function personOf(recipient: Recipient, parts: FactParts): Promise<Person> {
  const { account, ownAddresses, signed, ledgers } = parts;
  const { to, channel, purpose } = recipient;
  const contact = contactOf(recipient);
  const [known, lastInbound] = await Promise.all([
    Promise.all(consentChannelsOf(channel).map((each) => ledgers.consents.current(account, contact, each))),
    channel === 'whatsapp' ? lastInboundOf(contact, channel, parts) : undefined,
  ]);
  const entries = known.flat();
  const genuine = await Promise.all(entries.map(signed));
  const consents = entries.filter((entry, place) => countsOf(entry, () => genuine[place] === true));
  return { to, contact, channel, purpose, consents, lastInbound, own: ownAddresses.includes(contact) };
}

/** From the inbox, else asked of Twilio: a server that nobody calls back still knows the 24-hour window. */
async function lastInboundOf(
  contact: string,
  channel: Recipient['channel'],
  { account, ledgers, rowsOf }: FactParts,
): Promise<Date | undefined> {
  const heard = await ledgers.events.lastInbound(account, contact, channel);
  if (heard !== undefined || listMessages.request === undefined) return heard;
  const rows = await rowsOf(listMessages.request, { from: `whatsapp:${contact}`, limit: 1 }).catch(() => []);
  const at = Date.parse(String(rows[0]?.['date_sent'] ?? rows[0]?.['date_created']));
  return Number.isNaN(at) ? undefined : new Date(at);
}

/** Fields that hold words, not places: an address in a text is the text's business. */
const wordy = /^(body|text|html|subject|content|message|say)$/i;
/** Fields that hold what the owner likes. */
const ownData = /^(template_data|traits|properties|attributes|data)$/i;
/** Fields that hold a place and nothing else, however it is written. */
const placed = /(?:url|uri|callback|webhook)s?$/i;

/** Every URL that Twilio would ask, show or play, wherever in the input it stands. */
function urlsIn(value: unknown, field = ''): JudgedCall['urls'] {
  if (typeof value === 'string') return urlsOf(value, field);
  if (Array.isArray(value)) return value.flatMap((each) => urlsIn(each, field));
  if (!isRow(value)) return nobody;
  return Object.entries(value).flatMap(([key, each]) =>
    ownData.test(key) || (wordy.test(key) && !isRow(each))
      ? nobody
      : urlsIn(each, field === '' ? key : `${field}.${key}`),
  );
}

function urlsOf(text: string, field: string): JudgedCall['urls'] {
  const trimmed = text.trim();
  if (trimmed === '') return nobody;
  if (trimmed.startsWith('<')) return urlsOfTwiml(trimmed, field);
  const isUrl = /^([a-z][a-z0-9+.-]*:)?\/\/\S+$/i.test(trimmed);
  const isPlace = placed.test(field) && !namesNoHost(trimmed) && !/^(?:sips?:|\{\{)/i.test(trimmed);
  return isUrl || isPlace ? [{ field, url: trimmed }] : nobody;
}

function urlsOfTwiml(text: string, field: string): JudgedCall['urls'] {
  const parsed = parseTwiml(text);
  if (!parsed.ok || parsed.root.name.toLowerCase() !== 'response') return nobody;
  const { urls } = reachedBy(parsed.root);
  return urls.filter(({ url }) => !namesNoHost(url)).map(({ url }) => ({ field, url }));
}

/** A path on the host that the document came from. Behind a second slash, also a leaning one, a host begins. */
function namesNoHost(url: string): boolean {
  return /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(url);
}
