// Here: an outbound message from its creation to its last status.
// Not here: the routes (messaging.ts); other products send through `sendMessage`.
import { type Step, walk } from '../lifecycle.ts';
import type { World } from '../state.ts';
import { type Form, TwilioError } from '../wire.ts';
import { checkValidity, type Payload, readPayload, readSchedule } from './messaging-content.ts';
import {
  addMedia,
  bareAddress,
  channelOf,
  enterStatus,
  FINAL,
  type Message,
  type MessageStatus,
  messages,
} from './messaging-message.ts';
import {
  callbackOf,
  checkConsent,
  checkFrom,
  checkService,
  checkTo,
  chooseSender,
} from './messaging-sender.ts';
import type { MessagingService } from './messaging-services.ts';

const DAY = 24 * 3600 * 1000;

/** POST Messages.json: all checks in Twilio's order, then the message in its first status. */
export function createMessage(world: World, accountSid: string, form: Form): Message {
  const to = checkTo(world, form.get('To'));
  const named = form.get('From') ?? '';
  const serviceSid = form.get('MessagingServiceSid') ?? (named.startsWith('MG') ? named : undefined);
  const service =
    serviceSid === undefined || serviceSid === '' ? undefined : checkService(world, accountSid, serviceSid);
  const from = named === '' || named.startsWith('MG') ? undefined : checkFrom(world, accountSid, named, to);
  if (from === undefined && service === undefined) {
    throw new TwilioError(400, 21603, "A 'From' phone number is required.");
  }
  const payload = readPayload(world, accountSid, form);
  const sendAt = readSchedule(world, form, service !== undefined);
  checkValidity(form);
  const statusCallback = form.get('StatusCallback') ?? callbackOf(service);
  if (statusCallback !== '' && !/^https?:\/\/[^\s/]/i.test(statusCallback)) {
    throw new TwilioError(400, 21609, `The StatusCallback URL ${statusCallback} is not a valid URL`);
  }
  const sender = from ?? (service === undefined ? undefined : chooseSender(world, service, to));
  if (sender !== undefined) checkConsent(world, accountSid, sender, to);
  return sendMessage(world, {
    accountSid,
    to,
    from,
    service,
    payload,
    statusCallback,
    sendAt,
    smartEncoded:
      form.boolean('SmartEncoded') ?? (service?.settings['smart_encoding'] ?? service !== undefined) === true,
  });
}

export type Draft = {
  readonly accountSid: string;
  readonly to: string;
  /** Undefined where the service chooses. */
  readonly from: string | undefined;
  readonly service?: MessagingService | undefined;
  readonly payload: Payload;
  readonly statusCallback?: string;
  readonly onStatus?: Message['onStatus'];
  readonly sendAt?: number | undefined;
  readonly smartEncoded?: boolean;
  readonly direction?: Exclude<Message['direction'], 'inbound'>;
};

/** Sends without asking whether it may: for callers that have checked, and for Twilio's own confirmations. */
export function sendMessage(world: World, draft: Draft): Message {
  const { accountSid, to, from, service, payload, sendAt } = draft;
  const now = world.clock.now();
  const isMms = payload.mediaUrls.length > 0;
  const message = messages(world).add({
    accountSid,
    sid: world.ids.sid(isMms ? 'MM' : 'SM'),
    to,
    from: from ?? null,
    body: payload.body,
    direction: draft.direction ?? 'outbound-api',
    status: sendAt !== undefined ? 'scheduled' : service === undefined ? 'queued' : 'accepted',
    serviceSid: service?.sid ?? null,
    mediaUrls: payload.mediaUrls,
    smartEncoded: draft.smartEncoded ?? false,
    statusCallback: draft.statusCallback ?? '',
    ...(draft.onStatus && { onStatus: draft.onStatus }),
    price: null,
    errorCode: null,
    createdAt: now,
    updatedAt: now,
    sentAt: null,
  });
  addMedia(world, message);
  const begin = (): void => run(world, message, draft);
  if (sendAt === undefined) begin();
  else world.clock.at(sendAt, () => (message.status === 'scheduled' ? begin() : undefined));
  return message;
}

function run(world: World, message: Message, draft: Draft): void {
  const isChosen = draft.service !== undefined;
  const steps: readonly Step<MessageStatus>[] = [
    ...(isChosen ? [{ after: 0.1, status: 'queued' } as const] : []),
    { after: 0.2, status: 'sending' },
    { after: 0.3, status: 'sent' },
    { after: 1, status: 'delivered' },
  ];
  walk(world.clock, steps, (status) => {
    const isGone = messages(world).get(message.accountSid, message.sid) !== message;
    if (isGone || FINAL.has(message.status)) return false;
    if (status === 'queued' && !choose(world, message, draft)) return false;
    return step(world, message, draft, status);
  });
}

/** A service's choice can still fail here: the pool or the person's consent may have changed since. */
function choose(world: World, message: Message, { service, accountSid, to }: Draft): boolean {
  try {
    if (message.from === null && service !== undefined) message.from = chooseSender(world, service, to);
    if (message.from !== null) checkConsent(world, accountSid, message.from, to);
    return true;
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    fail(world, message, 'failed', error.code);
    return false;
  }
}

function step(world: World, message: Message, draft: Draft, status: MessageStatus): boolean {
  const phone = world.phones.get(bareAddress(message.to));
  if (status === 'sending' && isOutsideWindow(world, message, draft))
    return fail(world, message, 'failed', 63016);
  if (status === 'sent' && phone.delivery === 'failed') {
    return fail(world, message, 'failed', phone.errorCode ?? 30008);
  }
  if (status === 'delivered') {
    if (phone.delivery === 'sent') return false;
    if (phone.line === 'landline') return fail(world, message, 'undelivered', 30006);
    if (phone.delivery === 'undelivered')
      return fail(world, message, 'undelivered', phone.errorCode ?? 30008);
    arrive(world, message);
  }
  enterStatus(world, message, status);
  return true;
}

function fail(world: World, message: Message, status: 'failed' | 'undelivered', code: number): false {
  message.errorCode = code;
  enterStatus(world, message, status);
  return false;
}

function arrive(world: World, { to, from, sid, body, mediaUrls }: Message): void {
  const channel = channelOf(to);
  const kind = channel === 'whatsapp' || channel === 'rcs' ? channel : mediaUrls.length > 0 ? 'mms' : 'sms';
  world.phones.receive(to, { kind, sid, from: from ?? '', body, media: mediaUrls, at: world.clock.now() });
}

/** Free text on WhatsApp needs a message from that person within the last 24 hours (docs/api/errors/63016). */
function isOutsideWindow(world: World, message: Message, { payload }: Draft): boolean {
  if (channelOf(message.to) !== 'whatsapp' || payload.content?.approval === 'approved') return false;
  const since = world.clock.now() - DAY;
  const heard = messages(world).list(
    message.accountSid,
    (one) =>
      one.direction === 'inbound' &&
      one.from === message.to &&
      one.to === message.from &&
      one.createdAt >= since,
  );
  return heard.length === 0;
}
