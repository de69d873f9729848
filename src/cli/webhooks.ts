// `twilio-mcp webhooks setup | test`: a number or Messaging Service pointed at this server by its owner, and a look whether it is heard.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { type App, createApp } from '../app.ts';
import { getNumber } from '../catalog/account-numbers.ts';
import { setNumber, setService } from '../catalog/inbox-setup.ts';
import { getService } from '../catalog/messaging-services.ts';
import { encode } from '../client/encode.ts';
import type { Config } from '../config.ts';
import type { Operation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { parseInput } from '../operation/parse.ts';
import { errorOf } from '../operation/result.ts';
import { isRow, type Row } from '../operation/row.ts';
import { type Probed, probe } from '../webhooks/probe.ts';

export interface SetupOptions {
  readonly calls?: boolean;
  readonly yes?: boolean;
}

/** Shows what is there and what would be, and changes it after a yes. It can name this server's own address only. */
export async function setUp(config: Config, target: string, options: SetupOptions): Promise<void> {
  const app = await createApp(config);
  try {
    const isService = target.startsWith('MG');
    const sid = isService || target.startsWith('PN') ? target : await sidOf(app, target);
    const operation = isService ? setService : setNumber;
    const wanted = isService ? { sid } : { sid, messages: true, calls: options.calls === true };
    const { input } = parseInput(operation, wanted, app.defaults);
    const before = await read(app, isService ? getService : getNumber, sid);
    const { sid: _, ...changes } = input;
    for (const [field, value] of Object.entries(changes))
      process.stdout.write(
        `${field}\n  now:  ${String(before[field] ?? '') || '(nothing)'}\n  then: ${String(value)}\n`,
      );
    if (options.yes !== true && !(await agreed(`Change ${target}? Type yes: `))) {
      process.stdout.write('Nothing was changed. Without a terminal, --yes changes it.\n');
      return;
    }
    await change(app, operation, input);
    process.stdout.write(`Changed. \`twilio-mcp webhooks test\` shows whether it is heard.\n`);
  } finally {
    await app.close();
  }
}

async function sidOf(app: App, number: string): Promise<string> {
  const path = '/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json';
  const request = encode({ method: 'GET', host: 'api', path }, { phone_number: number }, app.account);
  const { body } = await app.client.send(request, { effect: 'read' });
  const rows =
    isRow(body) && Array.isArray(body['incoming_phone_numbers']) ? body['incoming_phone_numbers'] : [];
  const found = rows.filter(isRow).find((row) => row['phone_number'] === number);
  if (found !== undefined) return String(found['sid']);
  throw new OperationError('NOT_FOUND', `This account owns no number ${number}.`, {
    next: 'Give the number as E.164, its SID (PN…) or a Messaging Service (MG…).',
  });
}

async function read(app: App, operation: Operation, sid: string): Promise<Row> {
  const result = await app.perform({ operation, input: { sid }, actor: { name: 'owner' } });
  if (!result.ok) throw errorOf(result);
  return result.data;
}

/** The owner's own hand at their own terminal; written down like all that the owner does. */
async function change(app: App, { request, name }: Operation, input: Row): Promise<void> {
  if (request === undefined) throw new Error(`${name} is one request`);
  const { now, ledgers, client, account = 'none' } = app;
  const record = (phase: 'about to' | 'owner') =>
    ledgers.audit.append({ at: now(), account, actor: 'owner', phase, operation: name, facts: input });
  await record('about to');
  await client.send(encode(request, input, app.account), { effect: 'write', idempotent: true });
  await record('owner');
}

async function agreed(question: string): Promise<boolean> {
  // Whoever is no terminal cannot be asked.
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}

export async function testWebhooks(config: Config): Promise<void> {
  const app = await createApp(config);
  try {
    const probed = await probeOf(app);
    process.stdout.write(
      probed.heard
        ? 'ok    heard, and its signature accepted\n'
        : `WRONG ${probed.why}\n      → ${probed.mend}\n`,
    );
    if (!probed.heard) process.exitCode = 1;
  } finally {
    await app.close();
  }
}

/** A signed request by way of the public address; the running server answers it. */
export async function probeOf({ config, webhookToken, ledgers, account = 'none' }: App): Promise<Probed> {
  const publicUrl = config.settings.TWILIO_MCP_PUBLIC_URL;
  if (publicUrl === undefined)
    return {
      heard: false,
      why: 'no public address is set',
      mend: 'Set TWILIO_MCP_PUBLIC_URL to the https address that leads to this server.',
    };
  if (webhookToken === undefined)
    return {
      heard: false,
      why: 'no Auth Token is set',
      mend: 'Set TWILIO_AUTH_TOKEN or TWILIO_MCP_WEBHOOK_TOKENS: an API key cannot check signatures.',
    };
  const nonce = randomUUID();
  const probed = await probe({ publicUrl, token: webhookToken, nonce, fetch });
  if (!probed.heard || (await ledgers.events.get(account, `probe:${nonce}`)) !== undefined) return probed;
  return {
    heard: false,
    why: 'the request was answered by a server that keeps its inbox elsewhere',
    mend: 'Give both the same TWILIO_MCP_DATABASE_URL and account.',
  };
}
