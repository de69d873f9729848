// The one table of settings: environment names, flags and documentation come from it. Nothing else reads process.env.
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { credentialFaults, hasCredentials, isRehearsal, regionFaults } from './config-faults.ts';
import { isShared, passwordsOf, shownAddress } from './database-url.ts';
import { readEnvFile } from './env-file.ts';
import { OperationError } from './operation/errors.ts';
import { readProfiles } from './profiles.ts';
import type { RunCommand } from './secrets/command.ts';
import { gather, hasReferences, resolve, type Values } from './secrets/given.ts';
import { type Place, placeOf } from './secrets/place.ts';
import { aboutOf, accountSidOf, label, list, secretText, setting } from './setting.ts';
import { fileSettings } from './settings-files.ts';
import { httpSettings } from './settings-http.ts';
import { secretSettings } from './settings-secrets.ts';
import { storeFaults, storeSettings } from './settings-store.ts';
import { webhookSettings } from './settings-webhooks.ts';

export const modes = ['live', 'emulator', 'dry-run'] as const;

export type Mode = (typeof modes)[number];

const e164 = /^\+[1-9][0-9]{6,14}$/;

const table = {
  TWILIO_ACCOUNT_SID: setting(accountSidOf('AC').optional(), 'The account.', `AC${'0'.repeat(32)}`),
  TWILIO_AUTH_TOKEN: setting(
    secretText.optional(),
    'Its Auth Token. An API key is better: it can be limited and withdrawn.',
    'your_auth_token',
    'secret',
  ),
  TWILIO_SECONDARY_AUTH_TOKEN: setting(
    secretText.optional(),
    'The other Auth Token while tokens are being changed: webhooks signed with either are accepted.',
    'your_other_auth_token',
    'secret',
  ),
  TWILIO_API_KEY: setting(
    accountSidOf('SK').optional(),
    'API key SID; goes with TWILIO_API_SECRET.',
    `SK${'0'.repeat(32)}`,
  ),
  TWILIO_API_SECRET: setting(secretText.optional(), 'Secret of the API key.', 'your_api_secret', 'secret'),
  TWILIO_CLIENT_ID: setting(
    z.string().min(8).optional(),
    'OAuth 2 client ID, instead of token or key.',
    `OQ${'0'.repeat(32)}`,
  ),
  TWILIO_CLIENT_SECRET: setting(
    secretText.optional(),
    'OAuth 2 client secret.',
    'your_client_secret',
    'secret',
  ),
  TWILIO_MCP_SUBACCOUNT_SID: setting(
    accountSidOf('AC').optional(),
    'Act on this subaccount with the credentials of its parent.',
    `AC${'1'.repeat(32)}`,
  ),
  SENDGRID_API_KEY: setting(
    secretText.optional(),
    'SendGrid API key, for email operations.',
    'your_sendgrid_key',
    'secret',
  ),
  SEGMENT_WRITE_KEY: setting(
    secretText.optional(),
    'Segment source write key, for tracking.',
    'your_write_key',
    'secret',
  ),
  SEGMENT_PROFILE_API_TOKEN: setting(
    secretText.optional(),
    'Segment Profile API access token of one space, to read profiles.',
    'your_profile_token',
    'secret',
  ),
  SEGMENT_PUBLIC_API_TOKEN: setting(
    secretText.optional(),
    'Segment Public API token, to read audiences and destinations.',
    'your_public_api_token',
    'secret',
  ),
  SEGMENT_SPACE_ID: setting(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{4,64}$/, 'must be a Segment space ID')
      .optional(),
    'Segment space used when a call names none.',
    'spa_example',
  ),
  TWILIO_EDGE: setting(label.optional(), 'Twilio edge, such as dublin; needs TWILIO_REGION.', 'dublin'),
  TWILIO_REGION: setting(
    label.optional(),
    'Twilio region, such as ie1; needs TWILIO_EDGE. Keys belong to one region.',
    'ie1',
  ),
  TWILIO_API_BASE_URL: setting(
    z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
    'Send every request to this address, as <base>/<host>/<path>: for a test double.',
    'http://127.0.0.1:4010',
  ),
  TWILIO_FROM: setting(
    z.string().min(3).max(100).optional(),
    'Sender used when a call names none.',
    '+14155550100',
  ),
  TWILIO_MESSAGING_SERVICE_SID: setting(
    accountSidOf('MG').optional(),
    'Messaging Service used when a call names no sender and TWILIO_FROM is not set, and for scheduled messages.',
    `MG${'0'.repeat(32)}`,
  ),
  TWILIO_VERIFY_SERVICE_SID: setting(
    accountSidOf('VA').optional(),
    'Verify service used when a call names none.',
    `VA${'0'.repeat(32)}`,
  ),
  TWILIO_STATUS_CALLBACK: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'Where Twilio reports delivery when a call does not say.',
    'https://example.com/twilio/status',
  ),
  TWILIO_MCP_MODE: setting(
    z.enum(modes, `must be one of ${modes.join(', ')}`).optional(),
    'live, emulator (a local Twilio inside the server) or dry-run (shows each request, sends nothing). Default: emulator without credentials or with TWILIO_API_BASE_URL on this machine, else live.',
    'emulator',
  ),
  TWILIO_MCP_READ_ONLY: setting(
    z.stringbool({ error: 'must be true or false' }).default(false),
    'Only operations that look. The same as access.read_only in the policy file.',
    'true',
  ),
  TWILIO_MCP_POLICY_FILE: setting(
    z.string().min(1).optional(),
    'YAML or JSON file with the rules of the owner; references/guardrails.md tells them all. Without it the defaults hold.',
    '/etc/twilio-mcp/policy.yaml',
  ),
  TWILIO_MCP_TOOLSETS: setting(
    list.default(['default']),
    'Which tools are listed: default, discovery (search and call alone), all, product names, or domains of the full shelf such as video_v1, with commas.',
    'messaging,verify',
  ),
  TWILIO_MCP_TOOLS: setting(
    list.default([]),
    'Further tools to list, by name or pattern with *, of the full shelf too (api_v2010.Fetch*), with commas.',
    'voice_*,lookup_phone_number',
  ),
  TWILIO_MCP_OWNER_NUMBERS: setting(
    list
      .refine(
        (numbers) => numbers.every((each) => e164.test(each)),
        'must be E.164 numbers with commas between',
      )
      .optional(),
    "The owner's own numbers, with commas. The server names them to the agent as the ones to try things on.",
    '+14155550123',
  ),
  ...storeSettings,
  TWILIO_MCP_OWNER_KEY: setting(
    z
      .string()
      .regex(/^SHA256:[\w-]{43}$/, 'must be the fingerprint that `twilio-mcp init` prints')
      .optional(),
    "Fingerprint of the owner's key, as `twilio-mcp init` prints it. With it, a store that holds another key is not believed.",
    `SHA256:${'A'.repeat(43)}`,
  ),
  TWILIO_MCP_TIMEOUT: setting(
    z.coerce.number('must be a number of seconds').min(1).max(600).default(30),
    'Seconds one request may take.',
    '30',
  ),
  TWILIO_MCP_LOG_LEVEL: setting(
    z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
    'How much is written to stderr.',
    'info',
  ),
  ...secretSettings,
  ...httpSettings,
  ...fileSettings,
  ...webhookSettings,
};

