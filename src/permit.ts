// From the guards' judgement to a permit: questions are put to a human, room is set aside, and both are settled afterwards.
import { type Asked, type Case, effectOf } from './facts.ts';
import { fingerprint } from './fingerprint.ts';
import { judgeAccess } from './guards/access.ts';
import { isCrowd, shownOf, summaryOf } from './guards/confirmation.ts';
import { judge } from './guards/judge.ts';
import { exceededVerdict, limitsFor } from './guards/limits.ts';
import type { Policy } from './guards/policy.ts';
import type { Question, Refusal } from './guards/verdict.ts';
import { OperationError } from './operation/errors.ts';
import type { Approval, ConsentEntry, Ledgers, Reservation } from './operation/ledgers.ts';
import type { Row } from './operation/row.ts';
import type { Redactor } from './redact.ts';
import { fingerprintOfWords } from './said.ts';

export interface PermitParts {
  readonly account: string;
  readonly policy: Policy;
  readonly ledgers: Ledgers;
  /** Whether a decision that says it is the owner's carries their signature. */
  readonly decided: (approval: Approval) => Promise<boolean>;
  readonly redactor: Pick<Redactor, 'text'>;
  readonly now: () => Date;
  readonly id: () => string;
}

export interface Permit {
  /** What a human has said yes to: it covers the calls this one is made of. */
  readonly covers: Covered;
  readonly settle: (body: Row) => Promise<void> | undefined;
  /** Nobody can tell whether it was carried out: what was set aside stays so. */
  readonly keep: () => Promise<void> | undefined;
  /** Nothing was done: what was set aside is free again. */
  readonly release: () => Promise<void> | undefined;
}

/** What a human has said yes to already, for the operation that a call is a part of. */
export interface Covered {
  readonly rules: readonly string[];
  /** Addresses that were shown to them by name. */
  readonly shown: readonly string[];
  readonly part: boolean;
}

/** Throws REFUSED where whoever asks may not do it at all: nothing is looked up for such a call. */
export function admit(asked: Asked, { account, policy }: Pick<PermitParts, 'account' | 'policy'>): void {
  const { operation, input, actor } = asked;
  const call = { operation, input, actor, effect: effectOf(asked), people: [] };
  const verdict = judgeAccess(call, policy, { account });
  if (verdict.kind === 'refused') throw refused(verdict);
}

/** Throws REFUSED or CONFIRMATION_NEEDED. */
export async function permit(found: Case, covered: Covered, parts: PermitParts): Promise<Permit> {
  const { call, facts } = found;
  const { refusal, questions } = judge(call, parts.policy, facts);
  if (refusal !== undefined) throw refused(refusal);
  const open = questions.filter((question) => !isCovered(question, covered));
  const [first] = open;
  if (first !== undefined && covered.part) {
    const next = `Call ${call.operation.name} for this one alone: the owner is then asked.`;
    throw refused({ kind: 'refused', rule: first.rule, reason: first.reason, next });
  }
  const crowd = call.operation.oneByOne ? undefined : open.find(isCrowd);
  if (crowd !== undefined) {
    const next = 'Make calls of 20 people at most, so that the owner sees each of them before saying yes.';
    throw refused({ kind: 'refused', rule: crowd.rule, reason: crowd.reason, next });
  }
  const approval = open.length === 0 ? undefined : await approvalOf(found, open, parts);
  const room = countsFor(found.call) ? await setAside(found, parts) : nothingSetAside;
  if (approval !== undefined) {
    const used = await parts.ledgers.approvals.use(approval.id, parts.now());
    if (!used) {
      await room.release();
      throw refused({
        kind: 'refused',
        rule: 'confirmation.used',
        reason: 'The approval of this call has been used by another call.',
        next: 'Call again: the owner is then asked again.',
      });
    }
    await recordConsents(found, open, approval, parts);
  }
  const { settle, keep, release } = room;
  return { settle, keep, release, covers: coverOf(call, covered, open) };
}

/** A yes to many is a yes to those whom the question named, and to no others. */
function isCovered({ rule, about = [] }: Question, { rules, shown }: Covered): boolean {
  return rules.includes(rule) && about.every((contact) => shown.includes(contact));
}

function coverOf(call: Case['call'], { rules, shown }: Covered, open: readonly Question[]): Covered {
  if (open.length === 0) return { rules, shown, part: true };
  return {
    rules: [...rules, ...open.map(({ rule }) => rule)],
    shown: [...shown, ...shownOf(call, open).map(({ contact }) => contact)],
    part: true,
  };
}

function refused({ rule, reason, next }: Refusal): OperationError {
  return new OperationError('REFUSED', reason, { rule, next });
}

