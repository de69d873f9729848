// What an operation would cost, from a dated table. What is not in the table is not guessed: it is undefined, and counts as over.
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { Usage } from '../operation/reach.ts';
import { addresseeOf } from './addressee.ts';
import type { Person } from './call.ts';

const require = createRequire(import.meta.url);

const dollars = z.number().min(0);

const countrySchema = z.strictObject({
  /** One SMS segment out, carriers' fees included: the dearest network of the country. */
  sms: dollars.optional(),
  /** One MMS out. */
  mms: dollars.optional(),
  /** A minute of a call out, by prefix of the number called; the longest match counts. */
  voice: z.record(z.string().regex(/^\d+$/), dollars).optional(),
  /** A number's first month, by type. */
  numbers: z.record(z.string(), dollars).optional(),
  /** The dearest WhatsApp template of that country, Twilio's fee included. */
  whatsapp: dollars.optional(),
});

export type CountryPrices = z.output<typeof countrySchema>;

/** The built-in table and the file that `twilio-mcp prices refresh` writes have this one form. */
export const pricesSchema = z.strictObject({
  asOf: z.iso.date(),
  source: z.string(),
  countries: z.record(z.string().regex(/^[A-Z]{2}$/), countrySchema),
  /** Of one verification that succeeds; what carries the code is added. */
  verification: dollars.optional(),
  /** Twilio's fee for one WhatsApp message; free text costs nothing more. */
  whatsapp: dollars.optional(),
  lookups: z.record(z.string(), dollars),
  email: dollars.optional(),
});

export type Prices = z.output<typeof pricesSchema>;

/** In millionths of a US dollar, never less than what it may come to; undefined where a price is not known. */
export function estimate(usage: Usage, people: readonly Person[], prices: Prices): number | undefined {
  const cost = costOf(usage, people, prices);
  return cost === undefined ? undefined : Math.ceil(Math.round(cost * 1e9) / 1e3);
}

function costOf(usage: Usage, people: readonly Person[], prices: Prices): number | undefined {
  switch (usage.kind) {
    case 'nothing':
      return 0;
    case 'unknown':
      return undefined;
    case 'message':
      return perPerson(people, (person) => messageCost(usage, person, prices));
    case 'call':
      return callCost(usage, people, prices);
    case 'verification':
      return plus(
        prices.verification,
        perPerson(people, (person) => codeCost(person, prices)),
      );
    case 'lookup':
      return total(usage.packages.map((name) => prices.lookups[name]));
    case 'number':
      return prices.countries[usage.country]?.numbers?.[usage.type];
    case 'email':
      return prices.email === undefined ? undefined : prices.email * usage.recipients;
    case 'many':
      return manyCost(usage.each, usage.times, people, prices);
  }
}

/** Each person at their own price; those beyond the people known at the dearest of these. */
function manyCost(each: Usage, times: number, people: readonly Person[], prices: Prices): number | undefined {
  const costs = people.map((person) => costOf(each, [person], prices));
  const dearest = dearestOf(costs);
  const beyond = Math.max(0, times - people.length);
  return plus(total(costs), beyond === 0 ? 0 : dearest === undefined ? undefined : dearest * beyond);
}

function dearestOf(costs: readonly (number | undefined)[]): number | undefined {
  const known = costs.flatMap((cost) => (cost === undefined ? [] : [cost]));
  return known.length === 0 || known.length < costs.length ? undefined : Math.max(...known);
}

type Message = Extract<Usage, { kind: 'message' }>;

function messageCost({ body, media, channel }: Message, person: Person, prices: Prices): number | undefined {
  const addressee = addresseeOf(person);
  const { kind } = addressee;
  if (kind === 'identity') return 0;
  const country = kind === 'number' ? prices.countries[addressee.country ?? ''] : undefined;
  const via = person.channel === 'unknown' ? channel : person.channel;
  if (via === 'whatsapp') return body !== '' || media > 0 ? prices.whatsapp : country?.whatsapp;
  if (via !== 'sms' && via !== 'rcs') return undefined;
  if (media > 0) return country?.mms;
  return country?.sms === undefined ? undefined : country.sms * segmentsOf(body);
}

/** The longest text Twilio takes, in the encoding that needs the most segments: what a template may turn out to be. */
const MOST_SEGMENTS = Math.ceil(1600 / 67);

function segmentsOf(body: string): number {
  if (body === '') return MOST_SEGMENTS;
  // Loaded with the first message, not with the start.
  const { SegmentedMessage }: typeof import('sms-segments-calculator') = require('sms-segments-calculator');
  return new SegmentedMessage(body, 'auto').segmentsCount;
}

type PhoneCall = Extract<Usage, { kind: 'call' }>;

/** Every leg at the price of whom it calls, every begun minute whole. Legs beyond the people known cost what the dearest of them does. */
function callCost(
  { legs, minutes }: PhoneCall,
  people: readonly Person[],
  prices: Prices,
): number | undefined {
  const rates = people.map((person) => minutePrice(person, prices));
  const dearest = dearestOf(rates);
  const beyond = Math.max(0, legs - people.length);
  const all = plus(total(rates), beyond === 0 ? 0 : dearest === undefined ? undefined : dearest * beyond);
  return all === undefined ? undefined : all * Math.ceil(minutes);
}

/** A call to the owner's own app or SIP host costs less than any to a phone; Twilio publishes it per country of the account. */
function minutePrice(person: Person, prices: Prices): number | undefined {
  const addressee = addresseeOf(person);
  if (addressee.kind === 'identity' || addressee.kind === 'sip') return prices.countries['US']?.voice?.['1'];
  if (addressee.kind !== 'number') return undefined;
  const rates = prices.countries[addressee.country ?? '']?.voice ?? {};
  const digits = addressee.e164.slice(1);
  const longest = Object.keys(rates)
    .filter((prefix) => digits.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : rates[longest];
}

/** A code is one segment, a minute or a template. */
function codeCost(person: Person, prices: Prices): number | undefined {
  const addressee = addresseeOf(person);
  if (addressee.kind === 'email' || addressee.kind === 'identity') return 0;
  const country = addressee.kind === 'number' ? prices.countries[addressee.country ?? ''] : undefined;
  if (person.channel === 'voice') return minutePrice(person, prices);
  return person.channel === 'whatsapp' ? country?.whatsapp : country?.sms;
}

/** Whoever it reaches pays for it; of a message to nobody known the price is not known either. */
function perPerson(
  people: readonly Person[],
  cost: (person: Person) => number | undefined,
): number | undefined {
  return people.length === 0 ? undefined : total(people.map(cost));
}

function total(costs: readonly (number | undefined)[]): number | undefined {
  return costs.reduce<number | undefined>(plus, 0);
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
