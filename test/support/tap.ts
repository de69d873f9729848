// Writes down every exchange with the emulator when TWILIO_MCP_TAP names a file: for judges outside this suite (conformance/prism.ts).
import { appendFileSync } from 'node:fs';
import type { Emulator } from '../../src/emulator/emulator.ts';

export interface Exchange {
  readonly method: string;
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  readonly type: string;
  readonly answer: string;
}

export function tap(emulator: Emulator): void {
  const file = process.env['TWILIO_MCP_TAP'];
  if (file === undefined) return;
  const plain = emulator.fetch;
  emulator.fetch = async (request) => {
    const asked = request.clone();
    const response = await plain(request);
    const { pathname, search } = new URL(request.url);
    const [, host = '', ...path] = pathname.split('/');
    if (host === '_emulator') return response;
    const exchange: Exchange = {
      method: request.method,
      host,
      target: `/${path.join('/')}${search}`,
      headers: kept(request.headers),
      body: await asked.text(),
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      answer: await response.clone().text(),
    };
    appendFileSync(file, `${JSON.stringify(exchange)}\n`);
    return response;
  };
}

function kept(headers: Headers): Record<string, string> {
  const names = ['authorization', 'content-type', 'accept', 'if-match', 'x-twilio-webhook-enabled'];
  return Object.fromEntries(
    names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : [])),
  );
}
