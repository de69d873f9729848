// Here: the tester's side of calls: to phone in, pick up, decline, type, speak, hang up, and to read what was said.
// Not here: how a phone behaves by itself (control.ts).
import { ControlError, oneOf, requiredText } from '../control.ts';
import { type ControlAsk, type ControlRoute, controlRoute } from '../route.ts';
import type { World } from '../state.ts';
import { iso, TwilioError } from '../wire.ts';
import { type Call, calls, type FinalStatus, hear, isOver, showCall } from './voice-call.ts';
import { receiveCall } from './voice-inbound.ts';
import { answer, hangUp } from './voice-life.ts';
import { lineOf } from './voice-line.ts';

const DECLINED: readonly FinalStatus[] = ['busy', 'no-answer', 'failed'];

export const voiceControl: readonly ControlRoute[] = [
  controlRoute(
    'POST',
    '/phones/{number}/calls',
    '{to}: the phone calls a number of the account, whose voice webhook is asked what to do',
    async ({ world, param, body }) =>
      showTold(world, await receiveCall(world, param('number'), requiredText(body, 'to'))),
  ),
  controlRoute('GET', '/phones/{number}/calls', 'calls to and from a phone, oldest first', (ask) => ({
    calls: calls(ask.world)
      .all()
      .filter(({ from, to }) => [from, to].some((one) => bare(one) === bare(ask.param('number'))))
      .reverse()
      .map((call) => showTold(ask.world, call)),
  })),
  controlRoute('GET', '/calls/{sid}', 'a call, what was said in it, and what went wrong', (ask) =>
    showTold(ask.world, named(ask)),
  ),
  controlRoute('POST', '/calls/{sid}/answer', '{}: the person picks up the ringing phone', async (ask) => {
    const call = named(ask);
    if (call.status !== 'ringing' || call.direction === 'inbound')
      throw new ControlError('It is not ringing.');
    await answer(ask.world, call);
    return showTold(ask.world, call);
  }),
  controlRoute(
    'POST',
    '/calls/{sid}/decline',
    '{status?: busy | no-answer | failed}: the person does not take the call',
    async (ask) => {
      const call = named(ask);
      if (isOver(call) || call.status === 'in-progress') throw new ControlError('It is not ringing.');
      await hangUp(ask.world, call, oneOf(ask.body, 'status', DECLINED) ?? 'busy');
      return showTold(ask.world, call);
    },
  ),
  controlRoute('POST', '/calls/{sid}/hangup', '{}: the person hangs up', async (ask) => {
    const call = named(ask);
    if (isOver(call)) throw new ControlError('The call is over.');
    hear(ask.world, call, 'person', 'note', 'The person hung up.');
    await hangUp(ask.world, call, call.status === 'in-progress' ? 'completed' : 'no-answer');
    return showTold(ask.world, call);
  }),
  controlRoute('POST', '/calls/{sid}/digits', '{digits}: the person types on the keypad', async (ask) => {
    const call = live(ask);
    const digits = requiredText(ask.body, 'digits');
    if (!/^[0-9*#]+$/.test(digits)) throw new ControlError('digits must be keys of a phone: 0-9, * and #.');
    hear(ask.world, call, 'person', 'digits', digits);
    for (const digit of digits) await lineOf(ask.world, call).wake({ kind: 'digit', digit });
    return showTold(ask.world, call);
  }),
  controlRoute(
    'POST',
    '/calls/{sid}/speech',
    '{text, confidence?}: the person says something',
    async (ask) => {
      const call = live(ask);
      const text = requiredText(ask.body, 'text');
      const confidence = ask.body['confidence'] ?? 0.9;
      if (typeof confidence !== 'number') throw new ControlError('confidence must be a number.');
      hear(ask.world, call, 'person', 'speech', text);
      await lineOf(ask.world, call).wake({ kind: 'speech', text, confidence });
      return showTold(ask.world, call);
    },
  ),
];

function bare(address: string): string {
  return address.replace(/^\w+:/, '');
}

function named({ world, param }: ControlAsk): Call {
  const call = calls(world)
    .all()
    .find(({ sid }) => sid === param('sid'));
  if (call === undefined) throw new TwilioError(404, 20404, `No call ${param('sid')}`);
  return call;
}

function live(ask: ControlAsk): Call {
  const call = named(ask);
  if (call.status !== 'in-progress') throw new ControlError(`The call is ${call.status}.`);
  return call;
}

function showTold(world: World, call: Call): unknown {
  return {
    ...showCall(world, call),
    transcript: call.transcript.map(({ at, ...rest }) => ({ at: iso(at), ...rest })),
    notes: call.notes.map(({ at, ...rest }) => ({ at: iso(at), ...rest })),
  };
}
