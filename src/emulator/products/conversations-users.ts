// Here: what stands around conversations: services, the users of a chat app, and their roles.
// Not here: participants, by which a user takes part in one conversation (conversations-people.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, iso, missingParameter, noContent, notFound, ok, TwilioError } from '../wire.ts';
import {
  addService,
  conversations,
  defaultService,
  HOST,
  inBoth,
  readAttributes,
  type Service,
  serviceOf,
  services,
  urlOf,
} from './conversations-rows.ts';

type Role = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  readonly friendlyName: string;
  readonly type: 'conversation' | 'service';
  readonly permissions: readonly string[];
  readonly createdAt: number;
};

export type User = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  readonly identity: string;
  friendlyName: string | null;
  attributes: string;
  roleSid: string;
  readonly createdAt: number;
  updatedAt: number;
};

const roles = defineTable<Role>('conversation roles');
const users = defineTable<User>('conversation users');

/** The roles that every service has from the start, shortened to what differs between them. */
const FIRST_ROLES = [
  ['channel user', 'conversation', ['sendMessage', 'leaveConversation', 'editOwnMessage']],
  [
    'channel admin',
    'conversation',
    ['sendMessage', 'addParticipant', 'removeParticipant', 'deleteAnyMessage'],
  ],
  ['service user', 'service', ['createConversation', 'joinConversation', 'editOwnUserInfo']],
  [
    'service admin',
    'service',
    ['createConversation', 'joinConversation', 'addParticipant', 'editAnyUserInfo'],
  ],
] as const;

export type RoleName = (typeof FIRST_ROLES)[number][0];

function rolesOf(world: World, { accountSid, sid: serviceSid }: Service): Role[] {
  const known = () => roles(world).list(accountSid, (one) => one.serviceSid === serviceSid);
  if (known().length === 0) {
    const createdAt = world.clock.now();
    for (const [friendlyName, type, permissions] of FIRST_ROLES) {
      const sid = world.ids.sid('RL');
      roles(world).add({ accountSid, sid, serviceSid, friendlyName, type, permissions, createdAt });
    }
  }
  return known().reverse();
}

/** The role a request names, which must be of this service; else the one that Twilio gives. */
export function readRole(ask: Ask, service: Service, fallback: RoleName): string {
  const wanted = ask.form.get('RoleSid');
  const known = rolesOf(ask.world, service);
  const found = known.find((one) =>
    wanted === undefined ? one.friendlyName === fallback : one.sid === wanted,
  );
  if (found === undefined) throw new TwilioError(400, 50_100, 'Role not found');
  return found.sid;
}

function usersOf({ world, account }: Ask, { sid }: Service): User[] {
  return users(world)
    .list(account.sid, (one) => one.serviceSid === sid)
    .reverse();
}

export function userCalled(ask: Ask, service: Service, name: string): User | undefined {
  return usersOf(ask, service).find((one) => one.sid === name || one.identity === name);
}

export function addUser(ask: Ask, service: Service, identity: string, roleSid: string): User {
  const { world, account } = ask;
  const now = world.clock.now();
  return users(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('US'),
    serviceSid: service.sid,
    identity,
    friendlyName: null,
    attributes: '{}',
    roleSid,
    createdAt: now,
    updatedAt: now,
  });
}

/** Whoever is added to a conversation by identity becomes a user of its service. */
export function ensureUser(ask: Ask, service: Service, identity: string): void {
  if (userCalled(ask, service, identity) !== undefined) return;
  const role = rolesOf(ask.world, service).find(({ friendlyName }) => friendlyName === 'service user');
  addUser(ask, service, identity, role?.sid ?? '');
}

function createUser(ask: Ask): User {
  const service = serviceOf(ask);
  const identity = ask.form.get('Identity') ?? '';
  if (identity === '') throw missingParameter('Identity');
  if (userCalled(ask, service, identity) !== undefined)
    throw new TwilioError(409, 50_201, 'User already exists');
  readAttributes(ask);
  const user = addUser(ask, service, identity, readRole(ask, service, 'service user'));
  return applyTo(ask, user);
}

