// Here: whom Verify reaches: addresses, lines, trial accounts, and what a tester has blocked.
// Not here: the limits that a verification reaches by itself (verify-verification.ts).
import { validatePhoneNumberLength } from 'libphonenumber-js/max';
import { ControlError } from '../control.ts';
import { type ControlRoute, controlRoute } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { iso, TwilioError } from '../wire.ts';
import { invalid, type Settings } from './verify-settings.ts';

type Block = {
  readonly accountSid: string;
  /** The numbers that begin so. */
  readonly sid: string;
  readonly code: number;
  /** How many requests it still refuses; unset: all. */
  times: number | undefined;
  readonly until: number | undefined;
};

type Kind = {
  readonly status: number;
  readonly message: string;
  readonly channels?: readonly string[];
  /** RiskCheck=disable goes past it. */
  readonly isFraudCheck?: boolean;
  readonly seconds?: number;
};

const TWELVE_HOURS = 12 * 60 * 60;

/** By code, as docs/api/errors/{code} tells them: Fraud Guard holds SMS for twelve hours, Geo Permissions SMS and calls. */
const KINDS: Readonly<Record<number, Kind>> = {
  20429: { status: 429, message: 'Too many requests' },
  60212: { status: 429, message: 'Too many concurrent requests for phone number' },
  60410: {
    status: 403,
    message: 'The destination phone number has been temporarily blocked',
    channels: ['sms'],
    isFraudCheck: true,
    seconds: TWELVE_HOURS,
  },
  60605: {
    status: 403,
    message: 'The destination phone number has been blocked by Verify Geo-Permissions',
    channels: ['sms', 'call'],
    isFraudCheck: true,
  },
};

const blocks = defineTable<Block>('verify blocks');

export function requireAddress(to: string, channel: string): void {
  const isAddress =
    channel === 'email'
      ? /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(to)
      : /^\+[1-9]\d{6,14}$/.test(to) && validatePhoneNumberLength(to) === undefined;
  if (!isAddress) throw invalid(`Invalid parameter \`To\`: ${to}`);
}

export function requireReachable(world: World, { flags }: Settings, to: string, channel: string): void {
  if (channel === 'email') return;
  const phone = world.phones.get(to);
  if (world.options.isTrial && !phone.isVerified) {
    throw new TwilioError(
      403,
      21_608,
      'The phone number is unverified. Trial accounts cannot send messages to unverified numbers',
    );
  }
  // Only a service that looks numbers up can know (docs/verify/api/service: SkipSmsToLandlines requires LookupEnabled).
  const skips = flags['skip_sms_to_landlines'] === true && flags['lookup_enabled'] === true;
  if (skips && channel === 'sms' && phone.line === 'landline') {
    throw new TwilioError(403, 60_205, 'SMS is not supported by landline phone number');
  }
}

/** What a service with LookupEnabled shows of a number. */
export function carrierOf(world: World, to: string): object {
  const { line } = world.phones.get(to);
  return {
    mobile_country_code: line === 'mobile' ? '310' : null,
    mobile_network_code: line === 'mobile' ? '000' : null,
    name: 'Emulated Wireless',
    type: line,
    error_code: null,
  };
}

export function refuseBlocked(world: World, to: string, channel: string, ignoresRisk: boolean): void {
  const now = world.clock.now();
  for (const block of blocks(world).all()) {
    const kind = KINDS[block.code];
    if (kind === undefined || !to.startsWith(block.sid) || block.times === 0) continue;
    if (block.until !== undefined && now >= block.until) continue;
    if (kind.channels?.includes(channel) === false) continue;
    // RiskCheck is for SMS only (docs/verify/api/verification).
    if (kind.isFraudCheck === true && ignoresRisk && channel === 'sms') continue;
    if (block.times !== undefined) block.times -= 1;
    throw new TwilioError(kind.status, block.code, kind.message);
  }
}

export const blockControl: readonly ControlRoute[] = [
  controlRoute(
    'POST',
    '/verify/blocks/{prefix}',
    '{code, times?}: refuse verifications to numbers that begin so, with 60410 (for 12 hours), 60605, 60212 or 20429',
    ({ world, param, body }) => {
      const { code, times } = body;
      const kind = typeof code === 'number' ? KINDS[code] : undefined;
      if (typeof code !== 'number' || kind === undefined) {
        throw new ControlError(`code must be one of ${Object.keys(KINDS).join(', ')}.`);
      }
      if (times !== undefined && (typeof times !== 'number' || !Number.isInteger(times) || times < 1)) {
        throw new ControlError('times must be a whole number of 1 or more.');
      }
      const until = kind.seconds === undefined ? undefined : world.clock.now() + kind.seconds * 1000;
      const accountSid = world.options.accountSid;
      blocks(world).add({ accountSid, sid: param('prefix'), code, times, until });
      return { prefix: param('prefix'), code, until: until === undefined ? null : iso(until) };
    },
  ),
  controlRoute('DELETE', '/verify/blocks/{prefix}', 'lift the block of a prefix', ({ world, param }) => ({
    prefix: param('prefix'),
    lifted: blocks(world).remove(world.options.accountSid, param('prefix')),
  })),
];
