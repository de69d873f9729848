// Here: the routes of conferences and of their participants.
// Not here: what happens in the room (voice-conference.ts).
import { uriPage } from '../paging.ts';
import { type Ask, type Route, route } from '../route.ts';
import { created, invalidParameter, noContent, notFound, ok, rfc2822, TwilioError } from '../wire.ts';
import { addCall, type Call, calls, hear } from './voice-call.ts';
import {
  type Conference,
  type ConferenceCallback,
  conferences,
  endRoom,
  leave,
  type Participant,
  participantsOf,
  recordRoom,
  roomOf,
  seat,
  stayInRoom,
  tellRoom,
} from './voice-conference.ts';
import { LONGEST, ring } from './voice-life.ts';
import type { Line, Outcome } from './voice-line.ts';
import { isInRange } from './voice-list.ts';
import { checkCallee, checkCaller, readLimit, readStatusCallback, readTimeout } from './voice-place.ts';
import { recordings } from './voice-recording.ts';
import { showConferenceRecording } from './voice-recordings.ts';
import { live } from './voice-run.ts';

const API = 'api.twilio.com';
const ALL = '/2010-04-01/Accounts/{AccountSid}/Conferences';
const IN = `${ALL}/{ConferenceSid}`;

export const conferenceRoutes: readonly Route[] = [
  route('GET', API, `${ALL}.json`, (ask) => {
    const { query } = ask;
    const name = query.get('FriendlyName');
    const status = query.get('Status');
    const rows = conferences(ask.world).list(
      ask.account.sid,
      (one) =>
        (name === undefined || one.friendlyName === name) &&
        (status === undefined || one.status === status) &&
        isInRange(query, 'DateCreated', one.createdAt) &&
        isInRange(query, 'DateUpdated', one.updatedAt),
    );
    return uriPage(ask, 'conferences', rows, showConference);
  }),
  route('GET', API, `${ALL}/{Sid}.json`, (ask) => ok(showConference(named(ask, 'Sid')))),
  route('POST', API, `${ALL}/{Sid}.json`, (ask) => {
    const { world, form } = ask;
    const conference = named(ask, 'Sid');
    const status = form.get('Status');
    if (status !== undefined && status !== 'completed') throw invalidParameter('Status');
    const announced = form.get('AnnounceUrl');
    if (announced !== undefined) {
      for (const one of participantsOf(world, conference)) announce(ask, one, announced);
    }
    if (status === 'completed' && conference.status !== 'completed') {
      conference.status = 'completed';
      world.clock.after(0, () => endRoom(world, conference, 'conference-ended-via-api'));
    }
    return ok(showConference(conference));
  }),
  route('GET', API, `${IN}/Recordings.json`, (ask) => {
    const { sid } = named(ask, 'ConferenceSid');
    const rows = recordings(ask.world).list(ask.account.sid, (one) => one.conferenceSid === sid);
    return uriPage(ask, 'recordings', rows, showConferenceRecording);
  }),
  route('GET', API, `${IN}/Participants.json`, (ask) => {
    const is = (name: string, value: boolean): boolean => {
      const wanted = ask.query.boolean(name);
      return wanted === undefined || wanted === value;
    };
    const rows = participantsOf(ask.world, named(ask, 'ConferenceSid'))
      .filter((one) => is('Muted', one.muted) && is('Hold', one.hold) && is('Coaching', one.coaching))
      .reverse();
    return uriPage(ask, 'participants', rows, (one) => showParticipant(ask, one));
  }),
  route('POST', API, `${IN}/Participants.json`, (ask) => created(showParticipant(ask, invite(ask), '0'))),
  route('GET', API, `${IN}/Participants/{CallSid}.json`, (ask) =>
    ok(showParticipant(ask, namedParticipant(ask))),
  ),
  route('POST', API, `${IN}/Participants/{CallSid}.json`, (ask) => ok(showParticipant(ask, update(ask)))),
  route('DELETE', API, `${IN}/Participants/{CallSid}.json`, (ask) => {
    const { world } = ask;
    const conference = named(ask, 'ConferenceSid');
    const one = namedParticipant(ask);
    world.clock.after(0, () => leave(world, conference, one, 'kicked'));
    return noContent();
  }),
];

function named(ask: Ask, param: string): Conference {
  const conference = conferences(ask.world).get(ask.account.sid, ask.param(param));
  if (conference === undefined) throw notFound(ask.path);
  return conference;
}

/** By the SID of the call, or by its label. */
function namedParticipant(ask: Ask): Participant {
  const name = ask.param('CallSid');
  const one = participantsOf(ask.world, named(ask, 'ConferenceSid')).find(
    ({ sid, label }) => sid === name || label === name,
  );
  if (one === undefined) throw notFound(ask.path);
  return one;
}

