// Here: who has said STOP to whom, and the words that say so.
// Not here: the confirmation that goes back (messaging-inbound.ts).
import { defineTable, type World } from '../state.ts';
import { bareAddress } from './messaging-message.ts';
import { serviceOfNumber } from './messaging-services.ts';

type OptOut = { readonly accountSid: string; readonly sid: string; readonly at: number };

const optOuts = defineTable<OptOut>('opt-outs');

/** Twilio's defaults; a message must be the word alone (docs/messaging/tutorials/advanced-opt-out). */
const STOP = ['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL'];
const START = ['START', 'YES', 'UNSTOP'];
const HELP = ['HELP', 'INFO'];

export type Keyword = 'STOP' | 'START' | 'HELP';

/** YES does not resume on toll-free numbers: there the network keeps the list. */
export function keywordOf(body: string, isTollFree: boolean): Keyword | undefined {
  const word = body.trim().toUpperCase();
  if (STOP.includes(word)) return 'STOP';
  if (START.includes(word) && !(isTollFree && word === 'YES')) return 'START';
  return HELP.includes(word) ? 'HELP' : undefined;
}

/** A number in a Messaging Service opts out of all of the service; any other of that number alone. */
function scopeOf(world: World, accountSid: string, sender: string): string {
  return serviceOfNumber(world, accountSid, bareAddress(sender))?.sid ?? bareAddress(sender);
}

export function optOut(world: World, accountSid: string, sender: string, person: string): void {
  const sid = `${scopeOf(world, accountSid, sender)} ${bareAddress(person)}`;
  optOuts(world).add({ accountSid, sid, at: world.clock.now() });
}

export function optIn(world: World, accountSid: string, sender: string, person: string): boolean {
  return optOuts(world).remove(accountSid, `${scopeOf(world, accountSid, sender)} ${bareAddress(person)}`);
}

export function isOptedOut(world: World, accountSid: string, sender: string, person: string): boolean {
  const sid = `${scopeOf(world, accountSid, sender)} ${bareAddress(person)}`;
  return optOuts(world).get(accountSid, sid) !== undefined;
}
