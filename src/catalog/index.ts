// The catalog: every exported operation of every product file. There is no list to forget.
import type { Operation } from '../operation/define.ts';
import * as account from './account.ts';
import * as keys from './account-keys.ts';
import * as market from './account-market.ts';
import * as numbers from './account-numbers.ts';
import * as subaccounts from './account-subaccounts.ts';
import * as usage from './account-usage.ts';
import * as conversations from './conversations.ts';
import * as conversationMessages from './conversations-messages.ts';
import * as conversationParticipants from './conversations-participants.ts';
import * as conversationServices from './conversations-services.ts';
import * as conversationWebhooks from './conversations-webhooks.ts';
import * as email from './email.ts';
import * as emailActivity from './email-activity.ts';
import * as emailBatches from './email-batches.ts';
import * as emailGroups from './email-groups.ts';
import * as emailSenders from './email-senders.ts';
import * as emailSuppressions from './email-suppressions.ts';
import * as emailTemplates from './email-templates.ts';
import * as guardrails from './guardrails.ts';
import * as guardrailsSync from './guardrails-sync.ts';
import * as inbox from './inbox.ts';
import * as inboxMedia from './inbox-media.ts';
import * as inboxSetup from './inbox-setup.ts';
import * as inboxWait from './inbox-wait.ts';
import * as lookup from './lookup.ts';
import * as messaging from './messaging.ts';
import * as delivery from './messaging-delivery.ts';
import * as many from './messaging-many.ts';
import * as messagingServices from './messaging-services.ts';
import * as plan from './plan.ts';
import * as proxy from './proxy.ts';
import * as proxyParticipants from './proxy-participants.ts';
import * as segment from './segment.ts';
import * as segmentAudiences from './segment-audiences.ts';
import * as segmentProfiles from './segment-profiles.ts';
import * as studio from './studio.ts';
import * as studioExecutions from './studio-executions.ts';
import * as sync from './sync.ts';
import * as syncLists from './sync-lists.ts';
import * as syncMaps from './sync-maps.ts';
import * as taskrouter from './taskrouter.ts';
import * as taskrouterQueues from './taskrouter-queues.ts';
import * as taskrouterStatistics from './taskrouter-statistics.ts';
import * as taskrouterTasks from './taskrouter-tasks.ts';
import * as verify from './verify.ts';
import * as verifyServices from './verify-services.ts';
import * as voice from './voice.ts';
import * as voiceConferences from './voice-conferences.ts';
import * as voiceQueues from './voice-queues.ts';
import * as recordings from './voice-recordings.ts';
import * as transcriptions from './voice-transcriptions.ts';
import * as twiml from './voice-twiml.ts';
import * as whatsapp from './whatsapp.ts';
import * as whatsappTemplates from './whatsapp-templates.ts';

const books = [
  messaging,
  delivery,
  many,
  messagingServices,
  whatsapp,
  whatsappTemplates,
  voice,
  recordings,
  transcriptions,
  voiceConferences,
  voiceQueues,
  twiml,
  verify,
  verifyServices,
  lookup,
  conversations,
  conversationParticipants,
  conversationMessages,
  conversationWebhooks,
  conversationServices,
  email,
  emailBatches,
  emailSuppressions,
  emailGroups,
  emailTemplates,
  emailSenders,
  emailActivity,
  account,
  numbers,
  market,
  usage,
  keys,
  subaccounts,
  inbox,
  inboxWait,
  inboxMedia,
  inboxSetup,
  plan,
  guardrails,
  guardrailsSync,
  proxy,
  proxyParticipants,
  segment,
  segmentProfiles,
  segmentAudiences,
  studio,
  studioExecutions,
  taskrouter,
  taskrouterQueues,
  taskrouterTasks,
  taskrouterStatistics,
  sync,
  syncLists,
  syncMaps,
];

/** In one order, the same in every process. */
export const operations: readonly Operation[] = books.flatMap((book) => Object.values(book));

const byName = new Map(operations.map((operation) => [operation.name, operation]));

export function findOperation(name: string): Operation | undefined {
  return byName.get(name);
}

/** The operation names most like a wrong one, nearest first: for the error that refuses it. */
export function similarNames(name: string, most = 3): string[] {
  const words = new Set(name.toLowerCase().split(/[^a-z0-9]+/));
  const scored = operations.map((operation) => {
    const own = operation.name.split('_');
    return { name: operation.name, score: own.filter((word) => words.has(word)).length / own.length };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map((each) => each.name);
}
