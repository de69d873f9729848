// Many sends through a network that misbehaves, and what became of each: what we were told, held against what the emulator has.
import { sendMessage } from '../../src/catalog/messaging.ts';
import { chanceFrom } from './chance.ts';
import { type Fault, faults, startFaultProxy } from './fault-proxy.ts';
import { agree, createWorld, type Row, type World } from './world.ts';

export interface Toll {
  /** What we were told of each send: `ok`, or the error's code. */
  readonly told: Readonly<Record<string, number>>;
  /** Recipients who got the same message more than once. */
  readonly twice: readonly string[];
  /** Told as sent, but nobody has it. */
  readonly lost: readonly string[];
  /** Told as not sent, but somebody has it. */
  readonly denied: readonly string[];
  readonly faults: ReadonlyMap<Fault, number>;
}

/** How many requests go through unharmed, of ten. */
const unharmed = 4;

export async function sendUnderFire({
  sends,
  seed,
}: {
  readonly sends: number;
  readonly seed: number;
}): Promise<Toll> {
  const chance = chanceFrom(seed);
  const proxy = await startFaultProxy(() =>
    chance() * 10 < unharmed ? 'none' : (faults[Math.floor(chance() * faults.length)] ?? 'none'),
  );
  const world = await createWorld({
    env: { TWILIO_API_BASE_URL: proxy.url, TWILIO_MCP_LOG_LEVEL: 'silent' },
  });
  try {
    proxy.aim(world.emulator.url);
    const people = Array.from({ length: sends }, (_, n) => `+1415${String(5_560_000 + n)}`);
    await agree(world.app, people);
    const outcomes = await tellAll(world, people, chance);
    return { ...weigh(outcomes, await received(world)), faults: proxy.done };
  } finally {
    await world.close();
    await proxy.close();
  }
}

/** Recipient → what we were told. Sixteen at a time, and now and then the clock jumps. */
async function tellAll(
  world: World,
  people: readonly string[],
  chance: () => number,
): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  const left = [...people];
  const worker = async (): Promise<void> => {
    for (let to = left.pop(); to !== undefined; to = left.pop()) {
      if (chance() < 0.01) await world.advance(3600);
      const input = { to, body: `Reminder ${to}` };
      const result = await world.app.perform({ operation: sendMessage, input, actor: { name: 'fire' } });
      outcomes.set(to, result.ok ? 'ok' : result.error.code);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return outcomes;
}

/** Recipient → how many messages the emulator holds for them. Asked directly, past the proxy. */
async function received({ emulator }: World): Promise<Map<string, number>> {
  const { accountSid, authToken } = emulator.emulator;
  const counts = new Map<string, number>();
  let page: unknown = `/2010-04-01/Accounts/${accountSid}/Messages.json?PageSize=1000`;
  while (typeof page === 'string') {
    const response = await fetch(`${emulator.url}/api.twilio.com${page}`, {
      headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    });
    const { messages, next_page_uri }: Row = Object(await response.json());
    for (const { to } of Array.isArray(messages) ? messages : []) counts.set(to, (counts.get(to) ?? 0) + 1);
    page = next_page_uri;
  }
  return counts;
}

function weigh(
  outcomes: ReadonlyMap<string, string>,
  counts: ReadonlyMap<string, number>,
): Omit<Toll, 'faults'> {
  const told: Record<string, number> = {};
  for (const outcome of outcomes.values()) told[outcome] = (told[outcome] ?? 0) + 1;
  const those = (is: (outcome: string, count: number) => boolean) =>
    [...outcomes].filter(([to, outcome]) => is(outcome, counts.get(to) ?? 0)).map(([to]) => to);
  return {
    told,
    twice: those((_, count) => count > 1),
    lost: those((outcome, count) => outcome === 'ok' && count === 0),
    denied: those((outcome, count) => outcome !== 'ok' && outcome !== 'OUTCOME_UNKNOWN' && count > 0),
  };
}
