// One world per test: an emulator on a port of this machine with a clock that stands still, the real server, a real MCP client.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transport } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { type App, type AppOptions, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { EMULATED_SENDGRID_KEY } from '../../src/emulator/products/email.ts';
import { type ServedEmulator, serveEmulator } from '../../src/emulator/server.ts';
import { type Policy, policySchema } from '../../src/guards/policy.ts';
import { serveOver } from '../../src/mcp/stdio.ts';
import type { ConsentEntry } from '../../src/operation/ledgers.ts';
import { type Channel, purposes } from '../../src/operation/reach.ts';
import {
  type CallOptions,
  connectClient,
  type Human,
  type Kind,
  type Row,
  type TestClient,
} from './clients.ts';
import { tap } from './tap.ts';

export type { Row } from './clients.ts';
export { kinds } from './clients.ts';

export interface WorldOptions {
  readonly kind?: Kind;
  /** Settings beside the account and the address of the emulator. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * `lenient` (the default) is for tests about products: everybody a test writes to has agreed, and the owner allows much.
   * `default` is what holds without a policy file; an object is a policy file.
   */
  readonly guards?: 'lenient' | 'default' | z.input<typeof policySchema>;
  /** Who answers questions; with lenient guards somebody who always says yes, else nobody. */
  readonly human?: Human;
  /** In place of the disk and the network, for attachments. */
  readonly files?: AppOptions['files'];
  readonly observer?: AppOptions['observer'];
}

/** Says yes to everything, as an owner who trusts the agent. */
export const yes: Human = () => ({ action: 'accept', content: { confirm: true, evidence: 'they told me' } });

export interface World {
  readonly app: App;
  readonly emulator: ServedEmulator;
  readonly client: TestClient;
  /** Calls a tool that must succeed, and gives its data. */
  readonly ok: (name: string, input?: Row, options?: CallOptions) => Promise<Row>;
  /** Calls a tool that must fail, and gives its text. */
  readonly no: (name: string, input?: Row, options?: CallOptions) => Promise<string>;
  /** The emulator's control door: the other phone, the clock, faults. */
  readonly control: (method: string, path: string, body?: Row) => Promise<Row>;
  readonly advance: (seconds: number) => Promise<void>;
  /** Where the secrets of keys made here lie. */
  readonly keysFolder: string;
  /** What the server logged. */
  readonly log: readonly string[];
  /** Requests that reached the emulator, without headers: `POST /2010-04-01/…`. */
  readonly requests: (method?: string) => string[];
  readonly close: () => Promise<void>;
}

/** Numbers of the emulated account; see references/emulator.md. */
export const OWN_NUMBER = '+14155550100';
export const PERSON = '+14155550123';

