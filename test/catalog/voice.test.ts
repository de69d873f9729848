// Calls as data: what is refused before anything is sent, what TwiML is made, whom a call reaches and what it may cost.
import { describe, expect, it } from 'vitest';
import { getCall, listCalls, placeCall, updateCall } from '../../src/catalog/voice.ts';
import { deleteRecording, getRecording, listRecordings } from '../../src/catalog/voice-recordings.ts';
import { OperationError } from '../../src/operation/errors.ts';

const to = '+14155550123';
const from = '+14155550100';
const sid = `CA${'0'.repeat(32)}`;
const recordingSid = `RE${'0'.repeat(32)}`;
const response = (inside: string) => `<Response>${inside}</Response>`;

function problems(operation: typeof placeCall, input: unknown): string[] {
  const parsed = operation.input.safeParse(input);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

function prepared(operation: typeof placeCall, input: unknown, defaults = {}) {
  return operation.prepare?.(operation.input.parse(input), defaults);
}

const reached = (operation: typeof placeCall, input: unknown) =>
  operation.reaches?.(operation.input.parse(input)) ?? [];
const cost = (operation: typeof placeCall, input: unknown) => operation.costs?.(operation.input.parse(input));

describe('voice_place_call input', () => {
  it.each([
    ['words', { to, say: 'Hello.' }],
    ['TwiML', { to, twiml: response('<Say>Hello.</Say>') }],
    ['a URL with its method', { to, url: 'https://example.com/twiml', method: 'GET' }],
    ['a SIP address', { to: 'sip:ana@example.com', from, say: 'Hello.' }],
    ['a Voice SDK client', { to: 'client:ana', from, say: 'Hello.' }],
    ['the shortest time limit', { to, say: 'Hello.', time_limit: 60 }],
    ['the longest time limit', { to, say: 'Hello.', time_limit: 86_400 }],
  ])('accepts %s', (_, input) => {
    expect(problems(placeCall, input)).toEqual([]);
  });

  it.each([
    ['nothing to do', { to }, 'say: give exactly one'],
    ['two things to do', { to, say: 'Hello.', url: 'https://example.com/twiml' }, 'say: give exactly one'],
    ['a number without country code', { to: '4155550123', say: 'Hello.' }, 'to: must be E.164'],
    ['a name as caller', { to, from: 'Example', say: 'Hello.' }, 'from: must be E.164'],
    [
      'a voice without words',
      { to, voice: 'Polly.Joanna', twiml: response('<Say>Hi</Say>') },
      'voice: goes with say',
    ],
    ['a method without URL', { to, say: 'Hello.', method: 'GET' }, 'method: goes with url'],
    ['a time limit under a minute', { to, say: 'Hello.', time_limit: 59 }, 'time_limit'],
    ['a time limit over a day', { to, say: 'Hello.', time_limit: 86_401 }, 'time_limit'],
    ['over ten minutes of ringing', { to, say: 'Hello.', timeout: 601 }, 'timeout'],
    ['words as digits', { to, say: 'Hello.', send_digits: 'one' }, 'send_digits: must be digits'],
    [
      'machine detection that Twilio would ignore',
      { to, say: 'Hello.', send_digits: '1', machine_detection: 'Enable' },
      'machine_detection: leave it out',
    ],
    ['words that grow over the limit as TwiML', { to, say: '&'.repeat(1000) }, 'say: is too long'],
    ['an unknown field', { to, say: 'Hello.', colour: 'red' }, 'colour'],
  ])('refuses %s', (_, input, reason) => {
    expect(problems(placeCall, input).join('\n')).toContain(reason);
  });

  it('refuses bad TwiML with line and reason, one for each problem', () => {
    const found = problems(placeCall, {
      to,
      twiml: '<Response>\n<Shout>Hi</Shout>\n<Sya>Hi</Sya>\n</Response>',
    });
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/^twiml: line 2: .*Shout/);
    expect(found[1]).toMatch(/^twiml: line 3: .*Sya/);
  });

  it('refuses a document that is broken, or one for messages', () => {
    expect(problems(placeCall, { to, twiml: '<Response><Say>Hi</Response>' })[0]).toMatch(/^twiml: line 1: /);
    expect(problems(placeCall, { to, twiml: response('<Body>Hi</Body>') })[0]).toMatch(/^twiml: line 1: /);
  });

  it('lets pass what is only a warning', () => {
    expect(problems(placeCall, { to, twiml: response('<Hangup/><Say>Hi</Say>') })).toEqual([]);
  });
});

