// The owner's key: a passphrase becomes an Ed25519 key pair. Who holds the passphrase signs; the running server can only verify.
// Which entries need a signature is told here; what an entry is worth is guards/consent.ts.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  scrypt,
  sign,
  verify,
} from 'node:crypto';
import { type Approval, type ConsentEntry, type Decision, ownerSources } from './operation/ledgers.ts';

export interface OwnerKey {
  /** Kept in the store, with the salt. */
  readonly publicKey: string;
  readonly salt: string;
  readonly sign: (text: string) => string;
}

/** What the store keeps of the owner: enough to verify, of no use to sign. */
export interface OwnerRecord {
  readonly publicKey: string;
  readonly salt: string;
}

/* ── passphrase → key ── */

/** 2^17 × 8 × 128 bytes = 128 MiB a guess (OWASP's first choice for scrypt). */
const strongest = 17;
const weakest = 10;
const blockSize = 8;

/** The salt carries how dear a guess is, so that it can be made dearer later. `random`: 16 bytes or more. */
export function saltFrom(random: Uint8Array, cost = strongest): string {
  if (random.length < 16) throw new RangeError('a salt takes at least 16 random bytes');
  return `scrypt:${cost}:${Buffer.from(random).toString('base64url')}`;
}

export async function ownerKeyFrom(passphrase: string, salt: string): Promise<OwnerKey> {
  const [, exponent = '', bytes = ''] = /^scrypt:(\d{2}):([\w-]{20,})$/.exec(salt) ?? [];
  const cost = Number(exponent);
  if (bytes === '' || cost < weakest || cost > 20)
    throw new RangeError('the salt of the owner key is unreadable');
  const seed = await stretched(passphrase.normalize('NFKC'), Buffer.from(bytes, 'base64url'), 2 ** cost);
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Head, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64url');
  return {
    publicKey,
    salt,
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64url'),
  };
}

/** The fixed beginning of an Ed25519 private key in DER (RFC 8410); the 32 bytes of the seed follow. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

function stretched(passphrase: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  const how = { N: cost, r: blockSize, p: 1, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, how, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** Names a key, for the owner to pin. */
export function fingerprintOf(publicKey: string): string {
  return `SHA256:${createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('base64url')}`;
}

/** False for whatever is not a signature by that key, however it is spelled. */
export function verified(publicKey: string, text: string, signature: string | undefined): boolean {
  if (signature === undefined || !/^[\w-]{86}$/.test(signature)) return false;
  const key = readable(publicKey);
  return (
    key !== undefined && verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64url'))
  );
}

function readable(publicKey: string): KeyObject | undefined {
  const der = Buffer.from(publicKey, 'base64url');
  const head = Buffer.from('302a300506032b6570032100', 'hex');
  if (der.length !== head.length + 32 || !der.subarray(0, head.length).equals(head)) return undefined;
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/* ── what is signed ── */

/** All that an entry says, in one fixed order; a list as JSON, so that no two entries read alike. */
export function consentText(entry: ConsentEntry): string {
  const { account, contact, channel, purpose, state, source, by, at, evidence, expires } = entry;
  const times = [String(at.getTime()), expires === undefined ? null : String(expires.getTime())];
  return JSON.stringify([
    'twilio-mcp consent 1',
    ...[account, contact, channel, purpose, state, source, by],
    ...times,
    evidence ?? null,
  ]);
}

/** The question as it was put, and the answer: a yes is for exactly this. */
export function decisionText(asked: Omit<Approval, 'state' | 'decision'>, decision: Decision): string {
  const { id, account, actor, operation, fingerprint, rules, summary, at, expires } = asked;
  return JSON.stringify([
    'twilio-mcp decision 1',
    ...[id, account, actor, operation, fingerprint, rules, summary],
    ...[String(at.getTime()), String(expires.getTime())],
    ...[decision.yes, decision.by, String(decision.at.getTime()), decision.evidence ?? null],
  ]);
}

/** The whole text of a policy file: a comment changed is a file changed. */
export function policyText(text: string): string {
  return JSON.stringify(['twilio-mcp policy 1', text]);
}

export function signedConsent(key: OwnerKey, entry: ConsentEntry): ConsentEntry {
  return { ...entry, signature: key.sign(consentText(entry)) };
}

export function signedDecision(
  key: OwnerKey,
  asked: Omit<Approval, 'state' | 'decision'>,
  decision: Decision,
): Decision {
  return { ...decision, signature: key.sign(decisionText(asked, decision)) };
}

/** Whose word an entry is. Nobody's signature is needed to take an agreement back. */
export function signedBy({ state, source }: Pick<ConsentEntry, 'state' | 'source'>): 'owner' | 'server' {
  return state !== 'revoked' && ownerSources.includes(source) ? 'owner' : 'server';
}

/* ── what the running server asks ── */

export interface OwnerCheck {
  /** Whether the owner's signature is on an entry. */
  readonly signed: (entry: ConsentEntry) => Promise<boolean>;
  /** Whether a decision that says it is the owner's was signed by them; one that says otherwise is not judged here. */
  readonly decided: (approval: Approval) => Promise<boolean>;
  /** Whether there is an owner, and these rules are not as they accepted them. */
  readonly refuses: (policy: string, signature: string | undefined) => Promise<boolean>;
  /** Why the owner's key may not be trusted, if so. */
  readonly fault: () => Promise<string | undefined>;
}

/** Reads the key at each question: the owner may change it while the server runs. `pinned`: the fingerprint in TWILIO_MCP_OWNER_KEY. With it, no other key counts, whatever the store says. */
export function createOwnerCheck(
  read: () => Promise<OwnerRecord | undefined>,
  pinned: string | undefined,
): OwnerCheck {
  const trusted = async () => {
    const record = await read();
    return record && faultOf(record, pinned) === undefined ? record.publicKey : undefined;
  };
  return {
    signed: async (entry) => {
      if (entry.signature === undefined) return false;
      const key = await trusted();
      return key !== undefined && verified(key, consentText(entry), entry.signature);
    },
    decided: async (approval) => {
      const { decision } = approval;
      if (decision === undefined || decision.by !== 'owner') return decision !== undefined;
      const key = await trusted();
      return key !== undefined && verified(key, decisionText(approval, decision), decision.signature);
    },
    refuses: async (policy, signature) => {
      if ((await read()) === undefined && pinned === undefined) return false;
      const key = await trusted();
      return key === undefined || !verified(key, policyText(policy), signature);
    },
    fault: async () => faultOf(await read(), pinned),
  };
}

function faultOf(record: OwnerRecord | undefined, pinned: string | undefined): string | undefined {
  if (pinned === undefined) return undefined;
  if (record === undefined) return 'an owner key is pinned, and the store holds none';
  const found = fingerprintOf(record.publicKey);
  return found === pinned ? undefined : `the owner key in the store (${found}) is not the pinned one`;
}
