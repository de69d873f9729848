// What SendGrid and Segment tell: what became of emails, emails that came in, and tracked events.
import { isRow, type Row } from '../operation/row.ts';
import { type Found, fingerprint, rowsIn, textIn, tryJson } from './found.ts';

/** The Event Webhook: a batch. */
export function readEmailEvents(json: unknown): Found[] {
  return rowsIn(json).map((row) => {
    const contact = textIn(row, 'email').trim().toLowerCase();
    const id = textIn(row, 'sg_event_id') || fingerprint(row);
    const sid = textIn(row, 'sg_message_id').split('.')[0] ?? '';
    return {
      id: `email:${id}`,
      type: 'email',
      ...(contact !== '' && { contact, channel: 'email' }),
      ...(sid !== '' && { sid }),
      data: { ...row, status: textIn(row, 'event') },
    };
  });
}

/** The largest part of an email that is kept; attachments are named and not kept. */
const mostText = 100_000;

/** Shared by two tellings of one email. Its Message-ID is not enough: whoever knows another's would have that one dropped as known. */
const same = ['envelope', 'SPF', 'from', 'subject', 'text', 'html'];

/** Inbound Parse: one email, as a form with files. */
export async function readInboundEmail(body: Uint8Array, type: string): Promise<Found[]> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const entries = [...form.entries()];
  const texts = entries.flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value.slice(0, mostText)]] : [],
  );
  const files = entries.flatMap(([, value]) =>
    typeof value === 'string' ? [] : [{ filename: value.name, content_type: value.type, size: value.size }],
  );
  const row: Row = Object.fromEntries(texts);
  const envelope = tryJson(textIn(row, 'envelope'));
  const sender = isRow(envelope) ? textIn(envelope, 'from').trim().toLowerCase() : '';
  // SPF vouches for the sender on the envelope alone: where that is empty, `pass` is about a machine, and anybody wrote `From:`.
  const isProven = plainAddress.test(sender) && textIn(row, 'SPF').toLowerCase() === 'pass';
  const messageId = /^message-id:\s*(\S+)/im.exec(textIn(row, 'headers'))?.[1];
  const told = same.map((key) => row[key]);
  const { headers: _headers, email: _raw, html, ...rest } = row;
  const found: Found = {
    // Its writer chose the Message-ID; an ID of ours holds no words of theirs.
    id: `email.inbound:${fingerprint(messageId === undefined ? texts : [messageId, ...told])}`,
    type: 'email.inbound',
    ...(isProven && { contact: sender, channel: 'email' }),
    data: {
      ...rest,
      direction: 'inbound',
      to: addressesIn(textIn(row, 'to')).join(', '),
      sender: sender || (addressesIn(textIn(row, 'from')).at(-1) ?? ''),
      body: textIn(row, 'text') || (typeof html === 'string' ? html : ''),
      attachments: files,
    },
  };
  return [found];
}

/** Without quotes, in which an address may hold any words, another address too. */
const plainAddress = /^[^\s<>"(),:;@\\[\]]{1,64}@[^\s<>"(),:;@\\[\]]{1,255}$/;

/** The plain addresses in a header, without the names that its writer put around them: for show, since none is proven. */
function addressesIn(header: string): string[] {
  const parts = header.toLowerCase().split(/[\s<>"(),:;\\[\]]+/);
  return parts.filter((part) => plainAddress.test(part));
}

/** A Segment webhook destination: one event a request, since only the first of a batch would be signed. */
export function readSegment(json: unknown): Found[] {
  return rowsIn(json).map((row) => {
    const id = textIn(row, 'messageId') || fingerprint(row);
    return {
      id: `segment:${fingerprint(id)}`,
      type: 'segment',
      data: { ...row, status: textIn(row, 'type') },
    };
  });
}
