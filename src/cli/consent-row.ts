// One consent as a human writes it, in flags or in a line of CSV: checked, and turned into an entry of the ledger.
import { z } from 'zod';
import { consentChannelOf, standingOf } from '../guards/consent.ts';
import {
  type ConsentEntry,
  type ConsentSource,
  consentSources,
  consentStates,
  ownerSources,
} from '../operation/ledgers.ts';
import { contactOf, purposes } from '../operation/reach.ts';

const number = [
  /^(?:whatsapp:|rcs:)?\+[1-9][0-9]{6,14}$/,
  'must be E.164 with country code, such as +14155550123',
] as const;

/** Channels on which a person has an address, and how it looks. */
const addresses = {
  sms: number,
  whatsapp: number,
  rcs: number,
  voice: number,
  messenger: [/^(?:messenger:)?[0-9]{5,30}$/, 'must be a Messenger ID of digits'],
  email: [/^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/, 'must be an email address'],
} as const;

const channels = ['sms', 'whatsapp', 'rcs', 'voice', 'messenger', 'email'] as const;

const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'must be a day such as 2026-11-23 or a moment with a zone such as 2026-11-23T15:00:00Z',
  })
  .transform((text) => new Date(text));

const written = z.strictObject({
  contact: z.string().trim(),
  channel: z.enum(channels),
  purpose: z.enum([...purposes, 'any']).optional(),
  state: z.enum(consentStates).default('granted'),
  source: z.enum(consentSources).default('import'),
  evidence: z.string().trim().max(500).optional(),
  at: moment.optional(),
  expires: moment.optional(),
});

type Written = z.output<typeof written>;

export const columns = Object.keys(written.shape);

export interface Here {
  readonly account: string;
  /** Who writes it down. */
  readonly by: string;
  readonly now: Date;
  /** What is on record for the contact, to hold the new entry against. */
  readonly current: (entry: ConsentEntry) => Promise<readonly ConsentEntry[]>;
  /** All that is on record for the contact and counts; where nothing is given, each row is new. */
  readonly history?: (entry: ConsentEntry) => Promise<readonly ConsentEntry[]>;
}

export type Checked =
  /** `known`: it says nothing that is not on record. */
  | { readonly ok: true; readonly entry: ConsentEntry; readonly known: boolean }
  | { readonly ok: false; readonly faults: readonly string[] };

export async function checkRow(row: unknown, here: Here): Promise<Checked> {
  const parsed = written.safeParse(row);
  if (!parsed.success)
    return {
      ok: false,
      faults: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    };
  const entry = entryFrom(parsed.data, here);
  const faults = [...faultsIn(parsed.data, here.now)];
  if (faults.length > 0) return { ok: false, faults };
  const { at } = parsed.data;
  const known = isKnown((await here.history?.(entry)) ?? [], entry, at);
  // With its own time it is the same word as before, whatever was said since.
  if (known && at !== undefined) return { ok: true, entry, known };
  const clash = entry.state === 'revoked' ? undefined : await clashOf(entry, parsed.data, here);
  return clash === undefined ? { ok: true, entry, known } : { ok: false, faults: [clash] };
}

/** A row without a time repeats what was said before only while nothing else was said since. */
function isKnown(history: readonly ConsentEntry[], entry: ConsentEntry, at: Date | undefined): boolean {
  const same = history.filter((each) => wordsOf(each) === wordsOf(entry));
  if (at !== undefined) return same.some((each) => each.at.getTime() === at.getTime());
  const others = history.filter(({ channel, state }) => channel === entry.channel && state !== entry.state);
  return same.some((each) => !others.some((other) => other.at > each.at));
}

function wordsOf({ contact, channel, purpose, state, source, evidence, expires }: ConsentEntry): string {
  return JSON.stringify([contact, channel, purpose, state, source, evidence ?? null, expires ?? null]);
}

function entryFrom({ contact, channel, purpose, state, source, evidence, at, expires }: Written, here: Here) {
  const foreign = state !== 'revoked' && !ownerSources.includes(source);
  const told = foreign ? `was ${source}: ${evidence ?? ''}`.slice(0, 500) : evidence;
  const entry: ConsentEntry = {
    account: here.account,
    contact: contactOf({ to: contact, channel }),
    channel: consentChannelOf(channel),
    purpose: purpose ?? 'any',
    state,
    // What webhooks heard elsewhere the owner vouches for here.
    source: foreign ? 'import' : source,
    by: here.by,
    at: at ?? here.now,
    ...(told && { evidence: told }),
    ...(expires && { expires }),
  };
  return entry;
}

/** What only ever says no. */
const refusing: readonly ConsentSource[] = ['stop_word', 'plain_words', 'provider_refusal'];

function* faultsIn({ contact, channel, purpose, state, source, evidence, at, expires }: Written, now: Date) {
  const [shape, message] = addresses[channel];
  if (!shape.test(contact)) yield `contact: ${message}`;
  if (at !== undefined && at > now) yield 'at: lies in the future';
  if (state === 'revoked') return;
  if (refusing.includes(source)) yield `source: ${source} is how somebody refuses; it proves no agreement`;
  if (source === 'inbound_message' && purpose === 'marketing')
    yield 'source: a message that somebody wrote is no agreement to marketing';
  if (purpose === undefined || purpose === 'any') yield `purpose: must be one of ${purposes.join(', ')}`;
  if ((evidence ?? '').length < 3) yield 'evidence: must say how and when they agreed';
  if (expires !== undefined && expires <= now) yield 'expires: has passed';
}

/** An agreement that an earlier no outweighs would be written for nothing, or by mistake. */
async function clashOf(
  entry: ConsentEntry,
  { at }: Written,
  { current, now }: Here,
): Promise<string | undefined> {
  if (entry.purpose === 'any') return undefined;
  const known = await current(entry);
  const before = standingOf(known, entry.purpose, now);
  if (before.state !== 'revoked') return undefined;
  const day = before.since.toISOString();
  if (at === undefined) return `at: they asked on ${day} not to be contacted; say when they agreed again`;
  const after = standingOf([...known, entry], entry.purpose, now);
  return after.state === 'revoked'
    ? `at: they asked on ${day} not to be contacted, which is later`
    : undefined;
}
