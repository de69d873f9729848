// Here: one verification: its code, its limits, how it ends and is forgotten, and its shape in an answer.
// Not here: how a code reaches the person (verify-code.ts), or who may be reached (verify-destination.ts).
import type { Ask } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { iso, notFound, TwilioError } from '../wire.ts';
import { deliverCode } from './verify-code.ts';
import { carrierOf, refuseBlocked, requireAddress, requireReachable } from './verify-destination.ts';
import { HOST, SERVICES, serviceOf } from './verify-services.ts';
import { invalid, type Settings } from './verify-settings.ts';

type Verification = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  readonly to: string;
  channel: string;
  readonly code: string;
  status: 'pending' | 'approved' | 'canceled';
  checks: number;
  readonly sends: { readonly at: number; readonly channel: string; readonly sid: string }[];
  /** When its status was asked for. */
  readonly fetches: number[];
  readonly carrier: object | null;
  readonly amount: string | null;
  readonly payee: string | null;
  readonly createdAt: number;
  updatedAt: number;
};

const verifications = defineTable<Verification>('verifications');

// docs/verify/api/rate-limits-and-timeouts, docs/api/errors/60202 and 60203
const MOST_SENDS = 5;
const MOST_CHECKS = 5;
const LIFETIME_MS = 600_000;

/** Seconds, and how often the status may be asked for within them; an hour's limit is met within the ten minutes. */
const MOST_FETCHES: readonly (readonly [number, number])[] = [
  [60, 60],
  [3600, 180],
];

const CHANNELS = ['sms', 'call', 'whatsapp', 'email', 'auto'];
const CODE = /^[0-9A-Za-z]{4,10}$/;

export function startVerification(ask: Ask): Verification {
  const { world, form } = ask;
  const { settings } = serviceOf(ask, 'ServiceSid');
  const asked = form.get('Channel') ?? '';
  // sna is refused too: it is for accounts that carriers have approved (docs/api/errors/60200).
  if (!CHANNELS.includes(asked)) throw invalid(`Invalid parameter \`Channel\`: ${asked}`);
  const channel = asked === 'auto' ? 'sms' : asked;
  const to = form.get('To') ?? '';
  requireAddress(to, channel);
  requireAllowed(ask, settings, channel);
  requireReachable(world, settings, to, channel);
  const riskCheck = form.get('RiskCheck') ?? 'enable';
  if (riskCheck !== 'enable' && riskCheck !== 'disable') throw invalid('Invalid parameter: RiskCheck');
  refuseBlocked(world, to, channel, riskCheck === 'disable');
  const running = openOf(ask, (one) => one.to === to);
  if (running !== undefined) requireRoom(running);
  const verification = running ?? create(ask, settings, to, channel);
  send(ask, settings, verification, channel);
  return verification;
}

function create(
  { world, form, account, param }: Ask,
  settings: Settings,
  to: string,
  channel: string,
): Verification {
  const now = world.clock.now();
  return verifications(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('VE'),
    serviceSid: param('ServiceSid'),
    to,
    channel,
    code: form.get('CustomCode') ?? world.ids.digits(settings.codeLength),
    status: 'pending',
    checks: 0,
    sends: [],
    fetches: [],
    carrier: settings.flags['lookup_enabled'] === true && channel !== 'email' ? carrierOf(world, to) : null,
    amount: form.get('Amount') ?? null,
    payee: form.get('Payee') ?? null,
    createdAt: now,
    updatedAt: now,
  });
}

function send({ world, form }: Ask, settings: Settings, verification: Verification, channel: string): void {
  const { to, code, amount, payee } = verification;
  const at = world.clock.now();
  const sid = world.ids.sid('VL');
  verification.sends.push({ at, channel, sid });
  verification.channel = channel;
  verification.updatedAt = at;
  deliverCode(world, {
    sid,
    to,
    channel,
    code,
    name: form.get('CustomFriendlyName') ?? settings.friendlyName,
    locale: form.get('Locale'),
    hasWarning: settings.flags['do_not_share_warning_enabled'] === true,
    appHash: form.get('AppHash'),
    payment: amount === null ? undefined : `(${amount}, ${payee ?? ''})`,
  });
}

/** What the service must have been opened for, and what belongs to one channel only. */
function requireAllowed({ form }: Ask, { flags }: Settings, channel: string): void {
  const custom = form.get('CustomCode');
  if (custom !== undefined) {
    if (flags['custom_code_enabled'] !== true) throw new TwilioError(403, 60_204, 'Custom code not allowed');
    if (!CODE.test(custom)) throw invalid('Invalid parameter: CustomCode');
  }
  if (form.has('AppHash') && channel !== 'sms') {
    throw new TwilioError(400, 60_602, 'AppHash is supported by the SMS channel only');
  }
  if (flags['psd2_enabled'] !== true) {
    if (form.has('Amount') || form.has('Payee')) {
      throw new TwilioError(403, 60_204, 'Service does not support this feature');
    }
    return;
  }
  requirePayment(form.get('Amount'), form.get('Payee'));
  if (channel === 'call') throw new TwilioError(400, 60_214, 'Call channel is not supported when using PSD2');
}

