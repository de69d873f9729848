// `twilio-mcp call`: one operation through the same corridor as the agent's. The answer is JSON on stdout, an error text on stderr.
import { createApp } from '../app.ts';
import { findOperation, similarNames } from '../catalog/index.ts';
import type { Config } from '../config.ts';
import { failureText } from '../mcp/tools.ts';
import type { Operation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { flagsOf, readInput } from './arguments.ts';

export async function callOperation(config: Config, name: string, args: readonly string[]): Promise<void> {
  const operation = findOperation(name);
  if (operation === undefined) throw noSuchOperation(name);
  if (args.includes('--help')) {
    process.stdout.write(usageOf(operation));
    return;
  }
  const input = readInput(operation, args);
  const app = await createApp(config);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    const result = await app.perform({ operation, input, actor: { name: 'cli' }, signal: stop.signal });
    if (result.ok) {
      const shown = { ...(result.simulated && { simulated: true }), ...result.data };
      process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
      for (const note of result.notes) process.stderr.write(`${note}\n`);
    } else {
      process.stderr.write(`${failureText(result)}\n`);
      process.exitCode = 1;
    }
  } finally {
    await app.close();
  }
}

export function noSuchOperation(name: string): OperationError {
  const near = similarNames(name);
  return new OperationError('UNKNOWN_OPERATION', `There is no operation ${JSON.stringify(name)}.`, {
    next: `${near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''}\`twilio-mcp tools --toolsets all\` lists every one.`,
  });
}

function usageOf(operation: Operation): string {
  const rows = flagsOf(operation).map(
    ({ flag, type, about, required }) =>
      `  --${flag.padEnd(26)} ${type.padEnd(8)} ${required ? 'required. ' : ''}${about}`,
  );
  return [`${operation.name} (${operation.effect}): ${operation.about}`, ...rows, ''].join('\n');
}
