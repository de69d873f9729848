// Here: the shapes every Twilio host speaks: form bodies, the two date styles, the error body, answers.
// Not here: lists and their pages (paging.ts), and what any single product says.

/** Name to values: a form or query keeps repeated keys, as Twilio's arrays are sent. */
export type Form = {
  get(name: string): string | undefined;
  all(name: string): readonly string[];
  has(name: string): boolean;
  boolean(name: string): boolean | undefined;
  entries(): Record<string, string | readonly string[]>;
};

export type Answer = {
  readonly status: number;
  /** Sent as JSON; left out for an empty answer such as 204. */
  readonly body?: unknown;
  /** Sent as it is, in place of JSON: media, CSV, plain text. */
  readonly raw?: { readonly contentType: string; readonly content: string | Uint8Array<ArrayBuffer> };
  readonly headers?: Readonly<Record<string, string>>;
};

/** Any refusal a product makes: thrown by handlers, turned into Twilio's error body by the core. */
export class TwilioError extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'TwilioError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function readForm(text: string): Form {
  const params = new URLSearchParams(text);
  return {
    get: (name) => params.get(name) ?? undefined,
    all: (name) => params.getAll(name),
    has: (name) => params.has(name),
    boolean: (name) => {
      const value = params.get(name)?.toLowerCase();
      return value === 'true' ? true : value === 'false' ? false : undefined;
    },
    entries: () => {
      const names = [...new Set(params.keys())];
      return Object.fromEntries(
        names.map((name): [string, string | readonly string[]] => {
          const values = params.getAll(name);
          return [name, values.length === 1 ? (values[0] ?? '') : values];
        }),
      );
    },
  };
}

/** "Thu, 24 Aug 2023 05:01:45 +0000": how 2010-04-01 writes time. */
export function rfc2822(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}

/** "2015-07-30T20:12:31Z": how every v1, v2 and v3 host writes time. */
export function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function created(body: unknown): Answer {
  return { status: 201, body };
}

export function noContent(): Answer {
  return { status: 204 };
}

export function errorAnswer(error: TwilioError): Answer {
  const { status, code, message, headers } = error;
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return { status, headers, body: { code, message, more_info, status } };
}

export function notFound(path: string): TwilioError {
  return new TwilioError(404, 20404, `The requested resource ${path} was not found`);
}

/** Twilio's generic refusal of a parameter, used where a product has no code of its own. */
export function invalidParameter(name: string, reason?: string): TwilioError {
  return new TwilioError(400, 20001, `Invalid parameter ${name}${reason === undefined ? '' : `: ${reason}`}`);
}

export function missingParameter(name: string): TwilioError {
  return new TwilioError(400, 20001, `Missing required parameter ${name} in the post body`);
}

/** Leaves out what is undefined, for bodies and parameters that a caller assembles. */
export function defined<Value>(values: Record<string, Value | undefined>): Record<string, Value> {
  const kept: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) kept[name] = value;
  return kept;
}

export function isJson(headers: Headers): boolean {
  return /\bjson\b/i.test(headers.get('content-type') ?? '');
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
