// The shape of one explained error code. The codes themselves are in the files beside this one, by Twilio's ranges.

/**
 * What to do about a code. `fix` the input · `stop`: not again, and not by another sender, channel or wording ·
 * `wait`, then repeat · `ask` a human: permission, registration, money, Console · `look` up the state first.
 */
export const acts = ['fix', 'stop', 'wait', 'ask', 'look'] as const;

export type Act = (typeof acts)[number];

/** The kind of sender a code is about, where it is about one only. */
export type SenderKind = 'us-10dlc' | 'toll-free' | 'alphanumeric' | 'whatsapp' | 'rcs' | 'messenger';

export interface Explanation {
  readonly act: Act;
  readonly meaning: string;
  /** The next step, for whoever met the error. */
  readonly next: string;
}

export interface ErrorCodeEntry extends Explanation {
  readonly code: number;
  readonly sender?: SenderKind;
}
