// WhatsApp templates (Content API): made, submitted, looked at; and the senders of the account.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-whatsapp';
const contents = '/v1/Content';

const contentSid = fields.sid('Template SID', 'HX');
const categories = ['UTILITY', 'MARKETING', 'AUTHENTICATION'] as const;

const template = z.object({
  sid: contentSid,
  friendly_name: fields.field(z.string(), 'Name in the account', 'order_shipped').optional(),
  language: fields.field(z.string(), 'Language', 'en').optional(),
  variables: fields
    .field(z.record(z.string(), z.string()), 'Placeholders with samples', { '1': 'Ana' })
    .optional(),
  types: fields
    .field(z.record(z.string(), z.unknown()), 'Text and parts, by type', {
      'twilio/text': { body: 'Hi {{1}}' },
    })
    .optional(),
  date_updated: fields.field(z.string(), 'Last change', '2026-11-23T15:00:00Z').optional(),
});

export const listTemplates = defineOperation({
  name: 'whatsapp_list_templates',
  title: 'List WhatsApp templates',
  about:
    'List the content templates of the account. whatsapp_get_approval tells whether WhatsApp approved one.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    contents: fields.field(z.array(template), 'The templates', []),
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host: 'content', path: contents, list: { rows: 'contents', maxPage: 500 } },
  page,
});

export const getTemplate = defineOperation({
  name: 'whatsapp_get_template',
  title: 'Get a WhatsApp template',
  about: 'Read one template: its text and its placeholders.',
  effect: 'read',
  input: z.strictObject({ sid: contentSid }),
  output: template,
  request: { method: 'GET', host: 'content', path: `${contents}/{sid}` },
  page,
});

const placeholders = /\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}/g;

export const createTemplate = defineOperation({
  name: 'whatsapp_create_template',
  title: 'Create a WhatsApp template',
  about:
    'Create a text template with placeholders such as {{1}}, each with a sample. Then submit it with whatsapp_submit_template.',
  effect: 'write',
  input: z
    .strictObject({
      friendly_name: fields.field(
        z.string().regex(/^[a-z0-9_]{1,64}$/, 'must be lower-case letters, digits and underscores'),
        'Name',
        'order_shipped',
      ),
      language: fields.field(
        z.string().regex(/^[a-z]{2}(?:_[A-Z]{2})?$/, 'must be such as en or en_US'),
        'Language',
        'en',
      ),
      body: fields.field(
        z.string().min(1).max(1024),
        'Text with placeholders',
        'Hi {{1}}, order {{2}} has shipped.',
      ),
      media_urls: fields
        .field(z.array(fields.url('Media')).min(1).max(1), 'One picture or document', [
          'https://example.com/a.jpg',
        ])
        .optional(),
      quick_replies: fields
        .field(z.array(z.string().min(1).max(20)).min(1).max(3), 'Buttons that answer', ['Yes', 'No'])
        .optional(),
      samples: fields
        .field(z.record(z.string(), z.string().min(1)), 'A sample for each placeholder', {
          '1': 'Ana',
          '2': 'A-17',
        })
        .optional(),
    })
    .superRefine(({ body, samples = {}, media_urls, quick_replies }, context) => {
      const missing = [...body.matchAll(placeholders)]
        .map(([, name = '']) => name)
        .filter((name) => !(name in samples));
      if (missing.length > 0)
        context.addIssue({
          code: 'custom',
          path: ['samples'],
          message: `needs a sample for ${missing.join(', ')}`,
        });
      if (/^\s*\{\{|\}\}\s*$/.test(body)) {
        context.addIssue({
          code: 'custom',
          path: ['body'],
          message: 'must not begin or end with a placeholder: WhatsApp rejects that',
        });
      }
      if (media_urls && quick_replies)
        context.addIssue({ code: 'custom', path: ['quick_replies'], message: 'does not go with media_urls' });
    }),
  output: template,
  request: { method: 'POST', host: 'content', path: contents, body: 'json' },
  prepare({ friendly_name, language, body, media_urls, quick_replies, samples }) {
    const types = quick_replies
      ? {
          'twilio/quick-reply': {
            body,
            actions: quick_replies.map((title, index) => ({ title, id: `reply_${index + 1}` })),
          },
        }
      : media_urls
        ? { 'twilio/media': { body, media: media_urls } }
        : { 'twilio/text': { body } };
    return { friendly_name, language, variables: samples ?? {}, types };
  },
  page,
});

