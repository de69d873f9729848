// What the guards keep, as MCP resources: the newest entries of the audit, and the policy in force. Pages are in resources.ts.
import { type McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Policy } from '../guards/policy.ts';
import { type Actor, permits } from '../operation/actor.ts';
import type { AuditRow } from '../operation/ledgers.ts';

export interface Records {
  /** Newest first. */
  readonly audit: (limit: number) => Promise<readonly AuditRow[]>;
  readonly policy: Policy;
}

const MOST_ENTRIES = 100;
const json = 'application/json';

/** Like the tools that tell the same, they take the scope to read. */
export function registerRecords(mcp: McpServer, { audit, policy }: Records, actor: Actor): void {
  const requireRead = (uri: URL): void => {
    if (permits(actor, 'read')) return;
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `${uri.href} needs the scope read, which the token of ${actor.name} does not have. Ask the owner for one that has it.`,
    );
  };
  mcp.registerResource(
    'audit',
    'twilio://audit',
    {
      title: 'Audit',
      description: `The newest ${MOST_ENTRIES} writes, sends, purchases and deletions, numbers masked`,
      mimeType: json,
      // What is read now is out of date with the next call.
      cacheHint: { ttlMs: 0, cacheScope: 'private' },
    },
    async (uri) => {
      requireRead(uri);
      const entries = await audit(MOST_ENTRIES);
      return { contents: [{ uri: uri.href, mimeType: json, text: JSON.stringify({ entries }) }] };
    },
  );
  mcp.registerResource(
    'policy',
    'twilio://policy',
    { title: 'Policy', description: 'The rules this server keeps to', mimeType: json },
    (uri) => {
      requireRead(uri);
      return { contents: [{ uri: uri.href, mimeType: json, text: JSON.stringify(policy) }] };
    },
  );
}
