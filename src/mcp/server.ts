// The MCP server: tools, resources and prompts over the corridor. One factory serves both protocol eras.
import {
  type CallToolResult,
  type McpRequestContext,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';
import { toolNameOf } from '../catalog/full/tool-name.ts';
import type { Mode } from '../config.ts';
import type { ApprovalLedger } from '../operation/ledgers.ts';
import { failureFrom } from '../operation/result.ts';
import type { Perform } from '../perform.ts';
import { actorOf, askForScope } from './actor.ts';
import { type ConfirmParts, callConfirmed, createCodec } from './confirm.ts';
import type { Chosen } from './discovery.ts';
import { discoveryTools } from './discovery-tools.ts';
import { type InboxSource, registerInbox, tellOfInbox } from './inbox.ts';
import { instructionsFor } from './instructions.ts';
import { registerPrompts } from './prompts.ts';
import { type Records, registerRecords } from './records.ts';
import { loadSkill, type References, registerReferences } from './resources.ts';
import { selected } from './selection.ts';
import type { Surface } from './surface.ts';
import { answerOf, toolOf } from './tools.ts';

export interface ServerParts {
  readonly perform: Perform;
  readonly surface: Surface;
  readonly mode: Mode;
  readonly references: References;
  readonly records: Records;
  readonly inbox: InboxSource;
  readonly ownerNumbers: readonly string[];
  readonly version: string;
  readonly approvals: ApprovalLedger;
  readonly askOwner: ConfirmParts['askOwner'];
  readonly now: () => Date;
  /** Seals what a client carries between a question and its answer; the same for every replica that may be asked. */
  readonly stateKey: Uint8Array;
}

const minute = 60_000;
const hour = 3_600_000;
const stable = { ttlMs: hour, cacheScope: 'private' as const };

export type ServerFactory = (context?: Pick<McpRequestContext, 'authInfo'>) => McpServer;

/** Prepares what never changes once and returns the factory that the transports call. */
export async function createServerFactory(parts: ServerParts): Promise<ServerFactory> {
  const skill = await loadSkill(parts.references);
  const listed = parts.surface.listed.map((operation) => toolOf(operation, parts.mode));
  const codec = createCodec(parts.stateKey, ({ http }) => actorOf(http?.authInfo).name);
  const { approvals, askOwner, now } = parts;
  const confirming = { approvals, askOwner, now, codec };
  const tools = [...listed, ...discoveryTools.filter(({ name }) => parts.surface.discovery.includes(name))];
  return (context) => {
    const actor = actorOf(context?.authInfo);
    const mcp = new McpServer(
      { name: 'twilio-mcp', title: 'Twilio', version: parts.version },
      {
        instructions: instructionsFor(parts.mode, parts.ownerNumbers),
        requestState: { verify: codec.verify },
        capabilities: {
          tools: { listChanged: false },
          resources: { listChanged: true, subscribe: true },
          completions: {},
        },
        cacheHints: {
          'tools/list': stable,
          'prompts/list': stable,
          'resources/list': { ...stable, ttlMs: minute },
          'resources/templates/list': stable,
          'resources/read': stable,
        },
      },
    );
    mcp.server.setRequestHandler('tools/list', ({ params }) => pageOf(tools, params?.cursor));
    mcp.server.setRequestHandler('tools/call', async ({ params }, context) => {
      const call = await choose(params.name, params.arguments ?? {}, parts);
      if ('answer' in call) return call.answer;
      const { signal } = context.mcpReq;
      const { operation, input, selection } = call;
      const asked = { operation, input, actor, signal, progress: progressOf(context) };
      return callConfirmed(mcp, context, confirming, async () => {
        const result = await parts.perform(asked);
        return selection === undefined ? result : selected(result, operation, selection);
      });
    });
    mcp.resolveScopeChallenge = askForScope;
    registerReferences(mcp, parts.references);
    registerRecords(mcp, parts.records, actor);
    registerInbox(mcp, { ...parts, actor });
    // Over HTTP an instance lives for one request; there the door tells.
    if (context?.authInfo === undefined) tellOfInbox(mcp, parts.inbox);
    registerPrompts(mcp);
    skill.attach(mcp);
    return mcp;
  };
}

/** Enough for every hand-shaped tool; the full shelf comes in pages. */
const pageSize = 500;

function pageOf(tools: readonly Tool[], cursor: string | undefined) {
  const start = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isInteger(start) || start < 0 || start > tools.length) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is none that tools/list gave.');
  }
  const end = start + pageSize;
  return { tools: tools.slice(start, end), ...(end < tools.length && { nextCursor: String(end) }) };
}

/** What a tool call asks for: a listed operation, one named through discovery, or an answer that needs no operation. */
async function choose(
  name: string,
  input: unknown,
  { surface, mode }: Pick<ServerParts, 'surface' | 'mode'>,
): Promise<(Omit<Chosen, 'selection'> & Partial<Chosen>) | { readonly answer: CallToolResult }> {
  const listed = surface.listed.find((operation) => toolNameOf(operation.name) === name);
  if (listed !== undefined) return { operation: listed, input };
  const { chosen, searchOperations, whatIsNot } = await import('./discovery.ts');
  if (!surface.discovery.includes(name))
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, whatIsNot(name, surface));
  try {
    if (name !== 'search_operations')
      return chosen(name === 'read_operation' ? name : 'run_operation', input);
    const data = searchOperations(input);
    return { answer: { content: [{ type: 'text', text: JSON.stringify(data) }], structuredContent: data } };
  } catch (error) {
    return { answer: answerOf(failureFrom(name, error, mode !== 'live')) };
  }
}

/** Progress goes out only when the client asked for it with a token. */
function progressOf({ mcpReq }: ServerContext) {
  const token = mcpReq._meta?.progressToken;
  if (token === undefined) return undefined;
  return (progress: number, total: number | undefined, message: string) => {
    const params = { progressToken: token, progress, ...(total !== undefined && { total }), message };
    // A client that went away loses progress notes only; its request is cancelled on another path.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}
