// What waits for a human's yes, and what the human said. Each yes is used once.
import type { Approval, ApprovalLedger, Decision } from '../operation/ledgers.ts';
import { approvalStates } from '../operation/ledgers.ts';
import { isRow } from '../operation/row.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

export function createApprovals({ open }: Database): ApprovalLedger {
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
      const updated = await db
        .updateTable('approvals')
        .set({ state: decision.yes ? 'approved' : 'denied', decision: JSON.stringify(decision) })
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

function approvalOf(row: Tables['approvals']): Approval {
  const { id, account, actor, operation, fingerprint, summary } = row;
  const rules: unknown = JSON.parse(row.rules);
  const decision = row.decision === null ? undefined : decisionOf(JSON.parse(row.decision));
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
    ...(decision && { decision }),
  };
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
