// `twilio-mcp http`: MCP over HTTP until the process is told to end; calls under way may end first.
import { setTimeout as delay } from 'node:timers/promises';
import { type App, type AppOptions, createApp } from '../app.ts';
import { type Config, readConfig, type Sources, unknownSettings } from '../config.ts';
import type { Mount } from '../mcp/http.ts';
import { openHttpDoor } from '../mcp/http-door.ts';
import { serveHttp } from '../mcp/serve-http.ts';
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
  const apps = await openApps(sources, profiles, metrics && { observer: metrics.observer });
  const { log, now } = firstOf(apps);
  for (const name of unknownSettings())
    log.warn({ setting: name }, `${name} is no setting of this server and is ignored`);
  const factories = new Map(
    await Promise.all([...apps].map(async ([name, app]) => [name, await app.createServerFactory()] as const)),
  );
  const closeAll = () => Promise.all([...apps.values()].map((app) => app.close()));
  const place = { host: settings.TWILIO_MCP_HTTP_HOST, port: settings.TWILIO_MCP_HTTP_PORT };
  const served = await open().catch(async (error: unknown) => {
    // A local Twilio that stays open would keep the process alive.
    await closeAll();
    throw error;
  });
  for (const app of apps.values()) app.startChores();
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

  async function open() {
    const mounts = mountsOf(apps);
    const inbox = apps.size === 1 ? firstOf(apps).inbound : undefined;
    const ready = () => Promise.all([...apps.values()].map((app) => app.ledgers.ask()));
    const parts = { factories, profiles, log, now, mounts, inbox, metrics: metrics?.page, ready };
    return serveHttp(openHttpDoor(config, parts), place);
  }
}

/** One server within for each profile: what belongs to one account is out of reach of the others. */
async function openApps(
  sources: Sources,
  profiles: Profiles | undefined,
  options: AppOptions | undefined,
): Promise<Map<string | undefined, App>> {
  const apps = new Map<string | undefined, App>();
  const names = profiles === undefined ? [undefined] : Object.keys(profiles);
  for (const name of names) {
    const config = await readConfig({ ...sources, ...(name !== undefined && { profile: name }) });
    apps.set(name, await createApp(under(name, config), options));
  }
  return apps;
}

/** Each account hears at an address of its own: with profiles their name stands before the path. */
function under(name: string | undefined, config: Config): Config {
  const url = config.settings.TWILIO_MCP_PUBLIC_URL;
  if (name === undefined || url === undefined) return config;
  const settings = { ...config.settings, TWILIO_MCP_PUBLIC_URL: `${url}/${encodeURIComponent(name)}` };
  return { ...config, settings };
}

/** Webhooks beside MCP where they are wanted; else Twilio is asked at an interval. */
function mountsOf(apps: ReadonlyMap<string | undefined, App>): Mount[] {
  return [...apps].flatMap(([name, { config, inbound }]): Mount[] => {
    if (!config.settings.TWILIO_MCP_WEBHOOKS) {
      inbound.start();
      return [];
    }
    const prefix = name === undefined ? '' : `/${encodeURIComponent(name)}`;
    return [{ path: `${prefix}${webhookRoot}/*`, handle: inbound.receive }];
  });
}

function firstOf(apps: ReadonlyMap<string | undefined, App>): App {
  const [app] = apps.values();
  if (app === undefined) throw new Error('the profiles file names no profile');
  return app;
}
