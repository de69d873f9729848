// Here: Conversations v1: conversations, participants and messages, which reach the phones of those in it.
// Not here: services, users, roles, webhooks; a phone writes into a conversation through the control door.
import { metaPage } from '../paging.ts';
import { type Ask, controlRoute, type Product, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, iso, noContent, notFound, ok, TwilioError } from '../wire.ts';

type Conversation = {
  readonly accountSid: string;
  readonly sid: string;
  readonly uniqueName: string | null;
  friendlyName: string | null;
  attributes: string;
  state: string;
  readonly messagingServiceSid: string | null;
  readonly timers: Record<string, string>;
  nextIndex: number;
  readonly createdAt: number;
  updatedAt: number;
};
type Participant = {
  readonly accountSid: string;
  readonly sid: string;
  readonly conversationSid: string;
  readonly identity: string | null;
  readonly address: string | null;
  readonly proxyAddress: string | null;
  readonly createdAt: number;
};
type Message = {
  readonly accountSid: string;
  readonly sid: string;
  readonly conversationSid: string;
  readonly index: number;
  readonly author: string;
  readonly body: string;
  readonly participantSid: string | null;
  readonly createdAt: number;
};

const conversations = defineTable<Conversation>('conversations');
const participants = defineTable<Participant>('conversation participants');
const messages = defineTable<Message>('conversation messages');

const HOST = 'conversations.twilio.com';
const ALL = '/v1/Conversations';
const ONE = `${ALL}/{ConversationSid}`;

function conversationOf(ask: Ask, name: string): Conversation {
  const wanted = ask.param(name);
  const [found] = conversations(ask.world).list(
    ask.account.sid,
    (one) => one.sid === wanted || one.uniqueName === wanted,
  );
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function change(ask: Ask, one: Conversation): Conversation {
  const { form, world } = ask;
  const state = form.get('State');
  if (state !== undefined && !['active', 'inactive', 'closed'].includes(state))
    throw new TwilioError(400, 50_354, 'Invalid state');
  if (one.state === 'closed' && state !== undefined && state !== 'closed')
    throw new TwilioError(400, 50_354, 'A closed conversation cannot be opened again');
  one.state = state ?? one.state;
  one.friendlyName = form.get('FriendlyName') ?? one.friendlyName;
  one.attributes = form.get('Attributes') ?? one.attributes;
  for (const [name, field] of [
    ['Timers.Inactive', 'inactive'],
    ['Timers.Closed', 'closed'],
  ] as const) {
    const value = form.get(name);
    if (value !== undefined) one.timers[field] = value;
  }
  one.updatedAt = world.clock.now();
  armTimers(world, one);
  return one;
}

/** Silence closes: each timer looks, when it is due, whether anything happened since it was set. */
function armTimers(world: World, one: Conversation): void {
  const since = one.updatedAt;
  for (const [state, duration] of Object.entries(one.timers)) {
    const seconds = secondsOf(duration);
    if (seconds === 0) continue;
    world.clock.after(seconds, () => {
      if (one.updatedAt === since && one.state !== 'closed') one.state = state;
    });
  }
}

function secondsOf(duration: string): number {
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration) ?? [];
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function create(ask: Ask): Conversation {
  const { form, world, account } = ask;
  const uniqueName = form.get('UniqueName') ?? null;
  const namesakes = conversations(world).list(account.sid, (one) => one.uniqueName === uniqueName);
  if (uniqueName !== null && namesakes.length > 0)
    throw new TwilioError(409, 50_353, 'Conversation with provided unique name already exists');
  const now = world.clock.now();
  const one = conversations(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('CH'),
    uniqueName,
    friendlyName: null,
    attributes: '{}',
    state: 'active',
    messagingServiceSid: form.get('MessagingServiceSid') ?? null,
    timers: {},
    nextIndex: 0,
    createdAt: now,
    updatedAt: now,
  });
  return change(ask, one);
}

