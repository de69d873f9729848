// Twilio's own descriptions as the judge of every request we make and every answer the local Twilio gives: the product scenarios run
// with a tap on the emulator, then Prism (`proxy --errors`) is shown each exchange, with the answer that was given behind it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Exchange } from '../test/support/tap.ts';
import { descriptionFor, mendedDescription } from './description.ts';
import { type Finding, here, type Judge, judgesPath } from './judge.ts';

/** Told, and not counted: what is described one way and done another, and nobody here knows which Twilio does. */
const unsettled: readonly RegExp[] = [
  // Described with 200 for what is created and removed, where all other products have 201 and 204.
  /MessageInteractions: response Unable to match the returned status|DELETE .*Participants.*: response Unable to match/,
  // The file itself lies where every MediaUrl points, at the address of its record without .json; described is the record alone.
  /GET .*\/Media\/\{sid\}: Route not resolved/,
  // Described as a number; the local Twilio writes it as text, as it does the prices of messages and calls.
  /Usage\/Records.*price must be number/,
];

export const prism: Judge = {
  name: "Prism proxy --errors with Twilio's descriptions, on every exchange of test/products that succeeded",
  async run() {
    const file = join(mkdtempSync(join(tmpdir(), 'twilio-mcp-tap-')), 'exchanges.jsonl');
    const tests = await runScenarios(file);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    const exchanges: Exchange[] = lines.map((line) => JSON.parse(line));
    const groups = new Map<string, Exchange[]>();
    for (const exchange of exchanges.filter(({ status }) => status < 300)) {
      const description = descriptionFor(exchange.host, exchange.target);
      if (description !== undefined) groups.set(description, [...(groups.get(description) ?? []), exchange]);
    }
    const findings: Finding[] = [{ what: 'the scenarios pass with the tap on', ...tests }];
    for (const [description, those] of groups) findings.push(await judged(description, those));
    return findings;
  },
};

async function runScenarios(file: string): Promise<{ readonly holds: boolean; readonly told: string }> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const child = spawn('npx', ['vitest', 'run', 'test/products'], {
    cwd: root,
    env: { ...process.env, TWILIO_MCP_TAP: file, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { holds: code === 0, told: /Tests .*/.exec(out)?.[0] ?? '' };
}

async function judged(description: string, exchanges: readonly Exchange[]): Promise<Finding> {
  const replay = createServer((request, response) => {
    const { status = 500, answer = '', type = '' } = exchanges[Number(request.headers['x-exchange'])] ?? {};
    request.resume();
    response.writeHead(status, { 'content-type': type });
    response.end(status === 204 ? undefined : answer);
  }).listen(0, '127.0.0.1');
  await once(replay, 'listening');
  const { port, prism } = await startPrism(mendedDescription(description), portOf(replay));
  const faults = new Map<string, number>();
  for (const [nth, exchange] of exchanges.entries()) {
    for (const fault of await show(port, nth, exchange)) faults.set(fault, (faults.get(fault) ?? 0) + 1);
  }
  prism.kill();
  replay.closeAllConnections();
  replay.close();
  const open = [...faults].filter(([fault]) => !unsettled.some((known) => known.test(fault)));
  const told = open.slice(0, 8).map(([fault, times]) => `${times}× ${fault}`);
  return {
    what: `${description.replace(/^.*\//, '')}: ${exchanges.length} exchanges`,
    holds: open.length === 0,
    told: [...told, ...(faults.size > open.length ? [`${faults.size - open.length} excused`] : [])].join(
      '; ',
    ),
  };
}

/** What Prism says of one exchange; nothing when it passes it on as it was. */
async function show(
  port: number,
  nth: number,
  { method, target, headers, body, status }: Exchange,
): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${port}${target}`, {
    method,
    headers: { ...headers, 'x-exchange': String(nth) },
    redirect: 'manual',
    ...(body !== '' && { body }),
  });
  const text = await response.text();
  if (response.status === status && !response.headers.get('content-type')?.includes('problem+json'))
    return [];
  const { validation = [], title = text.slice(0, 200) } = JSON.parse(text === '' ? '{}' : text);
  const where = `${method} ${target.split('?')[0]?.replace(/\b[A-Z]{2}[0-9a-f]{32}\b/g, '{sid}')}`;
  if (validation.length === 0) return [`${where}: ${title}`];
  return validation.map(
    ({ location = [], message }: { location?: readonly string[]; message: string }) =>
      `${where}: ${location.join('.').replace(/\.\d+/g, '[]')} ${message}`,
  );
}

async function startPrism(
  description: string,
  upstream: number,
): Promise<{ port: number; prism: ChildProcess }> {
  const port = await freePort();
  const script = join(here, 'node_modules/@stoplight/prism-cli/dist/index.js');
  const args = [
    'proxy',
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '--errors',
    description,
    `http://127.0.0.1:${upstream}`,
  ];
  const prism = spawn('node', [script, ...args], {
    env: { ...process.env, PATH: judgesPath(), SCARF_ANALYTICS: 'false' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    prism.once('close', () => reject(new Error(`Prism ended on ${description}`)));
    prism.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('listening')) resolve();
    });
  });
  return { port, prism };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = portOf(probe);
  probe.close();
  return port;
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
