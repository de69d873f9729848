// The three tools that reach every operation, as they are listed. What they do is discovery.ts, loaded when one of them is called.
import type { Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { inputSchemaOf } from './tools.ts';

export const searchInput = z.strictObject({
  query: z.string().min(1).max(300).describe('What to do, in plain words, or an operation name or path'),
  limit: z.int().min(1).max(20).default(5).describe('Most operations to return'),
  schema: z
    .boolean()
    .default(false)
    .describe('Give the whole input schemas too; with a name as query, of that one'),
  retired: z.boolean().default(false).describe('Also products that have ended'),
});

export const callInput = z.strictObject({
  operation: z.string().min(1).max(150).describe('Operation name, from search_operations'),
  input: z.record(z.string(), z.unknown()).default({}).describe("The operation's input"),
  select: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(50)
    .optional()
    .describe('Only these fields of the answer'),
  limit: z.int().min(1).max(1000).optional().describe('Most rows of the answer'),
});

const reading = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const doing = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };

export const discoveryTools: readonly Tool[] = [
  {
    name: 'search_operations',
    title: 'Search operations',
    description:
      'Find operations that are not in this tool list, over 2,000: WhatsApp, email, threads, tasks, state, numbers, video, SIP, SIMs and more. Then call them by name.',
    inputSchema: inputSchemaOf(searchInput),
    annotations: reading,
  },
  {
    name: 'read_operation',
    title: 'Read by an operation',
    description: 'Call an operation that only looks (effect read).',
    inputSchema: inputSchemaOf(callInput),
    annotations: reading,
  },
  {
    name: 'run_operation',
    title: 'Run an operation',
    description: 'Call any operation by name. All guardrails apply as for a listed tool.',
    inputSchema: inputSchemaOf(callInput),
    annotations: doing,
  },
];
