// kill -9 while a mailing is under way, twenty times, in two processes at once: the store stays whole, and nobody is written to twice.
import { expect, it } from 'vitest';
import { surviveKills } from './support/killed.ts';

it('goes on with the mailing after every kill and writes to nobody twice', async () => {
  const { told, ...survival } = await surviveKills({ kills: 20, recipients: 60, seed: 20_261_124 });
  expect(survival).toEqual({ kills: 20, twice: [], lost: [], store: 'ok' });
  const { already_sent = 0, sent = 0, in_progress = 0, unknown = 0, ...rest } = told;
  expect(rest).toEqual({});
  expect(already_sent + sent + in_progress + unknown).toBe(60);
  expect(already_sent + sent).toBeGreaterThan(30);
}, 120_000);
