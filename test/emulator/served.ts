// Here: one emulator on a free port for one test, with a clock that only the test moves, and ways to ask it.
// Not here: assertions, and the SDK (sdk-client.ts).
import { expect, onTestFinished } from 'vitest';
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts';
import { serveEmulator } from '../../src/emulator/server.ts';
import { hasOpenApi, judge } from './openapi.ts';
import { sdkClient } from './sdk-client.ts';

/** The moment at which every test world begins. */
export const START = Date.UTC(2026, 10, 2, 9, 0, 0);

export async function served(options: Partial<EmulatorOptions> = {}) {
  const served = await serveEmulator({ now: () => START, clock: 'manual', ...options });
  const { url, emulator } = served;
  const faults = hasOpenApi ? judged(emulator) : [];
  onTestFinished(async () => {
    await served.close();
    expect(faults).toEqual([]);
    expect(emulator.world.mishaps).toEqual([]);
  });
  const { accountSid, authToken } = emulator;
  const authorization = `Basic ${btoa(`${accountSid}:${authToken}`)}`;

  /** Asks a Twilio route: `ask('GET', 'api.twilio.com/2010-04-01/…')`; a form makes the body. */
  const ask = async (method: string, path: string, form?: Record<string, string> | [string, string][]) => {
    const response = await fetch(`${url}/${path}`, {
      method,
      headers: { authorization },
      ...(form !== undefined && { body: new URLSearchParams(form) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };

  /** Knocks at the control door: `control('POST', '/clock/advance', { seconds: 5 })`. */
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/_emulator${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };

  const sdk = sdkClient(url, accountSid, authToken);
  return { url, emulator, accountSid, authToken, ask, control, sdk };
}

/** Every answer of this world is held against Twilio's own description; what does not fit is collected. */
function judged(emulator: Emulator): string[] {
  const faults: string[] = [];
  const plain = emulator.fetch;
  emulator.fetch = async (request) => {
    const response = await plain(request);
    const [, host = '', ...path] = new URL(request.url).pathname.split('/');
    const isJson = response.headers.get('content-type') === 'application/json';
    if (host !== '_emulator' && response.ok && isJson) {
      const text = await response.clone().text();
      faults.push(...judge(request.method, host, `/${path.join('/')}`, response.status, JSON.parse(text)));
    }
    return response;
  };
  return faults;
}
