// Segment tracking: who someone is and what they did, one call or many at once. Each call is kept under its message_id.
// Reading profiles back is in segment-profiles.ts; audiences and destinations are in segment-audiences.ts.
import { z } from 'zod';
import { defineOperation, type Row } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-segment-engage';

/** Bytes of one event and of one batch, and events of a batch (Segment's page on the HTTP API). */
const maxEvent = 32 * 1024;
const maxBatch = 500 * 1024;
const maxEvents = 2500;

const record = z.record(z.string(), z.unknown());
const personId = z.string().min(1).max(255);

const common = {
  user_id: fields.field(personId, 'Your own lasting ID of the person', 'u1042').optional(),
  anonymous_id: fields.field(personId, 'ID of a visitor not known yet', 'a-7f3c').optional(),
  message_id: fields
    .field(
      z.string().min(1).max(99, 'must be shorter than 100 characters'),
      'Unique ID of this event: with it, repeating the call counts once for 24 h',
      'order-1042-completed',
    )
    .optional(),
  timestamp: fields.instant('When it happened; now when left out').optional(),
  context: fields.field(record, 'Circumstances, such as ip or locale', { locale: 'en-US' }).optional(),
};

const own = {
  traits: fields
    .field(record, 'What is known of them; consent too', { plan: 'pro', sms_opt_in: true })
    .optional(),
  properties: fields.field(record, 'Particulars', { revenue: 49.9, currency: 'USD' }).optional(),
  event: fields.field(z.string().min(1).max(200), 'What happened; no personal data', 'Order Completed'),
  name: fields.field(z.string().min(1).max(200), 'Name of the page or screen', 'Pricing').optional(),
  group_id: fields.field(personId, 'Your ID of the company or team', 'g7'),
  previous_id: fields.field(personId, 'The ID used until now', 'a-7f3c'),
};

const names = {
  user_id: 'userId',
  anonymous_id: 'anonymousId',
  message_id: 'messageId',
  group_id: 'groupId',
  previous_id: 'previousId',
  messages: 'batch',
};

const accepted = z.object({
  success: fields.field(z.boolean(), 'Taken in; checks come later', true).optional(),
  message_id: fields.field(z.string(), 'As given, to repeat safely', 'order-1042-completed').optional(),
});

const needsPerson = {
  error: 'needs user_id or anonymous_id, else Segment drops the event silently',
};
const fits = { error: 'must stay within 32 KB: Segment refuses larger events; send fewer particulars' };

