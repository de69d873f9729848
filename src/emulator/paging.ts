// Here: Twilio's two list styles: 2010-04-01's page fields with relative URIs, and `meta` with absolute URLs.
// Not here: filtering, which is each list's own.
import type { Ask } from './route.ts';
import { type Answer, type Form, invalidParameter, ok } from './wire.ts';

type Window<R> = {
  readonly rows: readonly R[];
  readonly page: number;
  readonly size: number;
  readonly start: number;
  /** The query of a neighbouring page. */
  readonly search: (page: number) => string;
  readonly more: boolean;
};

/** `{ messages: […], page, page_size, start, end, uri, first_page_uri, next_page_uri, previous_page_uri }` */
export function uriPage<R>(ask: Ask, key: string, rows: readonly R[], show: (row: R) => unknown): Answer {
  const { rows: shown, page, size, start, search, more } = cut(ask.query, rows);
  const link = (to: number): string => `${ask.path}?${search(to)}`;
  return ok({
    [key]: shown.map(show),
    page,
    page_size: size,
    start,
    end: start + Math.max(0, shown.length - 1),
    uri: link(page),
    first_page_uri: link(0),
    next_page_uri: more ? link(page + 1) : null,
    previous_page_uri: page > 0 ? link(page - 1) : null,
  });
}

/** `{ services: […], meta: { page, page_size, first_page_url, previous_page_url, url, next_page_url, key } }` */
export function metaPage<R>(ask: Ask, key: string, rows: readonly R[], show: (row: R) => unknown): Answer {
  const { rows: shown, page, size, search, more } = cut(ask.query, rows);
  const link = (to: number): string => `https://${ask.host}${ask.path}?${search(to)}`;
  return ok({
    [key]: shown.map(show),
    meta: {
      page,
      page_size: size,
      first_page_url: link(0),
      previous_page_url: page > 0 ? link(page - 1) : null,
      url: link(page),
      next_page_url: more ? link(page + 1) : null,
      key,
    },
  });
}

function cut<R>(query: Form, rows: readonly R[]): Window<R> {
  const size = Math.min(count(query, 'PageSize', 50, 1), 1000);
  const page = count(query, 'Page', 0, 0);
  // The token counts rows from the oldest, so that rows added at the front meanwhile shift no page.
  const token = /^PA(\d+)$/.exec(query.get('PageToken') ?? '')?.[1];
  const start = token === undefined ? page * size : Math.max(0, rows.length - Number(token));
  const search = (to: number): string => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(query.entries())) {
      if (['PageSize', 'Page', 'PageToken'].includes(name)) continue;
      for (const one of typeof value === 'string' ? [value] : value) params.append(name, one);
    }
    params.append('PageSize', String(size));
    params.append('Page', String(to));
    const first = rows.length - (start + (to - page) * size);
    if (to > 0) params.append('PageToken', `PA${Math.max(0, first)}`);
    return params.toString();
  };
  const shown = rows.slice(start, start + size);
  return { rows: shown, page, size, start, search, more: start + size < rows.length };
}

function count(query: Form, name: string, fallback: number, least: number): number {
  const text = query.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw invalidParameter(name);
  return value;
}