describe('voice_place_call request', () => {
  it('turns words into escaped TwiML', () => {
    const row = prepared(placeCall, {
      to,
      from,
      say: 'Tom & <Jerry>',
      voice: 'Polly.Joanna',
      language: 'en-US',
    });
    expect(row?.['twiml']).toContain(
      '<Say voice="Polly.Joanna" language="en-US">Tom &amp; &lt;Jerry&gt;</Say>',
    );
    expect(placeCall.request?.local).toEqual(['say', 'voice', 'language']);
  });

  it('puts ten minutes on a call that names no limit', () => {
    expect(prepared(placeCall, { to, from, say: 'Hello.' })?.['time_limit']).toBe(600);
    expect(prepared(placeCall, { to, from, say: 'Hello.', time_limit: 60 })?.['time_limit']).toBe(60);
  });

  it('puts the owner’s limit on it, where the owner has set one', () => {
    const owner = { callSeconds: 300 };
    const dialling = { sid, twiml: response('<Dial>+14155550124</Dial>') };
    expect(prepared(placeCall, { to, from, say: 'Hello.' }, owner)?.['time_limit']).toBe(300);
    expect(prepared(updateCall, dialling, owner)?.['time_limit']).toBe(300);
    expect(prepared(updateCall, { sid, say: 'Hello.' }, owner)?.['time_limit']).toBeUndefined();
  });

  it('fills in the configured caller and callback, and the call’s own go first', () => {
    const defaults = { from, statusCallback: 'https://example.com/status' };
    const status_callback = 'https://example.com/other';
    expect(prepared(placeCall, { to, say: 'Hello.' }, defaults)).toMatchObject({
      from,
      status_callback: defaults.statusCallback,
    });
    expect(
      prepared(placeCall, { to, from: '+14155550111', say: 'Hello.', status_callback }, defaults),
    ).toMatchObject({ from: '+14155550111', status_callback });
  });

  it.each([
    ['none is configured', {}],
    ['the configured sender is not a number', { from: 'Example' }],
    ['the configured sender is not a number', { from: `whatsapp:${from}` }],
  ])('says that %s', (reason, defaults) => {
    const attempt = () => prepared(placeCall, { to, say: 'Hello.' }, defaults);
    expect(attempt).toThrow(OperationError);
    expect(attempt).toThrow(reason);
  });

  it('says which words cannot be spoken', () => {
    expect(() => prepared(placeCall, { to, from, say: 'bell \u0007' })).toThrow(/U\+0007/);
  });
});

describe('whom a call reaches, and its cost', () => {
  it('is the person called, for the ten minutes the call may last', () => {
    const input = { to, say: 'Hello.' };
    expect(reached(placeCall, input)).toEqual([{ to, channel: 'voice' }]);
    expect(cost(placeCall, input)).toEqual({ kind: 'call', legs: 1, minutes: 10 });
  });

  it('tells an identity of the own app from a number', () => {
    const twiml = response('<Dial><Client>ana</Client><Client>client:eve</Client></Dial>');
    expect(reached(placeCall, { to, twiml }).map((each) => each.to)).toEqual([
      to,
      'client:ana',
      'client:eve',
    ]);
  });

  it('adds everyone its TwiML dials or texts', () => {
    const dialled = '<Dial><Number>+14155550124</Number><Sip>sip:b@example.com</Sip></Dial>';
    const input = { to, twiml: response(`<Sms to="+14155550125">Hi</Sms>${dialled}`), time_limit: 120 };
    expect(reached(placeCall, input)).toEqual([
      { to, channel: 'voice' },
      { to: '+14155550125', channel: 'sms' },
      { to: '+14155550124', channel: 'voice' },
      { to: 'sip:b@example.com', channel: 'voice' },
    ]);
    expect(cost(placeCall, input)).toEqual({ kind: 'call', legs: 4, minutes: 2 });
  });

  it('counts a text without recipient as one to the person called', () => {
    expect(reached(placeCall, { to, twiml: response('<Sms>Hi</Sms>') })).toEqual([
      { to, channel: 'voice' },
      { to, channel: 'sms' },
    ]);
  });

  it('counts a room of the account as nobody, and somebody else’s choice as unknown', () => {
    expect(
      reached(placeCall, { to, twiml: response('<Dial><Conference>standup</Conference></Dial>') }),
    ).toHaveLength(1);
    const elsewhere = reached(placeCall, {
      to,
      twiml: response(`<Enqueue workflowSid="WW${'0'.repeat(32)}"/>`),
    });
    expect(elsewhere.map(({ channel }) => channel)).toEqual(['voice', 'unknown']);
  });

  it('leaves a URL to the guard that judges its host', () => {
    expect(reached(placeCall, { to, url: 'https://example.com/twiml' })).toEqual([{ to, channel: 'voice' }]);
  });
});

