// Twilio's numbered error codes, explained: what one means and what to do next. Works without a network.
// The codes are data in error-codes/, one file for each range; how an error reaches the reader is client/failure.ts.
import { accountCodes } from './error-codes/account.ts';
import { contentEventsCodes } from './error-codes/content-events.ts';
import type { ErrorCodeEntry } from './error-codes/entry.ts';
import { messagingCodes } from './error-codes/messaging.ts';
import { numbersRegulatoryCodes } from './error-codes/numbers-regulatory.ts';
import { registrationCodes } from './error-codes/registration.ts';
import { syncConversationsCodes } from './error-codes/sync-conversations.ts';
import { taskrouterStudioProxyCodes } from './error-codes/taskrouter-studio-proxy.ts';
import { verifyLookupCodes } from './error-codes/verify-lookup.ts';
import { voiceCodes } from './error-codes/voice.ts';
import { webhooksTwimlCodes } from './error-codes/webhooks-twiml.ts';
import { whatsappCodes } from './error-codes/whatsapp.ts';

/** By range, each ascending; no code stands twice. */
export const errorCodeBooks: Readonly<Record<string, readonly ErrorCodeEntry[]>> = {
  account: accountCodes,
  'webhooks-twiml': webhooksTwimlCodes,
  voice: voiceCodes,
  messaging: messagingCodes,
  registration: registrationCodes,
  'numbers-regulatory': numbersRegulatoryCodes,
  'verify-lookup': verifyLookupCodes,
  whatsapp: whatsappCodes,
  'sync-conversations': syncConversationsCodes,
  'content-events': contentEventsCodes,
  'taskrouter-studio-proxy': taskrouterStudioProxyCodes,
};

const byCode = new Map(
  Object.values(errorCodeBooks)
    .flat()
    .map((entry) => [entry.code, entry]),
);

/** The entry of a code; undefined for one we do not list, of which only `errorFamily` and `docsUrl` can be told. */
export function explainErrorCode(code: number): ErrorCodeEntry | undefined {
  return byCode.get(code);
}

/** Twilio's own page on a code, whether we list it or not. */
export function docsUrl(code: number): string {
  return `https://www.twilio.com/docs/api/errors/${code}`;
}
