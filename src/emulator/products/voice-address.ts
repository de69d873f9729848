// Here: what can be called and who may call: phone numbers, clients, SIP addresses, caller IDs of an account.
// Not here: Twilio's codes for what cannot (voice-place.ts).
import type { World } from '../state.ts';
import { ownerOf } from './account-number.ts';

/** Twilio's documented number that any test may call from. */
const MAGIC_CALLER = '+15005550006';

/** In the form in which a call shows it; undefined for what nobody can call. */
export function dialable(text: string): string | undefined {
  if (/^(client|whatsapp):\S/i.test(text)) return text;
  if (/^sips?:[^\s@]+@\S+$/i.test(text)) return text;
  const digits = text.replace(/[\s().-]/g, '');
  // Ten digits without a country are read as North American.
  const number = /^[2-9]\d{9}$/.test(digits) ? `+1${digits}` : digits;
  return isPhoneNumber(number) ? number : undefined;
}

function isPhoneNumber(number: string): boolean {
  return number.startsWith('+1') ? /^\+1[2-9]\d{9}$/.test(number) : /^\+[2-9]\d{6,14}$/.test(number);
}

/** Bought, or verified as an outgoing caller ID. */
export function isCallerId(world: World, accountSid: string, from: string): boolean {
  if (!from.startsWith('+')) return true;
  if (from === MAGIC_CALLER) return true;
  return ownerOf(world, from)?.accountSid === accountSid || world.phones.get(from).isVerified;
}
