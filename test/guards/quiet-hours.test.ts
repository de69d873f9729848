// When people may be contacted: by their own clocks, in every zone they may be in, over changes of the clock, and when next.
import { describe, expect, it } from 'vitest';
import type { JudgedCall, Person } from '../../src/guards/call.ts';
import { zonesByPrefix } from '../../src/guards/data/timezones.ts';
import { localTime, momentOf } from '../../src/guards/local-time.ts';
import { policySchema } from '../../src/guards/policy.ts';
import { judgeQuietHours } from '../../src/guards/quiet-hours.ts';
import { regionalHours, regions } from '../../src/guards/regions.ts';
import { regionOf, zonesOf } from '../../src/guards/time-zones.ts';
import { callOf, inShort, person, policyOf } from '../support/judged.ts';

type Hours = NonNullable<Parameters<typeof policyOf>[0]>['quiet_hours'];

function verdictAt(at: string, who: Partial<Person>, call: Partial<JudgedCall> = {}, hours: Hours = {}) {
  const judged = callOf({ purpose: 'marketing', now: new Date(at), people: [person(who)], ...call });
  return judgeQuietHours(judged, policyOf({ quiet_hours: hours }));
}

const sanFrancisco = { to: '+14155550123' };
const voice = { ...sanFrancisco, channel: 'voice' } as const;
const call: Partial<JudgedCall> = { purpose: 'transactional', usage: { kind: 'call', legs: 1, minutes: 1 } };

describe('marketing, by the clock of San Francisco', () => {
  it.each([
    ['a minute before nine', '2026-11-23T16:59:59Z', 'refused quiet_hours.marketing'],
    ['nine', '2026-11-23T17:00:00Z', 'allowed'],
    ['a minute before eight in the evening', '2026-11-24T03:59:59Z', 'allowed'],
    ['eight in the evening', '2026-11-24T04:00:00Z', 'refused quiet_hours.marketing'],
    ['Sunday before noon', '2026-11-22T19:59:59Z', 'refused quiet_hours.marketing'],
    ['Sunday noon', '2026-11-22T20:00:00Z', 'allowed'],
    ['Saturday nine', '2026-11-21T17:00:00Z', 'allowed'],
    ['nine by winter time is ten by summer time', '2026-07-20T16:00:00Z', 'allowed'],
    ['and eight by winter time is nine', '2026-07-20T15:59:59Z', 'refused quiet_hours.marketing'],
  ])('%s', (_, at, expected) => {
    expect(inShort(verdictAt(at, sanFrancisco))).toBe(expected);
  });
});

describe('what has quiet hours', () => {
  const night = '2026-11-23T10:00:00Z';

  it.each([
    ['a transactional text', sanFrancisco, { purpose: 'transactional' }, 'allowed'],
    ['a text nobody gave a purpose', sanFrancisco, { purpose: undefined }, 'allowed'],
    ['a transactional call', voice, call, 'refused quiet_hours.calls'],
    [
      'a call said to be a verification',
      voice,
      { ...call, purpose: 'verification' },
      'refused quiet_hours.calls',
    ],
    [
      'a verification by call',
      { ...voice, purpose: 'verification' },
      { ...call, purpose: undefined },
      'allowed',
    ],
    ['a marketing email', { to: 'ana@example.com', channel: 'email' }, {}, 'allowed'],
    [
      'marketing on WhatsApp',
      { to: 'whatsapp:+14155550123', channel: 'whatsapp' },
      {},
      'refused quiet_hours.marketing',
    ],
    [
      'marketing on Messenger',
      { to: 'messenger:12345678', channel: 'messenger' },
      {},
      'ask quiet_hours.unknown_zone',
    ],
    ['the owner’s own phone', { ...voice, own: true }, call, 'allowed'],
    ['somebody in the owner’s own app', { to: 'client:ana', channel: 'voice' }, call, 'allowed'],
    ['each of many, at their own call', sanFrancisco, { composed: true }, 'allowed'],
    ['a look', sanFrancisco, { effect: 'read' }, 'allowed'],
  ] as const)('%s', (_, who, change, expected) => {
    expect(inShort(verdictAt(night, who, change))).toBe(expected);
  });
});