const approval = z.object({
  name: fields.field(z.string(), 'Name at WhatsApp', 'order_shipped').optional(),
  category: fields.field(z.string(), 'Category', 'UTILITY').optional(),
  status: fields
    .field(z.string(), 'unsubmitted, received, pending, approved, rejected, paused or disabled', 'approved')
    .optional(),
  rejection_reason: fields.field(z.string(), 'Why it was rejected', 'INVALID_FORMAT').optional(),
});

export const submitTemplate = defineOperation({
  name: 'whatsapp_submit_template',
  title: 'Submit a template for approval',
  about: 'Submit a template to WhatsApp. Approval takes minutes to a day: look with whatsapp_get_approval.',
  effect: 'write',
  input: z.strictObject({
    sid: contentSid,
    name: fields.field(
      z.string().regex(/^[a-z0-9_]{1,512}$/, 'must be lower-case letters, digits and underscores'),
      'Name at WhatsApp',
      'order_shipped',
    ),
    category: fields.field(z.enum(categories), 'MARKETING for anything that sells', 'UTILITY'),
  }),
  output: approval,
  request: {
    method: 'POST',
    host: 'content',
    path: `${contents}/{sid}/ApprovalRequests/whatsapp`,
    body: 'json',
  },
  page,
});

export const getApproval = defineOperation({
  name: 'whatsapp_get_approval',
  title: 'Get the approval of a template',
  about: 'Tell whether WhatsApp approved a template, or why not.',
  effect: 'read',
  input: z.strictObject({ sid: contentSid }),
  output: approval,
  request: { method: 'GET', host: 'content', path: `${contents}/{sid}/ApprovalRequests` },
  answer: ({ whatsapp }) =>
    typeof whatsapp === 'object' && whatsapp !== null ? { ...whatsapp } : { status: 'unsubmitted' },
  page,
});

export const deleteTemplate = defineOperation({
  name: 'whatsapp_delete_template',
  title: 'Delete a WhatsApp template',
  about: 'Delete a template, at WhatsApp too. The same name cannot be used there for 30 days.',
  effect: 'delete',
  input: z.strictObject({ sid: contentSid }),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) }),
  request: { method: 'DELETE', host: 'content', path: `${contents}/{sid}` },
  answer: () => ({ deleted: true }),
  page,
});

const sender = z.object({
  sid: fields.sid('Sender SID', 'XE'),
  sender_id: fields.field(z.string(), 'Its address', 'whatsapp:+14155238886').optional(),
  status: fields.field(z.string(), 'ONLINE when it can send', 'ONLINE').optional(),
});

export const listSenders = defineOperation({
  name: 'whatsapp_list_senders',
  title: 'List WhatsApp senders',
  about: 'List the WhatsApp senders of the account and whether they are online.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: z.object({
    senders: fields.field(z.array(sender), 'The senders', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'messaging',
    path: '/v2/Channels/Senders',
    fixed: { Channel: 'whatsapp' },
    list: { rows: 'senders', maxPage: 1000 },
  },
  page,
});

export const getSender = defineOperation({
  name: 'whatsapp_get_sender',
  title: 'Get a WhatsApp sender',
  about: 'Read one WhatsApp sender: its address and state.',
  effect: 'read',
  input: z.strictObject({ sid: fields.sid('Sender SID', 'XE') }),
  output: sender,
  request: { method: 'GET', host: 'messaging', path: '/v2/Channels/Senders/{sid}' },
  page,
});
