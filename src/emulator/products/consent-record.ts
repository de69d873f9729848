// Here: Twilio's own record of who has opted in or out of a sender's messages, written in bulk.
// Not here: the words by which people opt out themselves (messaging-consent.ts). docs/messaging/features/consent-api
import { type Product, route } from '../route.ts';
import type { World } from '../state.ts';
import { created, invalidParameter, missingParameter, parseJson } from '../wire.ts';
import { optIn, optOut } from './messaging-consent.ts';

const MOST = 25;
const FAULTY_ITEM = 30646;

const allowed: Readonly<Record<string, RegExp>> = {
  contact_id: /^\+[1-9]\d{6,14}$/,
  correlation_id: /^[0-9a-fA-F]{32}$/,
  sender_id: /^(?:MG[0-9a-fA-F]{32}|\+[1-9]\d{6,14})$/,
  status: /^opt-(?:in|out)$/,
  source: /^(?:website|offline|opt-in-message|opt-out-message|others)$/,
};

export const consentRecord: Product = {
  name: 'consent record',
  routes: [
    route('POST', 'accounts.twilio.com', '/v1/Consents/Bulk', ({ world, account, form }) => {
      const items = form.all('Items');
      if (items.length === 0) throw missingParameter('Items');
      if (items.length > MOST) throw invalidParameter('Items', `at most ${MOST} in one request`);
      return created({ items: items.map((item) => take(world, account.sid, parseJson(item))) });
    }),
  ],
};

function take(world: World, accountSid: string, item: unknown) {
  const fields: Readonly<Record<string, unknown>> =
    typeof item === 'object' && item !== null ? { ...item } : {};
  const text = (name: string) => String(fields[name] ?? '');
  const wrong = Object.entries(allowed).filter(([name, shape]) => !shape.test(text(name)));
  const correlation_id = text('correlation_id');
  if (wrong.length > 0) {
    return {
      correlation_id,
      error_code: FAULTY_ITEM,
      error_messages: wrong.map(([name]) => `${name} is invalid`),
    };
  }
  (text('status') === 'opt-out' ? optOut : optIn)(world, accountSid, text('sender_id'), text('contact_id'));
  return { correlation_id, error_code: 0, error_messages: [] };
}
