// Who asks, and what a token of theirs allows. Which door they came through, and how it knew them, is the door's business.
import type { Effect } from './effect.ts';

export const scopes = ['read', 'write', 'send', 'spend', 'admin'] as const;

export type Scope = (typeof scopes)[number];

export interface Actor {
  /** As audit lines and limits per caller name it: `mcp`, `cli`, `token:ops-bot`, `oauth:alice`. */
  readonly name: string;
  /** Absent at a local door, which has no tokens: whoever has the machine has the credentials. */
  readonly scopes?: readonly string[];
}

/** The scope an effect takes. To delete is to write: what may make a thing may undo it, and a human is asked either way. */
export function scopeFor(effect: Effect): Scope {
  return effect === 'delete' ? 'write' : effect;
}

/** Each scope stands for itself: to send does not include to read. */
export function permits({ scopes: held }: Actor, effect: Effect): boolean {
  return held === undefined || held.includes(scopeFor(effect));
}
