// `twilio-mcp` without a command: MCP over stdio until the client goes away.
import { createApp } from '../app.ts';
import { type Config, unknownSettings } from '../config.ts';
import { serveOverStdio } from '../mcp/stdio.ts';

export async function serve(config: Config): Promise<void> {
  const app = await createApp(config);
  const { log } = app;
  for (const name of unknownSettings())
    log.warn({ setting: name }, `${name} is no setting of this server and is ignored`);
  const factory = await app.createServerFactory();
  log.info({ mode: config.mode, tools: app.surface.listed.length }, 'serving MCP over stdio');
  const stop = () => {
    app.close().catch((error: unknown) => log.error({ err: error }, 'closing failed'));
  };
  serveOverStdio(factory, (error) => log.warn({ err: error }, 'MCP connection'), stop);
}
