// Here: TwiML text becomes a tree of elements that know their line and column, or the reason why it cannot.
// Not here: which verbs exist and where they may stand (verbs.ts, validate.ts).
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Twilio error 11750: a TwiML document may be 64 kB at most. */
export const TWIML_MAX_BYTES = 65_536;
/** Twilio error 32018: TwiML sent inside an API request (`Twiml=`) may be 4,000 characters at most. */
export const INLINE_TWIML_MAX_CHARACTERS = 4_000;
// Real TwiML is four deep, SSML a few more; a bound keeps recursion over the tree safe.
const MAX_DEPTH = 32;

/** Lines and columns count from 1; a column counts UTF-16 units, as editors and JavaScript do. */
export type TwimlProblem = {
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly reason: string;
};

export type TwimlElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (TwimlElement | string)[];
  readonly line: number;
  readonly column: number;
};

export type ParsedTwiml =
  | { readonly ok: true; readonly root: TwimlElement }
  | { readonly ok: false; readonly problems: readonly TwimlProblem[] };

type Place = { readonly line: number; readonly column: number };
type Fault = { readonly index: number; readonly reason: string };
type Open = {
  start: number;
  name: string;
  attributes: [string, string][];
  children: (TwimlElement | string)[];
};

/** Reads TwiML. Never throws; of a broken document it reports the first fault, since the rest follow from it. */
export function parseTwiml(xml: string): ParsedTwiml {
  if (Buffer.byteLength(xml) > TWIML_MAX_BYTES) {
    return refuse(
      xml,
      0,
      'The document is over 64 kB, the most that Twilio reads. Split it with <Redirect>.',
    );
  }
  // Checked first: saxes itself throws on half a surrogate pair in some places.
  const illegal = ILLEGAL_XML.exec(xml);
  if (illegal !== null) {
    const reason = `The character ${codePointName(illegal[0])} may not stand in XML. Remove it.`;
    return refuse(xml, illegal.index, reason);
  }
  const { root, fault } = readTree(xml);
  if (fault !== undefined) return refuse(xml, fault.index, fault.reason);
  if (root === undefined) return refuse(xml, 0, 'The document holds no element. Begin with <Response>.');
  return { ok: true, root };
}

function readTree(xml: string): { root: TwimlElement | undefined; fault: Fault | undefined } {
  // Loaded with the first document, not with the start.
  const { SaxesParser }: typeof import('saxes') = require('saxes');
  const parser = new SaxesParser({ position: true });
  const place = placesIn(xml);
  const open: Open[] = [];
  let root: TwimlElement | undefined;
  let lastClosed: TwimlElement | undefined;
  let fault: Fault | undefined;

  const fail = (index: number, reason: string): void => {
    fault ??= { index, reason };
  };
  const addText = (text: string): void => {
    const children = open.at(-1)?.children;
    if (children === undefined || text === '') return;
    // A comment or CDATA section splits what Twilio reads as one text: `+1<!-- -->555` is one number.
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
  };

  parser.on('error', ({ message }) => {
    fault ??= faultOf(message, { xml, index: parser.position - 1, open: open.at(-1), lastClosed });
  });
  parser.on('xmldecl', ({ version, encoding = 'UTF-8' }) => {
    // Another encoding or XML 1.1 could make Twilio read other characters than the ones judged here.
    if (/^(utf-8|us-ascii)$/i.test(encoding) && version === '1.0') return;
    fail(parser.position - 1, 'Only XML version="1.0" with encoding="UTF-8" is accepted. Write it so.');
  });
  parser.on('doctype', () => {
    const start = xml.lastIndexOf('<!DOCTYPE', parser.position - 1);
    fail(start, 'A DOCTYPE is not accepted: TwiML has none. Remove it, and any entity it defines.');
  });
  parser.on('opentagstart', ({ name }) => {
    // The parser stands just behind the name, which cannot hold a "<".
    const start = xml.lastIndexOf('<', parser.position - 1);
    open.push({ start, name, attributes: [], children: [] });
    if (open.length <= MAX_DEPTH) return;
    fail(start, `Elements are nested more than ${MAX_DEPTH} deep. Flatten the document.`);
  });
  parser.on('attribute', ({ name, value }) => {
    open.at(-1)?.attributes.push([name, value]);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const { name, children, start } = closed;
    // fromEntries makes `__proto__` an ordinary key.
    const element = { name, attributes: Object.fromEntries(closed.attributes), children, ...place(start) };
    lastClosed = element;
    const parent = open.at(-1);
    if (parent === undefined) root ??= element;
    else parent.children.push(element);
  });
  parser.write(xml);
  parser.close();
  return { root, fault };
}

type Standing = {
  readonly xml: string;
  readonly index: number;
  readonly open: Open | undefined;
  readonly lastClosed: TwimlElement | undefined;
};

