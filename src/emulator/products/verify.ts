// Here: verifications: a code to a person, checked, with Twilio's limits and its way of forgetting.
// Not here: the services they belong to (verify-services.ts).
import { type Ask, controlRoute, type Product, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, iso, notFound, ok, TwilioError } from '../wire.ts';
import { HOST, invalid, SERVICES, serviceOf, serviceRoutes, type VerifyService } from './verify-services.ts';

type Verification = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  readonly to: string;
  channel: string;
  readonly code: string;
  status: 'pending' | 'approved' | 'canceled' | 'max_attempts_reached' | 'expired';
  checks: number;
  readonly sends: { readonly at: number; readonly channel: string; readonly sid: string }[];
  readonly createdAt: number;
  updatedAt: number;
};

/** A destination that Twilio would not send to: Fraud Guard (60410) or the service's countries (60605). */
type Block = { readonly accountSid: string; readonly sid: string; readonly code: number };

const verifications = defineTable<Verification>('verifications');
const blocks = defineTable<Block>('verify blocks');

// docs/verify/api/rate-limits-and-timeouts
const MOST_SENDS = 5;
const MOST_CHECKS = 5;
const LIFETIME_MS = 600_000;

const CHANNELS = ['sms', 'call', 'whatsapp', 'email', 'auto', 'sna'];
const ALL = `${SERVICES}/{ServiceSid}/Verifications`;

