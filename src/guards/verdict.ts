// What a guard answers: yes, a question for a human, or no; always with the rule, the reason and the one step that leads on.

import type { Channel, Purpose } from '../operation/reach.ts';

export type Verdict = Allowed | Question | Refusal;

export interface Allowed {
  readonly kind: 'allowed';
}

/** Carried out only after a human has said yes to exactly this. */
export interface Question {
  readonly kind: 'ask';
  readonly rule: string;
  readonly reason: string;
  /** The human is also asked how these people agreed; a yes then records their consent. */
  readonly consentFor?: readonly Contact[];
}

export interface Refusal {
  readonly kind: 'refused';
  readonly rule: string;
  readonly reason: string;
  /** The one step that would make it yes. */
  readonly next: string;
}

export interface Contact {
  readonly contact: string;
  readonly channel: Channel;
  readonly purpose: Purpose;
}

export const allowed: Allowed = { kind: 'allowed' };

export function ask(rule: string, reason: string, consentFor?: readonly Contact[]): Question {
  return { kind: 'ask', rule, reason, ...(consentFor && { consentFor }) };
}

export function refuse(rule: string, reason: string, next: string): Refusal {
  return { kind: 'refused', rule, reason, next };
}
