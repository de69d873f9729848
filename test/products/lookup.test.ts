// Lookup through the front door: the free format check, the data packages, a number that is none.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, PERSON, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

describe.each(kinds)('with a %s client', (kind) => {
  it('checks a number without any package, for nothing', async () => {
    world = await createWorld({ kind });
    const found = await world.ok('lookup_phone_number', { phone_number: PERSON });
    expect(found).toMatchObject({ valid: true, phone_number: PERSON, country_code: 'US' });
    expect(found).not.toHaveProperty('line_type_intelligence');
    const [request] = world.emulator.emulator.requests();
    expect(request?.query).toEqual({});
  });

  it('asks for packages in one parameter, and answers with them', async () => {
    world = await createWorld({ kind });
    const found = await world.ok('lookup_phone_number', {
      phone_number: PERSON,
      fields: ['line_type_intelligence', 'sms_pumping_risk'],
    });
    expect(found).toHaveProperty('line_type_intelligence');
    expect(found).toHaveProperty('sms_pumping_risk');
    const [request] = world.emulator.emulator.requests();
    expect(request?.query).toEqual({ Fields: 'line_type_intelligence,sms_pumping_risk' });
  });

  it('says why a number is none', async () => {
    world = await createWorld({ kind });
    const found = await world.ok('lookup_phone_number', { phone_number: '+1415555' });
    expect(found['valid']).toBe(false);
    expect(found['validation_errors']).toContain('TOO_SHORT');
  });

  it('refuses a package that is none, and a path in place of a number', async () => {
    world = await createWorld({ kind });
    expect(await world.no('lookup_phone_number', { phone_number: PERSON, fields: ['everything'] })).toMatch(
      /^INVALID_INPUT: .*fields/,
    );
    expect(await world.no('lookup_phone_number', { phone_number: '../Accounts?x=y' })).toMatch(
      /^INVALID_INPUT: .*phone_number/,
    );
    expect(world.requests()).toEqual([]);
  });
});
