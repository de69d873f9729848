// What a secret looks like when nobody told us its value. The values we do know are redact.ts's business.

export const marker = '[redacted]';

/** A pattern, and what takes its place; `$1` keeps what stands before the secret. */
export type Shape = readonly [pattern: RegExp, replacement: string];

/** Fields whose value is a secret whatever it looks like, as they are called in JSON, forms and settings. */
export const secretKey =
  /^(?:(?:(?:primary|secondary)_)?auth_?token|(?:api_?)?(?:key_?)?secret|client_?secret|shared_?secret|password|passwd|passphrase|authorization|proxy-authorization|cookie|set-cookie|x-twilio-signature|x-signature|write_?keys?|(?:access|refresh|id|bearer)?_?token|(?:\w+_)?session_?token|custom_?code|otp|passcode)$/i;

/** Fields that hold a one-time passcode when they hold nothing but its digits. Twilio's own error codes are numbers. */
export const codeKey = /^(?:code|digits|verification_?code|pin)$/i;

export const onlyCode = /^[0-9]{4,10}$/;

const named =
  '(?:twilio_)?(?:auth[_-]?token|api[_-]?secret|(?:api[_-]?)?key[_-]?secret|client[_-]?secret|shared[_-]?secret|password|passwd|passphrase|write[_-]?key|sendgrid[_-]?api[_-]?key|access[_-]?token|refresh[_-]?token)';

/** 4 to 10 digits, alone or as two or three groups; never a part of a longer number, an amount or a date. */
const digits = '(?<![\\d+.,:/-])[0-9](?:[ -]?[0-9]){3,9}(?![\\d%]|[.,:/-][0-9])';

const codeWords =
  'pass[- ]?codes?|codes?|otps?|pins?|c[oó]digos?|codice|codigo|kode|kod|kodu|kód|koodi|код|κωδικός|कोड|รหัส|mã|رمز|קוד|验证码|驗證碼|認証コード|コード|인증 ?번호|코드';

const adjectives =
  'verification|security|one[- ]?time|login|log[- ]?in|sign[- ]?in|access|auth\\w*|confirmation|activation|reset|(?<![\\p{L}\\p{N}_])2fa(?![\\p{L}\\p{N}])|two[- ]factor|verificaci[oó]n|seguridad|verifica[cç][aã]o|v[ée]rification|s[ée]curit[ée]|verifica|best[äa]tigungs\\w*|sicherheits\\w*|verificatie\\w*';

const copula = '(?:is|are|es|est|ist|è|é|är|er|on|to|jest|:|：|=|是|为|為|は|는|은)';

const letter = '[\\p{L}\\p{N}_]';

/** What secrets of one kind look like. Without the hint no text has any of the shapes: one search instead of many. */
export interface Kind {
  readonly hint: RegExp;
  readonly shapes: readonly Shape[];
}

/** In this order: a header is recognised before the token inside it. */
const tokens: readonly Shape[] = [
  [/\b(Basic|Bearer)(\s+|%20|\+)[A-Za-z0-9._~+/-]{8,}={0,2}/gi, `$1$2${marker}`],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?/g, marker],
  [/\btmcp_[\w-]{20,}/g, marker],
  [/\bSG\.[\w-]{16,32}\.[\w-]{16,64}/g, marker],
  [/(\botpauth:[^\s"'<>]{0,256}?\bsecret=)[^\s&"'<>]+/gi, `$1${marker}`],
  [/(:\/\/)[^\s/:@"'<>]{1,256}:[^\s/@"'<>]{1,256}@/g, `$1${marker}@`],
  [/(x-(?:twilio-)?signature["']?\s{0,4}[:=]\s{0,4}["']?)[A-Za-z0-9+/=%]{20,}/gi, `$1${marker}`],
  [
    new RegExp(
      `(?<!${letter})(${named}["']?\\s{0,4}(?:[:=]|\\bis\\b)\\s{0,4}["']?)(?!\\[)[^\\s"',;&]{6,}`,
      'giu',
    ),
    `$1${marker}`,
  ],
];

/** A SID and, close behind it, what belongs to it. */
const pairs: readonly Shape[] = [
  [/(\bAC[0-9a-fA-F]{32}\b[^\n]{0,40}?[^0-9a-zA-Z])[0-9a-f]{32}(?![0-9a-zA-Z])/g, `$1${marker}`],
  [/(\bSK[0-9a-fA-F]{32}\b[^\n]{0,40}?[^0-9a-zA-Z])[0-9A-Za-z]{32}(?![0-9a-zA-Z])/g, `$1${marker}`],
];

const codes: readonly Shape[] = [
  // A code as JSON text; Twilio's own error codes are JSON numbers.
  [/("(?:code|custom_?code|verification_?code)"\s{0,2}:\s{0,2}")[0-9]{4,10}(?=")/gi, `$1${marker}`],
  // "Your verification code is 123456", "OTP: 123-456", "código de verificación es 123456"
  [
    new RegExp(
      `((?:${adjectives})[^\\n\\d]{0,24}?(?:${codeWords})?[^\\n\\d\\p{L}]{0,4}(?:${copula})?[\\s:：#"'(]{0,4})${digits}`,
      'giu',
    ),
    `$1${marker}`,
  ],
  [
    new RegExp(
      `(?<!(?:error|status|exit|area|country|postal|zip|dial\\w*|currency|promo|twilio|http)[\\s_-]{1,2})(?<!${letter})((?:${codeWords})(?:\\s+\\p{L}{1,16}){0,4}?\\s{0,2}${copula}{1,2}[\\s:：#"'(]{0,4})(?<!"code":\\s{0,2})${digits}`,
      'giu',
    ),
    `$1${marker}`,
  ],
  [new RegExp(`(?<!${letter})((?:otp|passcode|pin)[\\s:=#"'-]{1,4})${digits}`, 'giu'), `$1${marker}`],
  // These scripts put no space between words.
  [new RegExp(`((?:验证码|驗證碼|認証コード|인증 ?번호)[^\\n\\d]{0,6})${digits}`, 'giu'), `$1${marker}`],
  // "123456 is your verification code", "123456 es tu código"
  [
    new RegExp(`${digits}(\\s+${copula}\\s+[^\\n\\d]{0,40}?(?:${codeWords})(?!${letter}))`, 'giu'),
    `${marker}$1`,
  ],
];

export const kinds: readonly Kind[] = [
  {
    hint: /Basic|Bearer|eyJ|tmcp_|SG\.|:\/\/|signature|token|secret|passw|passphrase|key/iu,
    shapes: tokens,
  },
  { hint: /(?:AC|SK)[0-9a-fA-F]{32}[\s\S]{1,41}[0-9A-Za-z]{32}/, shapes: pairs },
  { hint: new RegExp(`${adjectives}|${codeWords}`, 'iu'), shapes: codes },
];

/** For logs only: who was reached, kept short enough to tell two apart and too short to call. */
export const personal: readonly Shape[] = [
  [/(?:\+|%2B)[1-9][0-9]{2,10}([0-9]{4})(?![0-9])/gi, '•••$1'],
  [/\b([A-Za-z0-9])[A-Za-z0-9._%+-]{0,63}@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)/g, '$1•••@$2'],
  [/\b(AC|SK)[0-9a-fA-F]{28}([0-9a-fA-F]{4})\b/g, '$1…$2'],
];