/** The human's yes to exactly this call. Throws until it is there. */
async function approvalOf(
  found: Case,
  questions: readonly Question[],
  parts: PermitParts,
): Promise<Approval> {
  const { account, ledgers, policy } = parts;
  const { operation, input, actor, purpose, people } = found.call;
  const now = parts.now();
  // Where Twilio knows who is in there, others may be in there by the time the yes is used.
  const reached = people.map(({ contact, channel }) => `${channel}:${contact}`).sort();
  const print = fingerprint({ operation: operation.name, input, purpose, reached });
  const rules = questions.map(({ rule }) => rule);
  const asksConsent = questions.some(({ consentFor }) => consentFor !== undefined);
  const known = await ledgers.approvals.find(account, actor.name, print, now);
  const covers = known !== undefined && rules.every((rule) => known.rules.includes(rule));
  if (known?.state === 'denied' && covers) {
    throw refused({
      kind: 'refused',
      rule: 'confirmation.denied',
      reason: 'The owner was asked and said no.',
      next: 'Do not ask again for the same; ask the owner in your own conversation what they want instead.',
    });
  }
  if (known?.state === 'approved' && covers && !(asksConsent && !known.decision?.evidence)) {
    if (await parts.decided(known)) return known;
  }
  const waiting = known?.state === 'waiting' && covers ? known : undefined;
  const asked = waiting ?? {
    id: nameable(parts.id()),
    account,
    actor: actor.name,
    operation: operation.name,
    fingerprint: print,
    rules,
    summary: parts.redactor.text(summaryOf(found.call, found.facts, questions)),
    at: now,
    expires: new Date(now.getTime() + policy.confirmation.expires_minutes * 60_000),
  };
  if (waiting === undefined) await ledgers.approvals.ask(asked);
  const { id, summary, expires } = asked;
  throw new OperationError(
    'CONFIRMATION_NEEDED',
    `${operation.name} waits for the owner's yes: ${questions.map(({ reason }) => reason).join(' ')}`,
    {
      rule: rules.join(', '),
      next: `Tell the owner what you want to do and why. They approve it with \`twilio-mcp approve ${id}${asksConsent ? ' --evidence "how these people agreed"' : ''}\`; then make the same call again.`,
      approval: { id, summary, expires, asksConsent },
    },
  );
}

/** Short enough for a human to type, and of letters that are not taken for each other. */
function nameable(id: string): string {
  const letters = 'abcdefghjkmnpqrstvwxyz';
  const bytes = Buffer.from(fingerprint(id), 'hex').subarray(0, 10);
  return [...bytes].map((byte) => letters[byte % letters.length]).join('');
}

/** A human has told how these people agreed: from now on it is on record. */
async function recordConsents(
  { call }: Case,
  questions: readonly Question[],
  { decision }: Approval,
  { account, ledgers, now }: PermitParts,
): Promise<void> {
  const evidence = decision?.evidence;
  const shown = shownOf(call, questions).map(({ contact }) => contact);
  const contacts = questions
    .flatMap(({ consentFor }) => consentFor ?? [])
    .filter(({ contact }) => shown.includes(contact));
  if (decision === undefined || evidence === undefined || contacts.length === 0) return;
  const entries = contacts.map(
    (contact): ConsentEntry => ({
      ...contact,
      account,
      state: 'granted',
      source: 'human_confirmation',
      by: decision.by,
      at: now(),
      evidence,
    }),
  );
  await ledgers.consents.append(entries);
}

const nothing = () => undefined;
const nothingSetAside = { settle: nothing, keep: nothing, release: nothing };

/** What is made of other calls sets nothing aside: they do. */
function countsFor({ composed, people, usage }: Case['call']): boolean {
  return !composed && (people.length > 0 || usage.kind !== 'nothing');
}

/** Contacts and money, counted before. */
async function setAside({ call, facts }: Case, parts: PermitParts): Promise<Omit<Permit, 'covers'>> {
  const { operation, usage, people, input, actor } = call;
  const { ledgers, account, policy } = parts;
  const id = parts.id();
  const reservation: Reservation = {
    id,
    account,
    actor: actor.name,
    operation: operation.name,
    at: call.now,
    recipients: people.map(({ contact, channel }) => ({ contact, channel })),
    verification: usage.kind === 'verification',
    ...(usage.kind !== 'verification' &&
      people.length > 0 && { content: fingerprintOfWords(operation.name, input) }),
    microdollars: facts.microdollars ?? Math.round(policy.spend.per_call * 1e6),
    input,
  };
  const exceeded = await ledgers.reservations.reserve(reservation, limitsFor(call, policy));
  if (exceeded !== undefined) throw refused(exceededVerdict(exceeded));
  return {
    settle: (body) => ledgers.reservations.settle(id, { state: 'done', ...priceOf(body) }),
    keep: () => ledgers.reservations.settle(id, { state: 'unknown' }),
    release: () => ledgers.reservations.release(id),
  };
}

function priceOf({ price, price_unit }: Row): { microdollars?: number } {
  if (price === undefined || price === null || String(price_unit).toUpperCase() !== 'USD') return {};
  const dollars = Math.abs(Number(price));
  return Number.isFinite(dollars) ? { microdollars: Math.round(dollars * 1e6) } : {};
}
