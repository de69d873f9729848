// What the guards know: the call as it would go out, and the facts that were looked up for it. They see no store and no network.
import type { Actor } from '../operation/actor.ts';
import type { Operation } from '../operation/define.ts';
import type { Effect } from '../operation/effect.ts';
import type { ConsentEntry } from '../operation/ledgers.ts';
import type { Channel, Purpose, Usage } from '../operation/reach.ts';
import type { Row } from '../operation/row.ts';

export interface JudgedCall {
  readonly operation: Operation;
  /** The operation's own, or stricter where this input makes it so. */
  readonly effect: Effect;
  /** Prepared: as it would be encoded. */
  readonly input: Row;
  readonly actor: Actor;
  readonly people: readonly Person[];
  readonly usage: Usage;
  /** Said by the caller; absent, the call counts as transactional or, to one who wrote first, conversational. */
  readonly purpose: Purpose | undefined;
  /** URLs anywhere in the input that Twilio would ask or show, with the field they stand in. */
  readonly urls: readonly { readonly field: string; readonly url: string }[];
  /** True for an operation made of others: what concerns one person alone is judged when that person's call comes. */
  readonly composed: boolean;
  /** Given by the caller: a second send of the same words is then wanted, not a loop. */
  readonly idempotencyKey?: string | undefined;
  readonly now: Date;
}

/** One person the call would reach, and what is remembered of them. */
export interface Person {
  /** As it goes on the wire. */
  readonly to: string;
  /** As consent is kept by it: E.164 without prefix, lower-case email. */
  readonly contact: string;
  readonly channel: Channel;
  readonly purpose: Purpose | undefined;
  /** The newest entry of each purpose on this channel. */
  readonly consents: readonly ConsentEntry[];
  /** When they last wrote to us on this channel. */
  readonly lastInbound: Date | undefined;
  /** The owner's own address. */
  readonly own: boolean;
}

export interface Facts {
  /** The account this server acts for; undefined where none is configured. */
  readonly account?: string | undefined;
  /** Countries (ISO 3166-1 alpha-2) of the account's own numbers. */
  readonly ownCountries: readonly string[];
  /** Whose words this actor has read of late. */
  readonly tainted: readonly string[];
  /** Estimated price in millionths of a US dollar; undefined where no price is known. */
  readonly microdollars: number | undefined;
  /** Why the store may not be trusted, if it was tampered with. */
  readonly tampered: string | undefined;
}
