// Here: Proxy sessions, participants, and messages into a session.
// Not here: relaying what a participant texts to the other; inbound messages of pooled numbers are not taken over.
import { accountBySid } from '../accounts.ts';
import { metaPage } from '../paging.ts';
import { type Ask, type Product, route } from '../route.ts';
import type { World } from '../state.ts';
import { created, iso, missingParameter, noContent, notFound, ok, TwilioError } from '../wire.ts';
import { poolRoutes } from './proxy-pool.ts';
import {
  HOST,
  type Interaction,
  interactions,
  type Participant,
  type Pooled,
  participants,
  pool,
  SERVICE,
  SERVICES,
  type Session,
  serviceOf,
  services,
  sessions,
} from './proxy-rows.ts';

const SESSIONS = `${SERVICE}/Sessions`;
const SESSION = `${SESSIONS}/{SessionSid}`;
const PARTICIPANTS = `${SESSION}/Participants`;
const MESSAGES = `${PARTICIPANTS}/{ParticipantSid}/MessageInteractions`;

function sessionOf(ask: Ask, name = 'SessionSid'): Session {
  const found = sessions(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined || found.serviceSid !== serviceOf(ask).sid) throw notFound(ask.path);
  if (found.status !== 'closed' && found.expiresAt !== null && found.expiresAt <= ask.world.clock.now()) {
    close(found, found.expiresAt, 'expired');
  }
  return found;
}

function close(session: Session, at: number, reason: string): void {
  session.status = 'closed';
  session.endedAt = at;
  session.closedReason = reason;
}

function openSessionOf(ask: Ask): Session {
  const session = sessionOf(ask);
  if (session.status === 'closed') throw new TwilioError(400, 80_607, 'Session is closed');
  return session;
}

function members(ask: Ask, session: Session): Participant[] {
  return participants(ask.world).list(
    ask.account.sid,
    (one) => one.sessionSid === session.sid && one.deletedAt === null,
  );
}

function participantOf(ask: Ask, name: string): Participant {
  const found = members(ask, sessionOf(ask)).find((one) => one.sid === ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function createSession(ask: Ask): Session {
  const service = serviceOf(ask);
  const { form, world, account } = ask;
  const uniqueName = form.get('UniqueName') ?? null;
  const namesakes = sessions(world).list(
    account.sid,
    (one) => one.serviceSid === service.sid && one.uniqueName === uniqueName,
  );
  if (uniqueName !== null && namesakes.length > 0)
    throw new TwilioError(409, 80_603, 'Session UniqueName must be unique');
  const now = world.clock.now();
  const ttl = Number(form.get('Ttl') ?? service.settings['default_ttl'] ?? 0);
  const expiry = form.get('DateExpiry');
  return sessions(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('KC'),
    serviceSid: service.sid,
    uniqueName,
    mode: form.get('Mode') ?? 'voice-and-message',
    status: 'open',
    ttl,
    expiresAt: expiry === undefined ? (ttl > 0 ? now + ttl * 1000 : null) : Date.parse(expiry),
    lastAt: null,
    endedAt: null,
    closedReason: '',
    createdAt: now,
  });
}

function updateSession(ask: Ask): Session {
  const session = sessionOf(ask);
  const status = ask.form.get('Status');
  if (status !== undefined && status !== 'closed' && status !== 'in-progress') {
    throw new TwilioError(400, 80_608, 'Session status is invalid');
  }
  if (status === 'closed' && session.status !== 'closed') close(session, ask.world.clock.now(), 'api');
  if (status === 'in-progress') session.status = 'in-progress';
  return session;
}

function showSession(session: Session): unknown {
  const url = `https://${HOST}${SERVICES}/${session.serviceSid}/Sessions/${session.sid}`;
  const moment = (time: number | null) => (time === null ? null : iso(time));
  return {
    sid: session.sid,
    service_sid: session.serviceSid,
    account_sid: session.accountSid,
    unique_name: session.uniqueName,
    status: session.status,
    mode: session.mode,
    ttl: session.ttl,
    date_started: moment(session.lastAt),
    date_ended: moment(session.endedAt),
    date_last_interaction: moment(session.lastAt),
    date_expiry: moment(session.expiresAt),
    closed_reason: session.closedReason,
    date_created: iso(session.createdAt),
    date_updated: iso(session.lastAt ?? session.createdAt),
    url,
    links: { interactions: `${url}/Interactions`, participants: `${url}/Participants` },
  };
}

function addParticipant(ask: Ask): Participant {
  const session = openSessionOf(ask);
  const { form, world, account } = ask;
  const identifier = form.get('Identifier') ?? '';
  if (!/^\+[1-9]\d{6,14}$/.test(identifier))
    throw new TwilioError(400, 80_404, 'Invalid participant identifier');
  const present = members(ask, session);
  if (present.some((one) => one.identifier === identifier))
    throw new TwilioError(400, 80_103, 'Participant has already been added');
  if (present.length >= 2) throw new TwilioError(400, 80_609, 'Session is limited to two participants');
  return participants(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('KP'),
    sessionSid: session.sid,
    identifier,
    friendlyName: form.get('FriendlyName') ?? null,
    proxy: proxyNumberFor(ask, session, identifier),
    deletedAt: null,
    createdAt: world.clock.now(),
  });
}

