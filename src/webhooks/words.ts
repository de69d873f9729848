// The words by which people end, resume or ask about messages: Twilio's own, and plain words in some languages.
// What follows from them is opt-out.ts.

export type Keyword = 'STOP' | 'START' | 'HELP';

/** A wish told in a message, how it was told, and what it is about: calls, or what came on the same channel. */
export type Wish =
  | { readonly keyword: Keyword; readonly exact: boolean }
  | { readonly refuses: 'here' | 'calls' };

/** docs/messaging/tutorials/advanced-opt-out; the French ones: docs/proxy/opt-out-keywords. */
const twilioWords: Readonly<Record<Keyword, readonly string[]>> = {
  STOP: [
    ...['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'],
    ...['ARRET', 'ARRETE', 'ARRETT'],
  ],
  START: ['START', 'UNSTOP', 'YES'],
  HELP: ['HELP', 'INFO'],
};

/** Whole messages that say no elsewhere; Twilio does not know them, so we keep the wish ourselves. */
const otherStopWords = [
  ...['STOP ALL', 'OPT OUT', 'OPT-OUT', 'REMOVE', 'REMOVE ME', 'DESUBSCRIBE'],
  ...['ARRETER', 'DESABONNER', 'DESINSCRIRE', 'DESINSCRIPTION'],
  ...['ALTO', 'BAJA', 'PARAR', 'DETENER', 'CANCELAR', 'NO MAS', 'PARE', 'SAIR'],
  ...['STOPP', 'ABMELDEN', 'ABBESTELLEN', 'AUFHOEREN', 'AUFHOREN'],
  ...['BASTA', 'FERMA', 'CANCELLAMI', 'DISISCRIVIMI'],
  ...['STOPPEN', 'AFMELDEN', 'UITSCHRIJVEN', 'AVSLUTA', 'AVREGISTRERA', 'AFMELD'],
  ...[
    'КОНЕЦ',
    'СТОП',
    'СТОР',
    '停止',
    '退订',
    '退訂',
    '配信停止',
    '수신거부',
    'إيقاف',
    'توقف',
    'DUR',
    'IPTAL',
    'WYPISZ',
  ],
];

/** Twilio's keyword, if the message is that word alone; as Twilio reads it, spaces around it aside. */
export function keywordOf(body: string): Keyword | undefined {
  const word = body.trim().toUpperCase();
  return keywords.find((each) => twilioWords[each].includes(word));
}

const keywords: readonly Keyword[] = ['STOP', 'START', 'HELP'];

/** What a message wishes: a keyword first, then the same word with an accent or a full stop, then plain words. */
export function wishOf(body: string): Wish | undefined {
  const keyword = keywordOf(body);
  if (keyword !== undefined) return { keyword, exact: true };
  const bare = bareWord(body);
  if (twilioWords.STOP.includes(bare) || otherStopWords.includes(bare))
    return { keyword: 'STOP', exact: false };
  const text = plain(body);
  if (refusals.some((pattern) => pattern.test(text))) return { refuses: 'here' };
  return callRefusals.some((pattern) => pattern.test(text)) ? { refuses: 'calls' } : undefined;
}

/** Without accents, quotes and marks at either end: `« Arrêt. »` is ARRET. */
function bareWord(body: string): string {
  return withoutAccents(body)
    .toUpperCase()
    .replace(/^[\s\p{P}\p{S}]+|[\s\p{P}\p{S}]+$/gu, '')
    .replace(/\s+/g, ' ');
}

/** One line of lower-case text with straight apostrophes and none of the characters that hide between letters. */
function plain(body: string): string {
  return withoutAccents(body)
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
    .replace(/\s+/g, ' ')
    .trim();
}

function withoutAccents(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{Mn}\p{Cf}]/gu, '')
    .normalize('NFC');
}

const not = "(?:don'?t|do not|never|please don'?t)";

/**
 * Plain refusals. "Any reasonable means" counts (47 CFR 64.1200(a)(10)), so what clearly says no is heard; what only holds such a
 * word is not: "don't stop texting me", "stop by tomorrow", "I cancelled the other one".
 */
const refusals: readonly RegExp[] = [
  new RegExp(
    `(?<!${not} )(?<!\\bif you )\\b(?:stop|quit|cease) (?:texting|messaging|contacting|sending|emailing|writing|bothering|harassing|spamming|these (?:texts|messages))\\b`,
  ),
  new RegExp(
    `\\b${not} (?:text|message|contact|email|write(?: to)?|sms|bother|send) (?:me|us|this number)\\b`,
  ),
  /\b(?:take|remove|delete) (?:me|my number|us|this number) (?:off|from)\b/,
  /(?<!how do i )(?<!\bnot )\bunsubscribe (?:me|us|please|from)\b|\bplease unsubscribe\b/,
  /\b(?:i (?:want|wish|would like) to|let me|please) (?:opt|sign) ?-?out\b|\bopt(?:ing)? me out\b/,
  /\bno more (?:texts?|messages?|sms|emails?|ads?|spam)\b/,
  /\bleave me alone\b|\b(?:lose|forget) (?:this|my) number\b|\bwrong (?:number|person)\b/,
  /^(?:please,? )?stop(?:,? (?:please|it|this|that|now|already|immediately|msg|messages|texts))+[.! ]*$|^(?:no,? )?please stop[.! ]*$/,
  /\bi (?:do not|don'?t|no longer) want (?:any more |these |your |to (?:receive|get|hear))/,
  /\b(?:arretez|cessez) (?:de m(?:'|e )?(?:envoyer|ecrire|contacter)|vos messages)|\bne m(?:'|e )?(?:ecrivez|contactez|envoyez)(?: rien)? plus\b/,
  /\b(?:no me (?:escriban?|envien?|manden?|contacten?)(?: mas)?|dejen? de (?:escribirme|enviarme|mandarme|contactarme)|denme de baja|no quiero (?:recibir )?mas mensajes)\b/,
  /\b(?:nao me (?:envie|mande|escreva)m?(?: mais)?|pare(?:m)? de (?:me )?(?:enviar|mandar|escrever))\b/,
  /\b(?:keine (?:weiteren )?(?:nachrichten|sms|e-?mails|werbung)(?: mehr)?|schreiben sie mir nicht mehr|horen sie auf|bitte abmelden|melden sie mich ab)\b/,
  /\b(?:non (?:mi )?(?:scrivete|mandate|inviate)(?:mi)? piu|smettetela|cancellatemi)\b/,
  /\b(?:stuur me geen|geen berichten meer|stop met (?:sturen|berichten))\b/,
];

const callRefusals: readonly RegExp[] = [
  new RegExp(`(?<!${not} )\\b(?:stop|quit) (?:calling|phoning|ringing)\\b`),
  new RegExp(
    `\\b${not} (?:call|phone|ring) (?:me|us|this number)\\b(?! (?:back )?(?:before|until|after|at|now|today|tomorrow|late|on|during))`,
  ),
  /\bno more (?:phone )?calls\b/,
];
