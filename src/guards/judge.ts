// The guards in the order they are asked. The first refusal wins; questions are put to the human together.
import { judgeAccess } from './access.ts';
import { judgeAdmin } from './admin.ts';
import type { Facts, JudgedCall } from './call.ts';
import { judgeConfirmation } from './confirmation.ts';
import { judgeConsent } from './consent.ts';
import { judgeDestination } from './destination.ts';
import { judgeIntegrity } from './integrity.ts';
import type { Policy } from './policy.ts';
import { judgeQuietHours } from './quiet-hours.ts';
import { judgeSpend } from './spend.ts';
import { judgeTaint } from './taint.ts';
import { judgeUrls } from './urls.ts';
import type { Question, Refusal, Verdict } from './verdict.ts';
import { judgeWhatsAppWindow } from './whatsapp-window.ts';

export type Guard = (call: JudgedCall, policy: Policy, facts: Facts) => Verdict;

export const guards: readonly (readonly [name: string, guard: Guard])[] = [
  ['access', judgeAccess],
  ['integrity', judgeIntegrity],
  ['destination', judgeDestination],
  ['urls', judgeUrls],
  ['consent', judgeConsent],
  ['whatsapp window', judgeWhatsAppWindow],
  ['quiet hours', judgeQuietHours],
  ['taint', judgeTaint],
  ['admin', judgeAdmin],
  ['spend', judgeSpend],
  ['confirmation', judgeConfirmation],
];

export interface Judgement {
  readonly refusal: Refusal | undefined;
  readonly questions: readonly Question[];
}

export function judge(call: JudgedCall, policy: Policy, facts: Facts): Judgement {
  const questions: Question[] = [];
  for (const [, guard] of guards) {
    const verdict = guard(call, policy, facts);
    if (verdict.kind === 'refused') return { refusal: verdict, questions: [] };
    if (verdict.kind === 'ask') questions.push(verdict);
  }
  return { refusal: undefined, questions };
}

/** What each guard says by itself, for `twilio-mcp policy explain`: nothing is hidden behind the first refusal. */
export function explain(
  call: JudgedCall,
  policy: Policy,
  facts: Facts,
): readonly { readonly guard: string; readonly verdict: Verdict }[] {
  return guards.map(([name, guard]) => ({ guard: name, verdict: guard(call, policy, facts) }));
}
