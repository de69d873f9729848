// Here: what becomes of an accepted email, recipient by recipient: dropped, delivered, bounced, deferred, opened, reported.
// Not here: what is accepted (email-send.ts), and how it is looked up later (email-activity.ts).
import { ControlError } from '../control.ts';
import { defineTable, type World } from '../state.ts';
import { dropReason, groupById, suppress } from './email-suppressions.ts';
import { type EventKind, tellOfEmail } from './email-webhooks.ts';
import type { Json } from './email-wire.ts';

export type Recipient = { readonly to: string; readonly subject: string; readonly text: string };

/** One accepted request. */
export type Mail = {
  /** What X-Message-Id said. */
  readonly id: string;
  readonly from: string;
  readonly recipients: readonly Recipient[];
  readonly templateId: string | null;
  readonly groupId: number | null;
  readonly categories: readonly string[];
  /** Names of the attached files. */
  readonly files: readonly string[];
};

type EventName =
  | 'processed'
  | 'dropped'
  | 'deferred'
  | 'delivered'
  | 'bounced'
  | 'opened'
  | 'clicked'
  | 'spam_report'
  | 'unsubscribe'
  | 'group_unsubscribe';

export type MailEvent = {
  readonly name: EventName;
  readonly at: number;
  readonly reason?: string;
  readonly bounceType?: 'hard' | 'soft';
  readonly url?: string;
};

/** One email to one person, as Email Activity keeps it. */
export type Message = {
  readonly accountSid: string;
  /** The msg_id: X-Message-Id, and what tells the recipients of one request apart. */
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly mail: Mail;
  status: 'processed' | 'delivered' | 'not_delivered';
  readonly events: MailEvent[];
};

export const messages = defineTable<Message>('email messages');

const SECONDS_TO_ARRIVE = 1;

/** The email leaves the queue. */
export function process(world: World, mail: Mail): void {
  for (const [index, recipient] of mail.recipients.entries()) {
    const { to, subject } = recipient;
    const message = messages(world).add({
      accountSid: world.options.accountSid,
      sid: `${mail.id}.recvd-0001-${index + 1}.0`,
      from: mail.from,
      to,
      subject,
      mail,
      status: 'processed',
      events: [],
    });
    const reason = dropReason(world, to, mail.groupId) ?? invalidReason(world, to);
    if (reason !== undefined) {
      message.status = 'not_delivered';
      happen(world, message, { name: 'dropped', reason });
      continue;
    }
    happen(world, message, { name: 'processed' });
    world.clock.after(SECONDS_TO_ARRIVE, () => arrive(world, message, recipient));
  }
}

/** Domains under .invalid have no mail server. */
function invalidReason(world: World, to: string): string | undefined {
  if (!to.endsWith('.invalid')) return undefined;
  suppress(world, 'invalid_emails', to, 'Mail domain mentioned in email address is unknown');
  return 'Invalid';
}

function happen(world: World, message: Message, event: Omit<MailEvent, 'at'>): void {
  message.events.push({ ...event, at: world.clock.now() });
  const { to: email, sid: sg_message_id } = message;
  const { name, reason, bounceType, url } = event;
  tellOfEmail(world, told[name], {
    email,
    sg_message_id,
    ...(reason !== undefined && { reason }),
    ...(bounceType !== undefined && { type: bounceType === 'hard' ? 'bounce' : 'blocked' }),
    ...(url !== undefined && { url }),
  });
}

/** Email Activity and the Event Webhook call the same thing by different names. */
const told: Readonly<Record<EventName, EventKind>> = {
  processed: 'processed',
  dropped: 'dropped',
  deferred: 'deferred',
  delivered: 'delivered',
  bounced: 'bounce',
  opened: 'open',
  clicked: 'click',
  spam_report: 'spam_report',
  unsubscribe: 'unsubscribe',
  group_unsubscribe: 'group_unsubscribe',
};

/** The phone of that name is the mailbox: failed is a bounce, undelivered a block, sent a server that says "later". */
function arrive(world: World, message: Message, { to, subject, text }: Recipient): void {
  const { delivery } = world.phones.get(to);
  if (delivery === 'sent') {
    happen(world, message, { name: 'deferred', reason: '450 4.2.1 Try again later' });
    return;
  }
  if (delivery !== 'delivered') {
    const hard = delivery === 'failed';
    const reason = hard
      ? '550 5.1.1 The email account that you tried to reach does not exist'
      : '550 5.7.1 The message was refused by policy';
    message.status = 'not_delivered';
    suppress(world, hard ? 'bounces' : 'blocks', to, reason, hard ? '5.1.1' : '5.7.1');
    happen(world, message, { name: 'bounced', reason, bounceType: hard ? 'hard' : 'soft' });
    return;
  }
  message.status = 'delivered';
  happen(world, message, { name: 'delivered', reason: '250 OK' });
  const { id: sid, from, files } = message.mail;
  const body = `${subject}\n${text}`;
  world.phones.receive(to, { kind: 'email', sid, from, body, media: files, at: world.clock.now() });
}

export const DEEDS = ['open', 'click', 'spam_report', 'unsubscribe', 'group_unsubscribe'] as const;

/** The recipient does something with the last email that reached them. */
export function act(world: World, email: string, deed: (typeof DEEDS)[number], url: string): Json {
  const message = messages(world)
    .list(world.options.accountSid, ({ to, status }) => to === email && status === 'delivered')
    .at(0);
  if (message === undefined) throw new ControlError('No email reached this address.');
  const { groupId } = message.mail;
  if (deed === 'open') happen(world, message, { name: 'opened' });
  if (deed === 'click') happen(world, message, { name: 'clicked', url });
  if (deed === 'spam_report') {
    suppress(world, 'spam_reports', email);
    happen(world, message, { name: 'spam_report' });
  }
  if (deed === 'unsubscribe') {
    suppress(world, 'unsubscribes', email);
    happen(world, message, { name: 'unsubscribe' });
  }
  if (deed === 'group_unsubscribe') {
    const group = groupId === null ? undefined : groupById(world, groupId);
    if (group === undefined) throw new ControlError('The email named no unsubscribe group.');
    group.members.add(email.toLowerCase());
    happen(world, message, { name: 'group_unsubscribe' });
  }
  return { msg_id: message.sid, event: deed };
}
