// Settings of what comes in: where webhooks are heard, by what they are proven, what is answered. The rest is in config.ts.
import { isIP } from 'node:net';
import { z } from 'zod';
import { list, port, setting } from './setting.ts';
import { isSendgridKey } from './signature.ts';

const secrets = list.refine(
  (values) => values.every((each) => each.length >= 8 && !/\s/.test(each)),
  'must be secrets of at least 8 characters with commas between',
);

export const webhookSettings = {
  TWILIO_MCP_WEBHOOKS: setting(
    z.stringbool({ error: 'must be true or false' }).default(false),
    'Hear webhooks beside MCP. Over HTTP they are heard at the same port; over stdio at a port of their own.',
    'true',
  ),
  TWILIO_MCP_WEBHOOK_HOST: setting(
    z.string().min(1).default('127.0.0.1'),
    'Address that webhooks are heard at, beside stdio.',
    '0.0.0.0',
  ),
  TWILIO_MCP_WEBHOOK_PORT: setting(port.default(4020), 'Its port; 0 takes any free one.', '4020'),
  TWILIO_MCP_WEBHOOK_TOKENS: setting(
    secrets.default([]),
    'Further Auth Tokens that sign webhooks, with commas, such as that of a subaccount.',
    'auth_token_of_the_subaccount',
    'secret',
  ),
  TWILIO_MCP_SENDGRID_WEBHOOK_KEYS: setting(
    list
      .refine((keys) => keys.every(isSendgridKey), 'must be the verification keys that SendGrid shows')
      .default([]),
    "Verification keys of SendGrid's signed webhooks, with commas.",
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…',
  ),
  TWILIO_MCP_SEGMENT_WEBHOOK_SECRETS: setting(
    secrets.default([]),
    "Shared secrets of Segment's webhook destinations, with commas. Set their batch size to 1: Segment signs the first event only.",
    'your_shared_secret',
    'secret',
  ),
  TWILIO_MCP_TRUSTED_PROXIES: setting(
    list.refine((addresses) => addresses.every((each) => isIP(each) > 0), 'must be IP addresses').default([]),
    'Addresses of proxies whose X-Forwarded headers are believed, with commas; needed only without TWILIO_MCP_PUBLIC_URL.',
    '10.0.0.9',
  ),
  TWILIO_MCP_POLL_SECONDS: setting(
    z.coerce.number('must be a number of seconds').int().min(0).max(86_400).default(60),
    'How often Twilio is asked for what came in where no webhook tells; 0 asks only before a wait or a send, and with webhooks never.',
    '60',
  ),
  TWILIO_MCP_ANSWER_MESSAGES: setting(
    z.string().min(1).max(65_536).optional(),
    'What inbound messages are answered at once: hold (nothing, the agent replies), a Studio flow (FW…) or TwiML.',
    '<Response><Message>Thank you. We will be back at nine.</Message></Response>',
  ),
  TWILIO_MCP_ANSWER_CALLS: setting(
    z.string().min(1).max(65_536).optional(),
    'What inbound calls are answered: hold (a queue until the agent takes them out), a Studio flow (FW…) or TwiML. Busy when left out.',
    'hold',
  ),
  TWILIO_MCP_APPROVAL_NUMBER: setting(
    z
      .string()
      .regex(
        /^(?:whatsapp:|call:)?\+[1-9][0-9]{6,14}$/,
        'must be E.164, with whatsapp: before it for WhatsApp, or call: to be called',
      )
      .optional(),
    "The owner's phone, to which actions that wait for a yes are put: by text, on WhatsApp (whatsapp:+…) or by a call (call:+…). Needs webhooks: only a signed answer counts.",
    '+14155550123',
  ),
};
