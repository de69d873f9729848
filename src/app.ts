// The composition root: a configuration in, wired parts out. The only place where the parts meet, and where time and chance come from.
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { setTimeout as delay } from 'node:timers/promises';
import { listNumbers } from './catalog/account-numbers.ts';
import { explainErrorCode } from './catalog/error-codes.ts';
import { startChores } from './chores.ts';
import { type Client, createClient } from './client/client.ts';
import { createDownloader, rehearseDownload } from './client/download.ts';
import { createMediaReader } from './client/media.ts';
import { type Config, pricesPath, secretsOf, tokensPath } from './config.ts';
import { createFolderReader } from './files/folders.ts';
import { credentialsOf, defaultsOf, kindOf } from './from-settings.ts';
import { countryOf } from './guards/addressee.ts';
import { publishedPrices } from './guards/data/prices.ts';
import { matchesAny } from './guards/pattern.ts';
import type { Policy } from './guards/policy.ts';
import { createInbound, type Inbound } from './inbound.ts';
import { findEmulator, type LocalTwilio } from './local-twilio.ts';
import { createLog, type Log } from './log.ts';
import { readReferences } from './mcp/resources.ts';
import { createServerFactory, type ServerFactory } from './mcp/server.ts';
import { chooseSurface, type Surface } from './mcp/surface.ts';
import { openStore } from './open-store.ts';
import type { Defaults } from './operation/define.ts';
import type { Files } from './operation/files.ts';
import { errorOf } from './operation/result.ts';
import { isRow } from './operation/row.ts';
import { createOwnerCheck } from './owner-key.ts';
import { packageRoot, versionOfPackage } from './package.ts';
import { type Corridor, createCorridor, type Perform } from './perform.ts';
import { loadPolicy } from './policy-file.ts';
import { requireAccepted } from './policy-seal.ts';
import { readPrices } from './prices-file.ts';
import { type Recovered, recover } from './recover.ts';
import { createRedactor } from './redact.ts';

import { keepFresh } from './secrets/fresh.ts';
import { createKeeper } from './secrets/keep.ts';
import type { Store } from './store/open.ts';
import { type Observer, watchClient, watchPerform } from './watch.ts';

export interface AppOptions {
  readonly now?: () => Date;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** In place of the policy file, for who builds this server into a program of their own. */
  readonly policy?: Policy;
  /** In place of the disk and the network, for attachments. */
  readonly files?: Partial<Files>;
  /** Where log lines go; stderr when left out. */
  readonly writeLog?: (line: string) => void;
  /** Told of every call and request, by names and outcomes alone. */
  readonly observer?: Observer;
}

export interface App {
  readonly config: Config;
  /** The account requests are made for. */
  readonly account: string | undefined;
  readonly perform: Perform;
  /** What the guards would see of a call. */
  readonly lay: Corridor['lay'];
  readonly surface: Surface;
  /** What is in force. */
  readonly policy: Policy;
  readonly log: Log;
  readonly client: Client;
  readonly now: () => Date;
  readonly ledgers: Store;
  /** What comes in: the receiver of webhooks and the look where none reach. */
  readonly inbound: Inbound;
  /** What the configuration fills in when a call says nothing. */
  readonly defaults: Defaults;
  /** The Auth Token that webhooks are checked with. */
  readonly webhookToken: string | undefined;
  /** Looks for the sends of a process that ended before it knew their outcome. */
  readonly recover: () => Promise<Recovered>;
  /** Does that and forgets what is old, now and from time to time, until the end. */
  readonly startChores: () => void;
  /** The local Twilio, in emulator mode. */
  readonly emulator: LocalTwilio | undefined;
  readonly createServerFactory: () => Promise<ServerFactory>;
  /** Ends the connections and, in emulator mode, the local Twilio. */
  readonly close: () => Promise<void>;
}

/** Wires the server. Throws CONFIGURATION_INVALID when the configuration names what is not there. */
export async function createApp(config: Config, options: AppOptions = {}): Promise<App> {
  const opened: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    return { ...(await wire(config, options, opened)), close };
  } catch (error) {
    // A local Twilio that stays open would keep the process alive.
    await close();
    throw error;
  }
}

