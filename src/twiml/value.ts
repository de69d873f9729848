// Here: does one attribute's value, or one element's text, fit its rule? And the nearest known name to a wrong one.
// Not here: which rule belongs to which attribute (verbs.ts).
import { trimXml } from './document.ts';
import type { UrlPurpose, ValueRule } from './rule.ts';

/** What is wrong with the value and what to write instead; undefined when it fits. */
export function misfit(value: string, rule: ValueRule): string | undefined {
  switch (rule.kind) {
    case 'text':
      return rule.max !== undefined && value.length > rule.max
        ? `is ${value.length} characters long; Twilio takes ${rule.max}. Shorten it`
        : undefined;
    case 'boolean':
      return value === 'true' || value === 'false'
        ? undefined
        : `is ${quote(value)}; write "true" or "false"`;
    case 'integer':
      return misfitInteger(value, rule);
    case 'one':
      return rule.of.includes(value) ? undefined : `is ${quote(value)}; ${choose(value, rule.of)}`;
    case 'some': {
      const wrong = value.split(/[ \t\r\n]+/).find((word) => !rule.of.includes(word));
      if (wrong === undefined) return undefined;
      return `holds ${quote(wrong)}; ${choose(wrong, rule.of)}, several with a space between them`;
    }
    case 'url':
      return value === '' && rule.mayBeEmpty ? undefined : misfitUrl(value, rule.purpose);
    case 'pattern':
      if (rule.pattern.test(value)) return undefined;
      return /\p{Nd}/u.test(value.replace(/[0-9]/g, ''))
        ? `is ${quote(value)}, with digits that are not 0-9; write it like ${rule.like}`
        : `is ${quote(value)}; write it like ${rule.like}`;
    case 'json':
      return isJson(value) ? undefined : 'is no JSON; write an object such as {"skill":"billing"}';
  }
}

/** The name meant, most likely: the same but for case, else at most a third of its letters away. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  if (best === undefined) return undefined;
  return best.distance <= Math.floor(Math.max(wanted.length, best.name.length) / 3) ? best.name : undefined;
}

/** A value from the document as it may appear in a reason: one line, bounded. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}

function choose(value: string, known: readonly string[]): string {
  const near = nearest(value, known);
  if (near !== undefined) return `did you mean "${near}"`;
  return known.length > 12
    ? `known are ${known.slice(0, 12).join(', ')} ...`
    : `write one of ${known.join(', ')}`;
}

function misfitInteger(value: string, rule: Extract<ValueRule, { kind: 'integer' }>): string | undefined {
  if (rule.or?.includes(value)) return undefined;
  const fits =
    /^[0-9]{1,9}$/.test(value) && Number(value) >= rule.min && Number(value) <= (rule.max ?? Infinity);
  if (fits) return undefined;
  const range = rule.max === undefined ? `from ${rule.min} up` : `from ${rule.min} to ${rule.max}`;
  const words = rule.or === undefined ? '' : ` or "${rule.or.join('", "')}"`;
  return `is ${quote(value)}; write a whole number ${range}${words}`;
}

function misfitUrl(value: string, purpose: UrlPurpose): string | undefined {
  const trimmed = trimXml(value);
  if (trimmed === '') return 'is empty; write a URL or leave it out';
  if (/\s/.test(trimmed)) return `is ${quote(trimmed)}; a URL holds no spaces, write them as %20`;
  if (purpose === 'stream') {
    return isUrl(trimmed, ['wss:']) && trimmed.toLowerCase().startsWith('wss://')
      ? undefined
      : `is ${quote(trimmed)}; a stream needs an absolute URL such as wss://example.com/stream`;
  }
  return isUrl(trimmed, ['http:', 'https:'])
    ? undefined
    : `is ${quote(trimmed)}; write a URL such as https://example.com/path`;
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  try {
    // Twilio resolves a relative URL against the document's own.
    return protocols.includes(new URL(value, 'https://document.invalid/').protocol);
  } catch {
    return false;
  }
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

// Letters added, dropped, changed or swapped with their neighbour ("Sya" for "Say") count one each.
function editDistance(a: string, b: string): number {
  // Names in the grammar are short; a long stranger is far from all of them anyway.
  if (a.length > 60) return a.length;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap && i > 1 && j > 1 ? (before[j - 2] ?? 0) + 1 : changed;
      next.push(Math.min(changed, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
