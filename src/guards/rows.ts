// How many rows one answer may hold. A list is asked for no more, so that its cursor goes on where the answer ends;
// what answers with more all the same is cut, and says so.
import type { Operation } from '../operation/define.ts';
import { isRow, type Row } from '../operation/row.ts';
import type { Policy } from './policy.ts';

/** Names by which lists are told how many rows to give, of both shelves. */
const asksForRows = /^(?:limit|page_?size)$/i;

export function withRowLimit({ effect }: Operation, input: Row, { limits }: Policy): Row {
  if (effect !== 'read') return input;
  const within = (key: string, value: unknown) =>
    asksForRows.test(key) && typeof value === 'number' ? Math.min(value, limits.rows_per_answer) : value;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, within(key, value)]));
}

/** What is shown of an answer, and what is said of the rest. */
export function withinRows(
  { effect }: Operation,
  { asked, data }: { readonly asked: unknown; readonly data: Row },
  { limits }: Policy,
): { readonly data: Row; readonly notes: readonly string[] } {
  if (effect !== 'read') return { data, notes: [] };
  const most = limits.rows_per_answer;
  const said = `The owner allows ${most} rows an answer (limits.rows_per_answer)`;
  const isMore =
    isRow(asked) && Object.keys(asked).some((key) => asksForRows.test(key) && Number(asked[key]) > most);
  const notes = isMore ? [`${said}: it was asked for no more. Go on from next_cursor or the next page.`] : [];
  const long = Object.entries(data).flatMap(([key, value]) =>
    Array.isArray(value) && value.length > most
      ? [{ key, rows: value.slice(0, most), left: value.length - most }]
      : [],
  );
  if (long.length === 0) return { data, notes };
  const left = long.map(({ key, left }) => `${left} more ${key} were left out`).join(', ');
  const shown = Object.fromEntries(long.map(({ key, rows }) => [key, rows]));
  return { data: { ...data, ...shown }, notes: [...notes, `${said}: ${left}. Narrow the question.`] };
}
