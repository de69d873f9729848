// What the guards remember, to be read by the agent, and the one thing it may add: somebody's no. Nothing here grants anything:
// agreement and approval come from people, by their own doors. Keeping Twilio's own record in step is guardrails-sync.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { approvalStates, auditPhases, type ConsentEntry } from '../operation/ledgers.ts';
import { channels, contactOf, purposes } from '../operation/reach.ts';

const page = 'guardrails';

const contact = fields.field(
  z.string().trim().min(3).max(320),
  'Number in E.164, WhatsApp address or email address',
  '+14155550123',
);

const at = fields.instant('When');

const consent = z.object({
  contact: fields.field(z.string(), 'Whom', '+14155550123'),
  channel: fields.field(z.enum(channels), 'On which channel', 'sms'),
  purpose: fields.field(z.string(), 'What for; any on a revocation ends all of the channel', 'transactional'),
  state: fields.field(z.string(), 'granted, pending or revoked', 'granted'),
  source: fields.field(z.string(), 'How it came to be', 'web_form'),
  at,
  expires: fields.instant('Until when it holds').optional(),
  evidence: fields.words('How they agreed or refused, in the words that were kept', 'STOP').optional(),
});

export const getConsents = defineOperation({
  name: 'guardrails_get_consents',
  title: 'Get the consents of a contact',
  about:
    'Read what is on record for one person: agreements and revocations, newest first. Only the owner or the person can add an agreement.',
  effect: 'read',
  input: z.strictObject({ contact }),
  output: z.object({
    consents: fields.field(z.array(consent), 'Newest first; of two the later one counts', [
      {
        contact: '+14155550123',
        channel: 'sms',
        purpose: 'any',
        state: 'revoked',
        source: 'stop_word',
        at: '2026-11-23T15:00:00Z',
      },
    ]),
  }),
  async run(input, { ledgers, account }) {
    const kept = normal(input.contact);
    const entries = await ledgers.consents.list(account.sid, { contact: kept, limit: 100 });
    return { consents: entries.map(shown) };
  },
  page,
});

function shown({
  contact: whom,
  channel,
  purpose,
  state,
  source,
  at: when,
  expires,
  evidence,
}: ConsentEntry) {
  const times = { at: when.toISOString(), ...(expires && { expires: expires.toISOString() }) };
  return { contact: whom, channel, purpose, state, source, ...times, ...(evidence && { evidence }) };
}

function normal(address: string): string {
  return contactOf({ to: address, channel: address.includes('@') ? 'email' : 'unknown' });
}

const revocable = ['sms', 'whatsapp', 'voice', 'messenger', 'email'] as const;

export const addRevocation = defineOperation({
  name: 'guardrails_add_revocation',
  title: 'Record that a person wants no more contact',
  about:
    'When somebody has said in any words that they do not want to be contacted ("please stop texting me"), record it. It holds at once, and cannot be taken back from here.',
  effect: 'write',
  idempotent: true,
  input: z.strictObject({
    contact,
    channel: fields
      .field(z.enum(revocable), 'Only this channel; when left out, every channel of that address', 'sms')
      .optional(),
    purpose: fields
      .field(z.enum(purposes), 'Only what is sent for this purpose; when left out, everything', 'marketing')
      .optional(),
    words: fields.field(
      z.string().min(1).max(400),
      'What they said, word for word',
      'Please stop texting me',
    ),
  }),
  output: z.object({
    consents: fields.field(z.array(consent), 'What was recorded', [
      {
        contact: '+14155550123',
        channel: 'sms',
        purpose: 'any',
        state: 'revoked',
        source: 'plain_words',
        at: '2026-11-23T15:00:00Z',
      },
    ]),
  }),
  async run({ contact: address, channel, purpose, words }, { ledgers, account, now }) {
    const kept = normal(address);
    const own = channel === undefined ? channelsOf(kept) : [channel];
    const entries = own.map(
      (each): ConsentEntry => ({
        account: account.sid,
        contact: kept,
        channel: each,
        purpose: purpose ?? 'any',
        state: 'revoked',
        source: 'plain_words',
        by: 'agent',
        at: now(),
        evidence: words,
      }),
    );
    await ledgers.consents.append(entries);
    return { consents: entries.map(shown) };
  },
  page,
});

function channelsOf(address: string): readonly (typeof revocable)[number][] {
  if (address.includes('@')) return ['email'];
  return address.startsWith('+') ? ['sms', 'whatsapp', 'voice'] : ['messenger'];
}

