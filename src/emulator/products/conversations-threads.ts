// Here: conversations themselves: made, changed, closed by silence, shown and deleted.
// Not here: who is in them (conversations-people.ts) and what is said (conversations-said.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import type { World } from '../state.ts';
import { created, iso, noContent, ok, TwilioError } from '../wire.ts';
import {
  type Conversation,
  closed,
  conversationOf,
  conversations,
  HOST,
  inBoth,
  membersOf,
  participants,
  readAttributes,
  type State,
  said,
  saidIn,
  serviceOf,
  urlOf,
} from './conversations-rows.ts';
import { type Cause, causeOf, removeHooks, tell } from './conversations-webhook.ts';

const STATES = ['active', 'inactive', 'closed'] as const;

function create(ask: Ask): Conversation {
  const { form, world, account } = ask;
  const { sid: serviceSid } = serviceOf(ask);
  const state = readState(form.get('State'));
  if (state === 'closed') throw refuse(50_384, "Initial state can't be 'closed'");
  const hasTimer = form.has('Timers.Inactive') || form.has('Timers.Closed');
  if (hasTimer && state === undefined) throw refuse(50_382, "Timer can't be set without state");
  const attributes = readAttributes(ask) ?? '{}';
  const timers = readTimers(ask);
  const uniqueName = readUniqueName(ask, serviceSid, undefined) ?? null;
  const now = world.clock.now();
  const one = conversations(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('CH'),
    serviceSid,
    uniqueName,
    friendlyName: form.get('FriendlyName') ?? null,
    attributes,
    state: state ?? 'active',
    messagingServiceSid: form.get('MessagingServiceSid') ?? null,
    timers,
    nextIndex: 0,
    createdAt: now,
    updatedAt: now,
  });
  armTimers(world, one);
  return one;
}

function change(ask: Ask): Conversation {
  const one = conversationOf(ask);
  if (one.state === 'closed') throw closed();
  const { form, world } = ask;
  const state = readState(form.get('State'));
  const attributes = readAttributes(ask);
  const timers = readTimers(ask);
  const uniqueName = readUniqueName(ask, one.serviceSid, one.sid);
  one.uniqueName = uniqueName ?? one.uniqueName;
  one.friendlyName = form.get('FriendlyName') ?? one.friendlyName;
  one.messagingServiceSid = form.get('MessagingServiceSid') ?? one.messagingServiceSid;
  one.attributes = attributes ?? one.attributes;
  Object.assign(one.timers, timers);
  const cause = causeOf(ask);
  if (state !== undefined) enter(world, one, state, cause);
  touch(world, one);
  tell(world, one, 'onConversationUpdated', cause, { State: one.state, Attributes: one.attributes });
  return one;
}

function refuse(code: number, message: string): TwilioError {
  return new TwilioError(400, code, message);
}

function readState(text: string | undefined): State | undefined {
  const state = STATES.find((one) => one === text);
  if (text !== undefined && state === undefined) throw refuse(50_378, 'Invalid conversation state');
  return state;
}

function readUniqueName(ask: Ask, serviceSid: string, own: string | undefined): string | undefined {
  const wanted = ask.form.get('UniqueName');
  const namesakes = conversations(ask.world).list(
    ask.account.sid,
    (one) => one.serviceSid === serviceSid && one.uniqueName === wanted && one.sid !== own,
  );
  if (wanted !== undefined && namesakes.length > 0)
    throw new TwilioError(409, 50_353, 'Conversation with provided unique name already exists');
  return wanted;
}

/** Seconds; a minute and ten minutes are the least (docs/api/errors/50375 and 50376), "PT0S" takes the timer off. */
function readTimers({ form }: Ask): Conversation['timers'] {
  const inactive = form.get('Timers.Inactive');
  const closing = form.get('Timers.Closed');
  return {
    ...(inactive !== undefined && { inactive: readTimer(inactive, 60, 50_375) }),
    ...(closing !== undefined && { closed: readTimer(closing, 600, 50_376) }),
  };
}

