// Puts what waits for a human's yes to the human behind the client, by elicitation, in both protocol eras.
// What was asked and what was answered is kept in the ledger of approvals: the corridor looks there, never at the client's word.
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  type ElicitResult,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ApprovalAsked } from '../operation/errors.ts';
import type { ApprovalLedger } from '../operation/ledgers.ts';
import type { Result } from '../operation/result.ts';
import { isRow } from '../operation/row.ts';
import { answerOf } from './tools.ts';

/** What the client carries between question and answer: sealed, and of no use for any other call. */
interface Asked {
  readonly approval: string;
  readonly asksConsent: boolean;
}

export type Codec = RequestStateCodec<Asked>;

export interface ConfirmParts {
  readonly approvals: ApprovalLedger;
  readonly codec: Codec;
  readonly now: () => Date;
  /** Puts the question to the owner by another way, where there is one; whether it did. */
  readonly askOwner: (asked: ApprovalAsked) => Promise<boolean>;
}

/** A human reads before answering. */
const patienceSeconds = 900;

export function createCodec(key: Uint8Array, actorOf: (context: ServerContext) => string): Codec {
  return createRequestStateCodec<Asked>({
    key,
    ttlSeconds: patienceSeconds,
    bind: (context) => `${context.mcpReq.method}\0${actorOf(context)}`,
  });
}

/** Makes the call; where it waits for a yes, asks, writes the answer down and makes it again. */
export async function callConfirmed(
  mcp: McpServer,
  context: ServerContext,
  parts: ConfirmParts,
  perform: () => Promise<Result>,
): Promise<CallToolResult | InputRequiredResult> {
  let heard = await answerOfRound(context, parts);
  for (let round = 1; ; round += 1) {
    const result = await perform();
    const asked = result.ok ? undefined : result.error.approval;
    // Whoever closed the question does not want to see it again at once; it waits where the owner finds it.
    if (asked === undefined || heard === 'unanswered') return answerOf(result);
    const question = inputRequired.elicit(questionOf(asked));
    const { id: approval, asksConsent } = asked;
    if (isModern(context) && canAsk(mcp, context)) {
      const requestState = await parts.codec.mint({ approval, asksConsent }, context);
      return inputRequired({ inputRequests: { confirm: question }, requestState });
    }
    const response =
      round <= mostRounds && canAsk(mcp, context) ? await askNow(context, question) : undefined;
    if (response === undefined) return withNote(answerOf(result), await parts.askOwner(asked));
    heard = await writeDown({ approval, asksConsent }, response, parts);
  }
}

/** One call may wait for more than one yes, but not go on asking. */
const mostRounds = 5;

/** A client of 2025 is asked during the call. The SDK would do so too, but put a failure to ask in the place of the answer. */
async function askNow(
  { mcpReq }: ServerContext,
  { params }: ReturnType<typeof inputRequired.elicit>,
): Promise<Reply | undefined> {
  const { signal } = mcpReq;
  try {
    const request = { method: 'elicitation/create' as const, params: { ...params } };
    return await mcpReq.send(request, { signal, timeout: patienceSeconds * 1000 });
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

const askedByPhone =
  'The owner has been asked on their phone. Make the same call again once they have answered, and not before.';

function withNote(answered: CallToolResult, asked: boolean): CallToolResult {
  if (!asked) return answered;
  return { ...answered, content: [...answered.content, { type: 'text', text: askedByPhone }] };
}

function questionOf({ summary, asksConsent }: ApprovalAsked) {
  return {
    message: summary,
    requestedSchema: asksConsent ? withEvidence : plain,
  };
}

const plain = z.object({ confirm: z.boolean().describe('Yes, do exactly this') });

const withEvidence = plain.extend({
  evidence: z
    .string()
    .min(3)
    .max(500)
    .describe('How and when did these people agree to be contacted? Kept as the record of their consent.'),
});

const answer = z.object({ confirm: z.boolean(), evidence: z.string().min(3).max(500).optional() });

type Heard = 'answered' | 'unanswered';

/** The human's answer, if this is a round that carries one. */
async function answerOfRound({ mcpReq }: ServerContext, parts: ConfirmParts): Promise<Heard | undefined> {
  const state = mcpReq.requestState<Asked>();
  const response = inputResponse(mcpReq.inputResponses, 'confirm');
  if (!isRow(state) || typeof state.approval !== 'string' || response.kind !== 'elicit') return undefined;
  return writeDown(state, response, parts);
}

interface Reply {
  readonly action: ElicitResult['action'];
  readonly content?: object | undefined;
}

/** Closing the question, or a yes without what was asked for, leaves it waiting. */
async function writeDown(
  { approval, asksConsent }: Asked,
  { action, content = {} }: Reply,
  { approvals, now }: ConfirmParts,
): Promise<Heard> {
  if (action === 'cancel') return 'unanswered';
  const read = answer.safeParse(content);
  if (action === 'accept' && !read.success) return 'unanswered';
  const { confirm = false, evidence } = read.data ?? {};
  const yes = action === 'accept' && confirm;
  if (yes && asksConsent && evidence === undefined) return 'unanswered';
  await approvals.decide(approval, { yes, by: 'elicitation', at: now(), ...(evidence && { evidence }) });
  return 'answered';
}

/** Of 2026: it takes the question as the answer to its call, and makes the call again. */
function isModern({ mcpReq }: ServerContext): boolean {
  return mcpReq.envelope !== undefined;
}

function canAsk(mcp: McpServer, { mcpReq }: ServerContext): boolean {
  const { envelope } = mcpReq;
  const declared = isRow(envelope) ? envelope[CLIENT_CAPABILITIES_META_KEY] : undefined;
  const capabilities = declared ?? mcp.server.getClientCapabilities();
  const elicitation = isRow(capabilities) ? capabilities['elicitation'] : undefined;
  // An empty object is how clients of 2025-06-18 say that they can show a form.
  return isRow(elicitation) && ('form' in elicitation || Object.keys(elicitation).length === 0);
}
