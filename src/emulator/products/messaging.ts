// Here: the Messaging product as the emulator serves it: messages, their media and feedback, and the phone's side.
// Not here: the checks, lifecycle and services behind the routes (the other messaging-*.ts).
import { ControlError, optionalText, requiredText, textList } from '../control.ts';
import { uriPage } from '../paging.ts';
import { type Ask, controlRoute, type Product, route } from '../route.ts';
import { created, invalidParameter, noContent, notFound, ok, rfc2822, TwilioError } from '../wire.ts';
import { optIn, optOut } from './messaging-consent.ts';
import { seedContents } from './messaging-content.ts';
import { receiveMessage } from './messaging-inbound.ts';
import { contentOf } from './messaging-media.ts';
import {
  enterStatus,
  FINAL,
  type Media,
  type Message,
  media,
  messages,
  showMessage,
} from './messaging-message.ts';
import { createMessage } from './messaging-send.ts';
import { serviceRoutes } from './messaging-services.ts';

const API = 'api.twilio.com';
const MESSAGES = '/2010-04-01/Accounts/{AccountSid}/Messages';
const MEDIA = `${MESSAGES}/{MessageSid}/Media`;

export const messaging: Product = {
  name: 'messaging',
  seed: seedContents,
  routes: [
    route('POST', API, `${MESSAGES}.json`, (ask) =>
      created(showMessage(createMessage(ask.world, ask.account.sid, ask.form))),
    ),
    route('GET', API, `${MESSAGES}.json`, (ask) => uriPage(ask, 'messages', filtered(ask), showMessage)),
    route('GET', API, `${MESSAGES}/{Sid}.json`, (ask) => ok(showMessage(named(ask, 'Sid')))),
    route('POST', API, `${MESSAGES}/{Sid}.json`, (ask) => ok(showMessage(update(ask)))),
    route('DELETE', API, `${MESSAGES}/{Sid}.json`, (ask) => {
      const message = named(ask, 'Sid');
      if (!FINAL.has(message.status)) throw incomplete();
      messages(ask.world).remove(ask.account.sid, message.sid);
      return noContent();
    }),
    route('POST', API, `${MESSAGES}/{MessageSid}/Feedback.json`, (ask) => {
      const { sid } = named(ask, 'MessageSid');
      const outcome = ask.form.get('Outcome') ?? 'confirmed';
      if (outcome !== 'confirmed' && outcome !== 'unconfirmed') throw invalidParameter('Outcome');
      const now = rfc2822(ask.world.clock.now());
      return ok({
        account_sid: ask.account.sid,
        message_sid: sid,
        outcome,
        date_created: now,
        date_updated: now,
        uri: ask.path,
      });
    }),
    route('GET', API, `${MEDIA}.json`, (ask) => {
      const { sid } = named(ask, 'MessageSid');
      const rows = media(ask.world).list(ask.account.sid, ({ messageSid }) => messageSid === sid);
      return uriPage(ask, 'media_list', rows, showMedia);
    }),
    route('GET', API, `${MEDIA}/{Sid}.json`, (ask) => ok(showMedia(namedMedia(ask)))),
    route('GET', API, `${MEDIA}/{Sid}`, (ask) => {
      const { contentType } = namedMedia(ask);
      return { status: 200, raw: { contentType, content: contentOf(contentType) } };
    }),
    route('DELETE', API, `${MEDIA}/{Sid}.json`, (ask) => {
      media(ask.world).remove(ask.account.sid, namedMedia(ask).sid);
      return noContent();
    }),
    ...serviceRoutes,
  ],
  control: [
    controlRoute(
      'POST',
      '/phones/{number}/messages',
      '{to, body?, media_urls?, profile_name?}: the phone writes to a number; to "whatsapp:+…" it writes on WhatsApp',
      async ({ world, param, body }) => {
        const text = optionalText(body, 'body') ?? '';
        const mediaUrls = textList(body, 'media_urls');
        if (text === '' && mediaUrls.length === 0) throw new ControlError('body or media_urls is needed.');
        if (!mediaUrls.every((url) => URL.canParse(url))) throw new ControlError('media_urls must be URLs.');
        const message = await receiveMessage(world, {
          from: param('number'),
          to: requiredText(body, 'to'),
          body: text,
          mediaUrls,
          profileName: optionalText(body, 'profile_name'),
        });
        return showMessage(message);
      },
    ),
    controlRoute(
      'POST',
      '/phones/{number}/read',
      '{}: the phone reads its WhatsApp messages: delivered becomes read',
      ({ world, param }) => {
        const number = param('number');
        const unread = messages(world)
          .all()
          .filter(({ to, status }) => to === `whatsapp:${number}` && status === 'delivered');
        for (const message of unread) enterStatus(world, message, 'read');
        return { read: unread.map(({ sid }) => sid) };
      },
    ),
    controlRoute(
      'POST',
      '/phones/{number}/opt-out',
      '{from, opted_out?}: set consent towards a sender without a STOP word',
      ({ world, param, body }) => {
        const from = requiredText(body, 'from');
        const isOut = body['opted_out'] !== false;
        const set = isOut ? optOut : optIn;
        set(world, world.options.accountSid, from, param('number'));
        return { number: param('number'), from, opted_out: isOut };
      },
    ),
  ],
};

