// Text as every database keeps it, to the letter. What is hashed must be what is read again.

/** Half a character (a text cut in two) becomes �, and NUL, which PostgreSQL refuses, goes. */
export function storable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '');
}
