// `twilio-mcp consent import --from-twilio`: who has written in, and who has said STOP, from the messages Twilio still has.
// What a message says about consent is webhooks/opt-out.ts: history is heard with the same ears as what comes in today.
import { type App, createApp } from '../app.ts';
import { listMessages } from '../catalog/messaging.ts';
import { collect } from '../client/pages.ts';
import type { Config } from '../config.ts';
import { OperationError } from '../operation/errors.ts';
import type { ConsentEntry, EventLedger } from '../operation/ledgers.ts';
import { isRow, type Row } from '../operation/row.ts';
import { createPoll } from '../webhooks/poll.ts';
import { currentIn, lineOf } from './consent.ts';
import { type ImportOptions, keep } from './consent-file.ts';
import { atDesk, print } from './desk.ts';

export interface FromTwilioOptions extends ImportOptions {
  /** A day such as 2026-01-31; from the beginning when left out. */
  readonly since?: string;
}

export function importFromTwilio(config: Config, options: FromTwilioOptions): Promise<void> {
  if (config.mode === 'dry-run') {
    throw new OperationError('INVALID_INPUT', 'In dry-run mode nothing is asked of Twilio.', {
      next: 'Run it live, or with TWILIO_MCP_MODE=emulator to rehearse.',
    });
  }
  return atDesk(config, async (desk) => {
    const app = await createApp(config);
    try {
      const heard = await said(await messagesOf(app, options.since), desk.account, app.now);
      const fresh = await withoutKnown(heard, currentIn(desk.store));
      for (const entry of fresh) print(lineOf(entry));
      if (options.dryRun !== true && fresh.length > 0) {
        if (fresh.some(({ state }) => state !== 'revoked')) await desk.unlock(options);
        await keep(desk, fresh, options);
      }
      const known = heard.length - fresh.length;
      print(`${fresh.length} ${options.dryRun ? 'would be recorded' : 'recorded'}, ${known} known already.`);
    } finally {
      await app.close();
    }
  });
}

const PAGE = 1000;

async function messagesOf({ client, account }: App, since: string | undefined): Promise<readonly Row[]> {
  const { request: template } = listMessages;
  if (template === undefined) throw new Error('a list is one request');
  const rows: Row[] = [];
  let cursor: unknown;
  do {
    const input = {
      limit: PAGE,
      ...(since && { sent_after: since }),
      ...(cursor !== undefined && { cursor }),
    };
    const send: Parameters<typeof collect>[0]['send'] = (page) => client.send(page, { effect: 'read' });
    const answer = await collect({ template, input, account, send });
    const page = answer[template.list?.rows ?? ''];
    rows.push(...(Array.isArray(page) ? page.filter(isRow) : []));
    cursor = answer['next_cursor'];
  } while (cursor !== undefined);
  return rows;
}

/** What holds of all that was said: the last word of each kind. */
async function said(
  rows: readonly Row[],
  account: string,
  now: () => Date,
): Promise<readonly ConsentEntry[]> {
  const entries: ConsentEntry[] = [];
  const consents = {
    append: async (told: readonly ConsentEntry[]) => void entries.push(...told),
    current: async () => [],
    list: async () => [],
  };
  const poll = createPoll({
    account,
    ledgers: { consents, events: forgetful },
    now,
    messagesSince: async () => rows,
    callsSince: async () => [],
  });
  await poll();
  return [...new Map(entries.map((entry) => [placeOf(entry), entry])).values()];
}

function placeOf({ contact, channel, purpose, state }: ConsentEntry): string {
  return [contact, channel, purpose, state].join('\0');
}

/** Nothing was heard before, and nothing is kept: the inbox is for what comes in. */
const forgetful: EventLedger = {
  add: async () => true,
  onChange: () => () => undefined,
  get: async () => undefined,
  list: async () => [],
  lastInbound: async () => undefined,
  mark: async () => undefined,
  setMark: async () => undefined,
  claimMark: async () => undefined,
};

async function withoutKnown(
  heard: readonly ConsentEntry[],
  current: (entry: ConsentEntry) => Promise<readonly ConsentEntry[]>,
): Promise<readonly ConsentEntry[]> {
  const fresh: ConsentEntry[] = [];
  for (const entry of heard) {
    const known = await current(entry);
    const told = known.some((each) => placeOf(each) === placeOf(entry) && each.at >= entry.at);
    if (!told) fresh.push(entry);
  }
  return fresh;
}