function show(one: Conversation): unknown {
  const url = `https://${HOST}${ALL}/${one.sid}`;
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    chat_service_sid: `IS${'1'.padStart(32, '0')}`,
    messaging_service_sid: one.messagingServiceSid,
    friendly_name: one.friendlyName,
    unique_name: one.uniqueName,
    attributes: one.attributes,
    state: one.state,
    date_created: iso(one.createdAt),
    date_updated: iso(one.updatedAt),
    timers: {},
    url,
    links: { participants: `${url}/Participants`, messages: `${url}/Messages`, webhooks: `${url}/Webhooks` },
    bindings: null,
  };
}

function members(ask: Ask, { sid }: Conversation): Participant[] {
  return participants(ask.world)
    .list(ask.account.sid, (one) => one.conversationSid === sid)
    .reverse();
}

function addParticipant(ask: Ask): Participant {
  const { form, world, account } = ask;
  const conversation = conversationOf(ask, 'ConversationSid');
  const identity = form.get('Identity') ?? null;
  const address = form.get('MessagingBinding.Address') ?? null;
  const proxyAddress = form.get('MessagingBinding.ProxyAddress') ?? null;
  if (identity === null && address === null)
    throw new TwilioError(400, 50_200, 'Identity or messaging binding is required');
  if (address !== null && !/^(?:whatsapp:)?\+[1-9]\d{6,14}$/.test(address))
    throw new TwilioError(400, 50_407, 'Invalid messaging binding address');
  if (address !== null && proxyAddress === null)
    throw new TwilioError(400, 50_438, 'Messaging binding proxy address is required');
  const present = members(ask, conversation);
  if (identity !== null && present.some((one) => one.identity === identity))
    throw new TwilioError(409, 50_433, 'Participant already exists');
  // An answer must find one conversation only: a pair of addresses is in one that is not closed.
  const taken = participants(world)
    .list(
      account.sid,
      (one) => address !== null && one.address === address && one.proxyAddress === proxyAddress,
    )
    .some((one) => conversations(world).get(account.sid, one.conversationSid)?.state !== 'closed');
  if (taken)
    throw new TwilioError(409, 50_416, 'A binding for this participant and proxy address already exists');
  return participants(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('MB'),
    conversationSid: conversation.sid,
    identity,
    address,
    proxyAddress,
    createdAt: world.clock.now(),
  });
}

function showParticipant(one: Participant): unknown {
  const type = one.address?.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    conversation_sid: one.conversationSid,
    identity: one.identity,
    attributes: '{}',
    messaging_binding:
      one.address === null ? null : { type, address: one.address, proxy_address: one.proxyAddress },
    role_sid: null,
    date_created: iso(one.createdAt),
    date_updated: iso(one.createdAt),
    last_read_message_index: null,
    last_read_timestamp: null,
    url: `https://${HOST}${ALL}/${one.conversationSid}/Participants/${one.sid}`,
  };
}

function write(
  world: World,
  conversation: Conversation,
  author: string,
  body: string,
  from: Participant | null,
): Message {
  if (conversation.state === 'closed') throw new TwilioError(400, 50_354, 'The conversation is closed');
  const now = world.clock.now();
  const message = messages(world).add({
    accountSid: conversation.accountSid,
    sid: world.ids.sid('IM'),
    conversationSid: conversation.sid,
    index: conversation.nextIndex,
    author,
    body,
    participantSid: from?.sid ?? null,
    createdAt: now,
  });
  conversation.nextIndex += 1;
  conversation.state = 'active';
  conversation.updatedAt = now;
  armTimers(world, conversation);
  const others = participants(world).list(
    conversation.accountSid,
    (one) => one.conversationSid === conversation.sid && one.sid !== from?.sid,
  );
  world.clock.after(2, () => {
    for (const { address, proxyAddress } of others) {
      if (address === null) continue;
      const kind = address.startsWith('whatsapp:') ? ('whatsapp' as const) : ('sms' as const);
      world.phones.receive(address, {
        kind,
        sid: message.sid,
        from: proxyAddress ?? '',
        body,
        media: [],
        at: world.clock.now(),
      });
    }
  });
  return message;
}

function showMessage(one: Message): unknown {
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    conversation_sid: one.conversationSid,
    index: one.index,
    author: one.author,
    body: one.body,
    media: null,
    attributes: '{}',
    participant_sid: one.participantSid,
    date_created: iso(one.createdAt),
    date_updated: iso(one.createdAt),
    url: `https://${HOST}${ALL}/${one.conversationSid}/Messages/${one.sid}`,
    delivery: null,
    links: {},
    content_sid: null,
  };
}