/** Puts the end of whatever it opens on the list, in the order of opening. */
async function wire(
  config: Config,
  options: AppOptions,
  opened: (() => unknown)[],
): Promise<Omit<App, 'close'>> {
  const { settings, mode } = config;
  const now = options.now ?? (() => new Date());
  const sleep = options.sleep ?? pause;
  const policy = await onBothShelves(options.policy ?? policyOf(config));
  const choice = {
    toolsets: settings.TWILIO_MCP_TOOLSETS,
    tools: settings.TWILIO_MCP_TOOLS,
    readOnly: policy.access.read_only,
  };
  const surface = await chooseSurface(choice);
  const emulator = mode === 'emulator' ? await findEmulator(config, now) : undefined;
  opened.push(() => emulator?.close());
  const credentials = credentialsOf(config, emulator);
  const redactor = createRedactor({
    secrets: [...secretsOf(settings), ...(emulator ? [emulator.authToken] : [])],
  });
  const log = createLog({
    level: settings.TWILIO_MCP_LOG_LEVEL,
    redactor,
    ...(options.writeLog && { write: options.writeLog }),
  });
  const store = openStore(config, () => randomBytes(32));
  opened.push(store.close);
  const owner = createOwnerCheck(store.owner.get, settings.TWILIO_MCP_OWNER_KEY);
  const timeoutMs = settings.TWILIO_MCP_TIMEOUT * 1000;
  const { reread } = config;
  const fresh =
    reread === undefined
      ? credentials
      : keepFresh({
          first: credentials,
          read: async () => {
            const again = await reread();
            redactor.learn(secretsOf(again.settings));
            return credentialsOf(again, emulator);
          },
          now,
          everyMs: settings.TWILIO_MCP_SECRETS_REFRESH * 1000,
          onFault: (error) =>
            log.warn({ err: error }, 'the secrets could not be read again; the last ones stay'),
        });
  const watching = { observer: options.observer, now };
  const plainClient = createClient({
    credentials: fresh,
    region: settings.TWILIO_REGION,
    edge: settings.TWILIO_EDGE,
    baseUrl: emulator?.url ?? settings.TWILIO_API_BASE_URL,
    userAgent: `twilio-mcp/${versionOfPackage()} node/${process.versions.node}`,
    now,
    random: Math.random,
    sleep,
    explain: (code) => explainErrorCode(code),
    timeoutMs,
    deadlineMs: 2 * timeoutMs,
  });
  const client = watchClient(plainClient, watching);
  opened.push(client.close);
  const account = config.account ?? emulator?.accountSid;
  await requireAccepted(settings.TWILIO_MCP_POLICY_FILE, owner);
  const ownNumbers = settings.TWILIO_MCP_OWNER_NUMBERS ?? [];
  const defaults = { ...defaultsOf(config, emulator), callSeconds: policy.limits.call_minutes * 60 };
  const inbound = createInbound({
    config,
    account,
    authTokens: async () => {
      const { authToken, secondaryAuthToken } = typeof fresh === 'function' ? await fresh() : fresh;
      return [authToken, secondaryAuthToken].filter((token) => token !== undefined);
    },
    secret: credentials.authToken ?? settings.TWILIO_MCP_WEBHOOK_TOKENS[0],
    from: defaults.from,
    client,
    ledgers: store,
    log,
    now,
  });
  opened.push(inbound.close);
  const corridor = createCorridor({
    mode,
    account,
    credential: kindOf(credentials),
    defaults,
    refresh: inbound.refresh,
    policy,
    client,
    ledgers: store,
    files: {
      ...filesOf(config),
      media: createMediaReader({
        client,
        account,
        baseUrl: emulator?.url ?? settings.TWILIO_API_BASE_URL,
        timeoutMs,
      }),
      ...options.files,
    },
    redactor,
    keeper: createKeeper({
      folder: keysFolder(config),
      // A key made a moment ago is as secret as the configured one.
      onKept: (secret) => redactor.learn([secret]),
    }),
    log,
    now,
    sleep,
    id: randomUUID,
    ownAddresses: ownNumbers,
    ownCountries: createOwnCountries([settings.TWILIO_FROM, ...ownNumbers], () => ownedNumbers(perform)),
    signed: owner.signed,
    decided: owner.decided,
    integrity: async () => (await owner.fault()) ?? (await store.integrity()),
    prices: readPrices(pricesPath(settings, mode)) ?? publishedPrices,
  });
  const { look, lay } = corridor;
  const settleLeftOpen = () =>
    recover({
      account: account ?? 'none',
      ledgers: store,
      look,
      find: async (name) => (await import('./mcp/discovery.ts')).findAny(name),
      now,
      deadlineMs: 2 * timeoutMs,
    });
  let stopChores: (() => void) | undefined;
  opened.push(() => stopChores?.());
  const perform = watchPerform(corridor.perform, watching);
  return {
    config,
    account,
    perform,
    lay,
    surface,
    policy,
    log,
    client,
    now,
    emulator,
    ledgers: store,
    inbound,
    defaults,
    webhookToken: credentials.authToken ?? settings.TWILIO_MCP_WEBHOOK_TOKENS[0],
    recover: settleLeftOpen,
    startChores: () => {
      stopChores ??= startChores({
        recover: settleLeftOpen,
        recoverEveryMs: 2 * timeoutMs,
        forget: store.forget,
        eventDays: settings.TWILIO_MCP_EVENT_DAYS,
        auditDays: settings.TWILIO_MCP_AUDIT_DAYS,
        now,
        log,
      });
    },
    createServerFactory: () =>
      createServerFactory({
        perform,
        approvals: store.approvals,
        askOwner: inbound.askOwner,
        inbox: inbound,
        now,
        stateKey: store.keyFor('request state'),
        surface,
        mode,
        references: readReferences(packageRoot),
        records: { audit: (limit) => store.audit.list(account ?? 'none', limit), policy },
        ownerNumbers: ownNumbers,
        version: versionOfPackage(),
      }),
  };
}

