// Event Streams: a batch of CloudEvents. What a webhook would tell of the same thing bears the same id and counts once.
import { isRow, type Row } from '../operation/row.ts';
import { type Found, rowsIn, textIn } from './found.ts';
import { readTwilio, rowOfJson } from './twilio.ts';

export function isStream(json: unknown): boolean {
  const rows = rowsIn(json);
  return rows.length > 0 && rows.every((each) => 'specversion' in each && 'type' in each && 'id' in each);
}

/** Those events whose data `isOurs` takes. */
export function readStream(json: unknown, isOurs: (row: Row) => boolean): Found[] {
  return rowsIn(json)
    .filter((event) => isOurs(dataOf(event)))
    .map(readOne);
}

function dataOf({ data }: Row): Row {
  return isRow(data) ? rowOfJson(data) : {};
}

function readOne(event: Row): Found {
  const type = textIn(event, 'type');
  const row = dataOf(event);
  const told = known(type, row);
  if (told !== undefined) return { ...told, data: { ...told.data, event_type: type } };
  const sid = textIn(
    row,
    'message_sid',
    'call_sid',
    'conversation_sid',
    'verification_sid',
    'task_sid',
    'sid',
  );
  return {
    id: `stream:${textIn(event, 'id')}`,
    type: kindOf(type),
    ...(sid !== '' && { sid }),
    data: { event_type: type, time: textIn(event, 'time'), ...row },
  };
}

/** Events that webhooks tell as well, put as the webhook puts them. */
function known(type: string, row: Row): Found | undefined {
  if (type === 'com.twilio.messaging.inbound-message.received') return readTwilio(row);
  if (type.startsWith('com.twilio.messaging.message.') && 'message_status' in row) return readTwilio(row);
  return undefined;
}

const products: readonly (readonly [prefix: string, type: string])[] = [
  ['com.twilio.accountsecurity.verify', 'verification'],
  ['com.twilio.conversations', 'conversation'],
  ['com.twilio.error-logs', 'error'],
  ['com.twilio.taskrouter', 'task'],
  ['com.twilio.studio', 'studio'],
  ['com.twilio.messaging', 'message'],
  ['com.twilio.voice', 'call'],
];

function kindOf(type: string): string {
  return products.find(([prefix]) => type.startsWith(prefix))?.[1] ?? 'stream';
}
