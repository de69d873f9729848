// What is wrong with a set of credentials before Twilio is asked: halves of pairs, and places that do not exist.
import { isHere } from './setting.ts';

type CredentialSettings = Readonly<Partial<Record<CredentialName, string | undefined>>>;

type CredentialName =
  | 'TWILIO_ACCOUNT_SID'
  | 'TWILIO_AUTH_TOKEN'
  | 'TWILIO_API_KEY'
  | 'TWILIO_API_SECRET'
  | 'TWILIO_CLIENT_ID'
  | 'TWILIO_CLIENT_SECRET'
  | 'SENDGRID_API_KEY'
  | 'SEGMENT_WRITE_KEY'
  | 'SEGMENT_PROFILE_API_TOKEN'
  | 'SEGMENT_PUBLIC_API_TOKEN'
  | 'TWILIO_EDGE'
  | 'TWILIO_REGION';

const complete = [
  ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'],
  ['TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY', 'TWILIO_API_SECRET'],
  ['TWILIO_ACCOUNT_SID', 'TWILIO_CLIENT_ID', 'TWILIO_CLIENT_SECRET'],
] as const;

function hasTwilioCredentials(settings: CredentialSettings): boolean {
  return complete.some((names) => names.every((name) => settings[name] !== undefined));
}

export function hasCredentials(settings: CredentialSettings): boolean {
  return (
    hasTwilioCredentials(settings) ||
    settings.SENDGRID_API_KEY !== undefined ||
    settings.SEGMENT_WRITE_KEY !== undefined ||
    settings.SEGMENT_PROFILE_API_TOKEN !== undefined ||
    settings.SEGMENT_PUBLIC_API_TOKEN !== undefined
  );
}

/** Whether nothing can reach Twilio: without credentials, or with every request sent to an address of this machine. */
export function isRehearsal(
  settings: CredentialSettings & { readonly TWILIO_API_BASE_URL?: string | undefined },
): boolean {
  const { TWILIO_API_BASE_URL: url } = settings;
  return !hasCredentials(settings) || (url !== undefined && isHere(url));
}

/** Half a set of credentials is a mistake to be told, not a reason to fall back to the emulator. */
export function credentialFaults(settings: CredentialSettings): string[] {
  const faults: string[] = [];
  const pairs = [
    ['TWILIO_API_KEY', 'TWILIO_API_SECRET'],
    ['TWILIO_CLIENT_ID', 'TWILIO_CLIENT_SECRET'],
  ] as const;
  for (const [id, secret] of pairs) {
    if ((settings[id] === undefined) !== (settings[secret] === undefined)) {
      faults.push(
        settings[id] === undefined
          ? `${id} is missing (${secret} is set)`
          : `${secret} is missing (${id} is set)`,
      );
    }
  }
  const { TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token } = settings;
  const proof = token ?? settings.TWILIO_API_SECRET ?? settings.TWILIO_CLIENT_SECRET;
  if (account === undefined && proof !== undefined) faults.push('TWILIO_ACCOUNT_SID is missing');
  if (account !== undefined && proof === undefined && faults.length === 0) {
    faults.push('TWILIO_AUTH_TOKEN is missing (or TWILIO_API_KEY with TWILIO_API_SECRET)');
  }
  return faults;
}

/** Twilio's regional hosts name edge and region; one alone gives a host that does not exist (facts: stopped 2026-04-28). */
export function regionFaults({ TWILIO_EDGE: edge, TWILIO_REGION: region }: CredentialSettings): string[] {
  if ((edge === undefined) === (region === undefined)) return [];
  return [`${edge === undefined ? 'TWILIO_EDGE' : 'TWILIO_REGION'} is missing: edge and region go together`];
}
