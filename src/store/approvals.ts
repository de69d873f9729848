// What waits for a human's yes, and what the human said. Each yes is used once, and sealed: one that was written past this
// server, or moved to another question, is not there.
import { createHmac } from 'node:crypto';
import type { Approval, ApprovalLedger, Decision } from '../operation/ledgers.ts';
import { approvalStates } from '../operation/ledgers.ts';
import { isRow } from '../operation/row.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

type Row = Tables['approvals'];
type Question = Omit<Row, 'state' | 'decision'>;

export function createApprovals({ open }: Database, key: Uint8Array): ApprovalLedger {
  /** Over the question as it was put and the answer as it stands in the row. */
  const sealOf = (asked: Question, answer: string): string => {
    const { id, account, actor, operation, fingerprint, rules, summary, at, expires } = asked;
    const said = [id, account, actor, operation, fingerprint, rules, summary, Number(at), Number(expires)];
    return createHmac('sha256', key)
      .update(JSON.stringify(['approvals', ...said, answer]))
      .digest('hex');
  };
  const approvalOf = (row: Row): Approval => {
    const decision =
      row.decision === null ? undefined : decisionIn(row.decision, (answer) => sealOf(row, answer));
    return { ...questionOf(row), ...(decision && { decision }) };
  };

  return {
    ask: async ({ at, expires, rules, ...rest }) => {
      const db = await open();
      const row = { ...rest, rules: JSON.stringify(rules), at: at.getTime(), expires: expires.getTime() };
      await db
        .insertInto('approvals')
        .values({ ...row, state: 'waiting', decision: null })
        .execute();
    },
    get: async (id) => {
      const db = await open();
      const row = await db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
      return row && approvalOf(row);
    },
    find: async (account, actor, fingerprint, at) => {
      const db = await open();
      const row = await db
        .selectFrom('approvals')
        .selectAll()
        .where('account', '=', account)
        .where('fingerprint', '=', fingerprint)
        .where('actor', '=', actor)
        .where('state', '!=', 'used')
        .where('expires', '>', at.getTime())
        .orderBy('at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && approvalOf(row);
    },
    list: async (account, at) => {
      const db = await open();
      const rows = await db
        .selectFrom('approvals')
        .selectAll()
        .where('account', '=', account)
        .where('state', '=', 'waiting')
        .where('expires', '>', at.getTime())
        .orderBy('at')
        .execute();
      return rows.map(approvalOf);
    },
    decide: async (id, decision) => {
      const db = await open();
      const asked = await db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
      if (asked === undefined) return false;
      const answer = JSON.stringify(decision);
      const sealed = JSON.stringify([answer, sealOf(asked, answer)]);
      const updated = await db
        .updateTable('approvals')
        .set({ state: decision.yes ? 'approved' : 'denied', decision: sealed })
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .where('expires', '>', decision.at.getTime())
        .executeTakeFirst();
      return Number(updated.numUpdatedRows) === 1;
    },
    use: async (id, at) => {
      const db = await open();
      const updated = await db
        .updateTable('approvals')
        .set({ state: 'used' })
        .where('id', '=', id)
        .where('state', '=', 'approved')
        .where('expires', '>', at.getTime())
        .executeTakeFirst();
      return Number(updated.numUpdatedRows) === 1;
    },
  };
}

function questionOf(row: Row): Approval {
  const { id, account, actor, operation, fingerprint, summary } = row;
  const rules: unknown = JSON.parse(row.rules);
  return {
    id,
    account,
    actor,
    operation,
    fingerprint,
    summary,
    rules: Array.isArray(rules) ? rules.map(String) : [],
    at: new Date(Number(row.at)),
    expires: new Date(Number(row.expires)),
    state: approvalStates.find((each) => each === row.state) ?? 'denied',
  };
}

/** Undefined where the seal is wrong or missing: nobody said that. */
function decisionIn(kept: string, sealOf: (answer: string) => string): Decision | undefined {
  const sealed: unknown = JSON.parse(kept);
  const [answer, seal]: readonly unknown[] = Array.isArray(sealed) ? sealed : [];
  if (typeof answer !== 'string' || seal !== sealOf(answer)) return undefined;
  return decisionOf(JSON.parse(answer));
}

function decisionOf(value: unknown): Decision | undefined {
  if (!isRow(value)) return undefined;
  const { evidence, signature } = value;
  return {
    yes: value['yes'] === true,
    by: String(value['by']),
    at: new Date(String(value['at'])),
    ...(typeof evidence === 'string' && { evidence }),
    ...(typeof signature === 'string' && { signature }),
  };
}
