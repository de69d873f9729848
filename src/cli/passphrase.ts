// The owner's passphrase, typed without echo or read from a file that nobody else can read. Never an argument: those are seen by all.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { OperationError } from '../operation/errors.ts';

export interface PassphraseSource {
  readonly passphraseFile?: string | undefined;
}

export async function readPassphrase(
  { passphraseFile }: PassphraseSource,
  prompt = "Owner's passphrase: ",
): Promise<string> {
  if (passphraseFile !== undefined) return fromFile(passphraseFile);
  if (!process.stdin.isTTY) {
    throw new OperationError(
      'INVALID_INPUT',
      'The owner’s passphrase cannot be asked for: there is no terminal.',
      {
        next: 'Run this in a terminal, or give --passphrase-file with a file that only you can read (chmod 600).',
      },
    );
  }
  return typed(process.stdin, (text) => process.stderr.write(text), prompt);
}

/** One line of text; the file's mode is asked of the open file, so that it cannot be swapped in between. */
function fromFile(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new OperationError('INVALID_INPUT', `The passphrase file ${path} cannot be read.`, {
      next: 'Give the path of a file that you can read.',
      cause,
    });
  }
  try {
    const { mode, uid } = fstatSync(file);
    const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0;
    const isStrange = process.getuid !== undefined && uid !== process.getuid();
    if (isOpen || isStrange) {
      throw new OperationError('REFUSED', `Others than you can read or change the passphrase file ${path}.`, {
        rule: 'owner.passphrase_file',
        next: isStrange
          ? 'Use a file of your own.'
          : `chmod 600 ${path}, and change the passphrase if anybody may have seen it.`,
      });
    }
    return oneLine(readFileSync(file, 'utf8'), path);
  } finally {
    closeSync(file);
  }
}

function oneLine(text: string, path: string): string {
  const line = text.replace(/\r?\n$/, '');
  if (line !== '' && !/[\r\n]/.test(line)) return line;
  throw new OperationError('INVALID_INPUT', `The passphrase file ${path} does not hold exactly one line.`, {
    next: 'Write the passphrase on the first line and nothing below it.',
  });
}

/** As much of a terminal as is needed here. */
export interface Terminal {
  readonly setRawMode: (raw: boolean) => unknown;
  readonly on: (event: 'data', listener: (chunk: Buffer | string) => void) => unknown;
  readonly off: (event: 'data', listener: (chunk: Buffer | string) => void) => unknown;
  readonly resume: () => unknown;
  readonly pause: () => unknown;
}

const enter = ['\r', '\n', '\u0004'];
const interrupt = '\u0003';
const erase = ['\b', '\u007f'];

/** Reads one line with the echo off. */
export function typed(terminal: Terminal, show: (text: string) => void, prompt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let line: string[] = [];
    const end = (settle: () => void) => {
      terminal.off('data', hear);
      terminal.setRawMode(false);
      terminal.pause();
      show('\n');
      settle();
    };
    const hear = (chunk: Buffer | string) => {
      for (const letter of chunk.toString()) {
        if (letter === interrupt) return end(() => reject(stopped()));
        if (enter.includes(letter)) return end(() => resolve(line.join('')));
        line = erase.includes(letter) ? line.slice(0, -1) : [...line, letter];
      }
    };
    // Before the prompt: whoever types at once must not see it either.
    terminal.setRawMode(true);
    show(prompt);
    terminal.on('data', hear);
    terminal.resume();
  });
}

function stopped(): OperationError {
  return new OperationError('CANCELLED', 'Stopped; nothing was changed.', { next: 'Run the command again.' });
}
