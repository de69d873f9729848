// What changes the rules, the keys or where people's words go: only after the owner has turned it on, and then never unasked.
import type { JudgedCall } from './call.ts';
import type { Policy } from './policy.ts';
import { allowed, ask, refuse, type Verdict } from './verdict.ts';

export function judgeAdmin({ effect, operation }: JudgedCall, { confirmation }: Policy): Verdict {
  if (effect !== 'admin') return allowed;
  const reason = `${operation.name} changes rules, keys or where people's words go.`;
  if (confirmation.admin === 'ask') return ask('confirmation.admin', reason);
  return refuse(
    'confirmation.admin',
    `${reason} The owner has not turned such operations on.`,
    'Tell the owner what you would change and why: they can do it in the Twilio console, or set confirmation.admin to ask.',
  );
}
