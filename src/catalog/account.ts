// The account itself: who am I, how much is left, and what an error code means. Its numbers are in account-numbers.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { listNumbers } from './account-numbers.ts';
import { acts } from './error-codes/entry.ts';
import { errorFamily } from './error-codes/families.ts';
import { docsUrl, explainErrorCode } from './error-codes.ts';

const account = '/2010-04-01/Accounts/{account}';
const page = 'twilio-api-overview';

const shown = {
  friendly_name: fields.field(z.string(), 'Name of the account', 'Example Shop').optional(),
  status: fields.field(z.string(), 'active, suspended or closed', 'active').optional(),
  type: fields.field(z.string(), 'Trial reaches only verified numbers, or Full', 'Full').optional(),
  owner_account_sid: fields.sid('Parent; itself unless a subaccount', 'AC').optional(),
};

// Not exported, so not a tool: Twilio's answer also holds the auth token, and only these fields leave the corridor.
const getAccount = defineOperation({
  name: 'account_get_account',
  title: 'Get the account',
  about: 'Read the account record.',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object(shown),
  request: { method: 'GET', host: 'api', path: `${account}.json` },
  page,
});

export const whoami = defineOperation({
  name: 'account_whoami',
  title: 'Who am I',
  about:
    'Tell which Twilio account this server acts for, with what kind of credential and in which mode, and that Twilio accepts it. A good first call.',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object({
    account_sid: fields.sid('The account', 'AC'),
    ...shown,
    credential: fields.field(z.string(), 'Kind of credential in use', 'api key'),
    mode: fields.field(z.string(), 'live, emulator or dry-run', 'emulator'),
    note: fields.field(z.string(), 'What could not be read, and why', 'The key may not read it.').optional(),
  }),
  async run(_input, hands) {
    const { sid, credential, mode } = hands.account;
    const own = { account_sid: sid, credential, mode };
    try {
      return { ...(await hands.call(getAccount, {})), ...own };
    } catch (error) {
      if (!(error instanceof OperationError) || error.code !== 'AUTHENTICATION_FAILED') throw error;
      // Standard API keys may read everything but /Accounts (docs/iam/api-keys): one row shows whether the key is good.
      await hands.call(listNumbers, { limit: 1 });
      return { ...own, note: 'The key works, but may not read the account record: that takes a Main key.' };
    }
  },
  page,
});

export const getBalance = defineOperation({
  name: 'account_get_balance',
  title: 'Get the balance',
  about: 'Read the money left in the account. Subaccounts have none of their own: their parent pays.',
  effect: 'read',
  input: z.strictObject({}),
  output: z.object({
    balance: fields.field(z.coerce.number(), 'Money left', 18.42),
    currency: fields.field(z.string(), 'Its currency', 'USD'),
  }),
  request: { method: 'GET', host: 'api', path: `${account}/Balance.json` },
  page,
});

export const explainError = defineOperation({
  name: 'account_explain_error',
  title: 'Explain a Twilio error code',
  about:
    "Tell what one of Twilio's numbered codes means and what to do next, for instance for a message's error_code. Answers without a network.",
  effect: 'read',
  input: z.strictObject({ code: fields.field(z.int().min(1).max(999_999), "Twilio's code", 30003) }),
  output: z.object({
    code: fields.field(z.int(), 'The code asked about', 30003),
    known: fields.field(z.boolean(), 'False: only its family is known', true),
    family: fields.field(z.string(), 'What codes near it are about', 'messaging delivery'),
    meaning: fields.field(z.string(), 'What it means', 'The phone could not be reached.').optional(),
    act: fields
      .field(
        z.enum(acts),
        'fix the input; stop and never go round it; wait, then repeat; ask a human; look at the state first',
        'wait',
      )
      .optional(),
    next_step: fields.field(z.string(), 'What to do', 'Try once more later.'),
    docs_url: fields.field(z.string(), "Twilio's page on it", 'https://www.twilio.com/docs/api/errors/30003'),
  }),
  async run({ code }) {
    const told = { code, family: errorFamily(code), docs_url: docsUrl(code) };
    const entry = explainErrorCode(code);
    if (entry === undefined)
      return { ...told, known: false, next_step: 'Do not guess: read docs_url before trying again.' };
    const { meaning, act, next } = entry;
    return { ...told, known: true, meaning, act, next_step: next };
  },
  page,
});
