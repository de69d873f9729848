// Whether this server, and whoever asks, may run the operation at all: read-only mode, lists, scopes, and one account only.
import { permits, scopeFor } from '../operation/actor.ts';
import type { Effect } from '../operation/effect.ts';
import type { Facts, JudgedCall } from './call.ts';
import { matchesAny } from './pattern.ts';
import type { Policy } from './policy.ts';
import { allowed, refuse, type Verdict } from './verdict.ts';

/** What of a call is known before anything is looked up for it. */
type Asked = Pick<JudgedCall, 'operation' | 'effect' | 'input' | 'actor' | 'people'>;

export function judgeAccess(call: Asked, { access }: Policy, { account }: Pick<Facts, 'account'>): Verdict {
  const { operation, effect } = call;
  const { name } = operation;
  if (access.read_only && effect !== 'read') {
    return refuse(
      'access.read_only',
      `${name} changes something (effect: ${effect}), and this server is read-only.`,
      'Use an operation that only looks, or ask the owner to start the server without TWILIO_MCP_READ_ONLY and access.read_only.',
    );
  }
  if (matchesAny(access.deny, name)) {
    return refuse(
      'access.deny',
      `The owner's policy denies ${name}.`,
      'Do it another way only if the owner agrees; they can change access.deny.',
    );
  }
  if (access.allow.length > 0 && !matchesAny(access.allow, name)) {
    return refuse(
      'access.allow',
      `${name} is not among the operations the owner's policy allows.`,
      'Ask the owner to add it to access.allow.',
    );
  }
  return beyondScopes(call) ?? otherAccount(call, account) ?? allowed;
}

/** Whatever reaches a person needs the scope `send`, whatever its own effect. */
function beyondScopes({ operation, effect, people, actor }: Asked): Verdict | undefined {
  if (actor.scopes === undefined) return undefined;
  const needed: readonly Effect[] = people.length > 0 ? [effect, 'send'] : [effect];
  const lacking = needed.find((each) => !permits(actor, each));
  if (lacking === undefined) return undefined;
  const scope = scopeFor(lacking);
  return refuse(
    'access.scope',
    `${operation.name} needs the scope ${scope}, which the token of ${actor.name} does not have.`,
    `Ask the owner for a token with the scope ${scope}.`,
  );
}

const accountSid = /^AC[0-9a-fA-F]{32}$/;
const accountInUrl = /^https?:\/\/[^?#]*\/(AC[0-9a-fA-F]{32})(?=[/.?#]|$)/;

/** The account is configured, never an argument: an agent must not reach into a neighbour's. */
function otherAccount({ input, operation }: Asked, own: string | undefined): Verdict | undefined {
  const other = own === undefined ? undefined : otherAccountIn(input, own.toLowerCase());
  if (other === undefined) return undefined;
  // An operation on the account resource itself is how a parent looks after its subaccounts.
  if (/\/Accounts\/\{[^}]+\}(?:\.json)?$/.test(operation.request?.path ?? '')) return undefined;
  return refuse(
    'access.account',
    `${operation.name} names the account ${other}, and this server acts for ${own} only.`,
    'Leave the account out. To act for another one, the owner starts a server with TWILIO_MCP_SUBACCOUNT_SID.',
  );
}

function otherAccountIn(value: unknown, own: string): string | undefined {
  if (typeof value === 'string') {
    if (!value.includes('AC')) return undefined;
    const text = value.trim();
    const named = accountSid.test(text) ? text : accountInUrl.exec(text)?.[1];
    return named?.toLowerCase() === own ? undefined : named;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const each of Object.values(value)) {
    const other = otherAccountIn(each, own);
    if (other !== undefined) return other;
  }
  return undefined;
}
