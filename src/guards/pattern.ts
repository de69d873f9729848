// Names and addresses against the owner's lists. A star stands for any characters but @; without one, only the same is the same.
import type { Person } from './call.ts';
import type { Policy } from './policy.ts';

export function matches(pattern: string, value: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), value.toLowerCase()];
  if (!wanted.includes('*')) return wanted === given;
  const parts = wanted.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^@]*')}$`, 'u').test(given);
}

export function matchesAny(patterns: readonly string[], ...values: readonly string[]): boolean {
  return patterns.some((pattern) => values.some((value) => matches(pattern, value)));
}

/** The owner's own address: told by the corridor, or listed in the policy. */
export function isOwn(person: Person, { own }: Policy['destination']): boolean {
  return person.own || matchesAny(own, person.to, person.contact);
}
