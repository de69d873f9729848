// Here: what may be sent: body, media, content templates, schedule and validity, with Twilio's codes.
// Not here: the Content API that makes templates; it adds its rows to the table of this file.
import { defineTable, type World } from '../state.ts';
import { type Form, TwilioError } from '../wire.ts';

/** A Content template, as far as sending needs it. */
export type Content = {
  readonly accountSid: string;
  readonly sid: string;
  friendlyName: string;
  readonly language: string;
  /** Placeholder to sample value: {"1": "Ana"}. */
  readonly variables: Readonly<Record<string, string>>;
  /** Type name to its fields, as Twilio's `types`: {"twilio/text": {"body": "Hello {{1}}"}}. */
  readonly types: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Approved by WhatsApp: may open a conversation. */
  approval: 'unsubmitted' | 'received' | 'pending' | 'approved' | 'rejected';
  readonly createdAt: number;
  updatedAt: number;
};

export const contents = defineTable<Content>('contents');

/** Approved from the start, so that a template can be sent before one was made. */
export const SEEDED_CONTENT_SID = `HX${'1'.padStart(32, '0')}`;

export function seedContents(world: World): void {
  const now = world.clock.now();
  contents(world).add({
    accountSid: world.options.accountSid,
    sid: SEEDED_CONTENT_SID,
    friendlyName: 'order_update',
    language: 'en',
    variables: { '1': 'Ana', '2': 'A-17' },
    types: { 'twilio/text': { body: 'Hello {{1}}, your order {{2}} is on its way.' } },
    approval: 'approved',
    createdAt: now,
    updatedAt: now,
  });
}

export type Payload = {
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** Undefined for free text. */
  readonly content: Content | undefined;
};

function refuse(code: number, message: string): TwilioError {
  return new TwilioError(400, code, message);
}

export function readPayload(world: World, accountSid: string, form: Form): Payload {
  const contentSid = form.get('ContentSid');
  if (contentSid !== undefined && contentSid !== '') return readContent(world, accountSid, contentSid, form);
  const body = form.get('Body') ?? '';
  const mediaUrls = form.all('MediaUrl').filter((url) => url !== '');
  if (body === '' && mediaUrls.length === 0) throw refuse(21602, 'Message body is required.');
  checkBody(body);
  if (mediaUrls.length > 10) throw refuse(21623, 'Number of media files exceeds allowed limit');
  for (const url of mediaUrls) {
    if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
      throw refuse(21620, `Invalid media URL(s): ${url}`);
    }
  }
  return { body, mediaUrls, content: undefined };
}

export function checkBody(body: string): void {
  if ([...body].length > 1600) {
    throw refuse(21617, 'The concatenated message body exceeds the 1600 character limit');
  }
}

function readContent(world: World, accountSid: string, sid: string, form: Form): Payload {
  const content = contents(world).get(accountSid, sid);
  if (content === undefined) throw refuse(21655, 'The ContentSid is Invalid');
  const given = readVariables(form.get('ContentVariables'));
  const values = { ...content.variables, ...given };
  const body = Object.values(content.types)
    .map((type) => type['body'])
    .find((text) => typeof text === 'string');
  const filled = (typeof body === 'string' ? body : '').replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === '') throw invalidVariables();
    return value;
  });
  return { body: filled, mediaUrls: [], content };
}

function readVariables(text: string | undefined): Record<string, string> {
  if (text === undefined || text === '') return {};
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalidVariables();
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]): [string, string] => {
      if (typeof value !== 'string' || value === '') throw invalidVariables();
      return [name, value];
    }),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidVariables();
  }
}

function invalidVariables(): TwilioError {
  return refuse(21656, 'The ContentVariables Parameter is invalid');
}

const SOONEST = 300;
const LATEST = 35 * 24 * 3600;

/** The moment a scheduled message leaves, or undefined for now. Limits from docs/api/errors/35114 (2026). */
export function readSchedule(world: World, form: Form, hasService: boolean): number | undefined {
  const type = form.get('ScheduleType');
  const sendAt = form.get('SendAt');
  if (type === undefined) return undefined;
  if (type !== 'fixed')
    throw refuse(35126, 'The ScheduleType value provided is not supported for this channel');
  if (sendAt === undefined || sendAt === '') throw refuse(35111, 'SendAt timestamp is missing');
  if (!hasService) throw refuse(35118, 'MessagingServiceSid is required to schedule a message');
  const time = Date.parse(sendAt);
  const ahead = (time - world.clock.now()) / 1000;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(sendAt) || Number.isNaN(time)) {
    throw refuse(35114, 'SendAt is not a timestamp in ISO 8601');
  }
  if (ahead < SOONEST || ahead > LATEST) {
    throw refuse(
      35114,
      'SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the future, inclusive',
    );
  }
  return time;
}

/** How many seconds a message may wait in the queue; here none waits, so nothing but the range matters. */
export function checkValidity(form: Form): void {
  const seconds = Number(form.get('ValidityPeriod') ?? 36_000);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 36_000) {
    throw refuse(21624, 'Invalid validity period value: it must be an integer from 1 to 36000');
  }
}
