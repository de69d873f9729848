// Files are read from the owner's folders and from nowhere else: each way out that a path can try.
import { appendFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolderReader } from '../../src/files/folders.ts';

function place() {
  const root = mkdtempSync(join(tmpdir(), 'twilio-mcp-files-'));
  const folder = join(root, 'allowed');
  mkdirSync(join(folder, 'may'), { recursive: true });
  mkdirSync(join(root, 'allowed-not'));
  writeFileSync(join(folder, 'may', 'receipt.pdf'), 'hello');
  writeFileSync(join(folder, '.env'), 'secret');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  writeFileSync(join(root, 'allowed-not', 'secret.txt'), 'secret');
  return { root, folder, read: createFolderReader([folder]) };
}

const hello = { filename: 'receipt.pdf', base64: Buffer.from('hello').toString('base64') };

describe('a file', () => {
  it('is read by its path in the folder, or by its whole path', async () => {
    const { folder, read } = place();
    expect(await read('may/receipt.pdf', 5)).toEqual(hello);
    expect(await read(join(folder, 'may/receipt.pdf'), 5)).toEqual(hello);
  });

  it('is read through a link that stays inside, and through a folder that is itself a link', async () => {
    const { root, folder, read } = place();
    symlinkSync(join(folder, 'may/receipt.pdf'), join(folder, 'last.pdf'));
    expect(await read('last.pdf', 5)).toEqual(hello);
    symlinkSync(folder, join(root, 'linked'));
    expect(await createFolderReader([join(root, 'linked')])('may/receipt.pdf', 5)).toEqual(hello);
  });

  it('is found in the second folder too', async () => {
    const { root, folder } = place();
    const read = createFolderReader([join(root, 'nowhere'), folder]);
    expect(await read('may/receipt.pdf', 5)).toEqual(hello);
  });

  it.each([
    ['above the folder', '../secret.txt'],
    ['above it after going in', 'may/../../secret.txt'],
    ['with dots alone', 'may/./receipt.pdf'],
    ['with a hidden name', '.env'],
    ['in a hidden folder', '.ssh/id'],
    ['with a NUL', 'may/receipt.pdf\0.txt'],
    ['with back slashes', '..\\secret.txt'],
    ['of the system', '/etc/passwd'],
    ['that is not there', 'may/other.pdf'],
  ])('%s is refused', async (_, path) => {
    const { read } = place();
    await expect(read(path, 1000)).rejects.toMatchObject({
      code: 'REFUSED',
      details: { rule: 'attachments' },
    });
  });

  it('in a folder whose name only begins alike is refused', async () => {
    const { root, read } = place();
    await expect(read(join(root, 'allowed-not', 'secret.txt'), 1000)).rejects.toMatchObject({
      code: 'REFUSED',
    });
  });

  it.each([
    ['to a file', 'secret.txt', 'out.txt'],
    ['to a folder', '.', 'out/secret.txt'],
    ['to what is hidden', 'allowed/.env', 'out.txt'],
  ])('behind a link out, %s, is refused', async (_, target, path) => {
    const { root, folder, read } = place();
    symlinkSync(join(root, target), join(folder, path.split('/')[0] ?? ''));
    await expect(read(path, 1000)).rejects.toMatchObject({ code: 'REFUSED' });
  });

  it('tells nobody whether a foreign file exists', async () => {
    const { root, read } = place();
    const [there, missing] = await Promise.all(
      ['secret.txt', 'secret.tx_'].map((name) =>
        read(join(root, name), 1000).catch((error: Error) => error.message.replace(/secret\.tx./, 'name')),
      ),
    );
    expect(there).toBe(missing);
  });

  it('is refused without any folder, and the owner is told how to allow one', async () => {
    await expect(createFolderReader([])('may/receipt.pdf', 1000)).rejects.toMatchObject({
      code: 'REFUSED',
      details: { next: expect.stringContaining('TWILIO_MCP_ATTACHMENT_FOLDERS') },
    });
  });

  it('is refused when it is too large, or a folder', async () => {
    const { folder, read } = place();
    await expect(read('may/receipt.pdf', 4)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(read('may', 1000)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    appendFileSync(join(folder, 'may', 'receipt.pdf'), '!');
    await expect(read('may/receipt.pdf', 5)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