const settingsSchema = z.object(table);

export type Settings = z.output<typeof settingsSchema>;

/** One row of the documentation of settings. */
export interface SettingRow {
  readonly env: string;
  readonly flag?: string;
  readonly description: string;
  readonly example: string;
  readonly fallback?: string;
  readonly secret: boolean;
}

let rows: readonly SettingRow[] | undefined;

/** The table as rows, in order: for `--help`, references/configuration.md and README. */
export function settingRows(): readonly SettingRow[] {
  rows ??= Object.entries(table).map(([env, schema]) => {
    const told = aboutOf(schema);
    if (told === undefined) throw new Error(`${env} has no description`);
    const flag = told.secret ? undefined : flagOf(env);
    const fallback = schema instanceof z.ZodDefault ? String(schema.parse(undefined)) : undefined;
    return {
      env,
      ...(flag && { flag }),
      description: told.description,
      example: told.examples[0],
      ...(fallback && { fallback }),
      secret: told.secret ?? false,
    };
  });
  return rows;
}

/** `TWILIO_MCP_READ_ONLY` is also `--read-only`; Twilio's own names have no flag. */
function flagOf(env: string): string | undefined {
  const ours = /^TWILIO_MCP_(.+)$/.exec(env)?.[1];
  return ours?.toLowerCase().replaceAll('_', '-');
}

