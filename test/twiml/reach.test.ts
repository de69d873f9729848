// Whom a document would reach and what URLs it names: the guards judge by this, so nothing may hide.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTwiml } from '../../src/twiml/document.ts';
import { reachedBy } from '../../src/twiml/reach.ts';

function reach(inside: string) {
  const parsed = parseTwiml(`<Response>\n${inside}\n</Response>`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return reachedBy(parsed.root);
}

const people = (inside: string) => reach(inside).recipients.map(({ to, via }) => `${via} ${to}`);
const urls = (inside: string) => reach(inside).urls.map(({ url, purpose }) => `${purpose} ${url}`);

describe('reachedBy finds the recipient of', () => {
  it.each([
    ['<Dial>+15551234567</Dial>', ['voice +15551234567']],
    ['<Dial>\n 415-123-4567 </Dial>', ['voice 415-123-4567']],
    ['<Dial>+1<!-- 900 -->555<![CDATA[123]]>4567</Dial>', ['voice +15551234567']],
    ['<Dial>+1&#53;551234567</Dial>', ['voice +15551234567']],
    [
      '<Dial><Number>+15551234567</Number><Number>+15557654321</Number></Dial>',
      ['voice +15551234567', 'voice +15557654321'],
    ],
    ['<Dial><Client>joe</Client></Dial>', ['client joe']],
    ['<Dial><Client><Identity>jane</Identity></Client></Dial>', ['client jane']],
    ['<Dial><Sip>sip:a@example.com</Sip></Dial>', ['sip sip:a@example.com']],
    ['<Dial><Sip><Uri>sip:b@example.com</Uri></Sip></Dial>', ['sip sip:b@example.com']],
    ['<Dial><WhatsApp>+15551234567</WhatsApp></Dial>', ['whatsapp +15551234567']],
    ['<Dial><Sim>DE1</Sim></Dial>', ['sim DE1']],
    ['<Dial><Conference>room</Conference></Dial>', ['conference room']],
    ['<Dial><Queue>support</Queue></Dial>', ['queue support']],
    ['<Dial>sip:a@example.com</Dial>', ['sip sip:a@example.com']],
    ['<Dial>client:joe</Dial>', ['client client:joe']],
    ['<Refer><Sip>sip:a@example.com</Sip></Refer>', ['sip sip:a@example.com']],
    ['<Sms to="+15551234567">Hi</Sms>', ['sms +15551234567']],
    ['<Message to="whatsapp:+15551234567">Hi</Message>', ['whatsapp whatsapp:+15551234567']],
    ['<Message to="messenger:123">Hi</Message>', ['unknown messenger:123']],
    // invalid TwiML is no way round
    ['<dial><NUMBER>+15551234567</NUMBER></dial>', ['voice +15551234567']],
    ['<Say><Dial>+15551234567</Dial></Say>', ['voice +15551234567']],
    ['<Dial>+15551234567<Number>+15557654321</Number></Dial>', ['voice +15551234567', 'voice +15557654321']],
    ['<Sms TO="+15551234567" to="+15557654321">Hi</Sms>', ['sms +15551234567', 'sms +15557654321']],
    ['<Dial><Conference>whatsapp:x</Conference></Dial>', ['conference whatsapp:x']],
  ])('%s', (inside, expected) => {
    expect(people(inside)).toEqual(expected);
    expect(reach(inside).dynamic).toBe(false);
  });

  it('a look-alike number exactly as it is written', () => {
    expect(people('<Dial>+1\uff15551234567</Dial>')).toEqual(['voice +1\uff15551234567']);
    expect(people('<Dial>\u00a0+15551234567\u200b</Dial>')).toEqual(['voice \u00a0+15551234567\u200b']);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (to) => {
        fc.pre(/^[^<&>\s]+$/u.test(to));
        expect(reach(`<Dial><Number>${to}</Number></Dial>`).recipients[0]?.to).toBe(to);
      }),
    );
  });

  it('each with its line', () => {
    expect(reach('<Say>x</Say>\n<Dial>+15551234567</Dial>').recipients).toEqual([
      { to: '+15551234567', via: 'voice', line: 3 },
    ]);
  });

  it('nobody new where a message has no recipient: it replies', () => {
    expect(reach('<Message>Hi</Message>')).toEqual({
      recipients: [],
      urls: [],
      dynamic: false,
      replies: true,
      pays: false,
      copies: false,
    });
    expect(reach('<Sms to=" ">Hi</Sms>').replies).toBe(true);
    expect(reach('<Message to="+15551234567">Hi</Message>').replies).toBe(false);
  });
});

