// Here: what is said in a conversation: messages, their media, how they reach phones and come back from them, receipts.
// Not here: the SMS and WhatsApp messages they travel as (messaging-send.ts), which know what became of each.
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import type { World } from '../state.ts';
import { created, iso, noContent, notFound, ok, TwilioError } from '../wire.ts';
import { boundTo } from './conversations-people.ts';
import {
  type Attachment,
  attachments,
  type Conversation,
  conversationOf,
  HOST,
  inBoth,
  membersOf,
  named,
  openConversationOf,
  type Participant,
  readAttributes,
  type Said,
  said,
  saidIn,
  urlOf,
} from './conversations-rows.ts';
import { enter, touch } from './conversations-threads.ts';
import { aboutMessage, type Cause, causeOf, tell } from './conversations-webhook.ts';
import { type Payload, readPayload } from './messaging-content.ts';
import { channelOf, type Message, media, messages } from './messaging-message.ts';
import { sendMessage } from './messaging-send.ts';
import { checkConsent } from './messaging-sender.ts';

/** Media are uploaded to a host of their own (docs/conversations-classic/media-support-conversations). */
const MEDIA_HOST = 'mcs.us1.twilio.com';
/** The same without its region, as routes are named here. */
const MEDIA_ROUTES = 'mcs.twilio.com';

type Writing = {
  readonly author: string;
  readonly body: string | null;
  readonly media: readonly Attachment[];
  readonly content: Payload | undefined;
  readonly contentSid: string | null;
  readonly attributes: string;
  readonly from: Participant | undefined;
  readonly arrivedAs: string | null;
  readonly cause: Cause;
};

function writeFrom(ask: Ask): Said {
  const conversation = openConversationOf(ask);
  const { form, world, account } = ask;
  const body = form.get('Body') ?? '';
  const mediaSid = form.get('MediaSid');
  const contentSid = form.get('ContentSid');
  if (body === '' && mediaSid === undefined && contentSid === undefined)
    throw new TwilioError(400, 50_503, 'Message body, media or content is required');
  const author = form.get('Author') ?? 'system';
  const from = membersOf(world, conversation).find(
    (one) => one.identity === author || one.address === author,
  );
  return write(world, conversation, {
    author,
    body: body === '' ? null : body,
    media: mediaSid === undefined ? [] : [attachmentOf(ask, mediaSid)],
    content: contentSid === undefined ? undefined : readPayload(world, account.sid, form),
    contentSid: contentSid ?? null,
    attributes: readAttributes(ask) ?? '{}',
    from,
    arrivedAs: null,
    cause: causeOf(ask),
  });
}

function attachmentOf({ world, account }: Ask, sid: string): Attachment {
  const found = attachments(world).get(account.sid, sid);
  if (found === undefined) throw new TwilioError(400, 50_507, 'Media not found');
  return found;
}

function write(world: World, conversation: Conversation, what: Writing): Said {
  const now = world.clock.now();
  const message = said(world).add({
    accountSid: conversation.accountSid,
    sid: world.ids.sid('IM'),
    conversationSid: conversation.sid,
    index: conversation.nextIndex,
    author: what.author,
    body: what.body ?? what.content?.body ?? null,
    attributes: what.attributes,
    media: what.media,
    contentSid: what.contentSid,
    participantSid: what.from?.sid ?? null,
    arrivedAs: what.arrivedAs,
    sentAs: new Map(),
    createdAt: now,
    updatedAt: now,
  });
  conversation.nextIndex += 1;
  enter(world, conversation, 'active', what.cause);
  touch(world, conversation);
  for (const member of membersOf(world, conversation))
    if (member.sid !== what.from?.sid) carry(world, conversation, message, member, what.content);
  tell(world, conversation, 'onMessageAdded', what.cause, aboutMessage(message));
  return message;
}

/** To each phone as a message of its own; chat users read it where it lies. */
function carry(
  world: World,
  conversation: Conversation,
  message: Said,
  member: Participant,
  content: Payload | undefined,
): void {
  const { address, proxyAddress } = member;
  if (address === null || proxyAddress === null) return;
  const { accountSid } = message;
  const mediaUrls = message.media.map(({ url }) => url);
  try {
    checkConsent(world, accountSid, proxyAddress, address);
    const payload = content ?? { body: message.body ?? '', mediaUrls, content: undefined };
    const onStatus = (sms: Message) => tellDelivery(world, conversation, message, member.sid, sms);
    const sent = sendMessage(world, { accountSid, to: address, from: proxyAddress, payload, onStatus });
    message.sentAs.set(member.sid, { sid: sent.sid, refused: null });
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    message.sentAs.set(member.sid, { sid: null, refused: error.code });
  }
}

