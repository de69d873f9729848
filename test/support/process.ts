// The built command line as a process of its own: what it wrote where, its exit code, and a server that says where it listens.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
export const emptyEnv = fileURLToPath(new URL('empty.env', import.meta.url));

export type Env = Readonly<Record<string, string>>;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function run(args: readonly string[], env: Env, program = main): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { env });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end();
  });
}

export interface Running {
  readonly url: string;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly log: () => string;
  /** Asks it to end, and gives its exit code. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** `twilio-mcp http` on a free port; rejects with what it wrote if it ends before it listens. */
export function startHttp(env: Env, program = main): Promise<Running> {
  const child = spawn(process.execPath, [program, 'http'], { env: { ...env, TWILIO_MCP_HTTP_PORT: '0' } });
  let log = '';
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const url = /"url":"(http:[^"]+)\/mcp"/.exec(log)?.[1];
      if (url === undefined) return;
      resolve({
        url,
        child,
        log: () => log,
        end: (signal = 'SIGTERM') => {
          child.kill(signal);
          return closed;
        },
      });
    });
    void closed.then(() => reject(new Error(log)));
  });
}
