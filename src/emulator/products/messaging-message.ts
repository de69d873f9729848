// Here: a message as the emulator keeps and shows it, its media, its price, and the status callback it causes.
// Not here: how one comes to be (messaging-send.ts, messaging-inbound.ts).
import { SegmentedMessage } from 'sms-segments-calculator';
import { accountBySid, charge } from '../accounts.ts';
import { defineTable, type World } from '../state.ts';
import { defined, iso, rfc2822 } from '../wire.ts';

export type MessageStatus =
  | 'accepted'
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'canceled'
  | 'read'
  | 'received';

export type Message = {
  readonly accountSid: string;
  readonly sid: string;
  readonly to: string;
  /** Null until a Messaging Service has chosen its sender. */
  from: string | null;
  body: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply' | 'outbound-call';
  status: MessageStatus;
  readonly serviceSid: string | null;
  readonly mediaUrls: readonly string[];
  readonly smartEncoded: boolean;
  readonly statusCallback: string;
  /** For a product that sends through messages: hears of each status that is told. */
  readonly onStatus?: (message: Message) => void;
  price: number | null;
  errorCode: number | null;
  readonly createdAt: number;
  updatedAt: number;
  sentAt: number | null;
};

export type Media = {
  readonly accountSid: string;
  readonly sid: string;
  readonly messageSid: string;
  readonly url: string;
  readonly contentType: string;
  readonly createdAt: number;
};

export const messages = defineTable<Message>('messages');
export const media = defineTable<Media>('media');

export const FINAL: ReadonlySet<MessageStatus> = new Set([
  'delivered',
  'undelivered',
  'failed',
  'canceled',
  'read',
  'received',
]);

export type Channel = 'sms' | 'whatsapp' | 'messenger' | 'rcs';

/** "whatsapp:+1…" is WhatsApp; a bare number is SMS. */
export function channelOf(address: string): Channel {
  const prefix = /^(whatsapp|messenger|rcs):/.exec(address)?.[1];
  return prefix === 'whatsapp' || prefix === 'messenger' || prefix === 'rcs' ? prefix : 'sms';
}

export function bareAddress(address: string): string {
  return address.replace(/^(whatsapp|messenger|rcs):/, '');
}

export function segmentsOf({ body, mediaUrls, smartEncoded, to }: Message): number {
  if (mediaUrls.length > 0 || channelOf(to) !== 'sms') return 1;
  return Math.max(1, new SegmentedMessage(body, 'auto', smartEncoded).segmentsCount);
}

export function addMedia(world: World, message: Message): void {
  for (const url of message.mediaUrls) {
    media(world).add({
      accountSid: message.accountSid,
      sid: world.ids.sid('ME'),
      messageSid: message.sid,
      url,
      contentType: contentTypeOf(url),
      createdAt: world.clock.now(),
    });
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  mp4: 'video/mp4',
  mp3: 'audio/mpeg',
  pdf: 'application/pdf',
  vcf: 'text/vcard',
};

/** Guessed from the name: the emulator does not fetch what it is told to attach. */
function contentTypeOf(url: string): string {
  const extension = /\.(\w+)$/.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? '';
  return CONTENT_TYPES[extension] ?? 'image/jpeg';
}

/** Emulated dollars: a segment, an MMS, a channel message. */
const PRICES = { segment: 0.0083, mms: 0.02, channel: 0.005 } as const;

/** Set once, when the message leaves for the carrier. */
export function setPrice(world: World, message: Message): void {
  if (message.price !== null) return;
  const isSms = channelOf(message.to) === 'sms';
  const one = isSms ? (message.mediaUrls.length > 0 ? PRICES.mms : PRICES.segment) : PRICES.channel;
  message.price = one * segmentsOf(message);
  charge(world, message.accountSid, message.price);
}

/** Only the words that Twilio's documents give these codes; others come with a code alone. */
const ERROR_MESSAGES: Readonly<Record<number, string>> = {
  30001: 'Queue overflow',
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Carrier violation',
  30008: 'Unknown error',
  30036: 'Validity Period Expired',
};

export function showMessage(message: Message): unknown {
  const { accountSid, sid, status, from, errorCode, price, sentAt } = message;
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: sentAt === null ? null : rfc2822(sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: errorCode,
    error_message: errorCode === null ? null : (ERROR_MESSAGES[errorCode] ?? null),
    from,
    messaging_service_sid: message.serviceSid,
    num_media: String(message.mediaUrls.length),
    // Unknown while a Messaging Service has not chosen a sender.
    num_segments: from === null ? '0' : String(segmentsOf(message)),
    price: price === null ? null : (-price).toFixed(5),
    price_unit: 'USD',
    sid,
    status,
    subresource_uris: { media: `${uri}/Media.json`, feedback: `${uri}/Feedback.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

/** Twilio tells of no initial status and not of "sending" (docs: outbound-message-status-in-status-callbacks). */
const TOLD: ReadonlySet<MessageStatus> = new Set([
  'queued',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'canceled',
  'read',
]);

export function enterStatus(world: World, message: Message, status: MessageStatus): void {
  message.status = status;
  message.updatedAt = world.clock.now();
  if (status === 'sent') {
    message.sentAt = world.clock.now();
    setPrice(world, message);
  }
  if (!TOLD.has(status)) return;
  tell(world, message);
  message.onStatus?.(message);
}

function tell(world: World, message: Message): void {
  const account = accountBySid(world, message.accountSid);
  if (message.statusCallback === '' || account === undefined) return;
  const { sid, status, to, from, errorCode, serviceSid } = message;
  const channel = channelOf(to);
  const isReceipt = status === 'delivered' || status === 'undelivered';
  void world.callbacks.send({
    kind: 'message-status',
    accountSid: account.sid,
    authToken: account.authToken,
    url: message.statusCallback,
    params: defined({
      AccountSid: account.sid,
      ApiVersion: '2010-04-01',
      From: from ?? undefined,
      To: to,
      MessageSid: sid,
      MessageStatus: status,
      MessagingServiceSid: serviceSid ?? undefined,
      SmsSid: sid,
      SmsStatus: status,
      ErrorCode: errorCode === null ? undefined : String(errorCode),
      // YYMMDDhhmm, as the carrier's receipt says it.
      RawDlrDoneDate:
        isReceipt && channel === 'sms' ? iso(world.clock.now()).replace(/\D/g, '').slice(2, 12) : undefined,
      ChannelPrefix: channel === 'sms' ? undefined : channel,
      ChannelToAddress: channel === 'sms' ? undefined : bareAddress(to),
    }),
  });
}
