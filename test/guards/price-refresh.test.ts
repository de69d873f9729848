// A price table made new from the Pricing API's answers, as Twilio's OpenAPI description shows them.
import { describe, expect, it } from 'vitest';
import { publishedPrices } from '../../src/guards/data/prices.ts';
import { refreshPrices } from '../../src/guards/price-refresh.ts';
import { estimate, pricesSchema } from '../../src/guards/prices.ts';
import { person } from '../support/judged.ts';

const at = new Date('2026-11-24T08:00:00Z');
const price = (number_type: string, current_price: string, base_price = current_price) => ({
  number_type,
  base_price,
  current_price,
});

const messaging = {
  country: 'Estonia',
  iso_country: 'EE',
  inbound_sms_prices: [price('mobile', '0.05')],
  outbound_sms_prices: [
    {
      carrier: 'Elisa',
      mcc: '248',
      mnc: '02',
      prices: [price('local', '0.07'), price('mobile', '0.085', '0.09')],
    },
    { carrier: 'Telia', mcc: '248', mnc: '01', prices: [price('mobile', '0.08')] },
  ],
  price_unit: 'USD',
  url: 'https://pricing.twilio.com/v1/Messaging/Countries/EE',
};

const minute = (destination_prefixes: string[], current_price: string, origin = 'ALL') => ({
  base_price: current_price,
  current_price,
  destination_prefixes,
  friendly_name: 'Programmable Outbound Minute',
  origination_prefixes: [origin],
});

const voice = {
  country: 'United States',
  iso_country: 'US',
  inbound_call_prices: [price('local', '0.0085'), price('toll free', '0.022')],
  outbound_prefix_prices: [
    minute(['1907'], '0.090'),
    minute(['1800', '1888'], '0.013'),
    minute(['1'], '0.013'),
    minute(['1'], '0.020', '44'),
  ],
  price_unit: 'USD',
  url: 'https://pricing.twilio.com/v2/Voice/Countries/US',
};

const numbers = {
  country: 'United States',
  iso_country: 'US',
  phone_number_prices: [price('local', '1.00'), price('toll free', '2.00')],
  price_unit: 'USD',
  url: 'https://pricing.twilio.com/v1/PhoneNumbers/Countries/US',
};

describe('a refresh', () => {
  const { prices, skipped } = refreshPrices(publishedPrices, [messaging, voice, numbers], at);

  it('takes the dearest network, origin and sender of what an account pays', () => {
    expect(skipped).toEqual([]);
    expect(prices.countries['EE']).toEqual({ sms: 0.085 });
    expect(prices.countries['US']).toMatchObject({
      voice: { '1': 0.02, '1800': 0.013, '1888': 0.013, '1907': 0.09 },
      numbers: { local: 1, tollfree: 2 },
    });
  });

  it('keeps what the API does not tell, and says when and from where the rest is', () => {
    expect(prices.countries['US']?.mms).toBe(publishedPrices.countries['US']?.mms);
    expect(prices.lookups).toEqual(publishedPrices.lookups);
    expect(prices.asOf).toBe('2026-11-24');
    expect(prices.source).toContain('Pricing API');
  });

  it('adds what carriers take, where the API leaves it out', () => {
    const us = { ...messaging, iso_country: 'US' };
    expect(refreshPrices(publishedPrices, [us], at).prices.countries['US']?.sms).toBeCloseTo(0.09, 10);
  });

  it('makes a table that is written, read back and estimated with', () => {
    const read = pricesSchema.parse(JSON.parse(JSON.stringify(prices)));
    expect(read).toEqual(prices);
    const usage = { kind: 'message', channel: 'sms', body: 'Tere', media: 0 } as const;
    expect(estimate(usage, [person({ to: '+37251234567' })], read)).toBe(85_000);
  });
});

describe('an answer that is not taken', () => {
  it.each([
    ['another currency', { ...messaging, price_unit: 'EUR' }, 'EE is priced in EUR'],
    ['no country', { message: 'Not found', status: 404 }, 'names no country'],
    ['no prices', { ...messaging, outbound_sms_prices: [] }, 'no prices of a kind that is known'],
    [
      'a price that is no number',
      { ...numbers, phone_number_prices: [price('local', 'free')] },
      'no prices of a kind',
    ],
    ['an empty price', { ...numbers, phone_number_prices: [price('local', '')] }, 'no prices of a kind'],
    ['nothing', undefined, 'names no country'],
  ])('%s', (_, answer, why) => {
    const { prices, skipped } = refreshPrices(publishedPrices, [answer], at);
    expect(skipped).toEqual([expect.stringContaining(why)]);
    expect(prices.countries).toEqual(publishedPrices.countries);
  });
});
