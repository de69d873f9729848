// What a call does to the world, in one word, and what follows from that word. How guards use it is not said here.

/** read looks · write changes · send reaches a person · spend buys · delete removes · admin changes rules, keys or where words go. */
export const effects = ['read', 'write', 'send', 'spend', 'delete', 'admin'] as const;

export type Effect = (typeof effects)[number];

/** What may be done when a request left and no answer came back. */
export type AfterUnknown = 'retry' | 'retry-if-idempotent' | 'never';

interface Trait {
  /** MCP tool hints; none of them is ever relied on by a guard. */
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
  readonly openWorld: boolean;
  readonly afterUnknown: AfterUnknown;
}

export const traits: Readonly<Record<Effect, Trait>> = {
  read: { readOnly: true, destructive: false, idempotent: true, openWorld: false, afterUnknown: 'retry' },
  write: {
    readOnly: false,
    destructive: false,
    idempotent: false,
    openWorld: false,
    afterUnknown: 'retry-if-idempotent',
  },
  send: { readOnly: false, destructive: false, idempotent: false, openWorld: true, afterUnknown: 'never' },
  spend: { readOnly: false, destructive: false, idempotent: false, openWorld: true, afterUnknown: 'never' },
  delete: { readOnly: false, destructive: true, idempotent: true, openWorld: false, afterUnknown: 'retry' },
  admin: { readOnly: false, destructive: true, idempotent: false, openWorld: true, afterUnknown: 'never' },
};

/** `effects` goes from the mildest to the strictest: of two the later one counts. */
export function stricter(one: Effect, other: Effect): Effect {
  return effects.indexOf(other) > effects.indexOf(one) ? other : one;
}