describe('a call whose answer was lost', () => {
  const since = new Date('2026-11-23T15:00:00.700Z');
  const trace = placeCall.trace?.(placeCall.input.parse({ to, from, say: 'Hello.' }), since);
  const row = { direction: 'outbound-api', from, date_created: 'Mon, 23 Nov 2026 15:00:00 +0000' };

  it('is looked for by recipient alone, since a queued call has no start time', () => {
    expect(trace?.input).toEqual({ to, limit: 50 });
    expect(trace?.lookWith).toBe(listCalls.name);
    expect(trace?.request).toBe(listCalls.request);
  });

  it.each([
    ['one made in the same second', {}, true],
    ['one made a second before', { date_created: 'Mon, 23 Nov 2026 14:59:59 +0000' }, false],
    ['one from another number', { from: '+14155550111' }, false],
    ['one dialled by TwiML', { direction: 'outbound-dial' }, false],
    ['one without a date', { date_created: null }, false],
  ])('judges %s', (_, change, expected) => {
    expect(trace?.matches({ ...row, ...change })).toBe(expected);
  });
});

describe('voice_update_call', () => {
  it('hangs up, reaching nobody, at no cost and with no new limit', () => {
    const input = { sid, status: 'completed' };
    expect(problems(updateCall, input)).toEqual([]);
    expect(reached(updateCall, input)).toEqual([]);
    expect(cost(updateCall, input)).toEqual({ kind: 'nothing' });
    expect(prepared(updateCall, input)?.['time_limit']).toBeUndefined();
  });

  it('counts and limits those its TwiML brings in', () => {
    const input = { sid, twiml: response('<Dial>+14155550124</Dial>') };
    expect(reached(updateCall, input)).toEqual([{ to: '+14155550124', channel: 'voice' }]);
    expect(cost(updateCall, input)).toEqual({ kind: 'call', legs: 1, minutes: 10 });
    expect(prepared(updateCall, input)?.['time_limit']).toBe(600);
    expect(cost(updateCall, { ...input, time_limit: 60 })).toEqual({ kind: 'call', legs: 1, minutes: 1 });
    expect(prepared(updateCall, { ...input, time_limit: 60 })?.['time_limit']).toBe(60);
  });

  it('does not know the other party of a live call that it texts', () => {
    expect(reached(updateCall, { sid, twiml: response('<Sms>Hi</Sms>') })).toEqual([
      { to: 'unknown', channel: 'unknown' },
    ]);
  });

  it('speaks words', () => {
    expect(prepared(updateCall, { sid, say: 'One moment.' })?.['twiml']).toContain('<Say>One moment.</Say>');
  });

  it.each([
    ['nothing to change', { sid }],
    ['a hang-up with words', { sid, status: 'completed', say: 'Bye.' }],
    ['another status', { sid, status: 'in-progress' }],
    ['bad TwiML', { sid, twiml: response('<Shout/>') }],
    ['another kind of SID', { sid: recordingSid, status: 'completed' }],
  ])('refuses %s', (_, input) => {
    expect(problems(updateCall, input)).not.toEqual([]);
  });
});

describe('looking at calls and recordings', () => {
  it('reads what Twilio sends as text as numbers, and drops the rest', () => {
    const found = getCall.output.parse({
      sid,
      status: 'completed',
      duration: '42',
      price: '-0.014',
      uri: '/x',
    });
    expect(found).toEqual({ sid, status: 'completed', duration: 42, price: -0.014 });
  });

  it('refuses a status or day that Twilio does not know', () => {
    expect(problems(listCalls, { status: 'in-progress', started_after: '2026-11-23', limit: 1 })).toEqual([]);
    expect(problems(listCalls, { status: 'done' })).not.toEqual([]);
    expect(problems(listCalls, { started_after: 'yesterday' })).not.toEqual([]);
    expect(problems(listRecordings, { call_sid: sid, created_before: '2026-11-23' })).toEqual([]);
    expect(problems(listRecordings, { call_sid: recordingSid })).not.toEqual([]);
  });

  it('reads a recording, and says that one is deleted though Twilio answers nothing', () => {
    const row = { sid: recordingSid, status: 'completed', call_sid: sid, duration: '4', channels: 1 };
    expect(getRecording.output.parse(row)).toEqual({ ...row, duration: 4 });
    expect(deleteRecording.answer?.({}, { sid: recordingSid })).toEqual({ deleted: true });
    expect(deleteRecording.effect).toBe('delete');
  });
});
