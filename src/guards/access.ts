// Whether this server, and whoever asks, may run the operation at all: read-only mode, scopes, allow and deny lists.
import type { JudgedCall } from './call.ts';
import type { Policy } from './policy.ts';
import { allowed, refuse, type Verdict } from './verdict.ts';

export function judgeAccess({ operation, effect }: JudgedCall, { access }: Policy): Verdict {
  if (!access.read_only || effect === 'read') return allowed;
  return refuse(
    'access.read_only',
    `${operation.name} changes something (effect: ${effect}), and this server is read-only.`,
    'Ask the owner to start the server without TWILIO_MCP_READ_ONLY, or use an operation that only looks.',
  );
}
