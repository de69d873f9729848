// Our server as it is shipped (dist/), with settings that send its requests to a loopback server instead of Twilio.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Spawned, startServer } from './stdio.ts';

export const account = `AC${'0'.repeat(32)}`;
export const sid = `SM${'0'.repeat(32)}`;

export const readMessage = { name: 'messaging_get_message', input: { sid } } as const;

export const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Live as far as the server knows; a state folder of its own, so that nothing of this machine's owner is touched. */
export function settingsFor(baseUrl: string): Record<string, string> {
  return {
    TWILIO_ACCOUNT_SID: account,
    TWILIO_AUTH_TOKEN: 'a-token-of-the-bench',
    TWILIO_FROM: '+14155550100',
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: baseUrl,
    TWILIO_MCP_ENV_FILE: fileURLToPath(new URL('../test/support/empty.env', import.meta.url)),
    TWILIO_MCP_LOG_LEVEL: 'warn',
    XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'twilio-mcp-bench-')),
  };
}

export function startOurs(baseUrl: string, nodeOptions: readonly string[] = []): Promise<Spawned> {
  return startServer([...nodeOptions, main, 'serve'], settingsFor(baseUrl));
}

/** The library as a program imports it. Typed by its source, run as shipped: a transpiler's helpers would be measured too. */
export async function library(): Promise<typeof import('../src/index.ts')> {
  return import(new URL('../dist/index.js', import.meta.url).href);
}

export interface Served {
  readonly url: string;
  readonly end: () => Promise<void>;
}

/** Stands where Twilio would; see servers/loopback.mjs. A process of its own, so that it takes no turn of the one measured. */
export async function startLoopback(): Promise<Served> {
  const script = fileURLToPath(new URL('servers/loopback.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await firstLine(child.stdout, (line) => line);
  return { url: `http://127.0.0.1:${port}`, end: () => ended(child) };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable | null>;

export function firstLine(stream: Readable, found: (line: string) => string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stream });
    const told: string[] = [];
    lines.on('line', (line) => {
      told.push(line);
      const value = found(line);
      if (value !== undefined) resolve(value);
    });
    lines.once('close', () => reject(new Error(`the server ended: ${told.join('\n')}`)));
  });
}

export function ended(child: Child): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill();
  });
}
