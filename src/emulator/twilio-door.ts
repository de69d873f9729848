// Here: a request to one of Twilio's hosts finds its route, its caller and its answer, or a refusal in Twilio's words.
// Not here: faults and the record of requests (emulator.ts), and what the routes do (products/).
import { type Account, accountOfPath, twilioRealm } from './accounts.ts';
import { PRODUCTS } from './products.ts';
import { type Ask, type Matched, type Product, paramOf, type Route, routeTable } from './route.ts';
import type { World } from './state.ts';
import { type Answer, errorAnswer, isJson, parseJson, readForm, TwilioError } from './wire.ts';

export type Asked = {
  readonly request: Request;
  readonly text: string;
  readonly host: string;
  readonly path: string;
  readonly url: URL;
};

type Owned = Route & { readonly product: Product };

export function twilioDoor(world: World, perSecond: number | undefined): (asked: Asked) => Promise<Answer> {
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

function notEmulated(method: string, host: string, path: string): Answer {
  const message = host.includes('.')
    ? `The emulator does not answer this route yet: ${method} ${host} ${path}`
    : `The emulator expects /<host>/<path>, for instance /api.twilio.com/2010-04-01/Accounts.json; it got ${method} /${host}${path}`;
  return errorAnswer(new TwilioError(501, 501, message));
}

/** api.dublin.ie1.twilio.com is api.twilio.com of a region: the same routes. */
export function plainHost(host: string): string {
  return host.toLowerCase().replace(/^([a-z-]+)\.(?:[a-z-]+\.)?[a-z]{2}\d\.twilio\.com$/, '$1.twilio.com');
}