export interface Config {
  readonly mode: Mode;
  readonly settings: Settings;
  /** The account requests are made for: the subaccount, else the account. */
  readonly account: string | undefined;
  /** Reads everything again; there only where something is kept elsewhere and may have changed. */
  readonly reread?: () => Promise<Config>;
}

type Texts = Readonly<Record<string, string | undefined>>;

export interface Sources {
  /** The process environment, unless a test gives another. */
  readonly env?: Texts;
  /** Command-line flags, by environment name. */
  readonly flags?: Texts;
  /** Path of a `.env` file; a missing default file is no fault, a missing named one is. */
  readonly envFile?: string;
  /** A profile, whatever TWILIO_MCP_PROFILE says. */
  readonly profile?: string;
  /** How other programs are asked for secrets; a test gives its own. */
  readonly run?: RunCommand;
}

/**
 * Reads flags, environment and `.env`, in that order of precedence. Throws CONFIGURATION_INVALID naming every fault; also
 * where a secret has to be looked up elsewhere, which only `readConfig` does.
 */
export function loadConfig(sources: Sources = {}): Config {
  const values = gatherFrom(sources);
  const elsewhere = [...values].filter(([, value]) => typeof value !== 'string').map(([name]) => name);
  if (elsewhere.length > 0) throw invalid([`${elsewhere.join(', ')} must be looked up: use readConfig`]);
  return configOf(Object.fromEntries(values));
}

/** The same, with the secrets that are kept elsewhere (files, vaults, helpers) looked up; `reread` looks again. */
export async function readConfig(sources: Sources = {}): Promise<Config> {
  const values = gatherFrom(sources);
  const found = await resolve(values, sources.env ?? process.env, sources.run);
  const config = configOf(Object.fromEntries(found));
  const mayChange = hasReferences(values) || Object.keys(fileOf(sources)).length > 0;
  return mayChange ? { ...config, reread: () => readConfig(sources) } : config;
}

/** Where the settings of that name are kept, so that a rotation can put new ones there. */
export function whereKept(names: readonly string[], sources: Sources = {}): readonly Place[] {
  const values = gatherFrom(sources);
  const file = fileOf(sources);
  const envFile = sources.envFile ?? (sources.env ?? process.env)['TWILIO_MCP_ENV_FILE'] ?? '.env';
  return names.map((name) => placeOf(name, values.get(name), file, envFile));
}

function fileOf({ env = process.env, envFile }: Sources): Record<string, string> {
  return readEnvFile(envFile ?? env['TWILIO_MCP_ENV_FILE']);
}

function gatherFrom(sources: Sources): Values {
  const env = sources.env ?? process.env;
  const file = fileOf(sources);
  const { flags = {} } = sources;
  // Whoever may list the processes of a machine reads their flags.
  if (isShared(flags['TWILIO_MCP_DATABASE_URL']))
    throw invalid(['--database-url takes a file: only; PostgreSQL is named by TWILIO_MCP_DATABASE_URL']);
  const early = (name: string) => flags[name] ?? env[name] ?? file[name];
  const chosen = sources.profile ?? early('TWILIO_MCP_PROFILE');
  const profile = chosen && settingsOfProfile(chosen, early('TWILIO_MCP_PROFILES_FILE'));
  return gather(settingRows(), { flags, env, file, ...(profile && { profile }) });
}

function settingsOfProfile(name: string, path: string | undefined): Readonly<Record<string, string>> {
  if (path === undefined)
    throw invalid([`the profile ${name} is chosen, but TWILIO_MCP_PROFILES_FILE is not set`]);
  const profiles = readProfiles(path);
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found === undefined)
    throw invalid([
      `there is no profile ${name} in ${path}; there is ${Object.keys(profiles).join(', ') || 'none'}`,
    ]);
  return found.settings;
}