function named(ask: Ask, param: string): Message {
  const message = messages(ask.world).get(ask.account.sid, ask.param(param));
  if (message === undefined) throw notFound(ask.path);
  return message;
}

function incomplete(): TwilioError {
  return new TwilioError(409, 20009, 'Cannot delete this resource before it is complete');
}

/** Redacts the body, or cancels; 30400 and 30409 as in docs/api/errors. */
function update(ask: Ask): Message {
  const message = named(ask, 'Sid');
  const body = ask.form.get('Body');
  const status = ask.form.get('Status');
  const isRedaction = body === '' && status === undefined;
  const isCancellation = body === undefined && status === 'canceled';
  if (isRedaction) {
    if (!FINAL.has(message.status)) throw incomplete();
    message.body = '';
    message.updatedAt = ask.world.clock.now();
  } else if (isCancellation) {
    if (message.status !== 'scheduled' && message.status !== 'accepted' && message.status !== 'queued') {
      throw new TwilioError(409, 30409, 'This message cannot be canceled');
    }
    enterStatus(ask.world, message, 'canceled');
  } else {
    throw new TwilioError(400, 30400, 'Parameters are not valid');
  }
  return message;
}

function filtered(ask: Ask): Message[] {
  const { query } = ask;
  const to = query.get('To');
  const from = query.get('From');
  const on = query.get('DateSent');
  const before = query.get('DateSent<');
  const after = query.get('DateSent>');
  return messages(ask.world).list(ask.account.sid, (one) => {
    const time = one.sentAt ?? one.createdAt;
    return (
      (to === undefined || one.to === to) &&
      (from === undefined || one.from === from) &&
      (on === undefined || new Date(time).toISOString().slice(0, 10) === on.slice(0, 10)) &&
      (before === undefined || time <= readDate('DateSent<', before, DAY - 1)) &&
      (after === undefined || time >= readDate('DateSent>', after, 0))
    );
  });
}

const DAY = 24 * 3600 * 1000;

/** A date alone means the whole of its day. */
function readDate(name: string, text: string, wholeDay: number): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalidParameter(name);
  return /^\d{4}-\d\d-\d\d$/.test(text) ? time + wholeDay : time;
}

function namedMedia(ask: Ask): Media {
  const one = media(ask.world).get(ask.account.sid, ask.param('Sid'));
  if (one === undefined || one.messageSid !== ask.param('MessageSid')) throw notFound(ask.path);
  return one;
}

function showMedia({ accountSid, sid, messageSid, contentType, createdAt }: Media): unknown {
  return {
    account_sid: accountSid,
    content_type: contentType,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(createdAt),
    parent_sid: messageSid,
    sid,
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${messageSid}/Media/${sid}.json`,
  };
}
