// Here: the secondary auth token on accounts.twilio.com, and how it takes the first one's place.
// Not here: who is let in with either (accounts.ts).
import { type Ask, type Route, route } from '../route.ts';
import { created, iso, noContent, notFound, ok } from '../wire.ts';
import { refuseApiKeys } from './account-keys.ts';

const ACCOUNTS = 'accounts.twilio.com';

export const tokenRoutes: readonly Route[] = [
  route('POST', ACCOUNTS, '/v1/AuthTokens/Secondary', (ask) => {
    refuseApiKeys(ask);
    ask.account.secondaryToken = ask.world.ids.hex(32);
    return created({ ...dates(ask), secondary_auth_token: ask.account.secondaryToken });
  }),
  route('DELETE', ACCOUNTS, '/v1/AuthTokens/Secondary', (ask) => {
    refuseApiKeys(ask);
    if (ask.account.secondaryToken === undefined) throw notFound(ask.path);
    ask.account.secondaryToken = undefined;
    return noContent();
  }),
  route('POST', ACCOUNTS, '/v1/AuthTokens/Promote', (ask) => {
    refuseApiKeys(ask);
    const { secondaryToken } = ask.account;
    if (secondaryToken === undefined) throw notFound(ask.path);
    // The old one is refused from this moment on.
    ask.account.authToken = secondaryToken;
    ask.account.secondaryToken = undefined;
    return ok({ ...dates(ask), auth_token: secondaryToken });
  }),
];

function dates({ account, world, path, host }: Ask) {
  const now = iso(world.clock.now());
  return { account_sid: account.sid, date_created: now, date_updated: now, url: `https://${host}${path}` };
}
