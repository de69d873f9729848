// kill -9 while a mailing is under way, twenty times, in two processes at once: the store stays whole, and nobody is written to twice.
import { expect, it, onTestFinished } from 'vitest';
import { databaseKinds, freshDatabase, storeKey } from './support/databases.ts';
import { type Place, placeInFile, surviveKills } from './support/killed.ts';

it.each(databaseKinds)(
  'on %s goes on with the mailing after every kill and writes to nobody twice',
  async (kind) => {
    const kills = kind === 'SQLite' ? 20 : 8;
    const place = kind === 'SQLite' ? placeInFile() : await placeInPostgres();
    const survived = await surviveKills({ place, kills, recipients: 60, seed: 20_261_124 });
    const { told, ...survival } = survived;
    expect(survival).toEqual({ kills, twice: [], lost: [], store: 'ok' });
    const { already_sent = 0, sent = 0, in_progress = 0, unknown = 0, ...rest } = told;
    expect(rest).toEqual({});
    expect(already_sent + sent + in_progress + unknown).toBe(60);
    expect(already_sent + sent).toBeGreaterThan(30);
  },
  120_000,
);

async function placeInPostgres(): Promise<Place> {
  const database = await freshDatabase('PostgreSQL');
  onTestFinished(database.close);
  const look = async () => (await database.store().integrity()) ?? 'ok';
  return { setting: database.setting, key: storeKey, look };
}