/** The one that waits for its code; a finished or expired one can no longer be asked for (docs/verify/api/verification-check). */
function pendingOf(ask: Ask, wanted: (one: Verification) => boolean): Verification {
  const { world, account } = ask;
  const serviceSid = ask.param('ServiceSid');
  const now = world.clock.now();
  const [found] = verifications(world).list(
    account.sid,
    (one) => one.serviceSid === serviceSid && wanted(one) && isOpen(one, now),
  );
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function isOpen({ status, createdAt }: Verification, now: number): boolean {
  return (status === 'pending' || status === 'max_attempts_reached') && now - createdAt < LIFETIME_MS;
}

function start(ask: Ask): Verification {
  const { world, form, account } = ask;
  const service = serviceOf(ask, 'ServiceSid');
  const to = form.get('To') ?? '';
  const channel = form.get('Channel') ?? '';
  if (!CHANNELS.includes(channel)) throw invalid(`Invalid parameter \`Channel\`: ${channel}`);
  requireAddress(world, to, channel, account.sid);
  const custom = form.get('CustomCode');
  if (custom !== undefined) {
    if (service.flags['custom_code_enabled'] !== true)
      throw new TwilioError(403, 60204, 'Service does not support custom code');
    if (!/^[0-9A-Za-z]{4,10}$/.test(custom)) throw invalid('Invalid parameter: CustomCode');
  }
  const now = world.clock.now();
  const [running] = verifications(world).list(
    account.sid,
    (one) => one.serviceSid === service.sid && one.to === to && isOpen(one, now),
  );
  if (running !== undefined && running.sends.length >= MOST_SENDS) {
    throw new TwilioError(429, 60203, 'Max send attempts reached');
  }
  const verification =
    running ??
    verifications(world).add({
      accountSid: account.sid,
      sid: world.ids.sid('VE'),
      serviceSid: service.sid,
      to,
      channel,
      code: custom ?? world.ids.digits(service.codeLength),
      status: 'pending',
      checks: 0,
      sends: [],
      createdAt: now,
      updatedAt: now,
    });
  verification.channel = channel === 'auto' ? 'sms' : channel;
  verification.updatedAt = now;
  deliver(world, verification, form.get('CustomFriendlyName') ?? service.friendlyName, service);
  return verification;
}

function requireAddress(world: World, to: string, channel: string, accountSid: string): void {
  const isEmail = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(to);
  if (isEmail !== (channel === 'email') || (!isEmail && !/^\+[1-9]\d{6,14}$/.test(to))) {
    throw invalid(`Invalid parameter \`To\`: ${to}`);
  }
  const [block] = blocks(world).list(accountSid, (one) => to.startsWith(one.sid));
  if (block?.code === 60410)
    throw new TwilioError(403, 60410, 'The destination phone number has been temporarily blocked');
  if (block !== undefined) throw new TwilioError(403, block.code, 'Verification delivery attempt blocked');
  if (channel === 'sms' && !isEmail && world.phones.get(to).line === 'landline') {
    throw new TwilioError(403, 60205, 'SMS is not supported by landline phone number');
  }
}

function deliver(world: World, verification: Verification, name: string, service: VerifyService): void {
  const { channel, to, code } = verification;
  const at = world.clock.now();
  const sid = world.ids.sid('VL');
  verification.sends.push({ at, channel, sid });
  const warning =
    service.flags['do_not_share_warning_enabled'] === true ? " Don't share this code with anyone." : '';
  const body = `Your ${name} verification code is: ${code}.${warning}`;
  const kind = channel === 'call' || channel === 'email' || channel === 'whatsapp' ? channel : 'sms';
  world.clock.after(2, () => {
    world.phones.receive(to, { kind, sid, from: 'VERIFY', body, media: [], at: world.clock.now() });
  });
}

function check(ask: Ask): Verification {
  const { form, world } = ask;
  serviceOf(ask, 'ServiceSid');
  const code = form.get('Code');
  const to = form.get('To');
  const sid = form.get('VerificationSid');
  if (code === undefined || !/^[0-9A-Za-z]{4,10}$/.test(code)) throw invalid('Invalid parameter: Code');
  if (to === undefined && sid === undefined)
    throw invalid('Missing required parameter: To or VerificationSid');
  const verification = pendingOf(ask, (one) => (sid === undefined ? one.to === to : one.sid === sid));
  if (verification.checks >= MOST_CHECKS) throw new TwilioError(429, 60202, 'Max check attempts reached');
  verification.checks += 1;
  verification.updatedAt = world.clock.now();
  if (verification.code === code) verification.status = 'approved';
  else if (verification.checks === MOST_CHECKS) verification.status = 'max_attempts_reached';
  return verification;
}

function update(ask: Ask): Verification {
  serviceOf(ask, 'ServiceSid');
  const verification = pendingOf(ask, isCalled(ask.param('Sid')));
  const status = ask.form.get('Status');
  if (status !== 'canceled' && status !== 'approved') throw invalid('Invalid parameter: Status');
  verification.status = status;
  verification.updatedAt = ask.world.clock.now();
  return verification;
}

/** By its own SID, or by whom it is for. */
function isCalled(name: string): (one: Verification) => boolean {
  return ({ sid, to }) => sid === name || to === name;
}

function showCheck(verification: Verification): object {
  const { sid, serviceSid, accountSid, to, channel, status } = verification;
  return {
    sid,
    service_sid: serviceSid,
    account_sid: accountSid,
    to,
    channel,
    // A check that fails for the last time still answers pending; the next one is refused with 60202.
    status: status === 'max_attempts_reached' ? 'pending' : status,
    valid: status === 'approved',
    amount: null,
    payee: null,
    date_created: iso(verification.createdAt),
    date_updated: iso(verification.updatedAt),
  };
}

function show(verification: Verification): unknown {
  return {
    ...showCheck(verification),
    lookup: { carrier: null },
    send_code_attempts: verification.sends.map(({ at, channel, sid }) => ({
      time: iso(at),
      channel: channel.toUpperCase(),
      attempt_sid: sid,
    })),
    sna: null,
    url: `https://${HOST}${SERVICES}/${verification.serviceSid}/Verifications/${verification.sid}`,
  };
}

export const verify: Product = {
  name: 'verify',
  routes: [
    ...serviceRoutes,
    route('POST', HOST, ALL, (ask) => created(show(start(ask)))),
    route('GET', HOST, `${ALL}/{Sid}`, (ask) => {
      serviceOf(ask, 'ServiceSid');
      return ok(show(pendingOf(ask, isCalled(ask.param('Sid')))));
    }),
    route('POST', HOST, `${ALL}/{Sid}`, (ask) => ok(show(update(ask)))),
    route('POST', HOST, `${SERVICES}/{ServiceSid}/VerificationCheck`, (ask) =>
      created({ ...showCheck(check(ask)), sna_attempts_error_codes: [] }),
    ),
  ],
  control: [
    controlRoute(
      'POST',
      '/verify/blocks/{prefix}',
      '{code}: refuse verifications to numbers that begin so (60410, 60605)',
      ({ world, param, body }) => {
        const code = body['code'] === 60_605 ? 60_605 : 60_410;
        blocks(world).add({ accountSid: world.options.accountSid, sid: param('prefix'), code });
        return { prefix: param('prefix'), code };
      },
    ),
  ],
};
