// Here: participants: their addresses and identities, and the conversations that one of them is in.
// Not here: what reaches them (conversations-said.ts), and the users behind the identities (conversations-users.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import type { World } from '../state.ts';
import { created, invalidParameter, iso, noContent, notFound, ok, TwilioError } from '../wire.ts';
import { ownerOf } from './account-number.ts';
import {
  type Conversation,
  conversationOf,
  conversations,
  HOST,
  inBoth,
  membersOf,
  named,
  openConversationOf,
  type Participant,
  participants,
  readAttributes,
  serviceOf,
  urlOf,
} from './conversations-rows.ts';
import { showTimers, touch } from './conversations-threads.ts';
import { ensureUser, readRole, userCalled } from './conversations-users.ts';
import { causeOf, tell } from './conversations-webhook.ts';
import { bareAddress, channelOf } from './messaging-message.ts';
import { WHATSAPP_SANDBOX } from './messaging-sender.ts';

const ADDRESS = /^(?:whatsapp:)?\+[1-9]\d{6,14}$/;
/** docs/conversations-classic/conversations-limits, 2026: people by SMS or WhatsApp in one conversation. */
const MOST_PHONES = 50;

function refuse(code: number, message: string, status = 400): TwilioError {
  return new TwilioError(status, code, message);
}

function add(ask: Ask): Participant {
  const conversation = openConversationOf(ask);
  const { form, world, account } = ask;
  const identity = form.get('Identity') ?? null;
  const address = form.get('MessagingBinding.Address') ?? null;
  const proxyAddress = form.get('MessagingBinding.ProxyAddress') ?? null;
  if (address === null && identity === null) throw refuse(50_411, 'Messaging binding address is required');
  if (address !== null && identity !== null)
    throw refuse(50_211, 'A participant of this kind has no identity');
  if (address !== null) checkBinding(ask, address, proxyAddress);
  const present = membersOf(world, conversation);
  if (identity !== null && present.some((one) => one.identity === identity))
    throw refuse(50_433, 'Participant already exists', 409);
  if (address !== null && present.filter((one) => one.address !== null).length >= MOST_PHONES)
    throw refuse(50_418, 'Too many participants with messaging bindings', 403);
  const attributes = readAttributes(ask) ?? '{}';
  const service = serviceOf(ask);
  const roleSid = readRole(ask, service, 'channel user');
  if (identity !== null) ensureUser(ask, service, identity);
  const now = world.clock.now();
  const one = participants(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('MB'),
    conversationSid: conversation.sid,
    identity,
    address,
    proxyAddress,
    attributes,
    roleSid,
    lastReadIndex: null,
    lastReadAt: null,
    createdAt: now,
    updatedAt: now,
  });
  touch(world, conversation);
  tell(world, conversation, 'onParticipantAdded', causeOf(ask), aboutParticipant(one));
  return one;
}

function checkBinding({ world, account }: Ask, address: string, proxyAddress: string | null): void {
  if (!ADDRESS.test(address)) throw refuse(50_407, 'Invalid messaging binding address');
  if (proxyAddress === null || proxyAddress === '')
    throw refuse(50_412, 'Messaging binding proxy address is required');
  if (!ADDRESS.test(proxyAddress)) throw refuse(50_408, 'Invalid messaging binding proxy address');
  if (address === proxyAddress) throw refuse(50_409, 'Address and proxy address must differ');
  if (channelOf(address) !== channelOf(proxyAddress))
    throw refuse(50_414, 'Address and proxy address must be of one channel');
  const sender = bareAddress(proxyAddress);
  const isSandbox = channelOf(proxyAddress) === 'whatsapp' && sender === WHATSAPP_SANDBOX;
  if (!isSandbox && ownerOf(world, sender)?.accountSid !== account.sid)
    throw refuse(50_413, 'The proxy address does not belong to this account');
  const other = boundTo(world, account.sid, address, proxyAddress);
  if (other !== undefined)
    throw refuse(
      50_416,
      `A binding for this participant and proxy address already exists in Conversation ${other.conversation.sid}`,
      409,
    );
}

type Bound = { readonly conversation: Conversation; readonly participant: Participant };

/** An answer must find one conversation only: a pair of addresses is in one that is not closed. */
export function boundTo(
  world: World,
  accountSid: string,
  address: string,
  proxyAddress: string,
): Bound | undefined {
  for (const participant of participants(world).list(
    accountSid,
    (one) => one.address === address && one.proxyAddress === proxyAddress,
  )) {
    const conversation = conversations(world).get(accountSid, participant.conversationSid);
    if (conversation !== undefined && conversation.state !== 'closed') return { conversation, participant };
  }
  return undefined;
}

