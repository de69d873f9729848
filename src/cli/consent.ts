// `twilio-mcp consent grant | revoke | show`: who has agreed to what, by the owner's word. Files of many are consent-file.ts.
import type { Config } from '../config.ts';
import { consentChannelOf } from '../guards/consent.ts';
import { OperationError } from '../operation/errors.ts';
import type { ConsentEntry } from '../operation/ledgers.ts';
import { createOwnerCheck, signedBy, signedConsent } from '../owner-key.ts';
import { maskPhone } from '../redact.ts';
import { checkRow } from './consent-row.ts';
import { atDesk, type Desk, print } from './desk.ts';
import type { PassphraseSource } from './passphrase.ts';

export interface GrantOptions extends PassphraseSource {
  readonly channel: string;
  readonly purpose: string;
  readonly source: string;
  readonly evidence: string;
  readonly at?: string;
  readonly expires?: string;
}

export function grant(config: Config, contact: string, options: GrantOptions): Promise<void> {
  const { passphraseFile, channel, purpose, source, evidence, at, expires } = options;
  return atDesk(config, async (desk) => {
    const row = { contact, channel, purpose, source, evidence, at, expires, state: 'granted' };
    const entry = await checked(desk, row, 'grant');
    const key = await desk.unlock({ passphraseFile });
    await desk.store.consents.append([signedConsent(key, entry)]);
    await desk.record('consent grant', factsOf(entry));
    print(`Recorded: ${lineOf(entry)}`);
  });
}

export interface RevokeOptions {
  /** All on which the contact can be reached, when left out. */
  readonly channel?: string;
  readonly purpose?: string;
  readonly evidence?: string;
}

/** Asks for no passphrase: it only makes things stricter. */
export function revoke(config: Config, contact: string, options: RevokeOptions): Promise<void> {
  return atDesk(config, async (desk) => {
    const { channel, ...said } = options;
    const rows = (channel === undefined ? channelsFor(contact.trim()) : [channel]).map((each) => ({
      ...{ contact, channel: each, purpose: said.purpose, evidence: said.evidence },
      ...{ source: 'owner', state: 'revoked' },
    }));
    const entries = await Promise.all(rows.map((row) => checked(desk, row, 'revoke')));
    await desk.store.consents.append(entries);
    for (const entry of entries) {
      await desk.record('consent revoke', factsOf(entry));
      print(`Recorded: ${lineOf(entry)}`);
    }
  });
}

/** Digits alone are sooner a number without its country code than a Messenger ID: such a slip must not pass for a revocation. */
function channelsFor(contact: string): readonly string[] {
  if (contact.includes('@')) return ['email'];
  return contact.startsWith('messenger:') ? ['messenger'] : ['sms', 'whatsapp', 'voice'];
}

async function checked({ account, store }: Desk, row: object, command: string): Promise<ConsentEntry> {
  const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  const current = currentIn(store);
  const answer = await checkRow(given, { account, by: 'owner', now: new Date(), current });
  if (answer.ok) return answer.entry;
  throw new OperationError('INVALID_INPUT', `Nothing was recorded. ${answer.faults.join('; ')}.`, {
    next: `Correct what is named; \`twilio-mcp consent ${command} --help\` shows the form.`,
  });
}

export function currentIn({ consents }: Desk['store']) {
  return ({ account, contact, channel }: ConsentEntry) =>
    consents.current(account, contact, consentChannelOf(channel));
}

const mostShown = 50;

export function show(config: Config, contact: string | undefined): Promise<void> {
  return atDesk(config, async ({ store, account }) => {
    const { signed } = createOwnerCheck(store.owner.get, config.settings.TWILIO_MCP_OWNER_KEY);
    const filter = { limit: mostShown, ...(contact !== undefined && { contact: contact.trim() }) };
    const entries = await store.consents.list(account, filter);
    for (const entry of entries) {
      const counts = signedBy(entry) === 'server' || (await signed(entry));
      print(`${lineOf(entry)}${counts ? '' : '   NOT COUNTED: the owner did not sign it'}`);
    }
    if (entries.length === 0) print('Nothing is on record.');
    if (entries.length === mostShown)
      print(`The newest ${mostShown}; \`twilio-mcp consent export\` has all.`);
  });
}

export function lineOf({
  at,
  contact,
  channel,
  purpose,
  state,
  source,
  evidence,
  expires,
}: ConsentEntry): string {
  const until = expires === undefined ? '' : ` until ${expires.toISOString()}`;
  const how = evidence === undefined ? source : `${source}: ${JSON.stringify(evidence)}`;
  return `${at.toISOString()}  ${contact}  ${channel}  ${purpose}  ${state}${until}  (${how})`;
}

export function factsOf({ contact, channel, purpose, state, source }: ConsentEntry) {
  return { to: `${channel}:${maskPhone(contact)}`, purpose, state, source };
}
