// `npm run demo`: a real MCP client drives the real server, a process of its own, against the local Twilio. Ends by itself.
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { serveEmulator } from '../src/emulator/server.ts';
import { createRedactor } from '../src/redact.ts';
import { scenes } from './demo/scenes.ts';
import { createStage } from './demo/stage.ts';

const emulator = await serveEmulator({ now: Date.now, clock: 'auto', port: 0 });
const port = await freePort();
await pointNumbersAt(`http://127.0.0.1:${port}/webhooks/twilio`);
const redactor = createRedactor({ secrets: [emulator.emulator.authToken] });
const say = (line = '') => {
  process.stdout.write(`${redactor.text(line)}\n`);
};

// Each demo begins with nothing remembered, and with an owner who wants to be asked, at any hour.
const state = mkdtempSync(join(tmpdir(), 'twilio-mcp-demo-'));
const policy = join(state, 'policy.json');
const anyHour = { from: '00:00', to: '24:00', sunday_from: '00:00' };
writeFileSync(
  policy,
  JSON.stringify({
    destination: { allow: ['+1500555*'] },
    quiet_hours: { calls: anyHour },
    confirmation: { admin: 'ask' },
  }),
);

const transport = new StdioClientTransport({
  command: process.execPath,
  args: ['dist/cli/main.js', '--env-file', 'test/support/empty.env', '--log-level', 'error'],
  env: {
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_MODE: 'emulator',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_MCP_TOOLSETS: 'all',
    TWILIO_MCP_WEBHOOKS: 'true',
    TWILIO_MCP_WEBHOOK_PORT: String(port),
    TWILIO_MCP_POLICY_FILE: policy,
    XDG_STATE_HOME: state,
  },
});
const client = new Client(
  { name: 'demo', version: '1.0.0' },
  { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: 'auto' } },
);
await client.connect(transport);

const { tools } = await client.listTools();
say(
  `twilio-mcp demo: ${tools.length} tools, served over MCP ${client.getNegotiatedProtocolVersion() ?? ''} by a process of its own.`,
);
say('Everything below is simulated by the local Twilio: no account, no money, no network.');

const stage = createStage({ client, url: emulator.url, say });
let failed = 0;
for (const [title, play] of scenes) {
  say(`\n── ${title}`);
  try {
    await play(stage);
  } catch (error) {
    failed += 1;
    say(`   ✗ ${error instanceof Error ? error.message : String(error)}`);
  }
}

await client.close();
await emulator.close();
say(failed === 0 ? '\nAll scenes went as they should.' : `\n${failed} of ${scenes.length} scenes failed.`);
process.exitCode = failed === 0 ? 0 : 1;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** As the owner does in Twilio's Console: what people write and who calls goes to the server. */
async function pointNumbersAt(url: string): Promise<void> {
  const { accountSid, authToken } = emulator.emulator;
  const root = `${emulator.url}/api.twilio.com/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers`;
  const headers = { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` };
  const listed = await (await fetch(`${root}.json`, { headers })).text();
  for (const [, sid] of listed.matchAll(/"sid":"(PN\w+)"/g))
    await fetch(`${root}/${sid}.json`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ SmsUrl: url }),
    });
}
