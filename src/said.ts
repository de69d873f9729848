// What a call says, whoever it says it to: the same words are the same, however they are spaced and through whichever operation.
import { fingerprint } from './fingerprint.ts';
import { isRow, type Row } from './operation/row.ts';

/** Fields that hold what a person gets to read, see or hear, of both shelves; without underscores, in small letters. */
const holdsWords =
  /^(?:body|text|html|subject|value|say|twiml|contentsid|contentvariables|templateid|templatedata|dynamictemplatedata|mediaurls?)$/;

/** A call without words of its own (a TwiML URL, a flow) says what its whole input says. */
export function fingerprintOfWords(operation: string, { to: _, ...rest }: Row): string {
  const words = wordsIn(rest);
  return fingerprint(words.length > 0 ? words.map(plain).sort() : { operation, rest });
}

function wordsIn(value: unknown, isWords = false): string[] {
  if (typeof value === 'string') return isWords ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each) => wordsIn(each, isWords));
  if (!isRow(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    wordsIn(each, isWords || holdsWords.test(key.replaceAll('_', '').toLowerCase())),
  );
}

/** Spaces, capitals, look-alikes and characters nobody sees make no other text. */
function plain(text: string): string {
  const visible = text.normalize('NFKC').replace(/\p{Cf}/gu, '');
  return visible.replace(/\s+/gu, ' ').trim().toLowerCase();
}
