// (b) What tools/list costs a model's context: bytes on the wire and tokens (o200k), by toolset.
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import type { Bench, Figure } from './figure.ts';
import { library, main, settingsFor } from './ours.ts';
import { peers } from './peer.ts';
import { startServer } from './stdio.ts';

const allowed = 6000;

export const listing: Bench = {
  name: 'listing',
  async measure({ quick }) {
    const { operations } = await library();
    const products = new Set(operations.map(({ name }) => name.slice(0, name.indexOf('_'))));
    const figures: Figure[] = [];
    for (const toolset of ['default', 'discovery', 'all', ...(quick ? [] : products)]) {
      const figure = await listed(`toolset ${toolset}`, [main, 'serve', '--toolsets', toolset]);
      const held = toolset === 'default' && { target: `≤ ${allowed}`, met: figure.value <= allowed };
      figures.push({ ...figure, ...held });
    }
    for (const { name, args } of peers) figures.push(await listed(name, args));
    return figures;
  },
};

async function listed(whose: string, args: readonly string[]): Promise<Figure> {
  const server = await startServer(args, settingsFor('http://127.0.0.1:9'));
  const { tools } = await server.ask('tools/list', {});
  await server.end();
  if (!Array.isArray(tools)) throw new Error('tools/list answered no list');
  const text = JSON.stringify(tools);
  return {
    letter: 'b',
    what: `tools/list, ${whose}`,
    value: encode(text).length,
    unit: 'tokens',
    beside: `${tools.length} tools, ${Buffer.byteLength(text)} bytes`,
  };
}