export const conversationsProduct: Product = {
  name: 'conversations',
  routes: [
    route('POST', HOST, ALL, (ask) => created(show(create(ask)))),
    route('GET', HOST, ALL, (ask) => {
      const state = ask.query.get('State');
      return metaPage(
        ask,
        'conversations',
        conversations(ask.world).list(ask.account.sid, (one) => state === undefined || one.state === state),
        show,
      );
    }),
    route('GET', HOST, ONE, (ask) => ok(show(conversationOf(ask, 'ConversationSid')))),
    route('POST', HOST, ONE, (ask) => ok(show(change(ask, conversationOf(ask, 'ConversationSid'))))),
    route('DELETE', HOST, ONE, (ask) => {
      const one = conversationOf(ask, 'ConversationSid');
      for (const member of members(ask, one)) participants(ask.world).remove(one.accountSid, member.sid);
      conversations(ask.world).remove(one.accountSid, one.sid);
      return noContent();
    }),
    route('POST', HOST, `${ONE}/Participants`, (ask) => created(showParticipant(addParticipant(ask)))),
    route('GET', HOST, `${ONE}/Participants`, (ask) =>
      metaPage(ask, 'participants', members(ask, conversationOf(ask, 'ConversationSid')), showParticipant),
    ),
    route('DELETE', HOST, `${ONE}/Participants/{Sid}`, (ask) => {
      conversationOf(ask, 'ConversationSid');
      if (!participants(ask.world).remove(ask.account.sid, ask.param('Sid'))) throw notFound(ask.path);
      return noContent();
    }),
    route('POST', HOST, `${ONE}/Messages`, (ask) => {
      const body = ask.form.get('Body');
      if (body === undefined || body === '') throw new TwilioError(400, 50_500, 'Message body is required');
      return created(
        showMessage(
          write(
            ask.world,
            conversationOf(ask, 'ConversationSid'),
            ask.form.get('Author') ?? 'system',
            body,
            null,
          ),
        ),
      );
    }),
    route('GET', HOST, `${ONE}/Messages`, (ask) => {
      const { sid } = conversationOf(ask, 'ConversationSid');
      const newest = messages(ask.world).list(ask.account.sid, (one) => one.conversationSid === sid);
      return metaPage(
        ask,
        'messages',
        ask.query.get('Order') === 'desc' ? newest : newest.reverse(),
        showMessage,
      );
    }),
    route('DELETE', HOST, `${ONE}/Messages/{Sid}`, (ask) => {
      conversationOf(ask, 'ConversationSid');
      if (!messages(ask.world).remove(ask.account.sid, ask.param('Sid'))) throw notFound(ask.path);
      return noContent();
    }),
    route('GET', HOST, '/v1/ParticipantConversations', (ask) => {
      const { query, world, account } = ask;
      const mine = participants(world).list(
        account.sid,
        (one) => one.address === query.get('Address') || one.identity === query.get('Identity'),
      );
      return metaPage(ask, 'conversations', mine, (one) => {
        const conversation = conversations(world).get(account.sid, one.conversationSid);
        return {
          account_sid: one.accountSid,
          participant_sid: one.sid,
          participant_identity: one.identity,
          conversation_sid: one.conversationSid,
          conversation_unique_name: conversation?.uniqueName ?? null,
          conversation_friendly_name: conversation?.friendlyName ?? null,
          conversation_state: conversation?.state ?? null,
        };
      });
    }),
  ],
  control: [
    controlRoute(
      'POST',
      '/conversations/{sid}/messages',
      '{address, body}: a participant writes from their phone',
      ({ world, param, body }) => {
        const { accountSid } = world.options;
        const conversation = conversations(world).get(accountSid, param('sid'));
        const [from] = participants(world).list(
          accountSid,
          (one) => one.conversationSid === param('sid') && one.address === body['address'],
        );
        if (conversation === undefined || from === undefined) return { written: false };
        return {
          written: true,
          sid: write(world, conversation, String(body['address']), String(body['body']), from).sid,
        };
      },
    ),
  ],
};
