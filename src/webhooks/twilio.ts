// What Twilio tells by form, query or single JSON object, known by what it carries; one address takes them all.
// Event Streams have a shape of their own: stream.ts. What is answered: answers.ts.
import { isRow, type Row } from '../operation/row.ts';
import type { Fields } from '../signature.ts';
import { type Found, fingerprint, parsedIn, personAt, snake, textIn } from './found.ts';

/**
 * Fields under our names; a name that comes with several values is a list. The signature takes a pair that comes twice for
 * one, and so does this: else a copy of a signed request could turn a text into a list.
 */
export function rowOfFields(fields: Fields): Row {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of fields)
    values.set(snake(name), (values.get(snake(name)) ?? new Set()).add(value));
  const entries = [...values].map(([name, all]) => [name, all.size === 1 ? [...all][0] : [...all]]);
  return parsedIn(Object.fromEntries(entries), ...jsonFields);
}

export function rowOfJson(json: Row): Row {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [snake(name), value]));
}

/** Fields in which Twilio sends JSON as text. */
const jsonFields = [
  'payload',
  'media',
  'attributes',
  'task_attributes',
  'worker_attributes',
  'interaction_data',
  'transcription_data',
  'add_ons',
  'referral',
];

/** The first kind that fits names it; what fits none is kept too, since it was signed. */
export function readTwilio(row: Row): Found {
  for (const kind of kinds) {
    const found = kind(row);
    if (found !== undefined) return found;
  }
  return { id: `other:${fingerprint(row)}`, type: 'other', data: row };
}

type Kind = (row: Row) => Found | undefined;

const conversation: Kind = (row) => {
  const about = textIn(row, 'conversation_sid');
  const event = textIn(row, 'event_type');
  if (about === '' || event === '') return undefined;
  const author = textIn(row, 'author');
  // A message that came in over SMS or WhatsApp bears the address of its writer.
  const isFromPhone = /^(?:\w+:)?\+\d{7,15}$/.test(author) && !/^(?:SDK|API)$/.test(textIn(row, 'source'));
  // Twilio counts its tries in the request itself; that does not make another event of it.
  const { retry_count: _, ...rest } = row;
  return {
    id: `conversation:${event}:${fingerprint(rest)}`,
    type: 'conversation',
    sid: about,
    ...(isFromPhone && personAt(author, 'sms')),
    data: { status: event, ...rest, ...(isFromPhone && { direction: 'inbound', from: author }) },
  };
};

const task: Kind = (row) => {
  if (textIn(row, 'workspace_sid') === '') return undefined;
  const event = textIn(row, 'event_type') || 'assignment';
  const about = textIn(row, 'task_sid', 'reservation_sid', 'worker_sid', 'resource_sid', 'workspace_sid');
  const own = textIn(row, 'sid') || `${event}:${textIn(row, 'reservation_sid')}:${fingerprint(row)}`;
  return { id: `task:${own}`, type: 'task', sid: about, data: { status: event, ...row } };
};

const proxy: Kind = (row) => {
  const interaction = textIn(row, 'interaction_sid');
  if (interaction === '') return undefined;
  const status = textIn(row, 'outbound_resource_status', 'inbound_resource_status');
  const body = isRow(row['interaction_data']) ? textIn(row['interaction_data'], 'body') : '';
  return {
    id: `proxy:${interaction}:${fingerprint(row)}`,
    type: 'proxy',
    sid: textIn(row, 'interaction_session_sid') || interaction,
    data: { ...row, ...(status !== '' && { status }), ...(body !== '' && { body }) },
  };
};

const transcription: Kind = (row) => {
  const about = textIn(row, 'transcription_sid', 'transcript_sid');
  if (about === '') return undefined;
  const status = textIn(row, 'transcription_event', 'transcription_status', 'event_type');
  const said = row['transcription_data'];
  const text = textIn(row, 'transcription_text') || (isRow(said) ? textIn(said, 'transcript') : '');
  return {
    id: `transcription:${about}:${status}:${textIn(row, 'sequence_id')}`,
    type: 'transcription',
    sid: textIn(row, 'call_sid') || about,
    data: { ...row, status, ...(text !== '' && { body: text }) },
  };
};

const recording: Kind = (row) => {
  const about = textIn(row, 'recording_sid');
  const status = textIn(row, 'recording_status');
  if (about === '' || status === '') return undefined;
  const sid = textIn(row, 'call_sid', 'conference_sid') || about;
  return { id: `recording:${about}:${status}`, type: 'recording', sid, data: { ...row, status } };
};

