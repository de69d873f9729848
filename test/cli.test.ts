// The human's door and stdio, as processes of their own: what goes to stdout, what to stderr, and the exit code.

import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClassicClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as ClassicStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedEmulator, serveEmulator } from '../src/emulator/server.ts';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const empty = fileURLToPath(new URL('support/empty.env', import.meta.url));

let emulator: ServedEmulator;

beforeEach(async () => {
  emulator = await serveEmulator({ now: Date.now, clock: 'manual', port: 0 });
});

afterEach(() => emulator.close());

function environment(more: Record<string, string> = {}): Record<string, string> {
  const { accountSid, authToken } = emulator.emulator;
  return {
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: empty,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_MCP_MODE: 'live',
    TWILIO_API_BASE_URL: emulator.url,
    TWILIO_FROM: '+14155550100',
    XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'twilio-mcp-state-')),
    // Needs no consent: these tests are about the command line.
    TWILIO_MCP_OWNER_NUMBERS: '+14155550123',
    ...more,
  };
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], env: Record<string, string> = environment(), input = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { env });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

describe('twilio-mcp call', () => {
  it('takes flags or JSON, prints JSON, and exits with 0', async () => {
    const byFlag = await run([
      'call',
      'messaging_send_message',
      '--to',
      '+14155550123',
      '--body',
      'Hello',
      '--validity-period',
      '600',
    ]);
    expect(byFlag.code, byFlag.err).toBe(0);
    expect(JSON.parse(byFlag.out)).toMatchObject({ status: 'queued', body: 'Hello' });
    const byJson = await run([
      'call',
      'messaging_send_message',
      '--json',
      '{"to":"+14155550123","body":"Hi"}',
    ]);
    expect(JSON.parse(byJson.out)).toMatchObject({ body: 'Hi', to: '+14155550123' });
  });

  it.each([
    [['call', 'messaging_send_message', '--to', '12'], /^INVALID_INPUT: .*to must be E\.164[\s\S]*Next: /m],
    [['call', 'messaging_send_message', '--json', '{to:1}'], /--json is not JSON/],
    [['call', 'messaging_send_message', '--tow', '1'], /Unknown option '--tow'[\s\S]*--to /],
    [['call', 'send_sms'], /UNKNOWN_OPERATION: .*send_sms/],
    [
      ['calls'],
      /^INVALID_INPUT: There is no command calls\.\nNext: Did you mean `twilio-mcp call`\?.*--help/,
    ],
    [['frobnicate', '--fast'], /There is no command frobnicate\.\nNext: `twilio-mcp --help` lists all/],
    [['consent', 'grand'], /unknown command 'grand'[\s\S]*Next: `twilio-mcp consent --help`/],
    [['consent', 'grant', '+14155550123'], /--channel[\s\S]*Next: `twilio-mcp consent grant --help`/],
    [['consent', 'import'], /either a CSV file or --from-twilio\.\nNext: `twilio-mcp consent import --help`/],
    [['approve'], /missing required argument 'id'\nNext: `twilio-mcp approve --help`/],
    [['serve', 'now'], /too many arguments[\s\S]*Next: `twilio-mcp serve --help`/],
  ])('%j exits with 1 and says what to do', async (args, reason) => {
    const ran = await run([...args]);
    expect(ran.code).toBe(1);
    expect(ran.out).toBe('');
    expect(ran.err).toMatch(reason);
    expect(emulator.emulator.requests()).toEqual([]);
  });

  it('refuses what changes something when read-only', async () => {
    const ran = await run([
      '--read-only',
      'call',
      'messaging_send_message',
      '--to',
      '+14155550123',
      '--body',
      'Hi',
    ]);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/REFUSED: .*access\.read_only/);
    expect(emulator.emulator.requests()).toEqual([]);
  });

  it('masks numbers in the log and shows no credential anywhere', async () => {
    const ran = await run(['call', 'messaging_send_message', '--to', '+14155550123', '--body', 'Hi']);
    expect(ran.err).toContain('0123');
    expect(ran.err).not.toContain('+14155550123');
    expect(ran.out + ran.err).not.toContain(emulator.emulator.authToken);
  });

  it('lists the flags of an operation', async () => {
    const ran = await run(['call', 'voice_place_call', '--help']);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/--status-callback-events +array/);
  });
});

