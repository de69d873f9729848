// An event of the inbox as an agent is shown it: the few fields that lead on, and whatever else it held as fenced text.
import { z } from 'zod';
import * as fields from '../operation/fields.ts';
import type { InboxEvent } from '../operation/ledgers.ts';
import { channelOf, contactOf } from '../operation/reach.ts';
import type { Row } from '../operation/row.ts';

/** What is told; `error` is Twilio's own report of a fault. */
export const eventTypes = [
  'message.inbound',
  'message.status',
  'call.inbound',
  'call.status',
  'call.input',
  'recording',
  'transcription',
  'conference',
  'verification',
  'conversation',
  'proxy',
  'task',
  'studio',
  'email',
  'email.inbound',
  'segment',
  'error',
  'stream',
  'other',
] as const;

export const eventShape = {
  id: fields.field(z.string(), 'Event ID; details by inbox_get_event', 'message.inbound:SM00000000'),
  type: fields.field(z.string(), 'What happened', 'message.inbound'),
  at: fields.field(z.string(), 'When', '2026-11-23T15:00:00.000Z'),
  contact: fields.mayHoldWords(z.string(), 'The person: number or email address', '+14155550123').optional(),
  channel: fields.field(z.string(), 'Over what', 'sms').optional(),
  sid: fields.field(z.string(), 'The message, call or conversation it is about', 'SM00000000').optional(),
  direction: fields.field(z.string(), 'inbound or outbound', 'inbound').optional(),
  to: fields.mayHoldWords(z.string(), 'Own number or sender', '+14155550100').optional(),
  status: fields.mayHoldWords(z.string(), 'State or event name', 'delivered').optional(),
  error_code: fields.mayHoldWords(z.string(), 'Why it failed; see account_explain_error', '30003').optional(),
  body: fields.words('What the person wrote or said', 'Is my order there?').optional(),
  subject: fields.words('Subject of an email', 'Order 1042').optional(),
  profile_name: fields.words('The name the person shows', 'Ana').optional(),
  digits: fields.words('Keys pressed in a call', '1').optional(),
  media: fields.mayHoldWords(z.array(z.string()), 'Media; inbox_get_media shows them', []).optional(),
};

export const event = z.object(eventShape);

/** Told by the row's own fields; everything else is for `details`. */
const shown: readonly string[] = ['to', 'status', 'error_code', 'body', 'subject', 'profile_name', 'digits'];

export function rowOf({ id, type, at, contact, channel, sid, data }: InboxEvent): Row {
  const told = shown.flatMap((key): [string, string][] => {
    const value = data[key];
    return typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [];
  });
  const media = Object.entries(data).flatMap(([key, value]) => (/^media_url\d+$/.test(key) ? [value] : []));
  return {
    ...Object.fromEntries(told),
    id,
    type,
    at: at.toISOString(),
    contact,
    channel,
    sid,
    direction: directionOf(type, data),
    ...(media.length > 0 && { media }),
  };
}

/**
 * Only what Twilio itself says of a message or call is believed: `outbound` lifts the fence. Of a call it is who was called,
 * and not who speaks: whoever we called speaks and presses keys too.
 */
function directionOf(type: string, data: Row): unknown {
  const { direction } = data;
  if (type.startsWith('message.')) return direction;
  const isReport = type === 'call.status' && !Object.keys(data).some((key) => byPerson.test(key));
  const isInbound = typeof direction === 'string' && direction.startsWith('inbound');
  return type.startsWith('call.') && (isReport || isInbound) ? direction : undefined;
}

const byPerson = /speech_result$|^(?:body|digits|caller_name|sip_header.*)$/;

/** All that the event held and the row does not show. */
export function detailsOf({ data }: InboxEvent): string {
  const rest = Object.entries(data).filter(([key]) => !shown.includes(key));
  return JSON.stringify(Object.fromEntries(rest));
}

export const filterShape = {
  types: fields
    .field(z.array(z.enum(eventTypes)).min(1).max(10), 'Only of these types', ['message.inbound'])
    .optional(),
  contact: fields.field(z.string().min(3).max(320), 'Only from or to this person', '+14155550123').optional(),
  sid: fields
    .field(z.string().min(2).max(64), 'Only about this message, call or conversation', 'SM00000000')
    .optional(),
};

export interface Filter {
  readonly types?: readonly string[] | undefined;
  readonly contact?: string | undefined;
  readonly sid?: string | undefined;
}

/** Without the keys that were not given: a filter that is there but undefined is another thing. */
export function filterOf({ types, contact, sid }: Filter) {
  return {
    ...(types !== undefined && { types }),
    ...(contact !== undefined && { contact: keptBy(contact) }),
    ...(sid !== undefined && { sid }),
  };
}

/** The address as the inbox keeps it, however it was written. */
function keptBy(contact: string): string {
  const channel = contact.includes('@') ? 'email' : channelOf(contact, 'sms');
  return contactOf({ to: contact, channel });
}
