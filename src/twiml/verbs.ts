// Here: TwiML's two grammars and how to look a rule up; the verbs of messaging are short enough to stand here.
// Not here: the voice verbs (voice-verbs.ts) and nouns (voice-nouns.ts), the judging (validate.ts).
import {
  actionUrl,
  type ElementRule,
  fetchUrl,
  type Grammar,
  mediaUrl,
  method,
  statusUrl,
  type TwimlKind,
  text,
  type ValueRule,
} from './rule.ts';
import { VOICE_NOUNS } from './voice-nouns.ts';
import { VOICE_VERBS } from './voice-verbs.ts';

// A sender may be a word (alphanumeric sender ID), an address on another channel, or a number.
const address: ValueRule = {
  kind: 'pattern',
  pattern: /^([a-z]+:\S+|\+?[0-9][0-9 ().-]{1,24})$/i,
  like: '+15551234567 or whatsapp:+15551234567',
};
const messageText: ValueRule = { kind: 'text', max: 1600 };

const MESSAGING: Grammar = {
  // 14109: Twilio sends ten replies to one inbound message at most.
  Response: { attributes: {}, children: ['Message', 'Redirect'], most: { Message: 10 } },
  Message: {
    // Twilio's builder calls `action` a status callback, but 14106 tells of TwiML loops through it.
    attributes: { action: actionUrl, method, to: address, from: text, statusCallback: statusUrl },
    children: ['Body', 'Media'],
    text: messageText,
    needs: [['text', 'noun']],
    most: { Body: 1, Media: 10 },
  },
  Body: { attributes: {}, text: messageText, needs: [['text']] },
  Media: { attributes: {}, text: mediaUrl, needs: [['text']] },
  Redirect: { attributes: { method }, text: fetchUrl, needs: [['text']], ends: true },
};

export const GRAMMARS: Readonly<Record<TwimlKind, Grammar>> = {
  voice: { ...VOICE_VERBS, ...VOICE_NOUNS },
  messaging: MESSAGING,
};

export function ruleFor(grammar: Grammar, parent: string | undefined, name: string): ElementRule | undefined {
  const key = `${parent ?? ''}/${name}`;
  if (Object.hasOwn(grammar, key)) return grammar[key];
  return Object.hasOwn(grammar, name) ? grammar[name] : undefined;
}

/** The elements under which this one may stand, in the order of the grammar. */
export function parentsOf(grammar: Grammar, name: string): string[] {
  const parents = Object.entries(grammar).flatMap(([key, rule]) =>
    rule.children?.includes(name) ? [key.slice(key.indexOf('/') + 1)] : [],
  );
  return [...new Set(parents)];
}
