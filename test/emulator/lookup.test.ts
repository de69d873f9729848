// Lookup in the emulator, driven by the official SDK; every answer is held against Twilio's own description by served().
import { describe, expect, it } from 'vitest';
import { served } from './served.ts';

const mobile = '+14159929960';
const british = '+442079460123';
const all =
  'validation,caller_name,sim_swap,call_forwarding,line_status,line_type_intelligence,identity_match,reassigned_number,sms_pumping_risk,phone_number_quality_score,pre_fill';

async function lookups() {
  const world = await served();
  const look = (number: string, options: object = {}) =>
    world.sdk.lookups.v2.phoneNumbers(number).fetch(options);
  return { ...world, look };
}

describe('a number', () => {
  it('is told in Twilio’s own shape, without packages', async () => {
    const { ask } = await lookups();
    const { status, body } = await ask('GET', `lookups.twilio.com/v2/PhoneNumbers/${mobile}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      calling_country_code: '1',
      country_code: 'US',
      phone_number: mobile,
      national_format: '(415) 992-9960',
      valid: true,
      validation_errors: [],
      caller_name: null,
      sim_swap: null,
      call_forwarding: null,
      line_status: null,
      line_type_intelligence: null,
      identity_match: null,
      reassigned_number: null,
      sms_pumping_risk: null,
      phone_number_quality_score: null,
      pre_fill: null,
      url: `https://lookups.twilio.com/v2/PhoneNumbers/${mobile}`,
    });
  });

  it.each([
    ['+141599299600', 'TOO_LONG'],
    ['+1415', 'TOO_SHORT'],
    ['+999123456', 'INVALID_COUNTRY_CODE'],
    ['+15555555555', 'INVALID_BUT_POSSIBLE'],
    ['abc', 'NOT_A_NUMBER'],
  ])('such as %s is none: %s', async (number, reason) => {
    const { look } = await lookups();
    expect(await look(number, { fields: all })).toMatchObject({
      valid: false,
      validationErrors: [reason],
      countryCode: null,
      nationalFormat: null,
      lineTypeIntelligence: null,
      identityMatch: null,
    });
  });

  it.each([
    ['(415) 992-9960', undefined, mobile, 'US'],
    ['020 7946 0123', 'GB', british, 'GB'],
    ['020 7946 0123', 'gb', british, 'GB'],
    // Italy keeps its leading zero.
    ['02 1234 5678', 'IT', '+390212345678', 'IT'],
    [british, 'US', british, 'GB'],
  ])('written %s in %s is %s', async (number, countryCode, phoneNumber, country) => {
    const { look } = await lookups();
    const found = await look(number, countryCode === undefined ? {} : { countryCode });
    expect(found).toMatchObject({ phoneNumber, countryCode: country, valid: true });
  });

  it('has no package of an unknown name, and lies in no unknown country', async () => {
    const { ask, look } = await lookups();
    await expect(look(mobile, { fields: 'caller_name,shoe_size' })).rejects.toMatchObject({ status: 400 });
    await expect(look(mobile, { countryCode: 'ZZ' })).rejects.toMatchObject({ status: 400, code: 20_001 });
    const { body } = await ask('GET', `lookups.twilio.com/v2/PhoneNumbers/${mobile}?Fields=shoe_size`);
    expect(body).toEqual({
      code: 20_001,
      message: 'Invalid parameter Fields: shoe_size',
      more_info: 'https://www.twilio.com/docs/errors/20001',
      status: 400,
    });
  });
});

