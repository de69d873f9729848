// `twilio-mcp tools`: what this configuration would list, a line each.
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { discoveryTools } from '../mcp/discovery-tools.ts';

export async function listTools(config: Config): Promise<void> {
  const app = await createApp(config);
  const { listed, discovery } = app.surface;
  const rows = [
    ...listed.map(({ name, effect, title }) => ({ name, effect, title })),
    ...discoveryTools
      .filter(({ name }) => discovery.includes(name))
      .map(({ name, title = '' }) => ({ name, effect: name === 'run_operation' ? 'any' : 'read', title })),
  ];
  const width = Math.max(34, ...rows.map(({ name }) => name.length + 1));
  for (const { name, effect, title } of rows)
    process.stdout.write(`${name.padEnd(width)} ${effect.padEnd(7)} ${title}\n`);
  await app.close();
}
