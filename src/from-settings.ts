// What the configuration gives the parts: credentials, and what is filled in when a call says nothing. The table of settings is config.ts.
import type { Credentials } from './client/credentials.ts';
import type { Config } from './config.ts';
import { firstNumber, type LocalTwilio } from './local-twilio.ts';
import type { Defaults } from './operation/define.ts';
import { twilioPath } from './webhooks/receiver.ts';

export function credentialsOf({ settings }: Config, emulator: LocalTwilio | undefined): Credentials {
  const own: Credentials = {
    accountSid: settings.TWILIO_ACCOUNT_SID,
    authToken: settings.TWILIO_AUTH_TOKEN,
    secondaryAuthToken: settings.TWILIO_SECONDARY_AUTH_TOKEN,
    apiKey: settings.TWILIO_API_KEY,
    apiSecret: settings.TWILIO_API_SECRET,
    clientId: settings.TWILIO_CLIENT_ID,
    clientSecret: settings.TWILIO_CLIENT_SECRET,
    subaccountSid: settings.TWILIO_MCP_SUBACCOUNT_SID,
    sendgridApiKey: settings.SENDGRID_API_KEY,
    segmentWriteKey: settings.SEGMENT_WRITE_KEY,
    segmentProfileToken: settings.SEGMENT_PROFILE_API_TOKEN,
    segmentPublicToken: settings.SEGMENT_PUBLIC_API_TOKEN,
  };
  if (emulator === undefined) return own;
  const { accountSid, authToken, sendgridApiKey } = emulator;
  return {
    ...own,
    ...emulator.segment.credentials,
    accountSid,
    authToken,
    sendgridApiKey,
    clientId: undefined,
    clientSecret: undefined,
  };
}

export function kindOf({ apiKey, authToken, clientId }: Credentials): string {
  if (apiKey !== undefined) return 'API key';
  if (authToken !== undefined) return 'Auth Token';
  return clientId === undefined ? 'none' : 'OAuth client';
}

/** The local Twilio owns numbers, so a rehearsal needs no sender of its own. */
export function defaultsOf({ settings }: Config, emulator: LocalTwilio | undefined): Defaults {
  const from = settings.TWILIO_FROM ?? (emulator && firstNumber);
  const segmentSpaceId = emulator?.segment.spaceId ?? settings.SEGMENT_SPACE_ID;
  const account = settings.TWILIO_MCP_SUBACCOUNT_SID ?? settings.TWILIO_ACCOUNT_SID ?? emulator?.accountSid;
  return {
    ...(account !== undefined && { account }),
    ...(from !== undefined && { from }),
    ...(settings.TWILIO_MESSAGING_SERVICE_SID !== undefined && {
      messagingServiceSid: settings.TWILIO_MESSAGING_SERVICE_SID,
    }),
    ...(settings.TWILIO_VERIFY_SERVICE_SID !== undefined && {
      verifyServiceSid: settings.TWILIO_VERIFY_SERVICE_SID,
    }),
    ...(segmentSpaceId !== undefined && { segmentSpaceId }),
    ...(settings.TWILIO_MCP_WEBHOOKS &&
      settings.TWILIO_MCP_PUBLIC_URL !== undefined && {
        webhookUrl: `${settings.TWILIO_MCP_PUBLIC_URL}${twilioPath}`,
      }),
    ...(settings.TWILIO_STATUS_CALLBACK !== undefined && { statusCallback: settings.TWILIO_STATUS_CALLBACK }),
  };
}
