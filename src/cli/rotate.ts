// `twilio-mcp rotate`: a new API key, or the next Auth Token, in the place of the one before. Asks Twilio with the Auth Token.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from '../client/client.ts';
import type { Credentials } from '../client/credentials.ts';
import { formText, type WireRequest } from '../client/encode.ts';
import { type Config, readConfig, rotationPath, type Settings, type Sources, whereKept } from '../config.ts';
import type { Host } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { isRow } from '../operation/row.ts';
import { versionOfPackage } from '../package.ts';
import { type Place, putAll } from '../secrets/place.ts';
import {
  type KeyService,
  type NewKey,
  rotateKey,
  rotateToken,
  type TokenService,
} from '../secrets/rotate.ts';

export interface RotateOptions {
  readonly authToken?: boolean;
  /** Seconds between putting a token in place and promoting it. */
  readonly wait?: string;
  /** A key that may do all, instead of a restricted one. */
  readonly standard?: boolean;
  /** File of permissions, as JSON: {"allow":["/twilio/…"]}. */
  readonly policy?: string;
}

/** What the tools listed by default take (docs/iam/api-keys/restricted-api-keys), where the key before had no policy of its own. */
const usual = [
  '/twilio/messaging/messages/*',
  '/twilio/messaging/services/*',
  '/twilio/messaging/content-templates/*',
  '/twilio/voice/calls/*',
  '/twilio/voice/recordings/read',
  '/twilio/verify/verification/create',
  '/twilio/verify/verification-check/create',
  '/twilio/phone-numbers/active-numbers/*',
  '/twilio/billing/usage/read',
  '/twilio/monitor/alerts/read',
  '/twilio/monitor/alerts/list',
];

const keyNames = ['TWILIO_API_KEY', 'TWILIO_API_SECRET'] as const;
const tokenNames = ['TWILIO_AUTH_TOKEN', 'TWILIO_SECONDARY_AUTH_TOKEN'] as const;

export async function rotate(sources: Sources, options: RotateOptions): Promise<void> {
  const config = await readConfig(sources);
  const { TWILIO_ACCOUNT_SID: account } = config.settings;
  if (account === undefined) {
    throw new OperationError(
      'CREDENTIALS_MISSING',
      'There is no account whose credentials could be changed.',
      {
        next: 'Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.',
      },
    );
  }
  // Before anything is changed at Twilio: a slip of the pen must not leave a rotation half done.
  const seconds = secondsToWait(options, config);
  const policy = options.policy === undefined ? undefined : readPolicy(options.policy);
  const statePath = rotationPath(account, sources.env);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const newName = () => `twilio-mcp ${new Date().toISOString()}`;
  const read = async () => (await readConfig(sources)).settings;
  if (options.authToken) {
    const put = putter(tokenNames, sources, config, say);
    await rotateToken(tokenService(account, read, config), {
      statePath,
      say,
      newName,
      untilRead: async () => {
        if (seconds > 0) say(`Waiting ${seconds} seconds, until running servers have read it.`);
        await delay(seconds * 1000);
      },
      keeping: {
        current: async () => {
          const { TWILIO_AUTH_TOKEN: primary, TWILIO_SECONDARY_AUTH_TOKEN: secondary } = await read();
          return primary === undefined ? undefined : { primary, secondary };
        },
        put: ({ primary, secondary }) => put([primary, secondary]),
      },
    });
    return;
  }
  const put = putter(keyNames, sources, config, say);
  await rotateKey(keyService(account, config, { standard: options.standard === true, policy }), {
    statePath,
    say,
    newName,
    keeping: {
      current: async () => {
        const { TWILIO_API_KEY: sid, TWILIO_API_SECRET: secret } = await read();
        return sid === undefined || secret === undefined ? undefined : { sid, secret };
      },
      put: ({ sid, secret }) => put([sid, secret]),
    },
  });
}

