// What was given for each setting, by flag, environment, profile or `.env`, and the values behind what only says where it is.
import { OperationError } from '../operation/errors.ts';
import { isRow } from '../operation/row.ts';
import type { RunCommand } from './command.ts';
import { readSecret } from './read.ts';
import { parseReference, type Reference, schemes } from './reference.ts';

type Texts = Readonly<Record<string, string | undefined>>;

export interface Given {
  readonly flags: Texts;
  readonly env: Texts;
  /** The chosen profile's settings. */
  readonly profile?: Texts | undefined;
  /** Of the `.env` file. */
  readonly file: Texts;
}

export interface Name {
  readonly env: string;
  readonly secret: boolean;
}

/** Name → its value, or where its value is. */
export type Values = ReadonlyMap<string, string | Reference>;

/** In order: flag, profile, environment, `.env`. What belongs to an account never comes from two of them. */
export function gather(names: readonly Name[], given: Given): Values {
  const values = new Map<string, string | Reference>();
  const faults: string[] = [];
  for (const { env: name, secret } of names) {
    const places = given.profile !== undefined && ofAccount(name) ? [given.flags, given.profile] : all(given);
    const value = places.map((texts) => said(texts, name)).find((each) => each !== undefined);
    const path = secret ? places.map((texts) => said(texts, `${name}_FILE`)).find(Boolean) : undefined;
    if (value !== undefined && path !== undefined) faults.push(`${name} and ${name}_FILE are both set`);
    if (path !== undefined)
      values.set(name, { scheme: 'file:', rest: path, field: undefined, text: `file:${path}` });
    else if (value !== undefined) values.set(name, reference(name, secret, value) ?? value);
  }
  faults.push(...profileFaults(names, given.profile));
  if (faults.length > 0) {
    throw new OperationError(
      'CONFIGURATION_INVALID',
      `The configuration is not usable: ${faults.join('; ')}.`,
      { next: `Mend what is named. A secret can be given as ${Object.values(schemes).join('; ')}.` },
    );
  }
  return values;
}

/** What has to be looked up before it is known. */
export function hasReferences(values: Values): boolean {
  return [...values.values()].some((value) => typeof value !== 'string');
}

/** Every value, each reference looked up. Throws CONFIGURATION_INVALID naming the settings, never with a value in it. */
export async function resolve(values: Values, env: Texts, run?: RunCommand): Promise<Map<string, string>> {
  const helper = helperOf(values.get('TWILIO_MCP_SECRET_HELPER'));
  const places = { env, helper, ...(run && { run }) };
  const faults: string[] = [];
  const read = async (name: string, more: object = {}): Promise<string | undefined> => {
    const value = values.get(name);
    if (value === undefined || typeof value === 'string') return value;
    try {
      return await readSecret(value, { ...places, ...more });
    } catch (error) {
      // Only our own words: whatever was read is not among them.
      faults.push(`${name} at ${value.text}: ${error instanceof Error ? error.message : 'unreadable'}`);
      return undefined;
    }
  };
  const address = await read('VAULT_ADDR');
  const token = await read('VAULT_TOKEN');
  const vault = address && token && { address, token, namespace: await read('VAULT_NAMESPACE') };
  const found = new Map<string, string>();
  await Promise.all(
    [...values.keys()].map(async (name) => {
      const value = await read(name, vault ? { vault } : {});
      if (value !== undefined) found.set(name, value);
    }),
  );
  if (faults.length === 0) return found;
  throw new OperationError(
    'CONFIGURATION_INVALID',
    `A secret could not be read: ${[...new Set(faults)].join('; ')}.`,
    { next: 'Read it by hand as the same user to see why, or give the setting another source.' },
  );
}

function all({ flags, profile = {}, env, file }: Given): readonly Texts[] {
  return [flags, profile, env, file];
}

function said(texts: Texts, name: string): string | undefined {
  const text = texts[name]?.trim();
  return text === '' ? undefined : text;
}

/** Our own settings are for the process; Twilio's, SendGrid's and Segment's say for whom it acts. */
function ofAccount(name: string): boolean {
  if (name === 'TWILIO_API_BASE_URL' || name.startsWith('VAULT_')) return false;
  return !name.startsWith('TWILIO_MCP_') || name === 'TWILIO_MCP_SUBACCOUNT_SID';
}

/** Our own settings mean what they say, such as `file:` in the address of the store; secrets are looked up. */
function reference(name: string, secret: boolean, text: string): Reference | undefined {
  if (name === 'TWILIO_MCP_DATABASE_URL') return undefined;
  return secret || !name.startsWith('TWILIO_MCP_') ? parseReference(text) : undefined;
}

function profileFaults(names: readonly Name[], profile: Texts = {}): string[] {
  return Object.entries(profile).flatMap(([given, value = '']) => {
    const name = names.find(({ env, secret }) => given === env || (secret && given === `${env}_FILE`));
    if (name === undefined) return [`the profile sets ${given}, which is no setting`];
    if (name.secret && given === name.env && parseReference(value) === undefined)
      return [`the profile holds ${given} itself: it must only say where it is`];
    return [];
  });
}

function helperOf(text: string | Reference | undefined): string[] | undefined {
  if (typeof text !== 'string') return undefined;
  const words = parsed(text);
  if (Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string'))
    return words.map(String);
  throw new OperationError('CONFIGURATION_INVALID', 'TWILIO_MCP_SECRET_HELPER is not a list of words.', {
    next: 'Write the program and its arguments as JSON, such as ["pass","show","{}"]; no shell reads it.',
  });
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isRow(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
