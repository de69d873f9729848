// Whether a person has agreed to be contacted like this: by address, channel and purpose. How agreement is recorded is not here.
import { type ConsentEntry, type ConsentSource, ownerSources } from '../operation/ledgers.ts';
import { type Channel, channels, type Purpose } from '../operation/reach.ts';
import { addresseeOf } from './addressee.ts';
import type { JudgedCall, Person } from './call.ts';
import { isOwn } from './pattern.ts';
import type { Policy } from './policy.ts';
import { purposeOf } from './purpose.ts';
import { allowed, ask, type Contact, refuse, type Verdict } from './verdict.ts';

/** The channel whose consent counts: Twilio keeps one opt-out for SMS, MMS and RCS since 2026-03-15; WhatsApp has its own. */
export function consentChannelOf(channel: Channel): Channel {
  return channel === 'rcs' ? 'sms' : channel;
}

/** The channels whose entries count: where nobody can tell the channel, a STOP on any of them does. */
export function consentChannelsOf(channel: Channel): readonly Channel[] {
  if (channel === 'unknown') return channels;
  return channels.filter((each) => consentChannelOf(each) === consentChannelOf(channel));
}

/** Whether an entry may be counted. A revocation always may; an agreement that only the owner may write needs their signature. */
export function countsOf(entry: ConsentEntry, verify: (entry: ConsentEntry) => boolean): boolean {
  return entry.state === 'revoked' || !ownerSources.includes(entry.source) || verify(entry);
}

/** Of a call to many, those without an agreement are asked about together; who revoked is refused when their own turn comes. */
export function judgeConsent(call: JudgedCall, policy: Policy): Verdict {
  const missing: Contact[] = [];
  for (const person of call.people) {
    if (isOwn(person, policy.destination) || !needsConsent(person)) continue;
    const purpose = purposeOf(call, person);
    const standing = standingOn(person, purpose, call.now);
    if (standing.state === 'revoked' && call.composed) continue;
    if (standing.state === 'revoked') return refuseRevoked(person, standing.since);
    if (standing.state === 'missing') missing.push(contactFor(person, purpose));
  }
  const verdict = missing.length === 0 ? allowed : judgeMissing(missing, policy);
  return call.composed && verdict.kind === 'refused' ? allowed : verdict;
}

/** People in the owner's own app, the owner's own SIP hosts, and whoever Twilio alone knows: other guards judge those. */
function needsConsent(person: Person): boolean {
  return ['number', 'email', 'page'].includes(addresseeOf(person).kind);
}

function contactFor({ contact, channel }: Person, purpose: Purpose | undefined): Contact {
  return { contact, channel: consentChannelOf(channel), purpose: purpose ?? 'transactional' };
}

/* ── what is on record ── */

export type Standing =
  | { readonly state: 'granted' | 'missing' }
  | { readonly state: 'revoked'; readonly since: Date };

const DAY_MS = 24 * 3600_000;

/** Agreements that serve a purpose. Nobody said why: what a customer or a correspondent expects; never marketing. */
function serving(purpose: Purpose | undefined, now: Date): readonly ((entry: ConsentEntry) => boolean)[] {
  const of = (wanted: Purpose) => (entry: ConsentEntry) => entry.purpose === wanted;
  const wroteToday = (entry: ConsentEntry) =>
    entry.purpose === 'conversational' && now.getTime() - entry.at.getTime() < DAY_MS;
  switch (purpose) {
    case undefined:
      return [of('transactional'), of('conversational')];
    case 'verification':
      return [of('verification'), of('transactional'), wroteToday];
    case 'marketing':
      return [(entry) => entry.purpose === 'marketing' && entry.source !== 'inbound_message'];
    default:
      return [of(purpose)];
  }
}

