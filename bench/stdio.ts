// A server as a process of its own, spoken to over stdio in plain JSON-RPC: no client library stands in what is measured.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export type Row = Readonly<Record<string, unknown>>;

/** In bytes. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}

export interface Spawned {
  readonly ask: (method: string, params: Row) => Promise<Row>;
  /** Calls a tool; rejects when the answer is an error. */
  readonly call: (name: string, input: Row) => Promise<Row>;
  readonly pid: number;
  /** Bytes in use after a garbage collection; only where it was started with `measuringMemory`. */
  readonly memory: () => Promise<Memory>;
  readonly end: () => Promise<void>;
}

export const measuringMemory = [
  '--expose-gc',
  '--import',
  new URL('servers/report-memory.mjs', import.meta.url).href,
];

/** Starts `node …args` and shakes hands as a host of 2025 does: the way most hosts speak today. */
export async function startServer(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Spawned> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { ask, notify } = speak(child);
  await ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  });
  notify('notifications/initialized');
  return {
    ask,
    pid: child.pid ?? 0,
    async call(name, input) {
      const answer = await ask('tools/call', { name, arguments: input });
      if (answer['isError'] === true) throw new Error(`${name} failed: ${JSON.stringify(answer['content'])}`);
      return answer;
    },
    memory: () => memoryOf(child),
    end: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill();
      }),
  };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function speak(child: Child) {
  const waiting = new Map<number, { resolve: (result: Row) => void; reject: (error: Error) => void }>();
  let last = 0;
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told = (told + chunk.toString()).slice(-4000);
  });
  child.once('close', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the server ended (${code}): ${told}`));
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    const waiter = waiting.get(message.id);
    if (waiter === undefined) return;
    waiting.delete(message.id);
    if (message.error === undefined) waiter.resolve(message.result);
    else waiter.reject(new Error(JSON.stringify(message.error)));
  });
  const write = (message: Row): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  return {
    notify: (method: string) => write({ jsonrpc: '2.0', method }),
    ask: (method: string, params: Row) =>
      new Promise<Row>((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        write({ jsonrpc: '2.0', id: last, method, params });
      }),
  };
}

export function memoryOf(child: Child): Promise<Memory> {
  return new Promise((resolve) => {
    const listen = (chunk: Buffer): void => {
      const found = /^memory (.+)$/m.exec(chunk.toString())?.[1];
      if (found === undefined) return;
      child.stderr.off('data', listen);
      resolve(JSON.parse(found));
    };
    child.stderr.on('data', listen);
    child.kill('SIGUSR2');
  });
}
