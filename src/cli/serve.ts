// `twilio-mcp` without a command: MCP over stdio until the client goes away.
import { type App, createApp } from '../app.ts';
import { type Config, unknownSettings } from '../config.ts';
import { serveOverStdio } from '../mcp/stdio.ts';
import type { Listening } from '../webhooks/listen.ts';
import { twilioPath } from '../webhooks/receiver.ts';

const soonMs = 500;

export async function serve(config: Config): Promise<void> {
  const app = await createApp(config);
  try {
    await serveApp(app);
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function serveApp(app: App): Promise<void> {
  const { config, log } = app;
  for (const name of unknownSettings())
    log.warn({ setting: name }, `${name} is no setting of this server and is ignored`);
  const factory = await app.createServerFactory();
  const heard = await hear(app);
  app.startChores();
  const stop = () => {
    const closed = heard?.close().then(() => app.close()) ?? app.close();
    closed.catch((error: unknown) => log.error({ err: error }, 'closing failed'));
  };
  const onError = (error: Error) => {
    log.warn({ reason: reasonOf(error) }, 'MCP connection');
    log.debug({ err: error }, 'MCP connection');
  };
  serveOverStdio(factory, onError, stop);
  const about = { mode: config.mode, tools: app.surface.listed.length };
  // A host asks for the tools first, and should not wait for the log to be opened.
  setTimeout(() => log.info(about, 'serving MCP over stdio'), soonMs).unref();
}

/** Of a message that is no JSON-RPC the SDK tells every schema that it did not fit, in dozens of lines. */
function reasonOf({ name, message }: Error): string {
  return name === 'ZodError' ? 'a message was no JSON-RPC' : message;
}

/** Webhooks at a port of their own, or Twilio asked at an interval. */
async function hear({ config, inbound, log }: App): Promise<Listening | undefined> {
  const { settings } = config;
  if (!settings.TWILIO_MCP_WEBHOOKS) {
    inbound.start();
    return undefined;
  }
  // Loaded only where webhooks are heard: a start without them should not wait for a web server.
  const { listen } = await import('../webhooks/listen.ts');
  const place = { host: settings.TWILIO_MCP_WEBHOOK_HOST, port: settings.TWILIO_MCP_WEBHOOK_PORT };
  const heard = await listen(inbound.receive, place);
  log.info({ url: `${settings.TWILIO_MCP_PUBLIC_URL ?? heard.url}${twilioPath}` }, 'hearing webhooks');
  return heard;
}