describe('twilio-mcp tools', () => {
  it('lists what the configuration would serve, wherever the flag stands', async () => {
    const after = await run(['tools', '--toolsets', 'lookup']);
    const before = await run(['--toolsets', 'lookup', 'tools']);
    expect(after.out).toMatch(/^lookup_phone_number +read/);
    expect(before.out).toBe(after.out);
  });

  it('says which toolset is unknown, and which there are', async () => {
    const ran = await run(['tools', '--toolsets', 'fax']);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/No toolset or tool is called fax[\s\S]*messaging/);
  });
});

describe('twilio-mcp doctor', () => {
  it('finds everything in order', async () => {
    const ran = await run(['doctor']);
    expect(ran.out).toMatch(/ok +credentials[\s\S]*ok +sender[\s\S]*ok +clock/);
    expect(ran.code).toBe(0);
  });

  it('names the sender of the local Twilio where none is configured', async () => {
    const ran = await run(
      ['doctor'],
      environment({ TWILIO_MCP_MODE: 'emulator', TWILIO_API_BASE_URL: '', TWILIO_FROM: '' }),
    );
    expect(ran.out).toContain('ok   sender: +14155550100 is owned by this account');
  });

  it.each([
    [{ TWILIO_MCP_TIMEOUT: 'abc' }, /TIMEOUT must be a number of seconds\.\n +→ Mend the settings named;/],
    [{ TWILIO_MCP_HTTP_PORT: '65536' }, /HTTP_PORT must be a port: a whole number from 0 to 65535/],
    [{ TWILIO_AUTH_TOKEN: '' }, /AUTH_TOKEN is missing.*\n +→ .*unset all credentials to run against/],
  ])('says of %j only the step that applies', async (env, reason) => {
    const { out } = await run(['doctor'], environment(env));
    expect(out).toMatch(reason);
    expect(out).not.toContain('doctor');
    expect(out.includes('unset all credentials')).toBe('TWILIO_AUTH_TOKEN' in env);
  });

  it.each([
    [
      'a wrong token',
      { TWILIO_AUTH_TOKEN: 'not-the-token-at-all' },
      /WRONG credentials: AUTHENTICATION_FAILED/,
    ],
    [
      'a sender that is not owned',
      { TWILIO_FROM: '+14155559999' },
      /WRONG sender: \+14155559999 is not among/,
    ],
    ['a misspelt setting', { TWILIO_MCP_READONLY: 'true' }, /WRONG settings: unknown: TWILIO_MCP_READONLY/],
    [
      'half a key',
      { TWILIO_API_KEY: `SK${'0'.repeat(32)}` },
      /WRONG settings: .*TWILIO_API_SECRET is missing/,
    ],
    [
      'a closed network',
      { TWILIO_API_BASE_URL: 'http://127.0.0.1:9' },
      /WRONG credentials: NETWORK_UNREACHABLE/,
    ],
  ])('exits with 1 for %s and says how to mend it', async (_, env, reason) => {
    const ran = await run(['doctor'], environment(env));
    expect(ran.out).toMatch(reason);
    expect(ran.out).toContain('→');
    expect(ran.code).toBe(1);
  });
});

