// Whom an operation of the full shelf reaches, and what it uses up, read from the input by name. What cannot be told from it
// counts as unknown, which every guard takes for the strictest case. Which operations send at all is said in classes-*.ts.
import type { Row } from '../../operation/define.ts';
import { type Channel, channelOf, type Purpose, type Recipient, type Usage } from '../../operation/reach.ts';
import { isRow } from '../../operation/row.ts';
import { parseTwiml } from '../../twiml/document.ts';
import { reachedBy } from '../../twiml/reach.ts';
import { addressesIn, parsedJson, unknown } from './addresses.ts';

interface Rule {
  /** Fields that hold addresses; every address inside counts. */
  readonly to: string;
  readonly channel: Channel;
  readonly purpose?: Purpose;
  readonly uses?: 'message' | 'call' | 'verification' | 'email' | 'nothing';
  /** Without these fields the call reaches nobody new: it mutes, ends, renames. */
  readonly onlyWith?: string;
}

const inCall = 'Url FallbackUrl AnnounceUrl HoldUrl WaitUrl';
const session: Rule = { to: 'Participants', channel: 'unknown' };
const reservation: Rule = {
  to: 'To CallTo DequeueTo',
  channel: 'voice',
  uses: 'call',
  onlyWith: 'Instruction To CallTo DequeueTo CallUrl RedirectUrl RedirectCallSid',
};
const campaign: Rule = { to: '', channel: 'email', purpose: 'marketing' };
const newSender: Rule = { to: 'from', channel: 'email', purpose: 'transactional', uses: 'email' };
const participant: Rule = { to: 'MessagingBinding.Address Identity', channel: 'sms' };
const typing: Rule = { to: 'messageId to', channel: 'whatsapp', purpose: 'conversational', uses: 'nothing' };

/** Operation → how it reaches people. An operation that sends and is not here reaches somebody unknown. */
const rules: Readonly<Record<string, Rule>> = {
  'api_v2010.CreateMessage': { to: 'To', channel: 'sms', uses: 'message' },
  'api_v2010.CreateCall': { to: 'To', channel: 'voice', uses: 'call' },
  'api_v2010.UpdateCall': { to: '', channel: 'voice', uses: 'call', onlyWith: 'Url FallbackUrl Twiml' },
  'api_v2010.CreateParticipant': { to: 'To', channel: 'voice', uses: 'call' },
  'api_v2010.UpdateParticipant': { to: '', channel: 'voice', onlyWith: inCall },
  'api_v2010.UpdateConference': { to: '', channel: 'voice', onlyWith: inCall },
  'api_v2010.CreateValidationRequest': {
    to: 'PhoneNumber',
    channel: 'voice',
    purpose: 'verification',
    uses: 'call',
  },
  'conversations_v1.CreateConversationParticipant': participant,
  'conversations_v1.CreateServiceConversationParticipant': participant,
  'conversations_v1.UpdateConversationParticipant': {
    ...participant,
    onlyWith: 'MessagingBinding.ProxyAddress MessagingBinding.ProjectedAddress',
  },
  'conversations_v1.UpdateServiceConversationParticipant': {
    ...participant,
    onlyWith: 'MessagingBinding.ProxyAddress MessagingBinding.ProjectedAddress',
  },
  'conversations_v1.CreateConversationWithParticipants': { to: 'Participant', channel: 'sms' },
  'conversations_v1.CreateServiceConversationWithParticipants': { to: 'Participant', channel: 'sms' },
  'conversations_v2.CreateConversationAction': { to: 'payload', channel: 'unknown' },
  'conversations_v2.CreateCommunicationInConversation': { to: 'recipients', channel: 'unknown' },
  'conversations_v2.CreateParticipantInConversation': { to: 'addresses', channel: 'unknown' },
  'conversations_v2.UpdateParticipantInConversation': { to: 'addresses', channel: 'unknown' },
  'conversations_v2.CreateConversationWithConfig': { to: 'participants', channel: 'unknown' },
  'messaging_v2.CreateTypingIndicator': typing,
  'messaging_v3.CreateV3TypingIndicator': typing,
  'numbers_v1.CreateVoiceVerification': { to: '', channel: 'voice', purpose: 'verification' },
  'proxy_v1.CreateParticipant': { to: 'Identifier', channel: 'sms' },
  'proxy_v1.CreateMessageInteraction': { to: 'ParticipantSid', channel: 'unknown', uses: 'message' },
  'proxy_v1.CreateSession': { ...session, onlyWith: 'Participants' },
  'proxy_v1.UpdateSession': { ...session, onlyWith: 'Status' },
  'studio_v1.CreateEngagement': { to: 'To', channel: 'unknown' },
  'studio_v1.CreateExecution': { to: 'To', channel: 'unknown' },
  'studio_v2.CreateExecution': { to: 'To', channel: 'unknown' },
  'taskrouter_v1.UpdateTaskReservation': reservation,
  'taskrouter_v1.UpdateWorkerReservation': reservation,
  'verify_v2.CreateVerification': {
    to: 'To',
    channel: 'unknown',
    purpose: 'verification',
    uses: 'verification',
  },
  'verify_v2.CreateChallenge': {
    to: 'Identity',
    channel: 'push',
    purpose: 'verification',
    uses: 'verification',
  },
  'verify_v2.CreateNotification': { to: 'Identity', channel: 'push', purpose: 'verification' },
  'sendgrid_mail_v3.SendMail': { to: 'personalizations', channel: 'email', uses: 'email' },
  'sendgrid_mc_test_v3.SendTestMarketingEmail': {
    to: 'emails',
    channel: 'email',
    purpose: 'marketing',
    uses: 'email',
  },
  'sendgrid_lmc_campaigns_v3.SendTestCampaign': {
    to: 'to',
    channel: 'email',
    purpose: 'marketing',
    uses: 'email',
  },
  'sendgrid_lmc_campaigns_v3.SendCampaign': campaign,
  'sendgrid_lmc_campaigns_v3.ScheduleCampaign': campaign,
  'sendgrid_lmc_campaigns_v3.UpdateScheduledCampaign': campaign,
  'sendgrid_mc_singlesends_v3.ScheduleSingleSend': campaign,
  'sendgrid_mc_singlesends_v3.CreateSingleSend': campaign,
  'sendgrid_mc_singlesends_v3.UpdateSingleSend': campaign,
  'sendgrid_domain_authentication_v3.EmailDnsRecord': { to: 'email', channel: 'email', uses: 'email' },
  'sendgrid_verified_senders_v3.CreateVerifiedSender': { ...newSender, to: 'from_email' },
  'sendgrid_mc_senders_v3.CreateSender': newSender,
  'sendgrid_lmc_senders_v3.CreateSender': newSender,
};