/** One person may see a number in one open session only: an answer must find its way back to one other person. */
function proxyNumberFor(ask: Ask, session: Session, identifier: string): Pooled {
  const { form, world, account } = ask;
  const all = pool(world)
    .list(account.sid, (one) => one.serviceSid === session.serviceSid)
    .reverse();
  if (all.length === 0) throw new TwilioError(400, 80_205, 'Service has no phone numbers');
  const busy = new Set(
    participants(world)
      .list(account.sid, (one) => one.identifier === identifier && one.deletedAt === null)
      .filter((one) => sessions(world).get(account.sid, one.sessionSid)?.status !== 'closed')
      .map((one) => one.proxy.sid),
  );
  const named = form.get('ProxyIdentifier') ?? form.get('ProxyIdentifierSid');
  if (named !== undefined) {
    const found = all.find((one) => one.phone === named || one.sid === named);
    if (found === undefined) throw new TwilioError(400, 80_605, 'Proxy identifier is not in this service');
    if (busy.has(found.sid))
      throw new TwilioError(400, 80_604, 'Proxy identifier is in use for this participant');
    return found;
  }
  const open = all.filter((one) => !one.isReserved);
  if (open.length === 0) throw new TwilioError(400, 80_207, 'All phone numbers are reserved');
  const free = open.find((one) => !busy.has(one.sid));
  if (free === undefined)
    throw new TwilioError(400, 80_208, 'No available proxy number for this participant');
  return free;
}

function showParticipant(ask: Ask) {
  const session = sessionOf(ask);
  return (one: Participant): unknown => {
    const url = `https://${HOST}${SERVICES}/${session.serviceSid}/Sessions/${session.sid}/Participants/${one.sid}`;
    return {
      sid: one.sid,
      session_sid: one.sessionSid,
      service_sid: session.serviceSid,
      account_sid: one.accountSid,
      identifier: one.identifier,
      proxy_identifier: one.proxy.phone,
      proxy_identifier_sid: one.proxy.sid,
      friendly_name: one.friendlyName,
      date_deleted: null,
      date_created: iso(one.createdAt),
      date_updated: iso(one.createdAt),
      url,
      links: { message_interactions: `${url}/MessageInteractions` },
    };
  };
}

function sendMessage(ask: Ask): Interaction {
  const session = openSessionOf(ask);
  const participant = participantOf(ask, 'ParticipantSid');
  const body = ask.form.get('Body');
  if (body === undefined || body === '') throw missingParameter('Body');
  if (session.mode === 'voice-only') throw new TwilioError(400, 80_910, 'Session is voice only');
  const { world } = ask;
  const now = world.clock.now();
  session.lastAt = now;
  session.status = 'in-progress';
  if (session.ttl > 0) session.expiresAt = now + session.ttl * 1000;
  const interaction = interactions(world).add({
    accountSid: ask.account.sid,
    sid: world.ids.sid('KI'),
    sessionSid: session.sid,
    participantSid: participant.sid,
    messageSid: world.ids.sid('SM'),
    body,
    status: 'queued',
    createdAt: now,
  });
  world.clock.after(2, () => {
    interaction.status = 'delivered';
    const received = {
      kind: 'sms' as const,
      sid: interaction.messageSid,
      from: participant.proxy.phone,
      body,
      media: [],
    };
    world.phones.receive(participant.identifier, { ...received, at: world.clock.now() });
    tellOfInteraction(world, session, interaction);
  });
  return interaction;
}