describe('twilio-mcp emulator', () => {
  it('serves the local Twilio with the configured account until it is stopped', async () => {
    const env = environment();
    const child = spawn(process.execPath, [main, 'emulator', '--port', '0'], { env });
    const url = await new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        const found = /listens at (\S+)/.exec(chunk.toString())?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const authorization = `Basic ${Buffer.from(`${env['TWILIO_ACCOUNT_SID']}:${env['TWILIO_AUTH_TOKEN']}`).toString('base64')}`;
    const response = await fetch(
      `${url}/api.twilio.com/2010-04-01/Accounts/${env['TWILIO_ACCOUNT_SID']}/Balance.json`,
      { headers: { authorization } },
    );
    expect(response.status).toBe(200);
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });

  it('is what a server rehearses with whose base URL is on this machine, and live only where that is said', async () => {
    const { TWILIO_MCP_MODE: _, ...env } = environment();
    const called = await run(['call', 'account_get_balance'], env);
    expect(JSON.parse(called.out)).toMatchObject({ simulated: true, currency: 'USD' });
    expect(emulator.emulator.requests()).toHaveLength(1);
    expect((await run(['doctor'], env)).out).toContain('emulator: nothing reaches Twilio');
    const live = await run(['call', 'account_get_balance'], environment());
    expect(JSON.parse(live.out)).not.toHaveProperty('simulated');
  });

  it('refuses a port that is none', async () => {
    const ran = await run(['emulator', '--port', 'http']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('is no port');
  });
});

describe('a start that fails', () => {
  // Without credentials a local Twilio is begun, which must not keep the process alive.
  const rehearsal = (more: Record<string, string>) => ({
    PATH: process.env['PATH'] ?? '',
    TWILIO_MCP_ENV_FILE: empty,
    XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'twilio-mcp-state-')),
    ...more,
  });

  it.each([[['doctor']], [['call', 'account_get_balance']], [['serve']], [['http']]])(
    '%j ends, and says why',
    async (args) => {
      const ran = await run(args, rehearsal({ TWILIO_MCP_ANSWER_MESSAGES: '<Response' }));
      expect(ran.code).toBe(1);
      expect(ran.out + ran.err).toContain('TWILIO_MCP_ANSWER_MESSAGES');
      expect(ran.err).not.toContain('serving MCP');
    },
  );

  it.each([
    ['serve', 'TWILIO_MCP_WEBHOOK_PORT'],
    ['http', 'TWILIO_MCP_HTTP_PORT'],
  ])('%s ends where its port is in use, and does not say that it serves', async (command, setting) => {
    const { port } = new URL(emulator.url);
    const ran = await run([command, '--webhooks'], rehearsal({ [setting]: port }));
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/^CONFIGURATION_INVALID: Port \d+ on 127\.0\.0\.1 could not be opened/m);
    expect(ran.err).not.toMatch(/serving MCP|TypeError/);
  });
});

describe('stdio', () => {
  it('carries JSON-RPC and nothing else on stdout, and ends with its client', async () => {
    const hello = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    };
    const ready = { jsonrpc: '2.0', method: 'notifications/initialized' };
    const child = spawn(process.execPath, [main], { env: environment({ TWILIO_MCP_LOG_LEVEL: 'trace' }) });
    let out = '';
    const answered = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes('"id":2')) resolve();
      });
    });
    const send = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`);
    send(hello);
    send(ready);
    send({
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'messaging_send_message', arguments: { to: '+14155550123', body: 'Hi' } },
    });
    await answered;
    child.stdin.end();
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });

  it('logs one short line of a message that is no JSON-RPC', async () => {
    const ran = await run(['serve'], environment(), '{"jsonrpc":"2.0","id":{}}\n{"jsonrpc":\n');
    expect(ran.code).toBe(0);
    const lines = ran.err.split('\n').filter((line) => line.includes('MCP connection'));
    expect(lines[0]).toContain('a message was no JSON-RPC');
    for (const line of lines) expect(line.length).toBeLessThan(300);
    expect(ran.err).not.toContain('stack');
  });

  it('does not start with half a configuration, and says so on stderr', async () => {
    const ran = await run([], {
      PATH: '',
      TWILIO_MCP_ENV_FILE: empty,
      TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
    });
    expect(ran.code).toBe(1);
    expect(ran.out).toBe('');
    expect(ran.err).toMatch(/CONFIGURATION_INVALID: .*TWILIO_AUTH_TOKEN is missing/);
  });

  it('serves a 2.x client by the 2026 protocol', async () => {
    const client = new Client({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [main],
        env: environment(),
        stderr: 'ignore',
      }),
    );
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    const answer = await client.callTool({ name: 'account_get_balance', arguments: {} });
    expect(answer.structuredContent).toMatchObject({ currency: 'USD' });
    await client.close();
  });

  it('serves a 1.x client', async () => {
    const client = new ClassicClient({ name: 'classic', version: '1' });
    await client.connect(
      new ClassicStdio({ command: process.execPath, args: [main], env: environment(), stderr: 'ignore' }),
    );
    const answer = await client.callTool({ name: 'account_get_balance', arguments: {} });
    expect(answer.structuredContent).toMatchObject({ currency: 'USD' });
    await client.close();
  });
});
