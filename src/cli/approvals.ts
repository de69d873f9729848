// `twilio-mcp approvals | approve | deny`: what waits for the owner's yes. A yes is signed; a no needs no passphrase.
import { createInterface } from 'node:readline/promises';
import type { Config } from '../config.ts';
import { OperationError } from '../operation/errors.ts';
import type { Approval } from '../operation/ledgers.ts';
import { signedDecision } from '../owner-key.ts';
import { atDesk, type Desk, print, sameSettings } from './desk.ts';
import type { PassphraseSource } from './passphrase.ts';

export function listApprovals(config: Config): Promise<void> {
  return atDesk(config, async ({ store, account, place }) => {
    const waiting = await store.approvals.list(account, new Date());
    for (const approval of waiting) print(told(approval), '');
    if (waiting.length === 0) print(`Nothing waits for your yes in the ${place}.`, sameSettings);
  });
}

export interface ApproveOptions extends PassphraseSource {
  readonly evidence?: string;
}

export function approve(config: Config, id: string, options: ApproveOptions): Promise<void> {
  return atDesk(config, async (desk) => {
    const asked = await waitingOne(desk, id);
    print(told(asked));
    const evidence = options.evidence ?? (await evidenceFor(asked));
    const key = await desk.unlock(options);
    const at = new Date();
    const decision = { yes: true, by: 'owner', at, ...(evidence && { evidence }) };
    await decide(desk, asked, signedDecision(key, asked, decision));
    await desk.record(asked.operation, { approval: id, rules: asked.rules }, 'approved');
    print('Approved, once and for exactly this; the agent can now make the same call again.');
  });
}

export function deny(config: Config, id: string): Promise<void> {
  return atDesk(config, async (desk) => {
    const asked = await waitingOne(desk, id);
    await decide(desk, asked, { yes: false, by: 'owner', at: new Date() });
    await desk.record(asked.operation, { approval: id, rules: asked.rules }, 'refused');
    print(`Denied: ${asked.operation}.`);
  });
}

async function waitingOne({ store, account, place }: Desk, id: string): Promise<Approval> {
  const found = await store.approvals.get(id);
  const over = found !== undefined && found.expires <= new Date();
  if (found !== undefined && found.account === account && found.state === 'waiting' && !over) return found;
  const next = '`twilio-mcp approvals` lists what waits; an agent that still wants it asks again.';
  if (found === undefined || found.account !== account) {
    throw new OperationError('NOT_FOUND', `Nothing waits under ${id} in the ${place}.`, {
      next: `${next} ${sameSettings}`,
    });
  }
  const state = over ? 'has expired' : `is ${found.state}`;
  throw new OperationError('NOT_FOUND', `That question ${state}.`, { next });
}

async function decide(
  { store }: Desk,
  { id }: Approval,
  decision: Parameters<typeof store.approvals.decide>[1],
) {
  if (await store.approvals.decide(id, decision)) return;
  throw new OperationError('CONFLICT', 'It was decided, or expired, at the same moment.', {
    next: '`twilio-mcp approvals` lists what waits now.',
  });
}

/** Where consent is missing the owner also says how these people agreed: it is kept as the record. */
async function evidenceFor({ rules }: Approval): Promise<string | undefined> {
  if (!rules.includes('consent.missing')) return undefined;
  const said = process.stdin.isTTY ? await line('How and when did they agree to be contacted? ') : '';
  if (said.length >= 3) return said;
  throw new OperationError('INVALID_INPUT', 'No consent is on record for these people.', {
    next: 'Say how and when they agreed: --evidence "checkout form of 2026-11-20".',
  });
}

async function line(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

function told({ id, summary, rules, at, expires, state }: Approval): string {
  return [
    `${id}   ${state} since ${at.toISOString()}, until ${expires.toISOString()}   (${rules.join(', ')})`,
    ...summary.split('\n').map((each) => `  ${each}`),
  ].join('\n');
}
