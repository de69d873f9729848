// The grammar's rules one by one: what passes, what is refused, and in which words.
import { describe, expect, it } from 'vitest';
import { parseTwiml } from '../../src/twiml/document.ts';
import { reachedBy } from '../../src/twiml/reach.ts';
import { validateTwiml } from '../../src/twiml/validate.ts';

function judge(xml: string, kind: 'voice' | 'messaging' = 'voice') {
  const parsed = parseTwiml(xml);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return validateTwiml(parsed.root, kind);
}

const voice = (inside: string) => judge(`<Response>${inside}</Response>`);
const messaging = (inside: string) => judge(`<Response>${inside}</Response>`, 'messaging');

describe('validateTwiml says where and why', () => {
  it('with line, column and what to write instead, in the order of the document', () => {
    const xml =
      '<Response>\n  <Say loops="2">Hi</Say>\n  <Dial>\n    <say>x</say>\n  </Dial>\n  <Gather/>\n  <Play/>\n</Response>';
    expect(judge(xml)).toEqual([
      { line: 2, column: 3, severity: 'error', reason: '<Say> has no attribute "loops". Did you mean loop?' },
      {
        line: 4,
        column: 5,
        severity: 'error',
        reason:
          '<say> is no TwiML element. Did you mean <Say>? Names are case-sensitive. It stands in <Response> or <Gather> or <Prompt>.',
      },
      {
        line: 7,
        column: 3,
        severity: 'error',
        reason: '<Play> needs a URL as its text or the attribute digits. Add it.',
      },
    ]);
  });

  it('that the root is not Response', () => {
    expect(judge('<response><Say>x</Say></response>')).toEqual([
      expect.objectContaining({ severity: 'error', reason: expect.stringContaining('<response>') }),
    ]);
    expect(judge('<html/>', 'messaging')).toHaveLength(1);
  });

  it('nothing about the schema declarations that old generators write', () => {
    expect(judge('<Response xmlns:xsi="x" xsi:noNamespaceSchemaLocation="y" version="1"/>')).toEqual([]);
    expect(judge('<Response voice="x"/>')).toHaveLength(1);
  });
});

