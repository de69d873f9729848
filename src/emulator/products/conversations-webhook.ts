// Here: webhooks of one conversation: their routes, and telling them what happened.
// Not here: webhooks of a service or account, and what a Studio flow does with a message.
import { accountBySid } from '../accounts.ts';
import type { CallbackParams } from '../callbacks.ts';
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, iso, noContent, notFound, ok, TwilioError } from '../wire.ts';
import {
  type Conversation,
  conversationOf,
  HOST,
  inBoth,
  named,
  type Said,
  saidIn,
  urlOf,
} from './conversations-rows.ts';
import { flows } from './studio-flow.ts';

type Hook = {
  readonly accountSid: string;
  readonly sid: string;
  readonly conversationSid: string;
  readonly target: string;
  url: string;
  method: 'get' | 'post';
  filters: readonly string[];
  triggers: readonly string[];
  flowSid: string | null;
  readonly createdAt: number;
  updatedAt: number;
};

const hooks = defineTable<Hook>('conversation webhooks');

/** Only events after the fact (docs/conversations-classic/api/conversation-scoped-webhook-resource). */
const EVENTS = [
  'onMessageAdded',
  'onMessageUpdated',
  'onMessageRemoved',
  'onConversationUpdated',
  'onConversationStateUpdated',
  'onConversationRemoved',
  'onParticipantAdded',
  'onParticipantUpdated',
  'onParticipantRemoved',
  'onDeliveryUpdated',
] as const;

export type Event = (typeof EVENTS)[number];

const MOST = 5;

/** Who caused it. What the REST API does is told only where the request asks for it (X-Twilio-Webhook-Enabled). */
export type Cause = 'API' | 'API, told' | 'SDK' | 'SMS' | 'WHATSAPP' | 'TIMER';

export function causeOf(ask: Ask): Cause {
  return ask.headers.get('x-twilio-webhook-enabled') === 'true' ? 'API, told' : 'API';
}

function hooksOf(world: World, { accountSid, sid }: Conversation): Hook[] {
  return hooks(world)
    .list(accountSid, (one) => one.conversationSid === sid)
    .reverse();
}

export function removeHooks(world: World, conversation: Conversation): void {
  for (const { accountSid, sid } of hooksOf(world, conversation)) hooks(world).remove(accountSid, sid);
}

export function tell(
  world: World,
  conversation: Conversation,
  event: Event,
  cause: Cause,
  about: CallbackParams,
): void {
  if (cause === 'API') return;
  for (const hook of hooksOf(world, conversation)) {
    if (wants(hook, event, about)) later(world, conversation, hook, event, cause, about);
  }
}

function wants({ target, filters, triggers }: Hook, event: Event, about: CallbackParams): boolean {
  if (target === 'webhook') return filters.length === 0 || filters.includes(event);
  const body = String(about['Body'] ?? '').toLowerCase();
  return (
    target === 'trigger' &&
    event === 'onMessageAdded' &&
    triggers.some((word) => body.includes(word.toLowerCase()))
  );
}

/** Soon, and after the answer to the request that caused it. */
function later(...[world, ...what]: Parameters<typeof send>): void {
  world.clock.after(0.1, () => send(world, ...what));
}

/** Parameters as in docs/conversations-classic/conversations-webhooks. */
async function send(
  world: World,
  conversation: Conversation,
  hook: Hook,
  event: Event,
  cause: Cause,
  about: CallbackParams,
): Promise<void> {
  const account = accountBySid(world, conversation.accountSid);
  if (account === undefined) return;
  const { messagingServiceSid } = conversation;
  await world.callbacks.send({
    kind: 'conversation-event',
    accountSid: account.sid,
    authToken: account.authToken,
    url: hook.url,
    method: hook.method === 'get' ? 'GET' : 'POST',
    params: {
      AccountSid: account.sid,
      EventType: event,
      Source: cause === 'API, told' ? 'API' : cause,
      ConversationSid: conversation.sid,
      ChatServiceSid: conversation.serviceSid,
      ...(messagingServiceSid !== null && { MessagingServiceSid: messagingServiceSid }),
      WebhookType: hook.target,
      WebhookSid: hook.sid,
      RetryCount: '0',
      ...about,
    },
  });
}

export function aboutMessage(message: Said): CallbackParams {
  const media = message.media.map(({ sid, contentType, filename, size }) => ({
    Sid: sid,
    ContentType: contentType,
    Filename: filename,
    Size: size,
  }));
  return {
    MessageSid: message.sid,
    Index: String(message.index),
    DateCreated: new Date(message.createdAt).toISOString(),
    Author: message.author,
    ...(message.body !== null && { Body: message.body }),
    ...(message.participantSid !== null && { ParticipantSid: message.participantSid }),
    Attributes: message.attributes,
    ...(media.length > 0 && { Media: JSON.stringify(media) }),
  };
}

