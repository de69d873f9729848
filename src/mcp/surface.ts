// Which operations are listed as tools: the one exposure policy. What may be done is for the guards to say.
import { explainError, getBalance, whoami } from '../catalog/account.ts';
import { listNumbers } from '../catalog/account-numbers.ts';
import { findOnShelf, shelfCards, shelfDomains } from '../catalog/full/index.ts';
import { toolNameOf } from '../catalog/full/tool-name.ts';
import { waitForEvent } from '../catalog/inbox-wait.ts';
import { lookupPhoneNumber } from '../catalog/lookup.ts';
import { cancelMessage, deleteMessage, getMessage, listMessages, sendMessage } from '../catalog/messaging.ts';
import { checkVerification, startVerification } from '../catalog/verify.ts';
import { getCall, listCalls, placeCall, updateCall } from '../catalog/voice.ts';
import { type Operation, toolsetOf } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';

/**
 * The tools listed when nothing is chosen: what an agent needs first, within a budget of tokens that a law holds. In catalog
 * order. They are named one by one so that a start waits for their books alone.
 */
export const featured: readonly Operation[] = [
  sendMessage,
  getMessage,
  listMessages,
  cancelMessage,
  deleteMessage,
  placeCall,
  getCall,
  listCalls,
  updateCall,
  startVerification,
  checkVerification,
  lookupPhoneNumber,
  whoami,
  getBalance,
  explainError,
  listNumbers,
  waitForEvent,
];

export interface SurfaceChoice {
  /** `default`, `discovery`, `all`, product names, or domains of the full shelf. */
  readonly toolsets: readonly string[];
  /** Operation names of either shelf, or patterns with `*`. */
  readonly tools: readonly string[];
  readonly readOnly: boolean;
}

export interface Surface {
  readonly listed: readonly Operation[];
  /** Names of the tools that find and call operations which are not listed. */
  readonly discovery: readonly string[];
  /** Why an operation is not listed, and how to have it. */
  readonly whyNot: (operation: Operation) => string;
}

/** Chooses the tools of this process, once, in catalog order. Rejects with CONFIGURATION_INVALID on a name that matches nothing. */
export async function chooseSurface(choice: SurfaceChoice): Promise<Surface> {
  const operations = isUsual(choice) ? featured : (await import('../catalog/index.ts')).operations;
  const byHand = handShaped(operations, choice);
  const further = [...choice.toolsets, ...choice.tools].filter((name) => !byHand.known.has(name));
  const fromShelf = further.map((name) => ({ name, found: onShelf(name) }));
  const nothing = fromShelf.filter(({ found }) => found.length === 0).map(({ name }) => name);
  if (nothing.length > 0) throw unknownChoice(nothing, operations);
  const ids = new Set(fromShelf.flatMap(({ found }) => found));
  const permitted = (operation: Operation) => !choice.readOnly || operation.effect === 'read';
  const searchable = choice.toolsets.includes('default') || choice.toolsets.includes('discovery');
  const executors = choice.readOnly ? ['read_operation'] : ['read_operation', 'run_operation'];
  return {
    discovery: searchable ? ['search_operations', ...executors] : [],
    listed: [...byHand.wanted, ...[...ids].flatMap((id) => findOnShelf(id) ?? [])].filter(permitted),
    whyNot: (operation) =>
      permitted(operation)
        ? `it is not among the tools this server was started with. ${howToHave(operation, searchable)}`
        : 'this server is read-only (TWILIO_MCP_READ_ONLY) and the operation changes something',
  };
}

/** Nothing is chosen that is not featured: the catalog need not be opened. */
function isUsual({ toolsets, tools }: SurfaceChoice): boolean {
  return tools.length === 0 && toolsets.every((name) => name === 'default' || name === 'discovery');
}

function handShaped(
  operations: readonly Operation[],
  { toolsets, tools }: SurfaceChoice,
): { readonly wanted: readonly Operation[]; readonly known: ReadonlySet<string> } {
  const products = new Set(operations.map(toolsetOf));
  const patterns = tools.filter((pattern) => operations.some((each) => matches(pattern, each.name)));
  const wanted = operations.filter(
    (operation) =>
      toolsets.includes('all') ||
      toolsets.includes(toolsetOf(operation)) ||
      (toolsets.includes('default') && featured.includes(operation)) ||
      patterns.some((pattern) => matches(pattern, operation.name)),
  );
  return { wanted, known: new Set(['default', 'all', 'discovery', ...products, ...patterns]) };
}

/** Ids on the full shelf: of a domain, or by a pattern over ids or tool names. What has ended is listed only if named outright. */
function onShelf(name: string): string[] {
  const isDomain = shelfDomains().includes(name);
  const isOutright = isDomain || !name.split('.')[0]?.includes('*');
  return [...shelfCards().values()]
    .filter((card) => isOutright || card.retired === undefined)
    .filter(({ id, domain }) =>
      isDomain ? domain === name : matches(name, id) || matches(name, toolNameOf(id)),
    )
    .map(({ id }) => id);
}

function unknownChoice(names: readonly string[], operations: readonly Operation[]): OperationError {
  const products = [...new Set(operations.map(toolsetOf))];
  return new OperationError('CONFIGURATION_INVALID', `No toolset or tool is called ${names.join(', ')}.`, {
    next: `Toolsets are default, discovery, all, ${products.join(', ')}, and the domains of the full shelf such as video_v1. \`twilio-mcp tools --toolsets all\` lists every hand-shaped tool.`,
  });
}

function howToHave({ name }: Operation, searchable: boolean): string {
  const isOnShelf = shelfCards().has(name);
  const toolset = isOnShelf ? name.slice(0, name.indexOf('.')) : toolsetOf({ name });
  const byName = searchable
    ? `Call it by name: run_operation, or read_operation if it only looks, with operation ${name}. Or start`
    : 'Start';
  return `${byName} the server with --toolsets ${toolset} or --tools ${name}`;
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
