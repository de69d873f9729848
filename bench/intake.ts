// (f) Webhooks a second: signed forms on 64 connections, each checked, and on disk before it is answered. All of them are counted in the end.
import { Agent } from 'undici';
import { signTwilio } from '../src/signature.ts';
import { type Bench, round } from './figure.ts';
import { account, library, settingsFor } from './ours.ts';
import { startOursOverHttp } from './over-http.ts';

const wanted = 2000;
const atOnce = 64;

export const intake: Bench = {
  name: 'intake',
  async measure({ times }) {
    const settings: Record<string, string> = {
      ...settingsFor('http://127.0.0.1:9'),
      TWILIO_MCP_WEBHOOKS: 'true',
    };
    const { TWILIO_MCP_ENV_FILE: envFile = '', XDG_STATE_HOME: state = '', ...rest } = settings;
    const store = { TWILIO_MCP_DATABASE_URL: `file:${state}/store.db` };
    const server = await startOursOverHttp('', [], { ...settings, ...store });
    const agent = new Agent({ connections: atOnce });
    const { origin } = new URL(server.url);
    const count = times(20_000);
    let next = 0;
    const send = async (): Promise<void> => {
      for (let n = next++; n < count; n = next++) await tell(agent, `${origin}/webhooks/twilio`, n);
    };
    await tell(agent, `${origin}/webhooks/twilio`, -1);
    const begun = performance.now();
    await Promise.all(Array.from({ length: atOnce }, send));
    const seconds = (performance.now() - begun) / 1000;
    await agent.close();
    await server.end();
    const { createApp, loadConfig } = await library();
    const app = await createApp(loadConfig({ env: { ...rest, ...store }, envFile }), {
      writeLog: () => undefined,
    });
    const [newest] = await app.ledgers.events.list(account, { newestFirst: true, limit: 1 });
    await app.close();
    if (newest?.sequence !== count + 1) throw new Error(`${newest?.sequence} of ${count + 1} are on disk`);
    const rate = round(count / seconds, 0);
    return [
      {
        letter: 'f',
        what: 'webhooks taken in, signed and on disk',
        value: rate,
        unit: 'a second',
        beside: `${count} of them; their sender shares the two cores`,
        target: `≥ ${wanted}`,
        met: rate >= wanted,
      },
    ];
  },
};

async function tell(agent: Agent, url: string, n: number): Promise<void> {
  const fields: [string, string][] = [
    ['AccountSid', account],
    ['From', '+14155550100'],
    ['MessageSid', `SM${String(n + 1).padStart(32, '0')}`],
    ['MessageStatus', 'delivered'],
    ['To', '+14155550123'],
  ];
  const { statusCode, body } = await agent.request({
    origin: new URL(url).origin,
    path: new URL(url).pathname,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signTwilio('a-token-of-the-bench', url, fields),
    },
    body: new URLSearchParams(fields).toString(),
  });
  const text = await body.text();
  if (statusCode >= 300) throw new Error(`a webhook was answered ${statusCode}: ${text}`);
}
