// The local Twilio beside the server in emulator mode: one that runs already, or one begun here. What it does is emulator/'s subject.
import type { Credentials } from './client/credentials.ts';
import type { Config } from './config.ts';

/** The first number that the local Twilio owns from the start; see references/emulator.md. */
export const firstNumber = '+14155550100';

export interface LocalTwilio {
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly segment: { readonly spaceId: string; readonly credentials: Credentials };
  readonly sendgridApiKey: string;
  readonly close: () => Promise<void>;
}

/**
 * The local Twilio: one that already runs where TWILIO_API_BASE_URL says, else one started here. It answers to the
 * configured account, so that moving to live changes nothing else.
 */
export async function findEmulator({ settings }: Config, now: () => Date): Promise<LocalTwilio> {
  // Loaded only here: a live server should not pay for a Twilio it does not run.
  const { DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN } = await import('./emulator/emulator.ts');
  const { EMULATED_SENDGRID_KEY: sendgridApiKey } = await import('./emulator/products/email.ts');
  const { emulatedSegment: segment } = await import('./emulator/products/segment-realm.ts');
  const {
    TWILIO_ACCOUNT_SID: accountSid = DEFAULT_ACCOUNT_SID,
    TWILIO_AUTH_TOKEN: authToken = DEFAULT_AUTH_TOKEN,
    TWILIO_API_KEY: sid,
    TWILIO_API_SECRET: secret,
    TWILIO_API_BASE_URL: url,
  } = settings;
  if (url !== undefined)
    return { url, segment, accountSid, authToken, sendgridApiKey, close: async () => undefined };
  const { serveEmulator } = await import('./emulator/server.ts');
  const apiKeys = sid !== undefined && secret !== undefined ? [{ sid, secret }] : [];
  const served = await serveEmulator({
    now: () => now().getTime(),
    clock: 'auto',
    port: 0,
    accountSid,
    authToken,
    apiKeys,
  });
  return { url: served.url, segment, accountSid, authToken, sendgridApiKey, close: () => served.close() };
}
