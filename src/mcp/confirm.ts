// Puts what waits for a human's yes to the human behind the client, by elicitation; the same code serves both protocol eras.
// What was asked and what was answered is kept in the ledger of approvals: the corridor looks there, never at the client's word.
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
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
  const round = await writeDown(context, parts);
  const result = await perform();
  const asked = result.ok ? undefined : result.error.approval;
  if (asked === undefined) return answerOf(result);
  // Whoever closed the question does not want to see it again at once; it waits where the owner finds it.
  if (round === 'unanswered') return answerOf(result);
  if (!canAsk(mcp, context)) return withNote(answerOf(result), await parts.askOwner(asked));
  return inputRequired({
    inputRequests: { confirm: inputRequired.elicit(questionOf(asked)) },
    requestState: await parts.codec.mint({ approval: asked.id, asksConsent: asked.asksConsent }, context),
  });
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

/** The human's answer, if this round carries one. Closing the question, or a yes without what was asked for, leaves it waiting. */
async function writeDown(
  { mcpReq }: ServerContext,
  { approvals, now }: ConfirmParts,
): Promise<'first' | 'answered' | 'unanswered'> {
  const state = mcpReq.requestState<Asked>();
  const response = inputResponse(mcpReq.inputResponses, 'confirm');
  if (!isRow(state) || typeof state.approval !== 'string' || response.kind !== 'elicit') return 'first';
  if (response.action === 'cancel') return 'unanswered';
  const content = answer.safeParse(response.content ?? {});
  const yes = response.action === 'accept' && content.success && content.data.confirm;
  const evidence = content.success ? content.data.evidence : undefined;
  if (yes && state.asksConsent && evidence === undefined) return 'unanswered';
  await approvals.decide(state.approval, {
    yes,
    by: 'elicitation',
    at: now(),
    ...(evidence && { evidence }),
  });
  return 'answered';
}

function canAsk(mcp: McpServer, { mcpReq }: ServerContext): boolean {
  const { envelope } = mcpReq;
  const declared = isRow(envelope) ? envelope[CLIENT_CAPABILITIES_META_KEY] : undefined;
  const capabilities = declared ?? mcp.server.getClientCapabilities();
  const elicitation = isRow(capabilities) ? capabilities['elicitation'] : undefined;
  // An empty object is how clients of 2025-06-18 say that they can show a form.
  return isRow(elicitation) && ('form' in elicitation || Object.keys(elicitation).length === 0);
}