const noon = Date.UTC(2026, 10, 23, 15, 0, 0);

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const emulator = await serveEmulator({ now: () => noon, clock: 'manual', port: 0 });
  tap(emulator.emulator);
  const keysFolder = mkdtempSync(join(tmpdir(), 'twilio-mcp-keys-'));
  const env = {
    TWILIO_ACCOUNT_SID: emulator.emulator.accountSid,
    TWILIO_AUTH_TOKEN: emulator.emulator.authToken,
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_FROM: OWN_NUMBER,
    SENDGRID_API_KEY: EMULATED_SENDGRID_KEY,
    TWILIO_MCP_TOOLSETS: 'all',
    TWILIO_MCP_KEYS_FOLDER: keysFolder,
    TWILIO_MCP_DATABASE_URL: `file:${join(mkdtempSync(join(tmpdir(), 'twilio-mcp-state-')), 'store.db')}`,
    ...options.env,
  };
  const log: string[] = [];
  const now = () => new Date(emulator.emulator.world.clock.now());
  const app = await createApp(loadConfig({ env, envFile: emptyFile }), {
    now,
    policy: policyOf(options),
    ...(options.files && { files: options.files }),
    ...(options.observer && { observer: options.observer }),
    sleep: (ms) => emulator.emulator.world.clock.advance(ms / 1000),
    writeLog: (line) => log.push(line),
  });
  if ((options.guards ?? 'lenient') === 'lenient') await agree(app, EVERYBODY);
  const factory = await app.createServerFactory();
  const human = options.human ?? ((options.guards ?? 'lenient') === 'lenient' ? yes : undefined);
  const serve = (transport: Transport) => serveOver(transport, factory);
  const client = await connectClient(options.kind ?? '2.x', serve, human);
  return {
    app,
    emulator,
    client,
    keysFolder,
    log,
    ok: async (name, input, callOptions) => {
      const answer = await client.call(name, input, callOptions);
      if (answer.isError) throw new Error(`${name} failed: ${answer.text}`);
      return answer.data;
    },
    no: async (name, input, callOptions) => {
      const answer = await client.call(name, input, callOptions);
      if (!answer.isError) throw new Error(`${name} was carried out: ${answer.text}`);
      return answer.text;
    },
    control: (method, path, body) => control(emulator.url, method, path, body),
    advance: async (seconds) => {
      await control(emulator.url, 'POST', '/clock/advance', { seconds });
    },
    requests: (method) =>
      emulator.emulator
        .requests()
        .filter((record) => method === undefined || record.method === method)
        .map((record) => `${record.method} ${record.path}`),
    close: async () => {
      await client.close();
      await app.close();
      await emulator.close();
    },
  };
}

function policyOf({ guards = 'lenient', env }: WorldOptions): Policy {
  if (typeof guards === 'object') return policySchema.parse(guards);
  const access = { read_only: env?.['TWILIO_MCP_READ_ONLY'] === 'true' };
  return policySchema.parse(guards === 'default' ? { access } : { ...lenient, access });
}

const anyHour = { from: '00:00', to: '24:00', sunday_from: '00:00' };
const plenty = 1_000_000;
/** An owner who allows much. As a policy file would say it. */
export const lenient = {
  destination: { allow: ['*', '*@*'], url_hosts: ['*'] },
  quiet_hours: { marketing: anyHour, calls: anyHour, regional: false },
  taint: { minutes: 0 },
  limits: {
    contacts_per_hour: plenty,
    contacts_per_day: plenty,
    contacts_per_person_per_day: plenty,
    verifications_per_number_per_hour: plenty,
    verifications_per_hour: plenty,
    repeat_window_minutes: 0,
    call_minutes: 240,
    rows_per_answer: 1000,
  },
  spend: { per_call: plenty, per_day: 1000 * plenty },
  confirmation: { spend: 'allow', delete: 'allow', admin: 'ask', recipients: plenty },
} satisfies z.input<typeof policySchema>;

/** Puts agreements on record, as the people themselves would give them. */
export async function agree(app: App, contacts: readonly string[]): Promise<void> {
  const entries = contacts.flatMap((contact) =>
    channelsOf(contact).flatMap((channel) =>
      purposes.map(
        (purpose): ConsentEntry => ({
          account: app.account ?? 'none',
          contact,
          channel,
          purpose,
          state: 'granted',
          source: 'human_confirmation',
          by: 'test',
          at: new Date(0),
          evidence: 'said so in a test',
        }),
      ),
    ),
  );
  await app.ledgers.consents.append(entries);
}

function channelsOf(contact: string): readonly Channel[] {
  return contact.includes('@') ? ['email'] : ['sms', 'whatsapp', 'voice'];
}

const EVERYBODY = [PERSON];

/** A `.env` that holds nothing, so that no developer's own settings reach a test. */
const emptyFile = new URL('empty.env', import.meta.url).pathname;

async function control(url: string, method: string, path: string, body?: Row): Promise<Row> {
  const response = await fetch(`${url}/_emulator${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`the control door said ${response.status}: ${JSON.stringify(answer)}`);
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}
