// `twilio-mcp doctor`: is what is configured true? Each check says what it found and how to mend it. It only looks.
import { type App, createApp } from '../app.ts';
import { findOperation } from '../catalog/index.ts';
import { encode } from '../client/encode.ts';
import { type Config, shownStore, unknownSettings } from '../config.ts';
import { isShared } from '../database-url.ts';
import type { Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import type { Result } from '../operation/result.ts';
import { createOwnerCheck, fingerprintOf } from '../owner-key.ts';
import { print } from './desk.ts';
import { policyLines } from './policy-lines.ts';
import { probeOf } from './webhooks.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly mend?: string;
}

/** Twilio refuses signed requests from a clock further off; replay windows of webhooks are of the same size. */
const clockToleranceSeconds = 300;

export async function diagnose(load: () => Promise<Config>): Promise<void> {
  const { findings, rules } = await examine(load);
  for (const { check, ok, found, mend } of findings) {
    process.stdout.write(
      `${ok ? 'ok  ' : 'WRONG'} ${check}: ${found}\n${mend === undefined ? '' : `      → ${mend}\n`}`,
    );
  }
  if (rules.length > 0) print('', 'Rules in force:', ...rules.map((rule) => `  ${rule}`), '');
  const wrong = findings.filter((finding) => !finding.ok).length;
  process.stdout.write(
    wrong === 0
      ? 'Everything checked is in order.\n'
      : `${wrong} of ${findings.length} checks found something wrong.\n`,
  );
  if (wrong > 0) process.exitCode = 1;
}

interface Examined {
  readonly findings: readonly Finding[];
  readonly rules: readonly string[];
}

async function examine(load: () => Promise<Config>): Promise<Examined> {
  let app: App;
  try {
    app = await createApp(await load());
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const { message, details } = error;
    return { findings: [{ check: 'settings', ok: false, found: message, mend: details.next }], rules: [] };
  }
  try {
    const findings = [
      ...settings(app.config),
      ...(await credentials(app)),
      ...(await inbox(app)),
      ...(await clock(app)),
      ...(await guardrails(app)),
    ];
    return { findings, rules: policyLines(app.policy) };
  } finally {
    await app.close();
  }
}

async function guardrails(app: App): Promise<Finding[]> {
  const { TWILIO_MCP_POLICY_FILE: file } = app.config.settings;
  const policy = { check: 'policy', ok: true, found: file ?? 'no file: the defaults hold' };
  try {
    return [policy, await owner(app), await store(app)];
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return [policy, { check: 'store', ok: false, found: error.message, mend: error.details.next }];
  }
}

async function owner({ config, ledgers }: App): Promise<Finding> {
  const known = await ledgers.owner.get();
  if (known === undefined) {
    const found = 'none yet: `twilio-mcp init` sets the passphrase for consents and approvals';
    return { check: 'owner', ok: true, found };
  }
  const pinned = config.settings.TWILIO_MCP_OWNER_KEY !== undefined;
  const how = pinned ? 'pinned' : 'not pinned: TWILIO_MCP_OWNER_KEY would bind the server to it';
  return { check: 'owner', ok: true, found: `${fingerprintOf(known.publicKey)}, ${how}` };
}

/** Which store is in force, whether it answers, and whether it is as this server wrote it. */
async function store({ config: { settings, mode }, ledgers }: App): Promise<Finding> {
  const check = createOwnerCheck(ledgers.owner.get, settings.TWILIO_MCP_OWNER_KEY);
  const fault = (await check.fault()) ?? (await ledgers.integrity());
  const lacksOwner = settings.TWILIO_MCP_OWNER_KEY !== undefined && (await ledgers.owner.get()) === undefined;
  const place = shownStore(settings, mode);
  if (!ledgers.keeps) {
    return {
      check: 'store',
      ok: false,
      found: `in memory: nothing is kept, since ${place} cannot be written`,
      mend: 'Make the folder writable for this user, or name another file in TWILIO_MCP_DATABASE_URL.',
    };
  }
  const kind = isShared(place) ? 'PostgreSQL' : 'SQLite';
  if (fault === undefined)
    return { check: 'store', ok: true, found: `${kind}, ${place}: answers; consents and audit whole` };
  return {
    check: 'store',
    ok: false,
    found: `${kind}, ${place}: ${fault}`,
    mend: `Nobody is contacted until this is mended. ${lacksOwner ? withoutOwner : untrusted}`,
  };
}

const withoutOwner =
  'Run `twilio-mcp init` with these settings, then set TWILIO_MCP_OWNER_KEY to the key that it prints; if this store had an owner before, look first with `twilio-mcp audit verify`.';

const untrusted =
  'Look with `twilio-mcp audit verify`; keep the store as it is, and go on with a new one (TWILIO_MCP_DATABASE_URL).';

