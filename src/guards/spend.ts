// What one operation may cost, and how long a call may last. What all of them together may cost is limits.ts.

import type { Usage } from '../operation/reach.ts';
import type { Row } from '../operation/row.ts';
import type { Facts, JudgedCall } from './call.ts';
import type { Policy } from './policy.ts';
import { allowed, ask, refuse, type Verdict } from './verdict.ts';

export function judgeSpend(call: JudgedCall, policy: Policy, facts: Facts): Verdict {
  const { usage, operation } = call;
  const tooLong = judgeMinutes(call, policy.limits.call_minutes);
  if (tooLong.kind === 'refused') return tooLong;
  const { microdollars } = facts;
  if (microdollars === undefined) {
    const why = usage.kind === 'unknown' ? `: ${usage.why}` : '';
    return ask('spend.unknown', `What ${operation.name} costs is not known${why}.`);
  }
  if (microdollars <= Math.round(policy.spend.per_call * 1e6)) return allowed;
  return ask(
    'spend.per_call',
    `${operation.name} costs about ${dollarsOf(microdollars)}, over the ${dollarsOf(policy.spend.per_call * 1e6)} allowed at once.`,
  );
}

function judgeMinutes({ usage, input }: JudgedCall, most: number): Verdict {
  const minutes = Math.max(minutesOf(usage) ?? 0, (limitIn(input) ?? 0) / 60);
  if (minutes <= most) return allowed;
  return refuse(
    'limits.call_minutes',
    `The call could last ${Math.ceil(minutes)} minutes; ${most} are allowed.`,
    `Pass time_limit ${most * 60} or less, in seconds. The owner can raise limits.call_minutes.`,
  );
}

function minutesOf(usage: Usage): number | undefined {
  if (usage.kind === 'many') return minutesOf(usage.each);
  return usage.kind === 'call' || usage.kind === 'unknown' ? usage.minutes : undefined;
}

/** Seconds, under either shelf's name: what a running call is given counts also where the change itself costs nothing. */
function limitIn(input: Row): number | undefined {
  const named = [input['time_limit'], input['TimeLimit']];
  return named.find((each) => typeof each === 'number');
}

/** Every call gets an end, under the name the operation uses: ten minutes where nobody said, or less where no more is allowed. */
export function withTimeLimit(input: Row, usage: Usage, { limits }: Policy): Row {
  if (usage.kind === 'many' || minutesOf(usage) === undefined || limitIn(input) !== undefined) return input;
  const wire = Object.keys(input).some((key) => /^[A-Z]/.test(key)) ? 'TimeLimit' : 'time_limit';
  return { ...input, [wire]: Math.min(10, limits.call_minutes) * 60 };
}

export function dollarsOf(microdollars: number): string {
  return `$${(microdollars / 1e6).toFixed(microdollars < 1e6 ? 4 : 2)}`;
}
