// Which operations are listed as tools: the one exposure policy. What may be done is for the guards to say.
import { type Operation, toolsetOf } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';

/** The tools listed when nothing is chosen: what an agent needs first, within a budget of tokens that a law holds. */
export const featured: ReadonlySet<string> = new Set([
  'messaging_send_message',
  'messaging_get_message',
  'messaging_list_messages',
  'messaging_cancel_message',
  'messaging_delete_message',
  'voice_place_call',
  'voice_get_call',
  'voice_list_calls',
  'voice_update_call',
  'verify_start_verification',
  'verify_check_verification',
  'lookup_phone_number',
  'account_whoami',
  'account_get_balance',
  'account_list_numbers',
  'account_explain_error',
]);

export interface SurfaceChoice {
  /** `default`, `discovery`, `all` or product names. */
  readonly toolsets: readonly string[];
  /** Operation names, or patterns with `*`. */
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

/** Chooses the tools of this process, once, in catalog order. Throws CONFIGURATION_INVALID on a name that matches nothing. */
export function chooseSurface(
  operations: readonly Operation[],
  featured: ReadonlySet<string>,
  choice: SurfaceChoice,
): Surface {
  const products = new Set(operations.map(toolsetOf));
  const unknown = choice.toolsets.filter(
    (name) => !['default', 'all', 'discovery', ...products].includes(name),
  );
  const idle = choice.tools.filter((pattern) => !operations.some((each) => matches(pattern, each.name)));
  if (unknown.length + idle.length > 0) {
    throw new OperationError(
      'CONFIGURATION_INVALID',
      `No toolset or tool is called ${[...unknown, ...idle].join(', ')}.`,
      {
        next: `Toolsets are default, discovery, all, ${[...products].join(', ')}. \`twilio-mcp tools --toolsets all\` lists every tool.`,
      },
    );
  }
  const wanted = (operation: Operation) =>
    choice.toolsets.includes('all') ||
    choice.toolsets.includes(toolsetOf(operation)) ||
    (choice.toolsets.includes('default') && featured.has(operation.name)) ||
    choice.tools.some((pattern) => matches(pattern, operation.name));
  const permitted = (operation: Operation) => !choice.readOnly || operation.effect === 'read';
  const searchable = choice.toolsets.includes('default') || choice.toolsets.includes('discovery');
  const executors = choice.readOnly ? ['read_operation'] : ['read_operation', 'run_operation'];
  return {
    discovery: searchable ? ['search_operations', ...executors] : [],
    listed: operations.filter((each) => wanted(each) && permitted(each)),
    whyNot: (operation) =>
      permitted(operation)
        ? `it is not among the tools this server was started with. Start it with --toolsets ${toolsetOf(operation)} or --tools ${operation.name}`
        : 'this server is read-only (TWILIO_MCP_READ_ONLY) and the operation changes something',
  };
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
