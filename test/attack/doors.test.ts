// Every way to a person whom nobody has agreed for, through every door and shelf: none is contacted, and each answer says the rule and the next step.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../src/operation/row.ts';
import { emptyEnv, run } from '../support/process.ts';
import { createWorld, OWN_NUMBER, type World } from '../support/world.ts';

const STRANGER = '+14155550188';
const MAIL = 'stranger@example.org';
const sid = (prefix: string) => `${prefix}${'a'.repeat(32)}`;
const dial = `<Response><Dial><Number>${STRANGER}</Number></Dial></Response>`;
const message = `<Response><Message to="${STRANGER}">Hi</Message></Response>`;
const mail = {
  from: { email: 'shop@example.com' },
  subject: 'Hi',
  content: [{ type: 'text/plain', value: 'Hi' }],
};

/** Name → operation of either shelf and its input. */
const attempts: Readonly<Record<string, readonly [string, Row]>> = {
  'a message': ['messaging_send_message', { to: STRANGER, body: 'Hi' }],
  'a message on the full shelf': ['api_v2010.CreateMessage', { To: STRANGER, From: OWN_NUMBER, Body: 'Hi' }],
  'a message under the bare operationId': ['CreateMessage', { To: STRANGER, From: OWN_NUMBER, Body: 'Hi' }],
  'a mailing': ['messaging_send_many', { batch: 'b', body: 'Hi', recipients: [{ to: STRANGER }] }],
  'a scheduled message': [
    'api_v2010.CreateMessage',
    {
      To: STRANGER,
      MessagingServiceSid: sid('MG'),
      Body: 'Hi',
      ScheduleType: 'fixed',
      SendAt: '2026-12-01T15:00:00Z',
    },
  ],
  WhatsApp: ['whatsapp_send_message', { to: STRANGER, from: OWN_NUMBER, body: 'Hi' }],
  'WhatsApp on the full shelf': [
    'api_v2010.CreateMessage',
    { To: `whatsapp:${STRANGER}`, From: `whatsapp:${OWN_NUMBER}`, Body: 'Hi' },
  ],
  'a call': ['voice_place_call', { to: STRANGER, say: 'Hi' }],
  'a callback that tells a stranger': [
    'messaging_send_message',
    { to: OWN_NUMBER, body: 'Hi', status_callback: 'https://evil.example.org/tell' },
  ],
  'media from inside a private network': [
    'messaging_send_message',
    { to: OWN_NUMBER, body: 'Hi', media_urls: ['https://169.254.169.254/latest/meta-data'] },
  ],
  'TwiML that a stranger may change': [
    'api_v2010.CreateCall',
    { To: OWN_NUMBER, From: OWN_NUMBER, Url: 'https://handler.twilio.com/twiml/EH1' },
  ],
  'a call on the full shelf': [
    'api_v2010.CreateCall',
    { To: STRANGER, From: OWN_NUMBER, Twiml: '<Response><Say>Hi</Say></Response>' },
  ],
  'a dial inside TwiML to an own number': ['voice_place_call', { to: OWN_NUMBER, twiml: dial }],
  'a message inside TwiML to an own number': ['voice_place_call', { to: OWN_NUMBER, twiml: message }],
  'a dial inside TwiML on the full shelf': [
    'api_v2010.CreateCall',
    { To: OWN_NUMBER, From: OWN_NUMBER, Twiml: dial },
  ],
  'a running call turned to a stranger': ['voice_update_call', { sid: sid('CA'), twiml: dial }],
  'the same on the full shelf': ['api_v2010.UpdateCall', { Sid: sid('CA'), Twiml: dial }],
  'a conference that calls out': [
    'api_v2010.CreateParticipant',
    { ConferenceSid: 'room', From: OWN_NUMBER, To: STRANGER },
  ],
  'a verification': ['verify_v2.CreateVerification', { ServiceSid: sid('VA'), To: STRANGER, Channel: 'sms' }],
  'a conversation’s participant': [
    'conversations_add_participant',
    { conversation: sid('CH'), address: STRANGER, proxy_address: OWN_NUMBER },
  ],
  'the same participant on the full shelf': [
    'conversations_v1.CreateConversationParticipant',
    {
      ConversationSid: sid('CH'),
      'MessagingBinding.Address': STRANGER,
      'MessagingBinding.ProxyAddress': OWN_NUMBER,
    },
  ],
  'a proxied participant': [
    'proxy_add_participant',
    { service_sid: sid('KS'), session_sid: sid('KC'), identifier: STRANGER },
  ],
  'the same proxied participant on the full shelf': [
    'proxy_v1.CreateParticipant',
    { ServiceSid: sid('KS'), SessionSid: sid('KC'), Identifier: STRANGER },
  ],
  'a Studio execution': ['studio_start_execution', { flow_sid: sid('FW'), to: STRANGER, from: OWN_NUMBER }],
  'a Studio execution on the full shelf': [
    'studio_v2.CreateExecution',
    { FlowSid: sid('FW'), To: STRANGER, From: OWN_NUMBER },
  ],
  'a fax’s kin, a Flex interaction': [
    'flex_v1.CreateInteraction',
    { Channel: { type: 'sms', initiated_by: 'agent', participants: [{ address: STRANGER }] } },
  ],
  'a TaskRouter call to a worker': [
    'taskrouter_v1.UpdateTaskReservation',
    {
      WorkspaceSid: sid('WS'),
      TaskSid: sid('WT'),
      Sid: sid('WR'),
      Instruction: 'call',
      CallTo: STRANGER,
      CallFrom: OWN_NUMBER,
      CallUrl: 'https://api.twilio.com/x',
    },
  ],
  'an email': ['email_send', { to: [MAIL], from: 'shop@example.com', subject: 'Hi', text: 'Hi' }],
  'an email by personalization': [
    'sendgrid_mail_v3.SendMail',
    { ...mail, personalizations: [{ to: [{ email: MAIL }] }] },
  ],
  'a hidden copy of an email': [
    'sendgrid_mail_v3.SendMail',
    { ...mail, personalizations: [{ to: [{ email: 'shop@example.com' }], bcc: [{ email: MAIL }] }] },
  ],
  'a copy of an email': [
    'sendgrid_mail_v3.SendMail',
    { ...mail, personalizations: [{ to: [{ email: 'shop@example.com' }], cc: [{ email: MAIL }] }] },
  ],
};

