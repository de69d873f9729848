// How many rows one answer may hold. A list is asked for no more, so that its cursor goes on where the answer ends;
// what answers with more all the same is cut, and says so.
import type { Operation } from '../operation/define.ts';
import { isRow, mapRow, type Row } from '../operation/row.ts';
import type { Policy } from './policy.ts';

/** Names by which lists are told how many rows to give, of both shelves. */
const asksForRows = /^(?:limit|page_?size)$/i;

export function withRowLimit({ effect }: Operation, input: Row, { limits }: Policy): Row {
  if (effect !== 'read') return input;
  return mapRow(input, (value, key) =>
    typeof value === 'number' && asksForRows.test(key) ? Math.min(value, limits.rows_per_answer) : value,
  );
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
    isRow(asked) && Object.keys(asked).some((key) => Number(asked[key]) > most && asksForRows.test(key));
  const notes = isMore ? [`${said}: it was asked for no more. Go on from next_cursor or the next page.`] : [];
  const isLong = (value: unknown) => Array.isArray(value) && value.length > most;
  if (!Object.values(data).some(isLong)) return { data, notes };
  const left: string[] = [];
  const shown = mapRow(data, (value, key) => {
    if (!Array.isArray(value) || value.length <= most) return value;
    left.push(`${value.length - most} more ${key} were left out`);
    return value.slice(0, most);
  });
  return { data: shown, notes: [...notes, `${said}: ${left.join(', ')}. Narrow the question.`] };
}
