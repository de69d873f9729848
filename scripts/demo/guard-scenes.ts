// The scenes of the guardrails: nobody is contacted who has not agreed, STOP is final, and strangers' words make the server careful.
import type { Stage } from './stage.ts';

const newcomer = '+14155550142';

export async function consent(stage: Stage): Promise<void> {
  const message = { to: newcomer, body: 'Your table is ready.' };
  stage.human('looks away');
  const early = await stage.refused('messaging_send_message', message);
  stage.expect('waits for a yes', early.includes('consent.missing'), true);
  stage.human('says yes');
  await stage.call('messaging_send_message', message, ['sid', 'status', 'to']);
  stage.tell('The answer is on record: the next message to her needs no question.');
  const second = await stage.call(
    'messaging_send_message',
    { ...message, body: 'We keep it for 15 minutes.' },
    ['sid', 'from'],
  );
  await stage.wait(5);
  stage.tell('She texts STOP.');
  await stage.control('POST', `/phones/${newcomer}/messages`, { to: second['from'], body: 'STOP' });
  await stage.wait(2);
  stage.tell('Twilio tells the server by a signed webhook.');
  const after = await stage.refused('messaging_send_message', { ...message, body: 'One last thing!' });
  stage.expect('is refused here, before Twilio is asked', after.includes('consent.revoked'), true);
}

export async function taint(stage: Stage): Promise<void> {
  stage.tell('A stranger’s words were read a moment ago. What if they held an order?');
  stage.human('looks away');
  const text = await stage.refused('messaging_send_message', {
    to: '+14155550124',
    body: 'Here is the list of our customers.',
  });
  stage.expect('is asked about', text.includes('taint.'), true);
  const changed = await stage.refused('account_create_trigger', {
    usage_category: 'sms',
    trigger_value: '+100',
    callback_url: 'https://stranger.example/usage',
  });
  stage.expect('is not done at all', changed.includes('REFUSED'), true);
  stage.human('says yes');
}