describe('in a call', () => {
  it.each([
    ['<Say>Hi</Say>'],
    ['<Say loop="0">Hi</Say>'],
    ['<Play>relative/sound.mp3</Play>'],
    ['<Play digits="1w2"/>'],
    ['<Dial>415-123-4567</Dial>'],
    ['<Dial>\n  +15551234567\n</Dial>'],
    ['<Dial><Number>+15551234567</Number><Client>joe</Client></Dial>'],
    ['<Dial timeout="600"><Sip>sip:a@example.com</Sip></Dial>'],
    ['<Dial><Conference waitUrl="" maxParticipants="2">room</Conference></Dial>'],
    ['<Gather finishOnKey="" input="dtmf speech"><Say>x</Say></Gather>'],
    ['<Enqueue workflowSid="WW1"><Task>{"a":1}</Task></Enqueue>'],
    ['<Connect><Stream url="wss://example.com/x"/></Connect>'],
    ['<Redirect>/next</Redirect>'],
    ['<Connect><Stream url="wss://a/b"><Parameter name="a" value=""/></Stream></Connect>'],
    ['<!-- nothing --> '],
  ])('%s passes', (inside) => {
    expect(voice(inside)).toEqual([]);
  });

  it.each([
    // unknown and misplaced
    ['<Sya>Hi</Sya>', /Did you mean <Say>/],
    ['<number>+1555</number>', /Did you mean <Number>.* It stands in <Dial>/],
    ['<Number>+15551234567</Number>', /may not stand in <Response>. Put it in <Dial>/],
    ['<Gather><Dial>+15551234567</Dial></Gather>', /<Dial> may not stand in <Gather>/],
    ['<Say>Hi <Play>x</Play></Say>', /<Play> may not stand in <Say>/],
    ['<Pause><Say>x</Say></Pause>', /<Say> may not stand in <Pause>/],
    ['<Xyzzyplugh/>', /<Response> may hold <Say>, <Play>/],
    ['<x:Say>Hi</x:Say>', /is no TwiML element/],
    ['<constructor/>', /is no TwiML element/],
    ['<Say constructor="1">x</Say>', /no attribute "constructor"/],
    ['<Say __proto__="1">x</Say>', /no attribute "__proto__"/],
    ['<Hangup reason="x"/>', /It takes none/],
    // text
    ['Hello', /<Response> may hold no text, but has "Hello"/],
    ['<Say>  </Say>', /<Say> needs text or an element/],
    ['<Redirect/>', /<Redirect> needs a URL/],
    ['<Dial/>', /<Dial> needs text or an element inside/],
    ['<Dial>+15551234567<Client>joe</Client></Dial>', /both text and elements/],
    ['<Gather>Press 1</Gather>', /<Gather> may hold no text/],
    // values
    ['<Pause length="0"/>', /length of <Pause> is "0"; write a whole number from 1 up/],
    ['<Pause length="1.5"/>', /whole number/],
    ['<Pause length="ten"/>', /whole number/],
    ['<Dial timeout="601">+15551234567</Dial>', /from 1 to 600/],
    ['<Dial><Conference maxParticipants="251">r</Conference></Dial>', /from 2 to 250/],
    ['<Gather timeout="soon"/>', /from 1 up or "auto"/],
    ['<Record playBeep="yes"/>', /"true" or "false"/],
    ['<Reject reason="Busy"/>', /did you mean "busy"/],
    ['<Gather method="DELETE"/>', /write one of GET, POST/],
    ['<Gather input="dtmf,speech"/>', /holds "dtmf,speech"/],
    ['<Record finishOnKey="x"/>', /write it like #/],
    ['<Play>javascript:alert(1)</Play>', /write a URL/],
    ['<Play>file:///etc/passwd</Play>', /write a URL/],
    ['<Play>https://exa mple.com</Play>', /no spaces/],
    ['<Gather action=""/>', /is empty/],
    ['<Connect><Stream url="https://example.com"/></Connect>', /wss:/],
    ['<Connect><ConversationRelay url="/relative"/></Connect>', /absolute URL/],
    ['<Dial><Sip>alice@example.com</Sip></Dial>', /sip:alice@example.com/],
    ['<Dial>client:joe</Dial>', /write it like \+1555/],
    ['<Dial>+1٥٥٥1234567</Dial>', /digits that are not 0-9/],
    ['<Dial><Number>+１5551234567</Number></Dial>', /digits that are not 0-9/],
    ['<Enqueue workflowSid="WW1"><Task>not json</Task></Enqueue>', /no JSON/],
    [`<Say>${'x'.repeat(5001)}</Say>`, /5001 characters/],
    // needs
    ['<Connect/>', /<Connect> needs an element inside/],
    ['<Start/>', /<Start> needs/],
    ['<Stop><Stream/></Stop>', /<Stream> needs the attribute name/],
    ['<Start><Stream/></Start>', /attribute url or the attribute connectorName/],
    ['<Refer/>', /<Refer> needs/],
    ['<Enqueue/>', /<Enqueue> needs text or the attribute workflowSid/],
    ['<Say><say-as>1</say-as></Say>', /interpret-as/],
    [
      '<Connect><ConversationRelay url="wss://a/b"><Parameter name="a"/></ConversationRelay></Connect>',
      /attribute value/,
    ],
    [`<Dial>${'<Number>+15551234567</Number>'.repeat(11)}</Dial>`, /10 <Number> at most/],
  ])('%s is refused', (inside, reason) => {
    const problems = voice(inside);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.severity).toBe('error');
    expect(problems[0]?.reason).toMatch(reason);
  });

  it.each([['<Hangup/>'], ['<Reject/>'], ['<Redirect>/x</Redirect>']])(
    'what follows %s is warned of',
    (end) => {
      expect(voice(`<Say>a</Say>${end}`)).toEqual([]);
      expect(voice(`${end}<Say>a</Say>`)).toEqual([
        expect.objectContaining({ severity: 'warning', reason: expect.stringContaining('never reached') }),
      ]);
    },
  );

  it.each([
    ['<Sms to="+15551234567">Hi</Sms>'],
    ['<Message>Hi</Message>'],
    ['<Connect><Autopilot>UA1</Autopilot></Connect>'],
  ])('%s is out of date, which is a warning', (inside) => {
    expect(voice(inside)).toEqual([expect.objectContaining({ severity: 'warning' })]);
  });
});

