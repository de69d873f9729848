// What is remembered between calls and across crashes, as the corridor, the guards and the doors see it. How and where it is
// kept is the store's business. Every method is safe when several server processes share one store; times are the caller's.
import type { Channel, Purpose } from './reach.ts';
import type { Row } from './row.ts';

export interface Ledgers {
  readonly sends: SendLedger;
  readonly consents: ConsentLedger;
  readonly reservations: ReservationLedger;
  readonly answers: AnswerLedger;
  readonly approvals: ApprovalLedger;
  readonly taints: TaintLedger;
  readonly events: EventLedger;
  readonly audit: AuditLedger;
}

/* ── sends: who was written to in which mailing ── */

/** claimed: about to be sent, or being sent · done: accepted · failed: refused for good · unknown: nobody can tell. */
export type SendState = 'claimed' | 'done' | 'failed' | 'unknown';

export interface SendEntry {
  readonly state: SendState;
  /** When it was claimed: where a look for a lost send begins. */
  readonly since: Date;
  readonly sid?: string;
  /** Our error code, and Twilio's where it gave one. */
  readonly code?: string;
}

export interface SendKey {
  readonly account: string;
  /** The batch, as its caller named it. */
  readonly batch: string;
  readonly recipient: string;
}

export interface SendLedger {
  /** Claims a send. Whoever is first gets `undefined`; everyone after gets what is known of it. Atomic across processes. */
  readonly claim: (key: SendKey, at: Date) => Promise<SendEntry | undefined>;
  readonly settle: (key: SendKey, entry: Omit<SendEntry, 'since'>) => Promise<void>;
  /** Gives a claim back: nothing was sent, and the next try may. */
  readonly release: (key: SendKey) => Promise<void>;
}

/* ── consents: append-only; nothing is ever changed or removed ── */

export const consentStates = ['granted', 'pending', 'revoked'] as const;
export type ConsentState = (typeof consentStates)[number];

/** How an entry came to be. Whoever reads the ledger judges its worth by this. */
export const consentSources = [
  'web_form',
  'paper',
  'verbal',
  'import',
  'inbound_message',
  'stop_word',
  'start_word',
  'plain_words',
  'provider_refusal',
  'human_confirmation',
  'owner',
] as const;
export type ConsentSource = (typeof consentSources)[number];

/** How an agreement came to be that only the owner can vouch for: it counts with their signature alone. */
export const ownerSources: readonly ConsentSource[] = ['web_form', 'paper', 'verbal', 'import', 'owner'];

export interface ConsentEntry {
  readonly account: string;
  /** The address as consent is kept by it: E.164 without prefix for phones, lower case for email. */
  readonly contact: string;
  readonly channel: Channel;
  /** `any` only on a revocation: it ends all purposes of the channel. */
  readonly purpose: Purpose | 'any';
  readonly state: ConsentState;
  readonly source: ConsentSource;
  /** Who wrote it: a door, a webhook, an actor. */
  readonly by: string;
  readonly at: Date;
  readonly evidence?: string;
  readonly expires?: Date;
  /** Of the owner's key over the entry, for what only the owner may write; see guards/consent.ts. */
  readonly signature?: string;
}

export interface ConsentLedger {
  readonly append: (entries: readonly ConsentEntry[]) => Promise<void>;
  /** The newest entry of each purpose and state, of one contact on one channel, oldest first. */
  readonly current: (account: string, contact: string, channel: Channel) => Promise<readonly ConsentEntry[]>;
  /** Newest first. */
  readonly list: (account: string, filter: ConsentFilter) => Promise<readonly ConsentEntry[]>;
}

export interface ConsentFilter {
  readonly contact?: string;
  readonly limit: number;
  /** Skip this many: for export in pieces. */
  readonly offset?: number;
}

/* ── reservations: contacts and money, counted before and settled after ── */

