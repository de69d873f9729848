// Why a person is contacted: what the operation says of itself, else what the caller says; never what would open more doors.
import type { Purpose } from '../operation/reach.ts';
import type { JudgedCall, Person } from './call.ts';

/** Undefined: nobody said. `verification` is believed of operations that verify, of nothing else. */
export function purposeOf(call: JudgedCall, person: Person): Purpose | undefined {
  if (call.purpose === 'marketing') return 'marketing';
  if (person.purpose !== undefined) return person.purpose;
  return call.purpose === 'verification' && call.usage.kind !== 'verification'
    ? 'transactional'
    : call.purpose;
}
