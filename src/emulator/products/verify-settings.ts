// Here: what a Verify service can be told: its parameters read and checked, and shown under Twilio's field names.
// Not here: the services themselves (verify-services.ts).
import { type Form, TwilioError } from '../wire.ts';

type Group = Readonly<Record<string, unknown>>;

export type Settings = {
  readonly friendlyName: string;
  readonly codeLength: number;
  /** By field of the answer; all off at first. */
  readonly flags: Readonly<Record<string, boolean>>;
  readonly ttsName: string | null;
  readonly defaultTemplateSid: string | null;
  readonly push: Group;
  readonly totp: Group;
  readonly whatsapp: Group;
  readonly passkeys: Group | null;
};

/** Verify's own refusal of a parameter. */
export function invalid(message: string): TwilioError {
  return new TwilioError(400, 60_200, message);
}

export const UNTOLD: Settings = {
  friendlyName: '',
  codeLength: 6,
  flags: {},
  ttsName: null,
  defaultTemplateSid: null,
  push: { include_date: false, apn_credential_sid: null, fcm_credential_sid: null },
  totp: { issuer: null, time_step: 30, code_length: 6, skew: 1 },
  whatsapp: { msg_service_sid: null, from: null },
  passkeys: null,
};

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

/** What stands before it, with what was sent; nothing is changed when any of it is refused. */
export function readSettings(form: Form, before: Settings): Settings {
  const flags = Object.entries(FLAGS).map(([name, field]) => [
    field,
    flag(form, name, before.flags[field] === true),
  ]);
  return {
    friendlyName: name(form, before.friendlyName),
    codeLength: number(form, 'CodeLength', before.codeLength, 4, 10),
    flags: Object.fromEntries(flags),
    ttsName: text(form, 'TtsName', before.ttsName),
    defaultTemplateSid: sid(form, 'DefaultTemplateSid', 'HJ', before.defaultTemplateSid),
    push: {
      include_date: flag(form, 'Push.IncludeDate', before.push['include_date']),
      apn_credential_sid: sid(form, 'Push.ApnCredentialSid', 'CR', before.push['apn_credential_sid']),
      fcm_credential_sid: sid(form, 'Push.FcmCredentialSid', 'CR', before.push['fcm_credential_sid']),
    },
    totp: {
      issuer: text(form, 'Totp.Issuer', before.totp['issuer']),
      time_step: number(form, 'Totp.TimeStep', before.totp['time_step'], 20, 60),
      code_length: number(form, 'Totp.CodeLength', before.totp['code_length'], 3, 8),
      skew: number(form, 'Totp.Skew', before.totp['skew'], 0, 2),
    },
    whatsapp: {
      msg_service_sid: sid(form, 'Whatsapp.MsgServiceSid', 'MG', before.whatsapp['msg_service_sid']),
      from: text(form, 'Whatsapp.From', before.whatsapp['from']),
    },
    passkeys: passkeys(form, before.passkeys),
  };
}

export function showSettings(settings: Settings): object {
  const flags = Object.values(FLAGS).map((field) => [field, settings.flags[field] === true]);
  return {
    friendly_name: settings.friendlyName,
    code_length: settings.codeLength,
    ...Object.fromEntries(flags),
    tts_name: settings.ttsName,
    default_template_sid: settings.defaultTemplateSid,
    push: settings.push,
    totp: settings.totp,
    whatsapp: settings.whatsapp,
    passkeys: settings.passkeys,
  };
}

function name(form: Form, before: string): string {
  const given = form.get('FriendlyName');
  if (given === undefined) return before;
  // A name with five or more digits would read like a code in the message (docs/verify/api/service).
  const digits = given.match(/\d/g) ?? [];
  if (given === '' || given.length > 32 || digits.length > 4) {
    throw invalid('Invalid parameter: FriendlyName');
  }
  return given;
}

function passkeys(form: Form, before: Group | null): Group | null {
  const given = Object.keys(form.entries()).some((each) => each.startsWith('Passkeys.'));
  if (!given) return before;
  const kept = before ?? {};
  const party = kept['relying_party'];
  const known: Group =
    typeof party === 'object' && party !== null ? Object.fromEntries(Object.entries(party)) : {};
  const origins = form.get('Passkeys.RelyingParty.Origins');
  return {
    relying_party: {
      id: text(form, 'Passkeys.RelyingParty.Id', known['id'] ?? null),
      name: text(form, 'Passkeys.RelyingParty.Name', known['name'] ?? null),
      origins: origins === undefined ? (known['origins'] ?? []) : origins.split(','),
    },
    authenticator_attachment: oneOf(
      form,
      'Passkeys.AuthenticatorAttachment',
      kept['authenticator_attachment'],
      ['platform', 'cross-platform', 'any'],
    ),
    discoverable_credentials: oneOf(
      form,
      'Passkeys.DiscoverableCredentials',
      kept['discoverable_credentials'],
      WISHES,
    ),
    user_verification: oneOf(form, 'Passkeys.UserVerification', kept['user_verification'], WISHES),
  };
}

const WISHES: readonly string[] = ['required', 'preferred', 'discouraged'];

function flag<T>(form: Form, parameter: string, before: T): boolean | T {
  if (!form.has(parameter)) return before;
  const given = form.boolean(parameter);
  if (given === undefined) throw invalid(`Invalid parameter: ${parameter}`);
  return given;
}

function number<T>(form: Form, parameter: string, before: T, least: number, most: number): number | T {
  const given = form.get(parameter);
  if (given === undefined) return before;
  if (!/^\d{1,2}$/.test(given) || Number(given) < least || Number(given) > most) {
    throw invalid(`Invalid parameter: ${parameter}`);
  }
  return Number(given);
}

function text<T>(form: Form, parameter: string, before: T): string | null | T {
  const given = form.get(parameter);
  return given === undefined ? before : given === '' ? null : given;
}

function sid<T>(form: Form, parameter: string, prefix: string, before: T): string | null | T {
  const given = text(form, parameter, before);
  if (typeof given === 'string' && !new RegExp(`^${prefix}[0-9a-fA-F]{32}$`).test(given)) {
    throw invalid(`Invalid parameter: ${parameter}`);
  }
  return given;
}

function oneOf(form: Form, parameter: string, before: unknown, known: readonly string[]): unknown {
  const given = form.get(parameter);
  if (given === undefined) return before ?? null;
  // Twilio lets these be empty, and shows them so.
  if (given !== '' && !known.includes(given)) throw invalid(`Invalid parameter: ${parameter}`);
  return given;
}
