// (g) A send through all guards, with a thousand and with a million rows of consent and of audit behind it: what is remembered must not slow it down.
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from '../src/app.ts';
import { createChain } from '../src/store/chain.ts';
import { createDatabase } from '../src/store/database.ts';
import { keyBeside } from '../src/store/key.ts';
import { busyPolicy } from './busy.ts';
import { type Bench, inTurns, median, quantile, round, type Way, way } from './figure.ts';
import { account, library, settingsFor, startLoopback } from './ours.ts';

const slowerAllowed = 0.1;
const few = 1000;

const agreed = {
  account,
  channel: 'sms',
  purpose: 'transactional',
  state: 'granted',
  source: 'inbound_message',
  by: 'bench',
} as const;
const person = (n: number): string => `+1415${String(2_000_000 + n)}`;

export const guarded: Bench = {
  name: 'guarded',
  async measure({ times }) {
    const loopback = await startLoopback();
    const many = times(1_000_000);
    const small = await senderWith(few, loopback.url);
    const large = await senderWith(many, loopback.url);
    try {
      await inTurns([small.send, large.send], { rounds: times(600), warm: times(100) });
    } finally {
      await small.app.close();
      await large.app.close();
      await loopback.end();
    }
    const [less, more] = [median(small.send.taken), median(large.send.taken)];
    const slower = round(more / less - 1);
    return [
      {
        letter: 'g',
        what: `a guarded send, ${many} rows each of consent and audit, p50`,
        value: slower,
        unit: `more than with ${few}`,
        beside: `${round(more)} against ${round(less)} ms, p99 ${round(quantile(large.send.taken, 0.99))}`,
        target: `≤ ${slowerAllowed}`,
        met: slower <= slowerAllowed,
      },
    ];
  },
};

async function senderWith(rows: number, baseUrl: string): Promise<{ readonly app: App; readonly send: Way }> {
  const { createApp, findOperation, loadConfig } = await library();
  const file = join(mkdtempSync(join(tmpdir(), 'twilio-mcp-bench-')), 'store.db');
  const { TWILIO_MCP_ENV_FILE: envFile = '', ...settings } = settingsFor(baseUrl);
  const env = { ...settings, TWILIO_MCP_DATABASE_URL: `file:${file}` };
  const app = await createApp(loadConfig({ env, envFile }), {
    policy: busyPolicy,
    writeLog: () => undefined,
  });
  await remember(app, file, rows);
  const operation = findOperation('messaging_send_message');
  if (operation === undefined) throw new Error('there is no messaging_send_message');
  let nth = 0;
  const send = way(async () => {
    nth += 1;
    const input = { to: person((nth * 7919) % few), body: `Your order ${nth} has shipped.` };
    const result = await app.perform({ operation, input, actor: { name: 'bench' } });
    if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  });
  return { app, send };
}

/** Consents go the usual way; audit lines, which are written one at a time, in one transaction, chained as the ledger chains them. */
async function remember({ ledgers }: App, file: string, rows: number): Promise<void> {
  const at = new Date();
  for (let from = 0; from < rows; from += 20_000) {
    const people = Array.from({ length: Math.min(20_000, rows - from) }, (_, n) => person(from + n));
    await ledgers.consents.append(people.map((contact) => ({ ...agreed, contact, at })));
  }
  const line = { at, account, actor: 'bench', phase: 'done', operation: 'messaging_send_message' } as const;
  await ledgers.audit.append({ ...line, facts: {} });
  const database = createDatabase(file);
  const chain = createChain(
    'audit',
    keyBeside(file, () => randomBytes(32)),
  );
  await database.alone('audit', async (db) => {
    let last = await chain.end(db);
    const stored = { ...line, at: at.getTime(), facts: JSON.stringify({ to: person(0), status: 'queued' }) };
    const content = [stored.at, account, line.actor, line.phase, line.operation, stored.facts];
    while (last.sequence < rows) {
      const piece = [];
      while (piece.length < 500 && last.sequence < rows) {
        const link = chain.next(last, content);
        last = { ...last, ...link };
        piece.push({ ...stored, ...link });
      }
      await db.insertInto('audit').values(piece).execute();
    }
    await chain.setEnd(db, last);
  });
  await database.close();
  const { entries, brokenAt } = await ledgers.audit.verify(true);
  if (brokenAt !== undefined || entries !== rows) throw new Error(`the audit holds ${entries} rows`);
}
