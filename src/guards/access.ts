// Whether this server, and whoever asks, may run the operation at all: scopes and read-only mode. Which tools are listed is the surface's business.
import { type Actor, permits, scopeFor } from '../operation/actor.ts';
import type { Operation } from '../operation/define.ts';
import { allowed, type Verdict } from './verdict.ts';

export interface AccessPolicy {
  readonly readOnly: boolean;
}

export function judgeAccess(operation: Operation, actor: Actor, policy: AccessPolicy): Verdict {
  if (!permits(actor, operation.effect)) {
    const scope = scopeFor(operation.effect);
    return {
      allowed: false,
      rule: 'access.scope',
      reason: `${operation.name} needs the scope ${scope}, and the token of ${actor.name} holds ${actor.scopes?.join(', ') || 'none'}.`,
      next: `Ask the owner for a token with the scope ${scope}.`,
    };
  }
  if (!policy.readOnly || operation.effect === 'read') return allowed;
  return {
    allowed: false,
    rule: 'access.read_only',
    reason: `${operation.name} changes something (effect: ${operation.effect}), and this server is read-only.`,
    next: 'Ask the owner to start the server without TWILIO_MCP_READ_ONLY, or use an operation that only looks.',
  };
}
