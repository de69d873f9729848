// `twilio-mcp call`: one operation through the same corridor as the agent's. The answer is JSON on stdout, an error text on stderr.
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { findAny, unknownOperation } from '../mcp/discovery.ts';
import { failureText } from '../mcp/tools.ts';
import type { Operation } from '../operation/define.ts';
import { flagsOf, readInput } from './arguments.ts';

export async function callOperation(config: Config, name: string, args: readonly string[]): Promise<void> {
  const operation = findAny(name);
  if (operation === undefined) throw unknownOperation(name);
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
      const shown = {
        ...(result.simulated && { simulated: true }),
        ...result.data,
        ...(result.files && { files: result.files }),
      };
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

function usageOf(operation: Operation): string {
  const rows = flagsOf(operation).map(
    ({ flag, type, items, about, required }) =>
      `  --${flag.padEnd(26)} ${type.padEnd(8)} ${required ? 'required. ' : ''}${about}${type === 'array' && items !== 'string' ? ' (as JSON)' : ''}`,
  );
  return [`${operation.name} (${operation.effect}): ${operation.about}`, ...rows, ''].join('\n');
}