describe('numbers that may be in several places', () => {
  it('go by every zone: northern Idaho or southern, and a toll-free number from New York to Hawaii', () => {
    expect(zonesOf('+12082999999').length).toBeGreaterThan(1);
    const twoZones = { to: '+12082999999' };
    expect(inShort(verdictAt('2026-11-23T16:30:00Z', twoZones))).toBe('refused quiet_hours.marketing');
    expect(inShort(verdictAt('2026-11-23T17:30:00Z', twoZones))).toBe('allowed');
    const tollFree = { to: '+18005550199', channel: 'voice' } as const;
    expect(inShort(verdictAt('2026-11-23T18:30:00Z', tollFree, call))).toBe('refused quiet_hours.calls');
    expect(inShort(verdictAt('2026-11-23T19:30:00Z', tollFree, call))).toBe('allowed');
  });

  it('go by the zone the owner names, which knows better than the area code', () => {
    const zones = { '+1415555*': 'America/New_York' };
    expect(inShort(verdictAt('2026-11-23T14:00:00Z', sanFrancisco, {}, { zones }))).toBe('allowed');
    expect(inShort(verdictAt('2026-11-24T01:00:00Z', sanFrancisco, {}, { zones }))).toBe(
      'refused quiet_hours.marketing',
    );
  });

  it('have a zone wherever there are numbers, and every zone is one that this platform knows', () => {
    const zones = new Set(zonesByPrefix.flatMap(([names]) => names.split('&')));
    expect(zones.size).toBeGreaterThan(200);
    for (const zone of zones) expect(() => localTime(new Date(0), zone), zone).not.toThrow();
    expect(zonesOf('+442079460123')).toContain('Europe/London');
    expect(zonesOf('+4930123456')).toEqual(['Europe/Berlin']);
    expect(zonesOf('+918012345678')).toEqual(['Asia/Calcutta']);
  });
});

describe('regions', () => {
  it.each([
    [
      'Texas on a Sunday before noon',
      '+12145550123',
      '2026-11-22T17:30:00Z',
      'refused quiet_hours.marketing',
    ],
    ['Alabama on a Sunday', '+12055550123', '2026-11-22T20:00:00Z', 'refused quiet_hours.regional'],
    ['Mississippi on a Sunday', '+16015550123', '2026-11-22T20:00:00Z', 'refused quiet_hours.regional'],
    ['Kentucky before ten', '+15025550123', '2026-11-23T14:30:00Z', 'refused quiet_hours.regional'],
    ['Kentucky at ten', '+15025550123', '2026-11-23T15:00:00Z', 'allowed'],
    ['Rhode Island after six', '+14015550123', '2026-11-23T23:00:00Z', 'refused quiet_hours.regional'],
    [
      'a toll-free number, which tells no state, after six in New York',
      '+18005550199',
      '2026-11-23T23:30:00Z',
      'refused quiet_hours.regional',
    ],
  ])('%s', (_, to, at, expected) => {
    expect(inShort(verdictAt(at, { to }))).toBe(expected);
  });

  it('can be turned off, or overridden one by one', () => {
    const sunday = '2026-11-22T20:00:00Z';
    const alabama = { to: '+12055550123' };
    expect(inShort(verdictAt(sunday, alabama, {}, { regional: false }))).toBe('allowed');
    expect(inShort(verdictAt(sunday, alabama, {}, { regions: { 'US-AL': {} } }))).toBe('allowed');
    const france = { to: '+33612345678' };
    const noSundays = { regions: { FR: { sundays: false } } };
    expect(inShort(verdictAt('2026-11-22T13:00:00Z', france, {}, noSundays))).toBe(
      'refused quiet_hours.regional',
    );
    expect(inShort(verdictAt('2026-11-22T13:00:00Z', france))).toBe('allowed');
  });

  it('are dated, sourced, and written as the policy writes them', () => {
    expect(regionalHours.asOf).toMatch(/^\d{4}-\d{2}$/);
    expect(regionalHours.source.length).toBeGreaterThan(20);
    expect(policySchema.parse({ quiet_hours: { regions } }).quiet_hours.regions).toEqual(regions);
  });

  it('are read from the area code', () => {
    const read = (to: string, country: string) => regionOf(to, country);
    expect([read('+14155550123', 'US'), read('+18005550199', 'US'), read('+16135550142', 'CA')]).toEqual([
      'US-CA',
      'US',
      'CA',
    ]);
  });
});

