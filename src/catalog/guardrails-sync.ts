// Twilio's own record of consent, kept in step with ours: it is write-only and takes 25 people a request (docs/messaging/features/consent-api).
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineOperation, type Hands } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import type { ConsentEntry } from '../operation/ledgers.ts';
import { isRow, type Row } from '../operation/row.ts';

const MOST_A_REQUEST = 25;

const outcome = z.object({
  correlation_id: fields.field(z.string(), 'Which item', 'a'.repeat(32)),
  error_code: fields.field(z.coerce.number(), '0 where it was taken', 0),
  error_messages: fields.field(z.array(z.string()), 'What was wrong', []).optional(),
});

// Not exported, so not a tool: whose consent it tells is taken from the ledger, never from a caller.
const upsert = defineOperation({
  name: 'guardrails_submit_batch',
  title: 'Tell Twilio who has agreed and who has refused',
  about: 'Write up to 25 consents to Twilio.',
  effect: 'write',
  idempotent: true,
  // Each a JSON text: Twilio takes the list as one field repeated.
  input: z.strictObject({ items: z.array(z.string()).max(MOST_A_REQUEST) }),
  output: z.object({ items: z.array(outcome) }),
  request: { method: 'POST', host: 'accounts', path: '/v1/Consents/Bulk' },
  raises: ({ items }) => (items.some((item) => item.includes('"opt-in"')) ? 'admin' : 'write'),
});

export const submitConsents = defineOperation({
  name: 'guardrails_submit_consents',
  title: "Keep Twilio's record of consent in step",
  about:
    'Tell Twilio, for one sender, who has refused SMS according to the record here, so that Twilio stops them too. With opt_ins also who has agreed: that lifts a STOP at Twilio, so it is an act of administration. Twilio opens this API on request.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    sender: fields.field(
      z
        .string()
        .regex(
          /^(?:MG[0-9a-fA-F]{32}|\+[1-9][0-9]{6,14})$/,
          'must be a Messaging Service SID or an own number',
        ),
      'Messaging Service or own number the consent is for',
      `MG${'0'.repeat(32)}`,
    ),
    opt_ins: fields.field(z.boolean().default(false), 'Also those who have agreed', false),
    limit: fields.field(
      z.int().min(1).max(1000).default(500),
      'Most people to tell of, newest changes first',
      500,
    ),
  }),
  output: z.object({
    opted_out: fields.field(z.int(), 'Refusals that Twilio took', 3),
    opted_in: fields.field(z.int(), 'Agreements that Twilio took', 0),
    failed: fields.field(
      z.array(
        z.object({
          contact: fields.field(z.string(), 'Who', '+14155550123'),
          error_code: fields.field(z.number(), "Twilio's code", 30646),
          reason: fields.field(z.string(), "Twilio's words", 'contact_id is invalid'),
        }),
      ),
      'Whom Twilio did not take',
      [],
    ),
  }),
  raises: ({ opt_ins }) => (opt_ins ? 'admin' : 'write'),
  async run({ sender, opt_ins, limit }, hands) {
    const all = await standings(hands);
    const told = all.filter(({ state }) => opt_ins || state === 'revoked').slice(0, limit);
    const answer: Answer = { opted_out: 0, opted_in: 0, failed: [] };
    for (let from = 0; from < told.length; from += MOST_A_REQUEST) {
      await submit(told.slice(from, from + MOST_A_REQUEST), sender, hands, answer);
      hands.progress(Math.min(from + MOST_A_REQUEST, told.length), told.length, 'Telling Twilio');
    }
    return { ...answer };
  },
  page: 'guardrails',
});

interface Answer {
  opted_out: number;
  opted_in: number;
  readonly failed: Row[];
}

const PAGE = 500;

/** What holds for each person on SMS, newest change first: the later of a refusal of all and an agreement that has not ended. */
async function standings({ ledgers, account, now }: Hands): Promise<readonly ConsentEntry[]> {
  const entries: ConsentEntry[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const some = await ledgers.consents.list(account.sid, { limit: PAGE, offset });
    entries.push(...some.filter((entry) => speaks(entry, now())));
    if (some.length < PAGE) break;
  }
  // Of two at the same moment the refusal counts.
  const sorted = entries.sort((a, b) => a.at.getTime() - b.at.getTime() || rank(a) - rank(b));
  return [...new Map(sorted.map((entry) => [entry.contact, entry])).values()].reverse();
}

function speaks({ channel, contact, state, purpose, expires }: ConsentEntry, now: Date): boolean {
  if (channel !== 'sms' || !contact.startsWith('+')) return false;
  return state === 'revoked'
    ? purpose === 'any'
    : state === 'granted' && (expires === undefined || expires > now);
}

function rank({ state }: ConsentEntry): number {
  return state === 'revoked' ? 1 : 0;
}

async function submit(
  people: readonly ConsentEntry[],
  sender: string,
  hands: Hands,
  answer: Answer,
): Promise<void> {
  const sent = new Map(people.map((entry) => [correlationOf(entry, sender), entry]));
  const items = [...sent].map(([id, entry]) => JSON.stringify(itemOf(entry, sender, id)));
  const { items: outcomes } = await hands.call(upsert, { items });
  for (const each of Array.isArray(outcomes) ? outcomes.filter(isRow) : []) {
    const entry = sent.get(String(each['correlation_id']));
    if (entry === undefined) continue;
    const code = Number(each['error_code']);
    const reason = Array.isArray(each['error_messages']) ? each['error_messages'].join('; ') : '';
    if (code !== 0) answer.failed.push({ contact: entry.contact, error_code: code, reason });
    else answer[entry.state === 'revoked' ? 'opted_out' : 'opted_in'] += 1;
  }
}

/** The same news has the same number: told twice it changes nothing. */
function correlationOf({ contact, state, at }: ConsentEntry, sender: string): string {
  return createHash('sha256')
    .update(JSON.stringify([sender, contact, state, at.getTime()]))
    .digest('hex')
    .slice(0, 32);
}

function itemOf({ contact, state, source, at }: ConsentEntry, sender: string, correlation: string) {
  return {
    contact_id: contact,
    correlation_id: correlation,
    sender_id: sender,
    status: state === 'revoked' ? 'opt-out' : 'opt-in',
    source: mediumOf(source),
    date_of_consent: at.toISOString(),
  };
}

function mediumOf(source: ConsentEntry['source']): string {
  if (source === 'web_form') return 'website';
  if (source === 'paper' || source === 'verbal') return 'offline';
  if (source === 'start_word' || source === 'inbound_message') return 'opt-in-message';
  return source === 'stop_word' || source === 'plain_words' ? 'opt-out-message' : 'others';
}
