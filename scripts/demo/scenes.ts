// The scenes of the demo, in order. Each calls real tools and holds what came of it.
import type { Stage } from './stage.ts';

const person = '+14155550123';

async function message(stage: Stage): Promise<void> {
  const sent = await stage.call('messaging_send_message', { to: person, body: 'Your order has shipped.' }, [
    'sid',
    'status',
    'from',
    'to',
  ]);
  stage.tell('Accepted is not delivered: look again.');
  await stage.wait(10);
  const later = await stage.call('messaging_get_message', { sid: sent['sid'] }, [
    'status',
    'num_segments',
    'price',
  ]);
  stage.expect('status', later['status'], 'delivered');
}

async function call(stage: Stage): Promise<void> {
  const twiml = '<Response><Say>Your table is ready.</Say><Hangup/></Response>';
  const placed = await stage.call('voice_place_call', { to: person, twiml }, ['sid', 'status', 'to']);
  await stage.wait(60);
  const later = await stage.call('voice_get_call', { sid: placed['sid'] }, ['status', 'duration']);
  stage.expect('status', later['status'], 'completed');
  await stage.refused('voice_place_call', { to: person, twiml: '<Response><Speak>Hi</Speak></Response>' });
}

async function verification(stage: Stage): Promise<void> {
  const service = await stage.call('verify_create_service', { friendly_name: 'Example Shop' }, [
    'sid',
    'code_length',
  ]);
  const start = { to: person, channel: 'sms', service_sid: service['sid'] };
  await stage.call('verify_start_verification', start, ['sid', 'status', 'channel']);
  const code = await codeOnPhone(stage);
  stage.tell('The person reads the code on their phone. It is in no answer of the server.');
  const wrong = await stage.call(
    'verify_check_verification',
    { to: person, service_sid: service['sid'], code: otherThan(code) },
    ['status', 'valid'],
  );
  stage.expect('a wrong code', wrong['status'], 'pending');
  const right = await stage.call(
    'verify_check_verification',
    { to: person, service_sid: service['sid'], code },
    ['status', 'valid'],
  );
  stage.expect('the right code', right['status'], 'approved');
}

async function codeOnPhone(stage: Stage): Promise<string> {
  await stage.wait(5);
  const { messages } = await stage.control('GET', `/phones/${person}/messages`);
  const bodies = Array.isArray(messages) ? messages.map((each: { body?: string }) => each.body ?? '') : [];
  const found = bodies.flatMap((body) => /\b(\d{4,10})\b/.exec(body)?.[1] ?? []).at(-1);
  if (found === undefined) throw new Error('no code reached the phone');
  return found;
}

function otherThan(code: string): string {
  return code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
}

async function lookup(stage: Stage): Promise<void> {
  const found = await stage.call(
    'lookup_phone_number',
    { phone_number: person, fields: ['line_type_intelligence'] },
    ['valid', 'country_code', 'line_type_intelligence'],
  );
  stage.expect('valid', found['valid'], true);
}

async function refusals(stage: Stage): Promise<void> {
  await stage.refused('messaging_send_message', { to: '415-555-0123', body: 'Hi' });
  const text = await stage.refused('messaging_send_message', {
    to: '+15005550009',
    body: 'Hi',
    from: '+15005550006',
  });
  stage.expect('names the Twilio error', text.includes('21614'), true);
  await stage.call('account_explain_error', { code: 21614 }, ['meaning', 'next_step']);
}

export const scenes: readonly [string, (stage: Stage) => Promise<void>][] = [
  ['A message, and its delivery', message],
  ['A call with TwiML', call],
  ['A verification, started and checked', verification],
  ['A number, looked up', lookup],
  ['Wrong requests, refused with the next step', refusals],
];
