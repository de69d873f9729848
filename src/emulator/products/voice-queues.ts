// Here: the routes of queues and of their members.
// Not here: how callers come into a queue and out of it (voice-queue.ts).
import { uriPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { readMethod } from '../webhook.ts';
import {
  created,
  type Form,
  invalidParameter,
  missingParameter,
  noContent,
  notFound,
  ok,
  rfc2822,
  TwilioError,
} from '../wire.ts';
import { calls } from './voice-call.ts';
import { lineOf } from './voice-line.ts';
import {
  addQueue,
  averageWait,
  type Member,
  members,
  membersOf,
  type Queue,
  queueNamed,
  queues,
  waitedSeconds,
} from './voice-queue.ts';

const API = 'api.twilio.com';
const ALL = '/2010-04-01/Accounts/{AccountSid}/Queues';
const MEMBERS = `${ALL}/{QueueSid}/Members`;

export const queueRoutes: readonly Route[] = [
  route('GET', API, `${ALL}.json`, (ask) =>
    uriPage(ask, 'queues', queues(ask.world).list(ask.account.sid), (one) => showQueue(ask, one)),
  ),
  route('POST', API, `${ALL}.json`, (ask) => {
    const name = ask.form.get('FriendlyName') ?? '';
    if (name === '') throw missingParameter('FriendlyName');
    checkName(ask, name);
    return created(showQueue(ask, addQueue(ask.world, ask.account.sid, name, readSize(ask.form))));
  }),
  route('GET', API, `${ALL}/{Sid}.json`, (ask) => ok(showQueue(ask, named(ask, 'Sid')))),
  route('POST', API, `${ALL}/{Sid}.json`, (ask) => {
    const queue = named(ask, 'Sid');
    const name = ask.form.get('FriendlyName') ?? queue.friendlyName;
    if (name !== queue.friendlyName) checkName(ask, name);
    queue.maxSize = readSize(ask.form) ?? queue.maxSize;
    queue.friendlyName = name;
    queue.updatedAt = ask.world.clock.now();
    return ok(showQueue(ask, queue));
  }),
  route('DELETE', API, `${ALL}/{Sid}.json`, (ask) => {
    const queue = named(ask, 'Sid');
    if (membersOf(ask.world, queue).length > 0)
      throw new TwilioError(400, 20001, 'Only an empty queue can be deleted');
    queues(ask.world).remove(ask.account.sid, queue.sid);
    return noContent();
  }),
  route('GET', API, `${MEMBERS}.json`, (ask) =>
    uriPage(ask, 'queue_members', membersOf(ask.world, named(ask, 'QueueSid')), (one) =>
      showMember(ask, one),
    ),
  ),
  route('GET', API, `${MEMBERS}/{CallSid}.json`, (ask) => ok(showMember(ask, namedMember(ask)))),
  route('POST', API, `${MEMBERS}/{CallSid}.json`, (ask) => ok(dequeue(ask))),
];

function named(ask: Ask, param: string): Queue {
  const queue = queues(ask.world).get(ask.account.sid, ask.param(param));
  if (queue === undefined) throw notFound(ask.path);
  return queue;
}

/** By the SID of its call, or "Front". */
function namedMember(ask: Ask): Member {
  const list = membersOf(ask.world, named(ask, 'QueueSid'));
  const name = ask.param('CallSid');
  const member = name === 'Front' ? list[0] : list.find(({ sid }) => sid === name);
  if (member === undefined) throw notFound(ask.path);
  return member;
}

function checkName(ask: Ask, name: string): void {
  if (name.length > 64) throw invalidParameter('FriendlyName', 'it may be 64 characters long');
  if (queueNamed(ask.world, ask.account.sid, name) !== undefined) {
    throw invalidParameter('FriendlyName', `a queue is named ${name} already`);
  }
}

function readSize(form: Form): number | undefined {
  const text = form.get('MaxSize');
  if (text === undefined) return undefined;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > 5000) throw invalidParameter('MaxSize');
  return size;
}

/** Sends a waiting caller to other instructions. */
function dequeue(ask: Ask): unknown {
  const { world, form } = ask;
  const member = namedMember(ask);
  const url = form.get('Url') ?? '';
  if (url === '') throw missingParameter('Url');
  const method = readMethod(form.get('Method'));
  const shown = showMember(ask, member);
  const call = calls(world).get(member.accountSid, member.sid);
  members(world).remove(member.accountSid, member.sid);
  if (call !== undefined) world.clock.after(0, () => lineOf(world, call).pull({ kind: 'url', url, method }));
  return shown;
}

function showQueue({ world }: Ask, queue: Queue): unknown {
  const { accountSid, sid } = queue;
  return {
    account_sid: accountSid,
    average_wait_time: averageWait(world, queue),
    current_size: membersOf(world, queue).length,
    date_created: rfc2822(queue.createdAt),
    date_updated: rfc2822(queue.updatedAt),
    friendly_name: queue.friendlyName,
    max_size: queue.maxSize,
    sid,
    uri: `/2010-04-01/Accounts/${accountSid}/Queues/${sid}.json`,
  };
}

function showMember(ask: Ask, member: Member): unknown {
  const { accountSid, sid, queueSid } = member;
  const list = membersOf(ask.world, named(ask, 'QueueSid'));
  return {
    call_sid: sid,
    date_enqueued: rfc2822(member.enqueuedAt),
    position: list.indexOf(member) + 1,
    queue_sid: queueSid,
    uri: `/2010-04-01/Accounts/${accountSid}/Queues/${queueSid}/Members/${sid}.json`,
    wait_time: waitedSeconds(ask.world, member),
  };
}