function secondsToWait({ wait }: RotateOptions, { settings }: Config): number {
  const seconds = wait?.trim() === '' ? Number.NaN : Number(wait ?? settings.TWILIO_MCP_SECRETS_REFRESH);
  if (seconds >= 0 && Number.isFinite(seconds)) return seconds;
  throw new OperationError('INVALID_INPUT', `--wait ${wait} is no number of seconds. Nothing was changed.`, {
    next: 'Give a number from 0, such as --wait 300.',
  });
}

/** The text as it is, once it is known to be an object in JSON; what it allows is for Twilio to judge. */
function readPolicy(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (isRow(JSON.parse(text))) return text;
    throw new Error('it is no JSON object');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError(
      'INVALID_INPUT',
      `The permissions in ${path} cannot be used: ${why}. Nothing was changed.`,
      {
        next: 'Give --policy a file such as {"allow":["/twilio/messaging/messages/create"]}, or leave it out.',
        cause,
      },
    );
  }
}

/** Puts the values in their places; where that is the owner's to do, shows them once, on stdout alone. */
function putter(
  names: readonly [string, string],
  sources: Sources,
  { settings }: Config,
  say: (line: string) => void,
) {
  return async (values: readonly (string | undefined)[]): Promise<boolean> => {
    const places = whereKept(names, sources);
    const entries = places.flatMap((place, index): [Place, string][] => {
      const value = values[index];
      return value === undefined ? [] : [[place, value]];
    });
    const [[first] = []] = entries;
    if (first === undefined || first.kind === 'elsewhere') {
      for (const [{ name }, value] of entries) process.stdout.write(`${name}=${value}\n`);
      return false;
    }
    // The second of two tokens may have no place: then webhooks know the first alone, and Twilio sends those it refused again.
    const known = entries.filter(([place]) => place.kind !== 'elsewhere');
    if (names === keyNames && known.length < entries.length) {
      throw new OperationError(
        'CONFIGURATION_INVALID',
        'Key and secret are not both kept where they can be changed.',
        {
          next: 'Keep TWILIO_API_KEY and TWILIO_API_SECRET in the same kind of place: .env, files, or Vault.',
        },
      );
    }
    for (const path of await putAll(known, vaultOf(settings)))
      say(`${path} could be read by everybody on this machine; now only by its owner (chmod 600).`);
    return true;
  };
}

function vaultOf({ VAULT_ADDR: address, VAULT_TOKEN: token, VAULT_NAMESPACE: namespace }: Settings) {
  return address === undefined || token === undefined ? undefined : { address, token, namespace };
}

interface Permissions {
  readonly standard: boolean;
  /** As JSON; those of the key before when undefined. */
  readonly policy: string | undefined;
}

function keyService(account: string, config: Config, { standard, policy }: Permissions): KeyService {
  const { TWILIO_AUTH_TOKEN: authToken, TWILIO_API_KEY: apiKey } = config.settings;
  if (authToken === undefined) {
    throw new OperationError(
      'CREDENTIALS_MISSING',
      'Keys are made and removed with the Auth Token. Nothing was changed.',
      {
        next: 'Set TWILIO_AUTH_TOKEN for this command; the server itself can do without.',
      },
    );
  }
  const manager = { accountSid: account, authToken };
  const form = async (name: string): Promise<[string, string][]> => {
    const plain: [string, string][] = [
      ['AccountSid', account],
      ['FriendlyName', name],
    ];
    if (standard) return plain;
    return [...plain, ['KeyType', 'restricted'], ['Policy', policy ?? (await policyOf(apiKey))]];
  };
  const policyOf = async (sid: string | undefined): Promise<string> => {
    const found = sid && (await ask(config, manager, get(`/v1/Keys/${sid}`)).catch(noneIfMissing));
    return JSON.stringify(isRow(found) && isRow(found['policy']) ? found['policy'] : { allow: usual });
  };
  return {
    create: async (name) => keyIn(await ask(config, manager, post('iam', '/v1/Keys', await form(name)))),
    named: async (name) => {
      const page = await ask(
        config,
        manager,
        get('/v1/Keys', [
          ['AccountSid', account],
          ['PageSize', '1000'],
        ]),
      );
      const rows = isRow(page) && Array.isArray(page['keys']) ? page['keys'].filter(isRow) : [];
      return rows.filter((row) => row['friendly_name'] === name).map((row) => String(row['sid']));
    },
    proves: ({ sid, secret }) =>
      proves(config, account, { accountSid: account, apiKey: sid, apiSecret: secret }),
    remove: async (sid) => {
      await ask(config, manager, remove('iam', `/v1/Keys/${sid}`)).catch(noneIfMissing);
    },
  };
}