function userOf(ask: Ask): User {
  const found = userCalled(ask, serviceOf(ask), ask.param('Sid'));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function applyTo(ask: Ask, user: User): User {
  const attributes = readAttributes(ask);
  if (ask.form.has('RoleSid')) user.roleSid = readRole(ask, serviceOf(ask), 'service user');
  user.friendlyName = ask.form.get('FriendlyName') ?? user.friendlyName;
  user.attributes = attributes ?? user.attributes;
  user.updatedAt = ask.world.clock.now();
  return user;
}

function showUser(ask: Ask, user: User): unknown {
  const url = urlOf(ask, user.serviceSid, `/Users/${user.sid}`);
  return {
    sid: user.sid,
    account_sid: user.accountSid,
    chat_service_sid: user.serviceSid,
    role_sid: user.roleSid,
    identity: user.identity,
    friendly_name: user.friendlyName,
    attributes: user.attributes,
    // Null where a service does not turn on reachability, as none does here.
    is_online: null,
    is_notifiable: null,
    date_created: iso(user.createdAt),
    date_updated: iso(user.updatedAt),
    url,
    links: { user_conversations: `${url}/Conversations` },
  };
}

function showRole(ask: Ask, role: Role): unknown {
  return {
    sid: role.sid,
    account_sid: role.accountSid,
    chat_service_sid: role.serviceSid,
    friendly_name: role.friendlyName,
    type: role.type,
    permissions: role.permissions,
    date_created: iso(role.createdAt),
    date_updated: iso(role.createdAt),
    url: urlOf(ask, role.serviceSid, `/Roles/${role.sid}`),
  };
}

function showService(service: Service): unknown {
  const url = `https://${HOST}/v1/Services/${service.sid}`;
  return {
    sid: service.sid,
    account_sid: service.accountSid,
    friendly_name: service.friendlyName,
    date_created: iso(service.createdAt),
    date_updated: iso(service.createdAt),
    url,
    links: { conversations: `${url}/Conversations`, users: `${url}/Users`, roles: `${url}/Roles` },
  };
}

function serviceNamed(ask: Ask): Service {
  defaultService(ask.world, ask.account.sid);
  const found = services(ask.world).get(ask.account.sid, ask.param('Sid'));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function removeService(ask: Ask): void {
  const { world } = ask;
  const { accountSid, sid } = serviceNamed(ask);
  for (const table of [conversations, users, roles])
    for (const one of table(world).all())
      if (one.serviceSid === sid) table(world).remove(accountSid, one.sid);
  services(world).remove(accountSid, sid);
}

const serviceRoutes: readonly Route[] = [
  route('POST', HOST, '/v1/Services', (ask) => {
    const name = ask.form.get('FriendlyName') ?? '';
    if (name === '') throw missingParameter('FriendlyName');
    return created(showService(addService(ask.world, ask.account.sid, name, false)));
  }),
  route('GET', HOST, '/v1/Services', (ask) => {
    defaultService(ask.world, ask.account.sid);
    return metaPage(ask, 'services', services(ask.world).list(ask.account.sid), showService);
  }),
  route('GET', HOST, '/v1/Services/{Sid}', (ask) => ok(showService(serviceNamed(ask)))),
  route('DELETE', HOST, '/v1/Services/{Sid}', (ask) => {
    removeService(ask);
    return noContent();
  }),
];

export const userRoutes: readonly Route[] = [
  ...serviceRoutes,
  ...inBoth((base) => [
    route('POST', HOST, `${base}/Users`, (ask) => created(showUser(ask, createUser(ask)))),
    route('GET', HOST, `${base}/Users`, (ask) =>
      metaPage(ask, 'users', usersOf(ask, serviceOf(ask)), (one) => showUser(ask, one)),
    ),
    route('GET', HOST, `${base}/Users/{Sid}`, (ask) => ok(showUser(ask, userOf(ask)))),
    route('POST', HOST, `${base}/Users/{Sid}`, (ask) => ok(showUser(ask, applyTo(ask, userOf(ask))))),
    route('DELETE', HOST, `${base}/Users/{Sid}`, (ask) => {
      users(ask.world).remove(ask.account.sid, userOf(ask).sid);
      return noContent();
    }),
    route('GET', HOST, `${base}/Roles`, (ask) =>
      metaPage(ask, 'roles', rolesOf(ask.world, serviceOf(ask)), (one) => showRole(ask, one)),
    ),
  ]),
];
