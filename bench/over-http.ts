// A server over HTTP as a process of its own, and a caller that keeps its connections, as a host's fetch does.
import { spawn } from 'node:child_process';
import { Agent } from 'undici';
import { ended, firstLine, main, type Served, settingsFor } from './ours.ts';
import { type Memory, memoryOf, type Row } from './stdio.ts';

export interface OverHttp extends Served {
  readonly call: (name: string, input: Row) => Promise<unknown>;
  readonly pid: number;
  readonly memory: () => Promise<Memory>;
}

export function startOursOverHttp(
  baseUrl: string,
  nodeOptions: readonly string[] = [],
  settings = settingsFor(baseUrl),
): Promise<OverHttp> {
  return startOverHttp([...nodeOptions, main, 'http'], {
    ...settings,
    TWILIO_MCP_LOG_LEVEL: 'info',
    TWILIO_MCP_HTTP_PORT: '0',
    TWILIO_MCP_HTTP_PER_MINUTE: '100000',
    TWILIO_MCP_HTTP_AT_ONCE: '1000',
  });
}

/** Starts `node …args`, which tells its URL on stderr as `"url":"http…"`. */
export async function startOverHttp(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<OverHttp> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const url = await firstLine(child.stderr, (line) => /"url":"(http:[^"]+)"/.exec(line)?.[1]);
  child.stderr.resume();
  const agent = new Agent({ connections: 64 });
  return {
    url,
    pid: child.pid ?? 0,
    memory: () => memoryOf(child),
    call: callerOf(agent, new URL(url)),
    async end() {
      await agent.close();
      await ended(child);
    },
  };
}

function callerOf(agent: Agent, { origin, pathname }: URL): OverHttp['call'] {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-06-18',
  };
  let last = 0;
  return async (name, input) => {
    last += 1;
    const params = { name, arguments: input };
    const body = JSON.stringify({ jsonrpc: '2.0', id: last, method: 'tools/call', params });
    const answer = await agent.request({ origin, path: pathname, method: 'POST', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || text.includes('"isError":true') || !text.includes('"result"'))
      throw new Error(`over HTTP: ${answer.statusCode} ${text.slice(0, 500)}`);
    return text;
  };
}
