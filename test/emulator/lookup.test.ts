// Lookup in the emulator, driven by the official SDK; every answer is held against Twilio's own description by served().
import { describe, expect, it } from 'vitest';
import { served } from './served.ts';

describe('a number', () => {
  it('is told apart from what is none', async () => {
    const { sdk } = await served();
    expect(await sdk.lookups.v2.phoneNumbers('+14159929960').fetch()).toMatchObject({
      valid: true,
      countryCode: 'US',
      nationalFormat: '(415) 992-9960',
      lineTypeIntelligence: null,
    });
    expect(await sdk.lookups.v2.phoneNumbers('+141599299600').fetch()).toMatchObject({
      valid: false,
      validationErrors: ['TOO_LONG'],
    });
    expect(await sdk.lookups.v2.phoneNumbers('+1415').fetch()).toMatchObject({
      valid: false,
      validationErrors: ['TOO_SHORT'],
    });
  });

  it('is read in national format with its country', async () => {
    const { sdk } = await served();
    const found = await sdk.lookups.v2.phoneNumbers('020 7946 0123').fetch({ countryCode: 'GB' });
    expect(found).toMatchObject({ phoneNumber: '+442079460123', countryCode: 'GB', valid: true });
  });

  it('comes with the packages asked for, and no other', async () => {
    const { sdk, control } = await served();
    await control('POST', '/phones/+14159929960', { line: 'landline' });
    const found = await sdk.lookups.v2
      .phoneNumbers('+14159929960')
      .fetch({ fields: 'line_type_intelligence,caller_name' });
    expect(found.lineTypeIntelligence).toMatchObject({ type: 'landline' });
    expect(found.callerName).toMatchObject({ callerType: 'CONSUMER' });
    expect(found.simSwap).toBeNull();
  });

  it('has no package of an unknown name', async () => {
    const { sdk } = await served();
    await expect(
      sdk.lookups.v2.phoneNumbers('+14159929960').fetch({ fields: 'shoe_size' }),
    ).rejects.toMatchObject({ status: 400, code: 60_600 });
    await expect(sdk.lookups.v2.phoneNumbers('abc').fetch()).rejects.toMatchObject({ status: 404 });
  });
});
