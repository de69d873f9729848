// The guards in the order they are asked. The first refusal wins; each guard has a file of its own.
import type { Actor } from '../operation/actor.ts';
import type { Operation } from '../operation/define.ts';
import { type AccessPolicy, judgeAccess } from './access.ts';
import { allowed, type Verdict } from './verdict.ts';

/** What the guards know of a call: the operation and who asks. */
export interface JudgedCall {
  readonly operation: Operation;
  readonly actor: Actor;
}

export interface Policy {
  readonly access: AccessPolicy;
}

export function judge(call: JudgedCall, policy: Policy): Verdict {
  const verdicts = [() => judgeAccess(call.operation, call.actor, policy.access)];
  for (const ask of verdicts) {
    const verdict = ask();
    if (!verdict.allowed) return verdict;
  }
  return allowed;
}
