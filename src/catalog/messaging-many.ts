// One text to many people: each through the corridor by itself, each at most once, whatever happens in between.
import { z } from 'zod';
import { defineOperation, type Hands, type Row } from '../operation/define.ts';
import { nothingDone, OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import type { SendEntry } from '../operation/ledgers.ts';
import { channelOf } from '../operation/reach.ts';
import { sendMessage } from './messaging.ts';

/** A claim younger than this may be another process at work; no send takes longer than its deadline. */
const LEASE_MS = 180_000;

const placeholder = /\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}/g;

const recipient = z.strictObject({
  to: fields.address('Recipient in E.164'),
  variables: fields
    .field(
      z.record(z.string().regex(/^[A-Za-z0-9_]{1,64}$/), z.string().max(1600)),
      'Values for {{name}} in body',
      { name: 'Ana' },
    )
    .optional(),
});

type Recipient = z.output<typeof recipient>;

const outcomes = [
  'sent',
  'already_sent',
  'duplicate',
  'failed',
  'unknown',
  'in_progress',
  'not_sent',
] as const;

interface Outcome {
  readonly to: string;
  readonly outcome: (typeof outcomes)[number];
  readonly sid?: string;
  readonly error?: string;
}

const shown = z.object({
  to: fields.field(z.string(), 'Recipient', '+14155550123'),
  outcome: fields.field(z.enum(outcomes), 'What became of it', 'sent'),
  sid: fields.field(z.string(), 'Message SID', `SM${'0'.repeat(32)}`).optional(),
  error: fields.field(z.string(), 'Why not', 'PROVIDER_REJECTED 21610').optional(),
});

export const sendMany = defineOperation({
  name: 'messaging_send_many',
  title: 'Send to many',
  about:
    'Send one text, personalised, to up to 1,000 people who agreed to it. Calling again with the same batch goes on where it stopped and writes to nobody twice.',
  effect: 'send',
  oneByOne: true,
  idempotent: true,
  input: z
    .strictObject({
      batch: fields.field(
        z
          .string()
          .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, dashes or underscores'),
        'Name of this mailing; the same name goes on with it, a new one starts another',
        'reminder-2026-11-24',
      ),
      recipients: fields.field(z.array(recipient).min(1).max(1000), 'Who, each with own variables', [
        { to: '+14155550123' },
      ]),
      body: fields.field(
        z.string().min(1).max(1600),
        'Text; {{name}} is replaced for each',
        'Hi {{name}}, see you at 9.',
      ),
      from: fields.sender('Own number or sender ID; default: the configured sender').optional(),
      messaging_service_sid: fields.sid('Messaging Service that picks the sender', 'MG').optional(),
      report: fields
        .field(z.enum(['problems', 'all']), 'Which recipients to list in the answer', 'problems')
        .default('problems'),
    })
    .superRefine(({ body, recipients }, context) => {
      for (const [index, { variables = {} }] of recipients.entries()) {
        const text = fill(body, variables);
        const missing = [...body.matchAll(placeholder)]
          .map(([, name = '']) => name)
          .filter((name) => !(name in variables));
        const path = ['recipients', index];
        if (missing.length > 0)
          context.addIssue({ code: 'custom', path, message: `has no value for ${missing.join(', ')}` });
        if (text.length > 1600)
          context.addIssue({ code: 'custom', path, message: 'makes a text of over 1600 characters' });
      }
    }),
  output: z.object({
    batch: fields.field(z.string(), 'The batch', 'reminder-2026-11-24'),
    counts: fields.field(z.record(z.string(), z.number()), 'How many of each outcome', { sent: 1 }),
    complete: fields.field(z.boolean(), 'False: call again with the same batch to go on', true),
    recipients: fields.field(z.array(shown), 'All, or those not sent to', []),
  }),
  reaches: ({ recipients }) => recipients.map(({ to }) => ({ to, channel: channelOf(to, 'sms') })),
  costs: ({ recipients, body }) => ({
    kind: 'many',
    each: { kind: 'message', channel: 'sms', body, media: 0 },
    times: recipients.length,
  }),
  async run({ batch, recipients, body, from, messaging_service_sid, report }, hands) {
    const done: Outcome[] = [];
    const seen = new Set<string>();
    for (const each of recipients) {
      if (seen.has(each.to)) done.push({ to: each.to, outcome: 'duplicate' });
      else if (hands.signal.aborted) done.push({ to: each.to, outcome: 'not_sent', error: 'CANCELLED' });
      else {
        const input = { to: each.to, body: fill(body, each.variables ?? {}), from, messaging_service_sid };
        done.push(await sendOnce(hands, batch, each, input));
      }
      seen.add(each.to);
      hands.progress(done.length, recipients.length, `${done.length} of ${recipients.length}`);
    }
    const listed =
      report === 'all'
        ? done
        : done.filter(({ outcome }) => outcome !== 'sent' && outcome !== 'already_sent');
    return { batch, counts: countsOf(done), complete: done.every(isEnded), recipients: listed };
  },
  page: 'twilio-messaging-sms-mms',
});

