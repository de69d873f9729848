// What is remembered between calls and across crashes, as operations see it. Where it is kept is the store's business.

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

export interface Ledgers {
  readonly sends: SendLedger;
}
