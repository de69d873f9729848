// Here: who is not delivered to: bounces, blocks, spam reports, invalid addresses, unsubscribes from everything or a group.
// Not here: how an address gets there by what happens to an email (email-delivery.ts).
import { type Ask, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, noContent, ok } from '../wire.ts';
import {
  absent,
  bad,
  bodyOf,
  HOST,
  type Json,
  recipientsOf,
  requiredText,
  seconds,
  slice,
} from './email-wire.ts';

const KINDS = ['bounces', 'blocks', 'spam_reports', 'invalid_emails', 'unsubscribes'] as const;
export type Kind = (typeof KINDS)[number];

type Suppressed = {
  readonly accountSid: string;
  readonly sid: string;
  readonly kind: Kind;
  readonly email: string;
  readonly reason: string;
  readonly status: string;
  readonly createdAt: number;
};

type Group = {
  readonly accountSid: string;
  readonly sid: string;
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
  readonly members: Set<string>;
};

const suppressed = defineTable<Suppressed>('email suppressions');
const groups = defineTable<Group>('email groups');

const MOST_GROUPS = 200;
const FIRST_GROUP = 100;

export function suppress(world: World, kind: Kind, email: string, reason = '', status = ''): void {
  const { accountSid } = world.options;
  const address = email.toLowerCase();
  const sid = `${kind} ${address}`;
  const createdAt = world.clock.now();
  suppressed(world).add({ accountSid, sid, kind, email: address, reason, status, createdAt });
}

/** Blocks are told and not kept from: the next email to them is tried again (docs/sendgrid/ui/sending-email/blocks). */
const DROPS: Readonly<Partial<Record<Kind, string>>> = {
  bounces: 'Bounced Address',
  spam_reports: 'Spam Reporting Address',
  invalid_emails: 'Invalid',
  unsubscribes: 'Unsubscribed Address',
};

/** Why an email to this address is dropped before it leaves. */
export function dropReason(world: World, email: string, groupId: number | null): string | undefined {
  const { accountSid } = world.options;
  const address = email.toLowerCase();
  for (const [kind, reason] of Object.entries(DROPS)) {
    if (suppressed(world).get(accountSid, `${kind} ${address}`) !== undefined) return reason;
  }
  const group = groupId === null ? undefined : groups(world).get(accountSid, String(groupId));
  return group?.members.has(address) ? 'Unsubscribed Address' : undefined;
}

export function hasBounced(world: World, email: string): boolean {
  return suppressed(world).get(world.options.accountSid, `bounces ${email.toLowerCase()}`) !== undefined;
}

export function groupById(world: World, id: number): Group | undefined {
  return groups(world).get(world.options.accountSid, String(id));
}

function show({ kind, email, reason, status, createdAt }: Suppressed): Json {
  const all = { created: seconds(createdAt), email };
  if (kind === 'bounces' || kind === 'blocks') return { ...all, reason, status };
  if (kind === 'invalid_emails') return { ...all, reason };
  return kind === 'spam_reports' ? { ...all, ip: '192.0.2.10' } : all;
}

function matching(ask: Ask, kind: Kind): Suppressed[] {
  const email = ask.query.get('email')?.toLowerCase() ?? '';
  const from = Number(ask.query.get('start_time') ?? 0);
  const to = Number(ask.query.get('end_time') ?? Number.MAX_SAFE_INTEGER);
  if (Number.isNaN(from) || Number.isNaN(to)) throw bad('start_time', 'start_time is not valid');
  const fits = (one: Suppressed): boolean => {
    const at = seconds(one.createdAt);
    const named =
      kind === 'invalid_emails' && email !== '' ? one.email === email : one.email.startsWith(email);
    return one.kind === kind && named && at >= from && at <= to;
  };
  return suppressed(ask.world).list(ask.account.sid, fits);
}

function removed(ask: Ask, kind: Kind) {
  const sid = `${kind} ${ask.param('email').toLowerCase()}`;
  if (!suppressed(ask.world).remove(ask.account.sid, sid)) throw absent();
  return noContent();
}

