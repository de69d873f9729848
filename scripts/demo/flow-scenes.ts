// The scenes of flows: a Studio definition that is checked, published, run for a person, and followed to its end.
import type { Stage } from './stage.ts';

const person = '+14155550123';

const definition = {
  description: 'Asks whether the person comes',
  initial_state: 'Trigger',
  states: [
    { name: 'Trigger', type: 'trigger', transitions: [{ event: 'incomingRequest', next: 'ask' }] },
    {
      name: 'ask',
      type: 'send-and-wait-for-reply',
      properties: {
        from: '{{flow.channel.address}}',
        to: '{{contact.channel.address}}',
        body: 'Will you come on Monday, {{flow.data.name}}?',
        timeout: '600',
      },
      transitions: [{ event: 'incomingMessage' }, { event: 'timeout' }],
    },
  ],
};

export async function flow(stage: Stage): Promise<void> {
  const leadsNowhere = { ...definition, initial_state: 'Nowhere' };
  await stage.refused('studio_validate_flow', { definition: leadsNowhere });
  const checked = await stage.call('studio_validate_flow', { definition }, ['valid']);
  stage.expect('valid', checked['valid'], true);
  const made = await stage.call(
    'studio_create_flow',
    { friendly_name: 'Reminder', status: 'published', definition },
    ['sid', 'status', 'revision'],
  );
  const numbers = await stage.call('account_list_numbers', { limit: 1 }, []);
  const [own] = Array.isArray(numbers['incoming_phone_numbers']) ? numbers['incoming_phone_numbers'] : [];
  const run = await stage.call(
    'studio_start_execution',
    { flow_sid: made['sid'], to: person, from: own?.phone_number, parameters: { name: 'Ana' } },
    ['sid', 'status'],
  );
  await stage.wait(5);
  stage.tell('The person answers; the flow goes on by itself.');
  await stage.control('POST', `/phones/${person}/messages`, { to: own?.phone_number, body: 'Yes' });
  await stage.wait(5);
  const at = { flow_sid: made['sid'], execution_sid: run['sid'] };
  const ended = await stage.call('studio_get_execution', at, ['status']);
  stage.expect('status', ended['status'], 'ended');
  const steps = await stage.call('studio_list_execution_steps', at, []);
  stage.expect('steps', Array.isArray(steps['steps']) ? steps['steps'].length : 0, 2);
}