/** What is counted, over which time, of whom, and how much of it may be. */
export interface Limit {
  /** The guard's rule, such as `spend.day`. */
  readonly rule: string;
  readonly of: 'contacts' | 'verifications' | 'microdollars' | 'same_content';
  readonly per: 'all' | 'recipient' | 'actor';
  readonly seconds: number;
  readonly most: number;
}

export interface Reservation {
  readonly id: string;
  readonly account: string;
  readonly actor: string;
  readonly operation: string;
  readonly at: Date;
  /** Addresses as consent is kept by them. */
  readonly recipients: readonly { readonly contact: string; readonly channel: Channel }[];
  readonly verification: boolean;
  /** Fingerprint of what is said; the same words to the same person are a repeat. */
  readonly content?: string;
  readonly microdollars: number;
  /** Kept until it is settled, so that the next start can look for a send whose process ended; forgotten then. */
  readonly input?: Row;
}

/** The limit that would have been passed, how much of it is used, and when room is there again. */
export interface Exceeded {
  readonly limit: Limit;
  readonly used: number;
  readonly contact?: string;
  readonly roomAt: Date;
}

export interface ReservationLedger {
  /** Counts all limits and keeps the reservation, as one step: of any number of processes none passes a limit. */
  readonly reserve: (reservation: Reservation, limits: readonly Limit[]) => Promise<Exceeded | undefined>;
  /** Done, with the real price where it is known; an unknown outcome keeps its reservation. */
  readonly settle: (
    id: string,
    outcome: { readonly state: 'done' | 'unknown'; readonly microdollars?: number },
  ) => Promise<void>;
  /** Nothing was sent: the room is free again. */
  readonly release: (id: string) => Promise<void>;
  /** What has been used since then. */
  readonly used: (
    account: string,
    since: Date,
  ) => Promise<{ readonly contacts: number; readonly microdollars: number }>;
  /** Reservations never settled that were made before then: a process ended between "about to" and "done". */
  readonly open: (account: string, before: Date) => Promise<readonly Reservation[]>;
}

/* ── answers: the same idempotency key gives the first answer again ── */

export interface KeptAnswer {
  /** Of operation and input: the same key for something else is a mistake to be told. */
  readonly fingerprint: string;
  readonly at: Date;
  /** Absent while the first call is under way, or if its process ended. */
  readonly result?: Row;
}

export interface AnswerLedger {
  /** Claims the key. Whoever is first gets `undefined`; everyone after gets what is known. */
  readonly claim: (
    account: string,
    key: string,
    fingerprint: string,
    at: Date,
  ) => Promise<KeptAnswer | undefined>;
  readonly keep: (account: string, key: string, result: Row) => Promise<void>;
  /** Nothing was carried out: the next try may. */
  readonly release: (account: string, key: string) => Promise<void>;
}

/* ── approvals: what waits for a human's yes ── */

export const approvalStates = ['waiting', 'approved', 'denied', 'used'] as const;
export type ApprovalState = (typeof approvalStates)[number];

export interface Approval {
  readonly id: string;
  readonly account: string;
  readonly actor: string;
  readonly operation: string;
  /** Of operation, prepared input and recipients: a yes is for exactly this. */
  readonly fingerprint: string;
  /** The rules that ask. */
  readonly rules: readonly string[];
  /** What will happen, to whom, for how much: shown to the human. */
  readonly summary: string;
  readonly at: Date;
  readonly expires: Date;
  readonly state: ApprovalState;
  readonly decision?: Decision;
}

export interface Decision {
  readonly yes: boolean;
  /** `elicitation`, `owner` (CLI), `phone`. */
  readonly by: string;
  readonly at: Date;
  /** The human's own words on how the person agreed, where consent was asked for. */
  readonly evidence?: string;
  readonly signature?: string;
}

