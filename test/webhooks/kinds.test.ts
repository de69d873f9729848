// Each kind of request that Twilio sends is known by what it carries, with an identity that a second telling shares.
import { expect, it } from 'vitest';
import { snake } from '../../src/webhooks/found.ts';
import { readTwilio, rowOfFields } from '../../src/webhooks/twilio.ts';

const read = (fields: Readonly<Record<string, string>>) => readTwilio(rowOfFields(Object.entries(fields)));

it.each([
  ['MessageSid', 'message_sid'],
  ['MediaUrl0', 'media_url0'],
  ['MediaContentType0', 'media_content_type0'],
  ['interactionSessionSid', 'interaction_session_sid'],
  ['account_sid', 'account_sid'],
  ['SPF', 'spf'],
  ['StirVerstat', 'stir_verstat'],
])('%s is %s', (name, ours) => {
  expect(snake(name)).toBe(ours);
});

const person = '+14155550123';
const own = '+14155550100';

it.each([
  [
    'an SMS',
    { MessageSid: 'SM1', From: person, To: own, Body: 'Hi', SmsStatus: 'received' },
    'message.inbound',
    'message.inbound:SM1',
    `sms ${person}`,
  ],
  [
    'a WhatsApp message',
    { MessageSid: 'SM1', From: `whatsapp:${person}`, To: `whatsapp:${own}`, Body: '', WaId: '1' },
    'message.inbound',
    'message.inbound:SM1',
    `whatsapp ${person}`,
  ],
  [
    'a delivery',
    { MessageSid: 'SM1', MessageStatus: 'delivered', From: own, To: person },
    'message.status',
    'message.status:SM1:delivered',
    `sms ${person}`,
  ],
  [
    'a reading',
    { MessageSid: 'SM1', MessageStatus: 'read', EventType: 'READ', To: `whatsapp:${person}` },
    'message.status',
    'message.status:SM1:read',
    `whatsapp ${person}`,
  ],
  [
    'an older delivery',
    { SmsSid: 'SM1', SmsStatus: 'sent', To: person },
    'message.status',
    'message.status:SM1:sent',
    `sms ${person}`,
  ],
  [
    'a call that comes in',
    { CallSid: 'CA1', CallStatus: 'ringing', Direction: 'inbound', From: person, To: own },
    'call.inbound',
    'call.inbound:CA1',
    `voice ${person}`,
  ],
  [
    'a call that ends',
    {
      CallSid: 'CA1',
      CallStatus: 'completed',
      Direction: 'outbound-api',
      From: own,
      To: person,
      CallDuration: '5',
    },
    'call.status',
    'call.status:CA1:completed',
    `voice ${person}`,
  ],
  [
    'a call that rings out',
    {
      CallSid: 'CA1',
      CallStatus: 'ringing',
      Direction: 'outbound-api',
      To: person,
      SequenceNumber: '1',
      CallbackSource: 'call-progress-events',
    },
    'call.status',
    'call.status:CA1:ringing',
    `voice ${person}`,
  ],
  [
    'a machine that answered',
    {
      CallSid: 'CA1',
      AnsweredBy: 'machine_start',
      MachineDetectionDuration: '2',
      Direction: 'outbound-api',
      To: person,
    },
    'call.status',
    'call.status:CA1:answered_by',
    `voice ${person}`,
  ],
  [
    'a recording',
    { RecordingSid: 'RE1', RecordingStatus: 'completed', CallSid: 'CA1', RecordingUrl: 'https://x' },
    'recording',
    'recording:RE1:completed',
    undefined,
  ],
  [
    'a transcription',
    {
      TranscriptionSid: 'TR1',
      TranscriptionStatus: 'completed',
      TranscriptionText: 'hi',
      CallSid: 'CA1',
      RecordingSid: 'RE1',
    },
    'transcription',
    'transcription:TR1:completed:',
    undefined,
  ],
  [
    'words of a running transcription',
    {
      TranscriptionSid: 'GT1',
      TranscriptionEvent: 'transcription-content',
      SequenceId: '3',
      TranscriptionData: '{"transcript":"hello"}',
      CallSid: 'CA1',
    },
    'transcription',
    'transcription:GT1:transcription-content:3',
    undefined,
  ],
  [
    'a conference',
    { ConferenceSid: 'CF1', StatusCallbackEvent: 'participant-join', SequenceNumber: '2', CallSid: 'CA1' },
    'conference',
    'conference:CF1:participant-join:2',
    undefined,
  ],
  [
    'a task event',
    { WorkspaceSid: 'WS1', EventType: 'task.created', Sid: 'EV1', TaskSid: 'WT1' },
    'task',
    'task:EV1',
    undefined,
  ],
  [
    'a challenge',
    { type: 'challenge.approved', challenge_sid: 'YC1', factor_sid: 'YF1' },
    'verification',
    'verification:YC1:challenge.approved',
    undefined,
  ],
  [
    'an error',
    {
      Sid: 'NO1',
      Level: 'ERROR',
      Timestamp: 'x',
      PayloadType: 'application/json',
      Payload: '{"resource_sid":"CA1","error_code":"11200"}',
    },
    'error',
    'error:NO1',
    undefined,
  ],
  ['our own test', { probe: 'n1' }, 'probe', 'probe:n1', undefined],
])('%s', (_, fields, type, id, contact) => {
  const found = read(fields);
  expect(found).toMatchObject({ type, id });
  expect(found.contact && `${found.channel} ${found.contact}`).toBe(contact);
});

