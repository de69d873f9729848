// What happens to a secret that is shown once: one file, for its owner, never over another, never in the answer.
import { mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createKeeper } from '../../src/secrets/keep.ts';

const key = `SK${'0'.repeat(32)}`;
const secret = 'a-secret-of-this-test';

function place() {
  const root = mkdtempSync(join(tmpdir(), 'twilio-mcp-keep-'));
  const folder = join(root, 'keys');
  const learned: string[] = [];
  const keeper = createKeeper({ folder, onKept: (each) => learned.push(each) });
  return { root, folder, learned, keeper };
}

it.each([
  [key, `TWILIO_API_KEY=${key}\nTWILIO_API_SECRET=${secret}\n`],
  [`OQ${'0'.repeat(32)}`, `TWILIO_CLIENT_ID=OQ${'0'.repeat(32)}\nTWILIO_CLIENT_SECRET=${secret}\n`],
])('%s lies in a file that a program can read as settings', async (sid, text) => {
  const { folder, learned, keeper } = place();
  await keeper.ready();
  const file = join(folder, `${sid}.env`);
  expect(await keeper.keep({ sid, secret, friendly_name: 'Job' }, 'secret')).toEqual({
    sid,
    friendly_name: 'Job',
    secret_file: file,
  });
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect([statSync(file).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(learned).toEqual([secret]);
});

it('is kept under the name of a SendGrid key too', async () => {
  const { folder, learned, keeper } = place();
  await keeper.ready();
  const id = 'xxxxxxxxxxxxxxx_xxxxxx';
  const file = join(folder, `${id}.env`);
  const told = await keeper.keep({ api_key: secret, api_key_id: id, name: 'Mail' }, 'api_key');
  expect(told).toEqual({ api_key_id: id, name: 'Mail', secret_file: file });
  expect(readFileSync(file, 'utf8')).toBe(`SENDGRID_API_KEY=${secret}\n`);
  expect(learned).toEqual([secret]);
});

it('is never written over a file or through a link that is there already', async () => {
  const { root, folder, keeper } = place();
  await keeper.ready();
  const other = join(root, 'other');
  writeFileSync(other, 'mine');
  symlinkSync(other, join(folder, `${key}.env`));
  const told = await keeper.keep({ sid: key, secret }, 'secret').catch((error: Error) => error);
  expect(told).toMatchObject({ message: expect.stringContaining('EEXIST') });
  expect(JSON.stringify(told) + String(told)).not.toContain(secret);
  expect(readFileSync(other, 'utf8')).toBe('mine');
});

it.each([{ sid: key }, { secret }, { sid: '../../etc/cron', secret }])(
  '%o is no answer to keep',
  async (answer) => {
    const { keeper } = place();
    await keeper.ready();
    await expect(keeper.keep(answer, 'secret')).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' });
  },
);
