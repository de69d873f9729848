// What may be written down as an agreement, and how a line of CSV or a row of flags becomes an entry.
import { describe, expect, it } from 'vitest';
import { checkRow, type Here } from '../../src/cli/consent-row.ts';
import type { ConsentEntry } from '../../src/operation/ledgers.ts';

const now = new Date('2026-11-24T12:00:00Z');

function here(current: readonly ConsentEntry[] = []): Here {
  return { account: 'AC1', by: 'owner', now, current: async () => current };
}

const good = {
  contact: '+14155550123',
  channel: 'sms',
  purpose: 'transactional',
  source: 'web_form',
  evidence: 'checkout form',
};

async function entryOf(row: object, current?: readonly ConsentEntry[]): Promise<ConsentEntry> {
  const answer = await checkRow({ ...good, ...row }, here(current));
  if (!answer.ok) throw new Error(answer.faults.join('; '));
  return answer.entry;
}

async function faultsOf(row: object, current?: readonly ConsentEntry[]): Promise<string> {
  const answer = await checkRow({ ...good, ...row }, here(current));
  return answer.ok ? 'none' : answer.faults.join('; ');
}

describe('a row', () => {
  it.each([
    [{}, { contact: '+14155550123', channel: 'sms', state: 'granted', source: 'web_form', at: now }],
    [
      { contact: ' whatsapp:+14155550123 ', channel: 'whatsapp' },
      { contact: '+14155550123', channel: 'whatsapp' },
    ],
    [
      { contact: 'rcs:+14155550123', channel: 'rcs' },
      { contact: '+14155550123', channel: 'sms' },
    ],
    [{ contact: 'Ann@Example.COM', channel: 'email' }, { contact: 'ann@example.com' }],
    [{ at: '2026-01-02' }, { at: new Date('2026-01-02T00:00:00Z') }],
    [{ at: '2026-01-02T10:00:00+02:00' }, { at: new Date('2026-01-02T08:00:00Z') }],
    [{ expires: '2027-01-01' }, { expires: new Date('2027-01-01') }],
    [
      { state: 'revoked', purpose: undefined, evidence: undefined },
      { state: 'revoked', purpose: 'any' },
    ],
    [{ state: 'revoked', source: 'stop_word' }, { source: 'stop_word' }],
    [{ source: 'inbound_message' }, { source: 'import', evidence: 'was inbound_message: checkout form' }],
    [{ source: undefined }, { source: 'import' }],
  ])('%j becomes %j', async (row, entry) => {
    expect(await entryOf(row)).toMatchObject(entry);
  });

  it.each([
    [{ contact: '4155550123' }, /contact: must be E\.164/],
    [{ contact: '+1415555\uff1023' }, /contact: must be E\.164/],
    [{ contact: '+1 415 555 0123' }, /contact: must be E\.164/],
    [{ contact: 'ann@example', channel: 'email' }, /contact: must be an email address/],
    [{ contact: 'ann@example.com,bob@example.com', channel: 'email' }, /contact: must be an email address/],
    [{ contact: '+14155550123', channel: 'messenger' }, /contact: must be a Messenger ID/],
    [{ channel: 'fax' }, /channel: /],
    [{ channel: 'unknown' }, /channel: /],
    [{ purpose: 'any' }, /purpose: must be one of transactional/],
    [{ purpose: undefined }, /purpose: must be one of/],
    [{ state: 'maybe' }, /state: /],
    [{ source: 'a_friend' }, /source: /],
    [{ evidence: ' ' }, /evidence: must say how/],
    [{ evidence: undefined }, /evidence: must say how/],
    [{ evidence: 'x'.repeat(501) }, /evidence: /],
    [{ at: '2999-01-01' }, /at: lies in the future/],
    [{ at: '24.11.2026' }, /at: must be a day/],
    [{ at: '2026-02-30' }, /at: must be a day/],
    [{ expires: '2026-11-24T12:00:00Z' }, /expires: has passed/],
    [{ by: 'me' }, /by/],
    [{ source: 'stop_word' }, /source: stop_word is how somebody refuses/],
    [{ source: 'plain_words' }, /proves no agreement/],
    [{ source: 'provider_refusal', state: 'pending' }, /proves no agreement/],
    [{ source: 'inbound_message', purpose: 'marketing' }, /no agreement to marketing/],
  ])('%j is refused', async (row, reason) => {
    expect(await faultsOf(row)).toMatch(reason);
  });
});

describe('a yes after a no', () => {
  const no: ConsentEntry = {
    account: 'AC1',
    contact: '+14155550123',
    channel: 'sms',
    purpose: 'any',
    state: 'revoked',
    source: 'stop_word',
    by: 'webhook',
    at: new Date('2026-06-01T00:00:00Z'),
  };

  it('counts only where it is said to be newer', async () => {
    expect(await faultsOf({}, [no])).toMatch(/asked on 2026-06-01.*say when they agreed again/);
    expect(await faultsOf({ at: '2026-05-31' }, [no])).toMatch(/which is later/);
    expect(await faultsOf({ at: '2026-06-01T00:00:00Z' }, [no])).toMatch(/which is later/);
    expect(await faultsOf({ at: '2026-06-02' }, [no])).toBe('none');
  });

  it('is not held against a no that was for another purpose', async () => {
    expect(await faultsOf({}, [{ ...no, purpose: 'marketing' }])).toBe('none');
    expect(await faultsOf({ purpose: 'marketing' }, [{ ...no, purpose: 'marketing' }])).toMatch(/say when/);
  });

  it('never stands against another no', async () => {
    expect(await faultsOf({ state: 'revoked' }, [no])).toBe('none');
  });
});

describe('a row that says what is on record', () => {
  const isKnown = async (row: object, history: readonly ConsentEntry[]) => {
    const answer = await checkRow({ ...good, ...row }, { ...here(), history: async () => history });
    return answer.ok && answer.known;
  };

  it('is known, with its time or without one', async () => {
    const kept = await entryOf({ at: '2026-01-02' });
    expect(await isKnown({ at: '2026-01-02' }, [kept])).toBe(true);
    expect(await isKnown({}, [kept])).toBe(true);
    expect(await isKnown({}, [])).toBe(false);
    for (const other of [{ at: '2026-01-03' }, { purpose: 'marketing' }, { evidence: 'a card' }])
      expect(await isKnown(other, [kept])).toBe(false);
  });

  it('is new without a time where something else was said since', async () => {
    const no = await entryOf({ state: 'revoked', at: '2026-01-02' });
    const yes = await entryOf({ at: '2026-02-02' });
    expect(await isKnown({ state: 'revoked' }, [no])).toBe(true);
    expect(await isKnown({ state: 'revoked' }, [no, yes])).toBe(false);
    expect(await isKnown({ state: 'revoked', at: '2026-01-02' }, [no, yes])).toBe(true);
  });
});
