// What each domain is for, in a title and in the words people use for it: for titles, searches and the list of toolsets.

interface Product {
  readonly title: string;
  /** Other words for what it does. */
  readonly words: string;
}

const products: Readonly<Record<string, Product>> = {
  accounts_v1: {
    title: 'Account security',
    words: 'auth token rotate safe list credentials geo permissions consent bulk contacts',
  },
  api_v2010: { title: 'the 2010 API', words: 'account sms call conference recording number sip usage queue' },
  assistants_v1: { title: 'AI Assistants', words: 'ai assistant tool knowledge bot' },
  bulkexports_v1: { title: 'Bulk Exports', words: 'export message log day file download archive' },
  chat_v1: { title: 'Programmable Chat', words: 'chat channel member' },
  chat_v2: { title: 'Programmable Chat', words: 'chat channel member' },
  chat_v3: { title: 'Programmable Chat', words: 'chat channel' },
  content_v1: { title: 'Content templates', words: 'content template whatsapp approval rich message' },
  content_v2: { title: 'Content templates', words: 'content template search filter' },
  conversations_v1: { title: 'Conversations', words: 'thread group chat sms whatsapp participant message' },
  conversations_v2: {
    title: 'Conversation orchestration',
    words: 'communication participant configuration orchestrator',
  },
  events_v1: {
    title: 'Event Streams',
    words: 'event stream sink kinesis webhook segment subscription schema',
  },
  flex_v1: { title: 'Flex', words: 'contact center agent plugin interaction quality insights' },
  flex_v2: { title: 'Flex', words: 'contact center webchat user' },
  frontline_v1: { title: 'Frontline', words: 'mobile worker' },
  iam_organizations: { title: 'Organizations', words: 'organization user scim role account directory' },
  iam_v1: { title: 'Identity and access', words: 'api key oauth app token credential' },
  insights_v1: {
    title: 'Voice and Video Insights',
    words: 'call quality summary metrics jitter conference room annotation',
  },
  insights_v2: { title: 'Insights reports', words: 'voice report inbound outbound answer rate' },
  insights_v3: { title: 'Insights queries', words: 'analytics query conversations metadata' },
  intelligence_v2: {
    title: 'Conversational Intelligence',
    words: 'transcript sentiment operator language analysis',
  },
  intelligence_v3: { title: 'Conversational Intelligence', words: 'operator rule configuration analysis' },
  ip_messaging_v1: { title: 'Programmable Chat', words: 'chat channel member' },
  ip_messaging_v2: { title: 'Programmable Chat', words: 'chat channel member' },
  knowledge_v1: { title: 'Knowledge', words: 'knowledge source chunk' },
  knowledge_v2: { title: 'Knowledge', words: 'knowledge base source document search rag chunk' },
  lookups_v1: { title: 'Lookup', words: 'carrier caller name number type' },
  lookups_v2: {
    title: 'Lookup',
    words: 'carrier line type caller name sim swap number valid check identity',
  },
  marketplace_v1: { title: 'Marketplace', words: 'add-on addon install listing' },
  memory_v1: {
    title: 'Conversation Memory',
    words: 'customer memory profile trait observation recall summary',
  },
  messaging_v1: {
    title: 'Messaging',
    words:
      'messaging service sender pool a2p 10dlc brand campaign toll-free verification link shortening deactivation alpha sender short code',
  },
  messaging_v2: { title: 'Messaging channels', words: 'whatsapp rcs sender typing indicator' },
  messaging_v3: { title: 'Messaging channels', words: 'typing indicator whatsapp rcs apple' },
  monitor_v1: { title: 'Monitor', words: 'alert error log debugger event audit' },
  monitor_v2: { title: 'Monitor alarms', words: 'alarm threshold notify error' },
  notify_v1: { title: 'Notify', words: 'push notification binding apn fcm device' },
  numbers_v1: {
    title: 'Phone numbers',
    words: 'port in porting hosted eligibility sender id registration caller id verify',
  },
  numbers_v2: {
    title: 'Regulatory compliance and hosted numbers',
    words: 'regulation bundle document end user hosted number order short code application',
  },
  numbers_v3: { title: 'Hosted numbers', words: 'hosted number order' },
  oauth_v1: { title: 'OAuth', words: 'token authorize' },
  oauth_v2: { title: 'OAuth', words: 'token authorize client credentials' },
  preview: { title: 'Previews', words: 'hosted number marketplace wireless' },
  pricing_v1: { title: 'Pricing', words: 'price cost rate tariff sms voice number country' },
  pricing_v2: { title: 'Pricing', words: 'price cost rate tariff voice trunking country number' },
  proxy_v1: { title: 'Proxy', words: 'mask hide number anonymous session' },
  routes_v2: { title: 'Inbound routes', words: 'region route inbound processing number trunk sip domain' },
  routes_v3: { title: 'Inbound routes', words: 'region route inbound processing number' },
  segment_profiles: {
    title: 'the Segment Profile API',
    words: 'segment profile trait event identity unify cdp',
  },
  segment_public: {
    title: 'the Segment Public API',
    words: 'segment source destination warehouse audience tracking plan function workspace cdp',
  },
  segment_tracking: {
    title: 'the Segment Tracking API',
    words: 'segment track identify event page screen group alias cdp',
  },
  serverless_v1: {
    title: 'Functions and Assets',
    words: 'serverless function asset deploy build environment variable log',
  },
  studio_v1: { title: 'Studio', words: 'flow execution engagement step context' },
  studio_v2: { title: 'Studio', words: 'flow definition execution step publish validate revision' },
  supersim_v1: { title: 'Super SIM', words: 'iot sim fleet network command esim cellular data usage' },
  sync_v1: { title: 'Sync', words: 'document list map stream shared state realtime' },
  taskrouter_v1: {
    title: 'TaskRouter',
    words: 'task worker queue workflow workspace reservation activity routing skill agent',
  },
  trunking_v1: { title: 'Elastic SIP Trunking', words: 'sip trunk origination termination' },
  trusthub_v1: {
    title: 'Trust Hub',
    words: 'customer profile business identity brand a2p stir shaken compliance',
  },
  verify_v2: {
    title: 'Verify',
    words: 'otp 2fa passcode one-time code factor totp push passkey verification',
  },
  video_v1: { title: 'Video', words: 'room participant recording composition track' },
  voice_v1: {
    title: 'Voice',
    words: 'dialing permissions country byoc connection policy ip record archived call',
  },
  voice_v2: { title: 'Voice configuration', words: 'recording transcription configuration client' },
  voice_v3: { title: 'Voice transcriptions', words: 'transcribe recording speech text' },
  wireless_v1: { title: 'Programmable Wireless', words: 'iot sim rate plan command data session' },
};

const sendgrid: Readonly<Record<string, string>> = {
  mail_v3: 'send mail batch',
  suppressions_v3: 'unsubscribe bounce block spam invalid group asm suppression',
  stats_v3: 'statistics open click delivered browser device',
  webhooks_v3: 'event inbound parse webhook',
  api_keys_v3: 'api key scope permission',
  templates_v3: 'dynamic template version',
};

/** SendGrid's domains say themselves what they are: `sendgrid_mc_contacts_v3`. */
export function productOf(domain: string): Product {
  const known = products[domain];
  if (known !== undefined) return known;
  const part = domain.replace(/^sendgrid_/, '');
  const plain = part
    .replace(/_v3$/, '')
    .replace(/^mc_/, 'marketing ')
    .replace(/^lmc_/, 'legacy marketing ')
    .replaceAll('_', ' ');
  return { title: `SendGrid ${plain}`, words: `email mail sendgrid ${sendgrid[part] ?? ''}` };
}