const problem: Kind = (row) => {
  const { payload } = row;
  const sid = textIn(row, 'sid');
  if (!isRow(payload) || textIn(row, 'level') === '' || sid === '') return undefined;
  const about = textIn(payload, 'resource_sid');
  const code = textIn(payload, 'error_code');
  return {
    id: `error:${sid}`,
    type: 'error',
    ...(about !== '' && { sid: about }),
    data: { ...row, status: textIn(row, 'level').toLowerCase(), ...(code !== '' && { error_code: code }) },
  };
};

const messageStatus: Kind = (row) => {
  const sid = textIn(row, 'message_sid', 'sms_sid');
  const status = textIn(row, 'message_status', 'sms_status').toLowerCase();
  if (sid === '' || status === '' || status === 'received' || status === 'receiving') return undefined;
  if ('body' in row && !('message_status' in row)) return undefined;
  return {
    id: `message.status:${sid}:${status}`,
    type: 'message.status',
    sid,
    ...personAt(textIn(row, 'to'), 'sms'),
    data: { ...row, status, direction: 'outbound' },
  };
};

const messageInbound: Kind = (row) => {
  const sid = textIn(row, 'message_sid', 'sms_sid');
  const from = textIn(row, 'from');
  if (sid === '' || from === '') return undefined;
  return {
    id: `message.inbound:${sid}`,
    type: 'message.inbound',
    sid,
    ...personAt(from, 'sms'),
    data: { ...row, direction: 'inbound', status: 'received' },
  };
};

const conference: Kind = (row) => {
  const sid = textIn(row, 'conference_sid');
  const event = textIn(row, 'status_callback_event');
  if (sid === '' || event === '') return undefined;
  const nth = textIn(row, 'sequence_number') || fingerprint(row);
  return {
    id: `conference:${sid}:${event}:${nth}`,
    type: 'conference',
    sid,
    data: { ...row, status: event },
  };
};

const call: Kind = (row) => {
  const sid = textIn(row, 'call_sid');
  if (sid === '') return undefined;
  const isInbound = textIn(row, 'direction').startsWith('inbound');
  const person = personAt(textIn(row, isInbound ? 'from' : 'to'), 'voice');
  const status = textIn(row, 'call_status');
  const isReport = 'callback_source' in row || ended.includes(status) || 'sequence_number' in row;
  if (!isReport && isInbound && status === 'ringing') {
    const data = { ...row, status, direction: 'inbound' };
    return { id: `call.inbound:${sid}`, type: 'call.inbound', sid, ...person, data };
  }
  if (isReport && status !== '') {
    const data = { ...row, status };
    return { id: `call.status:${sid}:${status}`, type: 'call.status', sid, ...person, data };
  }
  const answeredBy = textIn(row, 'answered_by');
  if ('machine_detection_duration' in row && answeredBy !== '') {
    const data = { ...row, status: `answered_by_${answeredBy}` };
    return { id: `call.status:${sid}:answered_by`, type: 'call.status', sid, ...person, data };
  }
  // Asked in the middle of a call: what was pressed or said, and Twilio waits for TwiML.
  const said = textIn(row, 'speech_result');
  const data = { ...row, ...(said !== '' && { body: said }) };
  return { id: `call.input:${sid}:${fingerprint(row)}`, type: 'call.input', sid, ...person, data };
};

const ended = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

const verification: Kind = (row) => {
  const type = textIn(row, 'type', 'event_type');
  const sid = textIn(row, 'challenge_sid', 'factor_sid', 'verification_sid');
  if (sid === '') return undefined;
  return {
    id: `verification:${sid}:${type || textIn(row, 'status')}`,
    type: 'verification',
    sid,
    data: { ...row, ...(type !== '' && { status: type }) },
  };
};

const studio: Kind = (row) => {
  const sid = textIn(row, 'execution_sid', 'flow_sid');
  return sid === '' ? undefined : { id: `studio:${sid}:${fingerprint(row)}`, type: 'studio', sid, data: row };
};

/** Ours: a request this server signs and sends to itself, to see that its address works. */
const probe: Kind = (row) => {
  const nonce = textIn(row, 'probe');
  return nonce === ''
    ? undefined
    : { id: `probe:${nonce}`, type: 'probe', sid: nonce, data: { probe: nonce } };
};

const kinds: readonly Kind[] = [
  probe,
  conversation,
  task,
  proxy,
  transcription,
  recording,
  problem,
  verification,
  conference,
  messageStatus,
  messageInbound,
  call,
  studio,
];

/** Accounts that a request says it is of. */
export function accountsIn(row: Row): string[] {
  const named = ['account_sid', 'interaction_account_sid', 'parent_account_sid'].map((key) =>
    textIn(row, key),
  );
  return named.filter((each) => each !== '');
}
