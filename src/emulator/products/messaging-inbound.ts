// Here: a message from a phone to a number of the account: consent words, the webhook, the reply its TwiML asks for.
// Not here: outbound messages (messaging-send.ts).
import { elementsOf, type TwimlElement, textOf } from '../../twiml/document.ts';
import { type Account, accountBySid } from '../accounts.ts';
import type { CallbackParams } from '../callbacks.ts';
import type { World } from '../state.ts';
import { askForTwiml, type Instructions, readMethod, resolveUrl, type Webhook } from '../webhook.ts';
import { defined, TwilioError } from '../wire.ts';
import { type OwnedNumber, ownerOf, setting } from './account-number.ts';
import { takeIn } from './conversations-said.ts';
import { type Keyword, keywordOf, optIn, optOut } from './messaging-consent.ts';
import { checkBody } from './messaging-content.ts';
import {
  addMedia,
  bareAddress,
  channelOf,
  type Message,
  media,
  messages,
  segmentsOf,
  setPrice,
} from './messaging-message.ts';
import { sendMessage } from './messaging-send.ts';
import { checkConsent, checkTo, WHATSAPP_SANDBOX } from './messaging-sender.ts';
import { type MessagingService, serviceOfNumber, serviceText } from './messaging-services.ts';

export type FromPhone = {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** The name a WhatsApp user shows. */
  readonly profileName: string | undefined;
};

type Arrival = {
  readonly world: World;
  readonly account: Account;
  readonly message: Message;
  readonly number: OwnedNumber | undefined;
  readonly service: MessagingService | undefined;
};

const MAX_REDIRECTS = 10;

/** Receives it, then does all that Twilio does, webhook and reply included, before it returns. */
export async function receiveMessage(world: World, sent: FromPhone): Promise<Message> {
  const arrival = record(world, sent);
  const { account, message, number } = arrival;
  const keyword =
    channelOf(message.to) === 'sms' ? keywordOf(message.body, number?.type === 'toll-free') : undefined;
  if (keyword !== undefined) heed(arrival, keyword);
  if (takeIn(world, message)) return message;
  const params = webhookParams(arrival, sent, keyword);
  const instructions = await askForTwiml(world, account, webhookOf(arrival), params);
  await obey(arrival, instructions, params, 0);
  return message;
}

function record(world: World, { from, to, body, mediaUrls }: FromPhone): Arrival {
  const channel = channelOf(to);
  const number = ownerOf(world, bareAddress(to));
  const accountSid =
    number?.accountSid ??
    (channel === 'whatsapp' && bareAddress(to) === WHATSAPP_SANDBOX ? world.options.accountSid : undefined);
  const account = accountSid === undefined ? undefined : accountBySid(world, accountSid);
  if (account === undefined) throw new TwilioError(404, 20404, `No account of this emulator owns ${to}`);
  const service = serviceOfNumber(world, account.sid, bareAddress(to));
  const now = world.clock.now();
  const message = messages(world).add({
    accountSid: account.sid,
    sid: world.ids.sid(mediaUrls.length > 0 ? 'MM' : 'SM'),
    to,
    from: channel === 'sms' ? bareAddress(from) : `${channel}:${bareAddress(from)}`,
    body,
    direction: 'inbound',
    status: 'received',
    serviceSid: service?.sid ?? null,
    mediaUrls,
    smartEncoded: false,
    statusCallback: '',
    price: null,
    errorCode: null,
    createdAt: now,
    updatedAt: now,
    sentAt: now,
  });
  addMedia(world, message);
  setPrice(world, message);
  return { world, account, message, number, service };
}

/** The words that Twilio itself answers with; a Messaging Service with Advanced Opt-Out could have others. */
const CONFIRMATIONS: Readonly<Record<Keyword, string>> = {
  STOP: 'You are unsubscribed and will get no more messages from this number. Reply START to resubscribe.',
  START: 'You are subscribed again. Reply HELP for help, STOP to unsubscribe. Msg & data rates may apply.',
  HELP: 'Reply STOP to unsubscribe. Msg & data rates may apply.',
};

function heed({ world, account, message }: Arrival, keyword: Keyword): void {
  const person = message.from ?? '';
  if (keyword === 'STOP') optOut(world, account.sid, message.to, person);
  if (keyword === 'START') optIn(world, account.sid, message.to, person);
  sendMessage(world, {
    accountSid: account.sid,
    to: person,
    from: message.to,
    payload: { body: CONFIRMATIONS[keyword], mediaUrls: [], content: undefined },
    direction: 'outbound-reply',
  });
}

