// What a provider's error body says, whatever its shape: Twilio's old and new ones, SendGrid's, Segment's, OAuth's, HTML, nothing.
// Which error of ours it becomes is decided in failure.ts.

export interface Problem {
  /** Twilio's numbered code. */
  readonly code?: number;
  /** The provider's own words, shortened: data, never advice. */
  readonly words?: string;
}

const maxWords = 500;

export function readProblem(text: string | undefined): Problem {
  if (text === undefined || text.trim() === '') return {};
  const body = parse(text);
  if (!isRecord(body)) return { words: shorten(stripTags(text)) };
  const code = codeOf(body);
  const words = [...new Set(wordsOf(body))].join('; ');
  return { ...(code !== undefined && { code }), ...(words !== '' && { words: shorten(words) }) };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A Twilio code has five digits (`code`, sometimes as text); HTTP statuses and words in that place are not codes. */
function codeOf(body: Readonly<Record<string, unknown>>): number | undefined {
  const inner = isRecord(body['error']) ? body['error'] : {};
  for (const given of [body['code'], body['error_code'], inner['code']]) {
    const code = typeof given === 'string' ? Number(given) : given;
    if (typeof code === 'number' && Number.isInteger(code) && code >= 10_000 && code < 1_000_000) return code;
  }
  return undefined;
}

/** `message` is Twilio's, `detail` and `title` the problem shape's, `errors` SendGrid's and Segment's, `error_description` OAuth's, `details.errors` Studio's. */
function wordsOf(body: Readonly<Record<string, unknown>>): string[] {
  const own = ['message', 'title', 'detail', 'userError', 'error_description', 'error', 'reason'].flatMap(
    (name) => {
      const value = body[name];
      if (isRecord(value)) return wordsOf(value);
      return typeof value === 'string' && value !== '' ? [value] : [];
    },
  );
  const details = isRecord(body['details']) ? body['details'] : {};
  return [...own, ...listed(body['errors']), ...listed(body['params']), ...listed(details['errors'])];
}

function listed(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, 10).flatMap((each) => {
    if (typeof each === 'string') return [each];
    if (!isRecord(each)) return [];
    const field = [each['field'], each['path'], each['property_path'], each['param'], each['name']].find(
      (name) => typeof name === 'string',
    );
    const words = wordsOf({ ...each, errors: undefined, params: undefined, details: undefined }).join(', ');
    return words === '' ? [] : [field === undefined ? words : `${field}: ${words}`];
  });
}

function stripTags(text: string): string {
  return text
    .slice(0, 20_000)
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ');
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= maxWords ? line : `${line.slice(0, maxWords - 1)}…`;
}
