// `twilio-mcp policy show | explain | accept`: which rules are in force, and what each guard says of one call.
import { readFileSync } from 'node:fs';
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { explain as verdictsOn } from '../guards/judge.ts';
import { limitsFor } from '../guards/limits.ts';
import type { Verdict } from '../guards/verdict.ts';
import { findAny, unknownOperation } from '../mcp/discovery.ts';
import { OperationError } from '../operation/errors.ts';
import type { Limit } from '../operation/ledgers.ts';
import { loadPolicy, parsePolicy } from '../policy-file.ts';
import { sealPolicy } from '../policy-seal.ts';
import { readInput } from './arguments.ts';
import { atDesk, print } from './desk.ts';
import type { PassphraseSource } from './passphrase.ts';
import { policyLines } from './policy-lines.ts';

export function showPolicy({ settings }: Config): void {
  const { TWILIO_MCP_POLICY_FILE: file, TWILIO_MCP_READ_ONLY: readOnly } = settings;
  print(
    `Rules from ${file ?? 'the defaults: no policy file is set'}.`,
    ...policyLines(loadPolicy({ file, readOnly })),
  );
}

/** The verdict of every guard, not only of the first that says no. Nothing is sent, asked or counted. */
export async function explain(config: Config, name: string, args: readonly string[]): Promise<void> {
  const operation = findAny(name);
  if (operation === undefined) throw unknownOperation(name);
  const input = readInput(operation, args);
  const app = await createApp(config);
  try {
    // As the agent's call would be judged: strangers' words that it has read count.
    const { call, facts } = await app.lay({ operation, input, actor: { name: 'mcp' } });
    const people = call.people.map(({ to, channel }) => `${to} (${channel})`);
    const cost = facts.microdollars === undefined ? 'unknown' : `$${facts.microdollars / 1e6}`;
    print(`${name}: effect ${call.effect}; reaches ${people.join(', ') || 'nobody'}; costs ${cost}`);
    for (const { guard, verdict } of verdictsOn(call, app.policy, facts))
      print(`${guard.padEnd(16)} ${told(verdict)}`);
    for (const limit of limitsFor(call, app.policy)) print(`${'limit'.padEnd(16)} ${limitTold(limit)}`);
  } finally {
    await app.close();
  }
}

function told(verdict: Verdict): string {
  if (verdict.kind === 'allowed') return 'allowed';
  if (verdict.kind === 'ask') return `ask      ${verdict.rule}: ${verdict.reason}`;
  return `REFUSED  ${verdict.rule}: ${verdict.reason}\n${' '.repeat(17)}Next: ${verdict.next}`;
}

function limitTold({ rule, of, per, seconds, most }: Limit): string {
  const whom = per === 'all' ? '' : ` a ${per}`;
  const what = of === 'microdollars' ? `$${most / 1e6}` : `${most} ${of.replace('_', ' ')}`;
  return `${rule}: at most ${what}${whom} in ${seconds / 60} minutes`;
}

/** The owner has read the file and stands for it. */
export function acceptPolicy(config: Config, source: PassphraseSource): Promise<void> {
  const file = config.settings.TWILIO_MCP_POLICY_FILE;
  if (file === undefined) {
    throw new OperationError('INVALID_INPUT', 'No policy file is set; the defaults hold.', {
      next: 'Name it: --policy-file policy.yaml, or TWILIO_MCP_POLICY_FILE.',
    });
  }
  return atDesk(config, async (desk) => {
    loadPolicy({ file, readOnly: false });
    const text = readFileSync(file, 'utf8');
    print(`You accept the rules of ${file}:`, ...policyLines(parsePolicy(text, file)));
    const key = await desk.unlock(source);
    sealPolicy(file, text, key);
    await desk.record('policy accept', { file });
    print('Accepted; they hold from the next start of the server.');
  });
}
