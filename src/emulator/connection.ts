// Here: Twilio's connection overrides, the "#rc=2&rp=all" behind a webhook URL, and what they let be retried.
// Not here: the requests themselves (callbacks.ts). Source: docs/usage/webhooks/webhooks-connection-overrides.

export type Connection = {
  /** Milliseconds for one answer, and for all attempts together. */
  readonly readTimeout: number;
  readonly totalTimeout: number;
  readonly retries: number;
  readonly retryOn: ReadonlySet<string>;
};

/** The reasons for which an attempt may be repeated: no connection, no answer in time, 4xx, 5xx. */
export type Failing = 'ct' | 'rt' | '4xx' | '5xx';

export function readConnection(url: URL): Connection {
  const overrides = new URLSearchParams(url.hash.slice(1));
  const policy = (overrides.get('rp') ?? 'ct').split(',');
  return {
    readTimeout: bounded(overrides.get('rt'), 15_000, 100, 15_000),
    totalTimeout: bounded(overrides.get('tt'), 15_000, 100, 15_000),
    retries: bounded(overrides.get('rc'), 1, 0, 5),
    retryOn: new Set(policy.includes('all') ? ['ct', 'rt', '4xx', '5xx'] : policy),
  };
}

function bounded(text: string | null, fallback: number, least: number, most: number): number {
  if (text === null || !/^\d+$/.test(text)) return fallback;
  return Math.min(most, Math.max(least, Number(text)));
}

/** Which reason a status is; undefined is success. */
export function failingStatus(status: number): Failing | undefined {
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : undefined;
}

const NO_CONNECTION = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'EADDRNOTAVAIL',
];

export function failingError(error: unknown): { readonly failing: Failing; readonly reason: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string'
      ? cause.code
      : cause instanceof Error
        ? cause.name
        : String(cause);
  return { failing: NO_CONNECTION.includes(code) ? 'ct' : 'rt', reason: code };
}
