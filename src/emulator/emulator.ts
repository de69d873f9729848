// Here: the whole emulator as one function Request → Response, and the world behind it.
// Not here: a port (server.ts), and what any route does (products/).
import { type Account, accountOfPath, seedAccounts, twilioRealm } from './accounts.ts';
import { createCallbacks } from './callbacks.ts';
import { type ClockMode, createClock } from './clock.ts';
import { CORE_CONTROL, ControlError } from './control.ts';
import { ConnectionReset, createFaults, insteadOfWork, spoil } from './faults.ts';
import { createIds } from './ids.ts';
import { createPhones } from './phones.ts';
import { PRODUCTS } from './products.ts';
import {
  type Ask,
  type ControlRoute,
  controlRoute,
  type Matched,
  type Product,
  type Route,
  routeTable,
} from './route.ts';
import type { World } from './state.ts';
import { type Answer, errorAnswer, readForm, TwilioError } from './wire.ts';

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

type Asked = {
  readonly request: Request;
  readonly text: string;
  readonly host: string;
  readonly path: string;
  readonly url: URL;
};

function createWorld(options: EmulatorOptions): World {
  const ids = createIds(options.seed ?? 'twilio-mcp');
  const mishap = (error: unknown): void => {
    // Work behind a timer has no caller to answer; the process hears of it as of any unhandled failure.
    queueMicrotask(() => {
      throw error;
    });
  };
  const clock = createClock(options.clock ?? 'auto', options.now, mishap);
  const { fetch: doFetch = fetch, allowedHosts = [] } = options;
  return {
    clock,
    ids,
    phones: createPhones(),
    callbacks: createCallbacks({ clock, ids, fetch: doFetch, allowedHosts }),
    faults: createFaults(),
    tables: new Map(),
    options: {
      accountSid: options.accountSid ?? DEFAULT_ACCOUNT_SID,
      authToken: options.authToken ?? DEFAULT_AUTH_TOKEN,
      apiKeys: options.apiKeys ?? [],
      oauthClients: options.oauthClients ?? [],
    },
  };
}

type Owned = Route & { readonly product: Product };

function twilioDoor(world: World, perSecond: number | undefined): (asked: Asked) => Promise<Answer> {
  const owned: Owned[] = PRODUCTS.flatMap((product) => product.routes.map((one) => ({ ...one, product })));
  const find = routeTable(owned, ({ method, host }) => `${method} ${host}`);
  let window = { second: 0, count: 0 };

  const limited = (): boolean => {
    if (perSecond === undefined) return false;
    const second = Math.floor(world.clock.now() / 1000);
    window = { second, count: window.second === second ? window.count + 1 : 1 };
    return window.count > perSecond;
  };

  return async (asked) => {
    const { request, host, path } = asked;
    const matched = find(`${request.method} ${host}`, path);
    if (matched === undefined) return notEmulated(request.method, host, path);
    const realm = matched.route.product.realm ?? twilioRealm;
    try {
      if (limited()) throw new TwilioError(429, 20429, 'Too Many Requests', { 'retry-after': '1' });
      return await matched.route.handle(buildAsk(world, asked, matched, realm.authenticate));
    } catch (error) {
      if (error instanceof TwilioError) return realm.refuse(error);
      throw error;
    }
  };
}

function buildAsk(
  world: World,
  { request, text, host, path, url }: Asked,
  { route, params }: Matched<Owned>,
  authenticate: (world: World, headers: Headers) => Account,
): Ask {
  const { headers, method } = request;
  const holder = route.auth === 'none' ? undefined : authenticate(world, headers);
  const named = params.get('AccountSid');
  const account =
    holder !== undefined && named !== undefined ? accountOfPath(world, holder, named, path) : holder;
  const json = isJson(headers) ? parseJson(text) : undefined;
  return {
    world,
    get account() {
      if (account === undefined) throw new Error(`${route.path} is open: it has no account.`);
      return account;
    },
    method,
    host,
    path,
    query: readForm(url.search.slice(1)),
    form: readForm(json === undefined ? text : ''),
    json,
    headers,
    param: (name) => paramOf(params, name, route.path),
  };
}

function controlDoor(
  world: World,
  own: readonly ControlRoute[],
): (method: string, path: string, url: URL, text: string) => Promise<Response> {
  const routes = [...CORE_CONTROL, ...own, ...PRODUCTS.flatMap((product) => product.control ?? [])];
  const find = routeTable(routes, ({ method }) => method);
  const help = routes.map(({ method, path, about }) => ({ method, path: `/_emulator${path}`, about }));

  return async (method, path, url, text) => {
    if (method === 'GET' && path === '/help') return Response.json({ routes: help });
    const matched = find(method, path);
    if (matched === undefined) {
      return Response.json(
        { error: `${method} /_emulator${path} is no control route.`, routes: help },
        { status: 404 },
      );
    }
    const { route, params } = matched;
    try {
      const body = readControlBody(text);
      const param = (name: string): string => paramOf(params, name, route.path);
      return Response.json(await route.handle({ world, body, param, query: readForm(url.search.slice(1)) }));
    } catch (error) {
      if (error instanceof ControlError)
        return Response.json({ error: error.message, route: route.about }, { status: 400 });
      if (error instanceof TwilioError) {
        return Response.json({ error: error.message, code: error.code }, { status: error.status });
      }
      throw error;
    }
  };
}

function readControlBody(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {};
  const body = parseJson(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ControlError('The body must be a JSON object.');
  }
  return Object.fromEntries(Object.entries(body));
}

function paramOf(params: ReadonlyMap<string, string>, name: string, template: string): string {
  const value = params.get(name);
  if (value === undefined) throw new Error(`${template} has no {${name}}.`);
  return value;
}

function notEmulated(method: string, host: string, path: string): Answer {
  const message = host.includes('.')
    ? `The emulator does not answer this route yet: ${method} ${host} ${path}`
    : `The emulator expects /<host>/<path>, for instance /api.twilio.com/2010-04-01/Accounts.json; it got ${method} /${host}${path}`;
  return errorAnswer(new TwilioError(501, 501, message));
}

/** api.dublin.ie1.twilio.com is api.twilio.com of a region: the same routes. */
function plainHost(host: string): string {
  return host.toLowerCase().replace(/^([a-z-]+)\.(?:[a-z-]+\.)?[a-z]{2}\d\.twilio\.com$/, '$1.twilio.com');
}

function isJson(headers: Headers): boolean {
  return /\bjson\b/i.test(headers.get('content-type') ?? '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
