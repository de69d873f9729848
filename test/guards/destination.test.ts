// Whom a call may reach and where Twilio may be sent: what is refused, what is asked about, what passes, and the tricks between.
import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/guards/call.ts';
import { judgeDestination } from '../../src/guards/destination.ts';
import { judgeUrls } from '../../src/guards/urls.ts';
import { callOf, factsOf, inShort, person, policyOf } from '../support/judged.ts';

type Rules = NonNullable<Parameters<typeof policyOf>[0]>['destination'];

function judged(who: Partial<Person> & { readonly to: string }, destination: Rules = {}): string {
  const call = callOf({ people: [person(), person(who)] });
  return inShort(judgeDestination(call, policyOf({ destination }), factsOf()));
}

describe('countries and kinds', () => {
  it.each([
    ['+14155550123', 'allowed'],
    ['+18005550199', 'allowed'],
    ['+16135550142', 'refused destination.country'],
    ['+18765551234', 'refused destination.country'],
    ['+18095551234', 'refused destination.country'],
    ['+447400123456', 'refused destination.country'],
    ['+80012345678', 'refused destination.country'],
    ['+19002345678', 'refused destination.kind'],
    ['+449012345678', 'refused destination.kind'],
    ['+33899123456', 'refused destination.kind'],
    ['+443001234567', 'refused destination.kind'],
    ['+870773111632', 'refused destination.kind'],
    ['+881612345678', 'refused destination.kind'],
    ['+882161234567', 'refused destination.kind'],
    ['+883510012345', 'refused destination.kind'],
    ['+97912345678', 'refused destination.malformed'],
    ['+979123456789', 'refused destination.kind'],
    ['+15551234567', 'refused destination.unassigned'],
    ['+11234567890', 'refused destination.unassigned'],
    ['+141555501', 'refused destination.malformed'],
    ['+9999999999', 'refused destination.malformed'],
  ])('%s', (to, expected) => {
    expect(judged({ to })).toBe(expected);
  });

  it('asks what the owner allows: own stands for the countries of the own numbers, others by name', () => {
    expect(judged({ to: '+447400123456' }, { countries: ['own', 'GB'] })).toBe('allowed');
    expect(judged({ to: '+447911123456' }, { countries: ['GB'] })).toBe('refused destination.country');
    expect(judged({ to: '+14155550124' }, { countries: ['GB'] })).toBe('refused destination.country');
  });

  it('reaches no country where there is no number of one’s own', () => {
    const verdict = judgeDestination(callOf(), policyOf(), factsOf({ ownCountries: [] }));
    expect(verdict).toMatchObject({
      rule: 'destination.country',
      next: expect.stringContaining('destination.countries'),
    });
  });
});

describe('addresses that are not what they seem', () => {
  it.each([
    ['full-width digits', '+1４１５5550123'],
    ['Arabic digits', '+١٤١٥٥٥٥٠١٢٣'],
    ['a zero-width space', '+1415\u200b5550123'],
    ['a non-breaking space', '+1415\u00a05550123'],
    ['a right-to-left mark', '\u202e+14155550123'],
    ['a trailing line break', '+14155550123\n'],
    ['national form', '4155550123'],
    ['digits to press behind it', '+14155550123,,5'],
    ['two numbers', '+14155550123;+14155550124'],
    ['a short code', '89361'],
    ['a look-alike under WhatsApp', 'whatsapp:+1415555012３'],
  ])('%s', (_, to) => {
    expect(judged({ to, channel: to.startsWith('whatsapp:') ? 'whatsapp' : 'sms' })).toBe(
      'refused destination.malformed',
    );
  });

  it.each([
    ['ana@example.com', 'allowed'],
    ['ana@bücher.example', 'refused destination.malformed'],
    ['ana@[127.0.0.1]', 'refused destination.malformed'],
    ['ana@localhost', 'refused destination.malformed'],
    ['ana@example.com,eve@example.net', 'refused destination.malformed'],
    ['ana@example.com\r\nbcc:eve@example.net', 'refused destination.malformed'],
    ['ana', 'refused destination.malformed'],
  ])('%s', (to, expected) => {
    expect(judged({ to, channel: 'email' })).toBe(expected);
  });
});

