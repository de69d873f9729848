// The scenes of the demo, in order. Each calls real tools and holds what came of it.
import { conversation, customer, email, task, template, whatsapp } from './channel-scenes.ts';
import { flow } from './flow-scenes.ts';
import { consent, taint } from './guard-scenes.ts';
import { replies } from './inbound-scenes.ts';
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

async function many(stage: Stage): Promise<void> {
  const recipients = [
    { to: person, variables: { name: 'Ana' } },
    { to: '+14155550124', variables: { name: 'Ben' } },
  ];
  const mailing = { batch: 'reminder', body: 'Hi {{name}}, see you at 9.', recipients };
  await stage.call('messaging_send_many', mailing, ['counts', 'complete']);
  const again = await stage.call('messaging_send_many', mailing, ['counts', 'complete']);
  stage.expect('sent again', JSON.stringify(again['counts']), JSON.stringify({ already_sent: 2 }));
}

async function conference(stage: Stage): Promise<void> {
  const added = await stage.call('voice_add_participant', { conference: 'support-1042', to: person }, [
    'call_sid',
    'status',
  ]);
  await stage.call('voice_add_participant', { conference: 'support-1042', to: '+14155550124' }, ['call_sid']);
  await stage.wait(20);
  const at = { conference: added['conference_sid'] };
  const muted = await stage.call(
    'voice_update_participant',
    { ...at, participant: added['call_sid'], muted: true },
    ['muted'],
  );
  stage.expect('muted', muted['muted'], true);
  await stage.call('voice_close_conference', { sid: at.conference }, ['friendly_name']);
}

async function sharedState(stage: Stage): Promise<void> {
  await stage.call('sync_create_map', { unique_name: 'drivers' }, ['sid']);
  const first = await stage.call('sync_set_map_item', { map: 'drivers', key: 'ana', data: { at: 'depot' } }, [
    'key',
    'revision',
  ]);
  await stage.call(
    'sync_set_map_item',
    { map: 'drivers', key: 'ana', data: { at: 'road' }, revision: first['revision'] },
    ['data', 'revision'],
  );
  const late = await stage.refused('sync_set_map_item', {
    map: 'drivers',
    key: 'ana',
    data: { at: 'home' },
    revision: first['revision'],
  });
  stage.expect('a late writer is told', late.includes('54205'), true);
}

async function masked(stage: Stage): Promise<void> {
  const service = await stage.call('proxy_create_service', { unique_name: 'deliveries' }, ['sid']);
  const numbers = await stage.call('account_list_numbers', { limit: 1 }, []);
  const [own] = Array.isArray(numbers['incoming_phone_numbers']) ? numbers['incoming_phone_numbers'] : [];
  await stage.call('proxy_add_number', { service_sid: service['sid'], number_sid: own?.sid }, [
    'phone_number',
  ]);
  const session = await stage.call('proxy_create_session', { service_sid: service['sid'], ttl: 3600 }, [
    'sid',
    'status',
  ]);
  const at = { service_sid: service['sid'], session_sid: session['sid'] };
  await stage.call('proxy_add_participant', { ...at, identifier: person }, [
    'identifier',
    'proxy_identifier',
  ]);
  const closed = await stage.call('proxy_close_session', at, ['status']);
  stage.expect('status', closed['status'], 'closed');
}

async function numbers(stage: Stage): Promise<void> {
  const found = await stage.call('account_search_numbers', { area_code: 415, limit: 1 }, [
    'available_phone_numbers',
  ]);
  const [number] = Array.isArray(found['available_phone_numbers']) ? found['available_phone_numbers'] : [];
  const bought = await stage.call('account_create_number', { phone_number: number?.phone_number }, [
    'sid',
    'phone_number',
  ]);
  const gone = await stage.call('account_delete_number', { sid: bought['sid'] }, ['deleted']);
  stage.expect('deleted', gone['deleted'], true);
}

async function plan(stage: Stage): Promise<void> {
  const told = await stage.call('plan_get_workflow', { workflow: 'appointment_reminders' }, [
    'workflow',
    'ready',
    'account',
  ]);
  stage.expect('has steps', Array.isArray(told['steps']), true);
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
  ['Nobody is contacted who has not agreed, and STOP is final', consent],
  ['A message, and its delivery', message],
  ['Many people, each once', many],
  ['A call with TwiML', call],
  ['A conference', conference],
  ['A verification, started and checked', verification],
  ['A number, looked up', lookup],
  ['Shared state, two writers', sharedState],
  ['Two people, masked', masked],
  ['A number, bought and given back', numbers],
  ['An email with a file, and what became of it', email],
  ['A flow, checked, published, run and answered', flow],
  ['A task, offered to who fits, and done', task],
  ['A customer, known by what they did', customer],
  ['A plan, filled from the account', plan],
  ['Wrong requests, refused with the next step', refusals],
  ['WhatsApp, outside its window: a template', template],
  ['WhatsApp, inside its window', whatsapp],
  ['A reply waited for, a STOP and a START', replies],
  ['A conversation, and what a stranger writes in it', conversation],
  ['Strangers’ words make the server careful', taint],
];