function add(ask: Ask): Hook {
  const conversation = conversationOf(ask);
  const { world, account, form } = ask;
  if (hooksOf(world, conversation).length >= MOST)
    throw new TwilioError(403, 50_361, 'Too many conversation webhooks');
  const target = form.get('Target') ?? '';
  if (!['webhook', 'trigger', 'studio'].includes(target))
    throw new TwilioError(400, 20_001, 'Invalid parameter Target');
  const now = world.clock.now();
  const hook: Hook = {
    accountSid: account.sid,
    sid: world.ids.sid('WH'),
    conversationSid: conversation.sid,
    target,
    url: '',
    method: 'post',
    filters: [],
    triggers: [],
    flowSid: null,
    createdAt: now,
    updatedAt: now,
  };
  configure(ask, hook);
  hooks(world).add(hook);
  const replayAfter = form.get('Configuration.ReplayAfter');
  if (replayAfter !== undefined) replay(world, conversation, hook, Number(replayAfter));
  return hook;
}

function replay(world: World, conversation: Conversation, hook: Hook, from: number): void {
  for (const message of saidIn(world, conversation).filter(({ index }) => index >= from)) {
    const about = aboutMessage(message);
    if (wants(hook, 'onMessageAdded', about))
      later(world, conversation, hook, 'onMessageAdded', 'SDK', about);
  }
}

function configure({ world, account, form }: Ask, hook: Hook): void {
  const url = form.get('Configuration.Url') ?? hook.url;
  const filters = form.all('Configuration.Filters');
  const flowSid = form.get('Configuration.FlowSid') ?? hook.flowSid;
  if (hook.target === 'studio') {
    if (flowSid === null || flows(world).get(account.sid, flowSid) === undefined)
      throw new TwilioError(400, 50_367, 'Studio flow SID is not valid');
  } else if (!/^https?:\/\/\S+$/i.test(url)) {
    throw new TwilioError(400, 50_369, 'Webhook URL is required');
  }
  const known: readonly string[] = EVENTS;
  if (hook.target === 'webhook' && !filters.every((one) => known.includes(one)))
    throw new TwilioError(400, 50_365, 'Webhook filter is not valid');
  hook.url = url;
  hook.flowSid = flowSid;
  if (form.has('Configuration.Method'))
    hook.method = form.get('Configuration.Method')?.toLowerCase() === 'get' ? 'get' : 'post';
  if (filters.length > 0) hook.filters = filters;
  if (form.has('Configuration.Triggers')) hook.triggers = form.all('Configuration.Triggers');
}

function hookOf(ask: Ask): Hook {
  const found = hooksOf(ask.world, conversationOf(ask)).find(({ sid }) => sid === ask.param('Sid'));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function show(ask: Ask, hook: Hook): unknown {
  const { serviceSid } = conversationOf(ask);
  const { target, url, method, filters, triggers, flowSid } = hook;
  const words = target === 'trigger' ? { triggers } : { filters };
  return {
    sid: hook.sid,
    account_sid: hook.accountSid,
    ...named(ask, serviceSid),
    conversation_sid: hook.conversationSid,
    target,
    configuration: target === 'studio' ? { flow_sid: flowSid } : { url, method, ...words },
    date_created: iso(hook.createdAt),
    date_updated: iso(hook.updatedAt),
    url: urlOf(ask, serviceSid, `/Conversations/${hook.conversationSid}/Webhooks/${hook.sid}`),
  };
}

export const webhookRoutes: readonly Route[] = inBoth((base) => {
  const all = `${base}/Conversations/{ConversationSid}/Webhooks`;
  return [
    route('POST', HOST, all, (ask) => created(show(ask, add(ask)))),
    route('GET', HOST, all, (ask) =>
      metaPage(ask, 'webhooks', hooksOf(ask.world, conversationOf(ask)), (hook) => show(ask, hook)),
    ),
    route('GET', HOST, `${all}/{Sid}`, (ask) => ok(show(ask, hookOf(ask)))),
    route('POST', HOST, `${all}/{Sid}`, (ask) => {
      const hook = hookOf(ask);
      configure(ask, hook);
      hook.updatedAt = ask.world.clock.now();
      return ok(show(ask, hook));
    }),
    route('DELETE', HOST, `${all}/{Sid}`, (ask) => {
      hooks(ask.world).remove(ask.account.sid, hookOf(ask).sid);
      return noContent();
    }),
  ];
});
