// How much one caller, and all together, may ask over HTTP: so many a minute, so many at once. What Twilio allows is client/rate-limit.ts.

export interface Turnstile {
  /** A turn, whose `leave` must be called once; or how many seconds to wait, and for whose sake. */
  readonly enter: (name: string) => Turn | Refused;
  readonly inside: () => number;
}

interface Turn {
  readonly leave: () => void;
}

interface Refused {
  readonly retryAfter: number;
  /** `caller`: this one asks too much. `all`: the server is full. */
  readonly of: 'caller' | 'all';
}

interface Bucket {
  tokens: number;
  at: number;
  inside: number;
}

export interface TurnstileOptions {
  readonly perMinute: number;
  readonly atOnce: number;
  readonly now: () => Date;
}

const allTogether = 8;

/** Above it, callers who ask for nothing are forgotten. */
const remembered = 10_000;

export function createTurnstile({ perMinute, atOnce, now }: TurnstileOptions): Turnstile {
  const buckets = new Map<string, Bucket>();
  let inside = 0;

  function bucketOf(name: string): Bucket {
    const at = now().getTime();
    const bucket = buckets.get(name) ?? { tokens: perMinute, at, inside: 0 };
    bucket.tokens = Math.min(perMinute, bucket.tokens + ((at - bucket.at) / 60_000) * perMinute);
    bucket.at = at;
    if (buckets.size >= remembered) forget(at);
    buckets.set(name, bucket);
    return bucket;
  }

  function forget(at: number): void {
    for (const [name, bucket] of buckets) {
      if (bucket.inside === 0 && at - bucket.at >= 60_000) buckets.delete(name);
    }
  }

  return {
    inside: () => inside,
    enter(name) {
      const bucket = bucketOf(name);
      if (inside >= atOnce * allTogether) return { of: 'all', retryAfter: 1 };
      if (bucket.inside >= atOnce) return { of: 'caller', retryAfter: 1 };
      if (bucket.tokens < 1)
        return { of: 'caller', retryAfter: Math.ceil(((1 - bucket.tokens) * 60) / perMinute) };
      bucket.tokens -= 1;
      bucket.inside += 1;
      inside += 1;
      let left = false;
      const leave = () => {
        if (left) return;
        left = true;
        bucket.inside -= 1;
        inside -= 1;
      };
      return { leave };
    },
  };
}
