// Here: email templates, their versions, and what a version makes of the data it is given.
// Not here: Handlebars beyond {{value}} and {{{value}}}; blocks and helpers stay as they are written.
import { type Ask, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, ok } from '../wire.ts';
import { absent, bad, bodyOf, count, HOST, isObject, type Json, requiredText, stamp } from './email-wire.ts';

type Version = {
  readonly id: string;
  readonly name: string;
  readonly subject: string;
  readonly html: string;
  readonly plain: string;
  readonly generatePlain: boolean;
  readonly editor: string;
  readonly updatedAt: number;
};

type Template = {
  readonly accountSid: string;
  /** The template's ID. */
  readonly sid: string;
  readonly name: string;
  readonly generation: 'legacy' | 'dynamic';
  readonly versions: Version[];
  activeId: string | undefined;
  updatedAt: number;
};

const templates = defineTable<Template>('email templates');

const ALL = '/v3/templates';
const ONE = `${ALL}/{template_id}`;
const MOST_TEMPLATES = 300;
const MOST_BYTES = 1_048_576;

/** There from the start, so that a rehearsal has something to send. */
export const RECEIPT_TEMPLATE = `d-${'1'.padStart(32, '0')}`;

export function seedTemplates(world: World): void {
  const updatedAt = world.clock.now();
  const version: Version = {
    id: '00000000-0000-4000-8000-000000000001',
    name: 'First',
    subject: 'Your receipt, {{name}}',
    html: '<p>Thank you, {{name}}. You paid {{total}}.</p>',
    plain: 'Thank you, {{name}}. You paid {{total}}.',
    generatePlain: false,
    editor: 'code',
    updatedAt,
  };
  templates(world).add({
    accountSid: world.options.accountSid,
    sid: RECEIPT_TEMPLATE,
    name: 'Receipt',
    generation: 'dynamic',
    versions: [version],
    activeId: version.id,
    updatedAt,
  });
}

/** Subject and text of a template with its data in place; undefined when there is none to send. */
export function renderTemplate(
  world: World,
  id: string,
  data: Json,
): { readonly subject: string; readonly text: string } | undefined {
  const template = templates(world).get(world.options.accountSid, id);
  const active = template?.versions.find((each) => each.id === template.activeId);
  if (active === undefined) return undefined;
  return {
    subject: fill(active.subject, data),
    text: fill(active.plain === '' ? active.html : active.plain, data),
  };
}

function fill(text: string, data: Json): string {
  return text.replace(/\{\{\{?\s*([\w.]+)\s*\}\}\}?/g, (whole, path: string) => {
    if (path === 'else' || path.startsWith('this')) return whole;
    const value = path.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), data);
    return value === undefined || value === null ? '' : String(value);
  });
}

function templateOf(ask: Ask): Template {
  const found = templates(ask.world).get(ask.account.sid, ask.param('template_id'));
  if (found === undefined) throw absent();
  return found;
}

function show({ sid, name, generation, versions, activeId, updatedAt }: Template, whole: boolean): Json {
  return {
    id: sid,
    name,
    generation,
    updated_at: stamp(updatedAt),
    versions: versions.map((version) => {
      const { html_content, plain_content, ...lean } = showVersion(sid, version, activeId);
      return whole ? { ...lean, html_content, plain_content } : lean;
    }),
  };
}

function showVersion(template_id: string, version: Version, activeId: string | undefined): Json {
  const { id, name, subject, html, plain, generatePlain, editor, updatedAt } = version;
  return {
    id,
    template_id,
    active: id === activeId ? 1 : 0,
    name,
    subject,
    html_content: html,
    plain_content: plain,
    generate_plain_content: generatePlain,
    editor,
    updated_at: stamp(updatedAt),
  };
}

function addTemplate(ask: Ask): Template {
  const body = bodyOf(ask);
  const name = requiredText(body, 'name', 100);
  const { generation = 'legacy' } = body;
  if (generation !== 'legacy' && generation !== 'dynamic') throw bad('generation', 'generation is not valid');
  if (templates(ask.world).list(ask.account.sid).length >= MOST_TEMPLATES)
    throw bad(null, `at most ${MOST_TEMPLATES} templates are allowed`);
  const { ids, clock } = ask.world;
  const sid = generation === 'dynamic' ? `d-${ids.hex(32)}` : ids.uuid();
  const updatedAt = clock.now();
  return templates(ask.world).add({
    accountSid: ask.account.sid,
    sid,
    name,
    generation,
    versions: [],
    activeId: undefined,
    updatedAt,
  });
}

function addVersion(ask: Ask): Json {
  const template = templateOf(ask);
  const body = bodyOf(ask);
  const { world } = ask;
  const html = content(body, 'html_content');
  const given = content(body, 'plain_content');
  const generatePlain = body['generate_plain_content'] !== false;
  const version: Version = {
    id: world.ids.uuid(),
    name: requiredText(body, 'name', 100),
    subject: requiredText(body, 'subject', 255),
    html,
    plain: given === '' && generatePlain ? html.replace(/<[^>]*>/g, '') : given,
    generatePlain,
    editor: body['editor'] === 'design' ? 'design' : 'code',
    updatedAt: world.clock.now(),
  };
  template.versions.push(version);
  if (body['active'] !== 0) template.activeId = version.id;
  template.updatedAt = version.updatedAt;
  return showVersion(template.sid, version, template.activeId);
}

function content(body: Json, name: string): string {
  const value = body[name] ?? '';
  if (typeof value !== 'string') throw bad(name, `${name} must be a string`);
  if (Buffer.byteLength(value) > MOST_BYTES) throw bad(name, `${name} is too large`);
  return value;
}

function list(ask: Ask) {
  const size = count(ask, 'page_size', 0, 1, 200);
  if (size === 0) throw bad('page_size', 'page_size is required');
  const wanted = (ask.query.get('generations') ?? 'legacy').split(',');
  const start = Number(ask.query.get('page_token')?.replace(/^t/, '') ?? 0);
  if (!Number.isInteger(start)) throw bad('page_token', 'page_token is not valid');
  const rows = templates(ask.world).list(ask.account.sid, ({ generation }) => wanted.includes(generation));
  const link = (from: number): string =>
    `https://${HOST}${ALL}?generations=${wanted.join(',')}&page_size=${size}&page_token=t${from}`;
  return ok({
    result: rows.slice(start, start + size).map((each) => show(each, false)),
    _metadata: {
      self: link(start),
      count: rows.length,
      ...(start > 0 && { prev: link(Math.max(0, start - size)) }),
      ...(start + size < rows.length && { next: link(start + size) }),
    },
  });
}

export const templateRoutes: readonly Route[] = [
  route('GET', HOST, ALL, list),
  route('POST', HOST, ALL, (ask) => created(show(addTemplate(ask), true))),
  route('GET', HOST, ONE, (ask) => ok(show(templateOf(ask), true))),
  route('POST', HOST, `${ONE}/versions`, (ask) => created(addVersion(ask))),
];
