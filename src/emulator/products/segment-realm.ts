// Here: the documented keys of the emulated Segment, and how each of its three hosts lets callers in and words a refusal.
// Not here: what the hosts do (segment.ts, segment-profiles.ts, segment-public.ts).
import { type Account, accountBySid, type Realm } from '../accounts.ts';
import type { World } from '../state.ts';
import { type Answer, TwilioError } from '../wire.ts';

/** Documented fixtures: what a client shows when it was given nothing. */
const EMULATED_WRITE_KEY = `emulated-write-${'w'.repeat(16)}`;
const EMULATED_PROFILE_TOKEN = `emulated-profile-${'p'.repeat(16)}`;
const EMULATED_PUBLIC_TOKEN = `emulated-public-${'b'.repeat(16)}`;
export const EMULATED_SPACE = 'spa_emulated';

/** The same, as a client is given them. */
export const emulatedSegment = {
  spaceId: EMULATED_SPACE,
  credentials: {
    segmentWriteKey: EMULATED_WRITE_KEY,
    segmentProfileToken: EMULATED_PROFILE_TOKEN,
    segmentPublicToken: EMULATED_PUBLIC_TOKEN,
  },
} as const;

function realm(authorization: string, refuse: (error: TwilioError) => unknown): Realm {
  return {
    authenticate: (world, headers) => {
      if (headers.get('authorization') !== authorization) throw new TwilioError(401, 0, 'Unauthorized');
      return holder(world);
    },
    refuse: (error): Answer => ({ status: error.status, headers: error.headers, body: refuse(error) }),
  };
}

/** Segment's workspace is no Twilio account; the rows are kept under the emulated one. */
function holder(world: World): Account {
  const account = accountBySid(world, world.options.accountSid);
  if (account === undefined) throw new Error('the emulated account is gone');
  return account;
}

const keyAsUser = (key: string) => `Basic ${btoa(`${key}:`)}`;

export const trackingRealm = realm(keyAsUser(EMULATED_WRITE_KEY), ({ message }) => ({
  success: false,
  message,
}));

const profileCodes: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  404: 'not_found',
  429: 'too_many_requests',
};

export const profileRealm = realm(keyAsUser(EMULATED_PROFILE_TOKEN), ({ status, message }) => ({
  error: { code: profileCodes[status] ?? 'internal', message },
}));

export const publicRealm = realm(`Bearer ${EMULATED_PUBLIC_TOKEN}`, ({ status, message }) => ({
  errors: [{ type: status === 404 ? 'not-found' : 'bad-request', message }],
}));
