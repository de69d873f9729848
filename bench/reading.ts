// (c, d) One read through the whole corridor, by each door, beside bare undici asking the same of the same server: how long, and how many
// a second. Behind a door of MCP bare undici is the tool of a server of few lines, on the same SDK.
import { fileURLToPath } from 'node:url';
import { Agent } from 'undici';
import {
  type Bench,
  type Figure,
  inTurns,
  median,
  quantile,
  rateOf,
  round,
  type Way,
  way,
} from './figure.ts';
import { account, library, readMessage, settingsFor, sid, startLoopback, startOurs } from './ours.ts';
import { startOursOverHttp, startOverHttp } from './over-http.ts';
import { startServer } from './stdio.ts';

const addedAllowed = 1.5;
const shareAllowed = 0.6;

/** A read by one door: ours, and bare undici behind the same door. */
interface Door {
  readonly name: string;
  readonly ours: Way;
  readonly bare: Way;
}

interface Ways {
  /** Behind no door. */
  readonly undici: Way;
  readonly doors: readonly Door[];
  readonly end: () => Promise<void>;
}

export const reading: Bench = {
  name: 'reading',
  async measure({ times }) {
    const ways = await openWays();
    try {
      const all = [...new Set([ways.undici, ...ways.doors.flatMap(({ ours, bare }) => [ours, bare])])];
      await inTurns(all, { rounds: times(3000), warm: times(500) });
      return [...latencies(ways), ...(await rates(ways, times))];
    } finally {
      await ways.end();
    }
  },
};

const path = `/api.twilio.com/2010-04-01/Accounts/${account}/Messages/${sid}.json`;
const authorization = `Basic ${btoa(`${account}:a-token-of-the-bench`)}`;

async function openWays(): Promise<Ways> {
  const loopback = await startLoopback();
  const script = fileURLToPath(new URL('servers/bare-tool.mjs', import.meta.url));
  const asked = [loopback.url, path, authorization];
  const servers = {
    stdio: await startOurs(loopback.url),
    stdioBare: await startServer([script, 'stdio', ...asked]),
    http: await startOursOverHttp(loopback.url),
    httpBare: await startOverHttp([script, 'http', ...asked]),
  };
  const calling = ({ call }: (typeof servers)[keyof typeof servers]) =>
    way(() => call(readMessage.name, readMessage.input));
  const inProcess = await openLibrary(loopback.url);
  const agent = new Agent({ connections: 64 });
  const undici = way(() => bareRead(agent, loopback.url));
  return {
    undici,
    doors: [
      { name: 'library', ours: inProcess.read, bare: undici },
      { name: 'stdio', ours: calling(servers.stdio), bare: calling(servers.stdioBare) },
      { name: 'http', ours: calling(servers.http), bare: calling(servers.httpBare) },
    ],
    async end() {
      await Promise.all([...Object.values(servers), inProcess].map((each) => each.end()));
      await agent.close();
      await loopback.end();
    },
  };
}

async function openLibrary(url: string) {
  const { createApp, findOperation, loadConfig } = await library();
  const { TWILIO_MCP_ENV_FILE: envFile = '', ...env } = settingsFor(url);
  const app = await createApp(loadConfig({ env, envFile }));
  const operation = findOperation(readMessage.name);
  if (operation === undefined) throw new Error(`there is no ${readMessage.name}`);
  const read = way(async () => {
    const result = await app.perform({ operation, input: readMessage.input, actor: { name: 'bench' } });
    if (!result.ok) throw new Error(result.error.message);
  });
  return { read, end: app.close };
}

/** What a program of few lines would do: the request, its answer parsed. */
async function bareRead(agent: Agent, origin: string): Promise<unknown> {
  const headers = { accept: 'application/json', authorization };
  const { body } = await agent.request({ origin, path, method: 'GET', headers });
  return body.json();
}

function latencies({ undici, doors }: Ways): Figure[] {
  const [plain, plainTail] = [median(undici.taken), quantile(undici.taken, 0.99)];
  return doors.flatMap(({ name: door, ours: { taken } }): Figure[] => {
    const [p50, p99] = [median(taken), quantile(taken, 0.99)];
    const added = round(p50 - plain);
    return [
      {
        letter: 'c',
        what: `one read, ${door}, p50`,
        value: added,
        unit: 'ms over bare undici',
        beside: `${round(p50)} against ${round(plain)} ms`,
        target: `≤ ${addedAllowed}`,
        met: added <= addedAllowed,
      },
      {
        letter: 'c',
        what: `one read, ${door}, p99`,
        value: round(p99 - plainTail),
        unit: 'ms over bare undici',
        beside: `${round(p99)} against ${round(plainTail)} ms`,
      },
    ];
  });
}

/** Each door beside bare undici behind the same one, in turns, five times over; the middle of the ratios counts. */
async function rates({ undici, doors }: Ways, times: (whole: number) => number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const atOnce of [1, 16, 64]) {
    const effort = { calls: times(atOnce === 1 ? 1500 : 5000), atOnce };
    for (const { name, ours, bare } of doors) {
      const rounds: { readonly ours: number; readonly bare: number }[] = [];
      for (let round = 0; round < 5; round += 1)
        rounds.push({ bare: await rateOf(bare.work, effort), ours: await rateOf(ours.work, effort) });
      const share = round(median(rounds.map((each) => each.ours / each.bare)));
      const middle = (which: 'ours' | 'bare') => round(median(rounds.map((each) => each[which])), 0);
      const held = atOnce === 64 && { target: `≥ ${shareAllowed}`, met: share >= shareAllowed };
      figures.push({
        letter: 'd',
        what: `reads, ${name}, ${atOnce} in flight`,
        value: share,
        unit: bare === undici ? 'of bare undici' : 'of bare undici there',
        beside: `${middle('ours')} against ${middle('bare')} a second`,
        ...held,
      });
    }
  }
  return figures;
}
