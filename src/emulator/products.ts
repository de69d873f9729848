// Here: the list of products the emulator serves; adding one is its import and its name in the list.
// Not here: any route. How a product file looks is told in route.ts.
import { account } from './products/account.ts';
import { consentRecord } from './products/consent-record.ts';
import { content } from './products/content.ts';
import { conversationsProduct } from './products/conversations.ts';
import { email } from './products/email.ts';
import { lookup } from './products/lookup.ts';
import { messaging } from './products/messaging.ts';
import { pricing } from './products/pricing.ts';
import { proxy } from './products/proxy.ts';
import { segmentTracking } from './products/segment.ts';
import { segmentProfiles } from './products/segment-profiles.ts';
import { segmentPublic } from './products/segment-public.ts';
import { studio } from './products/studio.ts';
import { sync } from './products/sync.ts';
import { taskrouter } from './products/taskrouter.ts';
import { usage } from './products/usage.ts';
import { verify } from './products/verify.ts';
import { voice } from './products/voice.ts';
import type { Product } from './route.ts';

export const PRODUCTS: readonly Product[] = [
  account,
  messaging,
  sync,
  lookup,
  verify,
  proxy,
  voice,
  usage,
  content,
  email,
  conversationsProduct,
  segmentTracking,
  segmentProfiles,
  segmentPublic,
  studio,
  taskrouter,
  consentRecord,
  pricing,
];

/** What the emulator answers, in Twilio's own templates: for the laws and for references/emulator.md. */
export function emulatedRoutes(): { method: string; host: string; path: string }[] {
  return PRODUCTS.flatMap(({ routes }) => routes.map(({ method, host, path }) => ({ method, host, path })));
}
