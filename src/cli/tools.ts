// `twilio-mcp tools`: what this configuration would list, a line each.
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';

export async function listTools(config: Config): Promise<void> {
  const app = await createApp(config);
  const { listed } = app.surface;
  const width = Math.max(34, ...listed.map(({ name }) => name.length + 1));
  for (const { name, effect, title } of listed) {
    process.stdout.write(`${name.padEnd(width)} ${effect.padEnd(7)} ${title}\n`);
  }
  await app.close();
}
