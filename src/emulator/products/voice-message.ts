// Here: <Message> and <Sms> inside a call: a text to the person on the line, or to whom it names.
// Not here: how messages are sent (messaging-send.ts).
import { elementsOf, type TwimlElement, textOf, trimXml } from '../../twiml/document.ts';
import { resolveUrl } from '../webhook.ts';
import { TwilioError } from '../wire.ts';
import { checkBody } from './messaging-content.ts';
import { sendMessage } from './messaging-send.ts';
import { checkConsent, checkFrom, checkTo } from './messaging-sender.ts';
import { actionOf, urlOf } from './voice-action.ts';
import { hear, note, ownEnd } from './voice-call.ts';
import type { Flow, Verb } from './voice-line.ts';

export const message: Verb = (flow, element) => {
  const { world, call } = flow;
  try {
    const sid = send(flow, element);
    hear(world, call, 'twilio', 'note', `A message was sent: ${sid}`);
    return actionOf(flow, element, {
      MessageSid: sid,
      MessageStatus: 'queued',
      SmsSid: sid,
      SmsStatus: 'sent',
    });
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    note(world, call, error.code, error.message);
    return actionOf(flow, element, { MessageStatus: 'failed', SmsStatus: 'invalid' });
  }
};

function send(flow: Flow, element: TwimlElement): string {
  const { world, call, base } = flow;
  const { sid: accountSid } = flow.account;
  const parts = elementsOf(element);
  const bodies = parts.filter(({ name }) => name === 'Body').map(textOf);
  const body = bodies.length > 0 ? bodies.join('') : trimXml(textOf(element));
  const media = parts.filter(({ name }) => name === 'Media').map((one) => trimXml(textOf(one)));
  const other = call.direction === 'inbound' ? call.from : call.to;
  const to = checkTo(world, element.attributes['to'] ?? other);
  const from = checkFrom(world, accountSid, element.attributes['from'] ?? ownEnd(call), to);
  checkBody(body);
  checkConsent(world, accountSid, from, to);
  return sendMessage(world, {
    accountSid,
    to,
    from,
    payload: { body, mediaUrls: media.map((url) => resolveUrl(url, base)), content: undefined },
    statusCallback: urlOf(flow, element, 'statusCallback'),
    direction: 'outbound-call',
  }).sid;
}