/** The service's webhook unless it leaves that to its numbers. */
function webhookOf({ number, service }: Arrival): Webhook {
  const kind = 'inbound-message';
  if (service !== undefined && service.settings['use_inbound_webhook_on_number'] !== true) {
    return {
      kind,
      url: serviceText(service, 'inbound_request_url'),
      method: readMethod(serviceText(service, 'inbound_method')),
      fallbackUrl: serviceText(service, 'fallback_url'),
      fallbackMethod: readMethod(serviceText(service, 'fallback_method')),
    };
  }
  if (number === undefined) return { kind, url: '', method: 'POST' };
  return {
    kind,
    url: setting(number, 'sms_url'),
    method: readMethod(setting(number, 'sms_method')),
    fallbackUrl: setting(number, 'sms_fallback_url'),
    fallbackMethod: readMethod(setting(number, 'sms_fallback_method')),
  };
}

/** Parameters as in docs/messaging/guides/webhook-request. */
function webhookParams(arrival: Arrival, sent: FromPhone, keyword: Keyword | undefined): CallbackParams {
  const { world, account, message, service } = arrival;
  const from = message.from ?? '';
  const isWhatsApp = channelOf(message.to) === 'whatsapp';
  const attached = media(world)
    .list(account.sid, (one) => one.messageSid === message.sid)
    .reverse()
    .flatMap(({ sid, contentType }, i): [string, string][] => {
      const path = `/2010-04-01/Accounts/${account.sid}/Messages/${message.sid}/Media/${sid}`;
      return [
        [`MediaUrl${i}`, `https://api.twilio.com${path}`],
        [`MediaContentType${i}`, contentType],
      ];
    });
  return {
    ...defined({
      MessageSid: message.sid,
      SmsSid: message.sid,
      SmsMessageSid: message.sid,
      SmsStatus: 'received',
      AccountSid: account.sid,
      MessagingServiceSid: service?.sid,
      From: from,
      To: message.to,
      Body: message.body,
      NumMedia: String(message.mediaUrls.length),
      NumSegments: String(segmentsOf(message)),
      ApiVersion: '2010-04-01',
      ProfileName: isWhatsApp ? sent.profileName : undefined,
      WaId: isWhatsApp ? bareAddress(from).slice(1) : undefined,
      // Numbers in a service here behave as with Advanced Opt-Out, which tells the receiver what it has done.
      OptOutType: service === undefined ? undefined : keyword,
    }),
    ...(isWhatsApp ? {} : geography(from, message.to)),
    ...Object.fromEntries(attached),
  };
}

/** Twilio always sends these six; it knows no more than the country of most numbers. */
function geography(from: string, to: string): CallbackParams {
  const country = (number: string): string =>
    number.startsWith('+1') ? 'US' : number.startsWith('+44') ? 'GB' : '';
  return {
    FromCountry: country(from),
    FromState: '',
    FromCity: '',
    FromZip: '',
    ToCountry: country(to),
    ToState: '',
    ToCity: '',
    ToZip: '',
  };
}

async function obey(
  arrival: Arrival,
  what: Instructions,
  params: CallbackParams,
  hops: number,
): Promise<void> {
  if (what.outcome === 'text') reply(arrival, what.text, [], undefined, '');
  if (what.outcome !== 'twiml') return;
  for (const verb of what.verbs) {
    if (verb.name === 'Message' || verb.name === 'Sms') answerWith(arrival, verb, what.url);
    if (verb.name !== 'Redirect' || hops >= MAX_REDIRECTS) continue;
    // Nothing after a Redirect is reached.
    const url = resolveUrl(textOf(verb).trim(), what.url);
    const method = readMethod(verb.attributes['method']);
    const { world, account } = arrival;
    const next = await askForTwiml(world, account, { kind: 'message-redirect', url, method }, params);
    return obey(arrival, next, params, hops + 1);
  }
}

function answerWith(arrival: Arrival, verb: TwimlElement, base: string): void {
  const parts = elementsOf(verb);
  const bodies = parts.filter(({ name }) => name === 'Body').map(textOf);
  const body = bodies.length > 0 ? bodies.join('') : textOf(verb).trim();
  const mediaUrls = parts
    .filter(({ name }) => name === 'Media')
    .map((one) => resolveUrl(textOf(one).trim(), base));
  const callback = verb.attributes['statusCallback'] ?? verb.attributes['action'] ?? '';
  reply(arrival, body, mediaUrls, verb.attributes['to'], callback === '' ? '' : resolveUrl(callback, base));
}

function reply(
  { world, account, message, service }: Arrival,
  body: string,
  mediaUrls: readonly string[],
  to: string | undefined,
  statusCallback: string,
): void {
  if (body === '' && mediaUrls.length === 0) return;
  try {
    const recipient = checkTo(world, to ?? message.from ?? '');
    checkBody(body);
    checkConsent(world, account.sid, message.to, recipient);
    sendMessage(world, {
      accountSid: account.sid,
      to: recipient,
      from: message.to,
      service,
      payload: { body, mediaUrls, content: undefined },
      statusCallback,
      direction: 'outbound-reply',
    });
  } catch (error) {
    // What TwiML may not send is dropped; Twilio tells its debugger, not the receiver.
    if (!(error instanceof TwilioError)) throw error;
  }
}
