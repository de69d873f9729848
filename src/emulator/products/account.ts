// Here: accounts and subaccounts, balance and the OAuth token.
// Not here: phone numbers (account-numbers.ts), API keys (account-keys.ts).
import { type Account, accounts, addAccount, issueBearer, reach, unauthenticated } from '../accounts.ts';
import { uriPage } from '../paging.ts';
import { type Ask, openRoute, type Product, route } from '../route.ts';
import { created, notFound, ok, rfc2822, TwilioError } from '../wire.ts';
import { keyRoutes, refuseApiKeys } from './account-keys.ts';
import { seedNumbers } from './account-number.ts';
import { numberRoutes } from './account-numbers.ts';
import { tokenRoutes } from './account-tokens.ts';

const API = 'api.twilio.com';
const ACCOUNTS = '/2010-04-01/Accounts';
const BALANCE_AT_START = 100;
const TOKEN_SECONDS = 3600;

export const account: Product = {
  name: 'account',
  seed: seedNumbers,
  routes: [
    route('GET', API, `${ACCOUNTS}.json`, (ask) => {
      refuseApiKeys(ask);
      const name = ask.query.get('FriendlyName');
      const status = ask.query.get('Status');
      const visible = accounts(ask.world)
        .all()
        .filter((one) => reach(ask.world, ask.account, one.sid) !== undefined)
        .filter((one) => name === undefined || one.friendlyName === name)
        .filter((one) => status === undefined || one.status === status);
      return uriPage(ask, 'accounts', visible, showAccount);
    }),
    route('POST', API, `${ACCOUNTS}.json`, (ask) => {
      refuseApiKeys(ask);
      const { ids, clock } = ask.world;
      if (ask.account.ownerSid !== ask.account.sid) {
        throw new TwilioError(400, 20001, 'A subaccount cannot have subaccounts');
      }
      const friendlyName = ask.form.get('FriendlyName') ?? `SubAccount Created at ${rfc2822(clock.now())}`;
      const authToken = ids.hex(32);
      return created(
        showAccount(
          addAccount(ask.world, { sid: ids.sid('AC'), ownerSid: ask.account.sid, authToken, friendlyName }),
        ),
      );
    }),
    route('GET', API, `${ACCOUNTS}/{Sid}.json`, (ask) => ok(showAccount(named(ask)))),
    route('POST', API, `${ACCOUNTS}/{Sid}.json`, (ask) => {
      refuseApiKeys(ask);
      const one = named(ask);
      const status = ask.form.get('Status');
      if (status !== undefined) one.status = readStatus(status, one);
      one.friendlyName = ask.form.get('FriendlyName') ?? one.friendlyName;
      one.updatedAt = ask.world.clock.now();
      return ok(showAccount(one));
    }),
    route('GET', API, `${ACCOUNTS}/{AccountSid}/Balance.json`, ({ account: { sid, spent } }) =>
      ok({ account_sid: sid, balance: (BALANCE_AT_START - spent).toFixed(4), currency: 'USD' }),
    ),
    ...keyRoutes,
    ...tokenRoutes,
    openRoute('POST', 'oauth.twilio.com', '/v2/token', ({ world, form }) => {
      const client = world.options.oauthClients.find(
        ({ id, secret }) => id === form.get('client_id') && secret === form.get('client_secret'),
      );
      if (client === undefined) throw unauthenticated();
      if (form.get('grant_type') !== 'client_credentials') {
        throw new TwilioError(400, 20001, 'Invalid parameter grant_type');
      }
      const access_token = issueBearer(world, world.options.accountSid, TOKEN_SECONDS);
      return ok({ access_token, token_type: 'Bearer', expires_in: TOKEN_SECONDS });
    }),
    ...numberRoutes,
  ],
};

function named(ask: Ask): Account {
  const sid = ask.param('Sid');
  // A standard key may read its own account, and nothing more.
  if (sid !== ask.account.sid) refuseApiKeys(ask);
  const one = reach(ask.world, ask.account, sid);
  if (one === undefined) throw notFound(ask.path);
  return one;
}

function readStatus(status: string, one: Account): Account['status'] {
  if (one.sid === one.ownerSid)
    throw new TwilioError(400, 20001, 'The status of a main account cannot be changed');
  if (one.status === 'closed') throw new TwilioError(400, 20001, 'A closed account cannot be changed');
  if (status === 'active' || status === 'suspended' || status === 'closed') return status;
  throw new TwilioError(400, 20001, 'Invalid parameter Status');
}

const SUBRESOURCES = ['AvailablePhoneNumbers', 'Balance', 'IncomingPhoneNumbers', 'Keys', 'Messages'];

function showAccount({
  sid,
  ownerSid,
  authToken,
  friendlyName,
  status,
  createdAt,
  updatedAt,
}: Account): unknown {
  const uri = `${ACCOUNTS}/${sid}`;
  const snake = (name: string): string => name.replace(/(?<=.)([A-Z])/g, '_$1').toLowerCase();
  return {
    sid,
    owner_account_sid: ownerSid,
    auth_token: authToken,
    friendly_name: friendlyName,
    status,
    type: 'Full',
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(SUBRESOURCES.map((name) => [snake(name), `${uri}/${name}.json`])),
  };
}
