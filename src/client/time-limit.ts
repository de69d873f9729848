// Time limits and who may end a wait: the timer, and a signal that the caller or the clock aborts.
// How long each wait may be is decided in client.ts.

/** Calls back after so many milliseconds; what it returns takes the call back. */
export type Alarm = (ms: number, ring: () => void) => () => void;

export function setAlarm(ms: number, ring: () => void): () => void {
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
}

export interface Limit {
  readonly signal: AbortSignal;
  release(): void;
}

/** A signal that is aborted by the caller's, or when the time is over. */
export function within(ms: number, outer: AbortSignal | undefined, alarm: Alarm): Limit {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(outer?.reason);
  const stop = alarm(Math.max(0, ms), () => controller.abort(new Error('the time is over')));
  if (outer?.aborted) onAbort();
  outer?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    release() {
      stop();
      outer?.removeEventListener('abort', onAbort);
    },
  };
}

/** The result, or the signal's reason if that comes first. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
