// Here: Conversations v1 as one product: conversations, people, what is said, webhooks, users, roles, services.
// Not here: address configurations and push; a phone writes into a conversation by texting the sender it knows.
import { controlRoute, type Product } from '../route.ts';
import { peopleRoutes } from './conversations-people.ts';
import { conversations, membersOf } from './conversations-rows.ts';
import { saidRoutes } from './conversations-said.ts';
import { threadRoutes } from './conversations-threads.ts';
import { userRoutes } from './conversations-users.ts';
import { webhookRoutes } from './conversations-webhook.ts';
import { receiveMessage } from './messaging-inbound.ts';

export const conversationsProduct: Product = {
  name: 'conversations',
  routes: [...threadRoutes, ...peopleRoutes, ...saidRoutes, ...userRoutes, ...webhookRoutes],
  control: [
    controlRoute(
      'POST',
      '/conversations/{sid}/messages',
      '{address, body}: a participant writes from their phone',
      async ({ world, param, body }) => {
        const conversation = conversations(world).get(world.options.accountSid, param('sid'));
        const members = conversation === undefined ? [] : membersOf(world, conversation);
        const address = String(body['address']);
        const to = members.find((one) => one.address === address)?.proxyAddress;
        if (to === undefined || to === null) return { written: false };
        const from = { from: address, to, body: String(body['body']), mediaUrls: [], profileName: undefined };
        const { sid } = await receiveMessage(world, from);
        return { written: true, sid };
      },
    ),
  ],
};