function tokenService(account: string, read: () => Promise<Settings>, config: Config): TokenService {
  const asPrimary = async () => ({ accountSid: account, authToken: (await read()).TWILIO_AUTH_TOKEN });
  const secondary = '/v1/AuthTokens/Secondary';
  return {
    create: async () => {
      const made = await ask(config, await asPrimary(), post('accounts', secondary, []));
      const token = isRow(made) ? made['secondary_auth_token'] : undefined;
      if (typeof token === 'string') return token;
      throw new OperationError('ANSWER_UNREADABLE', 'Twilio made a secondary token and did not say it.', {
        next: 'Run the command again: it takes that one back and makes another.',
      });
    },
    discard: async () => {
      await ask(config, await asPrimary(), remove('accounts', secondary)).catch(noneIfMissing);
    },
    proves: (authToken) => proves(config, account, { accountSid: account, authToken }),
    promote: async (authToken) => {
      await ask(
        config,
        { accountSid: account, authToken },
        post('accounts', '/v1/AuthTokens/Promote', []),
      ).catch(noneIfMissing);
    },
  };
}

/** A new key may take a moment to be known everywhere. */
async function proves(config: Config, account: string, credentials: Credentials): Promise<boolean> {
  const path = `/2010-04-01/Accounts/${account}/IncomingPhoneNumbers.json`;
  const probe: WireRequest = { method: 'GET', host: 'api', path, query: [['PageSize', '1']], headers: {} };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ask(config, credentials, probe);
      return true;
    } catch (error) {
      if (!(error instanceof OperationError) || error.code !== 'AUTHENTICATION_FAILED') throw error;
      // 70051: the key is known, and lacks this one permission.
      if (error.details.twilioCode === 70051) return true;
      if (attempt === 4) return false;
      await delay(attempt * 500);
    }
  }
}

async function ask({ settings }: Config, credentials: Credentials, request: WireRequest): Promise<unknown> {
  const client: Client = createClient({
    credentials,
    region: settings.TWILIO_REGION,
    edge: settings.TWILIO_EDGE,
    baseUrl: settings.TWILIO_API_BASE_URL,
    userAgent: `twilio-mcp/${versionOfPackage()} node/${process.versions.node}`,
    now: () => new Date(),
    random: Math.random,
    sleep: async (ms) => void (await delay(ms)),
  });
  try {
    const effect = request.method === 'GET' ? 'read' : request.method === 'DELETE' ? 'delete' : 'admin';
    return (await client.send(request, { effect })).body;
  } finally {
    await client.close();
  }
}

function get(path: string, query: readonly (readonly [string, string])[] = []): WireRequest {
  return { method: 'GET', host: 'iam', path, query, headers: {} };
}

function remove(host: Host, path: string): WireRequest {
  return { method: 'DELETE', host, path, query: [], headers: {} };
}

function post(host: Host, path: string, pairs: readonly (readonly [string, string])[]): WireRequest {
  return {
    method: 'POST',
    host,
    path,
    query: [],
    headers: {},
    body: { type: 'form', text: formText(pairs) },
  };
}

function keyIn(answer: unknown): NewKey {
  const { sid, secret } = isRow(answer) ? answer : {};
  if (typeof sid === 'string' && typeof secret === 'string') return { sid, secret };
  throw new OperationError('ANSWER_UNREADABLE', 'Twilio made a key and did not say it whole.', {
    next: 'Run the command again: it removes that key and makes another.',
  });
}

function noneIfMissing(error: unknown): undefined {
  if (error instanceof OperationError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}