function configOf(given: Readonly<Record<string, unknown>>): Config {
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  const settings = parsed.data;
  const halves = credentialFaults(settings);
  const faults = [...halves, ...regionFaults(settings), ...storeFaults(settings)];
  if (faults.length > 0) throw invalid(faults, halves.length > 0 ? orRehearse : undefined);
  const mode = settings.TWILIO_MCP_MODE ?? (isRehearsal(settings) ? 'emulator' : 'live');
  if (mode === 'live' && !hasCredentials(settings)) {
    throw invalid(
      ['TWILIO_MCP_MODE is live, but no credentials are set'],
      'Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or unset TWILIO_MCP_MODE to run against the local emulator.',
    );
  }
  // A dry run needs no account: where one would stand in a request, the name of its setting does.
  const nobody = mode === 'dry-run' ? 'TWILIO_ACCOUNT_SID' : undefined;
  const account = settings.TWILIO_MCP_SUBACCOUNT_SID ?? settings.TWILIO_ACCOUNT_SID ?? nobody;
  return { mode, settings, account };
}

const mend = 'Mend the settings named; references/configuration.md says what each may be.';
const orRehearse = 'Mend the settings named, or unset all credentials to run against the local emulator.';

function invalid(faults: readonly string[], next = mend): OperationError {
  const message = `The configuration is not usable: ${faults.join('; ')}.`;
  return new OperationError('CONFIGURATION_INVALID', message, { next });
}

/** The values that must never be seen, for the redactor. */
export function secretsOf(settings: Settings): string[] {
  const values = Object.entries(settings).filter(([name]) => isSecret(name));
  const secrets = values.flatMap(([, value]) => [value].flat().filter((each) => typeof each === 'string'));
  return [...secrets, ...passwordsOf(settings.TWILIO_MCP_DATABASE_URL)];
}

function isSecret(env: string): boolean {
  return settingRows().some((row) => row.env === env && row.secret);
}

/** Settings beginning with ours that the table does not know: a misspelt guard must not pass unseen. */
export function unknownSettings(env: Texts = process.env): string[] {
  return Object.keys(env).filter(
    (name) =>
      name.startsWith('TWILIO_MCP_') &&
      name !== 'TWILIO_MCP_ENV_FILE' &&
      !(name.replace(/_FILE$/, '') in table) &&
      !(name in table),
  );
}

/**
 * Where the server remembers: the configured place, else a file in the folder the platform gives programs.
 * A rehearsal has a file of its own: nothing it leaves behind can be taken for the real thing.
 */
export function storeUrl(settings: Settings, mode: Mode, env: Texts = process.env): string {
  const named = settings.TWILIO_MCP_DATABASE_URL;
  if (named === undefined)
    return join(stateFolder(env), 'twilio-mcp', mode === 'live' ? 'store.db' : 'rehearsal.db');
  if (isShared(named)) return named;
  return named.startsWith('file://') ? fileURLToPath(named) : named.slice('file:'.length);
}

/** The same for people to read: without user and password. */
export function shownStore(settings: Settings, mode: Mode, env: Texts = process.env): string {
  return shownAddress(storeUrl(settings, mode, env));
}

/** Prices that `twilio-mcp prices refresh` has asked for: beside the store where it is a file, else in the platform's folder. */
export function pricesPath(settings: Settings, mode: Mode, env: Texts = process.env): string {
  const url = storeUrl(settings, mode, env);
  const folder = isShared(url) ? join(stateFolder(env), 'twilio-mcp') : dirname(url);
  return join(folder, mode === 'live' ? 'prices.json' : 'rehearsal-prices.json');
}

/** The file that a rotation under way keeps its steps in, beside the store. It holds no secrets. */
export function rotationPath(account: string, env: Texts = process.env): string {
  return join(stateFolder(env), 'twilio-mcp', `rotation-${account}.json`);
}

/** The file of the tokens that callers over HTTP show: the configured one, else one beside the store. */
export function tokensPath(settings: Settings, env: Texts = process.env): string {
  return settings.TWILIO_MCP_TOKENS_FILE ?? join(stateFolder(env), 'twilio-mcp', 'tokens.json');
}

function stateFolder(env: Texts): string {
  const home = homedir();
  if (process.platform === 'win32') return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support');
  return env['XDG_STATE_HOME'] ?? join(home, '.local', 'state');
}
