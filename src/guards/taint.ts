// Once strangers' words were read, they may be speaking through the agent: nobody else is written to, nothing is removed or
// bought without a human, and no rule is changed at all.
import type { Facts, JudgedCall, Person } from './call.ts';
import { isOwn, matchesAny } from './pattern.ts';
import type { Policy } from './policy.ts';
import { allowed, ask, refuse, type Verdict } from './verdict.ts';

export function judgeTaint(call: JudgedCall, policy: Policy, { tainted }: Facts): Verdict {
  const { effect, people, operation } = call;
  if (tainted.length === 0 || policy.taint.minutes === 0 || effect === 'read') return allowed;
  const whose = tainted.length > 3 ? `${tainted.length} people` : writersNamed(tainted);
  const said = `This conversation has read words of ${whose} within the last ${policy.taint.minutes} minutes`;
  if (effect === 'admin') {
    return refuse(
      'taint.admin',
      `${said}: ${operation.name} is not done while they may be what asks for it.`,
      'Do it from a conversation that has read no messages, or after that time.',
    );
  }
  const about = people.filter((person) => !isExpected(person, policy, tainted)).map(({ contact }) => contact);
  const [other] = about;
  if (other !== undefined) {
    const others = about.length > 1 ? ` and ${about.length - 1} more` : '';
    return ask('taint.recipient', `${said}, and this would reach ${other}${others}.`, { about });
  }
  if (effect === 'delete' || effect === 'spend') {
    return ask(
      `taint.${effect}`,
      `${said}, and ${operation.name} ${effect === 'delete' ? 'removes' : 'buys'} something.`,
    );
  }
  return allowed;
}

/** Those whose words were read, for people to read. */
export function writersNamed(tainted: readonly string[]): string {
  return tainted
    .map((each) => (each === 'unknown' ? 'somebody whose address is not known' : each))
    .join(', ');
}

function isExpected(person: Person, { destination, taint }: Policy, tainted: readonly string[]): boolean {
  if (isOwn(person, destination) || matchesAny(destination.allow, person.to, person.contact)) return true;
  return tainted.includes(person.contact) && (taint.several === 'allow' || tainted.length === 1);
}
