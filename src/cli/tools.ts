// `twilio-mcp tools`: what this configuration would list, a line each.
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';

export async function listTools(config: Config): Promise<void> {
  const app = await createApp(config);
  for (const { name, effect, title } of app.surface.listed) {
    process.stdout.write(`${name.padEnd(34)} ${effect.padEnd(7)} ${title}\n`);
  }
  await app.close();
}
