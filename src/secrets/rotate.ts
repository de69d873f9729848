// Changing credentials so that at every step, and after a crash at any of them, some good credential is in place.
// How Twilio is asked is given in; where values are kept is place.ts. The state of a rotation holds names and no secrets.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { OperationError } from '../operation/errors.ts';

export interface NewKey {
  readonly sid: string;
  readonly secret: string;
}

export interface KeyService {
  readonly create: (name: string) => Promise<NewKey>;
  /** The SIDs of the keys of that name. */
  readonly named: (name: string) => Promise<readonly string[]>;
  /** Whether Twilio lets requests in with it. */
  readonly proves: (key: NewKey) => Promise<boolean>;
  /** A key that is not there is no fault. */
  readonly remove: (sid: string) => Promise<void>;
}

export interface TokenService {
  readonly create: () => Promise<string>;
  /** Takes the secondary token back; none is no fault. */
  readonly discard: () => Promise<void>;
  readonly proves: (token: string) => Promise<boolean>;
  /** Asked with the new token. None to promote is no fault: it was promoted before. */
  readonly promote: (token: string) => Promise<void>;
}

/** What is configured now, read anew each time it is asked. */
export interface Keeping<T> {
  readonly current: () => Promise<T | undefined>;
  /** True when it was put in its place; false where only the owner can put it there, who was shown it. */
  readonly put: (value: T) => Promise<boolean>;
}

export interface RotationParts<T> {
  readonly statePath: string;
  readonly keeping: Keeping<T>;
  readonly say: (line: string) => void;
  /** A new name each time: by it a key is found again whose making was not heard of. */
  readonly newName: () => string;
}

const keyState = z.strictObject({ of: z.literal('key'), name: z.string(), old: z.string().optional() });
const tokenState = z.strictObject({ of: z.literal('token'), old: z.string() });
const stateSchema = z.discriminatedUnion('of', [keyState, tokenState]);

/** Makes a key, proves it, puts it in place, retires the one before. Goes on where a crashed rotation stopped. */
export async function rotateKey(service: KeyService, parts: RotationParts<NewKey>): Promise<void> {
  const { keeping, say, statePath } = parts;
  const before = readState(statePath, 'key');
  if (before?.of === 'key') {
    const made = await service.named(before.name);
    const current = await keeping.current();
    if (current !== undefined && made.includes(current.sid)) {
      say(`Going on: ${current.sid} was put in place before.`);
      return retire(service, parts, current, before.old);
    }
    // Its secret was heard by nobody who kept it.
    for (const sid of made) {
      await service.remove(sid);
      say(`Removed ${sid}, a key whose secret was not kept.`);
    }
  }
  const old = await keeping.current();
  const name = parts.newName();
  writeState(statePath, { of: 'key', name, ...(old && { old: old.sid }) });
  const made = await service.create(name);
  say(`Made the key ${made.sid} (${name}).`);
  await mustProve(() => service.proves(made), `the key ${made.sid}`);
  if (!(await keeping.put(made))) {
    say('Put it in place, then run this command again: it proves the key there and retires the old one.');
    return;
  }
  const kept = await keeping.current();
  if (kept?.sid !== made.sid || kept.secret !== made.secret) throw notKept(`the key ${made.sid}`);
  say('It is in place. Servers that read secrets again take it up by themselves.');
  await retire(service, parts, made, old?.sid);
}

async function retire(
  service: KeyService,
  { statePath, say }: RotationParts<NewKey>,
  current: NewKey,
  old: string | undefined,
): Promise<void> {
  await mustProve(() => service.proves(current), `the key ${current.sid} as it is kept`);
  if (old !== undefined && old !== current.sid) {
    await service.remove(old);
    say(`Retired ${old}.`);
  }
  rmSync(statePath, { force: true });
}

export interface Tokens {
  readonly primary: string;
  /** Accepted beside the first in webhook signatures. */
  readonly secondary: string | undefined;
}

/** Makes a secondary token, proves it, puts it in place with the old one beside it, promotes it. Goes on after a crash. */
export async function rotateToken(
  service: TokenService,
  parts: RotationParts<Tokens> & Waiting,
): Promise<void> {
  const { keeping, say, statePath } = parts;
  const current = await keeping.current();
  if (current === undefined) {
    throw new OperationError('CREDENTIALS_MISSING', 'There is no Auth Token to change.', {
      next: 'Set TWILIO_AUTH_TOKEN.',
    });
  }
  const before = readState(statePath, 'token');
  if (before?.of === 'token' && before.old !== fingerprint(current.primary)) {
    say('Going on: the new token was put in place before.');
    return promote(service, parts, current.primary);
  }
  writeState(statePath, { of: 'token', old: fingerprint(current.primary) });
  // One from a rotation that crashed was heard by nobody who kept it.
  if (before !== undefined) await service.discard();
  const made = await service.create();
  await mustProve(() => service.proves(made), 'the secondary token');
  if (!(await keeping.put({ primary: made, secondary: current.primary }))) {
    say('Put it in place, then run this command again: it promotes the token.');
    return;
  }
  if ((await keeping.current())?.primary !== made) throw notKept('the secondary token');
  say('The secondary token is in place. Webhooks signed with either are accepted.');
  await promote(service, parts, made);
}

export interface Waiting {
  /** Until every running server has read the new token: from the promotion on, webhooks are signed with it. */
  readonly untilRead: () => Promise<void>;
}

async function promote(
  service: TokenService,
  { statePath, say, untilRead }: RotationParts<Tokens> & Waiting,
  token: string,
): Promise<void> {
  await untilRead();
  await mustProve(() => service.proves(token), 'the token as it is kept');
  await service.promote(token);
  rmSync(statePath, { force: true });
  say('Promoted. Twilio refuses the old token from now on.');
}

async function mustProve(proves: () => Promise<boolean>, what: string): Promise<void> {
  if (await proves()) return;
  throw new OperationError('AUTHENTICATION_FAILED', `Twilio does not accept ${what}. The old one stays.`, {
    next: 'Run the command again; it takes back what was made and begins anew.',
  });
}

function notKept(what: string): OperationError {
  return new OperationError('CONFLICT', `What was read back is not ${what}. The old one stays.`, {
    next: 'See which other place sets it (a flag, an environment variable, a profile), then run the command again.',
  });
}

/** Enough to tell two tokens apart, and nothing to find one by. */
function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}

function readState(path: string, of: 'key' | 'token') {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const state = stateSchema.parse(JSON.parse(text));
  if (state.of === of) return state;
  throw new OperationError('CONFLICT', `A rotation of the ${state.of} is under way. Nothing was changed.`, {
    next:
      state.of === 'token'
        ? 'Finish it first: twilio-mcp rotate --auth-token.'
        : 'Finish it first: twilio-mcp rotate.',
  });
}

function writeState(path: string, state: z.output<typeof stateSchema>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(state)}\n`, { mode: 0o600 });
}
