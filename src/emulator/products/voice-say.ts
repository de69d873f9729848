// Here: what TwiML lets a person hear: <Say>, <Play> and <Pause> as sounds with a length.
// Not here: listening at the same time (voice-gather.ts).
import { type TwimlElement, trimXml } from '../../twiml/document.ts';
import { resolveUrl } from '../webhook.ts';
import { hear, type Spoken } from './voice-call.ts';
import type { Flow, Verb } from './voice-line.ts';

export type Sound = {
  readonly kind: Spoken['kind'];
  readonly text: string;
  /** Undefined for what never ends by itself. */
  readonly seconds: number | undefined;
};

/** An even speaker needs about so long for a word. */
const SECONDS_A_WORD = 0.4;
/** The emulator does not fetch what is played. */
const PLAY_SECONDS = 3;
/** More repetitions than anyone will count are one sound without an end. */
const MOST_LOOPS = 50;

export function secondsToSpeak(text: string): number {
  const words = text.split(/\s+/).filter((word) => word !== '').length;
  return Math.max(1, words) * SECONDS_A_WORD;
}

/** The words of an element and of the SSML inside it. */
export function wordsOf(element: TwimlElement): string {
  const all = element.children.map((child) =>
    typeof child === 'string' ? child : ` ${child.attributes['alias'] ?? wordsOf(child)} `,
  );
  return all.join('').replace(/\s+/g, ' ').trim();
}

/** What a verb sounds like; empty for a verb that makes no sound, or that has nothing to say. */
export function soundsOf({ base }: Pick<Flow, 'base'>, element: TwimlElement): Sound[] {
  if (element.name === 'Pause')
    return [{ kind: 'pause', text: '', seconds: wholeNumber(element, 'length') ?? 1 }];
  if (element.name === 'Say') {
    const text = wordsOf(element);
    return text === '' ? [] : repeated(element, { kind: 'say', text, seconds: secondsToSpeak(text) });
  }
  if (element.name !== 'Play') return [];
  const digits = element.attributes['digits'];
  if (digits !== undefined) return repeated(element, tones(digits));
  const url = trimXml(wordsOf(element));
  if (url === '') return [];
  return repeated(element, { kind: 'play', text: resolveUrl(url, base), seconds: PLAY_SECONDS });
}

/** "w" waits half a second, "W" a whole one; each key sounds a moment. */
export function tones(digits: string): Sound {
  const seconds = [...digits].reduce((sum, key) => sum + (key === 'W' ? 1 : key === 'w' ? 0.5 : 0.2), 0);
  return { kind: 'digits', text: digits, seconds };
}

function repeated(element: TwimlElement, sound: Sound): Sound[] {
  const times = wholeNumber(element, 'loop') ?? 1;
  if (times === 0 || times > MOST_LOOPS) return [{ ...sound, seconds: undefined }];
  return Array.from({ length: times }, () => sound);
}

export function wholeNumber(element: TwimlElement, name: string): number | undefined {
  const text = element.attributes[name];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

export const sound: Verb = async (flow, element): Promise<'next'> => {
  for (const one of soundsOf(flow, element)) {
    hear(flow.world, flow.call, 'twilio', one.kind, one.text);
    await flow.line.pass(one.seconds);
  }
  return 'next';
};
