// Sends through a network that resets, cuts, drips, refuses and lies: each is done exactly once or honestly unknown, none twice, none lost.
import { expect, it } from 'vitest';
import { faults } from './support/fault-proxy.ts';
import { sendUnderFire } from './support/sends-under-fire.ts';

it('sends two hundred messages, none twice, none lost, none denied', async () => {
  const toll = await sendUnderFire({ sends: 200, seed: 20_261_124 });
  expect(toll).toMatchObject({ twice: [], lost: [], denied: [] });
  expect([...toll.faults.keys()].sort()).toEqual([...faults].sort());
  const { ok = 0, OUTCOME_UNKNOWN: unknown = 0, ...rest } = toll.told;
  expect(ok + unknown + Object.values(rest).reduce((sum, each) => sum + each, 0)).toBe(200);
  expect(ok).toBeGreaterThan(100);
});
