// Dynamic email templates and their versions. Sending with one is email.ts.
import { z } from 'zod';
import { defineOperation, type Row } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { isRow } from '../operation/row.ts';
import { oneLine, oneLineAdvice, page, rowsOf } from './email-fields.ts';

const templates = '/v3/templates';
/** SendGrid counts bytes (TransactionalTemplateVersion in its OpenAPI). */
const MOST_BYTES = 1_048_576;

const templateId = fields.field(
  z.string().regex(/^d-[0-9a-f]{32}$/, 'must be d- and 32 hexadecimal digits'),
  'Template ID',
  `d-${'0'.repeat(32)}`,
);
const changed = fields.field(z.string(), 'Last change', '2026-11-23 15:00:00').optional();

const template = z.object({
  id: fields.field(z.string(), 'Template ID', `d-${'0'.repeat(32)}`),
  name: fields.field(z.string(), 'Name', 'Receipt').optional(),
  updated_at: changed,
});

const version = z.object({
  id: fields.field(z.string(), 'Version ID', '8aefe0ee-f12b-4575-b5b7-c97e21cb36f3'),
  name: fields.field(z.string(), 'Name', 'Winter').optional(),
  active: fields.field(z.boolean(), 'True for the one that is sent', true).optional(),
  subject: fields.field(z.string(), 'Subject', 'Your receipt, {{name}}').optional(),
  updated_at: changed,
});

export const listTemplates = defineOperation({
  name: 'email_list_templates',
  title: 'List email templates',
  about: 'List the dynamic templates of the account.',
  effect: 'read',
  input: z.strictObject({
    limit: fields.field(z.int().min(1).max(200).default(20), 'Most rows to return', 20),
    cursor: fields.cursor,
  }),
  output: z.object({
    templates: fields.field(z.array(template), 'The templates', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'sendgrid',
    path: templates,
    names: { limit: 'page_size', cursor: 'page_token' },
    fixed: { generations: 'dynamic' },
  },
  answer({ result, _metadata }) {
    const next_cursor = tokenOf(_metadata);
    return { templates: result, ...(next_cursor !== undefined && { next_cursor }) };
  },
  page,
});

/** SendGrid links the next page; only its token is taken from the link. */
function tokenOf(metadata: unknown): string | undefined {
  const next = isRow(metadata) ? metadata['next'] : undefined;
  if (typeof next !== 'string' || !URL.canParse(next)) return undefined;
  return new URL(next).searchParams.get('page_token') ?? undefined;
}

export const getTemplate = defineOperation({
  name: 'email_get_template',
  title: 'Get an email template',
  about: 'Read a template: its versions, and the values its active version asks for as template_data.',
  effect: 'read',
  input: z.strictObject({
    template_id: templateId,
    with_content: fields.field(z.boolean(), 'Also the text and HTML of the active version', true).optional(),
  }),
  output: template.extend({
    versions: fields.field(z.array(version), 'The versions', []),
    values: fields.field(z.array(z.string()), 'Names it uses in {{…}}', ['name']),
    text: fields.field(z.string(), 'Text of the active version', 'Thank you, {{name}}.').optional(),
    html: fields.field(z.string(), 'HTML of the active version', '<p>Thank you.</p>').optional(),
  }),
  request: { method: 'GET', host: 'sendgrid', path: `${templates}/{template_id}`, local: ['with_content'] },
  answer(body, { with_content }) {
    const versions = rowsOf(body['versions']);
    const active = versions.find((each) => each['active'] === 1);
    const { subject, plain_content: text, html_content: html } = active ?? {};
    return {
      ...body,
      versions: versions.map(shown),
      values: valuesOf([subject, text, html]),
      ...(with_content && { text, html }),
    };
  },
  page,
});

function shown(row: Row): Row {
  return { ...row, active: row['active'] === 1 };
}

/** The names in Handlebars' {{name}}, {{{name}}}, {{#each items}}; not its own words, nor what is local to a loop. */
function valuesOf(texts: readonly unknown[]): string[] {
  const all = texts.filter((text) => typeof text === 'string').join('\n');
  const names = [...all.matchAll(/\{\{\{?\s*(?:#\s*\w+\s+|\w+\s+(?=[A-Za-z_]))?([A-Za-z_][\w.]*)/g)].map(
    ([, name = '']) => name,
  );
  return [...new Set(names)].filter((name) => !/^(?:else|this(?:\..*)?)$/.test(name));
}

export const createTemplate = defineOperation({
  name: 'email_create_template',
  title: 'Create an email template',
  about: 'Create an empty dynamic template; give it content with email_add_template_version.',
  effect: 'write',
  input: z.strictObject({ name: fields.field(z.string().min(1).max(100), 'Name', 'Receipt') }),
  output: template,
  request: {
    method: 'POST',
    host: 'sendgrid',
    path: templates,
    body: 'json',
    fixed: { generation: 'dynamic' },
  },
  page,
});

const content = (description: string, example: string) =>
  fields
    .field(
      z
        .string()
        .min(1)
        .refine((value) => new TextEncoder().encode(value).length <= MOST_BYTES, {
          error: 'is over 1 MiB: shorten it, and link to pictures in place of holding them',
        }),
      description,
      example,
    )
    .optional();

export const addTemplateVersion = defineOperation({
  name: 'email_add_template_version',
  title: 'Add a version to a template',
  about:
    'Give a dynamic template new content, in Handlebars: {{name}} is filled from template_data. While active it is what every later email_send with this template sends.',
  effect: 'write',
  input: z
    .strictObject({
      template_id: templateId,
      name: fields.field(z.string().min(1).max(100), 'Name of the version', 'Winter'),
      subject: fields.field(
        z.string().min(1).max(255).regex(oneLine, oneLineAdvice),
        'Subject',
        'Your receipt, {{name}}',
      ),
      html: content('HTML', '<p>Thank you, {{name}}.</p>'),
      text: content('Plain text; made from the HTML when left out', 'Thank you, {{name}}.'),
      active: fields.field(z.boolean(), 'Send this version from now on', true).default(true),
    })
    .refine(({ html, text }) => html !== undefined || text !== undefined, {
      error: 'is missing: give html or text',
      path: ['html'],
    }),
  output: version,
  request: {
    method: 'POST',
    host: 'sendgrid',
    path: `${templates}/{template_id}/versions`,
    names: { html: 'html_content', text: 'plain_content' },
    body: 'json',
    fixed: { editor: 'code' },
  },
  prepare: (input) => ({
    ...input,
    active: input.active ? 1 : 0,
    generate_plain_content: input.text === undefined,
  }),
  answer: shown,
  page,
});