function fill(body: string, variables: Readonly<Record<string, string>>): string {
  return body.replace(placeholder, (whole, name: string) => variables[name] ?? whole);
}

/** Claimed before, settled after: whatever ends this process in between, the next one knows that it may have been sent. */
async function sendOnce(hands: Hands, batch: string, { to }: Recipient, input: Row): Promise<Outcome> {
  const key = { account: hands.account.sid, batch, recipient: to };
  const { sends } = hands.ledgers;
  // A dry run shows the request and ends there: a claim it left would keep the real mailing from this person.
  if (hands.account.mode === 'dry-run') await hands.call(sendMessage, input);
  const earlier = await sends.claim(key, hands.now());
  if (earlier !== undefined) return resume(hands, key, earlier, input);
  try {
    const { sid } = await hands.call(sendMessage, input);
    await sends.settle(key, { state: 'done', sid: String(sid) });
    return { to, outcome: 'sent', sid: String(sid) };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const { code, details } = error;
    const told = [code, details.twilioCode ?? details.rule].filter((part) => part !== undefined).join(' ');
    if (!nothingDone(error)) {
      await sends.settle(key, { state: 'unknown', code: told });
      return { to, outcome: 'unknown', error: told };
    }
    if (code === 'PROVIDER_REJECTED' || code === 'INVALID_INPUT') {
      await sends.settle(key, { state: 'failed', code: told });
      return { to, outcome: 'failed', error: told };
    }
    await sends.release(key);
    return { to, outcome: 'not_sent', error: told };
  }
}

async function resume(
  hands: Hands,
  key: { account: string; batch: string; recipient: string },
  entry: SendEntry,
  input: Row,
): Promise<Outcome> {
  const to = key.recipient;
  const sid = entry.sid === undefined ? {} : { sid: entry.sid };
  const error = entry.code === undefined ? {} : { error: entry.code };
  if (entry.state === 'done') return { to, outcome: 'already_sent', ...sid };
  if (entry.state === 'failed') return { to, outcome: 'failed', ...error };
  if (entry.state === 'claimed' && hands.now().getTime() - entry.since.getTime() < LEASE_MS)
    return { to, outcome: 'in_progress' };
  // A process ended between claim and answer, or the answer was lost: look, and never send again.
  const found = await hands.look(sendMessage, input, entry.since);
  const state = found === undefined ? 'unknown' : 'done';
  await hands.ledgers.sends.settle(key, {
    state,
    ...(found && { sid: String(found['sid']) }),
    ...(!found && { code: 'OUTCOME_UNKNOWN' }),
  });
  return found === undefined
    ? { to, outcome: 'unknown', error: 'OUTCOME_UNKNOWN' }
    : { to, outcome: 'already_sent', sid: String(found['sid']) };
}

function countsOf(done: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of done) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function isEnded({ outcome }: Outcome): boolean {
  return outcome !== 'not_sent' && outcome !== 'in_progress';
}