/** Calls someone into a room, which is named by its SID or made under its friendly name. */
function invite(ask: Ask): Participant {
  const { world, account, form } = ask;
  const to = checkCallee(world, form.get('To'));
  const from = checkCaller(world, account.sid, form.get('From'));
  const timeout = readTimeout(form);
  const limit = readLimit(form) ?? LONGEST;
  const name = ask.param('ConferenceSid');
  const label = form.get('Label') ?? null;
  if (label !== null && (label.length > 128 || label.includes('/') || /^CA[0-9a-f]{32}$/.test(label))) {
    throw new TwilioError(400, 16024, 'Invalid participant label');
  }
  const conference = /^CF[0-9a-fA-F]{32}$/.test(name)
    ? named(ask, 'ConferenceSid')
    : roomOf(world, account.sid, name, readCallback(ask));
  if (conference.status === 'completed') throw new TwilioError(400, 20001, 'The conference has ended');
  if (label !== null && participantsOf(world, conference).some((one) => one.label === label)) {
    throw new TwilioError(400, 16026, 'Participant label is in use by another participant');
  }
  const call = addCall(world, {
    accountSid: account.sid,
    to,
    from,
    direction: 'outbound-api',
    ...readStatusCallback(form),
  });
  const one = seat(world, call, conference, {
    label,
    muted: form.boolean('Muted') === true,
    startsOnEnter: form.boolean('StartConferenceOnEnter') !== false,
    endsOnExit: form.boolean('EndConferenceOnExit') === true,
  });
  const stay = async (line: Line): Promise<Outcome> => {
    if (['true', 'record-from-start'].includes(form.get('ConferenceRecord') ?? '')) {
      recordRoom(world, conference, call);
    }
    await stayInRoom(world, line, conference, one);
    return 'hangup';
  };
  ring(world, call, { timeout, limit, onAnswer: (line) => live(world, call, () => stay(line)) });
  return one;
}

function readCallback({ form }: Ask): ConferenceCallback {
  const events = form.all('ConferenceStatusCallbackEvent').flatMap((one) => one.split(/\s+/));
  return {
    url: form.get('ConferenceStatusCallback') ?? '',
    method: form.get('ConferenceStatusCallbackMethod') === 'GET' ? 'GET' : 'POST',
    events: events.length === 0 ? ['start', 'end'] : events,
  };
}

function update(ask: Ask): Participant {
  const { world, form } = ask;
  const conference = named(ask, 'ConferenceSid');
  const one = namedParticipant(ask);
  const muted = form.boolean('Muted') ?? one.muted;
  const hold = form.boolean('Hold') ?? one.hold;
  const isMuteNew = muted !== one.muted;
  const isHoldNew = hold !== one.hold;
  one.muted = muted;
  one.hold = hold;
  one.endsOnExit = form.boolean('EndConferenceOnExit') ?? one.endsOnExit;
  one.callSidToCoach = form.get('CallSidToCoach') ?? one.callSidToCoach;
  one.coaching = form.boolean('Coaching') ?? one.callSidToCoach !== null;
  one.updatedAt = world.clock.now();
  if (isMuteNew) tellRoom(world, conference, muted ? 'participant-mute' : 'participant-unmute', one);
  if (isHoldNew) {
    tellRoom(world, conference, hold ? 'participant-hold' : 'participant-unhold', one);
    hear(
      world,
      callOf(ask, one),
      'twilio',
      'hold',
      hold ? (form.get('HoldUrl') ?? 'on hold') : 'back from hold',
    );
  }
  const announced = form.get('AnnounceUrl');
  if (announced !== undefined) announce(ask, one, announced);
  return one;
}

/** What the URL holds is not fetched; that it was played to them is written down. */
function announce(ask: Ask, one: Participant, url: string): void {
  hear(ask.world, callOf(ask, one), 'twilio', 'play', url);
}

function callOf({ world, path }: Ask, { accountSid, sid }: Participant): Call {
  const call = calls(world).get(accountSid, sid);
  if (call === undefined) throw notFound(path);
  return call;
}

function showConference(conference: Conference): unknown {
  const { accountSid, sid } = conference;
  const uri = `/2010-04-01/Accounts/${accountSid}/Conferences/${sid}`;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    date_created: rfc2822(conference.createdAt),
    date_updated: rfc2822(conference.updatedAt),
    friendly_name: conference.friendlyName,
    region: 'us1',
    sid,
    status: conference.status,
    reason_conference_ended: conference.reasonEnded,
    call_sid_ending_conference: conference.callSidEnding,
    subresource_uris: { participants: `${uri}/Participants.json`, recordings: `${uri}/Recordings.json` },
    uri: `${uri}.json`,
  };
}

function showParticipant(ask: Ask, one: Participant, queueTime: string | null = null): unknown {
  const { accountSid, sid, conferenceSid } = one;
  const { status } = callOf(ask, one);
  return {
    account_sid: accountSid,
    call_sid: sid,
    call_sid_to_coach: one.callSidToCoach,
    coaching: one.coaching,
    conference_sid: conferenceSid,
    date_created: rfc2822(one.createdAt),
    date_updated: rfc2822(one.updatedAt),
    end_conference_on_exit: one.endsOnExit,
    hold: one.hold,
    label: one.label,
    muted: one.muted,
    queue_time: queueTime,
    start_conference_on_enter: one.startsOnEnter,
    status: status === 'queued' || status === 'ringing' ? status : 'connected',
    uri: `/2010-04-01/Accounts/${accountSid}/Conferences/${conferenceSid}/Participants/${sid}.json`,
  };
}