function faultOf(message: string, { xml, index, open, lastClosed }: Standing): Fault {
  if (lastClosed !== undefined && message.includes('unexpected close tag')) {
    const advice = 'Close elements in the reverse order, in the same case.';
    const reason = `${tag(lastClosed.name)} from line ${lastClosed.line} is still open here. ${advice}`;
    return { index, reason };
  }
  if (open === undefined || !message.includes('unclosed tag')) return { index, reason: explain(message) };
  // A bare "&" swallows the rest of the document: it is the fault, not the tag that was never seen to close.
  const bare = xml.slice(open.start).search(/&(?!(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)/);
  if (bare >= 0) return { index: open.start + bare, reason: explain('entity') };
  return { index: open.start, reason: `${tag(open.name)} is never closed. Add its closing tag.` };
}

/** What XML 1.0 cannot carry at all, not even as a number: most control characters and half surrogate pairs. */
export const ILLEGAL_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** An element's name as a reason shows it: bounded, whatever the document calls it. */
export function tag(name: string): string {
  return name.length > 60 ? `<${name.slice(0, 57)}...>` : `<${name}>`;
}

/** The element's own text, as Twilio would read it: children left out, spaces kept. */
export function textOf(element: TwimlElement): string {
  return element.children.filter((child) => typeof child === 'string').join('');
}

export function elementsOf(element: TwimlElement): TwimlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}

/** XML's white space only: Unicode's other spaces are content and stay visible to the guards. */
export function trimXml(text: string): string {
  let start = 0;
  let end = text.length;
  // Not a regular expression: /[ ]+$/ takes quadratic time on a long run of spaces in the middle.
  while (start < end && isXmlSpace(text[start])) start += 1;
  while (end > start && isXmlSpace(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isXmlSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

function refuse(xml: string, index: number, reason: string): ParsedTwiml {
  return { ok: false, problems: [{ ...placesIn(xml)(index), severity: 'error', reason }] };
}

function placesIn(xml: string): (index: number) => Place {
  const starts = [0];
  for (const match of xml.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return (index) => {
    const inside = Math.max(0, Math.min(index, xml.length - 1));
    let first = 0;
    let last = starts.length - 1;
    while (first < last) {
      const middle = Math.ceil((first + last) / 2);
      if ((starts[middle] ?? 0) <= inside) first = middle;
      else last = middle - 1;
    }
    return { line: first + 1, column: inside - (starts[first] ?? 0) + 1 };
  };
}

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [
    /must contain a root element/,
    'The document holds no element. Begin with <Response> and end with </Response>.',
  ],
  [/only one root/, 'Something follows the closing tag of the root. Put everything inside one <Response>.'],
  [
    /text data outside of root/,
    'There is text outside the root. Begin with <Response>, and leave nothing after </Response>.',
  ],
  [
    /unmatched closing tag/,
    'This closing tag matches no open element. Close elements in the reverse order, in the same case.',
  ],
  [/weird empty close tag/, 'A closing tag has no name. Write the name of the element that it closes.'],
  [/duplicate attribute/, 'The same attribute is given twice. Keep one.'],
  [
    /unquoted attribute value|attribute without value/,
    'An attribute needs a value in quotes, for example loop="2".',
  ],
  [/no whitespace between attributes/, 'Two attributes touch. Put a space between them.'],
  [
    /disallowed character in attribute name|forward-slash/,
    'The tag is malformed here. Check its quotes and its end: <Say voice="alice"> or <Hangup/>.',
  ],
  [
    /disallowed character in (tag name|closing tag)/,
    'A tag name is malformed here. If "<" is meant as text, write &lt;.',
  ],
  [
    /undefined entity|malformed character entity|empty entity|incorrect syntax|malformed name|entity/,
    'XML knows only &amp; &lt; &gt; &quot; &apos; and numbers such as &#39;. Write a plain "&" as &amp;.',
  ],
  [
    /disallowed character/,
    'This character may not stand in XML here. Write "<" as &lt; and "&" as &amp;, and remove control characters.',
  ],
  [/"]]>" is disallowed/, 'The characters "]]>" may not stand in text. Write ]]&gt;.'],
  [/doctype/, 'A DOCTYPE is not accepted: TwiML has none. Remove it.'],
  [
    /XML declaration|start of the document|version/i,
    'The XML declaration is malformed or not first. Write <?xml version="1.0" encoding="UTF-8"?> at the very start, or leave it out.',
  ],
  [/unexpected end/, 'The document ends in the middle of a tag, comment or entity. Complete it.'],
  [/comment/, 'A comment is malformed. Write <!-- words --> without "--" inside.'],
];

function explain(message: string): string {
  const bare = message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(bare));
  return known?.[1] ?? `The XML is malformed here (${bare.slice(0, 80)}). Correct it and try again.`;
}