describe('packages', () => {
  it('are those asked for, and no other', async () => {
    const { look } = await lookups();
    const found = await look(mobile, { fields: 'line_type_intelligence, caller_name' });
    expect(found.lineTypeIntelligence).toMatchObject({ type: 'mobile', errorCode: null });
    expect(found.callerName).toMatchObject({ callerType: 'CONSUMER' });
    expect(found.simSwap).toBeNull();
  });

  it('are all in the shape that Twilio describes, and the same each time', async () => {
    const { ask } = await lookups();
    const query = `?Fields=${all}&FirstName=Ana&LastVerifiedDate=20240305`;
    const get = () => ask('GET', `lookups.twilio.com/v2/PhoneNumbers/${mobile}${query}`);
    const { body } = await get();
    const packages = all.split(',').slice(1);
    expect(packages.filter((name) => body[name] === null)).toEqual([]);
    expect((await get()).body).toEqual(body);
    expect(body.reassigned_number).toEqual({
      last_verified_date: '2024-03-05',
      is_number_reassigned: 'no',
      error_code: null,
    });
  });

  it('know the line that the emulator was told of; some are for mobiles only', async () => {
    const { look, control } = await lookups();
    await control('POST', `/phones/${mobile}`, { line: 'landline' });
    const found = await look(mobile, { fields: all });
    expect(found.lineTypeIntelligence).toMatchObject({ type: 'landline', mobileCountryCode: null });
    expect(found.simSwap).toMatchObject({ lastSimSwap: null, errorCode: 60_612 });
    expect(found.callForwarding).toMatchObject({ callForwardingEnabled: null, errorCode: 60_612 });
    expect(found.lineStatus).toMatchObject({ status: null, errorCode: 60_612 });
  });

  it('say where they do not reach', async () => {
    const { look } = await lookups();
    const found = await look(british, { fields: all, lastVerifiedDate: '20240305' });
    expect(found.callerName).toMatchObject({ callerName: null, errorCode: 60_607 });
    expect(found.reassignedNumber).toMatchObject({ isNumberReassigned: null, errorCode: '60607' });
    expect(found.smsPumpingRisk).toMatchObject({ carrierRiskCategory: 'low', errorCode: null });
  });

  it('match the identity that was given, and need one', async () => {
    const { look } = await lookups();
    const fields = 'identity_match';
    expect(
      (await look(mobile, { fields, firstName: 'Ana', addressLine2: 'Flat 1' })).identityMatch,
    ).toMatchObject({
      firstNameMatch: 'exact_match',
      lastNameMatch: 'no_data_available',
      addressLinesMatch: 'exact_match',
      addressCountryMatch: 'no_data_available',
      summaryScore: 100,
      errorCode: null,
    });
    expect((await look(mobile, { fields })).identityMatch).toMatchObject({
      firstNameMatch: null,
      errorCode: 60_617,
    });
  });

  it.each([
    ['20240305', 'no', null],
    ['20191231', 'no_data_available', null],
    [undefined, null, '60617'],
    ['March', null, '60617'],
  ])('tell of reassignment since %s: %s', async (lastVerifiedDate, isNumberReassigned, errorCode) => {
    const { look } = await lookups();
    const found = await look(mobile, {
      fields: 'reassigned_number',
      ...(lastVerifiedDate && { lastVerifiedDate }),
    });
    expect(found.reassignedNumber).toMatchObject({ isNumberReassigned, errorCode });
  });

  it('fill in a person only after this number was verified', async () => {
    const { look, sdk } = await lookups();
    const { sid } = await sdk.verify.v2.services.create({ friendlyName: 'Example Shop' });
    const { verifications } = sdk.verify.v2.services(sid);
    const { sid: verificationSid } = await verifications.create({ to: mobile, channel: 'sms' });
    const fill = async (number: string) =>
      (await look(number, { fields: 'pre_fill', verificationSid })).preFill;
    expect(await fill(mobile)).toMatchObject({ first_name: null, error_code: 60_623 });
    await sdk.verify.v2.services(sid).verifications(verificationSid).update({ status: 'approved' });
    expect(await fill(mobile)).toMatchObject({ first_name: 'Ana', error_code: null });
    expect(await fill('+14155550123')).toMatchObject({ first_name: null, error_code: 60_623 });
  });
});

describe('a tester', () => {
  it('says what Lookup knows of a number, and lets it be forgotten', async () => {
    const { look, control } = await lookups();
    const swapped = { last_sim_swap_date: null, swapped_period: 'PT48H', swapped_in_period: true };
    await control('POST', `/lookup/${mobile}`, {
      sim_swap: { last_sim_swap: swapped },
      reassigned_number: { is_number_reassigned: 'yes' },
    });
    await control('POST', `/lookup/${mobile}`, { line_status: { status: null, error_code: 60_600 } });
    const ask = { fields: all, lastVerifiedDate: '20240305' };
    const found = await look(mobile, ask);
    expect(found.simSwap).toMatchObject({ lastSimSwap: swapped });
    expect(found.reassignedNumber).toMatchObject({
      lastVerifiedDate: '2024-03-05',
      isNumberReassigned: 'yes',
    });
    expect(found.lineStatus).toMatchObject({ status: null, errorCode: 60_600 });
    expect((await look(mobile)).simSwap).toBeNull();
    expect((await look('+14155550123', ask)).reassignedNumber).toMatchObject({ isNumberReassigned: 'no' });
    expect((await control('DELETE', `/lookup/${mobile}`)).body).toEqual({ number: mobile, forgotten: true });
    expect((await look(mobile, ask)).reassignedNumber).toMatchObject({ isNumberReassigned: 'no' });
  });

  it('is told of a package that does not exist', async () => {
    const { control } = await lookups();
    expect(await control('POST', `/lookup/${mobile}`, { shoe_size: { size: 42 } })).toMatchObject({
      status: 400,
    });
    expect(await control('POST', `/lookup/${mobile}`, { sim_swap: 'yes' })).toMatchObject({ status: 400 });
  });
});