function readTimer(text: string, least: number, code: number): number {
  const seconds = secondsOf(text);
  if (seconds !== 0 && !(seconds >= least)) throw refuse(code, `Timer must be at least ${least} seconds`);
  return seconds;
}

function secondsOf(duration: string): number {
  const parts = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration);
  if (parts === null) return Number.NaN;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = parts;
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Something happened in it: silence begins anew. */
export function touch(world: World, one: Conversation): void {
  one.updatedAt = world.clock.now();
  armTimers(world, one);
}

export function enter(world: World, one: Conversation, state: State, cause: Cause): void {
  if (one.state === state) return;
  const from = one.state;
  one.state = state;
  tell(world, one, 'onConversationStateUpdated', cause, {
    StateFrom: from,
    StateTo: state,
    StateUpdated: new Date(world.clock.now()).toISOString(),
    Reason: cause === 'TIMER' ? 'TIMER' : cause.startsWith('API') ? 'API' : 'EVENT',
  });
}

/** Each timer looks, when it is due, whether anything happened since it was set. */
function armTimers(world: World, one: Conversation): void {
  const since = one.updatedAt;
  for (const state of ['inactive', 'closed'] as const) {
    const seconds = one.timers[state] ?? 0;
    if (seconds === 0) continue;
    world.clock.at(since + seconds * 1000, () => {
      if (one.updatedAt === since && one.state !== 'closed') enter(world, one, state, 'TIMER');
    });
  }
}

export function showTimers({ timers, updatedAt, state }: Conversation): unknown {
  const { inactive = 0, closed: closing = 0 } = timers;
  const due = (seconds: number) => iso(updatedAt + seconds * 1000);
  return {
    ...(inactive > 0 && state === 'active' && { date_inactive: due(inactive) }),
    ...(closing > 0 && state !== 'closed' && { date_closed: due(closing) }),
  };
}

function show(ask: Ask, one: Conversation): unknown {
  const url = urlOf(ask, one.serviceSid, `/Conversations/${one.sid}`);
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    chat_service_sid: one.serviceSid,
    messaging_service_sid: one.messagingServiceSid,
    friendly_name: one.friendlyName,
    unique_name: one.uniqueName,
    attributes: one.attributes,
    state: one.state,
    date_created: iso(one.createdAt),
    date_updated: iso(one.updatedAt),
    timers: showTimers(one),
    bindings: {},
    url,
    links: { participants: `${url}/Participants`, messages: `${url}/Messages`, webhooks: `${url}/Webhooks` },
  };
}

function remove(ask: Ask): void {
  const { world } = ask;
  const one = conversationOf(ask);
  tell(world, one, 'onConversationRemoved', causeOf(ask), {});
  for (const { accountSid, sid } of membersOf(world, one)) participants(world).remove(accountSid, sid);
  for (const { accountSid, sid } of saidIn(world, one)) said(world).remove(accountSid, sid);
  removeHooks(world, one);
  conversations(world).remove(one.accountSid, one.sid);
}

function list(ask: Ask): Conversation[] {
  const { query, world, account } = ask;
  const { sid: serviceSid } = serviceOf(ask);
  const state = query.get('State');
  const from = query.get('StartDate') ?? '';
  const to = query.get('EndDate') ?? '9999';
  return conversations(world).list(account.sid, (one) => {
    const day = iso(one.createdAt).slice(0, 10);
    const fits = state === undefined || one.state === state;
    return fits && one.serviceSid === serviceSid && day >= from.slice(0, 10) && day <= to.slice(0, 10);
  });
}

export const threadRoutes: readonly Route[] = inBoth((base) => {
  const all = `${base}/Conversations`;
  const each = `${all}/{ConversationSid}`;
  return [
    route('POST', HOST, all, (ask) => created(show(ask, create(ask)))),
    route('GET', HOST, all, (ask) => metaPage(ask, 'conversations', list(ask), (one) => show(ask, one))),
    route('GET', HOST, each, (ask) => ok(show(ask, conversationOf(ask)))),
    route('POST', HOST, each, (ask) => ok(show(ask, change(ask)))),
    route('DELETE', HOST, each, (ask) => {
      remove(ask);
      return noContent();
    }),
  ];
});
