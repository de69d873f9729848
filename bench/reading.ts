// (c, d) One read through the whole corridor, by each door, beside bare undici asking the same of the same server: how long, and how many a second.
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
import { startOursOverHttp } from './over-http.ts';

const addedAllowed = 1.5;
const shareAllowed = 0.6;

interface Ways {
  readonly undici: Way;
  /** Ours, by door. */
  readonly doors: Readonly<Record<string, Way>>;
  readonly end: () => Promise<void>;
}

export const reading: Bench = {
  name: 'reading',
  async measure({ times }) {
    const ways = await openWays();
    try {
      await inTurns([ways.undici, ...Object.values(ways.doors)], { rounds: times(3000), warm: times(500) });
      return [...latencies(ways), ...(await rates(ways, times))];
    } finally {
      await ways.end();
    }
  },
};

async function openWays(): Promise<Ways> {
  const loopback = await startLoopback();
  const stdio = await startOurs(loopback.url);
  const http = await startOursOverHttp(loopback.url);
  const { createApp, findOperation, loadConfig } = await library();
  const { TWILIO_MCP_ENV_FILE: envFile = '', ...env } = settingsFor(loopback.url);
  const app = await createApp(loadConfig({ env, envFile }));
  const operation = findOperation(readMessage.name);
  if (operation === undefined) throw new Error(`there is no ${readMessage.name}`);
  const bare = new Agent({ connections: 64 });
  return {
    undici: way(() => bareRead(bare, loopback.url)),
    doors: {
      library: way(async () => {
        const result = await app.perform({ operation, input: readMessage.input, actor: { name: 'bench' } });
        if (!result.ok) throw new Error(result.error.message);
      }),
      stdio: way(() => stdio.call(readMessage.name, readMessage.input)),
      http: way(() => http.call(readMessage.name, readMessage.input)),
    },
    async end() {
      await Promise.all([stdio.end(), http.end(), app.close(), bare.close()]);
      await loopback.end();
    },
  };
}

/** What a program of few lines would do: the request, its answer parsed. */
async function bareRead(agent: Agent, origin: string): Promise<unknown> {
  const { body } = await agent.request({
    origin,
    path: `/api.twilio.com/2010-04-01/Accounts/${account}/Messages/${sid}.json`,
    method: 'GET',
    headers: {
      accept: 'application/json',
      authorization: `Basic ${btoa(`${account}:a-token-of-the-bench`)}`,
    },
  });
  return body.json();
}

function latencies({ undici, doors }: Ways): Figure[] {
  const [plain, plainTail] = [median(undici.taken), quantile(undici.taken, 0.99)];
  return Object.entries(doors).flatMap(([door, { taken }]): Figure[] => {
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

/** Each door beside bare undici, in turns, five times over; the middle of the ratios counts. */
async function rates({ undici, doors }: Ways, times: (whole: number) => number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const atOnce of [1, 16, 64]) {
    const effort = { calls: times(atOnce === 1 ? 1500 : 5000), atOnce };
    for (const [door, { work }] of Object.entries(doors)) {
      const rounds: { readonly ours: number; readonly plain: number }[] = [];
      for (let round = 0; round < 5; round += 1)
        rounds.push({ plain: await rateOf(undici.work, effort), ours: await rateOf(work, effort) });
      const share = round(median(rounds.map(({ ours, plain }) => ours / plain)));
      const [ours, plain] = [
        median(rounds.map((each) => each.ours)),
        median(rounds.map((each) => each.plain)),
      ];
      const held = atOnce === 64 && { target: `≥ ${shareAllowed}`, met: share >= shareAllowed };
      figures.push({
        letter: 'd',
        what: `reads, ${door}, ${atOnce} in flight`,
        value: share,
        unit: 'of bare undici',
        beside: `${round(ours, 0)} against ${round(plain, 0)} a second`,
        ...held,
      });
    }
  }
  return figures;
}
