// Here: API keys, by the old address (api.twilio.com) and the new one (iam.twilio.com), where they may be restricted.
// Not here: who is let in with one (accounts.ts); what a restricted key may do is kept and shown, not enforced.
import { type ApiKey, apiKeys, reach, unauthenticated, usesApiKey } from '../accounts.ts';
import { metaPage, uriPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import {
  created,
  invalidParameter,
  missingParameter,
  noContent,
  notFound,
  ok,
  parseJson,
  rfc2822,
} from '../wire.ts';

const API = 'api.twilio.com';
const IAM = 'iam.twilio.com';
const KEYS = '/2010-04-01/Accounts/{AccountSid}/Keys';
/** docs/iam/api-keys/restricted-api-keys, 2026. */
const MOST_PERMISSIONS = 100;

/** A standard API key may use every resource but accounts and keys. */
export function refuseApiKeys(ask: Ask): void {
  if (usesApiKey(ask.headers)) throw unauthenticated();
}

function add(ask: Ask, accountSid: string, policy: ApiKey['policy']): ApiKey {
  const { ids, clock } = ask.world;
  const now = clock.now();
  return apiKeys(ask.world).add({
    accountSid,
    sid: ids.sid('SK'),
    secret: ids.hex(32),
    friendlyName: readName(ask) ?? '',
    policy,
    createdAt: now,
    updatedAt: now,
  });
}

function readName({ form }: Ask): string | undefined {
  const name = form.get('FriendlyName');
  if (name !== undefined && name.length > 64) throw invalidParameter('FriendlyName', 'at most 64 characters');
  return name;
}

function readPolicy({ form }: Ask): ApiKey['policy'] {
  const type = form.get('KeyType');
  if (type === undefined) return null;
  if (type !== 'restricted') throw invalidParameter('KeyType');
  const text = form.get('Policy');
  if (text === undefined) throw missingParameter('Policy');
  return policyIn(text);
}

function policyIn(text: string): ApiKey['policy'] {
  const given = parseJson(text);
  const allow = typeof given === 'object' && given !== null && 'allow' in given ? given.allow : undefined;
  if (!Array.isArray(allow) || allow.length === 0 || allow.length > MOST_PERMISSIONS)
    throw invalidParameter('Policy', `allow must list 1 to ${MOST_PERMISSIONS} permissions`);
  if (!allow.every((one) => typeof one === 'string' && /^\/twilio\/\S+$/.test(one)))
    throw invalidParameter('Policy', 'not a permission');
  return { allow: allow.map(String) };
}

/** iam.twilio.com names the account in a parameter; what the caller does not own is not found. */
function accountNamed(ask: Ask, given: string | undefined): string {
  refuseApiKeys(ask);
  if (given === undefined) throw missingParameter('AccountSid');
  const found = reach(ask.world, ask.account, given);
  if (found === undefined) throw notFound(ask.path);
  return found.sid;
}

function keyOf(ask: Ask): ApiKey {
  refuseApiKeys(ask);
  const key = apiKeys(ask.world).get(ask.account.sid, ask.param('Sid'));
  if (key === undefined) throw notFound(ask.path);
  return key;
}

function rename(ask: Ask): ApiKey {
  const key = keyOf(ask);
  key.friendlyName = readName(ask) ?? key.friendlyName;
  const policy = ask.form.get('Policy');
  if (policy !== undefined) key.policy = policyIn(policy);
  key.updatedAt = ask.world.clock.now();
  return key;
}

function remove(ask: Ask) {
  apiKeys(ask.world).remove(ask.account.sid, keyOf(ask).sid);
  return noContent();
}

function showOld({ sid, friendlyName, createdAt, updatedAt }: ApiKey): Record<string, unknown> {
  return {
    sid,
    friendly_name: friendlyName,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
  };
}

function show(key: ApiKey): Record<string, unknown> {
  return { ...showOld(key), policy: key.policy };
}

export const keyRoutes: readonly Route[] = [
  route('GET', API, `${KEYS}.json`, (ask) => {
    refuseApiKeys(ask);
    return uriPage(ask, 'keys', apiKeys(ask.world).list(ask.account.sid), showOld);
  }),
  route('POST', API, `${KEYS}.json`, (ask) => {
    refuseApiKeys(ask);
    const key = add(ask, ask.account.sid, null);
    return created({ ...showOld(key), secret: key.secret });
  }),
  route('GET', API, `${KEYS}/{Sid}.json`, (ask) => ok(showOld(keyOf(ask)))),
  route('POST', API, `${KEYS}/{Sid}.json`, (ask) => ok(showOld(rename(ask)))),
  route('DELETE', API, `${KEYS}/{Sid}.json`, remove),
  route('POST', IAM, '/v1/Keys', (ask) => {
    const key = add(ask, accountNamed(ask, ask.form.get('AccountSid')), readPolicy(ask));
    // The only answer that ever shows the secret.
    return created({ ...show(key), secret: key.secret });
  }),
  route('GET', IAM, '/v1/Keys', (ask) => {
    const rows = apiKeys(ask.world).list(accountNamed(ask, ask.query.get('AccountSid')));
    return metaPage(ask, 'keys', rows, (key) => ({ ...showOld(key), flags: ['rest_api', 'signing'] }));
  }),
  route('GET', IAM, '/v1/Keys/{Sid}', (ask) => ok(show(keyOf(ask)))),
  route('POST', IAM, '/v1/Keys/{Sid}', (ask) => ok(show(rename(ask)))),
  route('DELETE', IAM, '/v1/Keys/{Sid}', remove),
];
