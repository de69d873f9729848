// Whether this server may run the operation at all: read-only mode. Which tools are listed is the surface's business.
import type { Operation } from '../operation/define.ts';
import { allowed, type Verdict } from './verdict.ts';

export interface AccessPolicy {
  readonly readOnly: boolean;
}

export function judgeAccess(operation: Operation, policy: AccessPolicy): Verdict {
  if (!policy.readOnly || operation.effect === 'read') return allowed;
  return {
    allowed: false,
    rule: 'access.read_only',
    reason: `${operation.name} changes something (effect: ${operation.effect}), and this server is read-only.`,
    next: 'Ask the owner to start the server without TWILIO_MCP_READ_ONLY, or use an operation that only looks.',
  };
}
