// Here: how a product file looks (Product, Route, Ask) and how a request finds its route.
// Not here: the products, the answers, or who may ask (accounts.ts).
//
// A product is one file (or a few, by Twilio's noun) that exports one Product, listed in products.ts:
//
//   const services = defineTable<Service>('verify.services');
//   export const verify: Product = {
//     name: 'verify',
//     routes: [
//       route('POST', 'verify.twilio.com', '/v2/Services', (ask) => {
//         const name = ask.form.get('FriendlyName') ?? refuse…;
//         return created(show(services(ask.world).add({ sid: ask.world.ids.sid('VA'), … })));
//       }),
//       route('GET', 'verify.twilio.com', '/v2/Services', (ask) => metaPage(ask, 'services', rows, show)),
//     ],
//     control: [controlRoute('POST', '/verify/…', 'what it does', (ask) => …)],
//     seed: (world) => { … },   // rows that exist from the start and after every reset
//   };
//
// Handlers throw TwilioError to refuse, use ask.world.clock for later, callbacks.send for webhooks and
// phones.receive for what reaches a person.
import type { Account, Realm } from './accounts.ts';
import type { World } from './state.ts';
import type { Answer, Form } from './wire.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type Ask = {
  readonly world: World;
  /** The account acted on: the path's, else the one whose credentials came. */
  readonly account: Account;
  readonly method: string;
  readonly host: string;
  /** As Twilio would see it: no emulator prefix, no query. */
  readonly path: string;
  readonly query: Form;
  readonly form: Form;
  /** The body when it was sent as JSON. */
  readonly json: unknown;
  readonly headers: Headers;
  /** A path parameter by its template name, decoded. */
  param(name: string): string;
};

export type Route = {
  readonly method: Method;
  readonly host: string;
  /** A template in the words of Twilio's OpenAPI: "/v2/Services/{ServiceSid}". */
  readonly path: string;
  readonly handle: (ask: Ask) => Answer | Promise<Answer>;
  /** "none" for routes that carry their credentials themselves, such as the OAuth token. */
  readonly auth: 'account' | 'none';
};

export type ControlAsk = {
  readonly world: World;
  readonly query: Form;
  readonly body: Readonly<Record<string, unknown>>;
  param(name: string): string;
};

export type ControlRoute = {
  readonly method: Method;
  /** Below "/_emulator". */
  readonly path: string;
  readonly about: string;
  readonly handle: (ask: ControlAsk) => unknown;
};

export type Product = {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly control?: readonly ControlRoute[];
  /** For hosts with credentials and errors of their own, such as api.sendgrid.com; left out, Twilio's. */
  readonly realm?: Realm;
  readonly seed?: (world: World) => void;
};

export function route(method: Method, host: string, path: string, handle: Route['handle']): Route {
  return { method, host, path, handle, auth: 'account' };
}

export function openRoute(method: Method, host: string, path: string, handle: Route['handle']): Route {
  return { method, host, path, handle, auth: 'none' };
}

export function controlRoute(
  method: Method,
  path: string,
  about: string,
  handle: ControlRoute['handle'],
): ControlRoute {
  return { method, path, about, handle };
}

export type Matched<T> = { readonly route: T; readonly params: ReadonlyMap<string, string> };
type Pattern<T> = {
  readonly route: T;
  readonly regex: RegExp;
  readonly names: string[];
  readonly literal: number;
};

/** For doors: what a handler's `param(name)` gives. */
export function paramOf(params: ReadonlyMap<string, string>, name: string, template: string): string {
  const value = params.get(name);
  if (value === undefined) throw new Error(`${template} has no {${name}}.`);
  return value;
}

/** Of several templates that fit, the one with the most literal text wins: "/Local.json" before "/{Sid}.json". */
export function routeTable<T extends { readonly path: string }>(
  routes: readonly T[],
  keyOf: (route: T) => string,
): (key: string, path: string) => Matched<T> | undefined {
  const byKey = new Map<string, Pattern<T>[]>();
  for (const one of routes) {
    const list = byKey.get(keyOf(one)) ?? [];
    list.push(compile(one));
    list.sort((a, b) => b.literal - a.literal);
    byKey.set(keyOf(one), list);
  }
  return (key, path) => {
    for (const pattern of byKey.get(key) ?? []) {
      const match = pattern.regex.exec(path);
      if (match === null) continue;
      const values = pattern.names.map((name, i): [string, string] => [name, decode(match[i + 1] ?? '')]);
      return { route: pattern.route, params: new Map(values) };
    }
    return undefined;
  };
}

function compile<T extends { readonly path: string }>(one: T): Pattern<T> {
  const names: string[] = [];
  const source = one.path
    .split(/(\{\w+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
      names.push(part.slice(1, -1));
      return '([^/]+?)';
    })
    .join('');
  const literal = one.path.replace(/\{\w+\}/g, '').length;
  return { route: one, regex: new RegExp(`^${source}$`), names, literal };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
