// Here: what Conversations keeps: its rows, its tables, and how a request finds its service and conversation.
// Not here: the routes, and what happens when something is said (the other conversations-*.ts).
import type { Ask, Route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { notFound, parseJson, TwilioError } from '../wire.ts';

export type Service = {
  readonly accountSid: string;
  readonly sid: string;
  readonly friendlyName: string;
  readonly isDefault: boolean;
  readonly createdAt: number;
};

export type State = 'active' | 'inactive' | 'closed';

export type Conversation = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  uniqueName: string | null;
  friendlyName: string | null;
  attributes: string;
  state: State;
  messagingServiceSid: string | null;
  /** Seconds of silence after which it enters the state. */
  readonly timers: { inactive?: number; closed?: number };
  nextIndex: number;
  readonly createdAt: number;
  updatedAt: number;
};

export type Participant = {
  readonly accountSid: string;
  readonly sid: string;
  readonly conversationSid: string;
  readonly identity: string | null;
  /** "+1…" or "whatsapp:+1…"; null for chat. */
  readonly address: string | null;
  readonly proxyAddress: string | null;
  attributes: string;
  roleSid: string;
  lastReadIndex: number | null;
  lastReadAt: string | null;
  readonly createdAt: number;
  updatedAt: number;
};

export type Attachment = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  readonly contentType: string;
  readonly filename: string | null;
  readonly size: number;
  readonly url: string;
  readonly createdAt: number;
};

export type Said = {
  readonly accountSid: string;
  readonly sid: string;
  readonly conversationSid: string;
  readonly index: number;
  author: string;
  body: string | null;
  attributes: string;
  readonly media: readonly Attachment[];
  readonly contentSid: string | null;
  readonly participantSid: string | null;
  /** The SMS or WhatsApp message it came as. */
  readonly arrivedAs: string | null;
  /** Participant SID to the SMS or WhatsApp message that carries it to them, or the code with which none left. */
  readonly sentAs: Map<string, { readonly sid: string | null; readonly refused: number | null }>;
  readonly createdAt: number;
  updatedAt: number;
};

export const services = defineTable<Service>('conversation services');
export const conversations = defineTable<Conversation>('conversations');
export const participants = defineTable<Participant>('conversation participants');
export const said = defineTable<Said>('conversation messages');
export const attachments = defineTable<Attachment>('conversation media');

export const HOST = 'conversations.twilio.com';

/** Every resource of a conversation has two addresses: short in the default service, long in any. */
export function inBoth(routes: (base: string) => readonly Route[]): readonly Route[] {
  return [...routes('/v1'), ...routes('/v1/Services/{ChatServiceSid}')];
}

export function isLong(ask: Ask): boolean {
  return /^\/v1\/Services\/[^/]+\/./.test(ask.path);
}

/** Long answers name the service, short ones do not (Twilio's OpenAPI). */
export function named(ask: Ask, serviceSid: string): { chat_service_sid?: string } {
  return isLong(ask) ? { chat_service_sid: serviceSid } : {};
}

/** The address of a resource, as long as that of the request. */
export function urlOf(ask: Ask, serviceSid: string, path: string): string {
  return `https://${HOST}/v1${isLong(ask) ? `/Services/${serviceSid}` : ''}${path}`;
}

export function defaultService(world: World, accountSid: string): Service {
  const [found] = services(world).list(accountSid, (one) => one.isDefault);
  return found ?? addService(world, accountSid, 'Default Conversations Service', true);
}

export function addService(
  world: World,
  accountSid: string,
  friendlyName: string,
  isDefault: boolean,
): Service {
  const createdAt = world.clock.now();
  const sid = world.ids.sid('IS');
  return services(world).add({ accountSid, sid, friendlyName, isDefault, createdAt });
}

export function serviceOf(ask: Ask): Service {
  const fallback = defaultService(ask.world, ask.account.sid);
  if (!isLong(ask)) return fallback;
  const found = services(ask.world).get(ask.account.sid, ask.param('ChatServiceSid'));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

export function conversationOf(ask: Ask): Conversation {
  const wanted = ask.param('ConversationSid');
  const { sid: serviceSid } = serviceOf(ask);
  const [found] = conversations(ask.world).list(
    ask.account.sid,
    (one) => one.serviceSid === serviceSid && (one.sid === wanted || one.uniqueName === wanted),
  );
  if (found === undefined) throw notFound(ask.path);
  return found;
}

/** Closed is final (docs/api/errors/50377). */
export function openConversationOf(ask: Ask): Conversation {
  const found = conversationOf(ask);
  if (found.state === 'closed') throw closed();
  return found;
}

export function closed(): TwilioError {
  return new TwilioError(400, 50_377, "Can't update conversation as it's in final closed state");
}

/** Oldest first, as Twilio lists them. */
export function membersOf(world: World, { accountSid, sid }: Conversation): Participant[] {
  return participants(world)
    .list(accountSid, (one) => one.conversationSid === sid)
    .reverse();
}

export function saidIn(world: World, { accountSid, sid }: Conversation): Said[] {
  return said(world)
    .list(accountSid, (one) => one.conversationSid === sid)
    .reverse();
}

/** JSON text of the caller's own, which Twilio checks and keeps as it came. */
export function readAttributes(ask: Ask): string | undefined {
  const text = ask.form.get('Attributes');
  if (text !== undefined && parseJson(text) === undefined)
    throw new TwilioError(400, 50_304, 'Attributes are not valid JSON');
  return text;
}