/** To the service's callback URL; parameters as in docs/proxy/api/webhooks. */
function tellOfInteraction(world: World, session: Session, interaction: Interaction): void {
  const { accountSid, serviceSid, sid } = session;
  const url = services(world).get(accountSid, serviceSid)?.settings['callback_url'];
  if (typeof url !== 'string' || url === '') return;
  void world.callbacks.send({
    kind: 'proxy-interaction',
    accountSid,
    authToken: accountBySid(world, accountSid)?.authToken ?? '',
    url,
    params: {
      interactionSid: interaction.sid,
      interactionSessionSid: sid,
      interactionServiceSid: serviceSid,
      interactionAccountSid: accountSid,
      interactionType: 'Message',
      interactionData: JSON.stringify({ body: interaction.body }),
      interactionDateCreated: iso(interaction.createdAt),
      outboundParticipantSid: interaction.participantSid,
      outboundResourceSid: interaction.messageSid,
      outboundResourceStatus: interaction.status,
      outboundResourceType: 'message',
    },
  });
}

function showInteraction(ask: Ask) {
  const { serviceSid } = sessionOf(ask);
  return (one: Interaction): unknown => ({
    sid: one.sid,
    session_sid: one.sessionSid,
    service_sid: serviceSid,
    account_sid: one.accountSid,
    data: JSON.stringify({ body: one.body }),
    type: 'message',
    inbound_participant_sid: null,
    inbound_resource_sid: null,
    inbound_resource_status: null,
    inbound_resource_type: null,
    inbound_resource_url: null,
    outbound_participant_sid: one.participantSid,
    outbound_resource_sid: one.messageSid,
    outbound_resource_status: one.status,
    outbound_resource_type: 'Message',
    outbound_resource_url: `https://api.twilio.com/2010-04-01/Accounts/${one.accountSid}/Messages/${one.messageSid}.json`,
    date_created: iso(one.createdAt),
    date_updated: iso(one.createdAt),
    url: `https://${HOST}${SERVICES}/${serviceSid}/Sessions/${one.sessionSid}/Interactions/${one.sid}`,
  });
}

export const proxy: Product = {
  name: 'proxy',
  routes: [
    ...poolRoutes,
    route('POST', HOST, SESSIONS, (ask) => created(showSession(createSession(ask)))),
    route('GET', HOST, SESSIONS, (ask) => {
      const { sid } = serviceOf(ask);
      return metaPage(
        ask,
        'sessions',
        sessions(ask.world).list(ask.account.sid, (one) => one.serviceSid === sid),
        showSession,
      );
    }),
    route('GET', HOST, SESSION, (ask) => ok(showSession(sessionOf(ask)))),
    route('POST', HOST, SESSION, (ask) => ok(showSession(updateSession(ask)))),
    route('POST', HOST, PARTICIPANTS, (ask) => created(showParticipant(ask)(addParticipant(ask)))),
    route('GET', HOST, PARTICIPANTS, (ask) =>
      metaPage(ask, 'participants', members(ask, sessionOf(ask)), showParticipant(ask)),
    ),
    route('GET', HOST, `${PARTICIPANTS}/{Sid}`, (ask) => ok(showParticipant(ask)(participantOf(ask, 'Sid')))),
    route('DELETE', HOST, `${PARTICIPANTS}/{Sid}`, (ask) => {
      participantOf(ask, 'Sid').deletedAt = ask.world.clock.now();
      return noContent();
    }),
    route('GET', HOST, `${SESSION}/Interactions`, (ask) => {
      const { sid } = sessionOf(ask);
      return metaPage(
        ask,
        'interactions',
        interactions(ask.world).list(ask.account.sid, (one) => one.sessionSid === sid),
        showInteraction(ask),
      );
    }),
    route('POST', HOST, MESSAGES, (ask) => created(showInteraction(ask)(sendMessage(ask)))),
  ],
};
