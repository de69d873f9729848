// Building: what is built always parses and validates, and the words come back exactly as they went in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildTwiml } from '../../src/twiml/build.ts';
import { elementsOf, parseTwiml, textOf } from '../../src/twiml/document.ts';
import { reachedBy } from '../../src/twiml/reach.ts';
import { type TwimlStep, twimlStep } from '../../src/twiml/steps.ts';
import { validateTwiml } from '../../src/twiml/validate.ts';

function built(steps: readonly TwimlStep[]) {
  const result = buildTwiml(steps.map((step) => twimlStep.parse(step)));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

function refused(steps: readonly TwimlStep[]) {
  const result = buildTwiml(steps);
  if (result.ok) throw new Error(result.xml);
  return result.problems;
}

describe('buildTwiml', () => {
  it('writes a call, one step a line', () => {
    const { xml, kind, warnings } = built([
      { say: 'Hi & <welcome>', voice: 'Polly.Joanna', language: 'en-US', loop: 2 },
      { play: 'https://example.com/a.mp3?x=1&y=2' },
      { pause: 2 },
      { press: 'ww1#' },
      {
        gather: {
          digits: 1,
          input: ['speech', 'dtmf'],
          action: '/menu',
          prompt: [{ say: 'Press 1' }, { pause: 1 }],
        },
      },
      { dial: { number: '+15551234567', caller_id: '+15557654321', timeout: 20, answer_on_bridge: true } },
      { record: { max_length: 60, play_beep: false, finish_on_key: '' } },
      { hangup: true },
    ]);
    expect(kind).toBe('voice');
    expect(warnings).toEqual([]);
    expect(xml.split('\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?><Response>',
      '<Say voice="Polly.Joanna" language="en-US" loop="2">Hi &amp; &lt;welcome&gt;</Say>',
      '<Play>https://example.com/a.mp3?x=1&amp;y=2</Play>',
      '<Pause length="2"/>',
      '<Play digits="ww1#"/>',
      '<Gather input="dtmf speech" numDigits="1" action="/menu"><Say>Press 1</Say><Pause length="1"/></Gather>',
      '<Dial callerId="+15557654321" timeout="20" answerOnBridge="true"><Number>+15551234567</Number></Dial>',
      '<Record maxLength="60" finishOnKey="" playBeep="false"/>',
      '<Hangup/>',
      '</Response>',
    ]);
  });

  it('writes a message, and nothing at all', () => {
    const { xml, kind } = built([
      { message: { to: '+15551234567', body: 'Hi', media: ['https://example.com/a.png'] } },
    ]);
    expect(kind).toBe('messaging');
    expect(xml).toContain(
      '<Message to="+15551234567"><Body>Hi</Body><Media>https://example.com/a.png</Media></Message>',
    );
    expect(built([]).xml).toBe('<?xml version="1.0" encoding="UTF-8"?><Response></Response>');
  });

  it.each<[TwimlStep, string]>([
    [{ dial: { client: 'joe' } }, '<Client>joe</Client>'],
    [{ dial: { sip: 'sip:a@example.com' } }, '<Sip>sip:a@example.com</Sip>'],
    [{ dial: { whatsapp: '+15551234567' } }, '<WhatsApp>+15551234567</WhatsApp>'],
    [{ dial: { conference: 'room' } }, '<Conference>room</Conference>'],
    [{ dial: { queue: 'support' } }, '<Queue>support</Queue>'],
    [{ redirect: 'https://example.com/x' }, '<Redirect>https://example.com/x</Redirect>'],
    [{ reject: 'busy' }, '<Reject reason="busy"/>'],
  ])('%j', (step, expected) => {
    expect(built([step]).xml).toContain(expected);
  });

  it('warns of steps that are never reached', () => {
    expect(built([{ hangup: true }, { say: 'x' }]).warnings).toEqual([
      { step: 1, severity: 'warning', reason: expect.stringContaining('never reached') },
    ]);
  });

  it('lets no words become markup', () => {
    const attack = '</Say><Dial>+19005551234</Dial><Say loop="1">';
    const { root } = built([
      { say: attack },
      { say: 'x', voice: `"/><Dial>+19005551234</Dial><Say voice="` },
    ]);
    expect(elementsOf(root).map(({ name }) => name)).toEqual(['Say', 'Say']);
    expect(reachedBy(root)).toMatchObject({ recipients: [], dynamic: false });
  });
});

describe('buildTwiml refuses', () => {
  it.each<[string, TwimlStep, RegExp]>([
    ['no verb', {}, /exactly one of say, play.*this one has none/],
    ['two verbs', { say: 'x', hangup: true }, /this one has say and hangup/],
    ['an option of another verb', { pause: 1, voice: 'alice' }, /voice does not go with pause/],
    [
      'a language for a sound',
      { play: 'https://a.example', language: 'en' },
      /language does not go with play/,
    ],
    ['two parties', { dial: { number: '+15551234567', client: 'joe' } }, /names 2 parties/],
    ['no party', { dial: {} }, /names 0 parties/],
    [
      'a prompt step with two verbs',
      { gather: { prompt: [{ say: 'x', pause: 1 }] } },
      /Each step of a prompt/,
    ],
    [
      'a stray option in a prompt',
      { gather: { prompt: [{ pause: 1, loop: 2 }] } },
      /loop does not go with pause/,
    ],
    ['a null character', { say: 'a\u0000b' }, /<Say> would hold the character U\+0000/],
    ['half a surrogate pair', { message: { body: '\ud83d' } }, /<Body> would hold the character U\+D83D/],
    ['a non-character in an attribute', { say: 'x', voice: '\uffff' }, /U\+FFFF/],
    ['an unusable URL', { play: 'javascript:alert(1)' }, /write a URL/],
    ['a look-alike number', { dial: { number: '+1\uff15551234567' } }, /digits that are not 0-9/],
    ['only spaces', { say: '  ' }, /<Say> needs text/],
    ['an empty message', { message: {} }, /<Message> needs/],
  ])('%s', (_, step, reason) => {
    const problems = refused([{ redirect: '/ok' }, step]);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([
      { step: 1, severity: 'error', reason: expect.stringMatching(reason) },
    ]);
  });

  it('a call and a message in one document', () => {
    expect(refused([{ say: 'x' }, { message: { body: 'y' } }])).toEqual([
      { step: 0, severity: 'error', reason: expect.stringContaining('belongs to voice TwiML') },
    ]);
  });

  it('more than 64 kB', () => {
    expect(refused(Array.from({ length: 14 }, () => ({ say: 'x'.repeat(5000) })))[0]?.reason).toContain(
      '64 kB',
    );
  });
});

describe('for anything that the schema admits', () => {
  // Any Unicode that XML can carry, the awkward characters often.
  const character = fc.oneof(
    fc.constantFrom(
      '\t',
      '\n',
      '\r',
      '\r\n',
      '<',
      '>',
      '&',
      '"',
      "'",
      ']]>',
      ' ',
      '\u0085',
      '\u2028',
      '\u202e',
      '\ufffd',
      '👋🏽',
    ),
    fc
      .string({ unit: 'binary', minLength: 1, maxLength: 2 })
      .filter((text) => /^[\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u.test(text)),
  );
  const words = fc
    .array(character, { minLength: 1, maxLength: 40 })
    .map((parts) => parts.join(''))
    .filter((text) => /[^ \t\r\n]/.test(text));
  const url = fc.webUrl({ withQueryParameters: true, withFragments: true });
  const digits = fc.stringMatching(/^[0-9]{7,14}$/).map((tail) => `+1${tail}`);
  const step: fc.Arbitrary<TwimlStep> = fc.oneof(
    fc.record({ say: words, voice: words, loop: fc.nat(1000) }, { requiredKeys: ['say'] }),
    fc.record({ play: url, loop: fc.nat(1000) }, { requiredKeys: ['play'] }),
    fc.record({ pause: fc.integer({ min: 1, max: 600 }) }),
    fc.record({
      gather: fc.record(
        { hints: words, action: url, prompt: fc.array(fc.record({ say: words }), { maxLength: 3 }) },
        { requiredKeys: [] },
      ),
    }),
    fc.record({
      dial: fc.oneof(
        fc.record({ number: digits }),
        fc.record({ client: words }),
        fc.record({ conference: words, caller_id: digits }),
      ),
    }),
    fc.record({
      record: fc.record(
        { max_length: fc.integer({ min: 1, max: 14_400 }), transcribe: fc.boolean() },
        { requiredKeys: [] },
      ),
    }),
  );

  it('what is built parses, validates and carries the same words', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const { xml, root } = built(steps);
        const parsed = parseTwiml(xml);
        expect(parsed).toEqual({ ok: true, root });
        expect(validateTwiml(root, 'voice')).toEqual([]);
        const elements = elementsOf(root);
        expect(elements).toHaveLength(steps.length);
        for (const [index, { say, voice, play, dial, gather }] of steps.entries()) {
          const element = elements[index];
          if (element === undefined) throw new Error('a step is missing');
          if (say !== undefined) expect(textOf(element)).toBe(say);
          if (voice !== undefined) expect(element.attributes['voice']).toBe(voice);
          if (play !== undefined) expect(textOf(element)).toBe(play);
          if (dial !== undefined) {
            expect(elementsOf(element).map(textOf)).toEqual([dial.number ?? dial.client ?? dial.conference]);
          }
          if (gather !== undefined) {
            expect(elementsOf(element).map(textOf)).toEqual(
              (gather.prompt ?? []).map((prompt) => prompt.say),
            );
            expect(element.attributes['hints']).toBe(gather.hints);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('it is either built well or refused with a reason, whatever the strings', () => {
    const anything = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    const wild: fc.Arbitrary<TwimlStep> = fc.oneof(
      fc.record({ say: anything, voice: anything }, { requiredKeys: ['say'] }),
      fc.record({ play: anything }),
      fc.record({ redirect: anything }),
      fc.record({ dial: fc.record({ number: anything, sip: anything }, { requiredKeys: [] }) }),
      fc.record({
        message: fc.record(
          { to: anything, body: anything, media: fc.array(anything, { maxLength: 2 }) },
          { requiredKeys: [] },
        ),
      }),
    );
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 4 }), (steps) => {
        const result = buildTwiml(steps);
        if (result.ok) {
          expect(parseTwiml(result.xml).ok).toBe(true);
          expect(
            validateTwiml(result.root, result.kind).filter(({ severity }) => severity === 'error'),
          ).toEqual([]);
        } else {
          expect(result.problems.length).toBeGreaterThan(0);
          for (const problem of result.problems) {
            expect(problem.step).toBeLessThan(steps.length);
            expect(problem.reason).toMatch(/\.$|\?$/);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the schema of a step', () => {
  const node = z.looseObject({
    type: z.string().optional(),
    description: z.string().optional(),
    additionalProperties: z.unknown().optional(),
    get properties() {
      return z.record(z.string(), node).optional();
    },
    get items() {
      return node.optional();
    },
  });

  it('describes every field with an example, is closed, and has no union at its root', () => {
    const schema = z.toJSONSchema(twimlStep, { io: 'input' });
    expect(schema).not.toHaveProperty('anyOf');
    const undescribed: string[] = [];
    const walk = (current: z.infer<typeof node>, path: string): void => {
      if (current.type === 'object') expect(current.additionalProperties).toBe(false);
      for (const [name, child] of Object.entries(current.properties ?? {})) {
        if (!child.description?.includes('e.g. ')) undescribed.push(`${path}.${name}`);
        walk(child, `${path}.${name}`);
        if (child.items !== undefined) walk(child.items, `${path}.${name}[]`);
      }
    };
    walk(node.parse(schema), 'step');
    expect(undescribed).toEqual([]);
  });

  it('refuses unknown fields', () => {
    expect(twimlStep.safeParse({ say: 'x', sya: 'y' }).success).toBe(false);
    expect(twimlStep.safeParse({ dial: { phone: '+15551234567' } }).success).toBe(false);
  });
});
