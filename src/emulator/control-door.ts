// Here: the control door under /_emulator: its routes found, its JSON read, its mistakes told.
// Not here: the routes (control.ts and each product's `control`).
import { CORE_CONTROL, ControlError } from './control.ts';
import { WEBHOOK_CONTROL } from './control-webhooks.ts';
import { PRODUCTS } from './products.ts';
import { type ControlRoute, paramOf, routeTable } from './route.ts';
import type { World } from './state.ts';
import { parseJson, readForm, TwilioError } from './wire.ts';

export function controlDoor(
  world: World,
  own: readonly ControlRoute[],
): (method: string, path: string, url: URL, text: string) => Promise<Response> {
  const routes = [
    ...CORE_CONTROL,
    ...WEBHOOK_CONTROL,
    ...own,
    ...PRODUCTS.flatMap((product) => product.control ?? []),
  ];
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
      if (error instanceof ControlError) {
        return Response.json({ error: error.message, route: route.about }, { status: 400 });
      }
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
