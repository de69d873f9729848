// `twilio-mcp http`: MCP over HTTP until the process is told to end; calls under way may end first.
import { setTimeout as delay } from 'node:timers/promises';
import { type App, type AppOptions, createApp } from '../app.ts';
import { type Config, readConfig, type Sources, unknownSettings } from '../config.ts';
import type { Mount } from '../mcp/http.ts';
import { openHttpDoor } from '../mcp/http-door.ts';
import { type ServedHttp, serveHttp } from '../mcp/serve-http.ts';
import type { ServerFactory } from '../mcp/server.ts';
import { type Profiles, readProfiles } from '../profiles.ts';
import { webhookRoot } from '../webhooks/receiver.ts';

export async function serveOverHttp(sources: Sources): Promise<void> {
  const config = await readConfig(sources);
  const { settings, mode } = config;
  const path = settings.TWILIO_MCP_PROFILES_FILE;
  const profiles = path === undefined ? undefined : readProfiles(path);
  const metrics = settings.TWILIO_MCP_METRICS
    ? (await import('../mcp/metrics.ts')).createMetrics()
    : undefined;
  const apps = new Map<string | undefined, App>();
  const closeAll = () => Promise.all([...apps.values()].map((app) => app.close()));
  let served: ServedHttp;
  try {
    await openApps(apps, sources, profiles, metrics && { observer: metrics.observer });
    served = await open();
  } catch (error) {
    await closeAll();
    throw error;
  }
  const { log } = firstOf(apps);
  for (const app of apps.values()) {
    if (!app.config.settings.TWILIO_MCP_WEBHOOKS) app.inbound.start();
    app.startChores();
  }
  log.info({ mode, url: `${served.url}/mcp` }, 'serving MCP over HTTP');
  let ending = false;
  const end = (signal: string): void => {
    // Whoever asks twice does not want to wait.
    if (ending) process.exit(1);
    ending = true;
    log.info({ signal }, 'draining');
    const over = delay(settings.TWILIO_MCP_HTTP_DRAIN_SECONDS * 1000, undefined, { ref: false });
    served
      .drain(over)
      .then(closeAll)
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

  async function open(): Promise<ServedHttp> {
    const { log, now, inbound } = firstOf(apps);
    for (const name of unknownSettings())
      log.warn({ setting: name }, `${name} is no setting of this server and is ignored`);
    const factories = new Map<string | undefined, ServerFactory>();
    for (const [name, app] of apps) factories.set(name, await app.createServerFactory());
    const mounts = mountsOf(apps);
    const inbox = apps.size === 1 ? inbound : undefined;
    const ready = () => Promise.all([...apps.values()].map((app) => app.ledgers.ask()));
    const parts = { factories, profiles, log, now, mounts, inbox, metrics: metrics?.page, ready };
    const place = { host: settings.TWILIO_MCP_HTTP_HOST, port: settings.TWILIO_MCP_HTTP_PORT };
    return serveHttp(openHttpDoor(config, parts), place);
  }
}

/** One server within for each profile: what belongs to one account is out of reach of the others. */
async function openApps(
  apps: Map<string | undefined, App>,
  sources: Sources,
  profiles: Profiles | undefined,
  options: AppOptions | undefined,
): Promise<void> {
  const names = profiles === undefined ? [undefined] : Object.keys(profiles);
  for (const name of names) {
    const config = await readConfig({ ...sources, ...(name !== undefined && { profile: name }) });
    apps.set(name, await createApp(under(name, config), options));
  }
}

/** Each account hears at an address of its own: with profiles their name stands before the path. */
function under(name: string | undefined, config: Config): Config {
  const url = config.settings.TWILIO_MCP_PUBLIC_URL;
  if (name === undefined || url === undefined) return config;
  const settings = { ...config.settings, TWILIO_MCP_PUBLIC_URL: `${url}/${encodeURIComponent(name)}` };
  return { ...config, settings };
}

/** Webhooks beside MCP, where they are wanted. */
function mountsOf(apps: ReadonlyMap<string | undefined, App>): Mount[] {
  return [...apps].flatMap(([name, { config, inbound }]): Mount[] => {
    if (!config.settings.TWILIO_MCP_WEBHOOKS) return [];
    const prefix = name === undefined ? '' : `/${encodeURIComponent(name)}`;
    return [{ path: `${prefix}${webhookRoot}/*`, handle: inbound.receive }];
  });
}

function firstOf(apps: ReadonlyMap<string | undefined, App>): App {
  const [app] = apps.values();
  if (app === undefined) throw new Error('the profiles file names no profile');
  return app;
}
