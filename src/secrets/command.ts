// Asking another program for a secret: without a shell, within a time, for so many bytes. What it says on stderr is not repeated.
import { execFile } from 'node:child_process';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

export type RunCommand = (command: Command) => Promise<string>;

/** No secret is longer; a program that writes on is not the one that was meant. */
const mostBytes = 65_536;

/** What the program wrote, without the line's end. Rejects with a reason that holds nothing of what it wrote. */
export const runCommand: RunCommand = ({ program, args, env, timeoutMs = 10_000 }) =>
  new Promise((resolve, reject) => {
    const options = {
      env: { ...env },
      timeout: timeoutMs,
      maxBuffer: mostBytes,
      killSignal: 'SIGKILL' as const,
      encoding: 'utf8' as const,
      windowsHide: true,
    };
    const child = execFile(program, [...args], options, (error, stdout) => {
      if (error === null) return resolve(stdout.replace(/\r?\n$/, ''));
      reject(new Error(reasonOf(error, program, timeoutMs)));
    });
    // Nobody is there to answer a question.
    child.stdin?.end();
  });

function reasonOf(
  { code, killed }: { readonly code?: unknown; readonly killed?: boolean },
  program: string,
  ms: number,
): string {
  if (code === 'ENOENT') return `there is no program ${program}`;
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `${program} wrote more than ${mostBytes} bytes`;
  if (killed) return `${program} did not end within ${ms / 1000} seconds`;
  return `${program} ended with ${typeof code === 'number' ? `exit code ${code}` : String(code)}`;
}
