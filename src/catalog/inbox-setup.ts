// Where people's words go: an own number or a Messaging Service pointed at this server, and at nothing else.
import { z } from 'zod';
import { type Defaults, defineOperation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';

const page = 'twilio-auth-and-webhooks';

const url = (description: string) =>
  fields.field(z.string(), description, 'https://twilio-mcp.example.com/webhooks/twilio').optional();

export const setNumber = defineOperation({
  name: 'inbox_set_number',
  title: 'Hear a number here',
  about:
    "Have messages and calls to an own number come to this server's inbox. It changes where people's words go, so the owner must have turned such changes on.",
  effect: 'admin',
  idempotent: true,
  input: z
    .strictObject({
      sid: fields.sid('Own number', 'PN'),
      messages: fields.field(z.boolean().default(true), 'Hear its messages', true),
      calls: fields.field(
        z.boolean().default(false),
        'Hear its calls; they get the configured answer',
        false,
      ),
    })
    .refine(({ messages, calls }) => messages || calls, 'nothing to hear: set messages or calls'),
  output: z.object({
    sid: fields.sid('Own number', 'PN'),
    phone_number: fields.field(z.string(), 'The number', '+14155550100').optional(),
    sms_url: url('Asked on a message'),
    voice_url: url('Asked on a call'),
    status_callback: url('Told when a call ends'),
  }),
  prepare: ({ sid, messages, calls }, defaults) => {
    const here = addressOf(defaults);
    return {
      sid,
      ...(messages && { sms_url: here, sms_method: 'POST' }),
      ...(calls && {
        voice_url: here,
        voice_method: 'POST',
        status_callback: here,
        status_callback_method: 'POST',
      }),
    };
  },
  request: {
    method: 'POST',
    host: 'api',
    path: '/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json',
  },
  page,
});

export const setService = defineOperation({
  name: 'inbox_set_service',
  title: 'Hear a Messaging Service here',
  about:
    "Have messages to a Messaging Service, and their delivery, come to this server's inbox. The owner must have turned such changes on.",
  effect: 'admin',
  idempotent: true,
  input: z.strictObject({ sid: fields.sid('Messaging Service', 'MG') }),
  output: z.object({
    sid: fields.sid('Messaging Service', 'MG'),
    inbound_request_url: url('Asked on a message'),
    status_callback: url('Told of deliveries'),
  }),
  prepare: ({ sid }, defaults) => {
    const here = addressOf(defaults);
    return {
      sid,
      inbound_request_url: here,
      inbound_method: 'POST',
      status_callback: here,
      use_inbound_webhook_on_number: false,
    };
  },
  request: { method: 'POST', host: 'messaging', path: '/v1/Services/{sid}' },
  page,
});

function addressOf({ webhookUrl }: Defaults): string {
  if (webhookUrl !== undefined) return webhookUrl;
  throw new OperationError('INVALID_INPUT', 'This server has no public address that Twilio could reach.', {
    next: 'Have the owner start it with --webhooks and TWILIO_MCP_PUBLIC_URL. Until then Twilio is asked for what came in.',
  });
}
