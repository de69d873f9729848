// What MCP's own words for a caller mean to the corridor, and how a caller by OAuth is told that a scope is missing.
import type { AuthInfo, ScopeChallengeHandler } from '@modelcontextprotocol/server';
import { type Actor, permits, scopeFor } from '../operation/actor.ts';
import { isRow } from '../operation/row.ts';

/** Over HTTP whoever the token says, over stdio the host that started this process. */
export function actorOf(authInfo: AuthInfo | undefined): Actor {
  return authInfo === undefined ? { name: 'mcp' } : { name: authInfo.clientId, scopes: authInfo.scopes };
}

/**
 * A caller by OAuth that lacks a scope is told so by HTTP 403, so that its host can ask the person for more (step-up).
 * Any other gets the corridor's refusal, which a model can read. The corridor refuses in either case.
 */
export const askForScope: ScopeChallengeHandler = async ({ request: { method, params }, authInfo }) => {
  if (method !== 'tools/call' || authInfo?.resourceMetadataUrl === undefined) return undefined;
  const { findOperation } = await import('../catalog/index.ts');
  const operation = findOperation(wantedBy(params));
  if (operation === undefined || permits(actorOf(authInfo), operation.effect)) return undefined;
  const scope = scopeFor(operation.effect);
  const others = authInfo.scopes.filter((each) => each !== scope);
  return { scopes: [scope, ...others], errorDescription: `${operation.name} needs the scope ${scope}` };
};

/** The operation's name, also where a discovery tool is the messenger. */
function wantedBy(params: unknown): string {
  const { name, arguments: input } = isRow(params) ? params : {};
  const carried = name === 'read_operation' || name === 'run_operation';
  return String(carried && isRow(input) ? input['operation'] : name);
}
