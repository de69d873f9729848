// `npm run soak [-- --quick]`: the long runs of the suites, and an hour of traffic in the emulator's time through our server over HTTP:
// memory, handles and files stay bounded. Exits with 1 when anything does not hold.
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveEmulator } from '../src/emulator/server.ts';
import { chanceFrom } from '../test/support/chance.ts';
import { placeInFile, surviveKills } from '../test/support/killed.ts';
import { harvest } from '../test/support/plant.ts';
import { sendUnderFire } from '../test/support/sends-under-fire.ts';
import { agree } from '../test/support/world.ts';
import { busyPolicy } from './busy.ts';
import { round } from './figure.ts';
import { machine } from './machine.ts';
import { library, settingsFor } from './ours.ts';
import { type OverHttp, startOursOverHttp } from './over-http.ts';
import { measuringMemory } from './stdio.ts';

const quick = process.argv.includes('--quick');
const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const times = (whole: number): number => (quick ? Math.ceil(whole / 20) : whole);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/** What must hold, in words; false is a failure. */
type Held = Readonly<Record<string, boolean>>;

const runs: Readonly<Record<string, () => Promise<{ readonly held: Held; readonly told: unknown }>>> = {
  async fire() {
    const { faults, ...toll } = await sendUnderFire({ sends: times(10_000), seed });
    const held = {
      'nobody is written to twice': toll.twice.length === 0,
      'nothing told as sent is lost': toll.lost.length === 0,
      'nothing told as not sent is there': toll.denied.length === 0,
    };
    return { held, told: { ...toll, faults: Object.fromEntries(faults) } };
  },
  async secrets() {
    const { seen, ...told } = await harvest({ times: times(100_000), seed });
    return { held: { 'no secret is seen': seen.length === 0 }, told: { ...told, seen: seen.slice(0, 5) } };
  },
  async kills() {
    const { twice, lost, store, ...told } = await surviveKills({
      place: placeInFile(),
      kills: times(200),
      recipients: 400,
      seed,
    });
    const held = {
      'nobody is written to twice': twice.length === 0,
      'nothing told as sent is lost': lost.length === 0,
      'the store is whole': store === 'ok',
    };
    return { held, told };
  },
  hour,
};

/** Sixty minutes of a busy office: messages, calls, reads, look-ups and searches, and the clock that goes on. */
async function hour() {
  const chance = chanceFrom(seed);
  const emulator = await serveEmulator({ now: () => Date.now(), clock: 'manual', port: 0 });
  const { accountSid, authToken } = emulator.emulator;
  const place = settingsFor(emulator.url);
  const state = place['XDG_STATE_HOME'] ?? '';
  const settings: Record<string, string> = {
    ...place,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_MCP_DATABASE_URL: `file:${join(state, 'store.db')}`,
    TWILIO_MCP_POLICY_FILE: join(state, 'policy.json'),
  };
  writeFileSync(join(state, 'policy.json'), JSON.stringify(busyPolicy));
  const people = Array.from({ length: 2000 }, (_, n) => `+1415558${String(n).padStart(4, '0')}`);
  await haveAgreed(people, settings);
  const server = await startOursOverHttp(emulator.url, measuringMemory, settings);
  const person = () => people[Math.floor(chance() * people.length)] ?? '';
  let nth = 0;
  // The same words to the same person would be a repeat, and refused.
  const parcel = () => {
    nth += 1;
    return `Parcel ${nth}`;
  };
  const deeds: readonly (() => Promise<unknown>)[] = [
    () => server.call('messaging_send_message', { to: person(), body: `${parcel()} is on its way` }),
    () => server.call('messaging_list_messages', { limit: 20 }),
    () => server.call('voice_place_call', { to: person(), say: `${parcel()} is at your door` }),
    () => server.call('account_list_numbers', {}),
    () => server.call('lookup_phone_number', { phone_number: person() }),
    () => server.call('search_operations', { query: 'send a template' }),
  ];
  const minute = async (calls: number): Promise<void> => {
    let left = calls;
    const worker = async (): Promise<void> => {
      for (; left > 0; left -= 1) await deeds[Math.floor(chance() * deeds.length)]?.();
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    await emulator.emulator.world.clock.advance(60);
  };
  const states: State[] = [];
  for (let at = 0; at < 60; at += 1) {
    await minute(times(500));
    if (at % 10 === 9) states.push(await stateOf(server, state));
  }
  await server.end();
  await emulator.close();
  const [first, last] = [states[1], states.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nothing was measured');
  const held = {
    'the heap grows by less than 5 MB between minute 20 and 60': last.heapMb - first.heapMb < 5,
    'no more handles at the end than at minute 20': last.handles <= first.handles + 2,
    'what is remembered of a call is less than 2 kB': last.fileKb - first.fileKb < 2 * times(500) * 40,
  };
  return { held, told: { calls: times(500) * 60, states } };
}

/** On record before the server starts, as a busy office has it. */
async function haveAgreed(
  people: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const { createApp, loadConfig } = await library();
  const { TWILIO_MCP_ENV_FILE: envFile = '', ...env } = settings;
  const app = await createApp(loadConfig({ env, envFile }), { writeLog: () => undefined });
  await agree(app, people);
  await app.close();
}

interface State {
  readonly heapMb: number;
  readonly rssMb: number;
  readonly handles: number;
  readonly fileKb: number;
}

async function stateOf(server: OverHttp, folder: string): Promise<State> {
  const { heapUsed, rss } = await server.memory();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    statSync(join(folder, name)),
  );
  return {
    heapMb: round(heapUsed / 1e6, 1),
    rssMb: round(rss / 1e6, 0),
    handles: process.platform === 'linux' ? readdirSync(`/proc/${server.pid}/fd`).length : 0,
    fileKb: round(files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0) / 1000, 0),
  };
}

process.stdout.write(`${JSON.stringify(machine())}\nseed ${seed} (FUZZ_SEED=${seed} runs the same again)\n`);
for (const [name, run] of Object.entries(runs)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const { held, told } = await run();
  process.stdout.write(`\n${name}: ${JSON.stringify(told)}\n`);
  for (const [what, holds] of Object.entries(held)) {
    process.stdout.write(`  ${holds ? 'holds' : 'FAILS'}: ${what}\n`);
    if (!holds) process.exitCode = 1;
  }
}