describe('forms of addresses', () => {
  const sip = { url_hosts: ['pbx.example.com'] };
  const sid = `CH${'0'.repeat(32)}`;

  it.each([
    ['WhatsApp', { to: 'whatsapp:+14155550123', channel: 'whatsapp' }, {}, 'allowed'],
    [
      'WhatsApp abroad',
      { to: 'whatsapp:+447400123456', channel: 'whatsapp' },
      {},
      'refused destination.country',
    ],
    ['somebody of the own app', { to: 'client:ana', channel: 'voice' }, {}, 'allowed'],
    ['somebody who wrote to the own page', { to: 'messenger:12345678', channel: 'messenger' }, {}, 'allowed'],
    [
      'SIP at a host not listed',
      { to: 'sip:ana@example.net', channel: 'voice' },
      sip,
      'refused destination.sip_host',
    ],
    ['SIP at a listed host', { to: 'sip:ana@pbx.example.com', channel: 'voice' }, sip, 'allowed'],
    [
      'SIP at a host that only begins so',
      { to: 'sip:ana@pbx.example.com.evil.net', channel: 'voice' },
      sip,
      'refused destination.sip_host',
    ],
    [
      'SIP with the listed host as its user',
      { to: 'sip:pbx.example.com@evil.net', channel: 'voice' },
      sip,
      'refused destination.sip_host',
    ],
    [
      'SIP with a second host in a parameter',
      { to: 'sip:ana@pbx.example.com;maddr=evil.net', channel: 'voice' },
      sip,
      'refused destination.malformed',
    ],
    ['a conversation', { to: sid, channel: 'unknown' }, {}, 'ask destination.unknown'],
    ['a conversation by its name', { to: 'Café of Ana', channel: 'unknown' }, {}, 'ask destination.unknown'],
    [
      'a flow that begins with a look-alike number',
      { to: '+1４１５5550123', channel: 'unknown' },
      {},
      'refused destination.malformed',
    ],
    [
      'a flow that begins with look-alike digits',
      { to: '４１５5550123', channel: 'unknown' },
      {},
      'refused destination.malformed',
    ],
    ['nobody can tell', { to: 'unknown', channel: 'unknown' }, {}, 'ask destination.unknown'],
    [
      'a flow that begins with a number',
      { to: '+14155550123', channel: 'unknown' },
      {},
      'ask destination.unknown',
    ],
    [
      'a flow that begins with a premium number',
      { to: '+19002345678', channel: 'unknown' },
      {},
      'refused destination.kind',
    ],
    [
      'an answer to a message of theirs',
      { to: `SM${'0'.repeat(32)}`, channel: 'whatsapp', purpose: 'conversational' },
      {},
      'allowed',
    ],
  ] as const)('%s', (_, who, destination, expected) => {
    expect(judged(who, { url_hosts: [], ...destination })).toBe(expected);
  });
});

describe("the owner's lists", () => {
  it.each([
    ['allows a number abroad', '+447400123456', { allow: ['+447400123456'] }, 'allowed'],
    ['allows a range', '+447400123456', { allow: ['+447400*'] }, 'allowed'],
    [
      'needs the star: a prefix alone allows nobody',
      '+447400123456',
      { allow: ['+447400'] },
      'refused destination.country',
    ],
    ['allows a kind the owner names', '+19002345678', { allow: ['+19002345678'] }, 'allowed'],
    ['allows a new number', '+15551234567', { allow: ['+1555*'] }, 'allowed'],
    ['does not allow a look-alike', '+1４１５5550123', { allow: ['+1*'] }, 'refused destination.malformed'],
    ['blocks', '+14155550124', { block: ['+14155550124'] }, 'refused destination.block'],
    [
      'blocks what is also allowed',
      '+14155550124',
      { allow: ['+14155550124'], block: ['+1415*'] },
      'refused destination.block',
    ],
    ['blocks only the same without a star', '+14155550124', { block: ['+1415555012'] }, 'allowed'],
    [
      'reaches only the list',
      '+14155550124',
      { only_allowed: true, allow: ['+14155550123'] },
      'refused destination.only_allowed',
    ],
    ['reaches the list', '+14155550124', { only_allowed: true, allow: ['+141555501*'] }, 'allowed'],
    ['holds the owner’s own', '+447400123456', { own: ['+447400123456'] }, 'allowed'],
  ])('%s', (_, to, destination, expected) => {
    expect(judged({ to }, destination)).toBe(expected);
  });

  it.each([
    ['ana@example.com', ['*@example.com'], 'allowed'],
    ['ANA@EXAMPLE.COM', ['*@example.com'], 'allowed'],
    ['ana@mail.example.com', ['*@example.com'], 'refused destination.only_allowed'],
    ['ana@evil-example.com', ['*@example.com'], 'refused destination.only_allowed'],
    ['ana@example.com.evil.net', ['*@example.com'], 'refused destination.only_allowed'],
  ])('%s against %s', (to, allow, expected) => {
    const who = { to, contact: to.toLowerCase(), channel: 'email' } as const;
    expect(judged(who, { only_allowed: true, allow: [...allow, '+14155550123'] })).toBe(expected);
  });
});