/** Parameters as in docs/events/event-types/conversations/delivery. */
function tellDelivery(
  world: World,
  conversation: Conversation,
  message: Said,
  participantSid: string,
  sms: Message,
): void {
  const status = TOLD.find((one) => one === sms.status);
  if (status === undefined) return;
  tell(world, conversation, 'onDeliveryUpdated', channelOf(sms.to) === 'whatsapp' ? 'WHATSAPP' : 'SMS', {
    MessageSid: message.sid,
    ParticipantSid: participantSid,
    DeliveryReceiptSid: receiptSid(participantSid),
    ChannelMessageSid: sms.sid,
    Status: status,
    ErrorCode: String(sms.errorCode ?? 0),
    DateCreated: new Date(message.createdAt).toISOString(),
    DateUpdated: new Date(sms.updatedAt).toISOString(),
  });
}

/** One receipt for each participant of a message. */
function receiptSid(participantSid: string): string {
  return participantSid.replace(/^MB/, 'DY');
}

/** What came from a phone to a sender that has it in an open conversation goes there, and not to the sender's webhook. */
export function takeIn(world: World, message: Message): boolean {
  const { accountSid, from, to } = message;
  const bound = from === null ? undefined : boundTo(world, accountSid, from, to);
  if (bound === undefined) return false;
  const { conversation, participant } = bound;
  const files = media(world)
    .list(accountSid, (one) => one.messageSid === message.sid)
    .reverse()
    .map(({ contentType, url }) => attach(world, accountSid, conversation.serviceSid, { contentType, url }));
  write(world, conversation, {
    author: from ?? '',
    body: message.body === '' ? null : message.body,
    media: files,
    content: undefined,
    contentSid: null,
    attributes: '{}',
    from: participant,
    arrivedAs: message.sid,
    cause: channelOf(to) === 'whatsapp' ? 'WHATSAPP' : 'SMS',
  });
  return true;
}

function attach(
  world: World,
  accountSid: string,
  serviceSid: string,
  file: { contentType: string; url?: string; filename?: string | null; size?: number },
): Attachment {
  const sid = world.ids.sid('ME');
  return attachments(world).add({
    accountSid,
    sid,
    serviceSid,
    contentType: file.contentType,
    filename: file.filename ?? null,
    size: file.size ?? 0,
    url: file.url ?? `https://${MEDIA_HOST}/v1/Services/${serviceSid}/Media/${sid}/Content`,
    createdAt: world.clock.now(),
  });
}

type Receipt = {
  readonly participantSid: string;
  readonly sms: Message | undefined;
  readonly refused: number | null;
};

function receiptsOf(world: World, message: Said): Receipt[] {
  return [...message.sentAs].map(([participantSid, { sid, refused }]) => ({
    participantSid,
    sms: sid === null ? undefined : messages(world).get(message.accountSid, sid),
    refused,
  }));
}

const TOLD = ['sent', 'delivered', 'read', 'failed', 'undelivered'] as const;

function statusOf({ sms, refused }: Receipt): (typeof TOLD)[number] | null {
  if (refused !== null) return 'failed';
  return TOLD.find((one) => one === sms?.status) ?? null;
}

/** What has been reached includes what lies before it: read means delivered means sent. */
const IMPLIES: Readonly<Record<string, readonly string[]>> = {
  sent: ['sent', 'delivered', 'read', 'undelivered'],
  delivered: ['delivered', 'read'],
  read: ['read'],
  failed: ['failed'],
  undelivered: ['undelivered'],
};

function deliveryOf(world: World, message: Said): unknown {
  const receipts = receiptsOf(world, message);
  if (receipts.length === 0) return null;
  const share = (wanted: string) => {
    const count = receipts.filter((one) => IMPLIES[wanted]?.includes(statusOf(one) ?? '')).length;
    return count === 0 ? 'none' : count === receipts.length ? 'all' : 'some';
  };
  return { total: receipts.length, ...Object.fromEntries(TOLD.map((one) => [one, share(one)])) };
}

