// What a bare HTTP status means when no numbered code comes with it: old and edge answers of Twilio's, SendGrid, Segment.
// Numbered codes are in the files beside this one.
import type { Host } from '../../operation/define.ts';
import type { Explanation } from './entry.ts';

type Statuses = Readonly<Record<number, Explanation>>;

// biome-ignore format: one status a line, so that neighbours can be compared at a glance.
const common: Statuses = {
  400: { act: 'fix', meaning: 'The request was malformed or a field is not valid.', next: 'Read the quoted words for the field, correct it, send once more.' },
  401: { act: 'stop', meaning: 'The credentials were not accepted.', next: 'The operator must check key and region. Never print a secret.' },
  403: { act: 'ask', meaning: 'The credentials are known but may not do this.', next: 'Ask the operator which permission is missing; do not look for another way in.' },
  404: { act: 'fix', meaning: 'There is no such resource for these credentials.', next: 'Check the identifier; list the resources and do not guess.' },
  405: { act: 'fix', meaning: 'The resource does not take this HTTP method.', next: 'Use another operation.' },
  409: { act: 'look', meaning: 'The request collides with the present state.', next: 'Read the resource again and decide with what it says now.' },
  410: { act: 'stop', meaning: 'The resource is gone for good.', next: 'Take it off your list.' },
  413: { act: 'fix', meaning: 'The request is too large.', next: 'Send less in one request, or split it.' },
  415: { act: 'fix', meaning: 'The content type of the request does not fit.', next: 'Send the type the documents ask for.' },
  422: { act: 'fix', meaning: 'The request is well formed, but its values cannot be used together.', next: 'Read the quoted words and correct the values.' },
  429: { act: 'wait', meaning: 'Too many requests; this one was not processed.', next: 'Wait as long as the answer asks, then repeat with fewer requests at once.' },
  500: { act: 'look', meaning: 'The provider failed inside.', next: 'Reads may be repeated. After a send look first whether it was done.' },
  502: { act: 'look', meaning: 'A gateway of the provider got no good answer.', next: 'Reads may be repeated. After a send look first whether it was done.' },
  503: { act: 'look', meaning: 'The service is not available at the moment.', next: 'Reads may be repeated in a while. After a send look first whether it was done.' },
  504: { act: 'look', meaning: 'A gateway of the provider waited too long.', next: 'Reads may be repeated. After a send look first whether it was done.' },
};

// biome-ignore format: one status a line, so that neighbours can be compared at a glance.
const twilio: Statuses = {
  401: { act: 'stop', meaning: 'Twilio did not accept the credentials.', next: 'Check with account_whoami; the operator must check key type, SID and region. Never print a secret.' },
  404: { act: 'fix', meaning: 'No such resource in this account and region.', next: 'Check SID, account and region; list the resources and do not guess a SID.' },
  500: { act: 'look', meaning: 'Twilio failed inside.', next: 'Reads may be repeated. After a send look first (messaging_list_messages, voice_list_calls).' },
  502: { act: 'look', meaning: 'A gateway at Twilio got no good answer.', next: 'Reads may be repeated. After a send look first (messaging_list_messages, voice_list_calls).' },
  503: { act: 'look', meaning: 'Twilio is not available at the moment.', next: 'Reads may be repeated in a while. After a send look first (messaging_list_messages, voice_list_calls).' },
  504: { act: 'look', meaning: 'A gateway at Twilio waited too long.', next: 'Reads may be repeated. After a send look first (messaging_list_messages, voice_list_calls).' },
};

// biome-ignore format: one status a line, so that neighbours can be compared at a glance.
const sendgrid: Statuses = {
  400: { act: 'fix', meaning: 'SendGrid found a field that is not valid.', next: 'Correct the fields that the quoted words name.' },
  401: { act: 'stop', meaning: 'SendGrid did not accept the API key, or the credits of the plan are used up.', next: 'Read the quoted words; the operator must give a valid key or raise the plan. Never print a secret.' },
  403: { act: 'ask', meaning: 'The key lacks a scope, the sender is not verified, or too many bad requests led to a block.', next: 'Read the quoted words; the operator must add the scope or verify the sender. Do not repeat it.' },
  406: { act: 'fix', meaning: 'SendGrid wants an Accept header.', next: 'Send Accept: application/json.' },
  413: { act: 'fix', meaning: 'The mail is larger than 30 MB.', next: 'Send smaller attachments, or links.' },
  429: { act: 'wait', meaning: 'The request limit of SendGrid is reached.', next: 'Wait until the moment given in X-RateLimit-Reset, then go on more slowly.' },
  451: { act: 'ask', meaning: 'Rules of data residency keep SendGrid from serving this.', next: 'The operator must use the host of the region that the account belongs to.' },
};

// biome-ignore format: one status a line, so that neighbours can be compared at a glance.
const segment: Statuses = {
  400: { act: 'fix', meaning: 'The JSON is malformed, or an event is over 32 KB or a batch over 500 KB.', next: 'Correct or split it. A 200 is no proof either: Segment may drop an event later.' },
  401: { act: 'stop', meaning: 'Segment did not accept the write key or token.', next: 'The operator must give the one of this source, space or workspace. Never print a secret.' },
  413: { act: 'fix', meaning: 'The batch is too large.', next: 'Send at most 500 KB and 2,500 events at once.' },
  429: { act: 'wait', meaning: 'Too many requests for Segment.', next: 'Wait as long as Retry-After or X-RateLimit-Reset say; repeat with the same messageId.' },
};

/** What an HTTP error without a numbered code means at this host; undefined where we do not know. */
export function explainStatus(status: number, host: Host): Explanation | undefined {
  return statusesOf(host)[status] ?? common[status];
}

function statusesOf(host: Host): Statuses {
  if (host === 'sendgrid') return sendgrid;
  return host.startsWith('segment-') ? segment : twilio;
}
