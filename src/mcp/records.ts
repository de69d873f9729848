// What the guards keep, as MCP resources: the newest entries of the audit, and the policy in force. Pages are in resources.ts.
import type { McpServer } from '@modelcontextprotocol/server';
import type { Policy } from '../guards/policy.ts';
import type { AuditRow } from '../operation/ledgers.ts';

export interface Records {
  /** Newest first. */
  readonly audit: (limit: number) => Promise<readonly AuditRow[]>;
  readonly policy: Policy;
}

const MOST_ENTRIES = 100;
const json = 'application/json';

export function registerRecords(mcp: McpServer, { audit, policy }: Records): void {
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
      const entries = await audit(MOST_ENTRIES);
      return { contents: [{ uri: uri.href, mimeType: json, text: JSON.stringify({ entries }) }] };
    },
  );
  mcp.registerResource(
    'policy',
    'twilio://policy',
    { title: 'Policy', description: 'The rules this server keeps to', mimeType: json },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: json, text: JSON.stringify(policy) }] }),
  );
}