describe('URLs', () => {
  const hosts = ['example.com', '*.shop.example', 'dev.example:8443', '127.0.0.1:4010'];

  it.each([
    ['https://example.com/status', 'allowed'],
    ['https://EXAMPLE.com/status', 'allowed'],
    ['https://example.com:443/', 'allowed'],
    ['https://a.shop.example/x', 'allowed'],
    ['https://dev.example:8443/x', 'allowed'],
    ['wss://example.com/stream', 'allowed'],
    ['https://api.twilio.com/2010-04-01/Accounts', 'allowed'],
    ['http://127.0.0.1:4010/hook', 'allowed'],
    ['https://example.net/status', 'ask destination.url_host'],
    ['https://handler.twilio.com/twiml/EH00', 'ask destination.url_host'],
    ['https://evil-example.com/', 'ask destination.url_host'],
    ['https://example.com.evil.net/', 'ask destination.url_host'],
    ['https://shop.example/', 'ask destination.url_host'],
    ['https://api.twilio.com.evil.net/', 'ask destination.url_host'],
    ['http://example.com/status', 'refused destination.url_scheme'],
    ['ftp://example.com/x', 'refused destination.url_scheme'],
    ['https://user:pass@example.com/', 'refused destination.url_userinfo'],
    ['https://example.com@evil.net/', 'refused destination.url_userinfo'],
    ['https://example.com:8443/', 'refused destination.url_port'],
    ['https://dev.example/', 'ask destination.url_host'],
    ['https://127.0.0.1/', 'refused destination.url_private'],
    ['http://127.0.0.1:4011/hook', 'refused destination.url_scheme'],
    ['https://localhost/', 'refused destination.url_private'],
    ['https://2130706433/', 'refused destination.url_private'],
    ['https://0x7f.1/', 'refused destination.url_private'],
    ['https://10.0.0.1/', 'refused destination.url_private'],
    ['https://169.254.169.254/latest/meta-data', 'refused destination.url_private'],
    ['https://[::1]/', 'refused destination.url_private'],
    ['https://[::ffff:10.0.0.1]/', 'refused destination.url_private'],
    ['https://metadata.google.internal/', 'refused destination.url_private'],
    ['https://printer.local./', 'refused destination.url_private'],
    ['https://intranet/', 'refused destination.url_private'],
    ['https:\\\\example.com\\x', 'refused destination.url_malformed'],
    ['https://example.com\\@evil.net/', 'refused destination.url_malformed'],
    ['https://ｅxample.com/', 'refused destination.url_malformed'],
    ['https://{{host}}/', 'refused destination.url_malformed'],
    ['//example.com/x', 'refused destination.url_malformed'],
  ])('%s', (url, expected) => {
    const call = callOf({ urls: [{ field: 'status_callback', url }] });
    expect(inShort(judgeUrls(call, policyOf({ destination: { url_hosts: hosts } })))).toBe(expected);
  });

  it('names a host once, however often it is asked', () => {
    const pictures = ['a', 'b'].map((name) => ({
      field: 'media_urls',
      url: `https://example.net/${name}.png`,
    }));
    expect(judgeUrls(callOf({ urls: pictures }), policyOf())).toMatchObject({
      reason: expect.stringMatching(/sent to media_urls \(example\.net\), which/),
    });
  });

  it('looks at every one, and names the field', () => {
    const urls = [
      { field: 'url', url: 'https://example.com/' },
      { field: 'status_callback', url: 'https://10.0.0.1/' },
    ];
    const verdict = judgeUrls(callOf({ urls }), policyOf({ destination: { url_hosts: hosts } }));
    expect(verdict).toMatchObject({ kind: 'refused', reason: expect.stringContaining('status_callback') });
  });
});
