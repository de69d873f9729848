// Secrets planted in settings, inputs, answers, errors and headers: none is seen in a result, a log line or a file.
import { expect, it } from 'vitest';
import { harvest } from './support/plant.ts';

it('shows no secret in any of two thousand random operations', async () => {
  const { seen, asked, outcomes } = await harvest({ times: 2000, seed: 20_261_124 });
  expect(seen).toEqual([]);
  expect(asked).toBeGreaterThan(1000);
  expect(outcomes['ok']).toBeGreaterThan(200);
  expect(outcomes['INTERNAL'] ?? 0).toBe(0);
});
