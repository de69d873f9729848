// Products that their provider has ended or replaced: still on the shelf, left out of lists and searches unless asked for.

/** Domain → what to use instead. */
const retired: Readonly<Record<string, string>> = {
  assistants_v1: 'gone from the official SDK; use memory_v1, knowledge_v2 and conversations_v2',
  chat_v1: 'Programmable Chat has ended; use conversations_v1',
  chat_v2: 'Programmable Chat has ended; use conversations_v1',
  chat_v3: 'Programmable Chat has ended; use conversations_v1',
  frontline_v1: 'Frontline has ended; use flex_v1',
  ip_messaging_v1: 'the older name of Programmable Chat, which has ended; use conversations_v1',
  ip_messaging_v2: 'the older name of Programmable Chat, which has ended; use conversations_v1',
  knowledge_v1: 'replaced by knowledge_v2',
  lookups_v1: 'replaced by lookups_v2',
  preview: 'previews that became products of their own: numbers_v2, marketplace_v1, wireless_v1',
  sendgrid_lmc_campaigns_v3: 'legacy marketing campaigns; use sendgrid_mc_singlesends_v3',
  sendgrid_lmc_contactdb_v3: 'legacy marketing campaigns; use sendgrid_mc_contacts_v3',
  sendgrid_lmc_senders_v3: 'legacy marketing campaigns; use sendgrid_mc_senders_v3',
  sendgrid_mc_segments_v3: 'replaced by sendgrid_mc_segments_2_0_v3',
};

/** What to use instead; undefined where the product is alive. */
export function retirementOf(domain: string): string | undefined {
  return retired[domain];
}