describe('nobody who has not agreed is reached by', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ guards: 'default', env: { TWILIO_MCP_TOOLSETS: 'default,all' } });
  });
  afterAll(() => world.close());

  it.each(Object.entries(attempts))('%s', async (_, [operation, input]) => {
    const before = world.requests().length;
    const text = await world.no('run_operation', { operation, input });
    expect(text).toMatch(/^(?:REFUSED|CONFIRMATION_NEEDED): /);
    expect(text).toMatch(/\(rule [a-z_., ]+\)/);
    expect(text).toMatch(/\nNext: \S/);
    expect(
      world
        .requests()
        .slice(before)
        .filter((each) => !each.startsWith('GET ')),
    ).toEqual([]);
  });

  it('the command line, by either name of the operation', async () => {
    const { emulator } = world;
    const env = {
      PATH: process.env['PATH'] ?? '',
      TWILIO_MCP_ENV_FILE: emptyEnv,
      TWILIO_ACCOUNT_SID: emulator.emulator.accountSid,
      TWILIO_AUTH_TOKEN: emulator.emulator.authToken,
      TWILIO_MCP_MODE: 'live',
      TWILIO_API_BASE_URL: emulator.url,
      TWILIO_FROM: OWN_NUMBER,
      TWILIO_MCP_LOG_LEVEL: 'silent',
      TWILIO_MCP_DATABASE_URL: `file:${join(mkdtempSync(join(tmpdir(), 'twilio-mcp-doors-')), 'store.db')}`,
    };
    const before = world.requests('POST').length;
    for (const [name, input] of [
      ['messaging_send_message', { to: STRANGER, body: 'Hi' }],
      ['api_v2010.CreateMessage', { To: STRANGER, From: OWN_NUMBER, Body: 'Hi' }],
    ] as const) {
      const { code, err } = await run(['call', name, '--json', JSON.stringify(input)], env);
      expect(code).toBe(1);
      expect(err).toMatch(/CONFIRMATION_NEEDED: [\s\S]*rule consent\.missing[\s\S]*\nNext: /);
    }
    expect(world.requests('POST')).toHaveLength(before);
  });
});
