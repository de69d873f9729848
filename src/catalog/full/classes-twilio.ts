// What each of Twilio's operations that does more than look does to the world: one readable table, held to be whole by a test.
// Numbers and people it reaches are told in reach.ts; SendGrid and Segment have tables of their own.
import type { Classes } from './facts.ts';

/** Programmable Chat and its second name; Conversations took its place. */
const chat: Classes[string] = {
  admin: '*Service *Credential *Role *ChannelWebhook',
  send: 'CreateMessage CreateInvite',
  write: '*Channel *Member *User UpdateMessage UpdateUserChannel',
};

const regulatory = '*EndUser *SupportingDocument';

export const twilioClasses: Classes = {
  accounts_v1: {
    admin: '*AuthToken* *Credential* *Safelist UpdateMessagingGeopermissions CreateBulkConsents',
    write: 'CreateBulkContacts',
  },
  api_v2010: {
    admin:
      '*Account *Application *ConnectApp *Key *NewKey *SigningKey *NewSigningKey CreateToken *Sip[A-Z]* *UsageTrigger UpdateShortCode *UserDefinedMessageSubscription *Siprec *Stream',
    send: 'CreateMessage CreateCall UpdateCall CreateParticipant UpdateParticipant UpdateConference UpdateMember CreateValidationRequest CreateUserDefinedMessage',
    spend:
      'CreateIncomingPhoneNumber CreateIncomingPhoneNumberLocal CreateIncomingPhoneNumberMobile CreateIncomingPhoneNumberTollFree CreateIncomingPhoneNumberAssignedAddOn CreatePayments UpdatePayments',
    delete: 'UpdateMessage',
    write:
      '*Address *CallRecording UpdateConferenceRecording UpdateIncomingPhoneNumber CreateMessageFeedback UpdateOutgoingCallerId *Queue *RealtimeTranscription',
  },
  assistants_v1: {
    admin: '*Tool* *Attachment *Assistant',
    send: 'CreateMessage',
    write: '*Knowledge CreateFeedback',
  },
  bulkexports_v1: { admin: 'UpdateExportConfiguration CreateExportCustomJob' },
  chat_v1: chat,
  chat_v2: chat,
  chat_v3: chat,
  content_v1: { write: '*Content CreateApprovalCreate' },
  conversations_v1: {
    admin:
      'UpdateConfiguration *ConfigurationAddress UpdateConfigurationWebhook *ScopedWebhook *Credential *Role UpdateServiceConfiguration UpdateServiceNotification UpdateServiceWebhookConfiguration',
    send: 'CreateConversationMessage CreateServiceConversationMessage CreateConversationParticipant CreateServiceConversationParticipant UpdateConversationParticipant UpdateServiceConversationParticipant CreateConversationWithParticipants CreateServiceConversationWithParticipants',
    write:
      'CreateService *Conversation UpdateConversationMessage UpdateServiceConversationMessage *User *UserConversation',
  },
  conversations_v2: {
    admin: '*Configuration',
    send: 'CreateConversationAction CreateParticipantInConversation UpdateParticipantInConversation CreateCommunicationInConversation CreateConversationWithConfig',
    write: 'UpdateConversationById PatchConversationById',
  },
  events_v1: { admin: '*Sink* *Subscri*' },
  flex_v1: {
    admin: 'UpdateConfiguration *FlexFlow *Plugin*',
    send: 'CreateChannel CreateWebChannel *Interaction UpdateInteractionChannel CreateInteractionChannelInvite *InteractionChannelParticipant *InteractionTransfer',
    write: '*Insights* UpdateWebChannel',
  },
  flex_v2: { admin: 'UpdateFlexUser', send: 'CreateWebChannel' },
  frontline_v1: { write: 'UpdateUser' },
  iam_organizations: { admin: '*' },
  iam_v1: { admin: '*' },
  insights_v1: { admin: 'UpdateAccountSettings', write: 'UpdateAnnotation' },
  insights_v2: { write: 'Create*Report' },
  insights_v3: { read: 'CreateQueryResults', write: 'CreateQueryJob' },
  intelligence_v2: { admin: '*Service *Attachment', write: '*CustomOperator', spend: 'CreateTranscript' },
  intelligence_v3: { admin: '*Configuration', write: '*Operator', spend: 'CreateRuleExecution' },
  ip_messaging_v1: chat,
  ip_messaging_v2: chat,
  knowledge_v1: { write: '*Knowledge' },
  knowledge_v2: { read: 'CreateKnowledgeSearch', write: '*Knowledge *KnowledgeBase' },
  lookups_v2: { admin: '*Override* *RateLimit', spend: 'CreateBulkLookup' },
  marketplace_v1: {
    admin:
      'UpdateInstalledAddOn UpdateInstalledAddOnExtension CreateBillingUsage CreateReferralConversion *ModuleData*',
    spend: 'CreateInstalledAddOn',
  },
  memory_v1: {
    admin: '*Store *DataMapping UpdateIdentityResolutionSettings',
    read: 'CreateProfilesLookup CreateFetchProfileMemory',
    write:
      '*Profile *ProfileTraits *ProfileIdentifier *ProfileObservation *ProfileConversationSummary UpdateProfilesBulk CreateProfilesImportV2 *TraitGroup',
  },
  messaging_v1: {
    admin: 'UpdateDomain* *LinkshorteningMessagingService UpdateRequestManagedCert DeleteDomainCertV4',
    send: 'CreateBrandRegistrationOtp',
    spend:
      '*BrandRegistrations CreateBrandVetting CreateExternalCampaign *UsAppToPerson *TollfreeVerification',
    write:
      'CreateService UpdateService CreateAlphaSender CreateChannelSender CreateDestinationAlphaSender CreatePhoneNumber CreateShortCode',
  },
  messaging_v2: { admin: '*ChannelsSender', send: 'CreateTypingIndicator' },
  messaging_v3: { send: 'CreateV3TypingIndicator' },
  monitor_v2: { admin: '*Alarm UpdateAlarmStatus' },
  notify_v1: { admin: '*Service *Credential', send: 'CreateNotification', write: 'CreateBinding' },
  numbers_v1: {
    admin: '*PortingWebhookConfiguration* CreateSigningRequestConfiguration',
    send: 'CreateSmsVerification CreateVoiceVerification',
    spend: '*PortingPortIn* CreateSenderIdRegistration',
    read: 'CreateEligibility CreateBulkEligibility',
    write:
      'CreateSenderIdRegistrationEmbeddedSession CreateSmsVerificationCheck CreateVoiceVerificationCheck',
  },
  numbers_v2: {
    spend: '*HostedNumberOrder *AuthorizationDocument CreateShortCodeApplication',
    write: `*Bundle *BundleClone *BundleCopy ${regulatory} *Evaluation *ItemAssignment *ReplaceItems`,
  },
  numbers_v3: { spend: '*HostedNumberOrder' },
  oauth_v1: { admin: '*' },
  oauth_v2: { admin: '*' },
  preview: {
    admin: '*InstalledAddOnExtension UpdateMarketplaceInstalledAddOn UpdateWirelessSim',
    spend: '*HostedNumbers* CreateMarketplaceInstalledAddOn *WirelessRatePlan CreateWirelessCommand',
  },
  proxy_v1: {
    admin: '*PhoneNumber',
    send: 'CreateMessageInteraction CreateParticipant CreateSession UpdateSession',
    write: 'CreateService UpdateService',
  },
  routes_v2: { admin: '*' },
  routes_v3: { admin: '*' },
  serverless_v1: { admin: '*' },
  studio_v1: { admin: 'DeleteFlow', send: 'CreateEngagement CreateExecution', delete: 'UpdateExecution' },
  studio_v2: {
    admin: '*Flow UpdateTestUser',
    send: 'CreateExecution',
    read: 'UpdateFlowValidate',
    delete: 'UpdateExecution',
  },
  supersim_v1: {
    admin: '*Fleet *NetworkAccessProfile *NetworkAccessProfileNetwork',
    spend: 'CreateSim UpdateSim CreateEsimProfile CreateIpCommand CreateSmsCommand',
  },
  sync_v1: {
    admin: 'UpdateService *Permission',
    write:
      'CreateService *Document *SyncList *SyncListItem *SyncMap *SyncMapItem *SyncStream CreateStreamMessage',
  },
  taskrouter_v1: {
    admin: '*Workflow UpdateWorkspace',
    send: 'UpdateTaskReservation UpdateWorkerReservation',
    read: 'CreateTaskQueueBulkRealTimeStatistics',
    write: 'CreateWorkspace *Activity *Task *TaskChannel *TaskQueue *Worker *WorkerChannel',
  },
  trunking_v1: { admin: '*' },
  trusthub_v1: {
    spend: 'CreateA2pBrandRegistration CreateA2pCampaignRegistration',
    write: `Create*EmbeddedSession *ComplianceInquiry *ComplianceRegistration *TollfreeInquiry *CustomerProfile *CustomerProfile*Assignment *Evaluation *ProvisionalCopy ${regulatory} *TrustProduct *TrustProduct*Assignment`,
  },
  verify_v2: {
    admin:
      'CreateAccessToken *Bucket *RateLimit *MessagingConfiguration *Safelist *Webhook UpdateVerification',
    send: 'CreateVerification CreateChallenge CreateNotification',
    write:
      'CreateService UpdateService *Entity *Factor CreateNewFactor CreateVerificationCheck UpdateChallenge CreateNewFactorPasskey UpdatePasskeysFactor *ChallengePasskeys',
  },
  video_v1: {
    admin: '*CompositionHook CreateCompositionSettings CreateRecordingSettings',
    spend: 'CreateComposition CreateRoom *RoomTranscriptions',
    write:
      'UpdateRoom UpdateRoomParticipant UpdateRoomParticipantAnonymize UpdateRoomParticipantSubscribeRule UpdateRoomRecordingRule',
  },
  voice_v1: { admin: '*' },
  voice_v2: { admin: '*' },
  voice_v3: { spend: 'CreateV3Transcriptions' },
  wireless_v1: { spend: 'CreateCommand *RatePlan UpdateSim' },
};
