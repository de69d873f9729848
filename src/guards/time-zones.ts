// Where a number may be: its possible time zones and, in the US, its state. Numbers move with their owners, so both are guesses.
import { areasByState, zonesByPrefix } from './data/timezones.ts';

const zones = indexed(zonesByPrefix);
const states = indexed(areasByState);

function indexed(rows: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(
    rows.flatMap(([value, prefixes]) => prefixes.split(' ').map((prefix) => [prefix, value] as const)),
  );
}

/** All zones the number may be in; empty where nothing is known of its prefix. */
export function zonesOf(e164: string): readonly string[] {
  const digits = e164.slice(1);
  for (let length = Math.min(digits.length, 10); length > 0; length -= 1) {
    const prefix = digits.slice(0, length);
    const found = prefix === '1' ? unitedStates() : zones.get(prefix)?.split('&');
    if (found !== undefined) return found;
  }
  return [];
}

/** `US-TX`, by area code; `US` where that tells nothing, as toll-free numbers. */
export function regionOf(e164: string, country: string | undefined): string | undefined {
  if (country !== 'US') return country;
  const state = states.get(e164.slice(2, 5));
  return state === undefined ? 'US' : `US-${state}`;
}

/** A toll-free number or a new area code: the table says all of North America, islands on the other side of the date line too. */
function unitedStates(): readonly string[] {
  const found = [...states.keys()].flatMap((area) => zones.get(`1${area}`)?.split('&') ?? []);
  return [...new Set(found)];
}
