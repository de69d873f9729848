// What a guard answers: yes, a question for a human, or no; always with the rule, the reason and the one step that leads on.

import type { Channel, Purpose } from '../operation/reach.ts';
import type { Person } from './call.ts';

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
  /** Addresses that are the reason to ask: a yes counts for those of them that were shown by name. */
  readonly about?: readonly string[];
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

export function ask(
  rule: string,
  reason: string,
  more: Pick<Question, 'consentFor' | 'about'> = {},
): Question {
  return { kind: 'ask', rule, reason, ...more };
}

export function refuse(rule: string, reason: string, next: string): Refusal {
  return { kind: 'refused', rule, reason, next };
}

/** The first refusal of anybody; else one question, about all whom it concerns. */
export function judgeEach(people: readonly Person[], judgeOne: (person: Person) => Verdict): Verdict {
  let question: Question | undefined;
  const about: string[] = [];
  for (const person of people) {
    const verdict = judgeOne(person);
    if (verdict.kind === 'refused') return verdict;
    if (verdict.kind !== 'ask') continue;
    question = verdict;
    about.push(person.contact);
  }
  return question === undefined ? allowed : { ...question, about };
}