it.each([
  [
    'a key pressed',
    { CallSid: 'CA1', CallStatus: 'in-progress', Direction: 'inbound', From: person, Digits: '1' },
    'call.input',
  ],
  [
    'a conversation',
    { ConversationSid: 'CH1', EventType: 'onMessageAdded', Author: person, Source: 'SMS', Body: 'Hi' },
    'conversation',
  ],
  [
    'a masked message',
    {
      interactionSid: 'KI1',
      interactionSessionSid: 'KC1',
      interactionData: '{"body":"Hi"}',
      outboundResourceStatus: 'sent',
    },
    'proxy',
  ],
  ['a flow', { FlowSid: 'FW1', answer: 'blue' }, 'studio'],
  ['something new', { Something: 'new' }, 'other'],
])('%s has no identity but its content', (_, fields, type) => {
  const [first, same, other] = [read(fields), read(fields), read({ ...fields, More: 'x' })];
  expect(first.type).toBe(type);
  expect(first.id).toBe(same.id);
  expect(first.id).not.toBe(other.id);
});

it('a conversation that Twilio tells again, counting its tries, is the same', () => {
  const fields = {
    ConversationSid: 'CH1',
    EventType: 'onMessageAdded',
    Author: `whatsapp:${person}`,
    Source: 'WHATSAPP',
    Body: 'Hi',
  };
  expect(read({ ...fields, RetryCount: '1' }).id).toBe(read({ ...fields, RetryCount: '0' }).id);
  expect(read(fields)).toMatchObject({
    channel: 'whatsapp',
    contact: person,
    data: { direction: 'inbound', body: 'Hi' },
  });
  expect(read({ ...fields, Source: 'API' }).contact).toBeUndefined();
});

it('a name that comes twice is a list, JSON in a field is read', () => {
  expect(
    rowOfFields([
      ['A', '1'],
      ['A', '2'],
      ['TaskAttributes', '{"a":1}'],
      ['Media', 'no json'],
    ]),
  ).toEqual({
    a: ['1', '2'],
    task_attributes: { a: 1 },
    media: 'no json',
  });
});

it('a pair that comes twice is one, as it is to the signature: a copy makes no list of a text', () => {
  const fields: [string, string][] = [
    ['ConversationSid', 'CH1'],
    ['EventType', 'onMessageAdded'],
    ['Author', person],
    ['Source', 'SDK'],
  ];
  const twice = rowOfFields([...fields, ['Source', 'SDK']]);
  expect(twice).toEqual(rowOfFields(fields));
  expect(readTwilio(twice).contact).toBeUndefined();
});
