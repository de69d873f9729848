// Here: the whole emulator as one function Request → Response, and the world behind it.
// Not here: a port (server.ts), and what any route does (products/).
import { seedAccounts } from './accounts.ts';
import { createCallbacks } from './callbacks.ts';
import { type ClockMode, createClock } from './clock.ts';
import { controlDoor } from './control-door.ts';
import { ConnectionReset, createFaults, insteadOfWork, spoil } from './faults.ts';
import { createIds } from './ids.ts';
import { createPhones } from './phones.ts';
import { PRODUCTS } from './products.ts';
import { controlRoute } from './route.ts';
import type { World } from './state.ts';
import { plainHost, twilioDoor } from './twilio-door.ts';
import { type Answer, isJson, parseJson, readForm } from './wire.ts';

export type EmulatorOptions = {
  /** Real time in milliseconds; the emulator's own clock starts there. */
  readonly now: () => number;
  readonly clock?: ClockMode;
  /** The same seed gives the same SIDs, tokens and codes in the same order. */
  readonly seed?: string;
  readonly accountSid?: string;
  readonly authToken?: string;
  readonly apiKeys?: readonly { readonly sid: string; readonly secret: string }[];
  readonly oauthClients?: readonly { readonly id: string; readonly secret: string }[];
  /** A trial account reaches only phones that the control door has verified. */
  readonly isTrial?: boolean;
  /** Hosts beside loopback that callbacks may reach. */
  readonly allowedHosts?: readonly string[];
  /** At most so many requests in one second, then 429 with 20429. */
  readonly requestsPerSecond?: number;
  readonly fetch?: typeof fetch;
};

export type RequestRecord = {
  readonly at: number;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Form fields, or the JSON body. Headers are never kept: they hold credentials. */
  readonly params: unknown;
  readonly status: number;
};

export type Emulator = {
  fetch(request: Request): Promise<Response>;
  readonly world: World;
  readonly accountSid: string;
  readonly authToken: string;
  requests(): readonly RequestRecord[];
  reset(): void;
  close(): void;
};

/** Documented fixtures: what a client uses when it was given nothing. */
export const DEFAULT_ACCOUNT_SID = `AC${'e'.repeat(32)}`;
export const DEFAULT_AUTH_TOKEN = 'emulated'.repeat(4);

const KEPT_REQUESTS = 1000;

export function createEmulator(options: EmulatorOptions): Emulator {
  const world = createWorld(options);
  // A source of its own: reading must not change which SID the next resource gets.
  const requestIds = createIds('requests');
  let records: RequestRecord[] = [];

  const seed = (): void => {
    seedAccounts(world);
    for (const product of PRODUCTS) product.seed?.(world);
  };
  const reset = (): void => {
    world.clock.clear();
    world.tables.clear();
    world.phones.clear();
    world.callbacks.clear();
    world.faults.clear();
    world.ids.reset();
    records = [];
    seed();
  };
  seed();

  const control = controlDoor(world, [
    controlRoute('GET', '/requests', 'requests so far, oldest first, without headers', () => ({
      requests: records,
    })),
    controlRoute('POST', '/reset', 'back to the state at the start; the clock keeps its time', () => {
      reset();
      return { reset: true };
    }),
  ]);
  const answerTwilio = twilioDoor(world, options.requestsPerSecond);

  return {
    world,
    accountSid: world.options.accountSid,
    authToken: world.options.authToken,
    requests: () => records,
    reset,
    close: () => {
      world.clock.clear();
      world.callbacks.close();
    },
    fetch: async (request) => {
      const url = new URL(request.url);
      const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(url.pathname) ?? [];
      const text = await request.text();
      if (first === '_emulator') return control(request.method, rest === '' ? '/' : rest, url, text);
      const asked = { request, text, host: plainHost(first), path: rest === '' ? '/' : rest, url };
      const { method } = request;
      const { host, path } = asked;
      const at = world.clock.now();
      const keep = (status: number): void => {
        const params = isJson(request.headers) ? parseJson(text) : readForm(text).entries();
        const query = readForm(url.search.slice(1)).entries();
        records = [...records.slice(1 - KEPT_REQUESTS), { at, method, host, path, query, params, status }];
      };

      const fault = world.faults.take({ method, host, path });
      const instead = fault === undefined ? undefined : insteadOfWork(fault);
      if (fault?.kind === 'reset' || fault?.kind === 'silence') keep(0);
      if (fault?.kind === 'reset') throw new ConnectionReset();
      if (fault?.kind === 'silence') return silence(request.signal);
      const answer = instead ?? (await answerTwilio(asked));
      keep(answer.status);
      if (fault?.kind === 'lost-reply') throw new ConnectionReset();
      return spoil(fault, toResponse(requestIds.sid('RQ'), answer));
    },
  };
}

function createWorld(options: EmulatorOptions): World {
  const seed = options.seed ?? 'twilio-mcp';
  const ids = createIds(seed);
  const mishaps: string[] = [];
  const mishap = (error: unknown): void => {
    mishaps.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  };
  const clock = createClock(options.clock ?? 'auto', options.now, mishap);
  const { fetch: doFetch = fetch, allowedHosts = [] } = options;
  return {
    clock,
    ids,
    phones: createPhones(),
    // Tokens from a source of their own: when a webhook is sent must not change the next SID.
    callbacks: createCallbacks({ clock, ids: createIds(`${seed} callbacks`), fetch: doFetch, allowedHosts }),
    faults: createFaults(),
    tables: new Map(),
    mishaps,
    options: {
      accountSid: options.accountSid ?? DEFAULT_ACCOUNT_SID,
      authToken: options.authToken ?? DEFAULT_AUTH_TOKEN,
      apiKeys: options.apiKeys ?? [],
      isTrial: options.isTrial ?? false,
      oauthClients: options.oauthClients ?? [],
    },
  };
}

function toResponse(requestId: string, { status, body, raw, headers = {} }: Answer): Response {
  const all = { 'twilio-request-id': requestId, 'twilio-concurrent-requests': '1', ...headers };
  if (raw !== undefined) {
    return new Response(raw.content, { status, headers: { 'content-type': raw.contentType, ...all } });
  }
  if (body === undefined) return new Response(null, { status, headers: all });
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...all },
  });
}

function silence(signal: AbortSignal): Promise<Response> {
  return new Promise((_, reject) => {
    const end = (): void => reject(new ConnectionReset());
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  });
}