function hasPerson(input: Row): boolean {
  return input['user_id'] !== undefined || input['anonymous_id'] !== undefined;
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function isSmall(input: Row): boolean {
  return bytes(input) <= maxEvent;
}

function taken(body: Row, input: Row): Row {
  return { ...body, message_id: input['message_id'] };
}

const later = 'Success means taken in, not kept: Segment may still drop it later without a word.';

function post(path: string) {
  return { method: 'POST' as const, host: 'segment-tracking' as const, path, body: 'json' as const, names };
}

export const identify = defineOperation({
  name: 'segment_identify',
  title: 'Identify a person to Segment',
  about: `Tie a person to traits, such as email, plan or consent. ${later}`,
  effect: 'write',
  idempotent: true,
  input: z
    .strictObject({ ...common, traits: own.traits })
    .refine(hasPerson, needsPerson)
    .refine(isSmall, fits),
  output: accepted,
  request: post('/v1/identify'),
  answer: taken,
  page,
});

export const track = defineOperation({
  name: 'segment_track',
  title: 'Track what a person did',
  about: `Record something a person did, such as Order Completed. Give message_id: with it a repeat counts once. ${later}`,
  effect: 'write',
  input: z
    .strictObject({ event: own.event, ...common, properties: own.properties })
    .refine(hasPerson, needsPerson)
    .refine(isSmall, fits),
  output: accepted,
  request: post('/v1/track'),
  answer: taken,
  page,
});

export const group = defineOperation({
  name: 'segment_group',
  title: 'Put a person into a group in Segment',
  about: `Tie a person to a company or team, with traits of the group. ${later}`,
  effect: 'write',
  idempotent: true,
  input: z
    .strictObject({ group_id: own.group_id, ...common, traits: own.traits })
    .refine(hasPerson, needsPerson)
    .refine(isSmall, fits),
  output: accepted,
  request: post('/v1/group'),
  answer: taken,
  page,
});

export const viewPage = defineOperation({
  name: 'segment_page',
  title: 'Record a page view',
  about: `Record that a person saw a web page. Give message_id: with it a repeat counts once. ${later}`,
  effect: 'write',
  input: z
    .strictObject({ name: own.name, ...common, properties: own.properties })
    .refine(hasPerson, needsPerson)
    .refine(isSmall, fits),
  output: accepted,
  request: post('/v1/page'),
  answer: taken,
  page,
});

export const viewScreen = defineOperation({
  name: 'segment_screen',
  title: 'Record a screen view',
  about: `Record that a person saw a screen of an app. Give message_id: with it a repeat counts once. ${later}`,
  effect: 'write',
  input: z
    .strictObject({ name: own.name, ...common, properties: own.properties })
    .refine(hasPerson, needsPerson)
    .refine(isSmall, fits),
  output: accepted,
  request: post('/v1/screen'),
  answer: taken,
  page,
});

export const alias = defineOperation({
  name: 'segment_alias',
  title: 'Join two IDs of one person',
  about: `Say that two IDs are one person. Unify merges by identify instead; alias is for destinations that need it. ${later}`,
  effect: 'write',
  idempotent: true,
  input: z
    .strictObject({
      previous_id: own.previous_id,
      user_id: fields.field(personId, 'The ID from now on', 'u1042'),
      message_id: common.message_id,
      timestamp: common.timestamp,
      context: common.context,
    })
    .refine(isSmall, fits),
  output: accepted,
  request: post('/v1/alias'),
  answer: taken,
  page,
});

const needs: Readonly<Record<string, readonly string[]>> = {
  track: ['event'],
  group: ['group_id'],
  alias: ['previous_id', 'user_id'],
};

const message = z
  .strictObject({
    type: z.enum(['identify', 'track', 'group', 'page', 'screen', 'alias']),
    ...common,
    event: own.event.optional(),
    name: own.name,
    traits: own.traits,
    properties: own.properties,
    group_id: own.group_id.optional(),
    previous_id: own.previous_id.optional(),
  })
  .refine(hasPerson, needsPerson)
  .refine(isSmall, fits)
  .superRefine((input, context) => {
    const given: Row = input;
    for (const name of needs[input.type] ?? []) {
      if (given[name] === undefined)
        context.addIssue({ code: 'custom', path: [name], message: `is needed by ${input.type}` });
    }
  });

export const batch = defineOperation({
  name: 'segment_batch',
  title: 'Send many events to Segment',
  about: `Send up to ${maxEvents} identify, track, group, page, screen and alias calls at once, at most 500 KB. Give each a message_id: with it a repeat counts once. ${later}`,
  effect: 'write',
  input: z
    .strictObject({
      messages: fields.field(z.array(message).min(1).max(maxEvents), 'The calls', [
        { type: 'track', user_id: 'u1042', event: 'Order Completed', message_id: 'order-1042-completed' },
      ]),
      context: common.context,
    })
    .refine((input) => bytes(input) <= maxBatch, {
      error: 'must stay within 500 KB: Segment refuses larger batches; split it',
    }),
  output: z.object({ success: accepted.shape.success }),
  request: post('/v1/batch'),
  // Only the outermost names are the encoder's to translate.
  prepare: (input) => ({ ...input, messages: input.messages.map(wireMessage) }),
  page,
});

function wireMessage(given: Row): Row {
  const wire = new Map(Object.entries(names));
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [wire.get(name) ?? name, value]),
  );
}
