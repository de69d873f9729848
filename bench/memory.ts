// (e) What the server holds at rest, and whether a hundred thousand calls leave anything behind.
import { type Bench, type Figure, rateOf, round } from './figure.ts';
import { readMessage, startLoopback, startOurs } from './ours.ts';
import { measuringMemory } from './stdio.ts';

/** Of the heap, after garbage collection, between the first tenth and the end: what a run differs by itself. */
const growthAllowed = 2;

export const memory: Bench = {
  name: 'memory',
  async measure({ times }) {
    const loopback = await startLoopback();
    const server = await startOurs(loopback.url, measuringMemory);
    try {
      const calls = times(100_000);
      const read = () => server.call(readMessage.name, readMessage.input);
      const rest = await server.memory();
      await rateOf(read, { calls: calls / 10, atOnce: 16 });
      const warm = await server.memory();
      await rateOf(read, { calls: calls - calls / 10, atOnce: 16 });
      const end = await server.memory();
      const grown = round(mega(end.heapUsed - warm.heapUsed));
      const figure = (what: string, { rss, heapUsed }: typeof rest): Figure => ({
        letter: 'e',
        what,
        value: round(mega(rss), 0),
        unit: 'MB resident',
        beside: `${round(mega(heapUsed), 1)} MB of heap`,
      });
      return [
        figure('memory at rest', rest),
        figure(`memory after ${calls / 10} calls`, warm),
        figure(`memory after ${calls} calls`, end),
        {
          letter: 'e',
          what: `heap grown between call ${calls / 10} and ${calls}`,
          value: grown,
          unit: 'MB',
          target: `≤ ${growthAllowed}`,
          met: grown <= growthAllowed,
        },
      ];
    } finally {
      await server.end();
      await loopback.end();
    }
  },
};

function mega(bytes: number): number {
  return bytes / 1_000_000;
}
