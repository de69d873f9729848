// What is written down about a call, before and after: the audit, masked, and the opt-outs that only Twilio knew of.
import type { Log } from './log.ts';
import type { Actor } from './operation/actor.ts';
import type { Operation, Row } from './operation/define.ts';
import type { AuditEntry, Ledgers } from './operation/ledgers.ts';
import { contactOf } from './operation/reach.ts';
import { maskPhone, type Redactor } from './redact.ts';

export interface RecordParts {
  readonly account: string;
  readonly ledgers: Pick<Ledgers, 'audit' | 'consents'>;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly now: () => Date;
}

interface Recorded {
  readonly operation: Operation;
  readonly input: Row;
  readonly actor: Actor;
}

export interface Records {
  /** One line of log and audit for whatever changes something: what, to whom (masked), how it ended. For a read none. */
  readonly write: (phase: AuditEntry['phase'], call: Recorded, told?: Row) => Promise<void> | undefined;
  /** Twilio keeps an opt-out of its own; once it has told us, nobody here need ask it again. */
  readonly optOut: (call: Recorded, twilioCode: number | undefined) => Promise<void>;
}

/** Twilio's codes for a person who has opted out; docs/api/errors/21610, 80901. */
const optedOut: readonly number[] = [21610, 80901];

export function createRecords({ account, ledgers, log, redactor, now }: RecordParts): Records {
  return {
    write: (phase, { operation, input, actor }, told = {}) => {
      if (operation.effect === 'read') return undefined;
      const reached = operation.reaches?.(input) ?? [];
      // What Twilio tells is not ours: the audit outlives the answer, so it is masked as the answer is.
      const facts = redactor.value({
        effect: operation.effect,
        recipients: reached.length,
        to: reached.slice(0, 10).map((each) => `${each.channel}:${maskPhone(each.to)}`),
        ...pick(told, ['sid', 'code', 'rule', 'twilio_code']),
      });
      const { name } = operation;
      log.info({ audit: phase, operation: name, actor: actor.name, ...facts }, phase);
      return ledgers.audit.append({ at: now(), account, actor: actor.name, phase, operation: name, facts });
    },
    optOut: async ({ operation, input }, twilioCode) => {
      if (twilioCode === undefined || !optedOut.includes(twilioCode)) return;
      const entries = (operation.reaches?.(input) ?? []).map((recipient) => ({
        account,
        contact: contactOf(recipient),
        channel: recipient.channel,
        purpose: 'any' as const,
        state: 'revoked' as const,
        source: 'provider_refusal' as const,
        by: 'twilio',
        at: now(),
      }));
      await ledgers.consents.append(entries);
    },
  };
}

function pick(row: Row, keys: readonly string[]): Row {
  return Object.fromEntries(keys.flatMap((key) => (row[key] === undefined ? [] : [[key, row[key]]])));
}