/** Each channel by itself: what was agreed on one mends no STOP on another. */
function standingOn({ consents }: Person, purpose: Purpose | undefined, now: Date): Standing {
  const kept = [...new Set(consents.map((entry) => consentChannelOf(entry.channel)))];
  const standings = kept.map((channel) =>
    standingOf(
      consents.filter((entry) => consentChannelOf(entry.channel) === channel),
      purpose,
      now,
    ),
  );
  const of = (state: Standing['state']) => standings.find((each) => each.state === state);
  return of('revoked') ?? of('granted') ?? { state: 'missing' };
}

export function standingOf(
  entries: readonly ConsentEntry[],
  purpose: Purpose | undefined,
  now: Date,
): Standing {
  const serves = serving(purpose, now);
  const granted = entries.some(
    (entry) =>
      entry.state === 'granted' &&
      (entry.expires === undefined || entry.expires > now) &&
      serves.some((each) => each(entry)) &&
      newestRevocation(entries, entry) === undefined &&
      newestRevocation(entries, { ...entry, purpose: purpose ?? entry.purpose }) === undefined,
  );
  if (granted) return { state: 'granted' };
  const asked = purpose ?? 'transactional';
  const since = newestRevocation(entries, { purpose: asked, at: new Date(0), source: 'owner' });
  return since === undefined ? { state: 'missing' } : { state: 'revoked', since };
}

/** Who mends a STOP: the person by START, or the owner with a new opt-in. A mere message or a click on a question does not. */
const mending: readonly ConsentSource[] = [...ownerSources, 'start_word'];

/** The revocation that stands against an agreement: of its purpose or of all, and not mended since. A tie goes to the revocation. */
function newestRevocation(
  entries: readonly ConsentEntry[],
  { purpose, at, source }: Pick<ConsentEntry, 'purpose' | 'at' | 'source'>,
): Date | undefined {
  const restarted = purpose === 'marketing' ? undefined : newest(entries.filter(isStart));
  const standing = entries.filter(
    (entry) =>
      entry.state === 'revoked' &&
      (entry.purpose === 'any' || entry.purpose === purpose) &&
      !(at > entry.at && mending.includes(source)) &&
      !(restarted !== undefined && restarted > entry.at),
  );
  return newest(standing);
}

function isStart({ state, source }: ConsentEntry): boolean {
  return state === 'granted' && source === 'start_word';
}

function newest(entries: readonly ConsentEntry[]): Date | undefined {
  const times = entries.map(({ at }) => at.getTime());
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

/* ── what follows ── */

function refuseRevoked({ contact, channel }: Person, since: Date): Verdict {
  const day = since.toISOString();
  return refuse(
    'consent.revoked',
    `${contact} has asked not to be contacted by ${consentChannelOf(channel)} (${day}).`,
    `Do not contact them by another sender or channel either. Only they can undo it, by writing START, or the owner, with an opt-in given after ${day}: \`twilio-mcp consent grant\`.`,
  );
}

function judgeMissing(missing: readonly Contact[], { consent }: Policy): Verdict {
  const [first] = missing;
  if (first === undefined) return allowed;
  const { contact, channel, purpose } = first;
  const others = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  const reason = `No consent is on record for ${contact}${others} by ${channel} for ${purpose} purposes.`;
  const rule = missing.every((each) => each.purpose === 'verification')
    ? consent.missing_verification
    : consent.missing;
  if (rule === 'allow') return allowed;
  if (rule === 'ask') {
    const consentFor = recordable(missing);
    return ask('consent.missing', reason, {
      about: missing.map((each) => each.contact),
      ...(consentFor && { consentFor }),
    });
  }
  return refuse(
    'consent.missing',
    reason,
    `Ask the owner how they agreed; the owner records it: \`twilio-mcp consent grant ${contact} --channel ${channel} --purpose ${purpose} --source web_form --evidence "…"\`.`,
  );
}

/** On a channel nobody can name, a yes is for this once: there is nothing to record it under. */
function recordable(missing: readonly Contact[]): readonly Contact[] | undefined {
  const known = missing.filter(({ channel }) => channel !== 'unknown');
  return known.length === 0 ? undefined : known;
}
