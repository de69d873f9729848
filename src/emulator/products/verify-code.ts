// Here: a code on its way to a person: in which words and language, and whether the phone gets it.
// Not here: which code it is, and what is done with it (verify-verification.ts).
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { type ControlRoute, controlRoute } from '../route.ts';
import type { World } from '../state.ts';
import { iso } from '../wire.ts';

export type CodeMessage = {
  readonly sid: string;
  readonly to: string;
  readonly channel: string;
  readonly code: string;
  /** The brand that the message names. */
  readonly name: string;
  readonly locale: string | undefined;
  readonly hasWarning: boolean;
  readonly appHash: string | undefined;
  readonly payment: string | undefined;
};

type Words = { readonly code: (name: string, code: string) => string; readonly warning: string };

const SENDER = 'VERIFY';

/** A few of Twilio's languages, enough to see that a locale took effect; the wording is the emulator's own. */
const LANGUAGES: Readonly<Record<string, Words>> = {
  en: {
    code: (name, code) => `Your ${name} verification code is: ${code}.`,
    warning: " Don't share this code with anyone.",
  },
  es: {
    code: (name, code) => `Tu código de verificación de ${name} es: ${code}.`,
    warning: ' No lo compartas con nadie.',
  },
  pt: {
    code: (name, code) => `Seu código de verificação ${name} é: ${code}.`,
    warning: ' Não o compartilhe com ninguém.',
  },
  fr: {
    code: (name, code) => `Votre code de vérification ${name} est : ${code}.`,
    warning: ' Ne le partagez avec personne.',
  },
  de: {
    code: (name, code) => `Ihr Bestätigungscode für ${name} lautet: ${code}.`,
    warning: ' Geben Sie ihn niemandem weiter.',
  },
};

const SPOKEN_IN: Readonly<Record<string, string>> = {
  ES: 'es',
  MX: 'es',
  AR: 'es',
  CO: 'es',
  CL: 'es',
  PE: 'es',
  BR: 'pt',
  PT: 'pt',
  FR: 'fr',
  DE: 'de',
  AT: 'de',
};

/** Without a locale the country of the number decides; what is not known falls back to English. */
function wordsFor(locale: string | undefined, to: string): Words | undefined {
  const country = parsePhoneNumberFromString(to)?.country ?? '';
  const language = locale?.split('-')[0]?.toLowerCase() ?? SPOKEN_IN[country] ?? 'en';
  return LANGUAGES[language] ?? LANGUAGES['en'];
}

function bodyOf({ channel, code, name, locale, to, hasWarning, appHash, payment }: CodeMessage): string {
  const words = wordsFor(locale, to);
  // A voice reads the digits one by one.
  const shown = channel === 'call' ? [...code].join(', ') : code;
  const text = `${words?.code(name, shown) ?? shown}${payment === undefined ? '' : ` ${payment}`}`;
  if (channel !== 'sms') return text;
  const warned = hasWarning ? `${text}${words?.warning ?? ''}` : text;
  return appHash === undefined ? warned : `<#> ${warned} ${appHash}`;
}

export function deliverCode(world: World, message: CodeMessage): void {
  const { to, sid, channel } = message;
  const kind = channel === 'call' || channel === 'email' || channel === 'whatsapp' ? channel : 'sms';
  const body = bodyOf(message);
  world.clock.after(2, () => {
    if (!isReached(world, to, kind)) return;
    world.phones.receive(to, { kind, sid, from: SENDER, body, media: [], at: world.clock.now() });
  });
}

function isReached(world: World, to: string, kind: string): boolean {
  if (kind === 'email') return true;
  const { answers, delivery, line } = world.phones.get(to);
  if (kind === 'call') return answers === 'yes' || answers === 'machine';
  return (delivery === 'delivered' || delivery === 'sent') && line !== 'landline';
}

export const codeControl: readonly ControlRoute[] = [
  controlRoute(
    'GET',
    '/phones/{number}/codes',
    'verification codes that a person read or heard, by any channel, oldest first (an email address is a phone too)',
    ({ world, param }) => ({
      codes: world.phones
        .get(param('number'))
        .received.filter(({ from }) => from === SENDER)
        .map(({ kind, sid, body, at }) => ({ kind, attempt_sid: sid, body, at: iso(at) })),
    }),
  ),
];
