// (h) search_operations through the agent's door: the first, which builds the index, and those after it.
import { type Bench, median, millisecondsOf, quantile, round } from './figure.ts';
import { startOurs } from './ours.ts';

const queries = [
  'send a whatsapp template',
  'buy a phone number in Germany',
  'verification code by email',
  'list recordings of a call',
  'create task for an agent',
  'mask numbers between driver and rider',
  'sync document state',
  'why did my message fail 30007',
];

export const search: Bench = {
  name: 'search',
  async measure({ times }) {
    const firsts: number[] = [];
    const later: number[] = [];
    for (let round = 0; round < times(5); round += 1) {
      const server = await startOurs('http://127.0.0.1:9');
      const find = (query: string) => server.call('search_operations', { query });
      firsts.push(await millisecondsOf(() => find(queries[0] ?? '')));
      for (const query of [...queries, ...queries]) later.push(await millisecondsOf(() => find(query)));
      await server.end();
    }
    return [
      { letter: 'h', what: 'search, the first', value: round(median(firsts), 1), unit: 'ms' },
      {
        letter: 'h',
        what: 'search, later, p50',
        value: round(median(later), 1),
        unit: 'ms',
        beside: `p99 ${round(quantile(later, 0.99), 1)} ms`,
      },
    ];
  },
};
