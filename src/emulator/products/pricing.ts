// Here: what messages, calls and numbers cost, by country, in the shape of the Pricing API. Three countries, with prices of our own.
// Not here: what is billed; the emulator takes no money.
import { type Ask, type Product, route } from '../route.ts';
import { notFound, ok } from '../wire.ts';

const HOST = 'pricing.twilio.com';

interface Country {
  readonly name: string;
  readonly prefix: string;
  readonly sms: readonly [carrier: string, mcc: string, mnc: string, price: string][];
  readonly minute: string;
  readonly dear: string;
  readonly local: string;
}

const countries: Readonly<Record<string, Country>> = {
  US: {
    name: 'United States',
    prefix: '1',
    sms: [
      ['Carrier One', '310', '004', '0.0083'],
      ['Carrier Two', '310', '260', '0.0083'],
    ],
    minute: '0.0140',
    dear: '0.0900',
    local: '1.15',
  },
  CA: {
    name: 'Canada',
    prefix: '1',
    sms: [['Carrier', '302', '220', '0.0083']],
    minute: '0.0140',
    dear: '0.0900',
    local: '1.15',
  },
  GB: {
    name: 'United Kingdom',
    prefix: '44',
    sms: [['Carrier', '234', '010', '0.0524']],
    minute: '0.0158',
    dear: '0.0420',
    local: '1.15',
  },
};

function found(ask: Ask): Country & { readonly iso: string } {
  const iso = ask.param('IsoCountry').toUpperCase();
  const country = countries[iso];
  if (country === undefined) throw notFound(ask.path);
  return { ...country, iso };
}

function head(ask: Ask, { name, iso }: { readonly name: string; readonly iso: string }) {
  return { country: name, iso_country: iso, price_unit: 'USD', url: `https://${HOST}${ask.path}` };
}

function priced(price: string) {
  return { base_price: price, current_price: price };
}

export const pricing: Product = {
  name: 'pricing',
  routes: [
    route('GET', HOST, '/v1/Messaging/Countries/{IsoCountry}', (ask) => {
      const country = found(ask);
      const outbound = country.sms.map(([carrier, mcc, mnc, price]) => ({
        carrier,
        mcc,
        mnc,
        prices: [{ number_type: 'local', ...priced(price) }],
      }));
      const inbound = [{ number_type: 'local', ...priced('0.0083') }];
      return ok({ ...head(ask, country), outbound_sms_prices: outbound, inbound_sms_prices: inbound });
    }),
    route('GET', HOST, '/v2/Voice/Countries/{IsoCountry}', (ask) => {
      const country = found(ask);
      const rates = [
        {
          friendly_name: `Programmable Outbound Minute - ${country.name}`,
          price: country.minute,
          origin: ['1'],
        },
        {
          friendly_name: `Programmable Outbound Minute - ${country.name} - other origins`,
          price: country.dear,
          origin: ['ALL'],
        },
      ];
      const outbound = rates.map(({ friendly_name, price, origin }) => ({
        friendly_name,
        origination_prefixes: origin,
        destination_prefixes: [country.prefix],
        ...priced(price),
      }));
      const inbound = [{ number_type: 'local', ...priced('0.0085') }];
      return ok({ ...head(ask, country), outbound_prefix_prices: outbound, inbound_call_prices: inbound });
    }),
    route('GET', HOST, '/v1/PhoneNumbers/Countries/{IsoCountry}', (ask) => {
      const country = found(ask);
      return ok({
        ...head(ask, country),
        phone_number_prices: [{ number_type: 'local', ...priced(country.local) }],
      });
    }),
  ],
};