function requirePayment(amount: string | undefined, payee: string | undefined): void {
  if ((amount ?? '') === '' || (payee ?? '') === '') {
    throw new TwilioError(400, 60_206, "'Amount' & 'Payee' params are required");
  }
}

/** A code that was guessed at too often is not sent again before it expires (docs/api/errors/60202). */
function requireRoom({ checks, sends }: Verification): void {
  if (checks >= MOST_CHECKS) throw new TwilioError(429, 60_202, 'Max check attempts reached');
  if (sends.length >= MOST_SENDS) throw new TwilioError(429, 60_203, 'Max send attempts reached');
}

/** Not yet approved, canceled or expired. */
function openOf(
  { world, account, param }: Ask,
  wanted: (one: Verification) => boolean,
): Verification | undefined {
  const now = world.clock.now();
  const [found] = verifications(world).list(
    account.sid,
    (one) =>
      one.serviceSid === param('ServiceSid') &&
      one.status === 'pending' &&
      now - one.createdAt < LIFETIME_MS &&
      wanted(one),
  );
  return found;
}

/** By its own SID, or by whom it is for. Once checked too often it is gone here, too (docs/verify/api/verification-check). */
function named(ask: Ask): Verification {
  serviceOf(ask, 'ServiceSid');
  const name = ask.param('Sid');
  const found = openOf(ask, ({ sid, to, checks }) => (sid === name || to === name) && checks < MOST_CHECKS);
  if (found === undefined) throw notFound(ask.path);
  return found;
}

export function fetchVerification(ask: Ask): Verification {
  const verification = named(ask);
  const { fetches } = verification;
  const now = ask.world.clock.now();
  for (const [seconds, most] of MOST_FETCHES) {
    if (fetches.filter((at) => now - at < seconds * 1000).length >= most) {
      throw new TwilioError(429, 20_429, 'Too many requests');
    }
  }
  fetches.push(now);
  return verification;
}

export function updateVerification(ask: Ask): Verification {
  const verification = named(ask);
  const status = ask.form.get('Status');
  if (status !== 'canceled' && status !== 'approved') throw invalid('Invalid parameter: Status');
  verification.status = status;
  verification.updatedAt = ask.world.clock.now();
  return verification;
}

export function checkVerification(ask: Ask): Verification {
  const { form, world } = ask;
  const { settings } = serviceOf(ask, 'ServiceSid');
  const code = form.get('Code') ?? '';
  const to = form.get('To');
  const sid = form.get('VerificationSid');
  if (!CODE.test(code)) throw invalid('Invalid parameter: Code');
  if (to === undefined && sid === undefined) {
    throw new TwilioError(400, 60_221, 'No target verification specified');
  }
  const amount = form.get('Amount');
  const payee = form.get('Payee');
  const isPayment = settings.flags['psd2_enabled'] === true;
  if (isPayment) requirePayment(amount, payee);
  const verification = openOf(ask, (one) => (sid === undefined ? one.to === to : one.sid === sid));
  if (verification === undefined) throw notFound(ask.path);
  if (verification.checks >= MOST_CHECKS) throw new TwilioError(429, 60_202, 'Max check attempts reached');
  verification.checks += 1;
  verification.updatedAt = world.clock.now();
  const isSame = !isPayment || (verification.amount === amount && verification.payee === payee);
  if (verification.code === code && isSame) verification.status = 'approved';
  return verification;
}

/** For Lookup, which tells more of a number that was proven to be its holder's. */
export function isApproved(world: World, accountSid: string, sid: string, to: string): boolean {
  const found = verifications(world).get(accountSid, sid);
  return found?.status === 'approved' && found.to === to;
}

export function showCheck(verification: Verification): object {
  const { sid, serviceSid, accountSid, to, channel, status, amount, payee } = verification;
  return {
    sid,
    service_sid: serviceSid,
    account_sid: accountSid,
    to,
    channel,
    status,
    valid: status === 'approved',
    amount,
    payee,
    date_created: iso(verification.createdAt),
    date_updated: iso(verification.updatedAt),
  };
}

export function showVerification(verification: Verification): unknown {
  return {
    ...showCheck(verification),
    lookup: { carrier: verification.carrier },
    send_code_attempts: verification.sends.map(({ at, channel, sid }) => ({
      time: iso(at),
      // Twilio's own examples write WhatsApp small and the others large.
      channel: channel === 'whatsapp' ? channel : channel.toUpperCase(),
      attempt_sid: sid,
    })),
    sna: null,
    url: `https://${HOST}${SERVICES}/${verification.serviceSid}/Verifications/${verification.sid}`,
  };
}
