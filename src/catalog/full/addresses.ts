// Addresses inside a value: plain ones, those in lists and objects, and those in JSON texts, read as Twilio reads them.
// Which fields hold them, and what follows, is reach.ts.
import { isRow } from '../../operation/row.ts';

/** Stands for somebody whom the value does not tell: every guard takes it for the strictest case. */
export const unknown = 'unknown';

export function addressesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(addressesIn);
  if (isRow(value)) return addressesInRow(Object.entries(value));
  if (value === undefined || value === '') return [];
  // A number, say: Twilio may make an address of it, and no guard could tell which.
  if (typeof value !== 'string') return [unknown];
  return /^\s*[{[]/.test(value) ? addressesInJson(value) : [value];
}

/** Whoever an object stands for must be told by one of its fields. */
function addressesInRow(fields: readonly (readonly [string, unknown])[]): string[] {
  const found = fields.flatMap(([key, each]) => (isSpoken(key) ? [] : addressesIn(each)));
  return found.length === 0 ? [unknown] : found;
}

/** Words and settings beside an address. */
function isSpoken(key: string): boolean {
  return !/^(?:to|cc|bcc|email|address|addresses|messaging_binding|participants?|recipients?|payload|identifier|phone)$/i.test(
    key,
  );
}

const addressLike = /(?:[a-z]+:)?\+[0-9]{4,15}|[^\s"'<>:,]+@[^\s"'<>,]+/g;

/** What looks like an address counts in whatever field it stands: a name of a field that is not known here hides nobody. */
function addressesInJson(text: string): string[] {
  const parsed = parsedJson(text);
  if (parsed === undefined) return [...(text.match(addressLike) ?? []), unknown];
  const alike = textsIn(parsed).flatMap((each) => each.match(addressLike) ?? []);
  const found = new Set([...addressesIn(parsed), ...alike]);
  return isReadAlike(text, parsed) ? [...found] : [...found, unknown];
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Of a key that stands there twice another reader may take the other value; an escape may hide it from the human who is asked. */
function isReadAlike(text: string, parsed: unknown): boolean {
  const dense = (json: string) => json.replace(/\s+/g, '');
  return dense(text) === dense(JSON.stringify(parsed));
}
