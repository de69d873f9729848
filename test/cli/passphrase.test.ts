// A passphrase typed at a terminal: nothing of it is shown, and the usual keys do what they do. One in a file: nobody else can read it.
import { EventEmitter } from 'node:events';
import { chmodSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPassphrase, typed } from '../../src/cli/passphrase.ts';

function terminal() {
  const keys = new EventEmitter();
  const shown: string[] = [];
  const modes: boolean[] = [];
  const line = typed(
    {
      setRawMode: (raw) => modes.push(raw),
      on: (event, listener) => keys.on(event, listener),
      off: (event, listener) => keys.off(event, listener),
      resume: () => undefined,
      pause: () => undefined,
    },
    (text) => shown.push(`${text}${modes.at(-1) === true || text === '\n' ? '' : ' (echoing)'}`),
    'Passphrase: ',
  );
  return {
    line,
    shown,
    modes,
    press: (text: string) => keys.emit('data', text),
    listening: () => keys.listenerCount('data'),
  };
}

describe('typing', () => {
  it('shows the prompt and nothing else, and gives the terminal back', async () => {
    const { line, shown, modes, press, listening } = terminal();
    for (const letter of 'sécret 漢𝄞') press(letter);
    press('\r');
    expect(await line).toBe('sécret 漢𝄞');
    expect(shown.join('')).toBe('Passphrase: \n');
    expect(modes).toEqual([true, false]);
    expect(listening()).toBe(0);
  });

  it('takes what is pasted at once up to the end of the line, and letters back', async () => {
    const { line, press } = terminal();
    press('abc𝄞\u007f\u007fX\b\u007f\u007f\u007f\u007fok\nrest');
    expect(await line).toBe('ok');
  });

  it('stops on Ctrl-C without a passphrase', async () => {
    const { line, modes, press } = terminal();
    press('half');
    press('\u0003');
    await expect(line).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(modes).toEqual([true, false]);
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-passphrase-'));

  function fileWith(text: string, mode: number): string {
    const path = join(folder, `passphrase-${mode.toString(8)}-${text.length}`);
    writeFileSync(path, text, { mode });
    chmodSync(path, mode);
    return path;
  }

  it.each([
    ['a good passphrase\n', 0o600],
    ['a good passphrase\r\n', 0o400],
    ['a good passphrase', 0o700],
  ])('gives its one line: %j of mode %o', async (text, mode) => {
    expect(await readPassphrase({ passphraseFile: fileWith(text, mode) })).toBe('a good passphrase');
  });

  it.each([
    ['a good passphrase\n', 0o640, /chmod 600/],
    ['a good passphrase\n', 0o620, /chmod 600/],
    ['a good passphrase\n', 0o604, /chmod 600/],
    ['two lines\nof a passphrase\n', 0o600, /first line/],
    ['\n', 0o600, /first line/],
    ['', 0o600, /first line/],
  ])('is refused: %j of mode %o', async (text, mode, next) => {
    const reading = readPassphrase({ passphraseFile: fileWith(text, mode) });
    await expect(reading).rejects.toMatchObject({ details: { next: expect.stringMatching(next) } });
  });

  it('is judged itself, not by the link that leads to it', async () => {
    const path = join(folder, 'link');
    symlinkSync(fileWith('another passphrase\n', 0o644), path);
    await expect(readPassphrase({ passphraseFile: path })).rejects.toMatchObject({ code: 'REFUSED' });
    const missing = readPassphrase({ passphraseFile: join(folder, 'none') });
    await expect(missing).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