function show(ask: Ask, message: Said): unknown {
  const { serviceSid } = conversationOf(ask);
  const url = urlOf(ask, serviceSid, `/Conversations/${message.conversationSid}/Messages/${message.sid}`);
  const files = message.media.map(({ sid, contentType, filename, size }) => ({
    sid,
    content_type: contentType,
    filename,
    size,
    category: 'media',
  }));
  return {
    sid: message.sid,
    account_sid: message.accountSid,
    ...named(ask, serviceSid),
    conversation_sid: message.conversationSid,
    index: message.index,
    author: message.author,
    body: message.body,
    media: files.length === 0 ? null : files,
    attributes: message.attributes,
    participant_sid: message.participantSid,
    date_created: iso(message.createdAt),
    date_updated: iso(message.updatedAt),
    url,
    delivery: deliveryOf(ask.world, message),
    links: { delivery_receipts: `${url}/Receipts`, channel_metadata: `${url}/ChannelMetadata` },
    content_sid: message.contentSid,
  };
}

function showReceipt(ask: Ask, message: Said, receipt: Receipt): unknown {
  const { serviceSid } = conversationOf(ask);
  const sid = receiptSid(receipt.participantSid);
  const path = `/Conversations/${message.conversationSid}/Messages/${message.sid}/Receipts/${sid}`;
  return {
    sid,
    account_sid: message.accountSid,
    ...named(ask, serviceSid),
    conversation_sid: message.conversationSid,
    message_sid: message.sid,
    channel_message_sid: receipt.sms?.sid ?? null,
    participant_sid: receipt.participantSid,
    status: statusOf(receipt),
    error_code: receipt.refused ?? receipt.sms?.errorCode ?? 0,
    date_created: iso(message.createdAt),
    date_updated: iso(receipt.sms?.updatedAt ?? message.createdAt),
    url: urlOf(ask, serviceSid, path),
  };
}

function messageOf(ask: Ask, name = 'Sid'): Said {
  const found = saidIn(ask.world, conversationOf(ask)).find(({ sid }) => sid === ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function change(ask: Ask): Said {
  const conversation = openConversationOf(ask);
  const message = messageOf(ask);
  message.attributes = readAttributes(ask) ?? message.attributes;
  message.body = ask.form.get('Body') ?? message.body;
  message.author = ask.form.get('Author') ?? message.author;
  message.updatedAt = ask.world.clock.now();
  tell(ask.world, conversation, 'onMessageUpdated', causeOf(ask), aboutMessage(message));
  return message;
}

function upload(ask: Ask): unknown {
  const { world, account, headers } = ask;
  const serviceSid = ask.param('ServiceSid');
  const contentType = headers.get('content-type') ?? '';
  const filename = ask.query.get('Filename') ?? null;
  const size = Number(headers.get('content-length') ?? 0);
  const file = attach(world, account.sid, serviceSid, { contentType, filename, size });
  const base = `https://${MEDIA_HOST}/v1/Services/${file.serviceSid}/Media/${file.sid}`;
  return {
    sid: file.sid,
    service_sid: file.serviceSid,
    account_sid: account.sid,
    content_type: contentType,
    filename,
    size,
    date_created: iso(file.createdAt),
    url: base,
    links: { content: `${base}/Content` },
  };
}

export const saidRoutes: readonly Route[] = [
  route('POST', MEDIA_ROUTES, '/v1/Services/{ServiceSid}/Media', (ask) => created(upload(ask))),
  ...inBoth((base) => {
    const all = `${base}/Conversations/{ConversationSid}/Messages`;
    const receipts = `${all}/{MessageSid}/Receipts`;
    return [
      route('POST', HOST, all, (ask) => created(show(ask, writeFrom(ask)))),
      route('GET', HOST, all, (ask) => {
        const rows = saidIn(ask.world, conversationOf(ask));
        if (ask.query.get('Order') === 'desc') rows.reverse();
        return metaPage(ask, 'messages', rows, (one) => show(ask, one));
      }),
      route('GET', HOST, `${all}/{Sid}`, (ask) => ok(show(ask, messageOf(ask)))),
      route('POST', HOST, `${all}/{Sid}`, (ask) => ok(show(ask, change(ask)))),
      route('DELETE', HOST, `${all}/{Sid}`, (ask) => {
        const message = messageOf(ask);
        said(ask.world).remove(ask.account.sid, message.sid);
        tell(ask.world, conversationOf(ask), 'onMessageRemoved', causeOf(ask), aboutMessage(message));
        return noContent();
      }),
      route('GET', HOST, receipts, (ask) => {
        const message = messageOf(ask, 'MessageSid');
        const rows = receiptsOf(ask.world, message);
        return metaPage(ask, 'delivery_receipts', rows, (one) => showReceipt(ask, message, one));
      }),
    ];
  }),
];
