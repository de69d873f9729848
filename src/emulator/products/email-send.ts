// Here: mail/send: what SendGrid accepts, and what it says to the rest.
// Not here: batches (email-batches.ts) and what becomes of what was accepted (email-delivery.ts).
import { type Ask, type Route, route } from '../route.ts';
import type { World } from '../state.ts';
import type { Answer } from '../wire.ts';
import { batchExists, schedule } from './email-batches.ts';
import { type Mail, process, type Recipient } from './email-delivery.ts';
import { maySendAs } from './email-senders.ts';
import { groupById } from './email-suppressions.ts';
import { renderTemplate } from './email-templates.ts';
import {
  bad,
  bodyOf,
  EmailError,
  HOST,
  isAddress,
  isObject,
  type Json,
  objects,
  seconds,
} from './email-wire.ts';

const MOST_RECIPIENTS = 1000;
const MOST_BYTES = 30 * 1024 * 1024;
const MOST_AHEAD_SECONDS = 72 * 3600;
const SECONDS_IN_QUEUE = 1;

function sendMail(ask: Ask): Answer {
  const body = bodyOf(ask);
  const { world } = ask;
  if (Buffer.byteLength(JSON.stringify(body)) > MOST_BYTES)
    throw new EmailError(413, null, 'content too large');
  const mail = readMail(world, body);
  const sendAt = readSendAt(world, body['send_at']);
  const batchId = readBatch(world, body['batch_id']);
  const { mail_settings: settings } = body;
  const sandbox = isObject(settings) && isObject(settings['sandbox_mode']) ? settings['sandbox_mode'] : {};
  if (sandbox['enable'] === true) return { status: 200 };
  const due = Math.max(world.clock.now() + SECONDS_IN_QUEUE * 1000, (sendAt ?? 0) * 1000);
  if (batchId === undefined) world.clock.at(due, () => process(world, mail));
  else schedule(world, batchId, mail, due);
  return { status: 202, headers: { 'x-message-id': mail.id } };
}

function readMail(world: World, body: Json): Mail {
  const from = readSender(body['from']);
  if (body['reply_to'] !== undefined) readPerson(body['reply_to'], 'reply_to');
  const templateId = readTemplate(world, body['template_id']);
  const text = readContent(body['content'], templateId);
  const recipients = readPersonalizations(world, body, templateId, text);
  const groupId = readGroup(world, body['asm']);
  return {
    id: world.ids.hex(22),
    from,
    recipients,
    templateId,
    groupId,
    categories: readCategories(body['categories']),
    files: readAttachments(body['attachments']),
  };
}

function readPerson(value: unknown, field: string): string {
  const email = isObject(value) ? value['email'] : undefined;
  if (!isAddress(email)) throw bad(`${field}.email`, 'Does not contain a valid address.');
  return email;
}

function readSender(value: unknown): string {
  if (!isObject(value))
    throw bad(
      'from.email',
      'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.',
    );
  const from = readPerson(value, 'from');
  if (maySendAs(from)) return from;
  throw new EmailError(
    403,
    'from',
    'The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.',
  );
}

function readTemplate(world: World, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && renderTemplate(world, value, {}) !== undefined) return value;
  throw bad('template_id', 'The template_id must be the ID of a template with an active version.');
}

function readContent(value: unknown, templateId: string | null): string {
  const parts = objects(value);
  if (parts.length === 0 && templateId === null)
    throw bad(
      'content',
      'Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block.',
    );
  const types = parts.map(({ type, value: text }, index) => {
    if (typeof text !== 'string' || text === '')
      throw bad(
        `content.${index}.value`,
        'The content value must be a string at least one character in length.',
      );
    return type;
  });
  if (types.indexOf('text/plain') > 0)
    throw bad('content', 'If present, text/plain must be the first content block, before text/html.');
  return String(parts[0]?.['value'] ?? '');
}

function readPersonalizations(
  world: World,
  body: Json,
  templateId: string | null,
  text: string,
): Recipient[] {
  const all = objects(body['personalizations']);
  if (all.length === 0)
    throw bad(
      'personalizations',
      'The personalizations field is required and must have at least one personalization.',
    );
  if (all.length > 1000)
    throw bad(
      'personalizations',
      `The personalization block is limited to 1000 personalizations per API request. You have provided ${all.length} personalizations.`,
    );
  const recipients = all.flatMap((each, index) => {
    const subject = each['subject'] ?? body['subject'];
    if (templateId === null && (typeof subject !== 'string' || subject === ''))
      throw bad(
        'subject',
        'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.',
      );
    const data = isObject(each['dynamic_template_data']) ? each['dynamic_template_data'] : {};
    const rendered = templateId === null ? undefined : renderTemplate(world, templateId, data);
    const made = rendered ?? { subject: String(subject), text };
    return readAddresses(each, index).map((to) => ({ to, ...made }));
  });
  if (recipients.length > MOST_RECIPIENTS)
    throw bad('personalizations', 'There is a limit of 1000 total recipients (to + cc + bcc) per request.');
  return recipients;
}

function readAddresses(personalization: Json, index: number): string[] {
  const at = `personalizations.${index}`;
  if (objects(personalization['to']).length === 0)
    throw bad(
      `${at}.to`,
      'The to array is required for all personalization objects, and must have at least one email object with a valid email address.',
    );
  const seen = new Set<string>();
  return ['to', 'cc', 'bcc'].flatMap((list) =>
    objects(personalization[list]).map((person, place) => {
      const email = readPerson(person, `${at}.${list}.${place}`);
      if (seen.has(email.toLowerCase()))
        throw bad(
          at,
          `Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of [${email}] in the ${at}.${list} field.`,
        );
      seen.add(email.toLowerCase());
      return email;
    }),
  );
}

function readGroup(world: World, value: unknown): number | null {
  if (value === undefined) return null;
  const id = isObject(value) ? value['group_id'] : undefined;
  if (typeof id === 'number' && groupById(world, id) !== undefined) return id;
  throw bad('asm.group_id', 'The asm group ID should be the ID of an unsubscribe group.');
}

function readCategories(value: unknown): string[] {
  const given: readonly unknown[] = Array.isArray(value) ? value : [];
  const names = given.map((each) => {
    if (typeof each !== 'string' || each.length > 255)
      throw bad('categories', 'Each category must be a string of at most 255 characters.');
    return each;
  });
  if (names.length > 10) throw bad('categories', 'You cannot have more than 10 categories per request.');
  if (new Set(names).size < names.length)
    throw bad('categories', 'You may not provide duplicate categories.');
  return names;
}

function readAttachments(value: unknown): string[] {
  return objects(value).map(({ content, filename }, index) => {
    if (typeof filename !== 'string' || filename === '')
      throw bad(`attachments.${index}.filename`, 'The attachment filename is required.');
    if (typeof content !== 'string' || content === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(content))
      throw bad(`attachments.${index}.content`, 'The attachment content must be base64 encoded.');
    return filename;
  });
}

function readSendAt(world: World, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw bad('send_at', 'The send_at param accepts a valid unix timestamp.');
  if (value > seconds(world.clock.now()) + MOST_AHEAD_SECONDS)
    throw bad('send_at', 'Scheduling more than 72 hours in advance is forbidden.');
  return value;
}

function readBatch(world: World, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && batchExists(world, value)) return value;
  throw bad('batch_id', 'The batch_id must be a valid batch id.');
}

export const sendRoutes: readonly Route[] = [route('POST', HOST, '/v3/mail/send', sendMail)];
