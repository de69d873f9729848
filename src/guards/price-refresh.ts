// A new price table from the answers of Twilio's Pricing API. Asking and keeping are the command line's business.
import { z } from 'zod';
import { carrierFees } from './data/prices.ts';
import type { CountryPrices, Prices } from './prices.ts';

// As https://pricing.twilio.com answers; prices come as texts, in the account's currency. Keys not named here are passed over.
const amount = z.union([
  z.number().min(0),
  z
    .string()
    .regex(/^\d+(?:\.\d+)?$/)
    .transform(Number),
]);
const country = { iso_country: z.string().regex(/^[A-Z]{2}$/), price_unit: z.string() };
const typed = z.array(z.object({ number_type: z.string(), current_price: amount }));

/** GET /v1/Messaging/Countries/{IsoCountry} */
const messagingAnswer = z.object({ ...country, outbound_sms_prices: z.array(z.object({ prices: typed })) });
/** GET /v2/Voice/Countries/{IsoCountry} */
const voiceAnswer = z.object({
  ...country,
  outbound_prefix_prices: z.array(
    z.object({ destination_prefixes: z.array(z.string().regex(/^\d+$/)), current_price: amount }),
  ),
});
/** GET /v1/PhoneNumbers/Countries/{IsoCountry} */
const numbersAnswer = z.object({ ...country, phone_number_prices: typed });

export interface Refreshed {
  readonly prices: Prices;
  /** Answers that were not understood or are in another currency, each with the reason. */
  readonly skipped: readonly string[];
}

/** What the API does not tell (MMS, Verify, Lookup, WhatsApp) stays as it was. */
export function refreshPrices(old: Prices, given: readonly unknown[], at: Date): Refreshed {
  const countries = new Map(Object.entries(old.countries));
  const skipped: string[] = [];
  for (const [index, answer] of given.entries()) {
    const read = readAnswer(answer);
    if (typeof read === 'string') skipped.push(`answer ${index + 1}: ${read}`);
    else countries.set(read.country, { ...countries.get(read.country), ...read.prices });
  }
  const source = `Twilio's Pricing API, for this account; what it does not tell: ${old.source}`;
  const asOf = at.toISOString().slice(0, 10);
  return { prices: { ...old, asOf, source, countries: Object.fromEntries(countries) }, skipped };
}

type Read = { readonly country: string; readonly prices: CountryPrices };

function readAnswer(answer: unknown): Read | string {
  const head = z.object(country).safeParse(answer);
  if (!head.success) return 'it names no country or currency';
  const { iso_country, price_unit } = head.data;
  if (price_unit.toUpperCase() !== 'USD')
    return `${iso_country} is priced in ${price_unit}, and limits are in US dollars`;
  const prices = messagingPrices(answer) ?? voicePrices(answer) ?? numberPrices(answer);
  return prices === undefined
    ? `${iso_country} has no prices of a kind that is known here`
    : { country: iso_country, prices };
}

/** The dearest network and kind of sender: who will carry a message is not known before. */
function messagingPrices(answer: unknown): CountryPrices | undefined {
  const { data } = messagingAnswer.safeParse(answer);
  const prices = data?.outbound_sms_prices.flatMap((each) =>
    each.prices.map(({ current_price }) => current_price),
  );
  if (data === undefined || prices === undefined || prices.length === 0) return undefined;
  return { sms: Math.max(...prices) + (carrierFees[data.iso_country] ?? 0) };
}

/** The dearest origin of each prefix. */
function voicePrices(answer: unknown): CountryPrices | undefined {
  const { data } = voiceAnswer.safeParse(answer);
  if (data === undefined || data.outbound_prefix_prices.length === 0) return undefined;
  const voice: Record<string, number> = {};
  for (const { destination_prefixes, current_price } of data.outbound_prefix_prices)
    for (const prefix of destination_prefixes) voice[prefix] = Math.max(voice[prefix] ?? 0, current_price);
  return { voice };
}

function numberPrices(answer: unknown): CountryPrices | undefined {
  const { data } = numbersAnswer.safeParse(answer);
  if (data === undefined || data.phone_number_prices.length === 0) return undefined;
  const rows = data.phone_number_prices.map(({ number_type, current_price }) => [
    number_type.replaceAll(' ', ''),
    current_price,
  ]);
  return { numbers: Object.fromEntries(rows) };
}
