// Hours for marketing that are stricter than the policy's, by region: dated data with its source, overridable, and no legal advice.
import type { RegionHours } from './policy.ts';

/** Secondary lists that agree in most rows and with no statute read; the state is guessed from the area code. Holidays are not known here. */
export const regionalHours: { readonly asOf: string; readonly source: string } = {
  asOf: '2026-04',
  source:
    '47 CFR 64.1200(c)(1) for all of the US (8 to 21, local time); states from lists of Drop Cowboy (November 2025), Stello (April 2026) and Referrizer',
};

const noSundays = { sundays: false } as const;
const eightToEight = { from: '08:00', to: '20:00' } as const;

/** `US` counts where the state cannot be told: what every row allows. */
export const regions: Readonly<Record<string, RegionHours>> = {
  US: { from: '10:00', to: '18:00', saturday_to: '17:00', ...noSundays },
  'US-AL': { ...eightToEight, ...noSundays },
  'US-CT': { from: '09:00', to: '20:00' },
  'US-FL': eightToEight,
  'US-KY': { from: '10:00', to: '21:00' },
  'US-LA': { ...eightToEight, ...noSundays },
  'US-MA': eightToEight,
  'US-MD': eightToEight,
  'US-MI': { from: '09:00', to: '21:00' },
  'US-MN': { from: '09:00', to: '21:00' },
  'US-MS': { ...eightToEight, ...noSundays },
  'US-NJ': eightToEight,
  'US-NM': { from: '09:00', to: '21:00' },
  'US-NV': { from: '09:00', to: '20:00' },
  'US-OK': eightToEight,
  'US-RI': {
    from: '09:00',
    to: '18:00',
    saturday_from: '10:00',
    saturday_to: '17:00',
    sunday_from: '10:00',
    sunday_to: '17:00',
  },
  'US-TX': { from: '09:00', to: '21:00', sunday_from: '12:00' },
  'US-WA': eightToEight,
};
