// `twilio-mcp init`: the owner chooses a passphrase, or changes it. What they signed before is signed again with the new key.
import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { OperationError } from '../operation/errors.ts';
import type { ConsentEntry } from '../operation/ledgers.ts';
import {
  consentText,
  fingerprintOf,
  type OwnerKey,
  ownerKeyFrom,
  saltFrom,
  signedConsent,
  verified,
} from '../owner-key.ts';
import { atDesk, type Desk, print } from './desk.ts';
import { type PassphraseSource, readPassphrase } from './passphrase.ts';

export interface InitOptions extends PassphraseSource {
  readonly oldPassphraseFile?: string | undefined;
}

const shortest = 12;

export function init(config: Config, options: InitOptions): Promise<void> {
  return atDesk(config, async (desk) => {
    const known = await desk.store.owner.get();
    const old = known && (await desk.unlock({ passphraseFile: options.oldPassphraseFile }));
    const key = await ownerKeyFrom(await chosen(options), saltFrom(randomBytes(16)));
    const owner = { salt: key.salt, publicKey: key.publicKey };
    const { owner: kept } = desk.store;
    // Before the key is replaced: were the process to end between the two, the old passphrase could do it again.
    const again = old === undefined ? 0 : await signAgain(desk, old, key);
    const taken = old ? await kept.replace(old, owner, new Date()) : await kept.set(owner, new Date());
    if (!taken) {
      throw new OperationError('CONFLICT', 'Somebody else set an owner at the same moment.', {
        next: 'Run `twilio-mcp init` again; it asks for the passphrase that is set now.',
      });
    }
    await desk.record(old ? 'change passphrase' : 'set passphrase', { key: fingerprintOf(key.publicKey) });
    print(
      old
        ? `The passphrase was changed; ${again} consents were signed again.`
        : `The passphrase is set for the ${desk.place}.`,
      'Pin its key where the server gets its settings, so that a store with another key is refused:',
      `  TWILIO_MCP_OWNER_KEY=${fingerprintOf(key.publicKey)}`,
    );
  });
}

/** Twice where it is typed: a slip of the finger would lock the owner out. */
async function chosen({ passphraseFile }: InitOptions): Promise<string> {
  const first = await readPassphrase(
    { passphraseFile },
    `New passphrase (at least ${shortest} characters): `,
  );
  if ([...first].length < shortest) {
    throw new OperationError('INVALID_INPUT', `The passphrase has fewer than ${shortest} characters.`, {
      next: 'Choose a longer one; a few unrelated words are good.',
    });
  }
  if (passphraseFile !== undefined) return first;
  if ((await readPassphrase({}, 'The same again: ')) === first) return first;
  throw new OperationError('INVALID_INPUT', 'The two passphrases differ; nothing was changed.', {
    next: 'Run `twilio-mcp init` again.',
  });
}

const page = 500;

/** Only what stands: what is on record for each person, channel and purpose now. */
async function signAgain({ store, account }: Desk, old: OwnerKey, key: OwnerKey): Promise<number> {
  const seen = new Set<string>();
  const mine: ConsentEntry[] = [];
  for (let offset = 0; ; offset += page) {
    const entries = await store.consents.list(account, { limit: page, offset });
    for (const entry of entries) {
      const place = [entry.contact, entry.channel, entry.purpose, entry.state].join('\0');
      if (seen.has(place) || !verified(old.publicKey, consentText(entry), entry.signature)) continue;
      seen.add(place);
      mine.push(signedConsent(key, entry));
    }
    if (entries.length < page) break;
  }
  await store.consents.append(mine.reverse());
  return mine.length;
}
