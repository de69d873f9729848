// `twilio-mcp http`: MCP over HTTP until the process is told to end; calls under way may end first.
import { setTimeout as delay } from 'node:timers/promises';
import { createApp } from '../app.ts';
import { type Config, unknownSettings } from '../config.ts';
import { openHttpDoor } from '../mcp/http-door.ts';
import { serveHttp } from '../mcp/serve-http.ts';

export async function serveOverHttp(config: Config): Promise<void> {
  const { settings } = config;
  const app = await createApp(config);
  const { log } = app;
  for (const name of unknownSettings())
    log.warn({ setting: name }, `${name} is no setting of this server and is ignored`);
  const door = openHttpDoor(config, { log, now: app.now, factory: await app.createServerFactory() });
  const place = { host: settings.TWILIO_MCP_HTTP_HOST, port: settings.TWILIO_MCP_HTTP_PORT };
  const served = await serveHttp(door, place);
  log.info({ mode: config.mode, url: `${served.url}/mcp` }, 'serving MCP over HTTP');
  let ending = false;
  const end = (signal: string): void => {
    // Whoever asks twice does not want to wait.
    if (ending) process.exit(1);
    ending = true;
    log.info({ signal }, 'draining');
    const over = delay(settings.TWILIO_MCP_HTTP_DRAIN_SECONDS * 1000, undefined, { ref: false });
    served
      .drain(over)
      .then(() => app.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'closing failed');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
}
