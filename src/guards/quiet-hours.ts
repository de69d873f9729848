// When people are left in peace: by their own clocks, in every zone they may be in, at the moment the message would arrive.
import { type Addressee, addresseeOf } from './addressee.ts';
import type { JudgedCall, Person } from './call.ts';
import { clockOf, localTime, momentOf } from './local-time.ts';
import { isOwn, matches } from './pattern.ts';
import type { Policy, RegionHours } from './policy.ts';
import { purposeOf } from './purpose.ts';
import { regions } from './regions.ts';
import { sendTimeOf } from './send-time.ts';
import { regionOf, zonesOf } from './time-zones.ts';
import { allowed, ask, judgeEach, refuse, type Verdict } from './verdict.ts';

export function judgeQuietHours(call: JudgedCall, policy: Policy): Verdict {
  if (call.composed || call.effect === 'read') return allowed;
  return judgeEach(call.people, (person) =>
    isOwn(person, policy.destination) ? allowed : judgeOne(call, person, policy),
  );
}

function judgeOne(call: JudgedCall, person: Person, policy: Policy): Verdict {
  const rules = rulesFor(call, person);
  const addressee = addresseeOf(person);
  if (rules.length === 0 || !isSomebody(addressee)) return allowed;
  const places = placesOf(addressee, person, policy);
  if (places.length === 0) {
    return ask('quiet_hours.unknown_zone', `Nobody can tell what time it is for ${person.contact}.`);
  }
  const region = addressee.kind === 'number' ? regionOf(addressee.e164, addressee.country) : undefined;
  const regional = rules.includes('marketing') ? regionalRule(region, policy) : undefined;
  const hours = [
    ...rules.map((rule) => policy.quiet_hours[rule]),
    ...(regional === undefined ? [] : [regional]),
  ];
  const at = sendTimeOf(call.input, call.now);
  if (isOpen(at, places, hours)) return allowed;
  const name = regional !== undefined && isOpen(at, places, hours.slice(0, -1)) ? 'regional' : rules[0];
  return refuseAt(call, person, { at, places, hours, rule: `quiet_hours.${name}`, region });
}

type Rule = 'marketing' | 'calls';

/** Which of the policy's hours count. Email waits in a mailbox; a verification is asked for by the person. */
function rulesFor(call: JudgedCall, person: Person): readonly Rule[] {
  const purpose = purposeOf(call, person);
  const quiet = person.channel === 'email' || person.channel === 'push' || person.channel === 'chat';
  if (quiet || purpose === 'verification') return [];
  const rules: Rule[] = purpose === 'marketing' ? ['marketing'] : [];
  return person.channel === 'voice' ? [...rules, 'calls'] : rules;
}

/** Neither the owner's own app nor a switchboard: a person who may be asleep. */
function isSomebody({ kind }: Addressee): boolean {
  return kind === 'number' || kind === 'page';
}

function placesOf(addressee: Addressee, person: Person, policy: Policy): readonly string[] {
  const told = Object.entries(policy.quiet_hours.zones).find(([pattern]) => matches(pattern, person.contact));
  if (told !== undefined) return [told[1]];
  return addressee.kind === 'number' ? zonesOf(addressee.e164) : [];
}

function regionalRule(region: string | undefined, { quiet_hours }: Policy): RegionHours | undefined {
  if (!quiet_hours.regional || region === undefined) return undefined;
  return quiet_hours.regions[region] ?? regions[region];
}

/* ── open or not ── */

function isOpen(at: Date, places: readonly string[], hours: readonly RegionHours[]): boolean {
  return places.every((zone) => {
    const { weekday, minute } = localTime(at, zone);
    return hours.every((each) => {
      const [from, to] = spanOf(each, weekday);
      return minute >= from && minute < to;
    });
  });
}

/** Minutes of that weekday's day between which it is open; `[0, 0]` where never. */
function spanOf(hours: RegionHours, weekday: number): readonly [from: number, to: number] {
  if (weekday === 0 && hours.sundays === false) return [0, 0];
  const { from = '00:00', to = '24:00' } = hours;
  const day = weekday === 0 ? 'sunday' : weekday === 6 ? 'saturday' : undefined;
  if (day === undefined) return [minutesOf(from), minutesOf(to)];
  return [minutesOf(hours[`${day}_from`] ?? from), minutesOf(hours[`${day}_to`] ?? to)];
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

const DAYS_AHEAD = 8;

/** All are open from some opening on: the first opening of any, from `from` on, at which all are. */
function nextOpen(from: Date, places: readonly string[], hours: readonly RegionHours[]): Date | undefined {
  if (isOpen(from, places, hours)) return from;
  const openings = new Set<number>();
  for (const zone of places) {
    for (let day = 0; day <= DAYS_AHEAD; day += 1) {
      const { weekday } = localTime(momentOf(from, zone, day, 12 * 60), zone);
      for (const each of hours) openings.add(momentOf(from, zone, day, spanOf(each, weekday)[0]).getTime());
    }
  }
  const later = [...openings].filter((time) => time > from.getTime()).sort((a, b) => a - b);
  const first = later.find((time) => isOpen(new Date(time), places, hours));
  return first === undefined ? undefined : new Date(first);
}

/* ── told ── */

interface Closed {
  readonly at: Date;
  readonly places: readonly string[];
  readonly hours: readonly RegionHours[];
  readonly rule: string;
  readonly region: string | undefined;
}

/** Twilio schedules no message less than 15 minutes ahead. */
const SOONEST_MS = 15 * 60_000;

function refuseAt({ now, operation }: JudgedCall, person: Person, closed: Closed): Verdict {
  const { at, places, hours, rule, region } = closed;
  const [zone = 'UTC'] = places;
  const where = places.length > 1 ? `${zone} or ${places.length - 1} more zones` : zone;
  const when = at > now ? `At ${at.toISOString()} it is` : 'It is';
  const reason = `${when} ${clockOf(at, zone)} in ${where} for ${person.contact}${region ? ` (${region})` : ''}: quiet hours.`;
  const schedules = 'send_at' in operation.input.shape;
  const open = nextOpen(
    schedules ? new Date(Math.max(at.getTime(), now.getTime() + SOONEST_MS)) : at,
    places,
    hours,
  );
  if (open === undefined) {
    return refuse(
      rule,
      reason,
      `No minute suits every zone this number may be in: the owner can name its zone in quiet_hours.zones.`,
    );
  }
  const next = `${open.toISOString()} (${clockOf(open, zone)} in ${zone})`;
  return refuse(rule, reason, schedules ? `Pass send_at ${next}.` : `Do it at ${next} or later.`);
}