/** Countries of the numbers in the configuration; where they do not do, of all the account's numbers too, asked for once. */
function createOwnCountries(
  configured: readonly (string | undefined)[],
  owned: () => Promise<readonly string[]>,
): (wanted: readonly string[]) => Promise<readonly string[]> {
  const countriesIn = (numbers: readonly (string | undefined)[]) => [
    ...new Set(numbers.flatMap((each) => (each === undefined ? [] : (countryOf(each) ?? [])))),
  ];
  let known: readonly string[] | undefined;
  let asked = false;
  return async (wanted) => {
    known ??= countriesIn(configured);
    if (asked || wanted.every((each) => known?.includes(each))) return known;
    known = countriesIn([...configured, ...(await owned())]);
    asked = true;
    return known;
  };
}

export async function ownedNumbers(perform: Perform): Promise<readonly string[]> {
  const result = await perform({ operation: listNumbers, input: { limit: 100 }, actor: { name: 'server' } });
  if (!result.ok) throw errorOf(result);
  const rows = result.data['incoming_phone_numbers'];
  return (Array.isArray(rows) ? rows : []).flatMap((row) => (isRow(row) ? String(row['phone_number']) : []));
}

function filesOf({ settings, mode }: Config): Omit<Files, 'media'> {
  const hosts = settings.TWILIO_MCP_ATTACHMENT_HOSTS;
  return {
    read: createFolderReader(settings.TWILIO_MCP_ATTACHMENT_FOLDERS),
    download:
      mode === 'live'
        ? createDownloader({ hosts, timeoutMs: settings.TWILIO_MCP_TIMEOUT * 1000 })
        : rehearseDownload(hosts),
  };
}

/** A rehearsal's keys open nothing, and must not lie where live ones do. */
function keysFolder({ settings, mode }: Config): string {
  if (settings.TWILIO_MCP_KEYS_FOLDER !== undefined) return settings.TWILIO_MCP_KEYS_FOLDER;
  return mode === 'live' ? join(dirname(tokensPath(settings)), 'keys') : join(tmpdir(), 'twilio-mcp-keys');
}

function policyOf({ settings }: Config): Policy {
  return loadPolicy({
    file: settings.TWILIO_MCP_POLICY_FILE,
    readOnly: settings.TWILIO_MCP_READ_ONLY,
    urls: settings.TWILIO_STATUS_CALLBACK === undefined ? [] : [settings.TWILIO_STATUS_CALLBACK],
  });
}

/** A denied name denies the same request under its other name. The catalog is opened for it where something is denied. */
async function onBothShelves(policy: Policy): Promise<Policy> {
  const { deny } = policy.access;
  if (deny.length === 0) return policy;
  const { otherNamesOf } = await import('./catalog/twins.ts');
  const others = otherNamesOf((name) => matchesAny(deny, name));
  return { ...policy, access: { ...policy.access, deny: [...deny, ...others] } };
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}
