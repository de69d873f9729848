// A store that was changed behind the server's back proves nothing: neither that somebody agreed nor what was spent.
import type { Facts, JudgedCall } from './call.ts';
import type { Policy } from './policy.ts';
import { allowed, refuse, type Verdict } from './verdict.ts';

export function judgeIntegrity({ effect, people, operation }: JudgedCall, _: Policy, facts: Facts): Verdict {
  const harmless = (effect === 'read' || effect === 'write') && people.length === 0;
  if (facts.tampered === undefined || harmless) return allowed;
  return refuse(
    'integrity.store',
    `${operation.name} is stopped: what this server remembers cannot be trusted (${facts.tampered}).`,
    'Only the owner can mend this: they look with `twilio-mcp audit verify` and `twilio-mcp doctor`.',
  );
}
