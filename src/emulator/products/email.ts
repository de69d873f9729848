// Here: SendGrid v3 as one product: its key, its realm, its routes put together, what a recipient does.
// Not here: any route of its own, marketing campaigns and contacts.
import { accountBySid } from '../accounts.ts';
import { oneOf, optionalText, requiredText } from '../control.ts';
import { controlRoute, type Product } from '../route.ts';
import type { Answer, TwilioError } from '../wire.ts';
import { activityRoutes } from './email-activity.ts';
import { batchRoutes } from './email-batches.ts';
import { act, DEEDS } from './email-delivery.ts';
import { sendRoutes } from './email-send.ts';
import { senderRoutes } from './email-senders.ts';
import { suppressionRoutes } from './email-suppressions.ts';
import { seedTemplates, templateRoutes } from './email-templates.ts';
import { webhookRoutes } from './email-webhooks.ts';
import { EmailError } from './email-wire.ts';

/** The one key this SendGrid knows; made of repetition, so that nobody takes it for a real one. */
export const EMULATED_SENDGRID_KEY = ['SG', 'e'.repeat(22), 'e'.repeat(43)].join('.');

function refuse(error: TwilioError): Answer {
  const { status, headers } = error;
  const field = error instanceof EmailError ? error.field : null;
  const message = status === 429 ? 'too many requests' : error.message;
  return { status, headers, body: { errors: [{ message, field, help: null }] } };
}

export const email: Product = {
  name: 'email',
  realm: {
    authenticate(world, headers) {
      const account = accountBySid(world, world.options.accountSid);
      if (account !== undefined && headers.get('authorization') === `Bearer ${EMULATED_SENDGRID_KEY}`)
        return account;
      throw new EmailError(401, null, 'The provided authorization grant is invalid, expired, or revoked');
    },
    refuse,
  },
  routes: [
    ...sendRoutes,
    ...batchRoutes,
    ...suppressionRoutes,
    ...templateRoutes,
    ...senderRoutes,
    ...webhookRoutes,
    ...activityRoutes,
  ],
  control: [
    controlRoute(
      'POST',
      '/email/events',
      '{email, event, url?}: a recipient opens, clicks, reports or unsubscribes from the last email that reached them',
      ({ world, body }) => {
        const deed = oneOf(body, 'event', DEEDS) ?? 'open';
        return act(
          world,
          requiredText(body, 'email'),
          deed,
          optionalText(body, 'url') ?? 'https://example.com/',
        );
      },
    ),
  ],
  seed: seedTemplates,
};