describe('in messaging', () => {
  it.each([
    ['<Message>Hi</Message>'],
    ['<Message to="whatsapp:+15551234567"><Body>Hi</Body><Media>https://example.com/a.png</Media></Message>'],
    ['<Redirect method="GET">https://example.com/x</Redirect>'],
    ['<Message>Hi</Message>'.repeat(10)],
  ])('%s passes', (inside) => {
    expect(messaging(inside)).toEqual([]);
  });

  it.each([
    ['<Say>Hi</Say>', /belongs to voice TwiML; this is messaging TwiML/],
    ['<Message/>', /needs text or an element/],
    ['<Body>Hi</Body>', /Put it in <Message>/],
    ['<Message><Media/></Message>', /<Media> needs a URL/],
    ['<Message to="nobody at all">Hi</Message>', /write it like \+1555/],
    ['<Message to="+1５551234567">Hi</Message>', /digits that are not 0-9/],
    [`<Message>${'x'.repeat(1601)}</Message>`, /takes 1600/],
    ['<Message>Hi</Message>'.repeat(11), /10 <Message> at most/],
    [`<Message>${'<Media>https://a/b</Media>'.repeat(11)}</Message>`, /10 <Media> at most/],
  ])('%s is refused', (inside, reason) => {
    const problems = messaging(inside);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.reason).toMatch(reason);
  });

  it('a reason quotes a long value only in part, on one line', () => {
    const [problem] = messaging(`<Message to="${'a\n'.repeat(200)}">x</Message>`);
    expect(problem?.reason.length).toBeLessThan(200);
    expect(problem?.reason).not.toContain('\n');
    const [stranger] = messaging(`<${'x'.repeat(9999)}/>`);
    expect(stranger?.reason.length).toBeLessThan(200);
  });
});

describe('documents made to be slow', () => {
  const most = 65_000;
  // A rule that took quadratic time would run into the test's own time limit here.
  it.each([
    ['spaces between words', 1, `<Say>a${' '.repeat(most)}b</Say>`],
    ['spaces in a number', 1, `<Dial>1${' '.repeat(most)}2</Dial>`],
    ['digits in an amount', 1, `<Pay chargeAmount="${'1'.repeat(most)}x"/>`],
    ['digits in a pause', 1, `<Say>x<break time="${'1'.repeat(most)}x"/></Say>`],
    ['very many lines', 25, '<x/>\n'.repeat(most / 5)],
    [
      'very many attributes',
      25,
      `<Say ${Array.from({ length: 6000 }, (_, index) => `a${index}=""`).join(' ')}>x</Say>`,
    ],
    ['very many comments', 1, `<Say>${'a<!---->'.repeat(most / 8)}</Say>`],
    ['a very long name', 1, `<${'x'.repeat(most / 2)}/>`],
  ])('%s', (_, problems, inside) => {
    const parsed = parseTwiml(`<Response>${inside}</Response>`);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(validateTwiml(parsed.root, 'voice')).toHaveLength(problems);
    expect(reachedBy(parsed.root).urls).toEqual([]);
  });
});