describe('a scheduled message', () => {
  const night = '2026-11-23T10:00:00Z';

  it('is judged at its own time', () => {
    expect(inShort(verdictAt(night, sanFrancisco, { input: { send_at: '2026-11-23T17:00:00Z' } }))).toBe(
      'allowed',
    );
    expect(inShort(verdictAt(night, sanFrancisco, { input: { SendAt: '2026-11-24T05:00:00Z' } }))).toBe(
      'refused quiet_hours.marketing',
    );
  });

  it('is judged now, where its time is past or no time', () => {
    // Without ScheduleType Twilio sends at once, whatever SendAt says.
    const ignored = { SendAt: '2026-11-23T17:00:00Z' };
    expect(inShort(verdictAt(night, sanFrancisco, { input: ignored }))).toBe('refused quiet_hours.marketing');
    const heeded = { ...ignored, ScheduleType: 'fixed' };
    expect(inShort(verdictAt(night, sanFrancisco, { input: heeded }))).toBe('allowed');
    for (const send_at of ['2020-11-23T17:00:00Z', 'tomorrow'])
      expect(inShort(verdictAt(night, sanFrancisco, { input: { send_at } }))).toBe(
        'refused quiet_hours.marketing',
      );
  });
});

describe('the refusal', () => {
  it('names the next minute, in UTC and by their clock, and send_at to pass it in', () => {
    expect(verdictAt('2026-11-24T04:30:00Z', sanFrancisco)).toMatchObject({
      reason: expect.stringContaining('Monday 20:30 in America/Los_Angeles'),
      next: 'Pass send_at 2026-11-24T17:00:00.000Z (Tuesday 09:00 in America/Los_Angeles).',
    });
  });

  it('says when to call, since calls cannot be scheduled', () => {
    const operation = { ...callOf().operation, input: policySchema.pick({ access: true }) };
    expect(verdictAt('2026-11-24T04:30:00Z', voice, { ...call, operation })).toMatchObject({
      next: expect.stringMatching(/^Do it at 2026-11-24T17:00:00/),
    });
  });

  it('knows that Twilio schedules nothing less than 15 minutes ahead', () => {
    expect(verdictAt('2026-11-23T16:50:00Z', sanFrancisco)).toMatchObject({
      next: expect.stringContaining('2026-11-23T17:05:00.000Z'),
    });
  });

  it('goes over a Sunday that is closed', () => {
    expect(verdictAt('2026-11-22T03:00:00Z', { to: '+12055550123' })).toMatchObject({
      next: expect.stringContaining('Monday 09:00 in America/Chicago'),
    });
  });

  it('says so where no minute suits', () => {
    const marketing = { from: '10:00', to: '10:00' };
    expect(verdictAt('2026-11-24T04:30:00Z', sanFrancisco, {}, { marketing })).toMatchObject({
      next: expect.stringContaining('quiet_hours.zones'),
    });
  });
});

describe('local time', () => {
  it.each([
    ['the day the clock goes forward', '2026-03-08T12:00:00Z', 9 * 60, '2026-03-08T13:00:00.000Z'],
    ['the day it goes back', '2026-11-01T12:00:00Z', 9 * 60, '2026-11-01T14:00:00.000Z'],
    ['an hour that is skipped', '2026-03-08T12:00:00Z', 2 * 60 + 30, '2026-03-08T07:30:00.000Z'],
  ])('%s', (_, day, minute, expected) => {
    expect(momentOf(new Date(day), 'America/New_York', 0, minute).toISOString()).toBe(expected);
  });
});
