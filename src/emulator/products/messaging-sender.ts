// Here: who may send to whom: the checks of To and From with Twilio's codes, and a service's choice of sender.
// Not here: the checks of what is sent (messaging-content.ts).
import type { World } from '../state.ts';
import { TwilioError } from '../wire.ts';
import { ownerOf } from './account-number.ts';
import { isOptedOut } from './messaging-consent.ts';
import { bareAddress, channelOf, messages } from './messaging-message.ts';
import { type MessagingService, poolOf, services, serviceText } from './messaging-services.ts';

/** Twilio's documented test numbers (docs/iam/test-credentials): what each causes as To and as From. */
const MAGIC_TO: Readonly<Record<string, readonly [number, string]>> = {
  '+15005550001': [21211, "Invalid 'To' Phone Number: +15005550001"],
  '+15005550002': [
    21612,
    "Message cannot be sent with the current combination of 'To' and 'From' parameters",
  ],
  '+15005550003': [21408, 'Permission to send an SMS has not been enabled for the region of this number'],
  '+15005550004': [21610, 'Attempt to send to unsubscribed recipient'],
  '+15005550009': [21614, "'To' number is not a valid mobile number"],
};
const MAGIC_FROM: Readonly<Record<string, readonly [number, string]>> = {
  '+15005550001': [21212, "Invalid 'From' Phone Number: +15005550001"],
  '+15005550007': [
    21606,
    'The From phone number +15005550007 is not a valid, SMS-capable inbound phone number',
  ],
  '+15005550008': [21611, 'This From number has exceeded the maximum number of queued messages'],
};
const MAGIC_VALID_FROM = '+15005550006';

/** The number that everyone's WhatsApp Sandbox has. */
export const WHATSAPP_SANDBOX = '+14155238886';

function refuse(code: number, message: string): TwilioError {
  return new TwilioError(400, code, message);
}

/** The recipient in E.164 with its channel prefix, or the refusal that Twilio would send. */
export function checkTo(world: World, text: string | undefined): string {
  if (text === undefined || text === '') throw refuse(21604, "A 'To' phone number is required.");
  const prefix = text.slice(0, text.length - bareAddress(text).length);
  const number = bareAddress(text).replace(/[\s().-]/g, '');
  const magic = MAGIC_TO[number];
  if (magic !== undefined) throw refuse(...magic);
  if (prefix === '' && /^\d{3,8}$/.test(number)) throw refuse(21265, "'To' number cannot be a Short Code");
  if (!isPhoneNumber(number)) throw refuse(21211, `Invalid 'To' Phone Number: ${masked(text)}`);
  const isLandline = prefix === '' && world.phones.get(number).line === 'landline';
  // Twilio tries landlines in these countries only, and then the carrier fails them (docs/api/errors/21635).
  if (isLandline && !/^\+(1|44)/.test(number)) throw refuse(21635, "'To' number cannot be a landline");
  if (world.options.isTrial && !world.phones.get(number).isVerified) {
    throw refuse(21608, 'This number can send messages only to verified numbers');
  }
  return `${prefix}${number}`;
}

function isPhoneNumber(number: string): boolean {
  return number.startsWith('+1') ? /^\+1[2-9]\d{9}$/.test(number) : /^\+[2-9]\d{6,14}$/.test(number);
}

function masked(text: string): string {
  return text.length > 4 ? `${text.slice(0, -4)}XXXX` : text;
}

/** A sender named in the request. */
export function checkFrom(world: World, accountSid: string, from: string, to: string): string {
  const magic = MAGIC_FROM[from];
  if (magic !== undefined) throw refuse(...magic);
  if (channelOf(from) !== channelOf(to)) {
    throw refuse(21910, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel");
  }
  const sender = bareAddress(from).replace(/[\s().-]/g, '');
  if (channelOf(from) !== 'sms') {
    const isSender = sender === WHATSAPP_SANDBOX || ownerOf(world, sender)?.accountSid === accountSid;
    if (channelOf(from) === 'whatsapp' && isSender) return `whatsapp:${sender}`;
    throw refuse(63007, "Twilio could not find a Channel with the specified 'From' address");
  }
  if (/^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(from)) {
    if (/^\+1/.test(to))
      throw refuse(
        21612,
        "Message cannot be sent with the current combination of 'To' and 'From' parameters",
      );
    return from;
  }
  if (!isPhoneNumber(sender)) throw refuse(21212, `Invalid 'From' Phone Number: ${from}`);
  const owner = ownerOf(world, sender)?.accountSid;
  if (owner !== undefined && owner !== accountSid) {
    throw refuse(21660, "Mismatch between the 'From' number and the account");
  }
  if (owner === undefined && sender !== MAGIC_VALID_FROM) {
    throw refuse(
      21606,
      `The 'From' phone number ${from} is not a valid, SMS-capable inbound phone number for your account`,
    );
  }
  if (sender === to) throw refuse(21266, "'To' and 'From' number cannot be the same");
  return sender;
}

/** A person who said STOP to this sender hears nothing more from it. */
export function checkConsent(world: World, accountSid: string, from: string, to: string): void {
  if (channelOf(to) === 'sms' && isOptedOut(world, accountSid, from, to)) {
    throw refuse(21610, 'Attempt to send to unsubscribed recipient');
  }
}

export function checkService(world: World, accountSid: string, sid: string): MessagingService {
  if (!/^MG[0-9a-fA-F]{32}$/.test(sid)) throw refuse(21705, 'The Messaging Service is invalid');
  const service = services(world).get(accountSid, sid);
  if (service === undefined) throw new TwilioError(404, 21701, 'The Messaging Service does not exist');
  return service;
}

/** The sender that a service would take: the one this person knows already, else one of their country. */
export function chooseSender(world: World, service: MessagingService, to: string): string {
  const senders = poolOf(world, service);
  if (senders.length === 0) throw refuse(21704, 'The Messaging Service contains no phone numbers');
  const channel = channelOf(to);
  const prefix = channel === 'sms' ? '' : `${channel}:`;
  const phones = senders.filter(({ kind }) => kind === 'phone').map(({ sender }) => prefix + sender);
  const [earlier] = messages(world).list(
    service.accountSid,
    (one) => one.to === to && one.serviceSid === service.sid && phones.includes(one.from ?? ''),
  );
  const isSticky = service.settings['sticky_sender'] !== false;
  if (isSticky && earlier?.from !== undefined && earlier.from !== null) return earlier.from;
  const calling = bareAddress(to).slice(0, to.startsWith('+1') ? 2 : 3);
  const near = phones.find((one) => bareAddress(one).startsWith(calling)) ?? phones[0];
  if (near !== undefined) return near;
  const alpha = senders.find(({ kind }) => kind === 'alpha');
  if (alpha !== undefined && channel === 'sms' && !to.startsWith('+1')) return alpha.sender;
  throw refuse(21703, 'The Messaging Service does not have a phone number available to send a message');
}

export function callbackOf(service: MessagingService | undefined): string {
  return service === undefined ? '' : serviceText(service, 'status_callback');
}
