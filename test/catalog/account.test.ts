// The account as data: who it is even to a key that may not read it, and what may be changed on its numbers.
import { describe, expect, it } from 'vitest';
import { explainError, getBalance, whoami } from '../../src/catalog/account.ts';
import { getNumber, listNumbers, updateNumber } from '../../src/catalog/account-numbers.ts';
import type { Hands, Operation } from '../../src/operation/define.ts';
import { OperationError } from '../../src/operation/errors.ts';
import { createStore } from '../../src/store/open.ts';

function handsWith(call: Hands['call'], account: Hands['account']): Hands {
  const { signal } = new AbortController();
  const nothing = async () => undefined;
  const refuse = async () => {
    throw new Error('no file is needed here');
  };
  return {
    call,
    account,
    signal,
    progress: () => undefined,
    now: () => new Date(0),
    sleep: nothing,
    look: nothing,
    refresh: nothing,
    ledgers: createStore({ url: ':memory:', random: () => new Uint8Array(32) }),
    files: { read: refuse, download: refuse, media: refuse },
  };
}

const account_sid = `AC${'0'.repeat(32)}`;
const sid = `PN${'0'.repeat(32)}`;

function problems(operation: Operation, input: unknown): string {
  const parsed = operation.input.safeParse(input);
  if (parsed.success) return '';
  return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n');
}

describe('account_whoami', () => {
  const own = { account_sid, credential: 'api key', mode: 'live' };
  const refused = new OperationError('AUTHENTICATION_FAILED', 'No.', { next: 'Check the credentials.' });

  const hands = (call: Hands['call']) =>
    handsWith(call, { sid: account_sid, credential: own.credential, mode: own.mode });

  it('tells account, credential and mode', async () => {
    const found = { friendly_name: 'Example', status: 'active', type: 'Full' };
    expect(
      await whoami.run?.(
        {},
        hands(async () => found),
      ),
    ).toEqual({ ...found, ...own });
  });

  it('lets nothing but a few fields of the account record out of the corridor', async () => {
    const asked: Operation[] = [];
    await whoami.run?.(
      {},
      hands(async (operation) => {
        asked.push(operation);
        return {};
      }),
    );
    const record = { friendly_name: 'Example', auth_token: 'not to be told', status: 'active' };
    expect(asked.map((each) => each.output.parse(record))).toEqual([
      { friendly_name: 'Example', status: 'active' },
    ]);
  });

  it('knows a key that works but may not read the account', async () => {
    const asked: string[] = [];
    const found = await whoami.run?.(
      {},
      hands(async ({ name }) => {
        asked.push(name);
        if (name === listNumbers.name) return { incoming_phone_numbers: [] };
        throw refused;
      }),
    );
    expect(found).toMatchObject(own);
    expect(found?.['note']).toContain('Main key');
    expect(asked).toEqual(['account_get_account', 'account_list_numbers']);
  });

  it('fails where the credentials are not accepted at all', async () => {
    const asked = whoami.run?.(
      {},
      hands(async () => {
        throw refused;
      }),
    );
    await expect(asked).rejects.toBe(refused);
  });

  it('does not take another failure for a missing permission', async () => {
    const down = new OperationError('PROVIDER_UNAVAILABLE', 'Down.', { next: 'Wait.' });
    const asked: string[] = [];
    const answer = whoami.run?.(
      {},
      hands(async ({ name }) => {
        asked.push(name);
        throw down;
      }),
    );
    await expect(answer).rejects.toBe(down);
    expect(asked).toHaveLength(1);
  });
});

describe('account_explain_error', () => {
  const explain = async (code: number) => {
    const asked: string[] = [];
    const hands = handsWith(
      async ({ name }) => {
        asked.push(name);
        return {};
      },
      { sid: account_sid, credential: 'none', mode: 'live' },
    );
    const told = await explainError.run?.(explainError.input.parse({ code }), hands);
    expect(asked, 'asks nobody').toEqual([]);
    return explainError.output.parse(told);
  };

  it('tells meaning, next step and page of a code', async () => {
    const told = await explain(30003);
    expect(told).toMatchObject({ code: 30003, known: true, act: 'wait' });
    expect(told['meaning']).toMatch(/reached/);
    expect(told['next_step']).toMatch(/later/);
    expect(told['docs_url']).toMatch(/\/30003$/);
  });

  it('says that it does not know a code rather than guess', async () => {
    const told = await explain(39999);
    expect(told).toMatchObject({ code: 39999, known: false });
    expect(told).not.toHaveProperty('meaning');
    expect(told['docs_url']).toMatch(/\/39999$/);
  });

  it.each([0, -1, 1.5, 1_000_000, '30003'])('refuses %s', (code) => {
    expect(problems(explainError, { code })).toContain('code');
  });
});

describe('account_get_balance', () => {
  it('reads the balance as a number', () => {
    expect(getBalance.output.parse({ account_sid, balance: '18.42', currency: 'USD' })).toEqual({
      balance: 18.42,
      currency: 'USD',
    });
  });
});

describe('own numbers', () => {
  it('are found by digits, with * for any', () => {
    expect(problems(listNumbers, { phone_number: '+1415*' })).toBe('');
    expect(problems(listNumbers, { phone_number: '415-555' })).toContain('phone_number: must be digits');
  });

  it.each([
    ['a webhook', { sid, voice_url: 'https://example.com/voice', voice_method: 'GET' }],
    ['the removal of a webhook', { sid, sms_url: '' }],
    ['a name', { sid, friendly_name: 'Support' }],
  ])('take %s', (_, input) => {
    expect(problems(updateNumber, input)).toBe('');
  });

  it.each([
    ['nothing to change', { sid }, 'give at least one'],
    ['a path for a URL', { sid, voice_url: '/voice' }, 'voice_url: must be an absolute'],
    ['another scheme', { sid, sms_url: 'ftp://example.com/x' }, 'sms_url: must be an absolute'],
    ['another method', { sid, voice_method: 'PUT' }, 'voice_method'],
    ['a move to another account', { sid, account_sid }, 'account_sid'],
  ])('refuse %s', (_, input, reason) => {
    expect(problems(updateNumber, input)).toContain(reason);
  });

  it('change as admin only: it decides where people’s words go', () => {
    expect(updateNumber.effect).toBe('admin');
  });

  it('are told with their webhooks and what they can do', () => {
    const row = {
      sid,
      phone_number: '+14155550100',
      capabilities: { voice: true, fax: false },
      voice_url: '',
    };
    expect(getNumber.output.parse({ ...row, emergency_status: 'Active', uri: '/x' })).toEqual(row);
  });
});
