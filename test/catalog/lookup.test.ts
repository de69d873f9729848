// The lookup as data: packages and what belongs to them, their cost, and whose words come back fenced.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lookupPhoneNumber } from '../../src/catalog/lookup.ts';
import { strangersWords } from '../../src/operation/fields.ts';

const phone_number = '+14155550123';

function problems(input: unknown): string {
  const parsed = lookupPhoneNumber.input.safeParse(input);
  if (parsed.success) return '';
  return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n');
}

const prepared = (input: unknown) => lookupPhoneNumber.prepare?.(lookupPhoneNumber.input.parse(input), {});
const cost = (input: unknown) => lookupPhoneNumber.costs?.(lookupPhoneNumber.input.parse(input));

describe('lookup_phone_number', () => {
  it.each([
    ['E.164', { phone_number }],
    ['a number that is too long, to be told so', { phone_number: '+141555501230000' }],
    ['national format with a country', { phone_number: '(415) 555-0123', country_code: 'US' }],
    [
      'a package with what it needs',
      { phone_number, fields: ['reassigned_number'], last_verified_date: '20260401' },
    ],
    [
      'a part of an identity',
      { phone_number, fields: ['identity_match', 'sim_swap'], identity: { first_name: 'Ana' } },
    ],
  ])('accepts %s', (_, input) => {
    expect(problems(input)).toBe('');
  });

  it.each([
    ['a path', { phone_number: '../Services' }, 'phone_number: must be a phone number'],
    ['letters', { phone_number: '+1415CALLNOW' }, 'phone_number: must be a phone number'],
    ['an unknown package', { phone_number, fields: ['carrier'] }, 'fields.0'],
    ['no package in a list', { phone_number, fields: [] }, 'fields'],
    ['a country in words', { phone_number, country_code: 'USA' }, 'country_code: must be two'],
    [
      'reassigned_number without a day',
      { phone_number, fields: ['reassigned_number'] },
      'needs last_verified_date',
    ],
    ['a day with dashes', { phone_number, last_verified_date: '2026-04-01' }, 'must be YYYYMMDD'],
    ['a day for nothing', { phone_number, last_verified_date: '20260401' }, 'package reassigned_number'],
    [
      'personal data for nothing',
      { phone_number, fields: ['sim_swap'], identity: { last_name: 'Diaz' } },
      'identity: is for the package identity_match',
    ],
    [
      'personal data under another name',
      { phone_number, fields: ['identity_match'], identity: { shoe_size: '40' } },
      'identity',
    ],
    [
      'a verification for nothing',
      { phone_number, verification_sid: `VE${'0'.repeat(32)}` },
      'package pre_fill',
    ],
  ])('refuses %s', (_, input, reason) => {
    expect(problems(input)).toContain(reason);
  });

  it('asks for packages as Twilio wants them: one list with commas', () => {
    const row = prepared({
      phone_number,
      fields: ['identity_match', 'sim_swap'],
      identity: { first_name: 'Ana', address_country_code: 'US' },
    });
    expect(row).toMatchObject({
      packages: 'identity_match,sim_swap',
      first_name: 'Ana',
      address_country_code: 'US',
    });
    expect(lookupPhoneNumber.request?.names).toEqual({ packages: 'Fields' });
    expect(lookupPhoneNumber.request?.local).toEqual(['fields', 'identity']);
  });

  it('asks for none, and costs none, when only the format is checked', () => {
    expect(prepared({ phone_number })?.['packages']).toBeUndefined();
    expect(cost({ phone_number })).toEqual({ kind: 'lookup', packages: [] });
    expect(cost({ phone_number, fields: ['sim_swap'] })).toEqual({ kind: 'lookup', packages: ['sim_swap'] });
  });

  it('costs the same before and after it is prepared', () => {
    const row = prepared({ phone_number, fields: ['sim_swap'] }) ?? {};
    expect(lookupPhoneNumber.costs?.(row)).toEqual({ kind: 'lookup', packages: ['sim_swap'] });
  });

  it('keeps what each package says, whatever it is', () => {
    const found = lookupPhoneNumber.output.parse({
      phone_number,
      valid: true,
      line_type_intelligence: { type: 'mobile', carrier_name: 'Example', mobile_country_code: '240' },
      sim_swap: { last_sim_swap: { swapped_in_period: true } },
      url: 'https://lookups.twilio.com/v2/PhoneNumbers/+14155550123',
    });
    expect(found).toMatchObject({
      line_type_intelligence: { type: 'mobile', mobile_country_code: '240' },
      sim_swap: { last_sim_swap: { swapped_in_period: true } },
    });
    expect(found).not.toHaveProperty('url');
  });

  it('tells why a number is not valid', () => {
    const row = { phone_number: '+141555501230000', valid: false, validation_errors: ['TOO_LONG'] };
    expect(lookupPhoneNumber.output.parse(row)).toEqual(row);
  });

  it.each([
    ['caller_name', 'caller_name'],
    ['pre_fill', 'first_name'],
    ['pre_fill', 'address_line'],
  ])('marks %s.%s as a stranger’s words', (name, part) => {
    const pack = lookupPhoneNumber.output.shape[name];
    const object = pack instanceof z.ZodOptional ? pack.unwrap() : pack;
    const text = object instanceof z.ZodObject ? object.shape[part] : undefined;
    const inner = text instanceof z.ZodOptional ? text.unwrap() : undefined;
    expect(inner instanceof z.ZodType && strangersWords.has(inner)).toBe(true);
  });
});
