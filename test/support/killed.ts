// A mailing whose processes are killed at random points, two at a time on one store, until one is let through: who got it, and what is known of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { serveEmulator } from '../../src/emulator/server.ts';
import { type Chance, chanceFrom } from './chance.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { emptyEnv, main } from './process.ts';
import { lenient, type Row } from './world.ts';

export interface Survival {
  readonly kills: number;
  /** What the last run, which nobody killed, says of each recipient. */
  readonly told: Readonly<Record<string, number>>;
  /** Recipients whom the emulator has more than one message for. */
  readonly twice: readonly string[];
  /** Told as sent, but nobody has it. */
  readonly lost: readonly string[];
  /** How the store is afterwards: `ok`. */
  readonly store: string;
}

/** The store that all of the processes share. */
export interface Place {
  readonly setting: string;
  readonly key: string;
  /** Looks whether it is whole: `ok`, or what is wrong. */
  readonly look: () => Promise<string>;
}

/** A file, with what SQLite says of it. */
export function placeInFile(): Place {
  const file = join(mkdtempSync(join(tmpdir(), 'twilio-mcp-killed-')), 'store.db');
  return {
    setting: `file:${file}`,
    key: randomBytes(32).toString('hex'),
    look: async () => {
      const db = new Libsql(file);
      const row: Row = Object(db.prepare('pragma integrity_check').get());
      db.close();
      return String(Object.values(row)[0]);
    },
  };
}

export async function surviveKills({
  place,
  kills,
  recipients,
  seed,
}: {
  readonly place: Place;
  readonly kills: number;
  readonly recipients: number;
  readonly seed: number;
}): Promise<Survival> {
  const chance = chanceFrom(seed);
  const emulator = await serveEmulator({ now: () => Date.now(), clock: 'auto', port: 0 });
  const running = new Set<ChildProcess>();
  let left = kills;
  const proxy = await startFaultProxy(() => {
    const victim = chance() < 0.4 ? [...running].find(({ signalCode }) => signalCode === null) : undefined;
    if (victim === undefined || left === 0) return 'none';
    left -= 1;
    victim.kill('SIGKILL');
    return chance() < 0.5 ? 'none' : 'reset before';
  });
  proxy.aim(emulator.url);
  const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-killed-'));
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify({ ...lenient, destination: { ...lenient.destination, own: ['*'] } }));
  const env = {
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: emptyEnv,
    TWILIO_ACCOUNT_SID: emulator.emulator.accountSid,
    TWILIO_AUTH_TOKEN: emulator.emulator.authToken,
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: proxy.url,
    TWILIO_FROM: '+14155550100',
    TWILIO_MCP_DATABASE_URL: place.setting,
    TWILIO_MCP_STORE_KEY: place.key,
    TWILIO_MCP_POLICY_FILE: policy,
    XDG_STATE_HOME: folder,
    TWILIO_MCP_LOG_LEVEL: 'silent',
  };
  const people = Array.from({ length: recipients }, (_, n) => `+1415557${String(1000 + n)}`);
  const mailing = () => mail(people, env, running);
  while (left > 0) {
    const pair = [mailing(), mailing()];
    // Also where no request is under way: while it starts, reads its store, or writes it.
    if (chance() < 0.3) left -= killSoon(running, chance);
    await Promise.all(pair);
  }
  const last = await mailing();
  const messages = await messagesOf(emulator.url, emulator.emulator);
  await proxy.close();
  await emulator.close();
  const sent = (to: string) => messages.filter((message) => message === to).length;
  const outcomes = outcomesOf(last);
  const told: Record<string, number> = {};
  for (const outcome of outcomes.values()) told[outcome] = (told[outcome] ?? 0) + 1;
  return {
    kills,
    told,
    twice: people.filter((to) => sent(to) > 1),
    lost: people.filter(
      (to) => /sent$/.test(outcomes.get(to) ?? '') && outcomes.get(to) !== 'not_sent' && sent(to) === 0,
    ),
    store: await place.look(),
  };
}

/** Runs the mailing as a process of its own; what it printed, or nothing if it was killed. */
async function mail(
  people: readonly string[],
  env: Record<string, string>,
  running: Set<ChildProcess>,
): Promise<string> {
  const input = {
    batch: 'killed',
    body: 'See you at 9.',
    recipients: people.map((to) => ({ to })),
    report: 'all',
  };
  const child = spawn(
    process.execPath,
    [main, 'call', 'messaging_send_many', '--json', JSON.stringify(input)],
    { env },
  );
  running.add(child);
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.resume();
  await once(child, 'close');
  running.delete(child);
  return out;
}

function killSoon(running: ReadonlySet<ChildProcess>, chance: Chance): number {
  const [victim] = running;
  if (victim === undefined) return 0;
  setTimeout(() => victim.kill('SIGKILL'), chance() * 600);
  return 1;
}

async function messagesOf(
  url: string,
  { accountSid, authToken }: { accountSid: string; authToken: string },
): Promise<unknown[]> {
  const response = await fetch(
    `${url}/api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages.json?PageSize=1000`,
    {
      headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    },
  );
  const { messages }: Row = Object(await response.json());
  return Array.isArray(messages) ? messages.map((message) => message.to) : [];
}

function outcomesOf(printed: string): Map<string, string> {
  const { recipients }: Row = Object(JSON.parse(printed));
  const rows: readonly Row[] = Array.isArray(recipients) ? recipients : [];
  return new Map(rows.map(({ to, outcome }) => [String(to), String(outcome)]));
}