const whoever: Rule = { to: '', channel: 'unknown' };

/** Fields that have Twilio fetch or run what this server cannot see; whom that reaches is anybody's guess. */
const unseen = [
  'Url',
  'FallbackUrl',
  'ApplicationSid',
  'AnnounceUrl',
  'HoldUrl',
  'WaitUrl',
  'CallUrl',
  'RedirectUrl',
];

export function reachedIn(id: string, input: Row): readonly Recipient[] {
  if (id === 'notify_v1.CreateNotification') return notified(input);
  const rule = rules[id] ?? whoever;
  if (rule.onlyWith !== undefined && !namesIn(rule.onlyWith).some((name) => input[name] !== undefined))
    return [];
  const named = namesIn(rule.to).flatMap((name) => addressesIn(input[name]));
  const direct = named.map((to): Recipient => recipient(to, rule, input));
  const inside = reachedInside(input['Twiml'], rule);
  const more = unseen.some((name) => input[name] !== undefined) ? [nobodyKnows(rule)] : [];
  const all = [...direct, ...inside, ...more];
  return all.length === 0 && input['Twiml'] === undefined ? [nobodyKnows(rule)] : all;
}

function namesIn(names: string): string[] {
  return names === '' ? [] : names.split(' ');
}

function recipient(to: string, { channel, purpose }: Rule, input: Row): Recipient {
  const bare = channel === 'unknown' ? channelNamed(input['Channel']) : channel;
  return {
    to,
    channel: to.includes('@') && bare !== 'voice' ? 'email' : channelOf(to, bare),
    ...(purpose && { purpose }),
  };
}

/** Verify names the channel in the request itself. */
function channelNamed(value: unknown): Channel {
  const words: Readonly<Record<string, Channel>> = {
    sms: 'sms',
    call: 'voice',
    whatsapp: 'whatsapp',
    rcs: 'rcs',
    email: 'email',
  };
  return words[String(value)] ?? 'unknown';
}

function nobodyKnows({ channel, purpose }: Rule): Recipient {
  return { to: unknown, channel, ...(purpose && { purpose }) };
}