describe('reachedBy calls dynamic', () => {
  it.each([
    ['<Redirect>/next</Redirect>', []],
    ['<Gather action="/next"/>', []],
    ['<Record action="/next"/>', []],
    ['<Message to="+15551234567" action="/next">x</Message>', ['sms +15551234567']],
    ['<Dial referUrl="/refer">+15551234567</Dial>', ['voice +15551234567']],
    ['<Dial><Number url="/whisper">+15551234567</Number></Dial>', ['voice +15551234567']],
    ['<Enqueue workflowSid="WW1"><Task>{}</Task></Enqueue>', ['unknown WW1']],
    ['<Enqueue>support</Enqueue>', ['unknown support']],
    ['<Dial><Application>AP1</Application></Dial>', ['unknown AP1']],
    [
      '<Dial><Application><ApplicationSid>AP1</ApplicationSid></Application></Dial>',
      ['unknown application', 'unknown AP1'],
    ],
    ['<Connect><Room>standup</Room></Connect>', ['unknown standup']],
    ['<Connect><Assistant id="aia1"/></Connect>', ['unknown aia1']],
    ['<Connect action="/next"><Stream url="wss://a.example/b"/></Connect>', []],
    ['<NewVerb>+15551234567</NewVerb>', []],
    ['<Say whatever="https://evil.example/">x</Say>', []],
  ])('%s', (inside, expected) => {
    expect(reach(inside).dynamic).toBe(true);
    expect(people(inside)).toEqual(expected);
  });

  it.each([
    ['<Say>Call +15551234567 or https://example.com</Say>'],
    ['<Gather><Say>x</Say></Gather>'],
    ['<Play>https://example.com/a.mp3</Play>'],
    ['<Connect><Stream url="wss://a.example/b"/></Connect>'],
    ['<Hangup/>'],
  ])('not %s', (inside) => {
    expect(reach(inside)).toMatchObject({ dynamic: false, recipients: [], replies: false });
  });
});

describe('reachedBy names every URL with its purpose', () => {
  it.each([
    ['<Play> https://a.example/a.mp3\n</Play>', ['media https://a.example/a.mp3']],
    ['<Message><Media>https://a.example/a.png</Media></Message>', ['media https://a.example/a.png']],
    ['<Redirect>https://a.example/x</Redirect>', ['fetch https://a.example/x']],
    ['<Gather action="/a" partialResultCallback="/b"/>', ['action /a', 'status /b']],
    [
      '<Record action="/a" transcribeCallback="/b" recordingStatusCallback="/c"/>',
      ['action /a', 'status /b', 'status /c'],
    ],
    ['<Dial><Conference waitUrl="/w" statusCallback="/s">r</Conference></Dial>', ['fetch /w', 'status /s']],
    ['<Dial><Conference waitUrl="">r</Conference></Dial>', []],
    ['<Message action="/a" statusCallback="/s">x</Message>', ['action /a', 'status /s']],
    ['<Start><Stream url="wss://a.example/b"/></Start>', ['stream wss://a.example/b']],
    ['<Start><Transcription statusCallbackUrl="/t"/></Start>', ['status /t']],
    ['<play>https://a.example/a.mp3</play>', ['media https://a.example/a.mp3']],
    ['<Gather ACTION="/a"/>', ['action /a']],
    ['<Say nope="https://a.example/">x</Say>', ['unknown https://a.example/']],
    ['<Other href="//a.example/x"/>', ['unknown //a.example/x']],
  ])('%s', (inside, expected) => {
    expect(urls(inside)).toEqual(expected);
  });
});
