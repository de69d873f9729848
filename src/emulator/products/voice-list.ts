// Here: the filters of Calls.json and the date ranges that lists of the voice product share.
// Not here: paging (paging.ts).
import type { Ask } from '../route.ts';
import { type Form, invalidParameter } from '../wire.ts';
import { type Call, calls } from './voice-call.ts';

export function filteredCalls({ world, account, query }: Ask): Call[] {
  const is = (name: string, value: string | null): boolean => {
    const wanted = query.get(name);
    return wanted === undefined || wanted === '' || wanted === value;
  };
  return calls(world).list(
    account.sid,
    (one) =>
      is('To', one.to) &&
      is('From', one.from) &&
      is('ParentCallSid', one.parentCallSid) &&
      is('Status', one.status) &&
      isInRange(query, 'StartTime', one.startedAt) &&
      isInRange(query, 'EndTime', one.endedAt),
  );
}

const DAY = 24 * 3600 * 1000;

/** `Name=day`, `Name<=until`, `Name>=since`; what has no time yet is in no range. */
export function isInRange(query: Form, name: string, time: number | null): boolean {
  const on = query.get(name);
  const before = query.get(`${name}<`);
  const after = query.get(`${name}>`);
  if (on === undefined && before === undefined && after === undefined) return true;
  if (time === null) return false;
  return (
    (on === undefined || new Date(time).toISOString().slice(0, 10) === on.slice(0, 10)) &&
    (before === undefined || time <= readTime(name, before, DAY - 1)) &&
    (after === undefined || time >= readTime(name, after, 0))
  );
}

/** A date alone means the whole of its day. */
function readTime(name: string, text: string, wholeDay: number): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalidParameter(name);
  return /^\d{4}-\d\d-\d\d$/.test(text) ? time + wholeDay : time;
}
