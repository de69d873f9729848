// Here: Verify services and their settings, on verify.twilio.com v2.
// Not here: verifications and their codes (verify.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { defineTable } from '../state.ts';
import { created, iso, noContent, notFound, ok, TwilioError } from '../wire.ts';

export type VerifyService = {
  readonly accountSid: string;
  readonly sid: string;
  friendlyName: string;
  codeLength: number;
  /** Twilio's own names for the switches, all off at first. */
  readonly flags: Record<string, boolean>;
  ttsName: string | null;
  defaultTemplateSid: string | null;
  readonly createdAt: number;
  updatedAt: number;
};

export const HOST = 'verify.twilio.com';
export const SERVICES = '/v2/Services';

export const services = defineTable<VerifyService>('verify services');

/** Parameter → field of the answer. */
const FLAGS: Readonly<Record<string, string>> = {
  LookupEnabled: 'lookup_enabled',
  Psd2Enabled: 'psd2_enabled',
  SkipSmsToLandlines: 'skip_sms_to_landlines',
  DtmfInputRequired: 'dtmf_input_required',
  DoNotShareWarningEnabled: 'do_not_share_warning_enabled',
  CustomCodeEnabled: 'custom_code_enabled',
  VerifyEventSubscriptionEnabled: 'verify_event_subscription_enabled',
};

export function serviceOf(ask: Ask, name: string): VerifyService {
  const found = services(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

/** Verify's own refusal of a parameter. */
export function invalid(message: string): TwilioError {
  return new TwilioError(400, 60200, message);
}

function change(ask: Ask, service: VerifyService): VerifyService {
  const { form } = ask;
  const name = form.get('FriendlyName');
  if (name !== undefined) {
    if (name === '' || name.length > 32) throw invalid('Invalid parameter: FriendlyName');
    // A name with five or more digits would read like a code in the message (docs/verify/api/service).
    if ((name.match(/\d/g) ?? []).length > 4) throw invalid('Invalid parameter: FriendlyName');
    service.friendlyName = name;
  }
  const length = form.get('CodeLength');
  if (length !== undefined) {
    if (!/^(?:[4-9]|10)$/.test(length)) throw invalid('Invalid parameter: CodeLength');
    service.codeLength = Number(length);
  }
  for (const [parameter, field] of Object.entries(FLAGS)) {
    const flag = form.boolean(parameter);
    if (flag !== undefined) service.flags[field] = flag;
  }
  service.ttsName = form.get('TtsName') ?? service.ttsName;
  service.defaultTemplateSid = form.get('DefaultTemplateSid') ?? service.defaultTemplateSid;
  service.updatedAt = ask.world.clock.now();
  return service;
}

function show(service: VerifyService): unknown {
  const url = `https://${HOST}${SERVICES}/${service.sid}`;
  const flags = Object.values(FLAGS).map((field) => [field, service.flags[field] ?? false]);
  return {
    sid: service.sid,
    account_sid: service.accountSid,
    friendly_name: service.friendlyName,
    code_length: service.codeLength,
    ...Object.fromEntries(flags),
    tts_name: service.ttsName,
    default_template_sid: service.defaultTemplateSid,
    push: { include_date: false, apn_credential_sid: null, fcm_credential_sid: null },
    totp: { issuer: null, time_step: 30, code_length: 6, skew: 1 },
    whatsapp: { msg_service_sid: null, from: null },
    passkeys: null,
    date_created: iso(service.createdAt),
    date_updated: iso(service.updatedAt),
    url,
    links: {
      verifications: `${url}/Verifications`,
      verification_checks: `${url}/VerificationCheck`,
      rate_limits: `${url}/RateLimits`,
      messaging_configurations: `${url}/MessagingConfigurations`,
      entities: `${url}/Entities`,
      webhooks: `${url}/Webhooks`,
      access_tokens: `${url}/AccessTokens`,
    },
  };
}

const ONE = `${SERVICES}/{Sid}`;

export const serviceRoutes: readonly Route[] = [
  route('POST', HOST, SERVICES, (ask) => {
    if (!ask.form.has('FriendlyName'))
      throw invalid('Missing required parameter FriendlyName in the post body');
    const now = ask.world.clock.now();
    const service: VerifyService = {
      accountSid: ask.account.sid,
      sid: ask.world.ids.sid('VA'),
      friendlyName: '',
      codeLength: 6,
      flags: {},
      ttsName: null,
      defaultTemplateSid: null,
      createdAt: now,
      updatedAt: now,
    };
    return created(show(services(ask.world).add(change(ask, service))));
  }),
  route('GET', HOST, SERVICES, (ask) =>
    metaPage(ask, 'services', services(ask.world).list(ask.account.sid), show),
  ),
  route('GET', HOST, ONE, (ask) => ok(show(serviceOf(ask, 'Sid')))),
  route('POST', HOST, ONE, (ask) => ok(show(change(ask, serviceOf(ask, 'Sid'))))),
  route('DELETE', HOST, ONE, (ask) => {
    const service = serviceOf(ask, 'Sid');
    services(ask.world).remove(service.accountSid, service.sid);
    return noContent();
  }),
];
