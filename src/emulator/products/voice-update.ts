// Here: a live call changed through the API: other instructions, an end, a time limit; and finished ones deleted.
// Not here: how the line takes it (voice-line.ts).
import type { Ask } from '../route.ts';
import { invalidParameter, notFound, TwilioError } from '../wire.ts';
import { type Call, calls, isOver } from './voice-call.ts';
import { end, letGo, limitTo } from './voice-life.ts';
import { lineOf } from './voice-line.ts';
import { readLimit, readSource, readStatusCallback } from './voice-place.ts';

export function namedCall(ask: Ask, param: string): Call {
  const call = calls(ask.world).get(ask.account.sid, ask.param(param));
  if (call === undefined) throw notFound(ask.path);
  return call;
}

function wrongState(what: string): TwilioError {
  return new TwilioError(400, 21220, `Call is not in-progress. Cannot ${what}.`);
}

/** What a change sets off is the clock's next step: an app that changes a call is not kept waiting for itself. */
export function updateCall(ask: Ask): Call {
  const { world, form } = ask;
  const call = namedCall(ask, 'Sid');
  const source = readSource(form);
  const limit = readLimit(form);
  const status = form.get('Status');
  if (status !== undefined && status !== 'completed' && status !== 'canceled')
    throw invalidParameter('Status');
  if (isOver(call)) throw wrongState('redirect');
  if (form.has('StatusCallback')) {
    const { statusCallback, statusCallbackMethod } = readStatusCallback(form);
    call.statusCallback = statusCallback;
    call.statusCallbackMethod = statusCallbackMethod;
  }
  if (limit !== undefined) limitTo(world, call, limit);
  // Documented: "canceled" leaves a call alone that has been answered.
  if (status === 'completed' || (status === 'canceled' && call.status !== 'in-progress')) {
    end(world, call);
    world.clock.after(0, () => letGo(world, call));
  } else if (source !== undefined) {
    if (call.status !== 'in-progress') throw wrongState('redirect');
    world.clock.after(0, () => lineOf(world, call).pull(source));
  }
  call.updatedAt = world.clock.now();
  return call;
}

export function deleteCall(ask: Ask): void {
  const call = namedCall(ask, 'Sid');
  if (!isOver(call)) throw new TwilioError(409, 20009, 'Cannot delete this resource before it is complete');
  calls(ask.world).remove(ask.account.sid, call.sid);
}
