// Here: a phone calls a number of the account: its webhook is asked what to do.
// Not here: what it does then (voice-run.ts).
import type { World } from '../state.ts';
import { readMethod } from '../webhook.ts';
import { TwilioError } from '../wire.ts';
import { ownerOf, setting } from './account-number.ts';
import { addCall, type Call } from './voice-call.ts';
import { lineOf } from './voice-line.ts';
import { live } from './voice-run.ts';

/** Resolves when the call has come to its first pause. */
export async function receiveCall(world: World, from: string, to: string): Promise<Call> {
  const number = ownerOf(world, to);
  if (number === undefined) throw new TwilioError(404, 20404, `No account of this emulator owns ${to}`);
  const call = addCall(world, {
    accountSid: number.accountSid,
    from,
    to,
    direction: 'inbound',
    status: 'ringing',
    statusCallback: setting(number, 'status_callback'),
    statusCallbackMethod: readMethod(setting(number, 'status_callback_method')),
  });
  call.startedAt = call.createdAt;
  await lineOf(world, call).start(() =>
    live(world, call, async () => ({
      kind: 'url',
      url: setting(number, 'voice_url'),
      method: readMethod(setting(number, 'voice_method')),
      fallbackUrl: setting(number, 'voice_fallback_url'),
      fallbackMethod: readMethod(setting(number, 'voice_fallback_method')),
    })),
  );
  return call;
}
