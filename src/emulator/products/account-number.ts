// Here: a phone number of an account as the emulator keeps it, and the numbers owned from the start.
// Not here: its routes (account-numbers.ts).
import { defineTable, type World } from '../state.ts';

export type NumberType = 'local' | 'mobile' | 'toll-free';

export type OwnedNumber = {
  readonly accountSid: string;
  readonly sid: string;
  readonly phoneNumber: string;
  readonly type: NumberType;
  friendlyName: string;
  /** Twilio's own field names: sms_url, voice_method, status_callback … */
  readonly settings: Record<string, string | boolean | null>;
  readonly createdAt: number;
  updatedAt: number;
};

/** Every owned number, of any account: inbound traffic finds its account here. */
export const numbers = defineTable<OwnedNumber>('incoming phone numbers');

/** Owned from the start: fictional ranges of the US (555-01xx), the UK (Ofcom's 07700 900xxx) and toll-free. */
export const SEEDED_NUMBERS = ['+14155550100', '+12125550101', '+447700900100', '+18005550199'] as const;

export function seedNumbers(world: World): void {
  SEEDED_NUMBERS.forEach((phoneNumber, i) => {
    addNumber(world, world.options.accountSid, `PN${String(i + 1).padStart(32, '0')}`, phoneNumber);
  });
}

export function ownerOf(world: World, phoneNumber: string): OwnedNumber | undefined {
  return numbers(world)
    .all()
    .find((one) => one.phoneNumber === phoneNumber);
}

/** A setting as text; empty where it is unset. */
export function setting(number: OwnedNumber, name: string): string {
  const value = number.settings[name];
  return typeof value === 'string' ? value : '';
}

export function addNumber(world: World, accountSid: string, sid: string, phoneNumber: string): OwnedNumber {
  const now = world.clock.now();
  return numbers(world).add({
    accountSid,
    sid,
    phoneNumber,
    type: typeOf(phoneNumber),
    friendlyName: friendly(phoneNumber),
    settings: {},
    createdAt: now,
    updatedAt: now,
  });
}

export function capabilities(phoneNumber: string): Record<'voice' | 'sms' | 'mms' | 'fax', boolean> {
  return { voice: true, sms: true, mms: phoneNumber.startsWith('+1'), fax: false };
}

function typeOf(phoneNumber: string): NumberType {
  if (/^\+1(800|833|844|855|866|877|888)/.test(phoneNumber)) return 'toll-free';
  return phoneNumber.startsWith('+447') ? 'mobile' : 'local';
}

/** As Twilio names a number that nobody named. */
export function friendly(phoneNumber: string): string {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phoneNumber);
  return us === null ? phoneNumber : `(${us[1]}) ${us[2]}-${us[3]}`;
}
