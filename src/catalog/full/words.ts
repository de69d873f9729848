// The words an agent reads about an operation of the full shelf: composed from its names, with a glossary for the names that
// say too little. All of them are ours; the providers' own sentences are in none of the facts.

import type { SchemaFacts } from './facts.ts';
import type { Field } from './fields.ts';

/** Parameter names, in snake case, that need more than their own words. */
const glossary: Readonly<Record<string, string>> = {
  account_sid: 'Account; leave it out for the configured one',
  account_sid_in_body: 'Account to move it to',
  attributes: 'Data of your own, as JSON text',
  author: 'Who is shown as having written it',
  beta: 'Whether numbers new to the platform count',
  body: 'Text',
  channel: 'Way it goes out, such as sms or call',
  code: 'Code the person gave',
  content_sid: 'Content template, instead of text',
  content_variables: 'Values for the template, as JSON text',
  data: 'Data of your own, as JSON',
  date_created_after: 'Only created on or after',
  date_created_before: 'Only created on or before',
  date_sent: 'Only of this day',
  date_sent_after: 'Only sent on or after',
  date_sent_before: 'Only sent on or before',
  end_time_after: 'Only ended on or after',
  end_time_before: 'Only ended on or before',
  flow_sid: 'Studio flow',
  friendly_name: 'Name for people to read',
  from: 'Sender: one of your numbers or sender IDs',
  identity: 'Name of the user in your own system',
  if_match: 'ETag it must still have: changes made meanwhile are not overwritten',
  iso_country: 'Country, two letters',
  language: 'Language tag, such as en-US',
  limit: 'Most rows of a page',
  media_url: 'Public URLs of media',
  messaging_service_sid: 'Messaging Service that picks the sender',
  offset: 'Rows to skip',
  on_behalf_of: 'Subuser to act for',
  page: 'Page index, from the previous answer',
  page_size: 'Rows of a page',
  page_token: 'Where the page begins, from the previous answer',
  parameters: 'Values for the run, as JSON',
  path_sid: 'SID',
  phone_number: 'Phone number in E.164, such as +14155550123',
  reason: 'Why, for the record',
  region: 'Region, such as us1',
  send_at: 'When to send it',
  sid: 'SID of the resource',
  start_time_after: 'Only started on or after',
  start_time_before: 'Only started on or before',
  status: 'State to set or to filter by',
  status_callback: 'URL told of each change of status',
  status_callback_event: 'Changes to be told of',
  status_callback_method: 'HTTP method of those requests',
  time_limit: 'Seconds it may last',
  timeout: 'Seconds to wait',
  to: 'Recipient in E.164, or an address of another channel',
  ttl: 'Seconds until it is forgotten; 0 for never',
  twiml: 'TwiML to run',
  unique_name: 'Name that is unique here and may stand for the SID',
  url: 'URL',
  validity_period: 'Seconds it may wait in the queue',
  x_twilio_webhook_enabled: 'Whether webhooks are told of this change',
};

/** Endings with a meaning of their own; `$1` is what stands before. */
const endings: readonly (readonly [ending: RegExp, words: string])[] = [
  [/^(.+) sids?$/, 'SID of the $1'],
  [/^(.+) (?:callback|webhook) (?:url|uri)$/, 'URL told about the $1'],
  [/^(.+) callback method$/, 'HTTP method of the $1 callback'],
  [/^(.+) method$/, 'HTTP method of the $1'],
  [/^(.+) (?:url|uri)$/, 'URL of the $1'],
  [/^(.+) enabled$/, 'Whether $1 is on'],
  [/^(?:enable|is|has) (.+)$/, 'Whether $1'],
  [/^(.+) before$/, '$1: only before this moment'],
  [/^(.+) after$/, '$1: only after this moment'],
  [/^(.+) ids?$/, 'ID of the $1'],
];

const hints: Readonly<Record<string, string>> = {
  'date-time': 'a day or a moment, ISO 8601',
  date: 'a day such as 2026-11-23',
  email: 'email address',
  'iso-country-code': 'two letters',
  'phone-number': 'E.164',
};

/** `MessagingBinding.Address` → `messaging binding address`; `FetchA2pBrand` → `fetch a2p brand`. */
export function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[^a-zA-Z0-9]+/g, ' ')
    .trim()
    .toLowerCase();
}

export function descriptionOf({ name, schema, in: place }: Field): string {
  const words = wordsOf(name);
  const known = glossary[words.replaceAll(' ', '_')];
  const told = known ?? composed(words);
  const hint = known === undefined ? hintOf(schema) : undefined;
  return sentence(hint === undefined ? told : `${told} (${hint})`, place === 'header' ? 'Header' : undefined);
}

function composed(words: string): string {
  const found = endings.find(([ending]) => ending.test(words));
  return found === undefined ? words : words.replace(...found);
}

function hintOf({ sid, format, type }: SchemaFacts): string | undefined {
  if (sid !== undefined) return `${sid}…`;
  return type === 'string' ? hints[format ?? ''] : undefined;
}

const acronyms =
  /\b(?:sids?|ids?|urls?|uri|sms|mms|api|ip|sip|csv|tls|dns|ttl|json|http|sso|ani|dtmf|amd|sla|otp|pii|rcs|aws|s3|us|a2p|pci|qos|gb|mb|ai|etl|dbt|esim|iccid|ice|byoc|asm)\b/g;
const spelled: Readonly<Record<string, string>> = {
  sids: 'SIDs',
  ids: 'IDs',
  urls: 'URLs',
  esim: 'eSIM',
  dbt: 'dbt',
};

function sentence(given: string, before?: string): string {
  const words = given.replace(acronyms, (word) => spelled[word] ?? word.toUpperCase());
  const text = before === undefined ? words : `${before}: ${words}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Verbs as people say them; Twilio fetches what others get. */
const verbs: Readonly<Record<string, string>> = { fetch: 'get', creat: 'create' };

export function titleOf(id: string): string {
  const [verb = '', ...rest] = wordsOf(id).split(' ');
  return sentence([verbs[verb] ?? verb, ...rest].join(' ')).slice(0, 60);
}
