// Here: what the emulator proves itself with when it speaks as SendGrid. Made anew for each process, so that no key stands in the code.
import { generateKeyPairSync } from 'node:crypto';
import { signSendgrid } from '../signature.ts';
import type { World } from './state.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** As SendGrid shows it, in base64. */
export const sendgridPublicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

export function provenBySendgrid({ clock }: World, text: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(clock.now() / 1000));
  const key = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  return {
    'x-twilio-email-event-webhook-timestamp': timestamp,
    'x-twilio-email-event-webhook-signature': signSendgrid(key, timestamp, Buffer.from(text)),
  };
}