export const listAudit = defineOperation({
  name: 'guardrails_list_audit',
  title: 'List what was done',
  about:
    'Read the newest entries of the audit: every write, send, purchase and deletion before and after, with numbers masked.',
  effect: 'read',
  input: z.strictObject({
    limit: fields.field(z.int().min(1).max(100).default(20), 'Most entries to return', 20),
    before: fields.field(z.int().min(1), 'Only entries before this sequence', 120).optional(),
  }),
  output: z.object({
    entries: fields.field(
      z.array(
        z.object({
          sequence: fields.field(z.int(), 'Place in the audit', 120),
          at,
          actor: fields.field(z.string(), 'Who asked', 'mcp'),
          phase: fields.field(z.enum(auditPhases), 'How far it was', 'done'),
          operation: fields.field(z.string(), 'What', 'messaging_send_message'),
          facts: fields.field(z.record(z.string(), z.unknown()), 'Masked: recipients, SID, code', {
            to: ['sms:•••0123'],
          }),
        }),
      ),
      'Newest first',
      [
        {
          sequence: 120,
          at: '2026-11-23T15:00:00Z',
          actor: 'mcp',
          phase: 'done',
          operation: 'messaging_send_message',
          facts: {},
        },
      ],
    ),
  }),
  async run({ limit, before }, { ledgers, account }) {
    const rows = await ledgers.audit.list(account.sid, limit, before);
    return {
      entries: rows.map(({ sequence, at: when, actor, phase, operation, facts }) => ({
        sequence,
        at: when.toISOString(),
        actor,
        phase,
        operation,
        facts,
      })),
    };
  },
  page,
});

const approval = {
  id: fields.field(
    z.string(),
    'What the owner names to say yes or no',
    '0b8f6f2e-7a57-4a55-9d0c-3c8f3c1f2a11',
  ),
  operation: fields.field(z.string(), 'What waits', 'account_buy_number'),
  rules: fields.field(z.array(z.string()), 'The rules that ask', ['confirmation.spend']),
  state: fields.field(z.enum(approvalStates), 'waiting, approved, denied or used', 'waiting'),
  at,
  expires: fields.instant('Until when the owner can answer'),
};

// Without the summary: over HTTP one caller would read there what another wants to do.
export const listApprovals = defineOperation({
  name: 'guardrails_list_approvals',
  title: "List what waits for the owner's yes",
  about: 'Read which calls wait for the owner. They approve with `twilio-mcp approve <id>`; no tool can.',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object({
    approvals: fields.field(z.array(z.object(approval)), 'Oldest first', [
      {
        id: '0b8f6f2e-7a57-4a55-9d0c-3c8f3c1f2a11',
        operation: 'account_buy_number',
        rules: ['confirmation.spend'],
        state: 'waiting',
        at: '2026-11-23T15:00:00Z',
        expires: '2026-11-23T15:15:00Z',
      },
    ]),
  }),
  async run(_input, { ledgers, account, now }) {
    const waiting = await ledgers.approvals.list(account.sid, now());
    return { approvals: waiting.map(approvalShown) };
  },
  page,
});

export const getApproval = defineOperation({
  name: 'guardrails_get_approval',
  title: "Get the owner's answer to one call",
  about:
    'Read whether the owner has answered. Once approved, make the same call again with exactly the same input.',
  effect: 'read',
  input: z.strictObject({ id: approval.id }),
  output: z.object(approval),
  async run({ id }, { ledgers, account }) {
    const found = await ledgers.approvals.get(id);
    if (found !== undefined && found.account === account.sid) return approvalShown(found);
    throw new OperationError('NOT_FOUND', `Nothing waits, or waited, under ${id}.`, {
      next: 'guardrails_list_approvals tells what waits now.',
    });
  },
  page,
});

type Shown = Readonly<{
  id: string;
  operation: string;
  rules: readonly string[];
  state: string;
  at: Date;
  expires: Date;
}>;

function approvalShown({ id, operation, rules, state, at: when, expires }: Shown) {
  return { id, operation, rules, state, at: when.toISOString(), expires: expires.toISOString() };
}

const used = z.object({
  contacts: fields.field(z.int(), 'People contacted', 12),
  dollars: fields.field(z.number(), 'US dollars, estimated where Twilio has not told the price', 0.16),
});

const HOUR_MS = 3_600_000;

export const getUsage = defineOperation({
  name: 'guardrails_get_usage',
  title: 'Get what counts against the limits',
  about: 'Read how many contacts and how much money this server has used in the last hour and day.',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object({
    last_hour: fields.field(used, 'Of the last 60 minutes', { contacts: 2, dollars: 0.03 }),
    last_day: fields.field(used, 'Of the last 24 hours', { contacts: 12, dollars: 0.16 }),
  }),
  async run(_input, { ledgers, account, now }) {
    const since = async (hours: number) => {
      const from = new Date(now().getTime() - hours * HOUR_MS);
      const { contacts, microdollars } = await ledgers.reservations.used(account.sid, from);
      return { contacts, dollars: microdollars / 1e6 };
    };
    return { last_hour: await since(1), last_day: await since(24) };
  },
  page,
});