export interface ApprovalLedger {
  readonly ask: (approval: Omit<Approval, 'state' | 'decision'>) => Promise<void>;
  readonly get: (id: string) => Promise<Approval | undefined>;
  /** The newest one of that call that has not expired and is not used. */
  readonly find: (
    account: string,
    actor: string,
    fingerprint: string,
    at: Date,
  ) => Promise<Approval | undefined>;
  readonly list: (account: string, at: Date) => Promise<readonly Approval[]>;
  /** False if it was not waiting any more. */
  readonly decide: (id: string, decision: Decision) => Promise<boolean>;
  /** Single use: true for one caller only, and only while it is approved and not expired. */
  readonly use: (id: string, at: Date) => Promise<boolean>;
}

/* ── taints: strangers' words that an actor has read ── */

export interface TaintLedger {
  readonly add: (actor: string, from: readonly string[], at: Date) => Promise<void>;
  /** Whose words were read since then; empty where none. `unknown` stands for words of nobody in particular. */
  readonly since: (actor: string, at: Date) => Promise<readonly string[]>;
}

/* ── events: what Twilio told us ── */

export interface InboxEvent {
  readonly id: string;
  readonly account: string;
  /** Such as message.inbound, message.status, call.status, recording, verification, conversation, email, error. */
  readonly type: string;
  readonly at: Date;
  /** The other side, as consent is kept by it. */
  readonly contact?: string;
  readonly channel?: Channel;
  /** The message, call or conversation it is about. */
  readonly sid?: string;
  /** `webhook` or `poll`. */
  readonly heard: string;
  readonly data: Row;
}

export interface EventFilter {
  readonly types?: readonly string[];
  readonly contact?: string;
  readonly sid?: string;
  readonly after?: Date;
  readonly afterSequence?: number;
  readonly beforeSequence?: number;
  /** Else in the order they were written. */
  readonly newestFirst?: boolean;
  readonly limit: number;
}

export interface EventLedger {
  /** False if an event of this id, or this delivery, is known already: it counts once. */
  readonly add: (event: InboxEvent) => Promise<boolean>;
  readonly get: (account: string, id: string) => Promise<InboxEvent | undefined>;
  /** `sequence` counts the order in which they were written. */
  readonly list: (
    account: string,
    filter: EventFilter,
  ) => Promise<readonly (InboxEvent & { readonly sequence: number })[]>;
  /**
   * Calls when an event was added: here at once, by another process as soon as the database tells. A file tells nothing, so
   * whoever waits must look from time to time as well. Returns the end of it.
   */
  readonly onChange: (listener: () => void) => () => void;
  /** When the person last wrote on that channel. */
  readonly lastInbound: (account: string, contact: string, channel: Channel) => Promise<Date | undefined>;
  /** Where polling stopped. */
  readonly mark: (account: string, name: string) => Promise<string | undefined>;
  readonly setMark: (account: string, name: string, value: string) => Promise<void>;
  /** Sets a mark that is not there yet; gives the one that is. Of many who ask at once one is the first. */
  readonly claimMark: (account: string, name: string, value: string) => Promise<string | undefined>;
}

/* ── audit: every write, send, spend and delete, each entry bound to the one before ── */

export const auditPhases = [
  'about to',
  'done',
  'found',
  'refused',
  'failed',
  'unknown',
  'approved',
  'owner',
] as const;

export interface AuditEntry {
  readonly at: Date;
  readonly account: string;
  readonly actor: string;
  readonly phase: (typeof auditPhases)[number];
  readonly operation: string;
  /** Masked: numbers to their last four digits, no text, no secret. */
  readonly facts: Row;
}

export interface AuditRow extends AuditEntry {
  readonly sequence: number;
  readonly hash: string;
}

export interface AuditLedger {
  readonly append: (entry: AuditEntry) => Promise<void>;
  /** Newest first. */
  readonly list: (account: string, limit: number, before?: number) => Promise<readonly AuditRow[]>;
  /**
   * `brokenAt`: the first sequence that does not follow from the one before, or is missing. `whole` checks every row, not
   * only those since this process checked last.
   */
  readonly verify: (whole: boolean) => Promise<{ readonly entries: number; readonly brokenAt?: number }>;
}
