// What a judge is: a program that others wrote, run on ours. What it found is told line by line.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Finding {
  readonly what: string;
  readonly holds: boolean;
  readonly told?: string;
}

export interface Judge {
  readonly name: string;
  readonly run: () => Promise<readonly Finding[]>;
}

export const here = fileURLToPath(new URL('.', import.meta.url));

/** The judges' own Node first: some need a newer one than we do. */
export function judgesPath(): string {
  return [
    join(here, 'node_modules/node/bin'),
    join(here, 'node_modules/.bin'),
    process.env['PATH'] ?? '',
  ].join(delimiter);
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
}

/** Runs a program of `conformance/node_modules/.bin` to its end; what it wrote, without colours. */
export function runJudge(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: here,
      env: { ...process.env, ...env, PATH: judgesPath(), NO_COLOR: '1', SCARF_ANALYTICS: 'false' },
    });
    let out = '';
    const hear = (chunk: Buffer): void => {
      out += chunk.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    child.once('close', (code) => resolve({ code, out: out.replace(/\u001b\[[0-9;]*m/g, '') }));
    child.stdin.end();
  });
}