function settings(config: Config): Finding[] {
  const unknown = unknownSettings();
  const mode: Finding = {
    check: 'mode',
    ok: true,
    found: config.mode === 'live' ? 'live: calls reach Twilio' : `${config.mode}: nothing reaches Twilio`,
  };
  if (unknown.length === 0) return [mode];
  return [
    mode,
    {
      check: 'settings',
      ok: false,
      found: `unknown: ${unknown.join(', ')}`,
      mend: 'Correct the name; references/configuration.md lists all.',
    },
  ];
}

async function credentials(app: App): Promise<Finding[]> {
  if (app.config.mode === 'dry-run')
    return [{ check: 'credentials', ok: true, found: 'not asked in dry-run mode' }];
  const numbers = await ask(app, 'account_list_numbers', { limit: 50 });
  if (!numbers.ok)
    return [
      {
        check: 'credentials',
        ok: false,
        found: `${numbers.error.code}: ${numbers.error.message}`,
        mend: numbers.error.next,
      },
    ];
  const owned = rowsOf(numbers.data['incoming_phone_numbers']);
  return [
    {
      check: 'credentials',
      ok: true,
      found: `accepted; ${owned.length} number${owned.length === 1 ? '' : 's'} owned`,
    },
    sender(app.defaults, owned),
    ...webhooks(owned),
  ];
}

/** As a call finds it: the local Twilio has a sender of its own. */
function sender({ from, messagingServiceSid: service }: App['defaults'], owned: readonly Row[]): Finding {
  const check = 'sender';
  if (from === undefined) {
    if (service !== undefined) return { check, ok: true, found: `Messaging Service ${service}` };
    return {
      check,
      ok: true,
      found: 'none configured: each call must name one (TWILIO_FROM sets a default)',
    };
  }
  if (!from.startsWith('+'))
    return { check, ok: true, found: `${from} (a sender ID or short code; not checked)` };
  const number = owned.find((row) => row['phone_number'] === from);
  if (number !== undefined) return { check, ok: true, found: `${from} is owned by this account` };
  const senders = owned.map((row) => String(row['phone_number']));
  return {
    check,
    ok: false,
    found: `${from} is not among the numbers of this account`,
    mend: `Set TWILIO_FROM to one of ${senders.slice(0, 5).join(', ') || 'your numbers (there are none yet)'}, or buy or port it.`,
  };
}

function webhooks(owned: readonly Row[]): Finding[] {
  return owned.flatMap((row) => {
    const urls = ['sms_url', 'voice_url', 'status_callback'].map((key) => [key, row[key]] as const);
    return urls.flatMap(([key, url]) => {
      if (typeof url !== 'string' || url === '' || url.startsWith('https://')) return [];
      return [
        {
          check: 'webhooks',
          ok: false,
          found: `${String(row['phone_number'])} has ${key} ${url}, which is not https`,
          mend: 'Use an https URL (account_update_number sets it): over http, strangers can read and forge what Twilio sends.',
        },
      ];
    });
  });
}

/** How replies, deliveries and STOP words get here, and whether that way is open. */
async function inbox(app: App): Promise<Finding[]> {
  const { settings, mode } = app.config;
  if (mode === 'dry-run') return [];
  if (!settings.TWILIO_MCP_WEBHOOKS) {
    const every = settings.TWILIO_MCP_POLL_SECONDS;
    const how =
      every === 0 ? 'before a wait or a send' : `every ${every} seconds, and before a wait or a send`;
    return [{ check: 'inbox', ok: true, found: `no webhooks; Twilio is asked ${how}` }];
  }
  const probed = await probeOf(app);
  if (!probed.heard) return [{ check: 'webhooks', ok: false, found: probed.why, mend: probed.mend }];
  return [{ check: 'webhooks', ok: true, found: 'a signed request was heard at the public address' }];
}

async function clock(app: App): Promise<Finding[]> {
  const path = '/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json';
  const request = encode({ method: 'GET', host: 'api', path, fixed: { PageSize: 1 } }, {}, app.account);
  const told = await app.client.send(request, { effect: 'read' }).then(
    ({ headers }) => headers['date'],
    () => undefined,
  );
  if (typeof told !== 'string') return [];
  const off = Math.round(Math.abs(app.now().getTime() - Date.parse(told)) / 1000);
  const ok = off <= clockToleranceSeconds;
  return [
    {
      check: 'clock',
      ok,
      found: ok ? 'agrees with the provider' : `${off} seconds off the provider's`,
      ...(!ok && {
        mend: 'Set this machine by NTP: tokens, schedules and webhook time limits depend on it.',
      }),
    },
  ];
}

function ask(app: App, name: string, input: Row): Promise<Result> {
  const operation = findOperation(name);
  if (operation === undefined) throw new Error(`the catalog has no ${name}`);
  return app.perform({ operation, input, actor: { name: 'doctor' } });
}

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
}
