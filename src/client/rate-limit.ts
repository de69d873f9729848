// One gate for each host: so many requests at once, first come first served, and a pause when the provider asks for one.
// Quotas by the hour or by money are the guards' business.

export interface Gate {
  /** Waits for a turn; what it returns gives the turn back. Rejects with the signal's reason when aborted. */
  enter(signal?: AbortSignal): Promise<() => void>;
  /** Lets nobody in until then. */
  pauseUntil(at: number): void;
}

export interface GateParts {
  readonly atOnce: number;
  readonly now: () => Date;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export function createGate({ atOnce, now, sleep }: GateParts): Gate {
  const waiting: (() => void)[] = [];
  let inside = 0;
  let closedUntil = 0;

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) inside -= 1;
    else next();
  }

  function turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (inside < atOnce) {
      inside += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal?.reason);
      };
      waiting.push(enter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  return {
    async enter(signal) {
      await turn(signal);
      let left = false;
      const leaveOnce = (): void => {
        if (!left) leave();
        left = true;
      };
      try {
        // The turn is kept while waiting, so that nobody overtakes. One pause is slept through once, whatever the clock says after.
        for (let until = 0; until < closedUntil; ) {
          until = closedUntil;
          const rest = until - now().getTime();
          if (rest > 0) await sleep(rest, signal);
        }
        signal?.throwIfAborted();
      } catch (error) {
        leaveOnce();
        throw error;
      }
      return leaveOnce;
    },
    pauseUntil(at) {
      closedUntil = Math.max(closedUntil, at);
    },
  };
}
