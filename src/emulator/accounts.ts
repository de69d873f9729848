// Here: accounts, their credentials, and who is let in: Basic with a token or an API key, Bearer from OAuth.
// Not here: the routes that show and change accounts and keys (products/account.ts).
import { defineTable, type World } from './state.ts';
import { type Answer, errorAnswer, notFound, TwilioError } from './wire.ts';

export type Account = {
  readonly accountSid: string;
  readonly sid: string;
  /** The parent's SID for a subaccount, its own for a main account. */
  readonly ownerSid: string;
  authToken: string;
  /** Lets requests in beside the first one, and signs nothing until it is promoted. */
  secondaryToken?: string | undefined;
  friendlyName: string;
  status: 'active' | 'suspended' | 'closed';
  readonly createdAt: number;
  updatedAt: number;
  /** US dollars, of the emulated balance. */
  spent: number;
};

export type ApiKey = {
  readonly accountSid: string;
  readonly sid: string;
  readonly secret: string;
  friendlyName: string;
  /** Null for a standard key. */
  policy: { readonly allow: readonly string[] } | null;
  readonly createdAt: number;
  updatedAt: number;
};

type Bearer = {
  readonly accountSid: string;
  readonly sid: string;
  readonly token: string;
  readonly expiresAt: number;
};

/** Keyed by their own SID on both sides: an account belongs to itself. */
export const accounts = defineTable<Account>('accounts');
export const apiKeys = defineTable<ApiKey>('api keys');
const bearers = defineTable<Bearer>('bearer tokens');

export function seedAccounts(world: World): void {
  const { accountSid, authToken, apiKeys: keys } = world.options;
  const now = world.clock.now();
  addAccount(world, { sid: accountSid, ownerSid: accountSid, authToken, friendlyName: 'Emulated account' });
  for (const { sid, secret } of keys) {
    const friendlyName = 'From the options';
    apiKeys(world).add({
      accountSid,
      sid,
      secret,
      friendlyName,
      policy: null,
      createdAt: now,
      updatedAt: now,
    });
  }
}

export function addAccount(
  world: World,
  account: Pick<Account, 'sid' | 'ownerSid' | 'authToken' | 'friendlyName'>,
): Account {
  const now = world.clock.now();
  return accounts(world).add({
    ...account,
    accountSid: account.sid,
    status: 'active',
    createdAt: now,
    updatedAt: now,
    spent: 0,
  });
}

export function charge(world: World, accountSid: string, dollars: number): void {
  const account = accountBySid(world, accountSid);
  if (account !== undefined) account.spent += dollars;
}

export function accountBySid(world: World, sid: string): Account | undefined {
  return accounts(world).get(sid, sid);
}

/** Whether the credentials of `holder` reach `sid`: its own account, or a subaccount it owns. */
export function reach(world: World, holder: Account, sid: string): Account | undefined {
  const account = accountBySid(world, sid);
  return account !== undefined && (account.sid === holder.sid || account.ownerSid === holder.sid)
    ? account
    : undefined;
}

/** The account that a path names, or 20404 as for anything that the caller may not see. */
export function accountOfPath(world: World, holder: Account, sid: string, path: string): Account {
  const account = reach(world, holder, sid);
  if (account === undefined) throw notFound(path);
  if (account.status !== 'active') throw new TwilioError(403, 20005, 'Account is not active');
  return account;
}

/** True when the request came with an API key: standard keys may not touch accounts and keys. */
export function usesApiKey(headers: Headers): boolean {
  return basic(headers)?.user.startsWith('SK') === true;
}

export function issueBearer(world: World, accountSid: string, seconds: number): string {
  const token = `emulated.${world.ids.hex(64)}`;
  const expiresAt = world.clock.now() + seconds * 1000;
  bearers(world).add({ accountSid, sid: world.ids.sid('BT'), token, expiresAt });
  return token;
}

/** How a family of hosts knows its caller and words a refusal. */
export type Realm = {
  authenticate(world: World, headers: Headers): Account;
  refuse(error: TwilioError): Answer;
};

export const twilioRealm: Realm = {
  authenticate: (world, headers) => {
    const account = holderOf(world, headers);
    if (account === undefined) throw unauthenticated();
    if (account.status !== 'active') throw new TwilioError(403, 20005, 'Account is not active');
    return account;
  },
  refuse: errorAnswer,
};

export function unauthenticated(): TwilioError {
  return new TwilioError(401, 20003, 'Authenticate', { 'www-authenticate': 'Basic realm="Twilio API"' });
}

function holderOf(world: World, headers: Headers): Account | undefined {
  const given = basic(headers);
  if (given !== undefined) {
    const account = accountBySid(world, given.user);
    if (account !== undefined && [account.authToken, account.secondaryToken].includes(given.password))
      return account;
    const key = apiKeys(world)
      .all()
      .find((one) => one.sid === given.user && one.secret === given.password);
    return key === undefined ? undefined : accountBySid(world, key.accountSid);
  }
  const token = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  const bearer = bearers(world)
    .all()
    .find((one) => one.token === token && one.expiresAt > world.clock.now());
  return bearer === undefined ? undefined : accountBySid(world, bearer.accountSid);
}

export function basic(headers: Headers): { user: string; password: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { user, password: rest.join(':') };
}
