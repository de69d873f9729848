// Where a request goes: by host, by region and edge together, or below a test double's address.
import { expect, it } from 'vitest';
import { addressOf, type Place } from '../../src/client/hosts.ts';
import type { Host } from '../../src/operation/define.ts';

it.each<[Host, Place, string]>([
  ['api', {}, 'https://api.twilio.com'],
  ['lookups', {}, 'https://lookups.twilio.com'],
  ['sendgrid', {}, 'https://api.sendgrid.com'],
  ['segment-tracking', {}, 'https://api.segment.io'],
  ['api', { region: 'ie1', edge: 'dublin' }, 'https://api.dublin.ie1.twilio.com'],
  ['verify', { region: 'au1', edge: 'sydney' }, 'https://verify.sydney.au1.twilio.com'],
  ['sendgrid', { region: 'ie1', edge: 'dublin' }, 'https://api.sendgrid.com'],
  ['verify', { baseUrl: 'http://127.0.0.1:4010' }, 'http://127.0.0.1:4010/verify.twilio.com'],
  ['verify', { baseUrl: 'http://127.0.0.1:4010/' }, 'http://127.0.0.1:4010/verify.twilio.com'],
  [
    'api',
    { baseUrl: 'https://double.example/a//', region: 'ie1', edge: 'dublin' },
    'https://double.example/a/api.twilio.com',
  ],
])('%s with %j is at %s', (host, place, url) => {
  const { origin, prefix } = addressOf(host, place);
  expect(`${origin}${prefix}`).toBe(url);
});

it.each<Place>([
  { region: 'ie1' },
  { edge: 'dublin' },
  { region: 'ie1', edge: 'evil.example/' },
  { region: 'ie1.evil', edge: 'dublin' },
  { region: '', edge: '' },
  { baseUrl: '127.0.0.1:4010' },
  { baseUrl: 'file:///etc' },
  { baseUrl: 'http://user:secret@127.0.0.1' },
  { baseUrl: 'http://127.0.0.1/?x=1' },
])('%j is no place', (place) => {
  expect(() => addressOf('api', place)).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }));
});