function listRoutes(kind: Kind): readonly Route[] {
  const all = `/v3/suppression/${kind}`;
  const list = route('GET', HOST, all, (ask) => ok(slice(ask, matching(ask, kind)).map(show)));
  if (kind === 'unsubscribes') return [list];
  return [
    list,
    route('GET', HOST, `${all}/{email}`, (ask) => {
      const found = suppressed(ask.world).get(ask.account.sid, `${kind} ${ask.param('email').toLowerCase()}`);
      return ok(found === undefined ? [] : [show(found)]);
    }),
    route('DELETE', HOST, `${all}/{email}`, (ask) => removed(ask, kind)),
  ];
}

const GLOBAL = '/v3/asm/suppressions/global';
const GROUPS = '/v3/asm/groups';
const GROUP = `${GROUPS}/{group_id}`;

const globalRoutes: readonly Route[] = [
  route('POST', HOST, GLOBAL, (ask) => {
    const recipient_emails = recipientsOf(ask);
    for (const email of recipient_emails) suppress(ask.world, 'unsubscribes', email);
    return created({ recipient_emails });
  }),
  route('GET', HOST, `${GLOBAL}/{email}`, (ask) => {
    const email = ask.param('email').toLowerCase();
    const found = suppressed(ask.world).get(ask.account.sid, `unsubscribes ${email}`);
    return ok(found === undefined ? {} : { recipient_email: email });
  }),
  route('DELETE', HOST, `${GLOBAL}/{email}`, (ask) => removed(ask, 'unsubscribes')),
];

function groupOf(ask: Ask): Group {
  const found = groups(ask.world).get(ask.account.sid, ask.param('group_id'));
  if (found === undefined) throw absent();
  return found;
}

function showGroup({ id, name, description, isDefault, members }: Group): Json {
  return { id, name, description, is_default: isDefault, unsubscribes: members.size };
}

function addGroup(ask: Ask): Group {
  const body = bodyOf(ask);
  const name = requiredText(body, 'name', 30);
  const description = requiredText(body, 'description', 100);
  const all = groups(ask.world).list(ask.account.sid);
  if (all.some((each) => each.name === name)) throw bad('name', 'a group with this name already exists');
  if (all.length >= MOST_GROUPS) throw bad(null, `at most ${MOST_GROUPS} groups are allowed`);
  const id = FIRST_GROUP + all.length + 1;
  const isDefault = body['is_default'] === true;
  return groups(ask.world).add({
    accountSid: ask.account.sid,
    sid: String(id),
    id,
    name,
    description,
    isDefault,
    members: new Set(),
  });
}

const groupRoutes: readonly Route[] = [
  route('GET', HOST, GROUPS, (ask) => {
    const wanted = ask.query.all('id');
    const all = groups(ask.world).list(ask.account.sid).reverse();
    return ok(all.filter(({ sid }) => wanted.length === 0 || wanted.includes(sid)).map(showGroup));
  }),
  route('POST', HOST, GROUPS, (ask) => {
    const { id, name, description, isDefault } = addGroup(ask);
    return created({ id, name, description, is_default: isDefault });
  }),
  route('GET', HOST, GROUP, (ask) => ok(showGroup(groupOf(ask)))),
  route('GET', HOST, `${GROUP}/suppressions`, (ask) => ok([...groupOf(ask).members])),
  route('POST', HOST, `${GROUP}/suppressions`, (ask) => {
    const recipient_emails = recipientsOf(ask);
    const group = groups(ask.world).get(ask.account.sid, ask.param('group_id'));
    for (const email of recipient_emails) {
      // Documented: what is added to a group that is not there goes to the global list.
      if (group === undefined) suppress(ask.world, 'unsubscribes', email);
      else group.members.add(email);
    }
    return created({ recipient_emails });
  }),
  route('DELETE', HOST, `${GROUP}/suppressions/{email}`, (ask) => {
    if (!groupOf(ask).members.delete(ask.param('email').toLowerCase())) throw absent();
    return noContent();
  }),
];

export const suppressionRoutes: readonly Route[] = [
  ...KINDS.flatMap(listRoutes),
  ...globalRoutes,
  ...groupRoutes,
];
