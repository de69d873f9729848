// Parsing: positions, what is refused as XML, and that nothing makes the parser throw.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsOf, parseTwiml, TWIML_MAX_BYTES, textOf } from '../../src/twiml/document.ts';

function rootOf(xml: string) {
  const parsed = parseTwiml(xml);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.root;
}

function problemOf(xml: string) {
  const parsed = parseTwiml(xml);
  if (parsed.ok) throw new Error(`accepted: ${xml}`);
  expect(parsed.problems).toHaveLength(1);
  const [problem] = parsed.problems;
  if (problem === undefined) throw new Error('no problem');
  expect(problem.severity).toBe('error');
  return problem;
}

describe('parseTwiml reads', () => {
  it('elements with attributes, text and the place of their "<"', () => {
    const xml =
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response>\r\n  <Say\n    loop="2">Hi</Say><Hangup/>\r</Response>\n';
    const root = rootOf(xml);
    expect(root).toMatchObject({ name: 'Response', line: 2, column: 1 });
    expect(elementsOf(root)).toEqual([
      { name: 'Say', attributes: { loop: '2' }, children: ['Hi'], line: 3, column: 3 },
      { name: 'Hangup', attributes: {}, children: [], line: 4, column: 22 },
    ]);
  });

  it('one text where comments, CDATA and entities split it, so that no number hides', () => {
    const root = rootOf('<Response><Dial>+1<!-- x -->555<![CDATA[123]]>&#52;<?pi x?>567</Dial></Response>');
    expect(elementsOf(root).map(textOf)).toEqual(['+15551234567']);
  });

  it('five entities and character numbers', () => {
    expect(textOf(rootOf('<R>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;</R>'))).toBe('&<>"\'A😀');
  });

  it('a byte order mark and an attribute called __proto__', () => {
    const root = rootOf('\uFEFF<Response __proto__="x"/>');
    expect(Object.entries(root.attributes)).toEqual([['__proto__', 'x']]);
    expect(root.column).toBe(2);
  });

  it('a document of exactly 64 kB, and not one byte more', () => {
    const frame = '<Response></Response>';
    const full = `<Response>${' '.repeat(TWIML_MAX_BYTES - frame.length)}</Response>`;
    expect(parseTwiml(full).ok).toBe(true);
    expect(problemOf(`${full} `).reason).toContain('64 kB');
    expect(problemOf(`<R>${'é'.repeat(TWIML_MAX_BYTES / 2)}</R>`).reason).toContain('64 kB');
  });

  it('32 levels, and not 33', () => {
    const nested = (depth: number) => '<p>'.repeat(depth) + '</p>'.repeat(depth);
    expect(parseTwiml(nested(32)).ok).toBe(true);
    expect(problemOf(nested(33))).toMatchObject({ line: 1, column: 97 });
    expect(problemOf(nested(5000)).reason).toContain('nested');
  });
});

describe('parseTwiml refuses', () => {
  it.each([
    ['nothing', '', 1, 1, /no element/],
    ['only space', ' \n ', 2, 1, /no element/],
    ['plain words', 'Hello', 1, 5, /text outside/],
    [
      'an element that another one closes',
      '<Response>\n <Say>Hi</Response>',
      2,
      19,
      /<Say> from line 2 is still open here/,
    ],
    ['an element that never closes', '<Response>\n  <Say>Hi', 2, 3, /<Say> is never closed/],
    [
      'a closing tag too many',
      '<Response></Say></Response>',
      1,
      16,
      /<Response> from line 1 is still open here/,
    ],
    ['two roots', '<Response/>\n<Response/>', 2, 10, /one <Response>/],
    ['text behind the root', '<Response/>!', 1, 12, /outside/],
    ['a bare ampersand', '<Response>\n<Say>A & B</Say></Response>', 2, 8, /&amp;/],
    ['an unknown entity', '<Response>&nbsp;</Response>', 1, 16, /&amp;/],
    ['an entity named like a property', '<Response>&constructor;</Response>', 1, 23, /&amp;/],
    ['an unquoted value', '<Response><Say loop=2>x</Say></Response>', 1, 21, /quotes/],
    ['an attribute twice', '<Response><Say loop="1" loop="2"/></Response>', 1, 34, /twice/],
    ['a control character', '<Response>\u0000</Response>', 1, 11, /U\+0000/],
    ['a control character by number', '<Response>&#1;</Response>', 1, 14, /&amp;/],
    ['half a surrogate pair', '<Response>\ud800</Response>', 1, 11, /U\+D800/],
    ['another encoding', '<?xml version="1.0" encoding="UTF-7"?><Response/>', 1, 38, /UTF-8/],
    ['XML 1.1', '<?xml version="1.1"?><Response/>', 1, 21, /version/],
  ])('%s', (_, xml, line, column, reason) => {
    const problem = problemOf(xml);
    expect(problem.reason).toMatch(reason);
    expect({ line: problem.line, column: problem.column }).toEqual({ line, column });
  });

  it.each([
    [
      'an external entity',
      '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><Response><Say>&x;</Say></Response>',
    ],
    ['entities that multiply', '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Response>&b;</Response>'],
    ['a DOCTYPE of any kind', '<!DOCTYPE Response>\n<Response/>'],
  ])('%s', (_, xml) => {
    expect(problemOf(xml)).toMatchObject({ line: 1, column: 1, reason: expect.stringContaining('DOCTYPE') });
  });
});

describe('parseTwiml on anything', () => {
  const pieces = fc.constantFrom(
    '<Response>',
    '</Response>',
    '<Say>',
    '</Say>',
    '<Say a="',
    '"/>',
    '&amp;',
    '&x',
    ';',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE ',
    '[',
    '<?xml ',
    '?>',
    '\n',
    '\r',
    'é',
    '\u{1F600}',
    '\ud800',
    '\u0007',
  );
  const documents = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 30 }).map((parts) => parts.join('')),
  );

  it('never throws, and points inside the document', () => {
    fc.assert(
      fc.property(documents, (xml) => {
        const parsed = parseTwiml(xml);
        const places = parsed.ok ? [parsed.root] : parsed.problems;
        const lines = xml.split(/\r\n|\r|\n/);
        expect(places.length).toBeGreaterThan(0);
        for (const { line, column } of places) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThanOrEqual(1);
          // The line break itself belongs to its line: one or two columns more.
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 2);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