function change(ask: Ask): Participant {
  const conversation = openConversationOf(ask);
  const one = participantOf(ask);
  const attributes = readAttributes(ask);
  const index = ask.form.get('LastReadMessageIndex');
  if (index !== undefined && !(Number(index) < conversation.nextIndex))
    throw invalidParameter('LastReadMessageIndex');
  if (ask.form.has('RoleSid')) one.roleSid = readRole(ask, serviceOf(ask), 'channel user');
  one.attributes = attributes ?? one.attributes;
  one.updatedAt = ask.world.clock.now();
  if (index !== undefined) {
    one.lastReadIndex = Number(index);
    one.lastReadAt = iso(one.updatedAt);
  }
  tell(ask.world, conversation, 'onParticipantUpdated', causeOf(ask), aboutParticipant(one));
  return one;
}

function participantOf(ask: Ask): Participant {
  const wanted = ask.param('Sid');
  const found = membersOf(ask.world, conversationOf(ask)).find(
    (one) => one.sid === wanted || one.identity === wanted,
  );
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function aboutParticipant(one: Participant): Record<string, string> {
  const { sid, identity, address, proxyAddress } = one;
  return {
    ParticipantSid: sid,
    ...(identity !== null && { Identity: identity }),
    ...(address !== null && { 'MessagingBinding.Address': address }),
    ...(proxyAddress !== null && { 'MessagingBinding.ProxyAddress': proxyAddress }),
  };
}

function bindingOf({ address, proxyAddress }: Participant): unknown {
  return address === null ? null : { type: channelOf(address), address, proxy_address: proxyAddress };
}

function show(ask: Ask, one: Participant): unknown {
  const { serviceSid } = conversationOf(ask);
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    ...named(ask, serviceSid),
    conversation_sid: one.conversationSid,
    identity: one.identity,
    attributes: one.attributes,
    messaging_binding: bindingOf(one),
    role_sid: one.roleSid,
    date_created: iso(one.createdAt),
    date_updated: iso(one.updatedAt),
    last_read_message_index: one.lastReadIndex,
    last_read_timestamp: one.lastReadAt,
    url: urlOf(ask, serviceSid, `/Conversations/${one.conversationSid}/Participants/${one.sid}`),
  };
}

function find(ask: Ask): Bound[] {
  const { query, world, account } = ask;
  const address = query.get('Address');
  const identity = query.get('Identity');
  if (address === undefined && identity === undefined) throw invalidParameter('Address or Identity');
  const { sid: serviceSid } = serviceOf(ask);
  return participants(world)
    .list(account.sid, (one) => (address === undefined ? one.identity === identity : one.address === address))
    .flatMap((participant) => {
      const conversation = conversations(world).get(account.sid, participant.conversationSid);
      return conversation?.serviceSid === serviceSid ? [{ conversation, participant }] : [];
    });
}

function showFound(ask: Ask, { conversation, participant }: Bound): unknown {
  const url = urlOf(ask, conversation.serviceSid, `/Conversations/${conversation.sid}`);
  const { identity } = participant;
  const user = identity === null ? undefined : userCalled(ask, serviceOf(ask), identity);
  return {
    account_sid: participant.accountSid,
    chat_service_sid: conversation.serviceSid,
    participant_sid: participant.sid,
    participant_user_sid: user?.sid ?? null,
    participant_identity: identity,
    participant_messaging_binding: bindingOf(participant),
    conversation_sid: conversation.sid,
    conversation_unique_name: conversation.uniqueName,
    conversation_friendly_name: conversation.friendlyName,
    conversation_attributes: conversation.attributes,
    conversation_date_created: iso(conversation.createdAt),
    conversation_date_updated: iso(conversation.updatedAt),
    conversation_created_by: 'system',
    conversation_state: conversation.state,
    conversation_timers: showTimers(conversation),
    links: { participant: `${url}/Participants/${participant.sid}`, conversation: url },
  };
}

export const peopleRoutes: readonly Route[] = inBoth((base) => {
  const all = `${base}/Conversations/{ConversationSid}/Participants`;
  return [
    route('POST', HOST, all, (ask) => created(show(ask, add(ask)))),
    route('GET', HOST, all, (ask) =>
      metaPage(ask, 'participants', membersOf(ask.world, conversationOf(ask)), (one) => show(ask, one)),
    ),
    route('GET', HOST, `${all}/{Sid}`, (ask) => ok(show(ask, participantOf(ask)))),
    route('POST', HOST, `${all}/{Sid}`, (ask) => ok(show(ask, change(ask)))),
    route('DELETE', HOST, `${all}/{Sid}`, (ask) => {
      const conversation = conversationOf(ask);
      const one = participantOf(ask);
      participants(ask.world).remove(ask.account.sid, one.sid);
      tell(ask.world, conversation, 'onParticipantRemoved', causeOf(ask), aboutParticipant(one));
      return noContent();
    }),
    route('GET', HOST, `${base}/ParticipantConversations`, (ask) =>
      metaPage(ask, 'conversations', find(ask), (one) => showFound(ask, one)),
    ),
  ];
});
