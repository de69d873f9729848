// Secrets in every place a secret can be, and random operations that would carry one out: settings of all kinds, inputs, answers, errors, headers.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type App, createApp } from '../../src/app.ts';
import { operations } from '../../src/catalog/index.ts';
import { loadConfig } from '../../src/config.ts';
import { policySchema } from '../../src/guards/policy.ts';
import type { Operation } from '../../src/operation/define.ts';
import { inputsOf } from '../fuzz/from-schema.ts';
import { type Chance, chanceFrom, pick } from './chance.ts';
import { type Parrot, spell, startParrot } from './parrot.ts';
import { agree, lenient, PERSON } from './world.ts';

export interface Harvest {
  readonly operations: number;
  /** How many requests the parrot answered: without them nothing was shown. */
  readonly asked: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Where a secret was seen, with a little of what stood around it. */
  readonly seen: readonly string[];
}

type Input = Readonly<Record<string, unknown>>;

const account = `AC${'0'.repeat(32)}`;

type Planted = Readonly<Record<string, string>>;

const beside: Planted = {
  SENDGRID_API_KEY: 'planted.sendgrid.key.é.of-this-test',
  SEGMENT_WRITE_KEY: 'planted-write-key-of-a-source',
  SEGMENT_PROFILE_API_TOKEN: 'planted~profile~token',
  SEGMENT_PUBLIC_API_TOKEN: 'planted!public!token*(1)',
};

/** The ways to prove who we are; each is tried, since each goes through code of its own. */
const proofs: readonly { readonly secret: Planted; readonly open: Planted }[] = [
  { secret: { TWILIO_AUTH_TOKEN: 'planted+token/of=the&account' }, open: {} },
  {
    secret: { TWILIO_API_SECRET: 'planted"secret\\of%20the_key' },
    open: { TWILIO_API_KEY: `SK${'0'.repeat(32)}` },
  },
  {
    secret: { TWILIO_CLIENT_SECRET: 'planted-secret-of-the-oauth-client' },
    open: { TWILIO_CLIENT_ID: `OQ${'0'.repeat(32)}` },
  },
];

export async function harvest({
  times,
  seed,
}: {
  readonly times: number;
  readonly seed: number;
}): Promise<Harvest> {
  const total = { asked: 0, outcomes: new Map<string, number>() };
  const everything: string[] = [];
  const fields = proofs.flatMap((proof) => [true, false].map((planted) => ({ ...proof, planted })));
  for (const { secret, open, planted } of fields) {
    const field = await openField({ ...secret, ...beside }, open, chanceFrom(seed), planted);
    await field.work(Math.ceil(times / fields.length), inputMaker(seed));
    const { asked, outcomes, seen } = await field.close();
    total.asked += asked;
    everything.push(...seen);
    for (const [code, count] of outcomes) total.outcomes.set(code, (total.outcomes.get(code) ?? 0) + count);
  }
  return { ...total, seen: everything, operations: times, outcomes: Object.fromEntries(total.outcomes) };
}

/**
 * One server with its secrets, and a parrot that knows them too. Where the caller plants some as well, files are not looked
 * into: an address that somebody is to be written to is kept as the caller gave it.
 */
async function openField(secret: Planted, open: Planted, chance: Chance, planted: boolean) {
  const secrets = oneOrMore(Object.values(secret));
  const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-planted-'));
  const log: string[] = [];
  const seen: string[] = [];
  const outcomes = new Map<string, number>();
  const parrot = await startParrot(chance, secrets);
  const app = await appWith({ ...secret, ...open }, parrot, folder, log);
  await agree(app, [PERSON, 'ana@example.com']);
  const look = (where: string, text: string): void => {
    for (const each of secrets) seen.push(...sightings(each, where, text));
  };
  return {
    async work(times: number, inputs: (operation: Operation) => Input): Promise<void> {
      let left = times;
      const worker = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          const operation = pick(chance, oneOrMore(operations));
          const input = planted ? plantInto(inputs(operation), chance, secrets) : inputs(operation);
          const result = await app.perform({ operation, input, actor: { name: 'agent' } });
          const outcome = result.ok ? 'ok' : result.error.code;
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          look(`${operation.name} ${outcome}`, JSON.stringify(result));
          look('log', log.splice(0).join('\n'));
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
    },
    async close() {
      await app.close();
      await parrot.close();
      look('log', log.join('\n'));
      for (const file of planted ? [] : readdirSync(folder))
        look(file, readFileSync(join(folder, file), 'latin1'));
      return { asked: parrot.asked(), outcomes, seen };
    },
  };
}

function appWith(secret: Planted, parrot: Parrot, folder: string, log: string[]): Promise<App> {
  const env = {
    ...secret,
    TWILIO_ACCOUNT_SID: account,
    TWILIO_FROM: '+14155550100',
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: parrot.url,
    TWILIO_MCP_TOOLSETS: 'all',
    TWILIO_MCP_LOG_LEVEL: 'trace',
    TWILIO_MCP_DATABASE_URL: `file:${join(folder, 'store.db')}`,
  };
  let ms = Date.UTC(2026, 10, 23, 15);
  return createApp(loadConfig({ env, envFile: new URL('empty.env', import.meta.url).pathname }), {
    now: () => new Date(ms),
    policy: policySchema.parse(lenient),
    sleep: async (nap) => {
      ms += nap;
    },
    writeLog: (line) => log.push(line),
  });
}

/** A few inputs for each operation, made once: what matters here is what is planted into them. */
function inputMaker(seed: number): (operation: Operation) => Input {
  const made = new Map<string, Input[]>();
  let turn = 0;
  return (operation) => {
    const known = made.get(operation.name) ?? fc.sample(inputsOf(operation.input), { seed, numRuns: 8 });
    made.set(operation.name, known);
    turn += 1;
    return known[turn % known.length] ?? {};
  };
}

function plantInto(input: Input, chance: Chance, secrets: readonly [string, ...string[]]): Input {
  if (chance() < 0.6) return input;
  const texts = Object.keys(input).filter((name) => typeof input[name] === 'string');
  const at = texts[Math.floor(chance() * texts.length)] ?? 'unknown_field';
  const secret = spell(chance, pick(chance, secrets));
  return chance() < 0.2 ? { ...input, [secret]: secret } : { ...input, [at]: secret };
}

function sightings(secret: string, where: string, text: string): string[] {
  const spellings = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    Buffer.from(secret).toString('latin1'),
    Buffer.from(`AC:${secret}`).toString('base64').slice(8, -4),
    Buffer.from(`${account}:${secret}`).toString('base64').slice(52, -4),
  ]);
  return [...spellings].flatMap((spelling) => {
    const at = text.indexOf(spelling);
    return at === -1 ? [] : [`${where}: …${text.slice(Math.max(0, at - 80), at + spelling.length + 20)}…`];
  });
}

function oneOrMore<T>(list: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('an empty list');
  return [first, ...rest];
}
