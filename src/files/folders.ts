// Reads a file for an operation: from a folder that the owner has allowed, and from nowhere else.
// Files from other machines are client/download.ts.
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { OperationError } from '../operation/errors.ts';
import type { Files } from '../operation/files.ts';

export function createFolderReader(folders: readonly string[]): Files['read'] {
  return async (path, mostBytes) => {
    refuseOddPath(path);
    const found = await findIn(folders, path);
    if (found === undefined) throw notAllowed(path, folders.length > 0);
    // The path is real by now: a link in its place is one put there since.
    const file = await open(found, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const bytes = await readUpTo(file, mostBytes);
      if (bytes === undefined) throw unfit(path, mostBytes);
      return { filename: basename(found), base64: bytes.toString('base64') };
    } finally {
      await file.close();
    }
  };
}

/** `..` and hidden names are refused as written: what they would mean differs from system to system. */
function refuseOddPath(path: string): void {
  const names = path.split(/[/\\]/);
  const odd = names.some((name) => name.startsWith('.')) || path.includes('\0');
  if (!odd) return;
  throw new OperationError(
    'REFUSED',
    'The path of an attachment holds dots that lead elsewhere, or a hidden name.',
    {
      rule: 'attachments',
      next: 'Give the plain path of a file that is not hidden.',
    },
  );
}

/** The real path of a file that really lies in one of the folders. Missing and foreign are told alike, so that nobody can feel around. */
async function findIn(folders: readonly string[], path: string): Promise<string | undefined> {
  for (const folder of folders) {
    const home = await realpath(folder).catch(() => undefined);
    if (home === undefined) continue;
    const wanted = isAbsolute(path) ? path : join(folder, path);
    const real = await realpath(resolve(wanted)).catch(() => undefined);
    if (real !== undefined && isInside(home, real)) return real;
  }
  return undefined;
}

function isInside(home: string, real: string): boolean {
  const way = relative(home, real);
  return way !== '' && !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`) && !hasHidden(way);
}

function hasHidden(way: string): boolean {
  return way.split(sep).some((name) => name.startsWith('.'));
}

/** Undefined for what is no plain file, or too large. It may grow while it is read, so the bytes are counted too. */
async function readUpTo(file: FileHandle, mostBytes: number): Promise<Buffer | undefined> {
  const stat = await file.stat();
  if (!stat.isFile() || stat.size > mostBytes) return undefined;
  const buffer = Buffer.alloc(stat.size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    length += bytesRead;
    if (bytesRead === 0) return buffer.subarray(0, length);
    if (length > stat.size) return undefined;
  }
}

function notAllowed(path: string, some: boolean): OperationError {
  return new OperationError(
    'REFUSED',
    `There is no file ${JSON.stringify(basename(path))} to attach in a folder that the owner allows.`,
    {
      rule: 'attachments',
      next: some
        ? 'Check the path; files outside the allowed folders, and links that lead out of them, are never read.'
        : 'The owner must name the folder in TWILIO_MCP_ATTACHMENT_FOLDERS. Or give the content as base64.',
    },
  );
}

function unfit(path: string, mostBytes: number): OperationError {
  return new OperationError(
    'INVALID_INPUT',
    `${JSON.stringify(basename(path))} was not attached: it is no plain file, or over the ${mostBytes} bytes that still fit.`,
    { next: 'Send a smaller file, or a link to it.' },
  );
}
