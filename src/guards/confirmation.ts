// Whether a human is asked first: by effect, number of people and price. And the words they are asked with.
import { isRow, type Row } from '../operation/row.ts';
import type { Facts, JudgedCall, Person } from './call.ts';
import type { Policy } from './policy.ts';
import { purposeOf } from './purpose.ts';
import { sendTimeOf } from './send-time.ts';
import { dollarsOf } from './spend.ts';
import { writersNamed } from './taint.ts';
import { allowed, ask, type Question, refuse, type Verdict } from './verdict.ts';

export function judgeConfirmation(call: JudgedCall, { confirmation }: Policy, facts: Facts): Verdict {
  const { effect, operation, people } = call;
  // Reads need none; what changes the rules has a guard of its own.
  if (effect === 'read' || effect === 'admin') return allowed;
  const rule = confirmation[effect];
  if (rule === 'refuse') {
    return refuse(
      `confirmation.${effect}`,
      `The owner's policy refuses every operation that has the effect ${effect}, as ${operation.name} has.`,
      `Tell the owner what you would do and why; they can set confirmation.${effect} to ask.`,
    );
  }
  if (rule === 'ask') return ask(`confirmation.${effect}`, `${operation.name} has the effect ${effect}.`);
  if (people.length > confirmation.recipients) {
    return ask('confirmation.recipients', `It would reach ${people.length} people at once.`);
  }
  const { above } = confirmation;
  const { microdollars } = facts;
  const dear = above !== undefined && (microdollars === undefined || microdollars > above * 1e6);
  if (!dear) return allowed;
  const cost = microdollars === undefined ? 'nobody knows how much' : `about ${dollarsOf(microdollars)}`;
  return ask('confirmation.above', `It costs ${cost}; more than ${dollarsOf(above * 1e6)} is asked about.`);
}

/* ── the question ── */

const MOST_PEOPLE = 20;
/** More than the longest text message has: no end of one is left out. */
const MOST_CHARACTERS = 2000;

/** Those who are shown by name: first the ones that are the reason to ask. */
export function shownOf({ people }: JudgedCall, questions: readonly Question[]): readonly Person[] {
  const about = new Set(questions.flatMap((each) => each.about ?? []));
  const [first, then] = [true, false].map((asked) =>
    people.filter(({ contact }) => about.has(contact) === asked),
  );
  return [...(first ?? []), ...(then ?? [])].slice(0, MOST_PEOPLE);
}

/** A question about more people than can be shown: nobody says yes to whom they cannot see. */
export function isCrowd({ about = [] }: Question): boolean {
  return new Set(about).size > MOST_PEOPLE;
}

/** What a human must see to say yes or no: nothing masked, nothing that could pass for our own words. */
export function summaryOf(call: JudgedCall, facts: Facts, questions: readonly Question[] = []): string {
  const { operation, people, input, now, actor } = call;
  const at = sendTimeOf(input, now);
  const lines = [
    `${operation.title} (${operation.name}), asked for by ${actor.name}.`,
    ...(people.length > 0 ? [`To: ${peopleOf(call, shownOf(call, questions))}`] : []),
    ...(people.length > 0 || at !== now
      ? [`When: ${at.getTime() === now.getTime() ? 'now' : at.toISOString()}`]
      : []),
    ...(questions.some(isCrowd) ? ['Your yes is for those named here; the others are left out.'] : []),
    `Cost: ${costOf(facts)}`,
    ...(facts.tainted.length > 0
      ? [`This conversation has read words of: ${spelledOut(writersNamed(facts.tainted))}`]
      : []),
    ...questions.map(({ reason }) => `Why you are asked: ${spelledOut(reason)}`),
    'With:',
    ...inputLines(input),
  ];
  return lines.join('\n');
}

function peopleOf(call: JudgedCall, shown: readonly Person[]): string {
  const named = shown.map((person) => {
    const purpose = purposeOf(call, person) ?? 'no purpose said';
    return `${quoted(person.to)} (${person.channel}, ${purpose}${person.own ? ', your own' : ''})`;
  });
  const all = call.people.length;
  const rest = all - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} more, ${all} in all` : ''}`;
}

function costOf({ microdollars }: Facts): string {
  if (microdollars === undefined) return 'not known';
  return microdollars === 0 ? 'nothing' : `about ${dollarsOf(microdollars)}`;
}

/** Each field on a line of its own; texts as JSON strings, so that no line break in one looks like a line of ours. */
function inputLines(input: Row): string[] {
  return Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${key}: ${quoted(shown(key, value))}`);
}

/** Twenty people are shown by name above; their list is not repeated. */
function shown(key: string, value: unknown): unknown {
  const long = key === 'recipients' && Array.isArray(value) && value.length > MOST_PEOPLE;
  return long ? value.slice(0, MOST_PEOPLE) : value;
}

function quoted(value: unknown): string {
  const text =
    typeof value === 'string' || Array.isArray(value) || isRow(value) ? JSON.stringify(value) : String(value);
  const seen = spelledOut(text);
  if (seen.length <= MOST_CHARACTERS) return seen;
  return `${seen.slice(0, MOST_CHARACTERS)}… (${seen.length - MOST_CHARACTERS} more characters)`;
}

/** Control, invisible and direction-changing characters as their codes: a human must see what is there, on the line where it is. */
function spelledOut(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`,
  );
}
