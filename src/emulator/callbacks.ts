// Here: the webhooks that the emulator sends: signed, retried as Twilio retries, each one on record.
// Not here: when they are sent and with which parameters (the products); how a URL overrides the retries (connection.ts).
import { signTwilio, urlWithBodyHash } from '../signature.ts';
import type { Clock } from './clock.ts';
import { type Failing, failingError, failingStatus, readConnection } from './connection.ts';
import type { Ids } from './ids.ts';

export type CallbackParams = Readonly<Record<string, string | readonly string[]>>;

export type Callback = {
  /** What it is about, for whoever reads the log: "message-status", "inbound-message". */
  readonly kind: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly params: CallbackParams;
  /** Sent as JSON instead of a form; its hash then stands in the URL as bodySHA256. */
  readonly json?: unknown;
};

export type Attempt = {
  readonly at: number;
  readonly url: string;
  readonly signature: string;
  readonly status?: number;
  readonly error?: string;
};

export type Delivery = {
  readonly kind: string;
  readonly accountSid: string;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: CallbackParams;
  readonly json?: unknown;
  readonly idempotencyToken: string;
  readonly attempts: Attempt[];
  outcome: 'pending' | 'delivered' | 'failed' | 'blocked';
  /** What the receiver answered last. */
  answer?: { readonly status: number; readonly contentType: string; readonly body: string };
};

export type Callbacks = {
  /** Resolves when the webhook was answered or given up; never rejects. */
  send(callback: Callback): Promise<Delivery>;
  /** Oldest first. */
  log(): readonly Delivery[];
  clear(): void;
  close(): void;
};

export type CallbackOptions = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly fetch: typeof fetch;
  /** Hosts beside loopback that may be reached; by default none: the emulator stays on this machine. */
  readonly allowedHosts: readonly string[];
};

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const MAX_REDIRECTS = 10;
const MAX_ANSWER = 1_000_000;
const KEPT = 1000;

export function createCallbacks(options: CallbackOptions): Callbacks {
  let deliveries: Delivery[] = [];
  const closing = new AbortController();

  const run = async (callback: Callback, delivery: Delivery): Promise<Delivery> => {
    const url = URL.canParse(callback.url) ? new URL(callback.url) : undefined;
    if (url === undefined || !mayReach(url, options.allowedHosts)) {
      delivery.outcome = 'blocked';
      return delivery;
    }
    const { retries, retryOn, readTimeout, totalTimeout } = readConnection(url);
    url.hash = '';
    // The limit of all attempts together; it runs in real time, as the receiver does.
    const total = AbortSignal.any([AbortSignal.timeout(totalTimeout), closing.signal]);
    for (let attempt = 0; ; attempt += 1) {
      const signal = AbortSignal.any([AbortSignal.timeout(readTimeout), total]);
      const failing = await attemptOnce(callback, delivery, url, options, signal);
      if (failing === undefined) {
        delivery.outcome = 'delivered';
        return delivery;
      }
      if (attempt >= retries || !retryOn.has(failing) || total.aborted) {
        delivery.outcome = 'failed';
        return delivery;
      }
    }
  };

  return {
    send: (callback) => {
      const { kind, accountSid, url, params, json, method = 'POST' } = callback;
      const delivery: Delivery = {
        kind,
        accountSid,
        url,
        method,
        params,
        ...(json !== undefined && { json }),
        idempotencyToken: options.ids.uuid(),
        attempts: [],
        outcome: 'pending',
      };
      deliveries = [...deliveries.slice(1 - KEPT), delivery];
      const work = run(callback, delivery);
      options.clock.track(work);
      return work;
    },
    log: () => deliveries,
    clear: () => {
      deliveries = [];
    },
    close: () => closing.abort(),
  };
}

async function attemptOnce(
  callback: Callback,
  delivery: Delivery,
  target: URL,
  { clock, fetch, allowedHosts }: CallbackOptions,
  signal: AbortSignal,
): Promise<Failing | undefined> {
  let url = target;
  let { method } = delivery;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const { address, body, headers, signature } = compose(callback, url, method);
    const at = clock.now();
    try {
      const response = await fetch(address, {
        method,
        headers: { ...headers, 'i-twilio-idempotency-token': delivery.idempotencyToken },
        redirect: 'manual',
        signal,
        ...(method === 'POST' && { body }),
      });
      const text = (await response.text()).slice(0, MAX_ANSWER);
      const { status } = response;
      delivery.attempts.push({ at, url: address, signature, status });
      const contentType = response.headers.get('content-type') ?? '';
      delivery.answer = { status, contentType, body: text };
      const location = status >= 300 && status < 400 ? response.headers.get('location') : null;
      if (location === null || !URL.canParse(location, address)) return failingStatus(status);
      url = new URL(location, address);
      // Twilio follows a redirect with GET.
      method = 'GET';
      if (!mayReach(url, allowedHosts)) return '4xx';
    } catch (error) {
      const { failing, reason } = failingError(error);
      delivery.attempts.push({ at, url: address, signature, error: reason });
      return failing;
    }
  }
  return '4xx';
}

type Composed = {
  readonly address: string;
  readonly body: string;
  readonly signature: string;
  readonly headers: Readonly<Record<string, string>>;
};

function compose(callback: Callback, target: URL, method: 'GET' | 'POST'): Composed {
  const json = callback.json === undefined ? undefined : JSON.stringify(callback.json);
  const url = new URL(json === undefined ? target : urlWithBodyHash(target.href, json));
  const pairs = Object.entries(callback.params).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
  );
  if (method === 'GET') for (const [name, value] of pairs) url.searchParams.append(name, value);
  const isForm = method === 'POST' && json === undefined;
  const signature = signTwilio(callback.authToken, url.href, isForm ? pairs : []);
  return {
    address: url.href,
    body: json ?? new URLSearchParams(pairs).toString(),
    signature,
    headers: {
      'x-twilio-signature': signature,
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      ...(method === 'POST' && {
        'content-type': isForm ? 'application/x-www-form-urlencoded; charset=UTF-8' : 'application/json',
      }),
    },
  };
}

function mayReach(url: URL, allowedHosts: readonly string[]): boolean {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  return LOOPBACK.test(url.hostname) || allowedHosts.includes(url.hostname);
}
