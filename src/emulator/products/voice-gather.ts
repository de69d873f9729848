// Here: <Gather>: prompts, and the digits or words that a person answers them with.
// Not here: <Record> (voice-record.ts).
import { elementsOf, type TwimlElement } from '../../twiml/document.ts';
import { actionOf, wordsIn } from './voice-action.ts';
import { hear } from './voice-call.ts';
import type { Flow, LineEvent, Verb } from './voice-line.ts';
import { soundsOf, wholeNumber } from './voice-say.ts';

type Wish = {
  readonly timeout: number;
  readonly most: number;
  readonly finishKeys: string;
  readonly wants: (event: LineEvent) => boolean;
};

const SILENCE_SECONDS = 5;

export const gather: Verb = async (flow, element) => {
  const params = await collect(flow, element, readWish(element));
  const isEmpty = params['SpeechResult'] === undefined && params['Digits'] === '';
  if (isEmpty && element.attributes['actionOnEmptyResult'] !== 'true') return 'next';
  return actionOf(flow, element, params, flow.base);
};

function readWish(element: TwimlElement): Wish {
  const inputs = wordsIn(element.attributes['input'] ?? 'dtmf');
  return {
    timeout: wholeNumber(element, 'timeout') ?? SILENCE_SECONDS,
    most: wholeNumber(element, 'numDigits') ?? Number.POSITIVE_INFINITY,
    finishKeys: element.attributes['finishOnKey'] ?? '#',
    wants: ({ kind }) =>
      (kind === 'digit' && inputs.includes('dtmf')) || (kind === 'speech' && inputs.includes('speech')),
  };
}

/** What the action URL is told; the first key or word cuts the prompt short. */
async function collect(
  flow: Flow,
  element: TwimlElement,
  { timeout, most, finishKeys, wants }: Wish,
): Promise<Record<string, string>> {
  const { line } = flow;
  let event = await prompt(flow, element, wants);
  if (event === undefined) event = await line.within(timeout, wants);
  let digits = '';
  while (event.kind === 'digit') {
    if (finishKeys.includes(event.digit)) return { Digits: digits, FinishedOnKey: event.digit };
    digits += event.digit;
    if (digits.length >= most) break;
    event = await line.within(timeout, wants);
  }
  if (event.kind === 'speech') return { SpeechResult: event.text, Confidence: String(event.confidence) };
  return { Digits: digits, FinishedOnKey: '' };
}

async function prompt(
  flow: Flow,
  element: TwimlElement,
  wants: Wish['wants'],
): Promise<LineEvent | undefined> {
  for (const one of elementsOf(element).flatMap((child) => soundsOf(flow, child))) {
    hear(flow.world, flow.call, 'twilio', one.kind, one.text);
    const event = await flow.line.within(one.seconds, wants);
    if (event.kind !== 'time') return event;
  }
  return undefined;
}
