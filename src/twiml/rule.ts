// Here: the words in which TwiML's grammar is written down: rules for values and for elements.
// Not here: the grammar itself (verbs.ts, voice-verbs.ts, voice-nouns.ts) and the judging (validate.ts, value.ts).

/**
 * What Twilio does with a URL that a document names. What comes back from `action` and `fetch` is more TwiML;
 * `media` is played or attached, `status` is told what happened, `stream` receives the live audio.
 */
export type UrlPurpose = 'action' | 'fetch' | 'media' | 'status' | 'stream';

export type ValueRule =
  | { readonly kind: 'text'; readonly max?: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min: number; readonly max?: number; readonly or?: readonly string[] }
  | { readonly kind: 'one'; readonly of: readonly string[] }
  | { readonly kind: 'some'; readonly of: readonly string[] }
  | { readonly kind: 'url'; readonly purpose: UrlPurpose; readonly mayBeEmpty?: true }
  | { readonly kind: 'pattern'; readonly pattern: RegExp; readonly like: string }
  | { readonly kind: 'json' };

/** `text`, `noun` (any child element) or `@attribute`: one of each group must be there. */
type Need = readonly string[];

export type ElementRule = {
  readonly attributes: Readonly<Record<string, ValueRule>>;
  readonly children?: readonly string[];
  readonly text?: ValueRule;
  readonly needs?: readonly Need[];
  /** The most children of one name that Twilio takes. */
  readonly most?: Readonly<Record<string, number>>;
  /** Nothing behind it is run. */
  readonly ends?: true;
  /** Still understood by Twilio, or once was: what to use instead. */
  readonly legacy?: string;
};

/** Keyed by element name; `Parent/Name` where a noun follows other rules under one parent. */
export type Grammar = Readonly<Record<string, ElementRule>>;
export type TwimlKind = 'voice' | 'messaging';

export const text: ValueRule = { kind: 'text' };
export const method: ValueRule = { kind: 'one', of: ['GET', 'POST'] };
export const actionUrl: ValueRule = { kind: 'url', purpose: 'action' };
export const fetchUrl: ValueRule = { kind: 'url', purpose: 'fetch' };
export const mediaUrl: ValueRule = { kind: 'url', purpose: 'media' };
export const statusUrl: ValueRule = { kind: 'url', purpose: 'status' };
export const yesOrNo: ValueRule = { kind: 'boolean' };
export const trimSilence: ValueRule = { kind: 'one', of: ['trim-silence', 'do-not-trim'] };
export const recordingEvents: ValueRule = { kind: 'some', of: ['in-progress', 'completed', 'absent'] };
// A number as people write it; Twilio drops the separators. Only ASCII digits: a look-alike is never a number here.
export const phoneNumber: ValueRule = {
  kind: 'pattern',
  pattern: /^[ \t\r\n]*\+?[0-9(][0-9 ().-]{1,30}[ \t\r\n]*$/,
  like: '+15551234567',
};
/** Twilio's words for recording a bridged call; true and false are older spellings that it still takes. */
export const recordCall: ValueRule = {
  kind: 'one',
  of: [
    'do-not-record',
    'record-from-answer',
    'record-from-ringing',
    'record-from-answer-dual',
    'record-from-ringing-dual',
    'true',
    'false',
  ],
};
