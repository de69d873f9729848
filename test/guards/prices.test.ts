// Estimates: never less than what it may come to, and undefined where a price is not known.
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/guards/call.ts';
import { publishedPrices } from '../../src/guards/data/prices.ts';
import { estimate, type Prices, pricesSchema } from '../../src/guards/prices.ts';
import type { Usage } from '../../src/operation/reach.ts';
import { person } from '../support/judged.ts';

const prices: Prices = {
  asOf: '2026-11-23',
  source: 'this test',
  countries: {
    US: {
      sms: 0.01,
      mms: 0.03,
      voice: { '1': 0.014, '1907': 0.09 },
      numbers: { local: 1.15 },
      whatsapp: 0.03,
    },
    GB: { sms: 0.05, voice: { '44': 0.02, '447': 0.04 } },
  },
  verification: 0.05,
  whatsapp: 0.005,
  lookups: { caller_name: 0.01, sim_swap: 0.1 },
  email: 0.001,
};

const us = person();
const gb = person({ to: '+447400123456' });
const fr = person({ to: '+33612345678' });
const whatsapp = person({ to: 'whatsapp:+14155550123', channel: 'whatsapp' });
const text = (body: string, media = 0, channel: 'sms' | 'whatsapp' = 'sms'): Usage => ({
  kind: 'message',
  channel,
  body,
  media,
});
const call = (minutes: number, legs = 1): Usage => ({ kind: 'call', legs, minutes });
const code = (channel: 'sms' | 'whatsapp' | 'voice' | 'email'): Usage => ({ kind: 'verification', channel });

describe('an estimate', () => {
  it.each<[string, Usage, readonly Person[], number | undefined]>([
    ['a short text', text('Hello'), [us], 10_000],
    ['161 characters: two segments', text('x'.repeat(161)), [us], 20_000],
    ['71 characters, one of which needs another encoding', text(`${'x'.repeat(70)}✓`), [us], 20_000],
    ['a template of unknown length: the longest text there is', text(''), [us], 240_000],
    ['a picture', text('Hello', 1), [us], 30_000],
    ['a picture where MMS has no price', text('Hello', 1), [gb], undefined],
    ['by country', text('Hello'), [gb], 50_000],
    ['a country without a price', text('Hello'), [fr], undefined],
    ['one of two without a price', text('Hello'), [us, fr], undefined],
    ['free text on WhatsApp', text('Hello', 0, 'whatsapp'), [whatsapp], 5000],
    ['a template on WhatsApp', text('', 0, 'whatsapp'), [whatsapp], 30_000],
    ['a call, by begun minutes', call(9.5), [us], 140_000],
    ['a call to a dearer prefix', call(1), [person({ to: '+19075550123', channel: 'voice' })], 90_000],
    ['a call to a mobile', call(1), [gb], 40_000],
    ['two legs, one of them to somebody unknown: as dear as the known one', call(1, 2), [gb], 80_000],
    ['a call to nobody known', call(1), [], undefined],
    ['a code by text', code('sms'), [us], 60_000],
    ['a code by email', code('email'), [person({ to: 'ana@example.com', channel: 'email' })], 50_000],
    ['a code by call', code('voice'), [person({ channel: 'voice' })], 64_000],
    ['a code by WhatsApp', code('whatsapp'), [whatsapp], 80_000],
    ['lookups', { kind: 'lookup', packages: ['caller_name', 'sim_swap'] }, [], 110_000],
    ['a lookup without a price', { kind: 'lookup', packages: ['pre_fill'] }, [], undefined],
    ['a number', { kind: 'number', country: 'US', type: 'local' }, [], 1_150_000],
    ['a number of a type without a price', { kind: 'number', country: 'US', type: 'mobile' }, [], undefined],
    ['email', { kind: 'email', recipients: 3 }, [], 3000],
    ['nothing', { kind: 'nothing' }, [us], 0],
    ['who knows', { kind: 'unknown', why: 'x' }, [us], undefined],
    ['many, each at their own price', { kind: 'many', each: text('Hello'), times: 2 }, [us, gb], 60_000],
    [
      'more than are known, at the dearest',
      { kind: 'many', each: text('Hello'), times: 3 },
      [us, gb],
      110_000,
    ],
    ['many, one without a price', { kind: 'many', each: text('Hello'), times: 2 }, [us, fr], undefined],
  ])('%s', (_, usage, people, expected) => {
    expect(estimate(usage, people, prices)).toBe(expected);
  });
});

describe('the published table', () => {
  it('is dated, sourced, and of the form that a refresh writes', () => {
    expect(pricesSchema.parse(publishedPrices)).toEqual(publishedPrices);
    expect(publishedPrices.source).toContain('Twilio');
  });

  it('keeps a day of ordinary work in the US under what is allowed at once', () => {
    for (const usage of [text('x'.repeat(1600)), call(10), code('sms')]) {
      const cost = estimate(usage, [us], publishedPrices);
      expect(cost).toBeGreaterThan(0);
      expect(cost).toBeLessThan(1_000_000);
    }
  });
});