/** A binding says itself what it is; those of a user, a tag or a segment are known to Twilio alone. */
function notified(input: Row): Recipient[] {
  const named = [input['ToBinding'] ?? []].flat().flatMap((binding) => {
    const told = typeof binding === 'string' ? parsedJson(binding) : undefined;
    const type = isRow(told) ? told['binding_type'] : undefined;
    const bare = channelOfBinding[String(type)] ?? 'unknown';
    return addressesIn(binding).map((to): Recipient => ({ to, channel: channelOf(to, bare) }));
  });
  const others = ['Identity', 'Tag', 'Segment'].some((name) => input[name] !== undefined);
  return others || named.length === 0 ? [...named, nobodyKnows(whoever)] : named;
}

const channelOfBinding: Readonly<Record<string, Channel>> = {
  sms: 'sms',
  apn: 'push',
  fcm: 'push',
  gcm: 'push',
  'facebook-messenger': 'messenger',
};

function reachedInside(twiml: unknown, rule: Rule): Recipient[] {
  if (typeof twiml !== 'string') return [];
  const parsed = parseTwiml(twiml);
  if (!parsed.ok) return [nobodyKnows(rule)];
  const { recipients, dynamic, replies } = reachedBy(parsed.root);
  const found = recipients.flatMap(({ to, via }): Recipient[] => {
    if (via === 'conference' || via === 'queue') return [];
    const isText = via === 'sms' || via === 'whatsapp';
    return [{ to, channel: isText ? via : via === 'unknown' ? 'unknown' : 'voice' }];
  });
  return dynamic || replies ? [...found, nobodyKnows({ to: '', channel: 'unknown' })] : found;
}

/** Seconds a call may last when nobody says: Twilio ends it after four hours. */
const longestCall = 14_400;

export function usedBy(id: string, input: Row): Usage {
  if (id === 'lookups_v2.FetchPhoneNumber') return { kind: 'lookup', packages: wordsIn(input['Fields']) };
  if (id === 'lookups_v1.FetchPhoneNumber')
    return { kind: 'lookup', packages: [input['Type'], input['AddOns']].flat().map(String) };
  if (id.startsWith('api_v2010.CreateIncomingPhoneNumber') && !id.endsWith('AddOn'))
    return numberOf(id, input);
  if (id.startsWith('sendgrid_email_validation'))
    return { kind: 'unknown', why: 'validations are billed by plan' };
  const people = reachedIn(id, input);
  switch (rules[id]?.uses) {
    case 'message':
      return messageOf(input, people);
    case 'call':
      return callOf(input, people);
    case 'verification':
      return { kind: 'verification', channel: people[0]?.channel ?? 'unknown' };
    case 'email':
      return { kind: 'email', recipients: Math.max(1, people.length) };
    case 'nothing':
      return { kind: 'nothing' };
    default:
      return people.length === 0
        ? { kind: 'nothing' }
        : { kind: 'unknown', why: 'its price is not in its input' };
  }
}

function messageOf(input: Row, people: readonly Recipient[]): Usage {
  if (input['ContentSid'] !== undefined)
    return { kind: 'unknown', why: 'the template decides how long the message is' };
  const { Body: body, MediaUrl: media } = input;
  return {
    kind: 'message',
    channel: people[0]?.channel ?? 'unknown',
    body: typeof body === 'string' ? body : '',
    media: Array.isArray(media) ? media.length : media === undefined ? 0 : 1,
  };
}

function callOf(input: Row, people: readonly Recipient[]): Usage {
  if (people.length === 0) return { kind: 'nothing' };
  const limit = input['TimeLimit'];
  const minutes = (typeof limit === 'number' ? limit : longestCall) / 60;
  if (people.some(({ to }) => to === unknown))
    return { kind: 'unknown', why: 'whom the call goes on to is not in its input', minutes };
  return { kind: 'call', legs: people.length, minutes };
}

function numberOf(id: string, input: Row): Usage {
  const type = /(Local|Mobile|TollFree)$/.exec(id)?.[1] ?? 'unknown';
  const isUs = typeof input['AreaCode'] === 'string' || String(input['PhoneNumber']).startsWith('+1');
  return { kind: 'number', country: isUs ? 'US' : 'unknown', type: type.toLowerCase() };
}

function wordsIn(value: unknown): string[] {
  return typeof value === 'string' ? value.split(',').map((each) => each.trim()) : [];
}

/** Those with a rule, for the law that each of them exists and sends. */
export const ruled: readonly string[] = Object.keys(rules);
