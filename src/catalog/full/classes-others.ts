// What each of SendGrid's and Segment's operations that does more than look does to the world. Twilio's own: classes-twilio.ts.
import type { Classes } from './facts.ts';

const senders: Classes[string] = {
  admin: 'UpdateSender',
  // A new sender, and a reminder to one, sends a confirmation mail to that address.
  send: 'CreateSender ResetSenderVerification',
};

export const sendgridClasses: Classes = {
  sendgrid_account_provisioning_v3: { admin: '*' },
  sendgrid_alerts_v3: { admin: '*' },
  sendgrid_api_keys_v3: { admin: '*' },
  sendgrid_domain_authentication_v3: { send: 'EmailDnsRecord', admin: '*' },
  sendgrid_email_activity_v3: { write: 'RequestCsv' },
  sendgrid_email_validation_v3: { spend: 'ValidateEmail ListEmailJobForVerification' },
  sendgrid_enforced_tls_v3: { admin: '*' },
  sendgrid_integrations_v3: { admin: '*' },
  sendgrid_ip_access_management_v3: { admin: '*' },
  sendgrid_ip_address_management_v3: { spend: 'AddIp', admin: '*' },
  sendgrid_ip_provisioning_v3: { spend: 'AddAccountIps', admin: 'RemoveAccountIps' },
  sendgrid_ip_warmup_v3: { admin: '*' },
  sendgrid_ips_v3: { spend: 'AddIp', admin: '*' },
  sendgrid_link_branding_v3: { admin: '*' },
  sendgrid_lmc_campaigns_v3: {
    send: 'ScheduleCampaign UpdateScheduledCampaign SendCampaign SendTestCampaign',
    write: 'CreateCampaign UpdateCampaign',
  },
  sendgrid_lmc_contactdb_v3: {
    read: 'SearchRecipient',
    write:
      'CreateCustomField *ContactDbList AddRecipientsToContactDbList AddRecipientToContactDbList AddRecipient UpdateRecipient *Segment ExportRecipient',
  },
  sendgrid_lmc_senders_v3: senders,
  sendgrid_logs_v3: { read: 'ListMessagesByFilter' },
  sendgrid_mail_settings_v3: { admin: '*' },
  sendgrid_mail_v3: { send: 'SendMail', write: 'CreateMailBatch' },
  sendgrid_mc_contacts_v3: {
    read: 'ListBatchedContact SearchContact ListContactByEmail GetContactByIdentifiers',
    write: 'UpdateContact ExportContact ImportContact',
  },
  sendgrid_mc_custom_fields_v3: { write: '*FieldDefinition' },
  sendgrid_mc_designs_v3: { write: '*Design' },
  sendgrid_mc_lists_v3: { write: '*MarketingList' },
  sendgrid_mc_segments_2_0_v3: { write: '*Segment' },
  sendgrid_mc_senders_v3: senders,
  sendgrid_mc_singlesends_v3: {
    send: 'ScheduleSingleSend CreateSingleSend UpdateSingleSend',
    read: 'SearchSingleSend',
    write: 'DuplicateSingleSend',
  },
  sendgrid_mc_test_v3: { send: 'SendTestMarketingEmail' },
  sendgrid_recipients_data_erasure_v3: { delete: 'EraseRecipientEmailData' },
  sendgrid_reverse_dns_v3: { admin: '*' },
  // A paused batch that is let go again is sent; cancelled mail is gone.
  sendgrid_scheduled_sends_v3: {
    send: 'DeleteScheduledSend',
    delete: 'CreateScheduledSend UpdateScheduledSend',
  },
  sendgrid_sso_v3: { admin: '*' },
  sendgrid_subusers_v3: { admin: '*' },
  sendgrid_suppressions_v3: {
    admin: 'Delete*',
    read: 'SearchSuppressionFromAsmGroup',
    write: '*AsmGroup CreateGlobalSuppression',
  },
  sendgrid_teammates_v3: { admin: '*' },
  sendgrid_templates_v3: { write: '*Template *TemplateVersion' },
  sendgrid_tracking_settings_v3: { admin: '*' },
  sendgrid_user_v3: { admin: '*' },
  sendgrid_verified_senders_v3: {
    send: 'CreateVerifiedSender ResendVerifiedSender',
    admin: '*VerifiedSender',
  },
  sendgrid_webhooks_v3: { admin: '*' },
};

export const segmentClasses: Classes = {
  // What becomes of an event is up to the destinations that others have set up behind it: a write, as in the hand-shaped shelf.
  segment_tracking: { write: 'identify track page screen group alias batch' },
  segment_public: {
    read: 'createAudiencePreview batchQueryMessagingSubscriptionsForSpace previewDestinationFilter',
    admin:
      '*Function* *Destination* *Credential* *Regulation *User* *Permission* *Invites *Warehouse* *ReverseE[Tt][Ll]* *Source* *WriteKey* *LivePlugin* *Filter* *Transformation* *Activation* *MessagingSubscriptions* createDbtModelSyncTrigger',
    write:
      '*Audience *AudienceForSpace *AudienceRun *AudienceSchedule* *ComputedTrait* createDownload createLabel *TrackingPlan',
  },
};
